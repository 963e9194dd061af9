"""Tables out of files, as text by field. Judges no cell; opens no picture.

A file is read whole or refused whole; a row is kept with the number that a spreadsheet shows for it
(the header is row 1).
"""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from suket_service.core.request import EXTRA_CELLS
from suket_service.errors import FileRefused, Text

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_CELL_CHARACTERS = 1_000
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file and its cells by field."""

    number: int
    fields: Mapping[str, str]


def read_csv(data: bytes, headers: Mapping[str, str], required: frozenset[str]) -> list[Row]:
    """The rows of a CSV in UTF-8, with or without a byte-order mark, parted by comma, semicolon or tab.

    Args:
        data: the file.
        headers: accepted header (lower case) to field.
        required: the fields that must have a column.

    Raises:
        FileRefused: ``file_too_large``, ``file_empty``, ``file_not_utf8``, ``file_not_csv``,
            ``column_missing``, ``column_twice``, ``column_unknown`` or ``file_too_many_rows``.
    """
    if len(data) > MOST_BYTES:
        raise _refuse(
            "file_too_large",
            "Berkas lebih dari 20 MB; bagi menjadi beberapa berkas.",
            "The file is over 20 MB; split it.",
        )
    text = _decode(data)
    header_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header_line.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise _refuse(
            "file_not_csv",
            "Berkas bukan CSV yang utuh; periksa tanda kutip yang tidak ditutup.",
            "The file is no whole CSV; look for a quote that is not closed.",
        ) from None
    fields = _columns(lines[0], headers, required)
    rows = [
        Row(number, _cells(cells, fields))
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise _empty()
    if len(rows) > MOST_ROWS:
        raise _refuse(
            "file_too_many_rows",
            f"Berkas berisi lebih dari {MOST_ROWS} baris; bagi menjadi beberapa berkas.",
            f"The file holds more than {MOST_ROWS} rows; split it.",
        )
    return rows


def _decode(data: bytes) -> str:
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise _empty()
    if data.startswith(b"PK\x03\x04"):
        raise _refuse(
            "file_not_csv",
            "Ini berkas Excel. Simpan dahulu sebagai CSV UTF-8 (dipisahkan koma).",
            "This is an Excel file. Save it as CSV UTF-8 (comma delimited) first.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(
            "file_not_utf8",
            f"Berkas tidak tersimpan sebagai UTF-8 (baris {line}). Simpan ulang sebagai 'CSV UTF-8' lalu kirim lagi.",
            f"The file is not saved as UTF-8 (line {line}). Save it again as 'CSV UTF-8' and retry.",
        ) from None


def _columns(names: list[str], headers: Mapping[str, str], required: frozenset[str]) -> list[str]:
    while names and not names[-1].strip():
        names = names[:-1]  # a spreadsheet often leaves empty columns at the end
    fields = []
    for name in names:
        key = name.strip().lower().replace(" ", "_").replace("/", "_")
        if key not in headers:
            raise _refuse(
                "column_unknown",
                f"Kolom '{_shown(name)}' tidak dikenal. Kolom yang dikenal: {_listed(headers)}.",
                f"The column '{_shown(name)}' is unknown. Known columns: {_listed(headers)}.",
            )
        fields.append(headers[key])
    for field in fields:
        if fields.count(field) > 1:
            raise _refuse(
                "column_twice",
                f"Kolom '{field}' ada lebih dari satu.",
                f"The column '{field}' is there more than once.",
            )
    missing = sorted(required - set(fields))
    if missing:
        names_missing = ", ".join(missing)
        raise _refuse(
            "column_missing",
            f"Kolom ini tidak ada: {names_missing}. Tambahkan pada baris pertama.",
            f"These columns are missing: {names_missing}. Add them to the first row.",
        )
    return fields


def _cells(cells: list[str], fields: list[str]) -> dict[str, str]:
    # A cell that is missing reads as empty, and what stands beyond the last column marks the row as broken.
    row = {field: cell[:MOST_CELL_CHARACTERS] for field, cell in zip(fields, cells, strict=False)}
    if any(cell.strip() for cell in cells[len(fields) :]):
        row[EXTRA_CELLS] = "1"
    return row


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:40]


def _listed(headers: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(headers.values()))


def _empty() -> FileRefused:
    return _refuse("file_empty", "Berkas tidak berisi baris data.", "The file holds no rows of data.")


def _refuse(code: str, id: str, en: str) -> FileRefused:
    return FileRefused(code, Text(id, en))
