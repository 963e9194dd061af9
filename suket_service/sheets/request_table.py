"""Tables of people as an office uploads them, and the rows given back to be mended. Judges no cell."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from suket_service.core.request import CODES, DATES, HEADERS, REQUIRED
from suket_service.sheets.read import Columns, Row, read_table
from suket_service.sheets.write import Value, as_typed

#: The column that says what is wrong with a row that is given back; on its way in it is passed over.
ERRORS = "kesalahan"
#: Every field in the order of the columns, as files are written.
FIELDS = tuple(dict.fromkeys(HEADERS.values()))
COLUMNS = Columns({**HEADERS, ERRORS: ERRORS, "errors": ERRORS}, REQUIRED, CODES, DATES)
_CSV_IS_NO = (b"PK",)


def read_people(data: bytes) -> list[Row]:
    """The rows of a file of requests, or of a register; also of one that was given back and mended.

    Raises:
        FileRefused: as ``read_table`` says.
    """
    rows = read_table(data, COLUMNS)
    if data.startswith(_CSV_IS_NO) or not any(ERRORS in row.fields for row in rows):
        return rows
    # Our own CSV: its apostrophes are no one's typing.
    return [replace(row, fields={name: as_typed(text) for name, text in row.fields.items()}) for row in rows]


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The fields that a file has columns for, in the usual order."""
    present = {field for row in rows for field in row.fields}
    return [field for field in FIELDS if field in present]


def given_back(rows: Iterable[tuple[Row, str]], columns: Sequence[str]) -> Iterable[list[Value]]:
    """Rows as they were typed, each with what is wrong with it in the last column."""
    for row, errors in rows:
        yield [*(row.fields.get(column, "") for column in columns), errors]
