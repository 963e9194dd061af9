"""What the rules are asked about: the letters of those days, this office's alone, and imports before them."""

from collections.abc import Callable
from datetime import timedelta

from suket_service.core.resident import RecordingState
from suket_service.core.unusual import RecordingChange
from suket_service.registry import recording_changes, unusual
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, a_row
from tests.registry.builders import insert_letter, raw

DAY = timedelta(days=1)


def test_a_letter_is_told_with_both_people_and_without_its_holder(
    registry: Registry, issued: LetterRecord
) -> None:
    with registry.reading() as tx:
        [found] = unusual.issued(tx, OFFICE.code, TODAY, TODAY)
        assert unusual.issue_times(tx, OFFICE.code, TODAY, TODAY) == [found.at]
    assert (found.letter, found.number, found.at) == (issued.id, issued.number, issued.issued_at)
    assert (found.asked_by, found.approved_by, found.overridden) == ("operator", "kepala", False)


def test_days_before_and_after_and_other_offices_are_left_out(
    registry: Registry, issued: LetterRecord
) -> None:
    with registry.reading() as tx:
        for office, first, last in (
            (OFFICE.code, TODAY - DAY, TODAY - DAY),
            (OFFICE.code, TODAY + DAY, TODAY + DAY),
            ("2171", TODAY, TODAY),
        ):
            assert unusual.issued(tx, office, first, last) == []
            assert unusual.issue_times(tx, office, first, last) == []
            assert unusual.recording_changes(tx, office, first, last) == []


def test_a_draft_is_not_issued(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection)
    with registry.reading() as tx:
        assert unusual.issued(tx, OFFICE.code, TODAY - DAY, TODAY + DAY) == []


def test_an_override_is_told(
    registry: Registry, register: Callable[..., None], issue_rows: Callable[..., object]
) -> None:
    row = a_row(status_perekaman="UNREGISTERED", pengecualian="Data sedang dibetulkan")
    register(a_row(status_perekaman="UNREGISTERED"))
    issue_rows(row, allow_overrides=True)
    with registry.reading() as tx:
        [found] = unusual.issued(tx, OFFICE.code, TODAY, TODAY)
    assert found.overridden


def test_a_change_of_the_holders_recording_belongs_to_the_letter(
    registry: Registry, issued: LetterRecord
) -> None:
    before = NOON - timedelta(minutes=5)
    with registry.writing() as tx:
        states = {issued.resident.nik: RecordingState.PROCESSING}
        recording_changes.add(tx, OFFICE.code, states, "operator2", before)
    with registry.reading() as tx:
        changes = unusual.recording_changes(tx, OFFICE.code, TODAY, TODAY)
    assert RecordingChange(issued.id, before, "operator2") in changes


def test_a_change_of_someone_elses_recording_is_not_the_letters(
    registry: Registry, issued: LetterRecord
) -> None:
    with registry.writing() as tx:
        states = {"2172031708950009": RecordingState.PROCESSING}
        recording_changes.add(tx, OFFICE.code, states, "operator2", NOON)
    with registry.reading() as tx:
        changes = unusual.recording_changes(tx, OFFICE.code, TODAY, TODAY)
    assert "operator2" not in {each.imported_by for each in changes}
