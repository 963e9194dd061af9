"""Lines of cells made into rows by field, the same for every kind of file. Opens no file; judges no value.

A file is read whole or refused whole; a row is kept with the number that a spreadsheet shows for it
(the header is row 1). What a cell *is*, where a file knows that, decides whether its text can be trusted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from suket_service.core.request import EXTRA_CELLS, NUMERIC_CELLS, UNREADABLE_CELLS
from suket_service.errors import FileRefused, Text

MOST_BYTES = 20 * 1024 * 1024  # of a file, and of all the text in it
MOST_ROWS = 20_000
MOST_CELL_CHARACTERS = 1_000
#: More columns than anyone fills in; the first that has no known title is refused by name.
MOST_COLUMNS = 500


class Kind(StrEnum):
    """What a cell holds. A CSV holds text alone; the letters are those of :attr:`Line.kinds`."""

    TEXT = "t"
    NUMBER = "n"
    MOMENT = "d"  # a date, a time or both
    UNREADABLE = "x"  # an error such as #REF!, or true and false


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number, its cells as text, and a letter for each (none: all text)."""

    number: int
    cells: Sequence[str]
    kinds: str = ""

    def kind(self, index: int) -> Kind:
        """What the cell at ``index`` holds."""
        return Kind(self.kinds[index]) if self.kinds else Kind.TEXT

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return Kind.UNREADABLE not in self.kinds and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table may have, and must.

    ``headers``: accepted header (lower case) to field; ``required``: fields that must have a column;
    ``codes``: fields of digits, which a number would change; ``dates``: fields in which a date is expected.
    """

    headers: Mapping[str, str]
    required: frozenset[str]
    codes: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()

    def mark(self, field: str, kind: Kind) -> str | None:
        """The mark (``core.request``) of a cell whose text is not what was written, or None."""
        if kind is Kind.UNREADABLE:
            return UNREADABLE_CELLS
        turned_by_the_spreadsheet = (kind is Kind.NUMBER and field in self.codes) or (
            kind is Kind.MOMENT and field not in self.dates
        )
        return NUMERIC_CELLS if turned_by_the_spreadsheet else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file and its cells by field."""

    number: int
    fields: Mapping[str, str]


def rows_of(lines: Iterable[Line], columns: Columns) -> list[Row]:
    """The rows below the header, which is the first line; blank ones are passed over and counted.

    Raises:
        FileRefused: ``file_empty``, ``column_missing``, ``column_twice``, ``column_unknown`` or
            ``file_too_many_rows``.
    """
    below = iter(lines)
    fields = _fields(next(below).cells[:MOST_COLUMNS], columns)
    rows: list[Row] = []
    for line in below:
        if line.is_blank:
            continue
        if len(rows) == MOST_ROWS:  # said here, before the rest is read into memory
            raise refuse(
                "file_too_many_rows",
                f"Berkas berisi lebih dari {MOST_ROWS} baris; bagi menjadi beberapa berkas.",
                f"The file holds more than {MOST_ROWS} rows; split it.",
            )
        rows.append(Row(line.number, _by_field(line, fields, columns)))
    if not rows:
        raise empty()
    return rows


def _fields(names: Sequence[str], columns: Columns) -> list[str]:
    while names and not names[-1].strip():
        names = names[:-1]  # a spreadsheet often leaves empty columns at the end
    fields = [columns.headers.get(_key(name)) for name in names]
    known = [field for field in fields if field is not None]
    if len(known) < len(fields):
        raise _unknown(names, fields.index(None), columns, any_known=bool(known))
    for field in known:
        if known.count(field) > 1:
            raise refuse(
                "column_twice",
                f"Kolom '{field}' ada lebih dari satu.",
                f"The column '{field}' is there more than once.",
            )
    missing = ", ".join(sorted(columns.required - set(known)))
    if missing:
        raise refuse(
            "column_missing",
            f"Kolom ini tidak ada: {missing}. Tambahkan pada baris pertama.",
            f"These columns are missing: {missing}. Add them to the first row.",
        )
    return known


def _unknown(names: Sequence[str], index: int, columns: Columns, *, any_known: bool) -> FileRefused:
    code, letters = "column_unknown", _letters(index)
    listed = ", ".join(dict.fromkeys(columns.headers.values()))
    if not any_known:
        # Then this is no header but somebody's row, and what stands in it is not repeated.
        return refuse(
            code,
            f"Baris pertama bukan judul kolom. Isi baris 1 dengan judul kolom: {listed}.",
            f"The first row holds no column titles. Put these in row 1: {listed}.",
        )
    if not names[index].strip():
        return refuse(
            code,
            f"Kolom {letters} tidak berjudul; beri judul pada baris 1, atau hapus kolomnya.",
            f"Column {letters} has no title; give it one in row 1, or delete the column.",
        )
    shown = "".join(letter for letter in names[index] if letter.isprintable())[:40]
    return refuse(
        code,
        f"Kolom {letters} berjudul '{shown}' tidak dikenal. Kolom yang dikenal: {listed}.",
        f"Column {letters}, titled '{shown}', is unknown. Known columns: {listed}.",
    )


def _by_field(line: Line, fields: Sequence[str], columns: Columns) -> dict[str, str]:
    # A cell that is missing reads as empty, and what stands beyond the last column marks the row as broken.
    row: dict[str, str] = {}
    for index, (field, cell) in enumerate(zip(fields, line.cells, strict=False)):
        mark = columns.mark(field, line.kind(index))
        if mark is None:
            row[field] = cell[:MOST_CELL_CHARACTERS]
        else:
            row[mark] = f"{row.get(mark, '')} {field}".lstrip()
    beyond = Line(line.number, line.cells[len(fields) :], line.kinds[len(fields) :])
    if not beyond.is_blank:
        row[EXTRA_CELLS] = "1"
    return row


def _key(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("/", "_")


def _letters(index: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def too_large() -> FileRefused:
    """A file, or the text in it, above :data:`MOST_BYTES`."""
    return refuse(
        "file_too_large",
        "Berkas lebih dari 20 MB; bagi menjadi beberapa berkas.",
        "The file is over 20 MB; split it.",
    )


def empty() -> FileRefused:
    """A file without a row of data."""
    return refuse("file_empty", "Berkas tidak berisi baris data.", "The file holds no rows of data.")


def refuse(code: str, id: str, en: str) -> FileRefused:
    """A file that is refused whole."""
    return FileRefused(code, Text(id, en))
