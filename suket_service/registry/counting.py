"""How many letters: by state, day and village, and in force. Reads counts alone, never a person.

Everything is counted in the database. Days are those of the office's own calendar.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, DateTime, case, cast, func, select, type_coerce

from suket_service.core.letter import LetterState, Office
from suket_service.registry.schema import LetterRow, OfficeRow

#: The last valid day as it is now: with an extension where there is one.
last_valid_day = func.coalesce(LetterRow.extended_to, LetterRow.sealed_valid_until)


def by_state(tx: Connection, office: str) -> dict[LetterState, int]:
    """An office's letters and drafts by state; a state without any is not named."""
    rows = tx.execute(
        select(LetterRow.state, func.count()).where(LetterRow.office == office).group_by(LetterRow.state)
    )
    return {LetterState(state): count for state, count in rows}


@dataclass(frozen=True, slots=True)
class InForce:
    """How many of an office's letters are in force, and how many of those soon end."""

    letters: int
    ending: int


def now_in_force(tx: Connection, office: str, today: date, until: date) -> InForce:
    """The letters in force today, and those of them that end on ``until`` at the latest.

    No index holds the last days, so that every letter in force is looked at: once, for both.
    """
    ending = func.count(case((last_valid_day <= until, 1)))
    row = tx.execute(
        select(func.count(), ending).select_from(LetterRow).where(*in_force(office, today))
    ).one()
    return InForce(row[0], row[1])


def nearing_expiry(tx: Connection, office: str, today: date, until: date) -> int:
    """Letters in force whose last valid day is ``until`` at the latest."""
    return _count(tx, *in_force(office, today), last_valid_day <= until)


def issued_per_day(tx: Connection, office: str, first: date, last: date) -> dict[date, int]:
    """How many letters were issued on each day, both ends inclusive; a day without any is not named."""
    rows = tx.execute(
        select(LetterRow.issued_on, func.count())
        .where(*issued_between(office, first, last))
        .group_by(LetterRow.issued_on)
        .order_by(LetterRow.issued_on)
    )
    return {day: count for day, count in rows if day is not None}


def revoked_per_day(tx: Connection, office: str, first: date, last: date) -> dict[date, int]:
    """How many letters were revoked on each day, both ends inclusive; a day without any is not named."""
    offset = _offset(tx, office)
    start, end = _instants(first, last, offset)
    day = _day(tx, LetterRow.closed_at, offset).label("day")
    rows = tx.execute(
        select(day, func.count())
        .where(
            LetterRow.office == office,
            LetterRow.state == LetterState.REVOKED.value,
            LetterRow.closed_at >= start,
            LetterRow.closed_at < end,
        )
        .group_by("day")
        .order_by("day")
    )
    return {row.day: row[1] for row in rows}


def by_village(tx: Connection, office: str, first: date, last: date) -> dict[str, int]:
    """How many letters were issued in those days to people of each village, by its code."""
    rows = tx.execute(
        select(LetterRow.village, func.count())
        .where(*issued_between(office, first, last))
        .group_by(LetterRow.village)
        .order_by(LetterRow.village)
    )
    return {row.village: row[1] for row in rows}


def in_force(office: str, today: date) -> tuple[ColumnElement[bool], ...]:
    """What holds of a letter that is in force on that day."""
    return (
        LetterRow.office == office,
        LetterRow.state == LetterState.ISSUED.value,
        LetterRow.closed_at.is_(None),
        last_valid_day.is_(None) | (last_valid_day >= today),
    )


def issued_between(office: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """What holds of a letter that was issued in those days, whatever became of it."""
    return LetterRow.office == office, LetterRow.issued_on >= first, LetterRow.issued_on <= last


def instants(office: Office, first: date, last: date) -> tuple[datetime, datetime]:
    """When those days begin, and when they are over, by the office's calendar."""
    return _instants(first, last, office.utc_offset)


def _instants(first: date, last: date, offset: timedelta) -> tuple[datetime, datetime]:
    start = datetime.combine(first, time(), timezone(offset))
    return start, start + (last - first) + timedelta(days=1)


def _count(tx: Connection, *conditions: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(LetterRow).where(*conditions)).scalar_one()


def _offset(tx: Connection, office: str) -> timedelta:
    minutes = tx.execute(select(OfficeRow.utc_offset_minutes).where(OfficeRow.code == office)).scalar()
    return timedelta(minutes=minutes or 0)


def _day(tx: Connection, column: Any, offset: timedelta) -> ColumnElement[Any]:
    if tx.dialect.name == "sqlite":
        return func.date(_whole_seconds(column), _modifier(offset), type_=Date)
    return cast(type_coerce(column, DateTime) + offset, Date)


def _whole_seconds(column: Any) -> ColumnElement[Any]:
    # SQLite rounds to milliseconds, and so the last moment of a day into the next.
    return func.substr(column, 1, 19)


def _modifier(offset: timedelta) -> str:
    return f"{offset // timedelta(minutes=1):+d} minutes"
