"""The offices: new versions of their letterheads, their hours, their stock of cards. Issues nothing.

Letters keep the version of the letterhead that they were issued with.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from suket_service.administering.kinds import nothing_to_change
from suket_service.core.letter import Letterhead, Office
from suket_service.errors import FieldError, Problem, RequestRefused, Text
from suket_service.paper import fonts
from suket_service.registry import audit, offices, staff
from suket_service.registry.offices import DAYS, OpeningHours
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role

MOST_CARDS = 1_000_000
#: As many characters as the registry keeps of each line.
LETTERHEAD_CHARACTERS = {
    "government": 120,
    "agency": 120,
    "address": 200,
    "contact": 200,
    "place": 60,
    "post": 120,
    "signatory": 120,
    "rank": 60,
    "nip": 24,
}
#: The audit's word on a new version of a letterhead.
_CHANGED = "office.letterhead"


@dataclass(frozen=True, slots=True)
class OfficeListing:
    """An office with its current letterhead and usual kind."""

    office: Office
    letterhead: Letterhead
    usual_kind: int


@dataclass(frozen=True, slots=True)
class LetterheadVersion:
    """A version of an office's letterhead, since when, and by whom; None: it came with the office."""

    head: Letterhead
    since: datetime
    by: str | None


def list_offices(registry: Registry) -> list[OfficeListing]:
    """Every office, by code."""
    with registry.reading() as tx:
        return [
            OfficeListing(
                office,
                offices.letterhead(tx, office.code, offices.current_letterhead(tx, office.code)),
                offices.usual_kind(tx, office.code),
            )
            for office in offices.offices(tx)
        ]


def letterhead_versions(registry: Registry, office_code: str) -> list[LetterheadVersion]:
    """Every version of an office's letterhead, the newest first."""
    with registry.reading() as tx:
        changed = {
            json.loads(entry.details)["version"]: entry.actor
            for entry in audit.of_action(tx, _CHANGED, office_code)
        }
        return [
            LetterheadVersion(head, since, changed.get(head.version))
            for head, since in offices.letterheads(tx, office_code)
        ]


def change_letterhead(
    registry: Registry,
    office_code: str,
    letterhead: Letterhead,
    by: str,
    at: datetime,
    require_printable: Callable[[Letterhead], None] = lambda _letterhead: None,
) -> Letterhead:
    """Let letters from now on bear this letterhead and signatory; returns it with its version.

    Args:
        registry: where it is kept.
        office_code: whose it is.
        letterhead: as given; its own version does not count.
        by: an administrator of that office.
        at: now.
        require_printable: refuses a letterhead under which letters do not fit on paper.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        RequestRefused: as :func:`require_letterhead`.
        InputError: ``nothing_to_change``.
        PrinterError: as ``require_printable``.
    """
    with registry.reading() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
    require_letterhead(letterhead)
    require_printable(letterhead)  # letters are laid out: not while everyone waits for the lock
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        current = offices.current_letterhead(tx, office_code)
        if replace(letterhead, version=current) == offices.letterhead(tx, office_code, current):
            raise nothing_to_change()
        new = replace(letterhead, version=current + 1)
        offices.add_letterhead(tx, office_code, new, at)
        # The signatory's name stays out of the audit chain.
        audit.append(tx, at, by, _CHANGED, office_code, office_code, {"version": new.version})
        return new


def require_letterhead(letterhead: Letterhead) -> None:
    """Refuse a letterhead with a line that is empty, longer than is kept, or not to be printed.

    Raises:
        RequestRefused: ``missing``, ``too_long`` or ``glyph_missing``, by field.
    """
    problems = _problems(letterhead)
    if problems:
        raise RequestRefused(problems)


def set_opening_hours(
    registry: Registry, office_code: str, hours: OpeningHours, by: str, at: datetime
) -> None:
    """Say when the office is open; letters issued outside of it are shown to the auditor.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        RequestRefused: ``closes_before_opens``, by day.
        InputError: ``nothing_to_change``.
    """
    problems = [
        Problem(day, "closes_before_opens", _CLOSES_FIRST)
        for day, each in zip(DAYS, hours.days, strict=True)
        if each is not None and each.closes <= each.opens
    ]
    if problems:
        raise RequestRefused(problems)
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        if offices.opening_hours(tx, office_code) == hours:
            raise nothing_to_change()
        offices.set_opening_hours(tx, office_code, hours)
        details = {
            day: f"{each.opens:%H:%M}-{each.closes:%H:%M}"
            for day, each in zip(DAYS, hours.days, strict=True)
            if each is not None
        }
        audit.append(tx, at, by, "office.hours", office_code, office_code, details)


def set_cards_in_stock(
    registry: Registry, office_code: str, cards: int | None, by: str, at: datetime
) -> None:
    """Say how many blank cards there are; None where nobody counts them.

    Raises:
        NotAllowed: ``by`` is neither operator nor administrator of that office.
        FieldError: ``out_of_range``.
        InputError: ``nothing_to_change``.
    """
    if cards is not None and not 0 <= cards <= MOST_CARDS:
        raise FieldError(
            Problem(
                "cards",
                "out_of_range",
                Text(f"Isi 0 sampai {MOST_CARDS}.", f"Give a number from 0 to {MOST_CARDS}."),
            )
        )
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.ADMIN)
        if offices.cards_in_stock(tx, office_code) == cards:
            raise nothing_to_change()
        offices.set_cards_in_stock(tx, office_code, cards)
        audit.append(tx, at, by, "office.stock", office_code, office_code, {"cards": cards})


def _problems(letterhead: Letterhead) -> list[Problem]:
    found = []
    for field, most in LETTERHEAD_CHARACTERS.items():
        text = getattr(letterhead, field)
        if not text.strip():
            found.append(Problem(field, "missing", Text("Belum diisi.", "Is missing.")))
        elif len(text) > most:
            told = Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
            found.append(Problem(field, "too_long", told))
        elif missing := fonts.missing_glyphs(text):
            told = Text(
                f"Huruf cetak surat tidak memiliki: {missing}.", f"The letter's font lacks: {missing}."
            )
            found.append(Problem(field, "glyph_missing", told))
    return found


_CLOSES_FIRST = Text("Jam tutup harus sesudah jam buka.", "Closing must be later than opening.")
