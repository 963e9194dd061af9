"""What the pages of this area share: the blueprint, who asks, and typed days and counts. Shows no page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from apiflask import APIBlueprint

from suket_service.errors import Text
from suket_service.registry.session import Registry
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import say
from suket_service.web.signed_in import signed_in

blueprint = APIBlueprint("administration", __name__, enable_openapi=False)
#: Days before and after these are slips of the hand.
_FIRST_YEAR, _LAST_YEAR = 1945, 2199
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what, as every use case here takes it."""

    registry: Registry
    office: str
    by: str
    at: datetime


def asking() -> Asking:
    """Who asks in this request."""
    me = signed_in()
    return Asking(context().registry, me.office.code, me.username, me.at)


def options(choices: Iterable[tuple[StrEnum, Text]]) -> list[tuple[str, str]]:
    """Choices as a form's macros take them, in the reader's language."""
    return [(choice.value, say(text)) for choice, text in choices]


def one_line(text: str) -> str:
    """What was typed, on one line."""
    return " ".join(text.split())


def typed_day(form: Form, field: str, *, needed: bool = False) -> date | None:
    """The day in a field; the form says so when it is none."""
    text = form[field]
    if not text:
        if needed:
            form.refuse(field, Text("Tanggal belum diisi.", "The date is missing."))
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        form.refuse(field, Text("Tanggal tidak dapat dibaca.", "That is no date."))
        return None
    return day


def typed_count(form: Form, field: str, *, needed: bool = False) -> int | None:
    """The whole number in a field; the form says so when it is none."""
    text = form[field]
    if not text:
        if needed:
            form.refuse(field, Text("Belum diisi.", "Is missing."))
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        form.refuse(field, Text("Isi dengan angka saja.", "Give a whole number."))
        return None
    return int(text)
