"""Where the routes of printing hang, and what they share. Shows nothing itself."""

import re

from apiflask import APIBlueprint

from suket_service.errors import NotFound, Text
from suket_service.printing import Shelf
from suket_service.web.context import context
from suket_service.web.forms import Form, new_key

blueprint = APIBlueprint("printing", __name__, enable_openapi=False)
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


def shelf() -> Shelf:
    """Where the files of runs are kept for a day."""
    return Shelf(context().settings.data_dir)
