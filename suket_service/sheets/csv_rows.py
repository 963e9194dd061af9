"""Rows out of a CSV. Knows text alone: what a spreadsheet did to a number before saving is past finding."""

import codecs
import csv
import io

from suket_service.errors import FileRefused
from suket_service.sheets.table import Columns, Line, Row, empty, refuse, rows_of

_DELIMITERS = (",", ";", "\t")


def read_csv(data: bytes, columns: Columns) -> list[Row]:
    """The rows of a CSV in UTF-8, with or without a byte-order mark, parted by comma, semicolon or tab.

    Raises:
        FileRefused: ``file_not_utf8``, ``file_not_csv``, or as :func:`table.rows_of`.
    """
    text = _decode(data)
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return rows_of((Line(number, cells) for number, cells in enumerate(lines, start=1)), columns)
    except csv.Error:
        raise refuse(
            "file_not_csv",
            "Berkas bukan CSV yang utuh; periksa tanda kutip yang tidak ditutup.",
            "The file is no whole CSV; look for a quote that is not closed.",
        ) from None


def _decode(data: bytes) -> str:
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise empty()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(data.count(b"\n", 0, error.start) + 1) from None


def _not_utf8(line: int) -> FileRefused:
    return refuse(
        "file_not_utf8",
        f"Berkas tidak tersimpan sebagai UTF-8 (baris {line}). Simpan ulang sebagai 'CSV UTF-8' lalu kirim lagi.",
        f"The file is not saved as UTF-8 (line {line}). Save it again as 'CSV UTF-8' and retry.",
    )
