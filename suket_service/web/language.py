"""The reader's language: Indonesian, unless they chose English. Both stand side by side where a sentence is used."""

import re
from datetime import date, datetime, timedelta, timezone

from flask import Flask, g, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from suket_service.core.letter import Office
from suket_service.errors import Text
from suket_service.paper.wording import MONTHS
from suket_service.web.context import context

LANGUAGES = ("id", "en")
_COOKIE = "bahasa"
_YEAR = 365 * 24 * 3600
_COMMAND = re.compile(r"`([^`]*)`")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
#: Indonesia's zones by their offset; they have no summer time.
_ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}


def language() -> str:
    """The language of this request's answer."""
    chosen = request.cookies.get(_COOKIE)
    return chosen if chosen in LANGUAGES else "id"


def choose(response: Response, chosen: str) -> None:
    """Remember the reader's choice."""
    if chosen in LANGUAGES:
        secure = context().settings.base_url.startswith("https:")
        response.set_cookie(_COOKIE, chosen, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")


def t(id: str, en: str) -> str:
    """One of the two, by the reader's language."""
    return Text(id, en).in_language(language())


def say(text: Text) -> str:
    """A sentence in the reader's language."""
    return text.in_language(language())


def shown(text: Text) -> str:
    """A sentence on a page: what stands between backticks is a command, and looks like one."""
    said = say(text)
    if "`" not in said:
        return said
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(said))))  # noqa: S704 - escaped before


def day(value: date | None) -> str:
    """A date in words, ``22 November 2026``."""
    if value is None:
        return "–"
    months = _ENGLISH_MONTHS if language() == "en" else MONTHS
    return f"{value.day} {months[value.month - 1]} {value.year}"


def moment(value: datetime | None, office: Office | None = None) -> str:
    """An instant in an office's own time, ``22 November 2026 13.05 WIB``."""
    if value is None:
        return "–"
    return f"{day(_local(value, office).date())} {clock(value, office)}"


def clock(value: datetime, office: Office | None = None) -> str:
    """The time of an instant in an office's own time, ``13.05 WIB``."""
    local = _local(value, office)
    offset = local.utcoffset() or timedelta()
    return f"{local:%H.%M} {_ZONES.get(offset, local.tzname())}"


def _local(value: datetime, office: Office | None) -> datetime:
    found = g.get("who")
    offset = office.utc_offset if office else found.office.utc_offset if found else timedelta(hours=7)
    return value.astimezone(timezone(offset))


def grouped(nik: str) -> str:
    """A NIK as people read it out: region, birth date, serial."""
    return f"{nik[:6]} {nik[6:12]} {nik[12:]}"


def number(value: int) -> str:
    """A count with its thousands parted as the language does."""
    return f"{value:,}" if language() == "en" else f"{value:,}".replace(",", ".")


def install(app: Flask) -> None:
    """Give templates the words and forms."""
    app.jinja_env.globals.update(t=t, language=language)
    app.jinja_env.filters.update(
        say=shown, day=day, moment=moment, clock=clock, grouped=grouped, number=number
    )
