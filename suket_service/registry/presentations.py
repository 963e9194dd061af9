"""Events that devices sent: letters shown, and such events undone. Kept for ever; judges no conflict.

In force is what was shown, proven, and not undone by its own device.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    exists,
    func,
    insert,
    select,
    tuple_,
)

from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.schema import (
    LetterRow,
    PresentationRow,
    StatusListRow,
)

Position = tuple[int, int]  # (list, index)
Kind = Literal["shown", "undone"]


@dataclass(frozen=True, slots=True)
class Event:
    """An event as its device tells it."""

    id: str  # 32 hex digits, made by the device
    kind: Kind
    position: Position
    at: datetime  # by the device's clock
    seq: int
    outcome: str
    bundle_version: int | None
    undoes: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is kept. ``letter``: only of one that is proven."""

    event: Event
    proven: bool
    letter: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many events of a device are kept, and how many of those are unproven."""

    events: int
    unproven: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter on record that was shown at a station."""

    letter: str
    number: str
    status_list: int
    status_index: int
    station: PollingStation
    device: str
    device_name: str
    at: datetime  # by the device's clock
    received_at: datetime
    outcome: str
    event: str
    person: int  # the same for the same person, within one answer

    @property
    def position(self) -> Position:
        """Where the letter stands in its list."""
        return self.status_list, self.status_index


@dataclass(frozen=True, slots=True)
class Unproven:
    """A letter shown with other facts than on record, or that was never issued. ``number``: what is on record there."""

    number: str | None
    status_list: int
    status_index: int
    station: PollingStation
    device: str
    device_name: str
    at: datetime
    received_at: datetime
    outcome: str
    event: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line of what came since: which device's event, and whether it is in force now."""

    id: int
    device: str
    event: str
    kind: Kind
    position: Position
    in_force: bool


def letters_at(tx: Connection, positions: Collection[Position]) -> dict[Position, tuple[str, bytes]]:
    """Id and fingerprint of the letters on record at these positions."""
    place = tuple_(LetterRow.status_list, LetterRow.status_index)
    rows = tx.execute(
        select(LetterRow.status_list, LetterRow.status_index, LetterRow.id, LetterRow.fingerprint).where(
            place.in_(positions)
        )
    )
    return {
        (row.status_list, row.status_index): (row.id, row.fingerprint)
        for row in rows
        if row.fingerprint is not None
    }


def kept_of(tx: Connection, device: str, events: Collection[str]) -> dict[str, Kept]:
    """Which of these events of a device are kept already, by id."""
    rows = tx.execute(
        select(PresentationRow.__table__).where(
            PresentationRow.device == device, PresentationRow.event.in_(events)
        )
    )
    return {row.event: _kept(row) for row in rows}


def count_of(tx: Connection, device: str) -> Count:
    """How many events of a device are kept."""
    unproven = (PresentationRow.kind == "shown") & PresentationRow.proven.is_(False)
    row = tx.execute(
        select(func.count().label("events"), func.count().filter(unproven).label("unproven")).where(
            PresentationRow.device == device
        )
    ).one()
    return Count(row.events, row.unproven)


def counts_at(tx: Connection, device: str, positions: Collection[Position]) -> dict[Position, int]:
    """How many events of a device are kept about each of these letters, of whichever kind."""
    place = PresentationRow.status_list, PresentationRow.status_index
    rows = tx.execute(
        select(*place, func.count().label("events"))
        .where(PresentationRow.device == device, tuple_(*place).in_(positions))
        .group_by(*place)
    )
    return {(row.status_list, row.status_index): row.events for row in rows}


def add(tx: Connection, election: int, station: int, device: str, new: Sequence[Kept], at: datetime) -> None:
    """Keep new events of a device, in the order in which they came."""
    rows = [
        {
            "election": election,
            "station": station,
            "device": device,
            "event": each.event.id,
            "kind": each.event.kind,
            "status_list": each.event.position[0],
            "status_index": each.event.position[1],
            "at": each.event.at,
            "device_seq": each.event.seq,
            "outcome": each.event.outcome,
            "bundle_version": each.event.bundle_version,
            "proven": each.proven,
            "letter": each.letter,
            "undoes": each.event.undoes,
            "received_at": at,
        }
        for each in new
    ]
    if rows:
        tx.execute(insert(PresentationRow.__table__), rows)  # type: ignore[arg-type]


def restored_at(tx: Connection) -> datetime | None:
    """When this registry was last brought back from a backup: that closes lists, and nothing else does."""
    return tx.execute(select(func.max(StatusListRow.closed_at))).scalar()


def since(tx: Connection, election: int, after: int, most: int) -> list[Arrival]:
    """What came after the event of that number, in order."""
    rows = tx.execute(
        select(
            *(_P.c.id, _P.c.device, _P.c.event, _P.c.kind, _P.c.status_list, _P.c.status_index),
            in_force(_P).label("holds"),
        )
        .where(_P.c.election == election, _P.c.id > after)
        .order_by(_P.c.id)
        .limit(most)
    )
    return [
        Arrival(row.id, row.device, row.event, row.kind, (row.status_list, row.status_index), bool(row.holds))
        for row in rows
    ]


def in_force_at(
    tx: Connection, election: int, positions: Collection[Position], *, besides: str | None = None
) -> set[Position]:
    """Which of these letters are in force in the election; ``besides``: a device whose own events do not count."""
    found = select(_P.c.status_list, _P.c.status_index).where(
        _P.c.election == election,
        tuple_(_P.c.status_list, _P.c.status_index).in_(positions),
        in_force(_P),
    )
    if besides is not None:
        found = found.where(_P.c.device != besides)
    return {(row.status_list, row.status_index) for row in tx.execute(found)}


_P = PresentationRow.__table__.alias("shown")


def undone(shown: FromClause) -> ColumnElement[bool]:
    """Whether the device of a row of ``presentation`` has undone it."""
    # The position too: one that names another letter undoes nothing, and the index leads here by it.
    undo = PresentationRow.__table__.alias()
    return exists(
        select(undo.c.id).where(
            undo.c.election == shown.c.election,
            undo.c.status_list == shown.c.status_list,
            undo.c.status_index == shown.c.status_index,
            undo.c.kind == "undone",
            undo.c.device == shown.c.device,
            undo.c.undoes == shown.c.event,
        )
    )


def in_force(shown: FromClause) -> ColumnElement[bool]:
    """Whether a row of ``presentation`` is a letter shown, proven, and not undone."""
    return (shown.c.kind == "shown") & shown.c.proven.is_(True) & ~undone(shown)


def _kept(row: Row[Any]) -> Kept:
    event = Event(
        id=row.event,
        kind=row.kind,
        position=(row.status_list, row.status_index),
        at=row.at,
        seq=row.device_seq,
        outcome=row.outcome,
        bundle_version=row.bundle_version,
        undoes=row.undoes,
    )
    return Kept(event, row.proven, row.letter)
