"""What is in force at stations, with its letter, station and phone. Keeps nothing; judges no conflict.

People are told apart by a number that means nothing outside one answer; no NIK leaves this module.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.presentations import Shown, Unproven, in_force, undone
from suket_service.registry.schema import (
    DeviceRow,
    LetterRow,
    OfficeRow,
    PollingStationRow,
    PresentationRow,
    RegionRow,
)

#: Parameters of one statement; SQLite takes no more than 32,766.
_AT_ONCE = 10_000


def of_people_shown_again(tx: Connection, election: int) -> list[Shown]:
    """Everything in force in an election of the people who have more than one showing there, by device time."""
    again = (
        select(_L.c.nik)
        .join_from(_P, _L, _L.c.id == _P.c.letter)
        .where(_P.c.election == election, in_force(_P))
        .group_by(_L.c.nik)
        .having(func.count() > 1)
    )
    return _of_people(tx, election, list(tx.execute(again).scalars()))


def of_people_at(tx: Connection, election: int, station: int) -> list[Shown]:
    """Everything in force in an election of the people whose letters are in force at a station, by device time.

    Step by step, each by an index: what it takes grows with the station's events, not with the election's.
    """
    devices = select(DeviceRow.id).where(DeviceRow.election == election, DeviceRow.station == station)
    here = (
        select(_L.c.nik)
        .join_from(_P, _L, _L.c.id == _P.c.letter)
        .where(_P.c.device.in_(list(tx.execute(devices).scalars())), in_force(_P))
        .distinct()
    )
    return _of_people(tx, election, list(tx.execute(here).scalars()))


def _of_people(tx: Connection, election: int, niks: Sequence[str]) -> list[Shown]:
    offices = list(tx.execute(select(OfficeRow.code)).scalars())
    people: dict[str, int] = {}
    found: list[Shown] = []
    for start in range(0, len(niks), _AT_ONCE):
        theirs = select(_L.c.id).where(_L.c.office.in_(offices), _L.c.nik.in_(niks[start : start + _AT_ONCE]))
        letters = list(tx.execute(theirs).scalars())
        found += [
            _shown(row, people.setdefault(row.nik, len(people)))
            for row in tx.execute(_ALL_SHOWN.where(_P.c.letter.in_(letters), in_force(_P)))
            if row.election == election  # asked here: an index on it would lead through all of the election
        ]
    return sorted(found, key=lambda each: (each.at, each.device, each.event))


def unproven(tx: Connection, election: int) -> list[Unproven]:
    """Everything shown in an election that no letter on record stands behind, by device time."""
    rows = tx.execute(
        _with_station(
            select(_P, _L.c.number, undone(_P).label("is_undone"), *_PLACE).join_from(
                _P,
                _L,
                (_L.c.status_list == _P.c.status_list) & (_L.c.status_index == _P.c.status_index),
                isouter=True,
            )
        )
        .where(_P.c.election == election, _P.c.kind == "shown", _P.c.proven.is_(False))
        .order_by(_P.c.at, _P.c.id)
    )
    return [Unproven(number=row.number, undone=bool(row.is_undone), **_event(row)) for row in rows]


def letters_by_station(tx: Connection, election: int) -> dict[int, int]:
    """How many letters are in force at each station."""
    rows = tx.execute(
        select(_P.c.station, func.count(_P.c.letter.distinct()).label("letters"))
        .where(_P.c.election == election, in_force(_P))
        .group_by(_P.c.station)
    )
    return {row.station: row.letters for row in rows}


_P, _L = PresentationRow.__table__.alias("shown"), LetterRow.__table__
_S, _R, _D = PollingStationRow.__table__, RegionRow.__table__, DeviceRow.__table__
_PLACE = (
    _S.c.id.label("station_id"),
    _S.c.village,
    _R.c.name.label("village_name"),
    _S.c.code.label("station_code"),
    _S.c.address.label("station_address"),
    _S.c.neighbourhoods.label("station_neighbourhoods"),
    _D.c.name.label("device_name"),
)


def _with_station(query: Select[Any]) -> Select[Any]:
    return (
        query.join(_S, _S.c.id == _P.c.station)
        .join(_R, _R.c.code == _S.c.village)
        .join(_D, _D.c.id == _P.c.device)
    )


_ALL_SHOWN = _with_station(
    select(_P, _L.c.number, _L.c.nik, *_PLACE).join_from(_P, _L, _L.c.id == _P.c.letter)
)


def _shown(row: Row[Any], person: int) -> Shown:
    return Shown(letter=row.letter, number=row.number, person=person, **_event(row))


def _event(row: Row[Any]) -> dict[str, Any]:
    """What is told of any event: which letter it names, and where, when and by which phone it was shown."""
    return {
        "status_list": row.status_list,
        "status_index": row.status_index,
        "station": _station(row),
        "device": row.device,
        "device_name": row.device_name,
        "at": row.at,
        "received_at": row.received_at,
        "outcome": row.outcome,
        "event": row.event,
    }


def _station(row: Row[Any]) -> PollingStation:
    return PollingStation(
        row.station_id,
        row.village,
        row.village_name,
        row.station_code,
        row.station_address,
        tuple(row.station_neighbourhoods),
    )
