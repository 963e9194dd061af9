"""Polling stations and the neighbourhoods that they serve, as last imported. Lists no letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from suket_service.core.neighbourhood import neighbourhood
from suket_service.errors import NotFound, Text
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

    def serves(self, village: str, rt: int, rw: int) -> bool:
        """Whether people of that neighbourhood are to come here."""
        if village != self.village:
            return False
        return not self.neighbourhoods or neighbourhood(rt, rw) in self.neighbourhoods


def of_office(tx: Connection, office: str) -> list[PollingStation]:
    """An office's stations by village and code."""
    rows = tx.execute(
        _ALL.where(PollingStationRow.office == office).order_by(
            PollingStationRow.village, PollingStationRow.code
        )
    )
    return [_station(row) for row in rows]


def by_id(tx: Connection, office: str, station: int) -> PollingStation:
    """One station of an office.

    Raises:
        NotFound: also for another office's.
    """
    row = None
    if station < _FIRST_ID_TOO_LARGE:
        row = tx.execute(
            _ALL.where(PollingStationRow.office == office, PollingStationRow.id == station)
        ).first()
    if row is None:
        raise NotFound(
            "no_station", Text("TPS itu tidak ada di kantor ini.", "This office has no such polling station.")
        )
    return _station(row)


def how_many(tx: Connection, office: str) -> int:
    """How many stations an office has."""
    return tx.execute(
        select(func.count()).select_from(PollingStationRow).where(PollingStationRow.office == office)
    ).scalar_one()


def replace_all(tx: Connection, office: str, stations: Sequence[NewStation]) -> None:
    """Put these in the place of all that an office had."""
    tx.execute(delete(PollingStationRow).where(PollingStationRow.office == office))
    rows = [
        {
            "office": office,
            "village": each.village,
            "code": each.code,
            "address": each.address,
            "neighbourhoods": list(each.neighbourhoods),
        }
        for each in stations
    ]
    if rows:
        tx.execute(insert(PollingStationRow.__table__), rows)  # type: ignore[arg-type]


_FIRST_ID_TOO_LARGE = 2**31
_ALL = select(PollingStationRow.__table__, RegionRow.name.label("village_name")).join(
    RegionRow, RegionRow.code == PollingStationRow.village
)


def _station(row: Row[Any]) -> PollingStation:
    return PollingStation(
        row.id, row.village, row.village_name, row.code, row.address, tuple(row.neighbourhoods)
    )
