"""The pictures out of a ZIP that comes with a table. Opens no picture and writes no file.

Names inside it are only ever compared, never used as paths.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from suket_service.errors import FileRefused
from suket_service.sheets import container
from suket_service.sheets.table import refuse

MOST_FILES = 500
#: Pictures are packed already: what grows to four times what may be uploaded is something else.
MOST_UNPACKED = 100 * 1024 * 1024
_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY = b"PK\x01\x02"
#: What computers leave in folders beside what a person put there.
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,  # names that cannot be decoded, seeks out of the file
    OverflowError,
    NotImplementedError,
    OSError,
    EOFError,
    IndexError,
)


def is_archive(data: bytes) -> bool:
    """Whether this begins as a ZIP does."""
    return data.startswith(_STARTS)


def pictures(data: bytes, most_bytes_each: int) -> Iterator[tuple[str, bytes | None]]:
    """Name and content of each file in a ZIP, one at a time; None for one larger than allowed.

    Raises:
        FileRefused: ``archive_too_many``: more than :data:`MOST_FILES`; ``archive_too_large``: more than
            :data:`MOST_UNPACKED` in all; ``archive_damaged``.
    """
    # The directory is counted before it is read: each entry of it costs a thousand times its bytes.
    if data.count(_ENTRY) > 2 * MOST_FILES:
        raise _too_many()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            container.require_apart(parts, archive.start_dir)
        wanted = [part for part in parts if not part.is_dir() and not _is_litter(part.filename)]
        if len(wanted) > MOST_FILES:
            raise _too_many()
        if sum(part.file_size for part in wanted if part.file_size <= most_bytes_each) > MOST_UNPACKED:
            raise _too_large()
        for part in wanted:
            if part.file_size > most_bytes_each:
                yield part.filename, None
            else:
                yield part.filename, bytes(container.unpacked(data, part))
    except _DAMAGE:
        raise _damaged() from None
    except FileRefused as refused:
        raise refused if refused.code.startswith("archive") else _damaged() from None


def _is_litter(name: str) -> bool:
    return any(piece in _LITTER or piece.startswith("._") for piece in PurePosixPath(name).parts)


def _too_many() -> FileRefused:
    return refuse(
        "archive_too_many",
        f"ZIP foto berisi lebih dari {MOST_FILES} berkas; kirim dalam beberapa ZIP.",
        f"The ZIP of photographs holds more than {MOST_FILES} files; send several ZIPs.",
    )


def _too_large() -> FileRefused:
    return refuse(
        "archive_too_large",
        "Isi ZIP foto ini lebih dari 100 MB. Perkecil foto-fotonya, atau kirim dalam beberapa ZIP.",
        "This ZIP of photographs unpacks to more than 100 MB. Make the photographs smaller, or send several ZIPs.",
    )


def _damaged() -> FileRefused:
    return refuse(
        "archive_damaged",
        "ZIP foto ini rusak, terkunci kata sandi, atau isinya bukan foto. Buat ZIP baru dari foto-fotonya, atau pilih fotonya langsung.",
        "This ZIP of photographs is damaged, locked by a password, or holds something else. "
        "Make a new ZIP of the photographs, or choose the photographs themselves.",
    )
