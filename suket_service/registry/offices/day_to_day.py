"""What an office says of its days: when it is open, how many blank cards it has. Judges nobody by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, select, update

from suket_service.registry.schema import OfficeRow

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when an office is open on a day; the closing minute itself counts no more."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of each day of the week, Monday first; None where the office is closed."""

    days: tuple[Hours | None, ...]

    def is_open(self, local: datetime) -> bool:
        """Whether the office is open then; ``local`` is in its own time."""
        hours = self.days[local.weekday()]
        return hours is not None and hours.opens <= local.time() < hours.closes


_WORKING_DAY = Hours(time(7, 30), time(16, 0))
#: Where an office has said nothing else.
USUAL_HOURS = OpeningHours((*(_WORKING_DAY,) * 5, None, None))


def opening_hours(tx: Connection, office_code: str) -> OpeningHours:
    """When the office is open."""
    stored = tx.execute(select(OfficeRow.opening_hours).where(OfficeRow.code == office_code)).scalar()
    return USUAL_HOURS if stored is None else _read(stored)


def set_opening_hours(tx: Connection, office_code: str, hours: OpeningHours) -> None:
    """Keep when the office is open."""
    stored = {
        day: [hours.opens.isoformat("minutes"), hours.closes.isoformat("minutes")]
        for day, hours in zip(DAYS, hours.days, strict=True)
        if hours is not None
    }
    tx.execute(update(OfficeRow).where(OfficeRow.code == office_code).values(opening_hours=stored))


def cards_in_stock(tx: Connection, office_code: str) -> int | None:
    """How many blank cards the office has, as last counted; None where nobody has said."""
    return tx.execute(select(OfficeRow.cards_in_stock).where(OfficeRow.code == office_code)).scalar()


def set_cards_in_stock(tx: Connection, office_code: str, cards: int | None) -> None:
    """Keep how many blank cards the office has."""
    tx.execute(update(OfficeRow).where(OfficeRow.code == office_code).values(cards_in_stock=cards))


def _read(stored: Mapping[str, Any]) -> OpeningHours:
    return OpeningHours(
        tuple(
            Hours(*(time.fromisoformat(each) for each in stored[day])) if day in stored else None
            for day in DAYS
        )
    )
