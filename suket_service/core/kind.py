"""Kinds of letter and how long each is valid. Which kinds an office uses is the registry's to say.

The legal status of these letters has changed about once a year (research/domain.md 1.6), so title,
legal basis and validity are data, never code.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

HIGHEST_CODE = 127  # seven bits in the seal


class ValidityRule(StrEnum):
    """How the last valid day follows from the day of issue."""

    MONTHS = "months"
    DAYS = "days"
    FIXED_DATE = "fixed_date"
    UNTIL_CARD = "until_card"


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

    def valid_until(self, issued_on: date) -> date | None:
        """The last valid day, inclusive; None means until the card is issued.

        Six months from 1 June ends on 30 November: the day before the same day of the month.

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


def _day_before_months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last_of_month = calendar.monthrange(year, month)[1]
    if day.day > last_of_month:  # 31 August and six months: the month ends first
        return date(year, month, last_of_month)
    return date(year, month, day.day) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class IssuingWindow:
    """The days, both inclusive, on which an office may issue a kind. No window at all: any day."""

    office: str
    kind: int
    opens_on: date
    closes_on: date | None
