"""A stranger's ZIP container, taken apart within limits and put together anew. Knows parts, not cells.

What reads a workbook never sees the stranger's archive: only one made here, out of the few parts it
needs, whose sizes were counted while they were unpacked. So nothing that a crafted directory claims can
reach it: no second directory, no part inside another, no size that is not true.
"""

import io
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from suket_service.errors import FileRefused
from suket_service.sheets.table import refuse

MOST_PARTS = 2_000
MOST_UNPACKED = 64 * 1024 * 1024  # 20,000 rows of 20 columns take a third of it
MOST_RATIO = 200  # unpacked to packed; real sheets stay below 30
_FREE = 1024 * 1024  # a small part may be packed as tightly as it likes
_PIECE = 16 * 1024  # packed bytes at a time; a lie about their size is found within 16 MB
_ENTRY = b"PK\x01\x02"  # what every entry of a directory begins with
_LOCAL_HEAD = 30  # bytes before a part's own name and content, at least
_ENCRYPTED = 0x1

_FOLDERS = frozenset({".", "_rels", "xl", "xl/_rels", "xl/worksheets"})
_SUFFIXES = (".xml", ".rels")
_WORKBOOK = "xl/workbook.xml"
# Entities are what XML bombs are made of, and no spreadsheet declares any. A zero byte is another encoding,
# in which this would not be seen.
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)|\x00", re.IGNORECASE)
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)(["'])e\2""")


def rebuilt(data: bytes) -> io.BytesIO:
    """The workbook's needed parts as an archive of our own, not packed.

    Raises:
        FileRefused: ``workbook_too_large``, ``workbook_damaged`` or ``file_not_xlsx``.
        Exception: whatever a damaged archive makes ``zipfile`` and ``zlib`` raise.
    """
    if data.count(_ENTRY) > MOST_PARTS:
        raise too_large()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        _require_workbook({_name(part) for part in parts})
        require_apart(parts, archive.start_dir)
        needed = [part for part in parts if _is_needed(part)]
        if sum(part.file_size for part in needed) > MOST_UNPACKED:
            raise too_large()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as anew:
            for part in needed:
                anew.writestr(part.filename.replace("\\", "/"), _readable(unpacked(data, part)))
    out.seek(0)
    return out


def _name(part: zipfile.ZipInfo) -> str:
    return part.filename.replace("\\", "/").lower()


def _is_needed(part: zipfile.ZipInfo) -> bool:
    name = _name(part)
    return name.endswith(_SUFFIXES) and str(PurePosixPath(name).parent) in _FOLDERS


def _require_workbook(names: set[str]) -> None:
    if _WORKBOOK in names:
        return
    is_ods = {"mimetype", "content.xml"} <= names
    what = "ODS" if is_ods else "XLSB" if "xl/workbook.bin" in names else None
    raise refuse(
        "file_not_xlsx",
        f"Ini {f'berkas {what}' if what else 'bukan buku kerja Excel'}. "
        "Buka tabelnya di Excel atau LibreOffice, simpan sebagai 'Buku Kerja Excel (.xlsx)', lalu kirim lagi.",
        f"This is {f'an {what} file' if what else 'no Excel workbook'}. "
        "Open the table in Excel or LibreOffice, save it as 'Excel Workbook (.xlsx)' and retry.",
    )


def require_apart(parts: list[zipfile.ZipInfo], end: int) -> None:
    """Refuse parts that share bytes or a name: one byte told many times over is how the smallest bombs work.

    Raises:
        FileRefused: ``workbook_damaged``.
    """
    if len({_name(part) for part in parts}) < len(parts):
        raise damaged()
    for part in sorted(parts, key=lambda part: part.header_offset, reverse=True):
        if part.header_offset + _LOCAL_HEAD + part.compress_size > end:
            raise damaged()
        end = part.header_offset


def unpacked(data: bytes, part: zipfile.ZipInfo) -> bytearray:
    """A part's content; refused as soon as it proves to be other than the directory says.

    Raises:
        FileRefused: ``workbook_too_large`` or ``workbook_damaged``.
        Exception: whatever a damaged archive makes ``struct`` and ``zlib`` raise.
    """
    if part.flag_bits & _ENCRYPTED or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged()
    if part.file_size > _FREE + MOST_RATIO * part.compress_size:
        raise too_large()
    name, extra = struct.unpack_from("<HH", data, part.header_offset + _LOCAL_HEAD - 4)
    start = part.header_offset + _LOCAL_HEAD + name + extra
    packed = memoryview(data)[start : start + part.compress_size]
    is_deflated = part.compress_type == zipfile.ZIP_DEFLATED
    content = _inflated(packed, part.file_size) if is_deflated else bytearray(packed)
    if (len(content), zlib.crc32(content)) != (part.file_size, part.CRC):
        raise damaged()
    return content


def _inflated(packed: memoryview, size: int) -> bytearray:
    content, inflate = bytearray(), zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE):
        content += inflate.decompress(packed[at : at + _PIECE])
        if len(content) > size:
            raise damaged()
    if not inflate.eof or inflate.unused_data:
        raise damaged()
    return content


def _readable(content: bytearray) -> bytes | bytearray:
    if _FORBIDDEN.search(content):
        raise damaged()
    if b'"e"' in content or b"'e'" in content:
        # A cell with an error is handed on as empty, and one with a newer error not at all: as text both come whole.
        return _ERROR_CELL.sub(rb'\1"str"', content)
    return content


def too_large() -> FileRefused:
    """A workbook that would take too much to read."""
    return refuse(
        "workbook_too_large",
        "Buku kerja ini terlalu besar untuk dibaca, atau ada isi yang jauh di luar tabelnya. "
        "Salin tabelnya saja (tempel sebagai nilai) ke buku kerja baru, simpan sebagai .xlsx, lalu kirim lagi.",
        "This workbook is too large to read, or something stands far outside its table. "
        "Copy the table alone (paste as values) into a new workbook, save it as .xlsx and retry.",
    )


def damaged() -> FileRefused:
    """A workbook that no spreadsheet program would have written."""
    return refuse(
        "workbook_damaged",
        "Buku kerja ini rusak. Buka di Excel atau LibreOffice, simpan ulang sebagai .xlsx, lalu kirim lagi; "
        "bila tidak dapat dibuka, minta berkasnya kembali dari pembuatnya.",
        "This workbook is damaged. Open it in Excel or LibreOffice, save it again as .xlsx and retry; "
        "where it does not open, ask for it again from whoever made it.",
    )
