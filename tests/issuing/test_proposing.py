"""Changes that one person asks for and another agrees to: who may, what is judged again, what is closed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from suket_service import issuing
from suket_service.core.letter import Action, LetterState, Office
from suket_service.errors import NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import RowOutcome
from suket_service.registry import audit, letters, proposals, staff
from suket_service.registry.letters import LetterRecord
from suket_service.registry.proposals import Decision, Proposal
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember, add_staff
from tests.builders import NOON, OFFICE, a_row

NEXT_MONTH = NOON + timedelta(days=30)
AS_FAR_AS_A_NEW_ONE = date(2027, 6, 21)  # six months from NEXT_MONTH's day
NOBODYS = "0" * 32


def propose(registry: Registry, letter: str, action: Action = Action.EXTEND, by: str = "operator") -> str:
    return issuing.propose(registry, OFFICE.code, action, [letter], "Blangko belum datang", by, NEXT_MONTH)


def agree(registry: Registry, proposal: str, by: str = "kepala") -> list[LetterRecord]:
    return issuing.agree(registry, OFFICE.code, proposal, by, NEXT_MONTH)


def decline(registry: Registry, proposal: str, by: str = "kepala", note: str = "Belum perlu") -> None:
    issuing.decline(registry, OFFICE.code, proposal, by, note, NEXT_MONTH)


def kept(registry: Registry, proposal: str) -> Proposal:
    with registry.reading() as tx:
        return proposals.by_id(tx, OFFICE.code, proposal)


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def last_entry(registry: Registry) -> tuple[str, str, str]:
    with registry.reading() as tx:
        row = tx.exec_driver_sql("SELECT actor, action, details FROM audit ORDER BY seq DESC LIMIT 1").one()
    return row.actor, row.action, row.details


def codes(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        step()
    return [(problem.field, problem.code) for problem in refused.value.problems]


@pytest.fixture
def several(register: Callable[..., None], issue_rows: Callable[..., list[RowOutcome]]) -> list[LetterRecord]:
    rows = [a_row(number, serial=number) for number in range(2, 5)]
    register(*rows)
    return [outcome.letter for outcome in issue_rows(*rows) if outcome.letter]


def test_asking_changes_no_letter(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    assert record_of(registry, issued.id) == issued
    assert kept(registry, proposal) == Proposal(
        proposal,
        OFFICE.code,
        Action.EXTEND,
        (issued.id,),
        AS_FAR_AS_A_NEW_ONE,
        "Blangko belum datang",
        "operator",
        NEXT_MONTH,
    )


def test_agreeing_changes_the_letter_and_closes_the_proposal(
    registry: Registry, issued: LetterRecord
) -> None:
    proposal = propose(registry, issued.id)
    [extended] = agree(registry, proposal)
    assert extended == record_of(registry, issued.id)
    assert extended.valid_until == AS_FAR_AS_A_NEW_ONE
    closed = kept(registry, proposal)
    assert (closed.decision, closed.decided_by, closed.decided_at) == (
        Decision.AGREED,
        "kepala",
        NEXT_MONTH,
    )


def test_what_is_agreed_to_is_the_day_that_was_asked_for(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    later = NEXT_MONTH + timedelta(days=20)
    [extended] = issuing.agree(registry, OFFICE.code, proposal, "kepala", later)
    assert extended.valid_until == AS_FAR_AS_A_NEW_ONE


def test_an_approver_may_ask_but_another_one_agrees(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id, by="kepala")
    with pytest.raises(NotAllowed) as refused:
        agree(registry, proposal)
    assert refused.value.code == "same_person"
    with registry.writing() as tx:
        add_staff(tx, StaffMember("sekretaris", OFFICE.code, "Sekretaris", Role.APPROVER), NOON)
    assert agree(registry, proposal, by="sekretaris")


def test_a_suspended_letter_is_resumed_by_two(registry: Registry, issued: LetterRecord) -> None:
    issuing.suspend(registry, OFFICE.code, issued.number or "", "operator", "Diduga ganda", NOON)
    agree(registry, propose(registry, issued.id, Action.RESUME))
    assert record_of(registry, issued.id).state is LetterState.ISSUED


def test_many_are_revoked_with_an_audit_entry_each(registry: Registry, several: list[LetterRecord]) -> None:
    ids = [each.id for each in several]
    proposal = issuing.propose(
        registry, OFFICE.code, Action.REVOKE, ids, "Pak Budi melapor", "operator", NOON
    )
    with registry.reading() as tx:
        before = audit.head(tx).entries
    assert [each.state for each in agree(registry, proposal)] == [LetterState.REVOKED] * 3
    with registry.reading() as tx:
        assert audit.head(tx).entries == before + 3
    actor, action, details = last_entry(registry)
    assert (actor, action) == ("kepala", "letter.revoke")
    assert f'"proposal":"{proposal}"' in details
    assert "Budi" not in details


def test_asking_is_one_audit_entry_without_the_reason(registry: Registry, issued: LetterRecord) -> None:
    propose(registry, issued.id)
    assert last_entry(registry) == ("operator", "proposal.ask", '{"action":"extend","letters":1}')


def test_a_letter_that_changed_meanwhile_is_told_and_nothing_is_done(
    registry: Registry, several: list[LetterRecord]
) -> None:
    ids = [each.id for each in several]
    proposal = issuing.propose(registry, OFFICE.code, Action.REVOKE, ids, "Cap hilang", "operator", NOON)
    issuing.revoke(registry, OFFICE.code, several[1].number or "", "operator", "Salah", NOON)
    assert codes(lambda: agree(registry, proposal)) == [(several[1].number, "wrong_state")]
    assert record_of(registry, ids[0]).state is LetterState.ISSUED
    assert kept(registry, proposal).decision is None


def test_a_single_letter_that_changed_meanwhile_is_told(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    issuing.revoke(registry, OFFICE.code, issued.number or "", "operator", "Salah", NOON)
    with pytest.raises(WrongState):
        agree(registry, proposal)


def test_nothing_is_asked_for_that_could_not_be_done(registry: Registry, issued: LetterRecord) -> None:
    with pytest.raises(WrongState):
        propose(registry, issued.id, Action.RESUME)
    earlier = date(2027, 1, 1)
    assert codes(
        lambda: issuing.propose(
            registry, OFFICE.code, Action.EXTEND, [issued.id], "Perlu", "operator", NOON, earlier
        )
    ) == [("until", "until_not_later")]


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.SUPERSEDE, Action.APPROVE])
def test_what_takes_one_person_is_not_asked_for(
    registry: Registry, issued: LetterRecord, action: Action
) -> None:
    assert codes(lambda: propose(registry, issued.id, action)) == [("action", "not_proposable")]


def test_the_same_is_not_asked_for_twice(registry: Registry, issued: LetterRecord) -> None:
    propose(registry, issued.id)
    assert codes(lambda: propose(registry, issued.id)) == [(issued.number, "proposed_already")]


def test_something_else_may_be_asked_for_beside_it(registry: Registry, issued: LetterRecord) -> None:
    waiting = [propose(registry, issued.id, action) for action in (Action.EXTEND, Action.REVOKE)]
    with registry.reading() as tx:
        assert {each.id for each in proposals.open_of_letter(tx, OFFICE.code, issued.id)} == set(waiting)


def test_what_was_decided_may_be_asked_for_again(registry: Registry, issued: LetterRecord) -> None:
    decline(registry, propose(registry, issued.id))
    assert propose(registry, issued.id)


def test_declining_keeps_the_note_with_the_proposal_alone(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    decline(registry, proposal, note="Pak Budi sudah\n mendapat kartu")
    closed = kept(registry, proposal)
    assert (closed.decision, closed.note) == (Decision.DECLINED, "Pak Budi sudah mendapat kartu")
    assert record_of(registry, issued.id) == issued
    assert last_entry(registry) == ("kepala", "proposal.decline", "{}")


@pytest.mark.parametrize("note", ["", " \n ", "x" * 201, "a\x00b"])
def test_declining_needs_a_note(registry: Registry, issued: LetterRecord, note: str) -> None:
    proposal = propose(registry, issued.id)
    assert codes(lambda: decline(registry, proposal, note=note)) == [("note", "note_missing")]


def test_who_asked_withdraws(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    issuing.withdraw_proposal(registry, OFFICE.code, proposal, "operator", NEXT_MONTH)
    assert kept(registry, proposal).decision is Decision.WITHDRAWN


def test_nobody_else_withdraws(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    with pytest.raises(NotAllowed) as refused:
        issuing.withdraw_proposal(registry, OFFICE.code, proposal, "operator2", NEXT_MONTH)
    assert refused.value.code == "not_the_asker"


def test_what_is_decided_is_not_decided_again(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    agree(registry, proposal)
    steps: tuple[Callable[[], object], ...] = (
        lambda: agree(registry, proposal),
        lambda: decline(registry, proposal),
        lambda: issuing.withdraw_proposal(registry, OFFICE.code, proposal, "operator", NEXT_MONTH),
    )
    for step in steps:
        with pytest.raises(WrongState) as refused:
            step()
        assert refused.value.state == "agreed"


def test_what_someone_asked_who_has_left_is_not_agreed_to(registry: Registry, issued: LetterRecord) -> None:
    proposal = propose(registry, issued.id)
    with registry.writing() as tx:
        staff.set_active(tx, "operator", active=False)
    with pytest.raises(NotAllowed) as refused:
        agree(registry, proposal)
    assert refused.value.code == "asker_left"
    decline(registry, proposal)


@pytest.mark.few(2)
@pytest.mark.parametrize("by", ["operator2", "admin", "auditor", "camat"])
def test_only_an_approver_of_this_office_decides(
    registry: Registry, issued: LetterRecord, other_office: Office, by: str
) -> None:
    proposal = propose(registry, issued.id)
    for step in (agree, decline):
        with pytest.raises(NotAllowed):
            step(registry, proposal, by)


def test_another_offices_letter_and_proposal_are_not_found(
    registry: Registry, issued: LetterRecord, other_office: Office
) -> None:
    proposal = propose(registry, issued.id)
    theirs = other_office.code
    steps: tuple[Callable[[], object], ...] = (
        lambda: issuing.propose(registry, theirs, Action.EXTEND, [issued.id], "Perlu", "petugas", NOON),
        lambda: issuing.agree(registry, theirs, proposal, "camat", NOON),
        lambda: issuing.decline(registry, theirs, proposal, "camat", "Tidak", NOON),
        lambda: issuing.withdraw_proposal(registry, theirs, proposal, "petugas", NOON),
    )
    for step in steps:
        with pytest.raises(NotFound):
            step()
    with registry.reading() as tx:
        assert proposals.open_of_office(tx, theirs) == []
        assert proposals.open_of_letter(tx, theirs, issued.id) == []


def test_a_guessed_id_is_not_found(registry: Registry, issued: LetterRecord) -> None:
    for ids in ([NOBODYS], [issued.id, NOBODYS]):
        with pytest.raises(NotFound):
            issuing.propose(registry, OFFICE.code, Action.REVOKE, ids, "Perlu", "operator", NOON)


@pytest.mark.parametrize("count", [0, 5_001])
def test_none_and_too_many_are_refused(registry: Registry, count: int) -> None:
    ids = [f"{each:032x}" for each in range(count)]
    assert codes(
        lambda: issuing.propose(registry, OFFICE.code, Action.REVOKE, ids, "Perlu", "operator", NOON)
    ) == [("number", "too_many")]


def test_the_list_is_of_what_waits_oldest_first(registry: Registry, several: list[LetterRecord]) -> None:
    asked = [
        issuing.propose(registry, OFFICE.code, Action.EXTEND, [each.id], "Perlu", by, NEXT_MONTH + minute)
        for each, by, minute in (
            (several[0], "operator", timedelta(minutes=2)),
            (several[1], "kepala", timedelta(minutes=1)),
            (several[2], "operator2", timedelta(minutes=3)),
        )
    ]
    decline(registry, asked[2])
    with registry.reading() as tx:
        assert [each.id for each in proposals.open_of_office(tx, OFFICE.code)] == [asked[1], asked[0]]
        assert proposals.open_of_office(tx, OFFICE.code, limit=1, offset=1)[0].id == asked[0]
        assert proposals.count_open(tx, OFFICE.code) == 2
        assert proposals.count_open(tx, OFFICE.code, not_of="kepala") == 1


def test_what_became_of_ones_own_is_kept_newest_first(
    registry: Registry, several: list[LetterRecord]
) -> None:
    asked = [propose(registry, each.id) for each in several]
    others = propose(registry, several[0].id, Action.REVOKE, by="operator2")
    for minutes, proposal in enumerate([asked[1], others, asked[0]]):
        at = NEXT_MONTH + timedelta(minutes=minutes)
        issuing.decline(registry, OFFICE.code, proposal, "kepala", "Belum perlu", at)
    with registry.reading() as tx:
        decided = proposals.decided_for(tx, OFFICE.code, "operator", 10)
        assert [each.id for each in decided] == [asked[0], asked[1]]
        assert proposals.decided_for(tx, OFFICE.code, "operator", 1) == decided[:1]
