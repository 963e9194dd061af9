"""Enrolment sheets of an election's stations, and how each station stands. Draws no sheet.

A code is told once, to whoever makes the sheet; from then on only its hash is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from suket_service.errors import CallerError, Text
from suket_service.presenting.codes import hash_of, new_code
from suket_service.presenting.running import require_running
from suket_service.registry import audit, devices, elections, polling_stations, showings, staff
from suket_service.registry.devices import Device
from suket_service.registry.devices import Sheet as SheetState
from suket_service.registry.elections import Election
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


@dataclass(frozen=True, slots=True)
class Sheet:
    """A station with the code that enrols one phone there."""

    station: PollingStation
    code: str = field(repr=False)  # XXXX-XXXX-XXXX


@dataclass(frozen=True, slots=True)
class StationState:
    """A station in an election: its phones, its sheet, and how many letters are in force there."""

    station: PollingStation
    devices: tuple[Device, ...]
    sheet: SheetState
    shown: int


def make_sheets(
    registry: Registry, office: str, election: int, stations: Sequence[int] | None, by: str, at: datetime
) -> list[Sheet]:
    """Fresh codes for these stations, or for all that take part; unused ones from before end.

    Raises:
        NotAllowed.
        NotFound: ``no_election`` or ``no_station``: also one that takes no part in it.
        WrongState: ``election_over``.
        CallerError: ``no_stations``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        found = elections.by_id(tx, office, election)
        require_running(found, at)
        here = _taking_part(tx, found)
        chosen = here if stations is None else _chosen(tx, office, here, stations)
        if not chosen:
            raise CallerError("no_stations", _NONE)
        made = [Sheet(each, new_code()) for each in chosen]
        devices.end_unused(tx, election, [each.id for each in chosen], at)
        devices.add_enrolments(tx, election, ((each.station.id, hash_of(each.code)) for each in made), by, at)
        subject = f"election {election}"
        details = {"stations": [each.id for each in chosen]}
        audit.append(tx, at, by, "station.sheets", subject, office, details)
        return made


def stations_state(registry: Registry, office: str, election: int) -> list[StationState]:
    """Every station that takes part, and every other where a phone is enrolled all the same.

    Raises:
        NotFound: ``no_election``.
    """
    with registry.reading() as tx:
        found = elections.by_id(tx, office, election)
        phones = devices.of_election(tx, election)
        here = _taking_part(tx, found)
        known = {each.id for each in here}
        gone = devices.stations(tx, {each.station for each in phones} - known)
        sheets, shown = devices.sheets(tx, election), showings.letters_by_station(tx, election)
    of_station: dict[int, list[Device]] = {}
    for each in phones:
        of_station.setdefault(each.station, []).append(each)
    return [
        StationState(
            station,
            tuple(of_station.get(station.id, ())),
            sheets.get(station.id, "none"),
            shown.get(station.id, 0),
        )
        for station in (*here, *_in_order(gone.values()))
    ]


def _taking_part(tx: Transaction, election: Election) -> list[PollingStation]:
    return [
        each
        for each in polling_stations.of_office(tx, election.office)
        if not election.villages or each.village in election.villages
    ]


def _chosen(
    tx: Transaction, office: str, here: Iterable[PollingStation], stations: Sequence[int]
) -> list[PollingStation]:
    known = {each.id for each in here}
    wanted = [polling_stations.by_id(tx, office, each) for each in dict.fromkeys(stations)]
    if any(each.id not in known for each in wanted):
        raise CallerError("station_elsewhere", _ELSEWHERE)
    return _in_order(wanted)


def _in_order(stations: Iterable[PollingStation]) -> list[PollingStation]:
    return sorted(stations, key=lambda each: (each.village, each.code))


_NONE = Text(
    "Belum ada TPS yang ikut pemilihan ini. Impor dahulu daftar TPS.",
    "No polling station takes part in this election yet. Import them first.",
)
_ELSEWHERE = Text("TPS itu tidak ikut pemilihan ini.", "That station takes no part in this election.")
