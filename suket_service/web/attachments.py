"""Files as answers: to be kept, or a PDF to look at; their names are ours. Makes none of them."""

from collections.abc import Iterator
from pathlib import Path

from flask import Response

CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 256 * 1024  # bytes


def attachment(source: bytes | Path, name: str, media_type: str, *, inline: bool = False) -> Response:
    """A file to be saved under that name, or to be shown; out of a directory it goes a little at a time."""
    answer = Response(
        source if isinstance(source, bytes) else _pieces(source),
        content_type=media_type,
    )
    answer.content_length = len(source) if isinstance(source, bytes) else source.stat().st_size
    answer.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=name)
    return answer


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
