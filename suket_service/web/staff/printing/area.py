"""Where the routes of printing hang, and what they share. Shows nothing itself."""

import re
from collections.abc import Iterator
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response

from suket_service.errors import NotFound, Text
from suket_service.printing import MAY_PRINT, Shelf
from suket_service.web.context import context
from suket_service.web.forms import Form, new_key
from suket_service.web.signed_in import signed_in

blueprint = APIBlueprint("printing", __name__, enable_openapi=False)
_PIECE = 256 * 1024  # bytes
_ID = re.compile(r"[0-9a-f]{32}")


def known(id: str) -> str:
    """An id out of an address, if it can be one at all.

    Raises:
        NotFound: it cannot.
    """
    if not _ID.fullmatch(id):
        raise NotFound("not_found", Text("Halaman ini tidak ada.", "There is no such page."))
    return id


def key_of(form: Form) -> str:
    """The key that this page's form was drawn with, as the id of what it begins."""
    return form.once if _ID.fullmatch(form.once) else new_key()


def may_print() -> bool:
    """Whether the reader may print and not only look."""
    return signed_in().role in MAY_PRINT


def shelf() -> Shelf:
    """Where the files of runs are kept for a day."""
    return Shelf(context().settings.data_dir)


def pdf(source: bytes | Path, name: str, *, inline: bool = False) -> Response:
    """A PDF to look at, or to save under that name; a file goes out a little at a time."""
    answer = Response(source if isinstance(source, bytes) else _pieces(source), mimetype="application/pdf")
    answer.content_length = len(source) if isinstance(source, bytes) else source.stat().st_size
    answer.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=name)
    return answer


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
