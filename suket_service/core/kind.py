"""Kinds of letter, how long each is valid and when it may be issued. Which kinds there are is the registry's to say.

The legal status of these letters has changed about once a year, so title,
legal basis and validity are data, never code.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from suket_service.errors import Problem, Text

HIGHEST_CODE = 127  # seven bits in the seal
#: Longer ones push the hardest letter (60-character name, 120-character address) off its page (measured).
MOST_TITLE_CHARACTERS, MOST_BASIS_CHARACTERS = 60, 150
#: No rule reaches further than five years ahead.
MOST_MONTHS, MOST_DAYS = 60, 1825
_SERIES = re.compile(r"[A-Z0-9-]{1,12}")


class ValidityRule(StrEnum):
    """How the last valid day follows from the day of issue."""

    MONTHS = "months"
    DAYS = "days"
    FIXED_DATE = "fixed_date"
    UNTIL_CARD = "until_card"


class SignatureMode(StrEnum):
    """How the signatory signs: by hand on the paper with a stamp, or the PDF with a certificate."""

    WET = "wet"
    PADES = "pades"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter. ``series`` stands in the letter number and keeps kinds' numbers apart."""

    code: int
    title: str
    series: str
    template: str  # folder and version under templates/letters/, for example pengganti-ktp-el/v1
    legal_basis: str
    rule: ValidityRule
    amount: int | None = None  # months or days
    fixed_date: date | None = None
    signature: SignatureMode = SignatureMode.WET

    def valid_until(self, issued_on: date) -> date | None:
        """The last valid day, inclusive; None means until the card is issued.

        Six months from 1 June ends on 30 November: the day before the same day of the month. Days
        count the day of issue. A fixed date is the same for all, so it may lie *before* ``issued_on``:
        such a letter must not be issued (``has_ended``).

        Raises:
            ValueError: the kind's rule lacks its amount or date (a kind that must not exist).
        """
        match self.rule:
            case ValidityRule.UNTIL_CARD:
                return None
            case ValidityRule.FIXED_DATE if self.fixed_date is not None:
                return self.fixed_date
            case ValidityRule.DAYS if self.amount is not None:
                return issued_on + timedelta(days=self.amount - 1)
            case ValidityRule.MONTHS if self.amount is not None:
                return _day_before_months_later(issued_on, self.amount)
            case ValidityRule.FIXED_DATE | ValidityRule.DAYS | ValidityRule.MONTHS:
                raise ValueError(f"kind {self.code}: rule {self.rule} without its amount or date")
            case _:
                assert_never(self.rule)

    def has_ended(self, on: date) -> bool:
        """Whether a letter issued on that day would have expired before it: only a fixed date can be past."""
        until = self.valid_until(on)
        return until is not None and until < on


def _day_before_months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last_of_month = calendar.monthrange(year, month)[1]
    if day.day > last_of_month:  # 31 August and six months: the month ends first
        return date(year, month, last_of_month)
    return date(year, month, day.day) - timedelta(days=1)


def problems(kind: Kind, today: date) -> tuple[Problem, ...]:
    """What is wrong with a kind as it was given, by field; nothing where it may be used.

    Args:
        kind: as given.
        today: a fixed last day must not be before it.

    Codes: ``out_of_range``, ``missing``, ``too_long``, ``not_printable``, ``series_form``,
    ``date_past``, ``not_with_this_rule``.
    """
    return (*_naming_problems(kind), *_validity_problems(kind, today))


def _naming_problems(kind: Kind) -> Iterator[Problem]:
    if not 1 <= kind.code <= HIGHEST_CODE:
        yield _out_of_range("code", f"1–{HIGHEST_CODE}")
    for field, text, most in (
        ("title", kind.title, MOST_TITLE_CHARACTERS),
        ("legal_basis", kind.legal_basis, MOST_BASIS_CHARACTERS),
    ):
        if not text.strip():
            yield Problem(field, "missing", Text("Belum diisi.", "Is missing."))
        elif len(text) > most:
            yield _too_long(field, most)
        elif not text.isprintable():
            yield Problem(field, "not_printable", Text("Harus satu baris teks.", "Must be one line of text."))
    if not _SERIES.fullmatch(kind.series):
        yield Problem(
            "series",
            "series_form",
            Text(
                "Seri: 1 sampai 12 huruf besar, angka atau tanda hubung.",
                "A series is 1 to 12 capitals, digits or hyphens.",
            ),
        )


def _validity_problems(kind: Kind, today: date) -> Iterator[Problem]:
    most = {ValidityRule.MONTHS: MOST_MONTHS, ValidityRule.DAYS: MOST_DAYS}.get(kind.rule)
    if most is None and kind.amount is not None:
        yield _not_with("amount", kind.rule)
    elif most is not None and not 1 <= (kind.amount or 0) <= most:
        yield _out_of_range("amount", f"1–{most}")
    if kind.rule is not ValidityRule.FIXED_DATE:
        if kind.fixed_date is not None:
            yield _not_with("until", kind.rule)
    elif kind.fixed_date is None:
        yield Problem("until", "missing", Text("Tanggal akhir belum diisi.", "The last day is missing."))
    elif kind.fixed_date < today:
        yield Problem(
            "until",
            "date_past",
            Text("Tanggal akhir sudah lewat.", "The last day is past."),
        )
    elif kind.fixed_date > today + timedelta(days=MOST_DAYS):
        yield _out_of_range("until", f"≤ {today + timedelta(days=MOST_DAYS)}")


def _out_of_range(field: str, allowed: str) -> Problem:
    return Problem(
        field, "out_of_range", Text(f"Di luar batas yang boleh: {allowed}.", f"Out of range: {allowed}.")
    )


def _too_long(field: str, most: int) -> Problem:
    return Problem(
        field, "too_long", Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
    )


def _not_with(field: str, rule: ValidityRule) -> Problem:
    return Problem(
        field,
        "not_with_this_rule",
        Text(f"Tidak berlaku untuk aturan {rule.value}.", f"Does not go with the rule {rule.value}."),
    )


@dataclass(frozen=True, slots=True)
class IssuingWindow:
    """The days, both inclusive, on which an office may issue a kind. No window at all: any day.

    A window whose last day is before its first was closed before it opened, and never opens.
    """

    office: str
    kind: int
    opens_on: date
    closes_on: date | None

    def holds(self, day: date) -> bool:
        """Whether the window is open on that day."""
        return self.opens_on <= day and (self.closes_on is None or day <= self.closes_on)


def is_open(windows: Iterable[IssuingWindow], office: str, kind: int, day: date) -> bool:
    """Whether the office may issue the kind on that day; ``windows`` may be anybody's.

    Without any window for that office and kind: any day. Windows may overlap; one that is open is enough.
    """
    own = [window for window in windows if (window.office, window.kind) == (office, kind)]
    return not own or any(window.holds(day) for window in own)
