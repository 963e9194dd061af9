"""Whatever the order, the portions and the repetitions in which phones' events come: one and the same end.

The model knows nothing of arrival; what the registry comes to must be what the model says of the set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service import presenting
from suket_service.registry import presentations
from tests.presenting.polls import HERE, Phone, Polls
from tests.registry.builders import tampering
from tests.selection import examples

#: Station of each phone: two at one, one each at the others.
PHONES = (1, 1, 2, 3)
T = 1_795_000_000
#: Letters by their place among the papers; the first and the last are one person's.
PERSON = {0: "a", 1: "b", 2: "c", 3: "a"}


@dataclass(frozen=True)
class Scan:
    phone: int
    paper: int
    seconds: int
    is_proven: bool
    undone_by: tuple[int, ...]  # phones that send an undoing of it; only its own counts


scans = st.lists(
    st.builds(
        Scan,
        phone=st.integers(0, len(PHONES) - 1),
        paper=st.integers(0, 3),
        seconds=st.sampled_from([0, 300, 600, 601, 1_300]),
        is_proven=st.sampled_from([True, True, True, False]),
        undone_by=st.sampled_from([(), (), (0,), (1,), (2,), (3,), (0, 1, 2, 3)]),
    ),
    min_size=1,
    max_size=8,
)


def model(taken: Sequence[tuple[Scan, dict[str, Any]]]) -> tuple[set[str], set[frozenset[str]]]:
    """What is in force, and the conflicts: straight from the rule."""
    held = [
        (scan, event["id"]) for scan, event in taken if scan.is_proven and scan.phone not in scan.undone_by
    ]
    conflicts = set()
    for person in set(PERSON.values()):
        theirs = [(scan, event) for scan, event in held if PERSON[scan.paper] == person]
        apart = any(
            PHONES[one.phone] != PHONES[other.phone] or abs(one.seconds - other.seconds) > 600
            for one, _ in theirs
            for other, _ in theirs
        )
        if apart:
            conflicts.add(frozenset(event for _, event in theirs))
    return {event for _, event in held}, conflicts


@pytest.fixture
def phones(replaced: Polls) -> list[Phone]:
    """One office's phones for every example: enrolling them anew would take longer than all that they send."""
    return [replaced.phone(station) for station in PHONES]


def forget_everything(polls: Polls) -> None:
    with tampering(polls.registry) as connection:
        connection.execute("DELETE FROM presentation")


def made(polls: Polls, phones: Sequence[Phone], wanted: Sequence[Scan]) -> Any:
    """The events, and which phone sends which."""
    taken, sent = [], []
    for scan in wanted:
        phone = phones[scan.phone]
        proof = {} if scan.is_proven else {"proof": "0" * 64}
        event = polls.scan(phone, polls.papers[scan.paper], at=T + scan.seconds, **proof)
        taken.append((scan, event))
        sent.append((scan.phone, event))
        sent += [(each, phones[each].undoes(event)) for each in scan.undone_by]
    return taken, sent


@given(data=st.data(), wanted=scans)
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_delivery_comes_to_the_same_end(
    replaced: Polls, phones: list[Phone], data: st.DataObject, wanted: list[Scan]
) -> None:
    polls = replaced
    forget_everything(polls)
    taken, sent = made(polls, phones, wanted)
    again = data.draw(st.lists(st.sampled_from(sent), max_size=6))
    left = data.draw(st.permutations(sent + again))
    while left:
        size = data.draw(st.integers(1, len(left)))
        portion, left = left[:size], left[size:]
        for number, phone in enumerate(phones):
            events = [event for sender, event in portion if sender == number]
            if events:
                answers = polls.send(phone, *events).answers
                assert {each.result for each in answers} <= {"stored", "known", "unproven"}
    in_force, conflicts = model(taken)
    assert {each.event for each in held_in(polls)} == in_force
    assert set(polls.conflicts()) == conflicts
    assert len({each.event for each in presenting.unproven(polls.registry, HERE, polls.election)}) == sum(
        not scan.is_proven for scan in wanted
    )
    told_alike(polls, phones, conflicts)


def held_in(polls: Polls) -> list[presentations.Arrival]:
    with polls.registry.reading() as tx:
        return [each for each in presentations.since(tx, polls.election, 0, 10_000) if each.in_force]


def told_alike(polls: Polls, phones: Sequence[Phone], conflicts: set[frozenset[str]]) -> None:
    """Each station is told of the conflicts in which it has a part, and every phone of what others hold."""
    held = held_in(polls)
    stations = {phone.id: phone.station for phone in phones}
    for phone in phones:
        reply = polls.send(phone)
        ours = {each.event: each.position for each in held if stations[each.device] == phone.station}
        wanted = {ours[event] for conflict in conflicts for event in conflict & set(ours)}
        assert {each.position for each in reply.conflicts} == wanted
        assert set(reply.news.seen) == {each.position for each in held if each.device != phone.id}
