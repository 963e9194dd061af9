"""What the counter can say at once: the same as what a request would meet later."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from suket_service import issuing
from suket_service.core.kind import IssuingWindow
from suket_service.core.letter import Office
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState
from suket_service.errors import RequestRefused
from suket_service.issuing import Application, eligibility
from suket_service.issuing.eligibility import Answer, Eligibility
from suket_service.registry import letters, offices, residents
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, a_resident, a_row

Register = Callable[..., None]
NIK = a_resident().nik


def answer(registry: Registry, days: int = 0) -> Eligibility:
    at = NOON + timedelta(days=days)
    with registry.reading() as tx:
        entry = residents.find(tx, OFFICE.code, [NIK]).get(NIK)
        if entry is None:
            return eligibility.of_unlisted(tx, OFFICE.code, NIK, at)
        [(_, found)] = eligibility.of_entries(tx, OFFICE.code, [entry], at)
        return found


def request_now(registry: Registry, days: int = 0) -> str:
    asked = Application(OFFICE.code, Request(a_resident(), "Hilang", None, None, None, ()), None)
    return issuing.draft(registry, asked, "operator", NOON + timedelta(days=days))


def stock(registry: Registry, cards: int | None) -> None:
    with registry.writing() as tx:
        offices.set_cards_in_stock(tx, OFFICE.code, cards)


def window(
    registry: Registry, opens_on: date, closes_on: date | None, kinds: tuple[int, ...] = (1, 2)
) -> None:
    with registry.writing() as tx:
        for kind in kinds:
            offices.add_window(tx, IssuingWindow(OFFICE.code, kind, opens_on, closes_on))


@pytest.mark.few(5)
@pytest.mark.parametrize("state", list(RecordingState))
def test_the_answer_is_what_a_request_would_meet(
    registry: Registry, register: Register, state: RecordingState
) -> None:
    register(a_row(status_perekaman=state.value))
    found = answer(registry)
    assert found.may_ask is state.may_get_letter
    if found.may_ask:
        assert request_now(registry)
    else:
        with pytest.raises(RequestRefused) as refused:
            request_now(registry)
        assert (found.answer, found.why) == (Answer.NOT_RECORDED, refused.value.problems[0])


def test_who_is_not_in_the_register_may_be_passed_over_it(registry: Registry) -> None:
    found = answer(registry)
    assert (found.answer, found.may_be_overridden) == (Answer.NOT_IN_REGISTER, True)


@pytest.mark.parametrize(("cards", "expected"), [(None, Answer.MAY), (0, Answer.MAY), (1, Answer.PRINT_CARD)])
def test_with_cards_in_stock_a_record_ready_to_print_gets_its_card(
    registry: Registry, register: Register, cards: int | None, expected: Answer
) -> None:
    register(a_row(status_perekaman="PRINT_READY_RECORD"))
    stock(registry, cards)
    found = answer(registry)
    assert (found.answer, found.may_ask) == (expected, True)


def test_cards_in_stock_are_nothing_to_a_record_on_its_way(registry: Registry, register: Register) -> None:
    register(a_row(status_perekaman="PROCESSING"))
    stock(registry, 500)
    assert answer(registry).answer is Answer.MAY


def test_a_letter_that_holds_is_named(registry: Registry, issued: LetterRecord) -> None:
    found = answer(registry)
    assert (found.answer, found.standing) == (Answer.HOLDS_LETTER, issued)
    assert found.may_be_replaced


def test_a_letter_that_has_lapsed_is_in_nobodys_way(registry: Registry, issued: LetterRecord) -> None:
    assert answer(registry, days=200).answer is Answer.MAY
    assert request_now(registry, days=200)


def test_a_draft_that_waits_is_named(registry: Registry, register: Register) -> None:
    register(a_row())
    letter = request_now(registry)
    found = answer(registry)
    assert found.standing is not None
    assert (found.answer, found.standing.id) == (Answer.DRAFTED, letter)
    assert not found.may_be_replaced


def test_of_another_offices_letter_nothing_is_told(
    registry: Registry, register: Register, other_office: Office
) -> None:
    register(a_row())
    with registry.writing() as tx:
        tx.exec_driver_sql("UPDATE resident SET office = '2101'")
    asked = Application(other_office.code, Request(a_resident(), "Hilang", None, None, None, ()), None)
    issuing.draft(registry, asked, "petugas", NOON)
    found = answer(registry)
    assert (found.answer, found.standing) == (Answer.HOLDS_ELSEWHERE, None)


def test_on_a_day_without_an_open_kind_the_next_one_is_named(registry: Registry, register: Register) -> None:
    register(a_row())
    opens = TODAY + timedelta(days=9)
    window(registry, opens, None)
    found = answer(registry)
    assert (found.answer, found.kinds, found.reopens_on) == (Answer.CLOSED, (), opens)
    with pytest.raises(RequestRefused) as refused:
        request_now(registry)
    assert found.why == refused.value.problems[0]


def test_one_open_kind_is_enough(registry: Registry, register: Register) -> None:
    register(a_row())
    window(registry, TODAY + timedelta(days=9), None, kinds=(1,))
    found = answer(registry)
    assert (found.answer, [kind.code for kind in found.kinds]) == (Answer.MAY, [2])


def test_the_usual_kind_comes_first(registry: Registry, register: Register) -> None:
    register(a_row())
    with registry.writing() as tx:
        offices.set_usual_kind(tx, OFFICE.code, 2)
    assert [kind.code for kind in answer(registry).kinds][:2] == [2, 1]


def test_a_withdrawn_draft_is_in_nobodys_way(registry: Registry, register: Register) -> None:
    register(a_row())
    letter = request_now(registry)
    issuing.withdraw(registry, OFFICE.code, letter, "operator", "Batal", NOON)
    assert answer(registry).answer is Answer.MAY
    with registry.reading() as tx:
        assert letters.open_letters_of(tx, [NIK]) == {}
