"""Tables into files, as bytes in memory: CSV and XLSX. Knows values and columns, nothing of letters.

What is written here is opened in spreadsheets, and its text was typed by strangers: no text may become a
formula there. A workbook says that a cell is text; a CSV cannot, so an apostrophe keeps its text from
being calculated (OWASP, "CSV injection"). For Excel the workbook is the better choice: opening a CSV, Excel
turns a NIK into a number of 15 digits.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import xlsxwriter  # type: ignore[import-untyped]

from suket_service.errors import FileRefused
from suket_service.sheets.table import refuse

Value = str | int | date | None

MOST_XLSX_ROWS = 1_048_575  # below the header
MOST_XLSX_CHARACTERS = 32_767  # of a cell
NARROWEST, WIDEST = 8, 50  # columns, in characters

_BOM = "\ufeff"
# Where a formula may begin: at the start, and after whatever a spreadsheet in another country parts cells
# by (Indonesia's by semicolons). Blanks and quotes before it do not stop a spreadsheet.
_BLANKS = r"""(?:[^\S\t\r\n]|["'])*"""
_FORMULA = re.compile(rf"^(?={_BLANKS}[=+\-@＝＋－＠\t\r\n])|(?<=[,;\t\r\n])(?={_BLANKS}[=+\-@＝＋－＠])")
_MADE_SAFE = re.compile(rf"^'(?={_BLANKS}[=+\-@＝＋－＠\t\r\n])|(?<=[,;\t\r\n])'(?={_BLANKS}[=+\-@＝＋－＠])")
# XML holds none of these, and a line of CSV no zero byte and no half of a surrogate pair.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_SHEET_NAME_CHARACTERS = 31
TEXT_FORMAT = 49  # Excel's own number of its format "@": what is typed over a text stays one
_EXACT_DIGITS = 15  # what a number keeps in a spreadsheet
_FIRST_SURE_DATE = date(1900, 3, 1)  # before it spreadsheets disagree by a day (29 February 1900 never was)
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same table is the same bytes

OPTIONS = {
    "in_memory": True,
    # Cells are written by their kind; these hold for one that is ever written without.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_csv(headers: Sequence[str], rows: Iterable[Iterable[Value]]) -> bytes:
    """A CSV as Excel opens it: UTF-8 with a byte-order mark, commas, CR LF; dates as ``YYYY-MM-DD``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([formula_safe(header) for header in headers])
    writer.writerows(map(_csv_text, row) for row in rows)
    return (_BOM + out.getvalue()).encode()


def write_xlsx(title: str, headers: Sequence[str], rows: Iterable[Iterable[Value]]) -> bytes:
    """A workbook of one sheet: text as text, dates as dates, the header fixed and filterable.

    The same table gives the same bytes. No file is written on the way: the rows name people.

    Raises:
        FileRefused: ``too_many_rows``: more than a sheet can hold.
    """
    table = [[_xlsx_value(value) for value in row] for row in rows]
    if len(table) > MOST_XLSX_ROWS:
        raise _too_many_rows()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(_sheet_name(title))
        text, day = (
            book.add_format({"num_format": TEXT_FORMAT}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        _write_header(sheet, headers, book.add_format({"bold": True, "num_format": TEXT_FORMAT}))
        for number, row in enumerate(table, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value, text, day)
        _arrange(sheet, headers, table)
    return out.getvalue()


def formula_safe(text: str) -> str:
    """``text`` with an apostrophe wherever a spreadsheet would begin to calculate."""
    return _FORMULA.sub("'", _writable(text))


def as_typed(text: str) -> str:
    """The text that :func:`formula_safe` was given, where an apostrophe of its own stands in it."""
    return _MADE_SAFE.sub("", text)


def _csv_text(value: Value) -> str:
    if isinstance(value, str):
        return formula_safe(value)
    return "" if value is None else str(value)


def _xlsx_value(value: Value) -> Value:
    """The value as a cell can hold it without losing anything."""
    if isinstance(value, str):
        return _writable(value)[:MOST_XLSX_CHARACTERS]
    if isinstance(value, int):
        return value if abs(value) < 10**_EXACT_DIGITS else str(value)
    if isinstance(value, date) and value < _FIRST_SURE_DATE:
        return value.isoformat()
    return value


def _write_header(
    sheet: xlsxwriter.worksheet.Worksheet, headers: Sequence[str], bold: xlsxwriter.format.Format
) -> None:
    for column, header in enumerate(headers):
        sheet.write_string(0, column, _writable(header), bold)


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: Value,
    text: xlsxwriter.format.Format,
    day: xlsxwriter.format.Format,
) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value, text)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_datetime(row, column, value, day)


def _arrange(
    sheet: xlsxwriter.worksheet.Worksheet, headers: Sequence[str], table: Sequence[Sequence[Value]]
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table), len(headers) - 1)
    for column, header in enumerate(headers):
        longest = max((len(str(row[column])) for row in table if row[column] is not None), default=0)
        sheet.set_column(column, column, min(max(longest, len(header) + 3, NARROWEST), WIDEST))


def _sheet_name(title: str) -> str:
    name = _NOT_IN_SHEET_NAMES.sub(" ", _writable(title))[:_SHEET_NAME_CHARACTERS]
    return name.strip("' ")


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _too_many_rows() -> FileRefused:
    return refuse(
        "too_many_rows",
        f"Satu lembar kerja memuat paling banyak {MOST_XLSX_ROWS} baris. Persempit pilihannya, atau simpan sebagai .csv.",
        f"A worksheet holds at most {MOST_XLSX_ROWS} rows. Narrow the choice, or save as .csv.",
    )
