"""Elections of an office. Knows no station, no device and no letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from suket_service.core.election import ElectionFacts
from suket_service.errors import NotFound, Text
from suket_service.registry.ids import FIRST_NUMBER_TOO_LARGE
from suket_service.registry.schema import ElectionRow

#: Devices send what they still hold, and holders keep what they have, for so long after the polls closed.
AFTERWARDS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class NewElection:
    """An election as it is planned. ``villages``: codes; none means all that the office serves."""

    name: str
    opens_at: datetime
    closes_at: datetime
    issuing_closes_at: datetime
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Election:
    """An election of one office."""

    id: int
    office: str
    name: str
    opens_at: datetime
    closes_at: datetime
    issuing_closes_at: datetime
    villages: tuple[str, ...]
    created_by: str
    created_at: datetime
    cancelled_at: datetime | None

    @property
    def facts(self) -> ElectionFacts:
        """What a verifier must know of it."""
        moments = (self.opens_at, self.closes_at, self.issuing_closes_at)
        return ElectionFacts(self.id, self.office, self.name, *moments)

    def is_running(self, at: datetime) -> bool:
        """Whether devices take part: from the moment it was entered until two days after the polls."""
        return self.cancelled_at is None and at < self.closes_at + AFTERWARDS


def add(tx: Connection, office: str, planned: NewElection, by: str, at: datetime) -> int:
    """Keep a new election; returns its id."""
    made = tx.execute(
        insert(ElectionRow)
        .values(office=office, created_by=by, created_at=at, **_columns(planned))
        .returning(ElectionRow.id)
    )
    return int(made.scalar_one())


def change(tx: Connection, election: int, planned: NewElection) -> None:
    """Put new plans in the place of an election's."""
    tx.execute(update(ElectionRow).where(ElectionRow.id == election).values(**_columns(planned)))


def cancel(tx: Connection, election: int, at: datetime) -> None:
    """An election that will not be held here: its devices end with it."""
    tx.execute(update(ElectionRow).where(ElectionRow.id == election).values(cancelled_at=at))


def of_office(tx: Connection, office: str) -> list[Election]:
    """All elections of an office, the latest first."""
    rows = tx.execute(_ALL.where(ElectionRow.office == office).order_by(ElectionRow.opens_at.desc()))
    return [_election(row) for row in rows]


def running(tx: Connection, at: datetime) -> list[Election]:
    """Every office's elections in which devices take part at that moment, in order."""
    rows = tx.execute(
        _ALL.where(ElectionRow.cancelled_at.is_(None), ElectionRow.closes_at > at - AFTERWARDS).order_by(
            ElectionRow.id
        )
    )
    return [_election(row) for row in rows]


def by_id(tx: Connection, office: str, election: int) -> Election:
    """One election of an office.

    Raises:
        NotFound: also for another office's.
    """
    row = None
    if election < FIRST_NUMBER_TOO_LARGE:
        row = tx.execute(_ALL.where(ElectionRow.office == office, ElectionRow.id == election)).first()
    if row is None:
        raise NotFound(
            "no_election", Text("Pemilihan itu tidak ada di kantor ini.", "This office has no such election.")
        )
    return _election(row)


_ALL: Any = select(ElectionRow.__table__)


def _columns(planned: NewElection) -> dict[str, Any]:
    return {
        "name": planned.name,
        "opens_at": planned.opens_at,
        "closes_at": planned.closes_at,
        "issuing_closes_at": planned.issuing_closes_at,
        "villages": list[str](planned.villages),
    }


def _election(row: Row[Any]) -> Election:
    kept: Sequence[str] = row.villages
    return Election(
        id=row.id,
        office=row.office,
        name=row.name,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        issuing_closes_at=row.issuing_closes_at,
        villages=tuple(kept),
        created_by=row.created_by,
        created_at=row.created_at,
        cancelled_at=row.cancelled_at,
    )
