"""Counts by state, day and village, and of what is in force, made in the database, in the office's own days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from suket_service.core.letter import LetterState
from suket_service.registry import counting
from suket_service.registry.counting import InForce
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry, Transaction
from tests.builders import OFFICE, TODAY
from tests.registry.issued_letters import another_office, draft, put

HERE = OFFICE.code
UNTIL = TODAY + timedelta(days=180)  # the last day of a letter of six months


def active(tx: Transaction, office: str = HERE) -> int:
    return counting.now_in_force(tx, office, TODAY, TODAY).letters


def test_letters_and_drafts_count_by_state(registry: Registry) -> None:
    put(registry)
    put(registry)
    put(registry, state="revoked", closed_at="2026-11-22 06:00:00.000000")
    draft(registry)
    with registry.reading() as tx:
        assert counting.by_state(tx, HERE) == {
            LetterState.ISSUED: 2,
            LetterState.REVOKED: 1,
            LetterState.DRAFT: 1,
        }


def test_nothing_of_another_office_is_counted(registry: Registry) -> None:
    another_office(registry)
    put(registry, office="2101")
    with registry.reading() as tx:
        assert counting.by_state(tx, HERE) == {}
        assert active(tx) == 0
        assert counting.issued_per_day(tx, HERE, TODAY, TODAY) == {}
        assert counting.by_village(tx, HERE, TODAY, TODAY) == {}
        assert active(tx, "2101") == 1


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "columns",
    [
        {"state": "suspended"},
        {"state": "revoked"},
        {"sealed_valid_until": "2026-11-21"},
        {"sealed_valid_until": "2026-11-22", "closed_at": "2026-11-22 06:00:00.000000"},
        {"sealed_valid_until": "2026-11-20", "extended_to": "2026-11-21"},
    ],
    ids=["suspended", "revoked", "lapsed", "closed", "lapsed after an extension"],
)
def test_a_letter_that_does_not_stand_is_not_active(registry: Registry, columns: dict[str, object]) -> None:
    put(registry, **columns)
    with registry.reading() as tx:
        assert active(tx) == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"sealed_valid_until": "2026-11-22"},
        {"sealed_valid_until": None},
        {"sealed_valid_until": "2026-11-20", "extended_to": "2026-11-23"},
    ],
    ids=["on its last day", "until the card", "extended"],
)
def test_a_letter_that_stands_is_active(registry: Registry, columns: dict[str, object]) -> None:
    put(registry, **columns)
    with registry.reading() as tx:
        assert active(tx) == 1


@pytest.mark.parametrize(
    ("until", "nearing"), [("2026-11-22", 1), ("2026-11-29", 1), ("2026-11-30", 0), (None, 0)]
)
def test_what_ends_by_the_given_day_nears_its_expiry(
    registry: Registry, until: str | None, nearing: int
) -> None:
    put(registry, sealed_valid_until=until)
    with registry.reading() as tx:
        assert counting.nearing_expiry(tx, HERE, TODAY, date(2026, 11, 29)) == nearing


def test_days_of_issue_are_counted_from_the_first_to_the_last(registry: Registry) -> None:
    for day in ("2026-11-19", "2026-11-20", "2026-11-20", "2026-11-22", "2026-11-23"):
        put(registry, issued_on=day)
    with registry.reading() as tx:
        assert counting.issued_per_day(tx, HERE, date(2026, 11, 20), TODAY) == {
            date(2026, 11, 20): 2,
            date(2026, 11, 22): 1,
        }


def test_a_revocation_counts_on_the_office_s_own_day(registry: Registry) -> None:
    # Midnight in the office (WIB) is 17.00 UTC.
    for closed_at in ("2026-11-21 16:59:59.999999", "2026-11-21 17:00:00.000000", "2026-11-22 16:59:59.0"):
        put(registry, state="revoked", closed_at=closed_at)
    put(registry, state="superseded", closed_at="2026-11-22 05:00:00.000000")
    with registry.reading() as tx:
        assert counting.revoked_per_day(tx, HERE, date(2026, 11, 21), TODAY) == {
            date(2026, 11, 21): 1,
            date(2026, 11, 22): 2,
        }
        assert counting.revoked_per_day(tx, HERE, TODAY, TODAY) == {TODAY: 2}


def test_villages_are_counted_over_the_days_of_issue(registry: Registry) -> None:
    put(registry)
    put(registry, village="2172041002")
    put(registry)
    put(registry, issued_on="2026-10-01")
    with registry.reading() as tx:
        assert counting.by_village(tx, HERE, TODAY, TODAY) == {"2172031001": 2, "2172041002": 1}


def test_a_day_lasts_from_midnight_to_midnight_in_the_office() -> None:
    start, end = counting.instants(OFFICE, TODAY, TODAY)
    assert start == datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    assert end - start == timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "until", "counted"),
    [
        (0, UNTIL - timedelta(days=1), InForce(1, 0)),
        (0, UNTIL, InForce(1, 1)),
        (180, UNTIL, InForce(1, 1)),
        (181, UNTIL + timedelta(days=9), InForce(0, 0)),
    ],
)
def test_what_soon_ends_is_counted_among_what_is_in_force(
    registry: Registry, issued: LetterRecord, days: int, until: date, counted: InForce
) -> None:
    assert issued.valid_until == UNTIL
    today = TODAY + timedelta(days=days)
    with registry.reading() as tx:
        assert counting.now_in_force(tx, HERE, today, until) == counted
        assert counting.nearing_expiry(tx, HERE, today, until) == counted.ending
        assert counting.now_in_force(tx, "2171", today, UNTIL) == InForce(0, 0)
