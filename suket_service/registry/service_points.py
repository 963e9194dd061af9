"""Where citizens are served and what works there, as last said. Judges no place open or closed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from suket_service.errors import NotFound, Text
from suket_service.registry.schema import ServicePointRow


class PointKind(StrEnum):
    """What sort of place it is; in the order in which citizens read of them."""

    OFFICE = "dinas"
    DISTRICT = "kecamatan"
    MOBILE = "keliling"  # a car or a team that goes out


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is said of a place."""

    kind: PointKind
    name: str
    address: str
    hours: str
    records: bool  # biometrics are recorded there
    prints: bool  # cards or letters are printed there
    closed_since: date | None  # None: it is open
    notice: str


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A place with who said so, and when."""

    id: int
    office: str
    facts: PointFacts
    removed: bool
    by: str
    at: datetime


def add(tx: Connection, office: str, facts: PointFacts, by: str, at: datetime) -> int:
    """Add a place; returns its id."""
    values = {**_values(facts), "office": office, "removed": False, "by": by, "at": at}
    return tx.execute(insert(ServicePointRow).values(values).returning(ServicePointRow.id)).scalar_one()


def change(tx: Connection, point: int, facts: PointFacts, by: str, at: datetime) -> None:
    """Let what is said of a place be this from now on."""
    values = {**_values(facts), "by": by, "at": at}
    tx.execute(update(ServicePointRow).where(ServicePointRow.id == point).values(values))


def set_removed(tx: Connection, point: int, by: str, at: datetime, *, removed: bool) -> None:
    """Take a place off the list, or put it back; its row stays."""
    values = {"removed": removed, "by": by, "at": at}
    tx.execute(update(ServicePointRow).where(ServicePointRow.id == point).values(values))


def of_office(tx: Connection, office: str) -> list[ServicePoint]:
    """An office's places, removed ones too, in the order they were added."""
    found = select(ServicePointRow.__table__).where(ServicePointRow.office == office)
    return [_point(row) for row in tx.execute(found.order_by(ServicePointRow.id))]


def find(tx: Connection, office: str, point: int) -> ServicePoint:
    """One place of an office, removed or not.

    Raises:
        NotFound: ``no_service_point``: also for another office's.
    """
    found = next((each for each in of_office(tx, office) if each.id == point), None)
    if found is None:
        raise NotFound(
            "no_service_point",
            Text("Tempat layanan ini tidak ada di kantor ini.", "This office has no such place of service."),
        )
    return found


def _values(facts: PointFacts) -> dict[str, Any]:
    return {**asdict(facts), "kind": facts.kind.value}


def _point(row: Row[Any]) -> ServicePoint:
    facts = PointFacts(
        kind=PointKind(row.kind),
        name=row.name,
        address=row.address,
        hours=row.hours,
        records=row.records,
        prints=row.prints,
        closed_since=row.closed_since,
        notice=row.notice,
    )
    return ServicePoint(row.id, row.office, facts, row.removed, row.by, row.at)
