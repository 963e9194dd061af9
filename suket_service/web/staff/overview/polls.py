"""Elections that are near or on, for everyone's first page: phones confirmed, letters shown, letters shown twice."""

from dataclasses import dataclass
from datetime import timedelta

from suket_service import presenting
from suket_service.registry import elections
from suket_service.registry.elections import Election
from suket_service.registry.session import Registry, Transaction
from suket_service.web.signed_in import SignedIn
from suket_service.web.staff.elections.readiness import Counts, counts
from suket_service.web.staff.elections.words import standing

#: Before the polls open there is something to see to.
NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Poll:
    """An election at a glance."""

    election: Election
    standing: str
    counts: Counts
    conflicts: int


def near(tx: Transaction, me: SignedIn) -> list[Election]:
    """The office's elections that are on, were just held, or are to be held soon."""
    return [
        each
        for each in elections.of_office(tx, me.office.code)
        if each.is_running(me.at) and each.opens_at - NEAR <= me.at
    ]


def at_a_glance(registry: Registry, me: SignedIn, held: Election) -> Poll:
    """How an election stands."""
    office = me.office.code
    states = presenting.stations_state(registry, office, held.id)
    counted = counts(states, held, me.at)
    # Where nothing was shown, nothing was shown twice.
    found = len(presenting.conflicts(registry, office, held.id)) if counted.shown else 0
    return Poll(held, standing(held, me.at), counted, found)
