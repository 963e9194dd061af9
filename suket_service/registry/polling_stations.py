"""Polling stations and the neighbourhoods that they serve, as last imported. Lists no letter.

One that a later file leaves out is removed, but its row stays: devices and presentations name it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from suket_service.core.election import StationFacts
from suket_service.errors import NotFound, Text
from suket_service.registry.ids import FIRST_NUMBER_TOO_LARGE
from suket_service.registry.schema import PollingStationRow, RegionRow


@dataclass(frozen=True, slots=True)
class NewStation:
    """A polling station as a file gives it. ``neighbourhoods``: none means the whole village."""

    village: str
    code: str
    address: str
    neighbourhoods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PollingStation:
    """A polling station."""

    id: int
    village: str
    village_name: str
    code: str
    address: str
    neighbourhoods: tuple[str, ...]

    @property
    def facts(self) -> StationFacts:
        """What a verifier must know of it."""
        return StationFacts(self.id, self.code, self.village, self.neighbourhoods)

    def serves(self, village: str, rt: int, rw: int) -> bool:
        """Whether people of that neighbourhood are to come here."""
        return village == self.village and self.facts.serves(rt, rw)


def of_office(tx: Connection, office: str) -> list[PollingStation]:
    """An office's stations by village and code."""
    rows = tx.execute(
        _ALL.where(_is_here(office)).order_by(PollingStationRow.village, PollingStationRow.code)
    )
    return [_station(row) for row in rows]


def by_id(tx: Connection, office: str, station: int) -> PollingStation:
    """One station of an office.

    Raises:
        NotFound: also for another office's.
    """
    row = None
    if station < FIRST_NUMBER_TOO_LARGE:
        row = tx.execute(_ALL.where(_is_here(office), PollingStationRow.id == station)).first()
    if row is None:
        raise NotFound(
            "no_station", Text("TPS itu tidak ada di kantor ini.", "This office has no such polling station.")
        )
    return _station(row)


def how_many(tx: Connection, office: str) -> int:
    """How many stations an office has."""
    return tx.execute(
        select(func.count()).select_from(PollingStationRow).where(_is_here(office))
    ).scalar_one()


def replace_all(tx: Connection, office: str, stations: Sequence[NewStation], at: datetime) -> None:
    """Put these in the place of all that an office had; one of the same village and code stays the same one."""
    known = tx.execute(
        select(PollingStationRow.id, PollingStationRow.village, PollingStationRow.code).where(
            PollingStationRow.office == office
        )
    )
    ids = {(row.village, row.code): row.id for row in known}
    tx.execute(update(PollingStationRow).where(_is_here(office)).values(removed_at=at))
    new = []
    for each in stations:
        told = {"address": each.address, "neighbourhoods": list(each.neighbourhoods)}
        held = ids.get((each.village, each.code))
        if held is None:
            new.append({"office": office, "village": each.village, "code": each.code, **told})
        else:
            tx.execute(
                update(PollingStationRow).where(PollingStationRow.id == held).values(removed_at=None, **told)
            )
    if new:
        tx.execute(insert(PollingStationRow.__table__), new)  # type: ignore[arg-type]


def _is_here(office: str) -> ColumnElement[bool]:
    return (PollingStationRow.office == office) & PollingStationRow.removed_at.is_(None)


_ALL = select(PollingStationRow.__table__, RegionRow.name.label("village_name")).join(
    RegionRow, RegionRow.code == PollingStationRow.village
)


def _station(row: Row[Any]) -> PollingStation:
    return PollingStation(
        row.id, row.village, row.village_name, row.code, row.address, tuple(row.neighbourhoods)
    )
