"""What a device is told after each call: conflicts at its station, and what was shown elsewhere since. Writes nothing.

Letters are named by their positions; nobody is named at all.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from suket_service.presenting.calling import Caller
from suket_service.presenting.conflicts import Conflict, find
from suket_service.registry import presentations, showings
from suket_service.registry.ids import FIRST_NUMBER_TOO_LARGE
from suket_service.registry.presentations import Position, Shown
from suket_service.registry.session import Transaction

#: Lines of what came since, in one reply.
MOST_SEEN = 5_000
_GENERATIONS = 2**21 - 1  # with an event's 31 bits below what JavaScript counts exactly

Result = Literal["stored", "known", "unproven", "refused"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event. ``id`` is None where none could be read."""

    id: str | None
    result: Result
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """When a letter was shown at the caller's own station; ``device``: on the caller itself."""

    at: datetime
    device: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where and when the same person's letter was shown besides."""

    station: str  # its code, as on its sign
    village: str
    village_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StationConflict:
    """A conflict as it looks from one station, about one letter that was shown there."""

    position: Position
    same_person: bool
    here: Here
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What came to the election since a cursor, from other devices."""

    seen: tuple[Position, ...]  # shown there
    unseen: tuple[Position, ...]  # undone there, and no longer held by any of them
    cursor: int
    more: bool
    resend: bool  # events that were acknowledged may be gone: a restore came between


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to a call."""

    answers: tuple[Answer, ...]
    conflicts: tuple[StationConflict, ...]
    news: News
    now: datetime


def reply(tx: Transaction, caller: Caller, answers: Sequence[Answer], after: int, at: datetime) -> Reply:
    """What to tell a device whose last cursor was ``after``."""
    found = find(showings.of_people_at(tx, caller.election.id, caller.station.id))
    told = [each for conflict in found for each in _from(caller, conflict)]
    return Reply(tuple(answers), tuple(told), _news(tx, caller, after), at)


def _from(caller: Caller, conflict: Conflict) -> list[StationConflict]:
    here = [each for each in conflict.shown if each.station.id == caller.station.id]
    told = []
    for position in dict.fromkeys(each.position for each in here):
        # The caller's own, if it has one; of several the last.
        ours = [each for each in here if each.position == position]
        own = max(ours, key=lambda each: (each.device == caller.device.id, each.at, each.event))
        others = [each for each in conflict.shown if each.station.id != caller.station.id]
        others = others or [each for each in here if each is not own]
        told.append(
            StationConflict(
                position,
                conflict.same_person,
                Here(own.at, own.device == caller.device.id),
                tuple(_elsewhere(each) for each in others),
            )
        )
    return told


def _elsewhere(shown: Shown) -> Elsewhere:
    station = shown.station
    return Elsewhere(station.code, station.village, station.village_name, shown.at)


def _news(tx: Transaction, caller: Caller, after: int) -> News:
    generation = _generation(tx) * FIRST_NUMBER_TOO_LARGE
    is_ours = after >= generation and after - generation < FIRST_NUMBER_TOO_LARGE
    start = after - generation if is_ours else 0
    arrivals = presentations.since(tx, caller.election.id, start, MOST_SEEN + 1)
    page = arrivals[:MOST_SEEN]
    others = [each for each in page if each.device != caller.device.id]
    seen = dict.fromkeys(each.position for each in others if each.in_force)
    undone = dict.fromkeys(each.position for each in others if each.kind == "undone")
    held = presentations.in_force_at(tx, caller.election.id, list(undone), besides=caller.device.id)
    return News(
        seen=tuple(seen),
        unseen=tuple(each for each in undone if each not in held),
        cursor=generation + (page[-1].id if page else start),
        more=len(arrivals) > MOST_SEEN,
        resend=after > 0 and not is_ours,
    )


def _generation(tx: Transaction) -> int:
    """Another number after every restore: events from before count anew, and cursors with them."""
    restored_at = presentations.restored_at(tx)
    if restored_at is None:
        return 0
    digest = hashlib.sha256(restored_at.isoformat().encode()).digest()
    return int.from_bytes(digest[:4], "big") % _GENERATIONS + 1
