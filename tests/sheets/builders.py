"""Workbooks made for a test: whole ones by XlsxWriter, broken ones by changing a part of a whole one."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from suket_service.sheets.table import Columns

COLUMNS = Columns(
    {"nik": "nik", "nama": "nama", "name": "nama", "tanggal_lahir": "tanggal_lahir", "foto": "foto"},
    required=frozenset({"nik", "nama"}),
    codes=frozenset({"nik"}),
    dates=frozenset({"tanggal_lahir"}),
)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEADER = ("nik", "nama", "tanggal_lahir", "foto")
_END = b"</sheetData>"

#: Writes one cell: (sheet, row, column, formats by number format).
WriteCell = Callable[[Any, int, int, Callable[[str], Any]], None]


def a_workbook(*rows: Sequence[Any], header: Sequence[Any] = HEADER, **options: Any) -> bytes:
    """One sheet with these rows; a cell is a value, or a function that writes it."""
    return a_book({"Lembar1": [header, *rows]}, **options)


def a_book(
    sheets: dict[str, Sequence[Sequence[Any]]],
    prepare: Callable[[Any], None] = lambda book: None,
    **options: Any,
) -> bytes:
    """A workbook of several sheets; ``prepare`` changes it before it is closed."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        for name, rows in sheets.items():
            _fill(book, book.add_worksheet(name), rows)
        prepare(book)
    return out.getvalue()


def _fill(book: Any, sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    def styled(number_format: str) -> Any:
        return book.add_format({"num_format": number_format})

    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if callable(value):
                value(sheet, number, column, styled)
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, styled("yyyy-mm-dd"))
            elif value is not None:
                sheet.write_number(number, column, value)


def a_number(value: float, number_format: str) -> WriteCell:
    """A number shown in this format: with one for dates, it is a date."""

    def write(sheet: Any, row: int, column: int, styled: Callable[[str], Any]) -> None:
        sheet.write_number(row, column, value, styled(number_format))

    return write


def a_formula(result: object) -> WriteCell:
    """A formula with this result saved beside it."""

    def write(sheet: Any, row: int, column: int, styled: Callable[[str], Any]) -> None:
        sheet.write_formula(row, column, "=A1", None, result)

    return write


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed, or added where there was none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, _packed(out) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


def with_rows(data: bytes, xml: str) -> bytes:
    """The workbook with more rows in its sheet, as XML."""
    return with_part(data, SHEET, lambda sheet: sheet.replace(_END, xml.encode() + _END))


def a_huge_sheet(mebibytes: int) -> bytes:
    """A workbook of a megabyte or so whose sheet unpacks to this many."""
    block = b'<row r="3"><c r="A3" t="str"><v>x</v></c></row>' * 1_000
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_workbook(["1", "ANI"]))) as old, _packed(out) as new:
        for part in old.namelist():
            if part != SHEET:
                new.writestr(part, old.read(part))
        with new.open(SHEET, "w") as sheet:
            head, _, foot = old.read(SHEET).partition(_END)
            sheet.write(head)
            for _ in range(mebibytes * 1024 * 1024 // len(block)):
                sheet.write(block)
            sheet.write(_END + foot)
    return out.getvalue()


def _packed(out: io.BytesIO) -> zipfile.ZipFile:
    return zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)


def told_of_size(data: bytes, name: str, size: int) -> bytes:
    """The archive with the lie that this part unpacks to ``size`` bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo(name).file_size
    return data.replace(struct.pack("<L", true), struct.pack("<L", size))


def with_directory(data: bytes, name: str, **changes: Any) -> bytes:
    """The archive whose directory says this of a part, ``header_offset`` being another part's name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, _packed(out) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
        for what, value in changes.items():
            told = new.getinfo(value).header_offset if what == "header_offset" else value
            setattr(new.getinfo(name), what, told)
    return out.getvalue()


def an_archive(*names: str) -> bytes:
    """A ZIP archive that holds these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def an_ole_file(stream: str = "Workbook") -> bytes:
    """The beginning of a file as Excel 97 writes it, or as it wraps a workbook with a password."""
    return bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + stream.encode("utf-16-le")
