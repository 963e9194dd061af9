"""Several PDFs of ours into one for the printer. Reads no stranger's PDF and changes no page."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import pypdfium2

_TRAILER = 1024  # bytes; PDFium's is shorter
_HEAD = 1024 * 1024  # bytes; before the date PDFium writes a list of all pages, a dozen bytes each
_MADE = re.compile(rb"/CreationDate\(D:(\d{14}[-+]\d\d'\d\d')\)")
_A_DATE = re.compile(r"D:(\d{14})Z")  # as our parts bear it
_IDENTIFIER = re.compile(rb"/ID\s*\[<([0-9A-F]{32})><\1>\]")


def join(parts: Iterable[bytes]) -> bytes:
    """All pages of ``parts``, in order, in one PDF; one part alone is handed back as it is.

    The same parts give the same bytes.
    """
    everything = list(parts)
    if len(everything) == 1:
        return everything[0]
    with tempfile.TemporaryFile() as out:
        _write(everything, [hashlib.sha256(part).digest() for part in everything], out)
        out.seek(0)
        return out.read()


def join_files(parts: Sequence[Path], whole: Path) -> None:
    """All pages of the files ``parts``, in order, in the file ``whole``; it may be as large as the disk allows."""
    digests = []
    for part in parts:
        with part.open("rb") as opened:
            digests.append(hashlib.file_digest(opened, "sha256").digest())
    with whole.open("w+b") as out:
        _write(parts, digests, out)


def pages_of(file: Path) -> int:
    """How many pages a file of ours has."""
    opened = pypdfium2.PdfDocument(file)
    try:
        return len(opened)
    finally:
        opened.close()


def _write(parts: Sequence[bytes | Path], digests: Sequence[bytes], out: BinaryIO) -> None:
    whole, made = pypdfium2.PdfDocument.new(), ""
    try:
        for part in parts:
            source = pypdfium2.PdfDocument(part)
            try:
                made = made or source.get_metadata_value("CreationDate")
                whole.import_pages(source)
            finally:
                source.close()
        whole.save(out)
    finally:
        whole.close()
    _date(out, made)
    _identify(out, hashlib.sha256(b"".join(digests)).hexdigest()[:32].upper().encode())


def _date(out: BinaryIO, made: str) -> None:
    # PDFium takes the clock's; a joined file is as old as its first part.
    out.seek(0)
    found, date = _MADE.search(out.read(_HEAD)), _A_DATE.fullmatch(made)
    if found is None:
        raise ValueError("a joined PDF without a date")
    out.seek(found.start(1))
    out.write((date[1] if date else "20000101000000").encode() + b"+00'00'")


def _identify(out: BinaryIO, identifier: bytes) -> None:
    # PDFium makes a random one for every file it writes; a reprint is to be the same bytes.
    start = max(0, out.seek(0, 2) - _TRAILER)
    out.seek(start)
    found = _IDENTIFIER.search(out.read())
    if found is None:
        raise ValueError("a joined PDF without an identifier")
    for place in found.start(1), found.start(1) + 34:
        out.seek(start + place)
        out.write(identifier)
