"""Number series raised above every number that may be on paper. Takes no number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from suket_service.core.checkpoint import SeriesKey
from suket_service.registry import offices
from suket_service.registry.schema import NumberSeriesRow


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """One series. ``given`` is the highest number known to be given out, ``now`` the counter from here on."""

    office: str
    kind: int
    year: int
    in_backup: int
    given: int
    now: int


def raise_series(
    tx: Connection, given: Mapping[SeriesKey, int], reserve: int, at: datetime
) -> list[SeriesChange]:
    """Raise every series to what is known to be given out, and this year's by a reserve beyond that.

    Args:
        tx: the restored tables.
        given: the highest number known of each series, from publications and from paper.
        reserve: numbers passed over in each series of the office's current year, kinds without one
            too: they may be on letters of which nothing is known.
        at: now. No letter of a series is issued before it.

    Returns:
        The series that changed. One of a kind that the registry does not know has nowhere to be kept:
        its ``now`` is 0.
    """
    rows = {
        (row.office, row.kind, row.year): row for row in tx.execute(select(NumberSeriesRow.__table__)).all()
    }
    kinds = offices.kinds(tx)
    this_year = {each.code: each.local_date(at).year for each in offices.offices(tx)}
    current = {(office, kind, year) for office, year in this_year.items() for kind in kinds}
    changes = []
    for key in sorted({*rows, *given, *current}):
        office, kind, year = key
        before = rows[key].last_serial if key in rows else 0
        known = max(before, given.get(key, 0))
        now = known + reserve if this_year.get(office) == year else known
        if office not in this_year or kind not in kinds:
            changes.append(SeriesChange(*key, before, known, 0))
        elif now > before:
            _set(tx, key, now, at, is_new=key not in rows)
            changes.append(SeriesChange(*key, before, known, now))
        elif key in current and key in rows:
            _set(tx, key, now, at, is_new=False)
    return changes


def _set(tx: Connection, key: SeriesKey, last_serial: int, at: datetime, *, is_new: bool) -> None:
    office, kind, year = key
    if is_new:
        tx.execute(
            insert(NumberSeriesRow).values(
                office=office, kind=kind, year=year, last_serial=last_serial, last_at=at
            )
        )
        return
    tx.execute(
        update(NumberSeriesRow)
        .where(NumberSeriesRow.office == office, NumberSeriesRow.kind == kind, NumberSeriesRow.year == year)
        .values(last_serial=last_serial, last_at=at)
    )
