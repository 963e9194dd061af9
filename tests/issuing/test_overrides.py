"""Passing over the register takes a reason and two people; kinds are issued only in their windows and dates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from suket_service import issuing
from suket_service.core.kind import IssuingWindow, Kind, ValidityRule
from suket_service.core.request import Request
from suket_service.core.resident import RECORDING_NAMES, RecordingState
from suket_service.errors import RequestRefused
from suket_service.issuing import Application, RowOutcome, RowStatus, Sealing
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, a_resident, a_row
from tests.conftest import IssueRows

DAY = timedelta(days=1)
WHY = "Pasien gawat darurat, rekaman dipastikan lewat telepon"


def problems_of(outcome: RowOutcome) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in outcome.problems]


def test_someone_not_in_the_register_gets_a_letter_by_override(
    registry: Registry, issue_rows: IssueRows
) -> None:
    [outcome] = issue_rows(a_row(pengecualian=WHY), allow_overrides=True)
    assert outcome.status is RowStatus.ISSUED
    assert outcome.letter is not None
    assert outcome.letter.override_reason == WHY
    with registry.reading() as tx:
        history = letters.events(tx, outcome.letter.id)
    assert [(event.action, event.actor, event.reason) for event in history][1] == (
        "override",
        "operator",
        WHY,
    )


@pytest.mark.parametrize("state", ["UNREGISTERED", "DUPLICATE_RECORD", "ENROLL_FAILURE_AT_CENTRAL"])
def test_a_state_that_may_not_get_a_letter_is_passed_over_by_override(
    register: Callable[..., None], issue_rows: IssueRows, state: str
) -> None:
    register(a_row(status_perekaman=state))
    [refused] = issue_rows(a_row())
    assert problems_of(refused) == [("status_perekaman", "recording_state")]
    assert f"“{RECORDING_NAMES[RecordingState(state)].id}”" in refused.problems[0].text.id
    assert state not in refused.problems[0].text.id
    [outcome] = issue_rows(a_row(pengecualian=WHY), digest="a" * 64, allow_overrides=True)
    assert outcome.status is RowStatus.ISSUED


def test_a_file_alone_passes_over_nothing(issue_rows: IssueRows) -> None:
    [outcome] = issue_rows(a_row(pengecualian=WHY))
    assert problems_of(outcome) == [("pengecualian", "override_not_allowed")]


def test_an_override_does_not_pass_over_another_name(
    register: Callable[..., None], issue_rows: IssueRows
) -> None:
    register(a_row(status_perekaman="UNREGISTERED"))
    [outcome] = issue_rows(a_row(pengecualian=WHY, nama="ORANG LAIN"), allow_overrides=True)
    assert problems_of(outcome) == [("nama", "differs_from_register")]


def test_an_override_does_not_pass_over_an_open_letter(issued: LetterRecord, issue_rows: IssueRows) -> None:
    row = a_row(pengecualian=WHY, alasan="Lain")
    [outcome] = issue_rows(row, digest="a" * 64, allow_overrides=True)
    assert problems_of(outcome) == [("nik", "letter_open")]


def test_a_reason_that_was_not_needed_is_not_kept(
    register: Callable[..., None], issue_rows: IssueRows
) -> None:
    register(a_row())
    [outcome] = issue_rows(a_row(pengecualian=WHY))
    assert outcome.status is RowStatus.ISSUED
    assert outcome.letter is not None
    assert outcome.letter.override_reason is None
    assert [warning.code for warning in outcome.warnings] == ["override_not_needed"]


def test_the_audit_says_that_there_was_an_override_and_not_why(
    registry: Registry, issue_rows: IssueRows
) -> None:
    issue_rows(a_row(pengecualian=WHY), allow_overrides=True)
    with registry.reading() as tx:
        entries = (
            tx.exec_driver_sql("SELECT details FROM audit WHERE action = 'letter.draft'").scalars().all()
        )
    assert ['"override":true' in entry for entry in entries] == [True]
    assert not any("gawat" in entry for entry in entries)


def application(**changes: object) -> Application:
    request = Request(a_resident(), "Blangko habis", None, None, None, ())
    return Application(OFFICE.code, replace(request, **changes), None)  # type: ignore[arg-type]


def test_a_draft_with_an_override_waits_for_the_second_person_like_any_other(
    registry: Registry, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, application(override_reason=WHY), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    record = issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, NOON)
    assert (record.override_reason, record.approved_by) == (WHY, "kepala")


def open_only(registry: Registry, first_day: int, last_day: int | None) -> None:
    window = IssuingWindow(
        OFFICE.code, 1, TODAY + first_day * DAY, None if last_day is None else TODAY + last_day * DAY
    )
    with registry.writing() as tx:
        offices.add_window(tx, window)


@pytest.mark.parametrize(("first", "last"), [(1, None), (1, 5), (-5, -1)])
def test_outside_its_window_a_kind_is_not_issued(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: IssueRows,
    first: int,
    last: int | None,
) -> None:
    register(a_row())
    open_only(registry, first, last)
    [outcome] = issue_rows(a_row())
    assert problems_of(outcome) == [("jenis_surat", "issuing_closed")]


@pytest.mark.parametrize(("first", "last"), [(0, None), (-5, 0), (0, 0)])
def test_on_the_first_and_last_day_of_its_window_a_kind_is_issued(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: IssueRows,
    first: int,
    last: int | None,
) -> None:
    register(a_row())
    open_only(registry, first, last)
    [outcome] = issue_rows(a_row())
    assert outcome.status is RowStatus.ISSUED


def test_a_draft_approved_in_the_window_is_not_issued_after_it(
    registry: Registry, register: Callable[..., None], sealing: Sealing
) -> None:
    register(a_row())
    open_only(registry, -5, 0)
    letter = issuing.draft(registry, application(), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    with pytest.raises(RequestRefused) as refused:
        issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, NOON + DAY)
    assert refused.value.code == "issuing_closed"


@pytest.mark.parametrize(("days", "status"), [(-1, RowStatus.REFUSED), (0, RowStatus.ISSUED)])
def test_a_kind_with_a_fixed_last_day_is_issued_until_that_day(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: IssueRows,
    days: int,
    status: RowStatus,
) -> None:
    register(a_row())
    kind = Kind(
        code=3,
        title="SURAT KETERANGAN",
        series="PILKADA",
        template="pengganti-ktp-el/v1",
        legal_basis="Surat edaran",
        rule=ValidityRule.FIXED_DATE,
        fixed_date=TODAY + days * DAY,
    )
    with registry.writing() as tx:
        offices.add_kind(tx, kind)
    [outcome] = issue_rows(a_row(jenis_surat="3"))
    assert outcome.status is status
    if status is RowStatus.REFUSED:
        assert problems_of(outcome) == [("jenis_surat", "kind_ended")]
