"""F18: two offices ask for one resident, two stations see one letter; what they hand in comes in any order, twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from suket_service import administering
from suket_service.core.keyring import Purpose
from suket_service.issuing import RowOutcome, Sealing, TwoPeople, issue_rows
from suket_service.registry import keys, presentations
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from suket_service.sheets.read import Row
from tests.administering.elsewhere import ELSEWHERE
from tests.builders import BASE_URL, NEW_OFFICE, NOON, OFFICE, PASSPHRASE, TODAY
from tests.faults import invariants
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register
from tests.presenting.polls import Phone, Polls
from tests.registry.builders import tampering

THEIRS = "2101"
OFFICES = {OFFICE.code: PEOPLE, THEIRS: TwoPeople("operator-b", "kepala-b")}
State = tuple[frozenset[str], frozenset[frozenset[str]]]


# Two stations


@pytest.fixture
def polls(sqlite: Registry) -> Polls:
    return Polls.opened(sqlite)


def handed_in(polls: Polls, events: dict[int, list[dict[str, Any]]], phones: Sequence[Phone]) -> list[State]:
    """What the registry comes to, for each order of the two phones' reports, each handed in twice."""
    ends = []
    for order in sorted(set(permutations([0, 0, 1, 1]))):
        with tampering(polls.registry) as connection:
            connection.execute("DELETE FROM presentation")
        for number in order:
            results = {each.result for each in polls.send(phones[number], *events[number]).answers}
            assert results <= {"stored", "known"}
        ends.append(end_of(polls))
    return ends


def end_of(polls: Polls) -> State:
    with polls.registry.reading() as tx:
        held = [each for each in presentations.since(tx, polls.election, 0, 10_000) if each.in_force]
    return frozenset(each.event for each in held), frozenset(polls.conflicts())


def test_f18_two_stations_in_any_order_and_twice_come_to_one_end(polls: Polls, found: Found) -> None:
    """Two stations without a network see one letter: in every order, handed in twice, one and the same end, with both in it."""
    phones = [polls.phone(1), polls.phone(2)]
    events = {
        number: [polls.scan(phone, paper) for paper in polls.papers[:2]]
        for number, phone in enumerate(phones)
    }
    ends = handed_in(polls, events, phones)
    found(f"{len(ends)} orders, {len(set(ends))} end, conflicts over {len(ends[0][1])} letters")
    [end] = set(ends)
    assert end[0] == {each["id"] for told in events.values() for each in told}
    assert end[1] == {
        frozenset({one["id"], other["id"]}) for one, other in zip(*events.values(), strict=True)
    }


def test_f18_control_a_new_name_at_every_try(polls: Polls, found: Found) -> None:
    """Were an event named anew whenever it is sent, what was handed in twice would be there twice."""
    phone = polls.phone(1)
    for _ in range(2):
        polls.send(phone, polls.scan(phone, polls.papers[0]))
    held, _ = end_of(polls)
    found(f"one scan, {len(held)} on record")
    assert len(held) == 2


# Two offices


@pytest.fixture
def ask(either: Registry) -> Callable[[str], RowOutcome]:
    """Either office asks for the same resident, who has a paper from both, by the file it made while it was alone."""
    staff = (
        StaffMember("operator-b", THEIRS, "Petugas B", Role.OPERATOR),
        StaffMember("kepala-b", THEIRS, "Kepala B", Role.APPROVER),
    )
    office = replace(OFFICE, code=THEIRS, name="Disdukcapil Bintan", villages=(THEIRS,))
    new = replace(NEW_OFFICE, office=office, staff=staff, villages=(ELSEWHERE,))
    administering.add_office(either, new, "production", PASSPHRASE, NOON)
    register(either, range(1))
    theirs = administering.import_residents(
        either, THEIRS, [row_of(THEIRS)], "operator-b", "SIAK", TODAY, NOON
    )
    assert [each.imported for each in theirs] == [True]

    def issue(office: str) -> RowOutcome:
        with either.reading() as tx:
            sealing = Sealing(keys.unlock(tx, Purpose.SEAL, office, TODAY, PASSPHRASE), BASE_URL)
        [outcome] = issue_rows(
            either,
            office,
            [row_of(office)],
            people=OFFICES[office],
            sealing=sealing,
            open_photo=lambda _name: b"",
            file_digest=office * 16,
            now=lambda: NOON,
        )
        return outcome

    return issue


def row_of(office: str) -> Row:
    person = a_person(0)
    village = person.fields["kode_wilayah"] if office == OFFICE.code else ELSEWHERE.code
    return replace(person, fields={**person.fields, "kode_wilayah": village})


def orders() -> Iterator[tuple[str, ...]]:
    yield from sorted(set(permutations([*OFFICES, *OFFICES])))


@pytest.mark.parametrize("order", list(orders()), ids="-".join)
def test_f18_two_offices_and_one_resident_come_to_one_letter(
    either: Registry, ask: Callable[[str], RowOutcome], order: tuple[str, ...], found: Found
) -> None:
    """Two offices hand in one resident, in every order and twice: one letter, the other told why; nothing overwritten."""
    told = [(office, ask(office)) for office in order]
    statuses = [outcome.status.value for _, outcome in told]
    mine = [outcome for office, outcome in told if office == order[0]]
    theirs = [outcome for office, outcome in told if office != order[0]]
    found(", ".join(statuses))
    assert [each.status.value for each in mine] == ["issued", "unchanged"]
    assert mine[0].letter is not None
    assert mine[1].letter is not None
    assert mine[0].letter.number == mine[1].letter.number
    assert {each.status.value for each in theirs} == {"refused"}
    assert all(each.problems for each in theirs)
    assert invariants.check(either) == 1
