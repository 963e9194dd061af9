"""What has become of a letter, told only to whoever knows its fingerprint; on both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, update

from suket_service import issuing
from suket_service.core.status_list import Status
from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import LetterRow, LostPositionRow, StatusListRow
from suket_service.registry.session import Registry
from suket_service.verifying import letter_state
from tests.builders import NOON, OFFICE
from tests.registry.statements import statements

LATER = NOON + timedelta(minutes=5)
NOTHING = {"issued_on": None, "valid_until": None, "extended_to": None, "checked_at": "2026-11-22T05:05:00Z"}

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(registry: Registry, issued: LetterRecord) -> Ask:
    """Asks for the letter's state, in the letter's own words unless told otherwise."""

    def run(**changes: Any) -> dict[str, Any]:
        asked = {
            "status_list": issued.status_list,
            "status_index": issued.status_index,
            "fingerprint": issued.fingerprint,
            **changes,
        }
        return letter_state(registry, at=LATER, **asked)

    return run


def test_a_letter_in_force_is_issued_with_its_dates(ask: Ask, issued: LetterRecord) -> None:
    assert issued.sealed_valid_until is not None
    assert ask() == {
        "status": "issued",
        "issued_on": "2026-11-22",
        "valid_until": issued.sealed_valid_until.isoformat(),
        "extended_to": None,
        "checked_at": "2026-11-22T05:05:00Z",
    }


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (issuing.suspend, "suspended"),
        (issuing.revoke, "revoked"),
        (issuing.supersede, "superseded"),
    ],
)
def test_a_letter_that_no_longer_holds_says_what_became_of_it(
    ask: Ask, registry: Registry, issued: LetterRecord, step: Any, status: str
) -> None:
    step(registry, OFFICE.code, issued.number, "operator", "Salah data", NOON)
    assert ask()["status"] == status


def test_an_extension_is_told_and_is_the_last_valid_day(
    ask: Ask, registry: Registry, issued: LetterRecord
) -> None:
    with registry.writing() as tx:
        tx.execute(update(LetterRow).where(LetterRow.id == issued.id).values(extended_to=date(2028, 1, 31)))
    told = ask()
    assert (told["valid_until"], told["extended_to"]) == ("2028-01-31", "2028-01-31")


def _other(fingerprint: bytes) -> bytes:
    return fingerprint[:-1] + bytes([fingerprint[-1] ^ 1])


UNKNOWN: dict[str, Callable[[LetterRecord], dict[str, Any]]] = {
    "another fingerprint": lambda letter: {"fingerprint": _other(letter.fingerprint or b"")},
    "the beginning of its fingerprint": lambda letter: {"fingerprint": (letter.fingerprint or b"")[:8]},
    "no fingerprint at all": lambda _letter: {"fingerprint": b""},
    "a free position": lambda letter: {"status_index": (letter.status_index or 0) + 1},
    "a free position and a fingerprint of zeros": lambda _letter: {
        "status_index": 77,
        "fingerprint": bytes(32),
    },
    "a list that never was": lambda _letter: {"status_list": 60_000},
}


@pytest.mark.few(4)
@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_not_that_letter_is_unknown_and_all_alike(ask: Ask, issued: LetterRecord, what: str) -> None:
    if "zeros" in what:
        # Even this must not match: nothing stands there, whatever it is compared with.
        assert ask(**UNKNOWN[what](issued))["status"] == "unknown"
    assert ask(**UNKNOWN[what](issued)) == {"status": "unknown", **NOTHING}


@pytest.mark.parametrize("what", [None, "another fingerprint", "a free position"])
def test_it_takes_one_query_whatever_the_answer(ask: Ask, issued: LetterRecord, what: str | None) -> None:
    with statements() as seen:
        ask(**(UNKNOWN[what](issued) if what else {}))
    assert len([each for each in seen if each.startswith("SELECT")]) == 1


def test_no_row_is_walked_to_on_the_way(sqlite_registry: Registry) -> None:
    with statements() as seen:
        letter_state(sqlite_registry, 1, 0, bytes(32), NOON)
    [query] = [each for each in seen if each.startswith("SELECT")]
    with sqlite_registry.reading() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (0,) * query.count("?"))]
    assert not [step for step in plan if step.startswith("SCAN")]


class TestAfterARestore:
    @pytest.fixture
    def lost(self, registry: Registry, issued: LetterRecord) -> int:
        """A position of the letter's list whose letter was lost."""
        index = (issued.status_index or 0) + 1
        with registry.writing() as tx:
            tx.execute(update(StatusListRow).values(next_index=index + 1, witnessed_at=NOON, closed_at=LATER))
            tx.execute(
                insert(LostPositionRow).values(
                    status_list=issued.status_list, status_index=index, status=Status.VALID
                )
            )
        return index

    def test_a_lost_position_is_undecided(self, ask: Ask, lost: int) -> None:
        assert ask(status_index=lost) == {"status": "undecided", **NOTHING}

    def test_so_is_what_lies_behind_the_end_of_a_closed_list(self, ask: Ask, lost: int) -> None:
        assert ask(status_index=lost + 1)["status"] == "undecided"

    def test_a_letter_that_was_brought_back_is_told_as_ever(self, ask: Ask, lost: int) -> None:
        assert lost
        assert ask()["status"] == "issued"

    def test_a_letter_that_was_brought_back_is_still_only_for_who_knows_its_fingerprint(
        self, ask: Ask, lost: int
    ) -> None:
        assert lost
        assert ask(fingerprint=bytes(32)) == {"status": "unknown", **NOTHING}


def test_asking_writes_nothing(ask: Ask) -> None:
    with statements() as seen:
        ask()
    assert not [each for each in seen if each.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_moment_is_told_in_utc(registry: Registry) -> None:
    elsewhere = datetime(2026, 11, 22, 12, 5, tzinfo=timezone(timedelta(hours=7)))
    assert letter_state(registry, 1, 0, bytes(32), elsewhere)["checked_at"] == "2026-11-22T05:05:00Z"
