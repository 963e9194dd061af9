"""A letter given out: to whom, once for each paper, and on record."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from suket_service import issuing
from suket_service.core.letter import LetterState, Office, Receiver
from suket_service.errors import NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import Collector
from suket_service.registry import audit, letters
from suket_service.registry.letters import HandOver, LetterRecord, Thing
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE

HOLDER = Collector(Receiver.HOLDER)
PROXY = Collector(Receiver.PROXY, "SITI AMINAH", "anak kandung")
MINUTE = timedelta(minutes=1)


def give(
    registry: Registry, letter: str, collector: Collector = HOLDER, by: str = "operator", after: int = 0
) -> LetterRecord:
    return issuing.hand_over(registry, OFFICE.code, letter, collector, by, NOON + after * MINUTE)


def given(registry: Registry, letter: str) -> list[HandOver]:
    with registry.reading() as tx:
        return letters.hand_overs(tx, letter)


def printed(registry: Registry, letter: str, after: int) -> None:
    with registry.writing() as tx:
        letters.add_printing(tx, letter, "a" * 64, "test", "operator", NOON + after * MINUTE)


def test_who_came_for_a_letter_is_kept_with_who_gave_it_and_when(
    registry: Registry, issued: LetterRecord
) -> None:
    give(registry, issued.id, PROXY)
    assert given(registry, issued.id) == [
        HandOver(Thing.LETTER, Receiver.PROXY, "SITI AMINAH", "anak kandung", False, "operator", NOON)
    ]
    with registry.reading() as tx:
        last = letters.events(tx, issued.id)[-1]
    assert (last.action, last.actor, last.at) == ("hand_over", "operator", NOON)


def test_nothing_else_about_the_letter_changes(registry: Registry, issued: LetterRecord) -> None:
    assert give(registry, issued.id) == issued
    with registry.reading() as tx:
        assert letters.by_id(tx, OFFICE.code, issued.id) == issued


def test_the_audit_names_the_letter_and_no_proxy(registry: Registry, issued: LetterRecord) -> None:
    give(registry, issued.id, PROXY)
    with registry.reading() as tx:
        [entry] = audit.of_action(tx, "letter.hand_over")
    assert (entry.action, entry.subject, entry.actor) == ("letter.hand_over", issued.number, "operator")
    assert json.loads(entry.details) == {"to": "proxy"}


def test_of_a_holder_no_proxy_is_kept(registry: Registry, issued: LetterRecord) -> None:
    give(registry, issued.id, Collector(Receiver.HOLDER, "SITI AMINAH", "anak"))
    [kept] = given(registry, issued.id)
    assert (kept.receiver, kept.proxy_name, kept.proxy_relation) == (Receiver.HOLDER, None, None)


def test_a_second_click_gives_no_second_paper(registry: Registry, issued: LetterRecord) -> None:
    printed(registry, issued.id, after=0)
    give(registry, issued.id, after=1)
    with pytest.raises(WrongState) as refused:
        give(registry, issued.id, after=2)
    assert refused.value.code == "handed_over_already"
    assert len(given(registry, issued.id)) == 1


def test_a_new_print_is_given_out_again(registry: Registry, issued: LetterRecord) -> None:
    give(registry, issued.id, after=1)
    printed(registry, issued.id, after=2)
    give(registry, issued.id, after=3)
    assert len(given(registry, issued.id)) == 2


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("name", "relation", "refused"),
    [
        (None, None, ["proxy_name", "proxy_relation"]),
        (" ", "anak", ["proxy_name"]),
        ("SITI", "", ["proxy_relation"]),
        ("=SITI", "anak\u202e", ["proxy_name", "proxy_relation"]),
        ("S" * 61, "a" * 61, ["proxy_name", "proxy_relation"]),
    ],
)
def test_a_proxy_is_named_with_their_tie(
    registry: Registry, issued: LetterRecord, name: str | None, relation: str | None, refused: list[str]
) -> None:
    with pytest.raises(RequestRefused) as refusal:
        give(registry, issued.id, Collector(Receiver.PROXY, name, relation))
    assert [problem.field for problem in refusal.value.problems] == refused
    assert given(registry, issued.id) == []


@pytest.mark.parametrize("by", ["operator", "kepala"])
def test_counter_and_head_may_hand_over(registry: Registry, issued: LetterRecord, by: str) -> None:
    give(registry, issued.id, by=by)
    assert given(registry, issued.id)[0].by == by


@pytest.mark.few(2)
@pytest.mark.parametrize("by", ["admin", "auditor", "nobody", "petugas"])
def test_nobody_else_may(registry: Registry, other_office: Office, issued: LetterRecord, by: str) -> None:
    with pytest.raises(NotAllowed):
        give(registry, issued.id, by=by)
    assert given(registry, issued.id) == []


def test_another_offices_letter_is_not_there(
    registry: Registry, other_office: Office, issued: LetterRecord
) -> None:
    with pytest.raises(NotFound):
        issuing.hand_over(registry, other_office.code, issued.id, HOLDER, "petugas", NOON)


@pytest.mark.parametrize(
    ("change", "state"),
    [(issuing.suspend, LetterState.SUSPENDED), (issuing.revoke, LetterState.REVOKED)],
)
def test_only_an_issued_letter_is_handed_over(
    registry: Registry,
    issued: LetterRecord,
    change: Callable[[Registry, str, str, str, str, object], object],
    state: LetterState,
) -> None:
    change(registry, OFFICE.code, issued.number or "", "operator", "Diduga ganda", NOON)
    with pytest.raises(WrongState) as refused:
        give(registry, issued.id)
    assert refused.value.state == state.value
