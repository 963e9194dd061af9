"""The counters behind letter numbers: rows, never sequences, so that a rollback burns nothing."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from suket_service.registry.schema import LetterRow, NumberSeriesRow


def take_serials(tx: Connection, office: str, kind: int, year: int, at: datetime, count: int) -> int:
    """Take the next ``count`` numbers of a series; returns the first.

    The counter moves with the transaction, so that none is lost or doubled.
    """
    moved = tx.execute(
        update(NumberSeriesRow)
        .where(NumberSeriesRow.office == office, NumberSeriesRow.kind == kind, NumberSeriesRow.year == year)
        .values(last_serial=NumberSeriesRow.last_serial + count, last_at=at)
        .returning(NumberSeriesRow.last_serial)
    ).scalar()
    if moved is not None:
        return int(moved) - count + 1
    tx.execute(
        insert(NumberSeriesRow).values(office=office, kind=kind, year=year, last_serial=count, last_at=at)
    )
    return 1


def last_issue(tx: Connection, office: str) -> datetime | None:
    """When the office issued last: time in a series never runs backwards."""
    return tx.execute(
        select(NumberSeriesRow.last_at)
        .where(NumberSeriesRow.office == office)
        .order_by(NumberSeriesRow.last_at.desc())
        .limit(1)
    ).scalar()


def series(tx: Connection, office: str | None = None) -> list[tuple[str, int, int, int]]:
    """(office, kind, year, last serial) of every series of an office; without one, of every office."""
    query = select(
        NumberSeriesRow.office, NumberSeriesRow.kind, NumberSeriesRow.year, NumberSeriesRow.last_serial
    ).order_by(NumberSeriesRow.office, NumberSeriesRow.kind, NumberSeriesRow.year)
    if office is not None:
        query = query.where(NumberSeriesRow.office == office)
    return [(row.office, row.kind, row.year, row.last_serial) for row in tx.execute(query)]


def numbers_of(tx: Connection, office: str) -> Iterator[str]:
    """Every number that an office has given out, in no order."""
    given = select(LetterRow.number).where(LetterRow.office == office, LetterRow.number.is_not(None))
    for number in tx.execute(given).scalars():
        if number is not None:
            yield number
