"""The reports that close an office's days, and the figures of a day. Signs nothing.

A report is kept as it was made, so that the same is shown ever after; figures are counted anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from suket_service.core.letter import LetterState, Office
from suket_service.registry import offices
from suket_service.registry.counting import instants, issued_between, issued_per_day, revoked_per_day
from suket_service.registry.schema import (
    ClosingReportRow,
    HandOverRow,
    LetterEventRow,
    LetterRow,
    PrintingRow,
)

#: How many days the reminder of days that were never closed goes back.
DAYS_BACK = 7
#: What happened to letters, by the names of their histories.
CHANGES = ("draft", "withdraw", "extend", "suspend", "resume", "revoke", "supersede")


@dataclass(frozen=True, slots=True)
class SeriesOfDay:
    """The numbers of one series that were given on a day. ``gaps``: first and last number that is missing."""

    series: str
    first: str
    last: str
    count: int
    gaps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What an office did on a day. People are named by user name, letters by number."""

    issued: int
    changes: Mapping[str, int]  # of CHANGES, those that happened
    printed: int  # letters put on paper
    printings: int  # files; the same letter again counts again
    cards_handed_over: int
    letters_handed_over: int
    approved: Mapping[str, int]  # letters issued that day, by who approved them
    overrides: tuple[str, ...]  # numbers of letters that two people issued against the register's word
    series: tuple[SeriesOfDay, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Figures":
        """What :meth:`to_json` kept."""
        series = tuple(
            SeriesOfDay(**{**each, "gaps": tuple((gap[0], gap[1]) for gap in each["gaps"])})
            for each in kept["series"]
        )
        return cls(**{**kept, "overrides": tuple(kept["overrides"]), "series": series})


@dataclass(frozen=True, slots=True)
class ClosingReport:
    """A day that was closed, and the checkpoint signed for it."""

    day: date
    figures: Figures
    checkpoint: str
    by: str
    at: datetime


def figures(tx: Connection, office: Office, day: date) -> Figures:
    """What is known now of a day."""
    start, end = instants(office, day, day)
    issued = (LetterRow.office == office.code, LetterRow.issued_on == day)
    approved = tx.execute(
        select(LetterRow.approved_by, func.count())
        .where(*issued)
        .group_by(LetterRow.approved_by)
        .order_by(LetterRow.approved_by)
    )
    by_approver = {str(row.approved_by): int(row[1]) for row in approved}
    overrides = tx.execute(
        select(LetterRow.number)
        .where(*issued, LetterRow.override_reason.is_not(None))
        .order_by(LetterRow.status_list, LetterRow.status_index)
    )
    printings, printed = tx.execute(
        select(func.count(), func.count(PrintingRow.letter.distinct())).where(
            PrintingRow.printed_at >= start,
            PrintingRow.printed_at < end,
            _is_letter_of(PrintingRow.letter, office.code),
        )
    ).one()
    handed_over = _handed_over(tx, office.code, start, end)
    return Figures(
        issued=sum(by_approver.values()),
        changes=_changes(tx, office.code, start, end),
        printed=printed,
        printings=printings,
        cards_handed_over=handed_over.get("card", 0),
        letters_handed_over=handed_over.get("letter", 0),
        approved=by_approver,
        overrides=tuple(str(number) for number in overrides.scalars()),
        series=tuple(_series(tx, office, day)),
    )


def add(tx: Connection, office: str, report: ClosingReport) -> None:
    """Keep a day's report; there is one a day."""
    tx.execute(
        insert(ClosingReportRow).values(
            office=office,
            day=report.day,
            counts=report.figures.to_json(),
            checkpoint=report.checkpoint,
            by=report.by,
            at=report.at,
        )
    )


def of_day(tx: Connection, office: str, day: date) -> ClosingReport | None:
    """The report of a day, if it was closed."""
    row = tx.execute(
        select(ClosingReportRow.__table__).where(
            ClosingReportRow.office == office, ClosingReportRow.day == day
        )
    ).first()
    return None if row is None else _report(row)


def newest(tx: Connection, office: str, offset: int, limit: int) -> list[ClosingReport]:
    """The reports of an office, the newest day first."""
    rows = tx.execute(
        select(ClosingReportRow.__table__)
        .where(ClosingReportRow.office == office)
        .order_by(ClosingReportRow.day.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_report(row) for row in rows]


def how_many(tx: Connection, office: str) -> int:
    """How many days of an office were closed."""
    return tx.execute(
        select(func.count()).select_from(ClosingReportRow).where(ClosingReportRow.office == office)
    ).scalar_one()


def afterwards(tx: Connection, office: Office, report: ClosingReport) -> dict[str, int]:
    """What happened on a day after it was closed: letters issued ("issue") and CHANGES, those that happened."""
    start, end = instants(office, report.day, report.day)
    if report.at >= end:
        return {}
    issued = issued_per_day(tx, office.code, report.day, report.day).get(report.day, 0)
    then = {"issue": report.figures.issued, **report.figures.changes}
    now = {"issue": issued, **_changes(tx, office.code, start, end)}
    return {
        action: count - then.get(action, 0) for action, count in now.items() if count > then.get(action, 0)
    }


def unprinted(tx: Connection, office: str, day: date) -> int:
    """How many of the letters of a day that are in force were never put on paper."""
    printed = select(PrintingRow.letter).where(PrintingRow.letter == LetterRow.id)
    return tx.execute(
        select(func.count())
        .select_from(LetterRow)
        .where(
            *issued_between(office, day, day), LetterRow.state == LetterState.ISSUED.value, ~printed.exists()
        )
    ).scalar_one()


def open_days(tx: Connection, office: Office, today: date) -> list[date]:
    """The days of the week before today that no report closes although letters were issued or revoked."""
    first, last = today - timedelta(days=DAYS_BACK), today - timedelta(days=1)
    worked = {*issued_per_day(tx, office.code, first, last), *revoked_per_day(tx, office.code, first, last)}
    closed = tx.execute(
        select(ClosingReportRow.day).where(
            ClosingReportRow.office == office.code, ClosingReportRow.day >= first
        )
    )
    return sorted(worked.difference(closed.scalars()))


def _report(row: Any) -> ClosingReport:
    return ClosingReport(row.day, Figures.from_json(row.counts), row.checkpoint, row.by, row.at)


def _changes(tx: Connection, office: str, start: datetime, end: datetime) -> dict[str, int]:
    rows = tx.execute(
        select(LetterEventRow.action, func.count())
        .where(
            LetterEventRow.at >= start,
            LetterEventRow.at < end,
            LetterEventRow.action.in_(CHANGES),
            _is_letter_of(LetterEventRow.letter, office),
        )
        .group_by(LetterEventRow.action)
    )
    found = {str(row.action): int(row[1]) for row in rows}
    return {action: found[action] for action in CHANGES if action in found}


def _handed_over(tx: Connection, office: str, start: datetime, end: datetime) -> dict[str, int]:
    rows = tx.execute(
        select(HandOverRow.thing, func.count())
        .where(HandOverRow.at >= start, HandOverRow.at < end, _is_letter_of(HandOverRow.letter, office))
        .group_by(HandOverRow.thing)
    )
    return {str(row.thing): int(row[1]) for row in rows}


def _is_letter_of(letter: Any, office: str) -> ColumnElement[bool]:
    # Asked of the day's few rows; a join begins with all the office's letters (20 times slower at 200,000).
    return select(LetterRow.office).where(LetterRow.id == letter).scalar_subquery() == office


def _series(tx: Connection, office: Office, day: date) -> Iterable[SeriesOfDay]:
    kinds = offices.kinds(tx)
    rows = tx.execute(
        select(LetterRow.kind, LetterRow.number)
        .where(LetterRow.office == office.code, LetterRow.issued_on == day)
        .order_by(LetterRow.status_list, LetterRow.status_index)
    )
    numbers: dict[int, list[str]] = {}
    for row in rows:
        numbers.setdefault(row.kind, []).append(str(row.number))
    for kind, given in sorted(numbers.items()):
        series = kinds[kind].series
        before = _last_before(tx, office.code, kind, day)
        gaps = _gaps(office, series, day.year, [*before, *given])
        yield SeriesOfDay(series, given[0], given[-1], len(given), tuple(gaps))


def _last_before(tx: Connection, office: str, kind: int, day: date) -> list[str]:
    """The last number of the kind that was given earlier in the year, if there is one."""
    return [
        str(number)
        for number in tx.execute(
            select(LetterRow.number)
            .where(
                LetterRow.office == office,
                LetterRow.kind == kind,
                LetterRow.issued_on >= date(day.year, 1, 1),
                LetterRow.issued_on < day,
            )
            .order_by(LetterRow.status_list.desc(), LetterRow.status_index.desc())
            .limit(1)
        ).scalars()
    ]


def _gaps(office: Office, series: str, year: int, given: Sequence[str]) -> Iterable[tuple[str, str]]:
    # A number written by an earlier pattern says nothing of its serial, and is no gap.
    serials = sorted(each for each in (_serial(office, series, year, number) for number in given) if each)
    for one, following in pairwise(serials):
        if following > one + 1:
            yield office.number(one + 1, series, year), office.number(following - 1, series, year)


def _serial(office: Office, series: str, year: int, number: str) -> int | None:
    before, mark, after = office.number_pattern.partition("{serial}")
    if not mark:
        return None
    blank = {"series": series, "office": office.code, "year": year}
    try:
        head, tail = before.format(**blank), after.format(**blank)
    except (KeyError, ValueError, IndexError):
        return None
    middle = number.removeprefix(head).removesuffix(tail)
    fits = number == f"{head}{middle}{tail}" and middle.isascii() and middle.isdigit()
    return int(middle) if fits else None
