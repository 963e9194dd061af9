"""Letters shown twice: which showings make a conflict, and how it looks from the desk and from each station."""

from dataclasses import replace
from datetime import timedelta

import pytest

from suket_service import presenting
from suket_service.errors import NotFound
from suket_service.presenting import StationConflict
from suket_service.presenting.replies import Elsewhere, Here
from suket_service.registry import offices
from tests.builders import OFFICE
from tests.presenting.polls import DOMPAK, HERE, KOTA, Polls, plan, planned

T = 1_795_000_000


def told(polls: Polls, phone_station: int) -> list[StationConflict]:
    """What a phone at that station is told."""
    return list(polls.send(polls.phone(phone_station)).conflicts)


def test_one_letter_at_two_stations_is_a_conflict(polls: Polls) -> None:
    first, second = polls.phone(1), polls.phone(3)
    one = polls.scan(first, polls.papers[0], at=T)
    other = polls.scan(second, polls.papers[0], at=T + 1)
    polls.send(first, one)
    polls.send(second, other)
    [conflict] = presenting.conflicts(polls.registry, HERE, polls.election)
    assert [each.event for each in conflict.shown] == [one["id"], other["id"]]
    assert [each.number for each in conflict.shown] == [polls.papers[0].number] * 2
    assert [(each.station.code, each.station.village) for each in conflict.shown] == [
        ("001", KOTA),
        ("001", DOMPAK),
    ]
    assert not conflict.same_person


def test_two_letters_of_one_person_are_a_conflict(replaced: Polls) -> None:
    [old, *_, new] = replaced.papers
    first, second = replaced.phone(1), replaced.phone(2)
    replaced.send(first, replaced.scan(first, old, at=T, outcome="revoked"))
    reply = replaced.send(second, replaced.scan(second, new, at=T + 1))
    [conflict] = presenting.conflicts(replaced.registry, HERE, replaced.election)
    assert [each.number for each in conflict.shown] == [old.number, new.number]
    assert conflict.same_person
    assert [(each.position, each.same_person) for each in reply.conflicts] == [(new.position, True)]
    assert [(each.position, each.same_person) for each in told(replaced, 1)] == [(old.position, True)]


def test_letters_of_two_people_are_none(polls: Polls) -> None:
    for station, paper in zip(polls.stations, polls.papers, strict=True):
        phone = polls.phone(station)
        assert polls.send(phone, polls.scan(phone, paper)).conflicts == ()
    assert polls.conflicts() == []


@pytest.mark.few(3)
@pytest.mark.parametrize(("seconds", "is_conflict"), [(0, False), (600, False), (601, True), (-601, True)])
def test_at_one_station_ten_minutes_are_one_visit(polls: Polls, seconds: int, is_conflict: bool) -> None:
    one, other = polls.phone(1), polls.phone(1)
    polls.send(one, polls.scan(one, polls.papers[0], at=T))
    polls.send(other, polls.scan(other, polls.papers[0], at=T + seconds))
    assert bool(polls.conflicts()) is is_conflict


def test_ten_minutes_are_counted_from_the_first_to_the_last(polls: Polls) -> None:
    phone = polls.phone(1)
    polls.send(phone, *(polls.scan(phone, polls.papers[0], at=T + minutes * 60) for minutes in (0, 8, 16)))
    assert [len(each) for each in polls.conflicts()] == [3]


def test_an_undone_showing_makes_none(polls: Polls) -> None:
    first, second = polls.phone(1), polls.phone(2)
    one = polls.scan(first, polls.papers[0])
    polls.send(first, one)
    polls.send(second, polls.scan(second, polls.papers[0]))
    assert len(polls.conflicts()) == 1
    polls.send(first, first.undoes(one))
    assert polls.conflicts() == []


def test_an_unproven_showing_makes_none(polls: Polls) -> None:
    first, second = polls.phone(1), polls.phone(2)
    polls.send(first, polls.scan(first, polls.papers[0]))
    polls.send(second, polls.scan(second, polls.papers[0], proof=None))
    assert polls.conflicts() == []


def test_showings_in_two_elections_make_none(polls: Polls) -> None:
    phone = polls.phone(1)
    polls.send(phone, polls.scan(phone, polls.papers[0]))
    first = polls.election
    polls.election = plan(polls.registry, planned(name="Lain"))
    phone = polls.phone(2)
    polls.send(phone, polls.scan(phone, polls.papers[0]))
    assert polls.conflicts() == []
    assert presenting.conflicts(polls.registry, HERE, first) == []


def test_both_stations_are_told_and_a_third_is_not(polls: Polls) -> None:
    first, second = polls.phone(1), polls.phone(2)
    polls.send(first, polls.scan(first, polls.papers[0], at=T))
    at_second = polls.send(second, polls.scan(second, polls.papers[0], at=T + 5)).conflicts
    moment = polls.at.fromtimestamp(T, polls.at.tzinfo)
    later = moment + timedelta(seconds=5)
    assert at_second == (
        StationConflict(
            polls.papers[0].position,
            same_person=False,
            here=Here(later, device=True),
            elsewhere=(Elsewhere("001", KOTA, "Tanjungpinang Kota", moment),),
        ),
    )
    assert polls.send(first).conflicts == (
        StationConflict(
            polls.papers[0].position,
            same_person=False,
            here=Here(moment, device=True),
            elsewhere=(Elsewhere("002", KOTA, "Tanjungpinang Kota", later),),
        ),
    )
    assert told(polls, 1)[0].here == Here(moment, device=False)
    assert told(polls, 3) == []


def test_a_second_showing_at_one_station_names_the_first(polls: Polls) -> None:
    phone = polls.phone(1)
    polls.send(phone, polls.scan(phone, polls.papers[0], at=T))
    [conflict] = polls.send(phone, polls.scan(phone, polls.papers[0], at=T + 700)).conflicts
    moment = polls.at.fromtimestamp(T, polls.at.tzinfo)
    assert conflict.here == Here(moment + timedelta(seconds=700), device=True)
    assert conflict.elsewhere == (Elsewhere("001", KOTA, "Tanjungpinang Kota", moment),)


def test_the_last_to_come_to_light_comes_first(polls: Polls) -> None:
    first, second = polls.phone(1), polls.phone(2)
    for number, paper in enumerate(polls.papers):
        at = polls.at + timedelta(minutes=number)
        polls.send(first, polls.scan(first, paper, at=T - number), at=at)
        polls.send(second, polls.scan(second, paper, at=T - number), at=at)
    found = presenting.conflicts(polls.registry, HERE, polls.election)
    assert [each.shown[0].number for each in found] == [each.number for each in reversed(polls.papers)]


def test_another_offices_election_is_not_there(polls: Polls) -> None:
    with polls.registry.writing() as tx:
        offices.add_office(tx, replace(OFFICE, code="2101"), 1)
    for ask in (presenting.conflicts, presenting.unproven, presenting.stations_state):
        with pytest.raises(NotFound):
            ask(polls.registry, "2101", polls.election)
