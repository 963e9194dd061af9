"""A new letter takes an old one's place, at the moment it is issued; drafts wait, and may be given up."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from suket_service import issuing
from suket_service.core.kind import IssuingWindow
from suket_service.core.letter import LetterState, Office
from suket_service.core.request import Request
from suket_service.errors import NotAllowed, RegistryConflict, RequestRefused, WrongState
from suket_service.issuing import Application, RowOutcome, RowStatus, Sealing, TwoPeople
from suket_service.registry import letters, offices, staff
from suket_service.registry.letters import LetterRecord, NewEvent
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from tests.builders import NOON, OFFICE, TODAY, a_resident, a_row
from tests.conftest import IssueRows


def asking(issued: LetterRecord, **changes: object) -> Application:
    request = Request(issued.resident, "Surat hilang", None, None, None, (), replaces=issued.number)
    return Application(OFFICE.code, replace(request, **changes), None)  # type: ignore[arg-type]


def finish(registry: Registry, letter: str, sealing: Sealing) -> LetterRecord:
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    return issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, NOON)


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def problems_of(outcome: RowOutcome) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in outcome.problems]


def codes(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        step()
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_the_old_letter_stands_until_the_new_one_is_issued(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, asking(issued), "operator", NOON)
    assert record_of(registry, issued.id).state is LetterState.ISSUED
    new = finish(registry, letter, sealing)
    old = record_of(registry, issued.id)
    assert (old.state, old.closed_at) == (LetterState.SUPERSEDED, new.issued_at)
    assert (new.state, new.replaces) == (LetterState.ISSUED, issued.id)


def test_the_new_letter_has_a_number_position_and_seal_of_its_own(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    new = finish(registry, issuing.draft(registry, asking(issued), "operator", NOON), sealing)
    assert new.number != issued.number
    assert new.fingerprint != issued.fingerprint
    assert (new.status_list, new.status_index) == (issued.status_list, (issued.status_index or 0) + 1)


def test_the_old_letters_history_names_the_new_number(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    new = finish(registry, issuing.draft(registry, asking(issued), "operator", NOON), sealing)
    with registry.reading() as tx:
        last = letters.events(tx, issued.id)[-1]
    assert (last.action, last.reason) == ("supersede", new.number)


def test_a_file_replaces_letters_by_the_column_menggantikan(
    registry: Registry, issued: LetterRecord, issue_rows: IssueRows
) -> None:
    row = a_row(menggantikan=issued.number or "", alamat="JALAN BARU NOMOR 9")
    [outcome] = issue_rows(row, digest="a" * 64)
    assert outcome.status is RowStatus.ISSUED
    assert record_of(registry, issued.id).state is LetterState.SUPERSEDED
    [again] = issue_rows(row, digest="a" * 64)
    assert (again.status, again.letter) == (RowStatus.UNCHANGED, outcome.letter)


def test_a_replacement_with_the_very_same_facts_still_is_a_new_letter(
    issued: LetterRecord, issue_rows: IssueRows
) -> None:
    [outcome] = issue_rows(a_row(menggantikan=issued.number or ""), digest="a" * 64)
    assert outcome.status is RowStatus.ISSUED
    assert outcome.letter is not None
    assert outcome.letter.number != issued.number


def test_a_suspended_letter_may_be_replaced(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    issuing.suspend(registry, OFFICE.code, issued.number or "", "operator", "Hilang", NOON)
    finish(registry, issuing.draft(registry, asking(issued), "operator", NOON), sealing)
    assert record_of(registry, issued.id).state is LetterState.SUPERSEDED


@pytest.mark.parametrize("end", [issuing.revoke, issuing.supersede])
def test_a_letter_that_ended_while_its_replacement_waited_is_not_replaced(
    registry: Registry, issued: LetterRecord, sealing: Sealing, end: Callable[..., LetterRecord]
) -> None:
    letter = issuing.draft(registry, asking(issued), "operator", NOON)
    end(registry, OFFICE.code, issued.number or "", "operator", "Kartu diserahkan", NOON)
    assert codes(lambda: finish(registry, letter, sealing)) == [("menggantikan", "replaces_closed")]
    assert record_of(registry, letter).number is None


def test_the_audit_names_the_letter_that_was_replaced(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    new = finish(registry, issuing.draft(registry, asking(issued), "operator", NOON), sealing)
    with registry.reading() as tx:
        found = tx.exec_driver_sql(
            "SELECT subject, details FROM audit WHERE action = 'letter.supersede'"
        ).one()
    assert (found.subject, json.loads(found.details)) == (issued.number, {"by": new.number})


def test_a_replacement_does_not_become_a_second_letter_beside_another_issued_since(
    registry: Registry, issued: LetterRecord, sealing: Sealing, issue_rows: IssueRows
) -> None:
    letter = issuing.draft(registry, asking(issued), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    lapsed = NOON + timedelta(days=400)
    [other] = issue_rows(a_row(), digest="a" * 64, now=lambda: lapsed)
    assert other.status is RowStatus.ISSUED
    assert codes(lambda: issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, lapsed)) == [
        ("nik", "letter_open")
    ]
    long_after = lapsed + timedelta(days=400)
    record = issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, long_after)
    assert record.state is LetterState.ISSUED
    assert other.letter is not None
    assert record_of(registry, other.letter.id).closed_at == long_after


def test_a_letter_has_one_replacement_at_a_time(registry: Registry, issued: LetterRecord) -> None:
    issuing.draft(registry, asking(issued), "operator", NOON)
    assert codes(lambda: issuing.draft(registry, asking(issued), "operator2", NOON)) == [
        ("menggantikan", "replacement_pending")
    ]


def test_after_a_replacement_is_withdrawn_another_may_be_asked_for(
    registry: Registry, issued: LetterRecord
) -> None:
    letter = issuing.draft(registry, asking(issued), "operator", NOON)
    issuing.withdraw(registry, OFFICE.code, letter, "operator", "Ditemukan lagi", NOON)
    assert record_of(registry, letter).state is LetterState.WITHDRAWN
    assert issuing.draft(registry, asking(issued), "operator", NOON) != letter


def test_what_replaced_a_letter_may_be_replaced_itself(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    second = finish(registry, issuing.draft(registry, asking(issued), "operator", NOON), sealing)
    third = finish(registry, issuing.draft(registry, asking(second), "operator", NOON), sealing)
    states = [record_of(registry, each.id).state for each in (issued, second, third)]
    assert states == [LetterState.SUPERSEDED, LetterState.SUPERSEDED, LetterState.ISSUED]


def test_another_persons_letter_is_not_replaced(
    registry: Registry, issued: LetterRecord, register: Callable[..., None]
) -> None:
    register(a_row(serial=4))
    other = asking(issued, resident=a_resident(nik="2172031708950004"))
    assert codes(lambda: issuing.draft(registry, other, "operator", NOON)) == [
        ("menggantikan", "replaces_other_person")
    ]


def test_another_offices_letter_is_not_found(
    registry: Registry, issued: LetterRecord, other_office: Office
) -> None:
    elsewhere = replace(asking(issued, override_reason="Pindah"), office=other_office.code)
    assert codes(lambda: issuing.draft(registry, elsewhere, "petugas", NOON)) == [
        ("menggantikan", "no_letter")
    ]


def test_a_closed_letter_is_not_replaced(registry: Registry, issued: LetterRecord) -> None:
    issuing.revoke(registry, OFFICE.code, issued.number or "", "operator", "Salah", NOON)
    assert codes(lambda: issuing.draft(registry, asking(issued), "operator", NOON)) == [
        ("menggantikan", "replaces_closed")
    ]


def test_an_unknown_number_is_refused_by_field(register: Callable[..., None], issue_rows: IssueRows) -> None:
    register(a_row())
    [outcome] = issue_rows(a_row(menggantikan="471.13/9999/SKP/2172/2026"), digest="a" * 64)
    assert problems_of(outcome) == [("menggantikan", "no_letter")]


def test_a_lapsed_letter_that_is_replaced_is_superseded(
    registry: Registry, issued: LetterRecord, issue_rows: IssueRows
) -> None:
    long_after = NOON + timedelta(days=400)
    [outcome] = issue_rows(a_row(menggantikan=issued.number or ""), digest="a" * 64, now=lambda: long_after)
    assert outcome.status is RowStatus.ISSUED
    assert record_of(registry, issued.id).state is LetterState.SUPERSEDED


def test_the_database_itself_refuses_a_second_open_letter_by_way_of_a_replacement(
    registry: Registry, issued: LetterRecord, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, asking(issued), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    with pytest.raises(RegistryConflict), registry.writing() as tx:
        tx.exec_driver_sql(f"UPDATE letter SET number = '1' WHERE id = '{letter}'")


class TestDrafts:
    @pytest.fixture
    def drafted(self, register: Callable[..., None], issue_rows: IssueRows) -> LetterRecord:
        register(a_row())
        [outcome] = issue_rows(a_row(), people=TwoPeople("operator", None))
        assert outcome.status is RowStatus.DRAFTED
        assert outcome.letter is not None
        return outcome.letter

    def test_the_same_file_again_without_an_approver_changes_nothing(
        self, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        [outcome] = issue_rows(a_row(), people=TwoPeople("operator", None))
        assert (outcome.status, outcome.letter) == (RowStatus.UNCHANGED, drafted)

    def test_the_same_file_with_an_approver_issues_the_drafts(
        self, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        [outcome] = issue_rows(a_row())
        assert outcome.status is RowStatus.ISSUED
        assert outcome.letter is not None
        assert (outcome.letter.id, outcome.letter.approved_by) == (drafted.id, "kepala")
        assert outcome.letter.number == "471.13/0001/SKP/2172/2026"

    def test_drafts_and_new_rows_are_issued_together_without_a_gap(
        self, drafted: LetterRecord, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        rows = [a_row(2), a_row(3, serial=4), a_row(4, serial=5)]
        register(*rows)
        outcomes = issue_rows(*rows)
        assert [outcome.status for outcome in outcomes] == [RowStatus.ISSUED] * 3
        serials = sorted(str(outcome.letter.number).split("/")[1] for outcome in outcomes if outcome.letter)
        assert serials == ["0001", "0002", "0003"]

    def test_a_draft_that_may_not_be_issued_today_costs_no_other_row_its_letter(
        self, registry: Registry, drafted: LetterRecord, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        yesterday = IssuingWindow(
            OFFICE.code, drafted.kind, TODAY - timedelta(days=9), TODAY - timedelta(days=1)
        )
        with registry.writing() as tx:
            offices.add_window(tx, yesterday)
        other = a_row(3, serial=4, jenis_surat="2")
        register(other)
        refused, issued = issue_rows(a_row(), other)
        assert problems_of(refused) == [("jenis_surat", "issuing_closed")]
        assert issued.status is RowStatus.ISSUED

    def test_a_draft_whose_person_the_register_no_longer_allows_is_not_issued(
        self, drafted: LetterRecord, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        register(a_row(status_perekaman="DUPLICATE_RECORD"))
        [outcome] = issue_rows(a_row())
        assert problems_of(outcome) == [("status_perekaman", "recording_state")]

    def test_a_draft_that_passes_over_the_register_waits_for_an_approver_who_allows_it(
        self, issue_rows: IssueRows
    ) -> None:
        row = a_row(serial=9, pengecualian="Gawat darurat")
        [draft] = issue_rows(row, people=TwoPeople("operator", None), allow_overrides=True)
        assert draft.status is RowStatus.DRAFTED
        [refused] = issue_rows(row)
        assert problems_of(refused) == [("pengecualian", "override_not_allowed")]
        [issued] = issue_rows(row, allow_overrides=True)
        assert issued.status is RowStatus.ISSUED

    def test_a_row_that_changed_since_its_draft_is_not_issued_from_the_draft(
        self, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        [outcome] = issue_rows(a_row(alamat="JALAN BARU NOMOR 9"))  # the same file and row
        assert problems_of(outcome) == [("foto", "draft_differs")]

    def test_a_letter_whose_series_time_is_tomorrow_is_held_to_tomorrows_window(
        self, registry: Registry, issued: LetterRecord, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        midnight = NOON.replace(hour=17)  # in WIB
        other, third = a_row(serial=4), a_row(serial=5)
        register(other, third)
        [last] = issue_rows(other, digest="a" * 64, now=lambda: midnight)
        assert last.status is RowStatus.ISSUED
        with registry.writing() as tx:
            offices.add_window(tx, IssuingWindow(OFFICE.code, issued.kind, TODAY, TODAY))
        [late] = issue_rows(third, digest="b" * 64, now=lambda: midnight - timedelta(seconds=30))
        assert problems_of(late) == [("jenis_surat", "issuing_closed")]

    def test_withdrawing_a_draft_gives_the_lapsed_letter_back_that_it_had_closed(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        lapsed = NOON + timedelta(days=400)
        letter = issuing.draft(registry, asking(issued, replaces=None), "operator", lapsed)
        assert record_of(registry, issued.id).closed_at == lapsed
        issuing.withdraw(registry, OFFICE.code, letter, "operator", "Salah", lapsed + timedelta(hours=1))
        assert record_of(registry, issued.id).closed_at is None
        both = TwoPeople("operator", "kepala")
        record = issuing.extend(registry, OFFICE.code, issued.number or "", None, both, "Blangko", lapsed)
        assert record.extended_to is not None

    def test_who_drafted_does_not_approve_by_another_file(
        self, registry: Registry, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        with registry.writing() as tx:  # promoted since
            tx.exec_driver_sql("UPDATE staff SET role = 'approver' WHERE username = 'operator'")
        [outcome] = issue_rows(a_row(), people=TwoPeople("operator2", "operator"))
        assert problems_of(outcome) == [("", "same_person")]
        assert record_of(registry, drafted.id).state is LetterState.DRAFT

    def test_nor_does_whoever_corrected_it(
        self, registry: Registry, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        with registry.writing() as tx:
            letters.add_events(tx, [NewEvent(drafted.id, NOON, "operator2", "amend")])
            staff.set_role(tx, "operator2", Role.APPROVER)
        [outcome] = issue_rows(a_row(), people=TwoPeople("operator", "operator2"))
        assert problems_of(outcome) == [("", "same_person")]
        assert record_of(registry, drafted.id).state is LetterState.DRAFT

    @pytest.mark.few(2)
    @pytest.mark.parametrize("approved", [False, True])
    @pytest.mark.parametrize("by", ["operator", "operator2", "kepala"])
    def test_a_draft_is_withdrawn_and_its_person_free_again(
        self, registry: Registry, drafted: LetterRecord, issue_rows: IssueRows, approved: bool, by: str
    ) -> None:
        if approved:
            issuing.approve(registry, OFFICE.code, drafted.id, "kepala", NOON)
        record = issuing.withdraw(registry, OFFICE.code, drafted.id, by, "Salah orang", NOON)
        assert (record.state, record.closed_at) == (LetterState.WITHDRAWN, NOON)
        [outcome] = issue_rows(a_row(), digest="a" * 64)
        assert outcome.status is RowStatus.ISSUED

    def test_an_issued_letter_is_not_withdrawn(self, registry: Registry, issued: LetterRecord) -> None:
        with pytest.raises(WrongState):
            issuing.withdraw(registry, OFFICE.code, issued.id, "operator", "Salah", NOON)

    @pytest.mark.parametrize("by", ["admin", "auditor", "nobody"])
    def test_others_withdraw_nothing(self, registry: Registry, drafted: LetterRecord, by: str) -> None:
        with pytest.raises(NotAllowed):
            issuing.withdraw(registry, OFFICE.code, drafted.id, by, "Salah", NOON)

    def test_a_withdrawn_row_of_a_file_is_told_so(
        self, registry: Registry, drafted: LetterRecord, issue_rows: IssueRows
    ) -> None:
        issuing.withdraw(registry, OFFICE.code, drafted.id, "operator", "Salah orang", NOON)
        [outcome] = issue_rows(a_row())
        assert outcome.status is RowStatus.UNCHANGED
        assert [warning.code for warning in outcome.warnings] == ["already_closed"]


class TestRequestKeys:
    @pytest.fixture
    def application(self, register: Callable[..., None]) -> Application:
        register(a_row())
        return Application(
            OFFICE.code, Request(a_resident(), "Blangko habis", None, None, None, ()), None, "key-1"
        )

    def test_the_same_request_again_is_the_same_letter(
        self, registry: Registry, application: Application
    ) -> None:
        letter = issuing.draft(registry, application, "operator", NOON)
        assert issuing.draft(registry, application, "operator", NOON + timedelta(days=1)) == letter

    @pytest.mark.parametrize(
        "change",
        [
            {"reason": "Lain"},
            {"kind": 2},
            {"replaces": "1"},
            {"override_reason": "Lain"},
            {"resident": a_resident(address="JALAN BARU NOMOR 9")},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_the_same_key_for_something_else_is_refused(
        self, registry: Registry, application: Application, change: dict[str, object]
    ) -> None:
        issuing.draft(registry, application, "operator", NOON)
        other = replace(application, request=replace(application.request, **change))  # type: ignore[arg-type]
        assert codes(lambda: issuing.draft(registry, other, "operator", NOON)) == [("", "request_key_reused")]

    def test_the_same_key_with_another_portrait_is_refused(
        self, registry: Registry, application: Application
    ) -> None:
        issuing.draft(registry, application, "operator", NOON)
        other = replace(application, portrait=b"another")
        assert codes(lambda: issuing.draft(registry, other, "operator", NOON)) == [("", "request_key_reused")]
