"""Letters shown twice, and what was shown that no letter on record stands behind. Writes nothing.

A conflict is found in the set of what is in force, however and whenever that came: the same at every
order of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from suket_service.registry import elections, showings
from suket_service.registry.presentations import Shown, Unproven
from suket_service.registry.session import Registry

#: At one station a letter may be scanned again for so long without anybody thinking of it, by the phones' clocks.
SAME_VISIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One person's letter, or letters, shown where they cannot all have been rightly; by device time."""

    shown: tuple[Shown, ...]
    same_person: bool  # more than one letter: nobody sees it by comparing positions


def conflicts(registry: Registry, office: str, election: int) -> list[Conflict]:
    """Every conflict of an election, the last one to come to light first.

    Raises:
        NotFound: ``no_election``.
    """
    with registry.reading() as tx:
        elections.by_id(tx, office, election)
        found = find(showings.of_people_shown_again(tx, election))
    return sorted(found, key=_came_to_light, reverse=True)


def unproven(registry: Registry, office: str, election: int) -> list[Unproven]:
    """Every event whose letter is not the one on record there; by device time.

    Raises:
        NotFound: ``no_election``.
    """
    with registry.reading() as tx:
        elections.by_id(tx, office, election)
        return showings.unproven(tx, election)


def find(in_force: Iterable[Shown]) -> list[Conflict]:
    """The conflicts among these, which are in order of device time."""
    by_person: dict[int, list[Shown]] = {}
    for each in in_force:
        by_person.setdefault(each.person, []).append(each)
    return [
        Conflict(tuple(shown), len({each.letter for each in shown}) > 1)
        for shown in by_person.values()
        if _is_conflict(shown)
    ]


def _is_conflict(shown: list[Shown]) -> bool:
    if len({each.station.id for each in shown}) > 1:
        return True
    times = [each.at for each in shown]
    return max(times) - min(times) > SAME_VISIT


def _came_to_light(conflict: Conflict) -> tuple[datetime, datetime]:
    last = max(conflict.shown, key=lambda each: (each.received_at, each.at))
    return last.received_at, last.at
