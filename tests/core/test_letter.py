"""A letter's life, its office's calendar, its number and the name of its file."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from suket_service.core.letter import STATE_NAMES, Action, Letter, LetterState, next_state
from suket_service.errors import WrongState
from tests.builders import OFFICE
from tests.paper import builders as paper

CLOSED = frozenset({LetterState.REVOKED, LetterState.SUPERSEDED, LetterState.WITHDRAWN})

#: design.md section 6, "Life", by name; and a draft that is given up.
LIFE = {
    "draft": {"approve": "approved", "withdraw": "withdrawn"},
    "approved": {"issue": "issued", "withdraw": "withdrawn"},
    "issued": {"extend": "issued", "suspend": "suspended", "revoke": "revoked", "supersede": "superseded"},
    "suspended": {"resume": "issued", "revoke": "revoked", "supersede": "superseded"},
    "revoked": {},
    "superseded": {},
    "withdrawn": {},
}


# Life


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", LetterState)
def test_only_the_table_s_moves_are_made(state: LetterState, action: Action) -> None:
    after = LIFE[state].get(action)
    if after is not None:
        assert next_state(state, action) == after
        return
    with pytest.raises(WrongState) as refused:
        next_state(state, action)
    assert (refused.value.code, refused.value.state) == ("wrong_state", state.value)
    assert STATE_NAMES[state].id in refused.value.text.id
    assert STATE_NAMES[state].en in refused.value.text.en


class LetterLife(RuleBasedStateMachine):
    """A letter to which anyone tries to do anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = LetterState.DRAFT
        self.was_issued = False
        self.closed_as: LetterState | None = None

    @rule(action=st.sampled_from(Action))
    def try_anything(self, action: Action) -> None:
        before, after = self.state, LIFE[self.state].get(action)
        if after is None:
            with pytest.raises(WrongState) as refused:
                next_state(before, action)
            assert refused.value.state == before.value
        else:
            self.state = next_state(before, action)
            assert self.state == after
        self.was_issued = self.was_issued or self.state is LetterState.ISSUED
        self.closed_as = self.closed_as or (self.state if self.state in CLOSED else None)

    @precondition(lambda self: not self.was_issued)
    @rule()
    def issue_in_order(self) -> None:
        for action in (Action.APPROVE, Action.ISSUE):
            if action in LIFE[self.state]:
                self.state = next_state(self.state, action)
        self.was_issued = self.state is LetterState.ISSUED

    @invariant()
    def a_closed_letter_stays_as_it_closed(self) -> None:
        if self.closed_as is not None:
            assert self.state is self.closed_as
            assert self.state in CLOSED

    @invariant()
    def no_letter_is_closed_or_suspended_before_it_was_issued(self) -> None:
        before = {LetterState.DRAFT, LetterState.APPROVED, LetterState.WITHDRAWN}
        assert self.was_issued or self.state in before

    @invariant()
    def a_letter_once_issued_is_no_draft_again_nor_withdrawn(self) -> None:
        before = {LetterState.DRAFT, LetterState.APPROVED, LetterState.WITHDRAWN}
        assert not self.was_issued or self.state not in before


LetterLife.TestCase.settings = settings(max_examples=60, stateful_step_count=20)
TestLetterLife = LetterLife.TestCase


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_letter_accepts_nothing(state: LetterState, action: Action) -> None:
    with pytest.raises(WrongState):
        next_state(state, action)


def test_every_state_is_reachable_from_a_draft() -> None:
    reached, edge = {"draft"}, {"draft"}
    while edge:
        edge = {after for state in edge for after in LIFE[state].values()} - reached
        reached |= edge
    assert reached == set(LetterState)


# The office's calendar


@pytest.mark.parametrize(
    ("hours", "at", "day"),
    [
        (7, "2026-11-22T16:59:59+00:00", date(2026, 11, 22)),
        (7, "2026-11-22T17:00:00+00:00", date(2026, 11, 23)),
        (8, "2026-11-22T15:59:59+00:00", date(2026, 11, 22)),
        (8, "2026-11-22T16:00:00+00:00", date(2026, 11, 23)),
        (9, "2026-11-22T14:59:59+00:00", date(2026, 11, 22)),
        (9, "2026-11-22T15:00:00+00:00", date(2026, 11, 23)),
        (7, "2026-11-23T00:00:00+07:00", date(2026, 11, 23)),
        (7, "2026-12-31T17:00:00+00:00", date(2027, 1, 1)),
    ],
)
def test_an_office_s_day_turns_at_its_own_midnight(hours: int, at: str, day: date) -> None:
    office = replace(OFFICE, utc_offset=timedelta(hours=hours))
    assert office.local_date(datetime.fromisoformat(at)) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_jayapura_is_never_a_day_behind_jakarta(at: datetime) -> None:
    west, east = OFFICE.local_date(at), replace(OFFICE, utc_offset=timedelta(hours=9)).local_date(at)
    assert timedelta(0) <= east - west <= timedelta(days=1)


# Numbers and files


@pytest.mark.parametrize(
    ("pattern", "serial", "number"),
    [
        ("471.13/{serial}/{series}/{office}/{year}", 1, "471.13/0001/SKP/2172/2026"),
        ("471.13/{serial}/{series}/{office}/{year}", 9_999, "471.13/9999/SKP/2172/2026"),
        ("471.13/{serial}/{series}/{office}/{year}", 10_000, "471.13/10000/SKP/2172/2026"),
        ("{year}-{serial}", 7, "2026-0007"),
    ],
)
def test_a_number_follows_the_office_s_pattern(pattern: str, serial: int, number: str) -> None:
    assert replace(OFFICE, number_pattern=pattern).number(serial, "SKP", 2026) == number


@pytest.mark.parametrize(
    ("number", "file_name"),
    [
        ("471.13/0001/SKP/2172/2026", "471.13-0001-SKP-2172-2026.pdf"),
        ("2026-0007", "2026-0007.pdf"),
        ("../../0001", "..-..-0001.pdf"),
    ],
)
def test_a_letter_s_file_is_named_by_its_number(number: str, file_name: str) -> None:
    letter: Letter = paper.letter(number=number)
    assert letter.file_name == file_name
