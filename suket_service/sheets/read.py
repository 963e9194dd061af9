"""Tables out of files, as text by field. Judges no cell; opens no picture.

The content says what a file is, never its name: a renamed file is common, and so is a wrong ending.
"""

from suket_service.errors import FileRefused
from suket_service.sheets.csv_rows import read_csv
from suket_service.sheets.table import MOST_BYTES, Columns, Row, refuse, too_large
from suket_service.sheets.xlsx_rows import read_xlsx

__all__ = ["MOST_BYTES", "Columns", "Row", "read_table"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
#: What Excel before 2007 wrote, and what wraps a workbook that has a password.
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_table(data: bytes, columns: Columns) -> list[Row]:
    """The rows of a CSV or an XLSX file.

    Raises:
        FileRefused: ``file_too_large``, ``file_encrypted``, ``file_not_xlsx``, or as ``read_csv`` and
            ``read_xlsx`` say.
    """
    if len(data) > MOST_BYTES:
        raise too_large()
    if data.startswith(_ZIP):
        return read_xlsx(data, columns)
    if data.startswith(_OLE):
        raise _old_or_locked(data)
    return read_csv(data, columns)


def _old_or_locked(data: bytes) -> FileRefused:
    if _ENCRYPTED in data:
        return refuse(
            "file_encrypted",
            "Buku kerja ini terkunci kata sandi. Buka di Excel, hapus kata sandinya (File > Info), simpan, lalu kirim lagi.",
            "This workbook is locked by a password. Open it in Excel, remove the password (File > Info), save it and retry.",
        )
    return refuse(
        "file_not_xlsx",
        "Ini berkas Excel lama (.xls). Buka di Excel, simpan sebagai 'Buku Kerja Excel (.xlsx)', lalu kirim lagi.",
        "This is an old Excel file (.xls). Open it in Excel, save it as 'Excel Workbook (.xlsx)' and retry.",
    )
