"""One letter's life, step by step: who may take which, from which state, and what is refused by which code."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from suket_service import issuing
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.letter import LetterState, Office
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState, Sex
from suket_service.core.seal import check_code, digits, parse
from suket_service.core.signing import check_seal
from suket_service.errors import CallerError, KeyTrouble, NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import Application, Sealing
from suket_service.registry import keys, letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, NOON, OFFICE, PASSPHRASE, TODAY, a_resident, a_row
from tests.registry.builders import raw

PORTRAIT = b"a stored portrait"
Step = Callable[[], object]


def a_request(**changes: object) -> Request:
    plain = Request(a_resident(), "Blangko habis", None, None, None, ())
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def application(register: Callable[..., None]) -> Application:
    """An application that nothing speaks against."""
    register(a_row())
    return Application(OFFICE.code, a_request(), None)


@pytest.fixture
def drafted(registry: Registry, application: Application) -> str:
    return issuing.draft(registry, application, "operator", NOON)


@pytest.fixture
def approved(registry: Registry, drafted: str) -> str:
    issuing.approve(registry, OFFICE.code, drafted, "kepala", NOON)
    return drafted


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def history_of(registry: Registry, letter: str) -> list[tuple[str, str]]:
    with registry.reading() as tx:
        return [(event.action, event.actor) for event in letters.events(tx, letter)]


def issue(registry: Registry, letter: str, sealing: Sealing, at: datetime = NOON) -> LetterRecord:
    return issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, at)


def refusals(step: Step) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        step()
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_a_letter_is_drafted_approved_and_issued(
    registry: Registry, application: Application, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, application, "operator", NOON)
    assert record_of(registry, letter).state is LetterState.DRAFT
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    assert record_of(registry, letter).state is LetterState.APPROVED
    record = issue(registry, letter, sealing)
    assert record == record_of(registry, letter)
    assert (record.state, record.number) == (LetterState.ISSUED, "471.13/0001/SKP/2172/2026")
    assert (record.requested_by, record.approved_by) == ("operator", "kepala")
    assert (record.issued_on, record.valid_until) == (TODAY, date(2027, 5, 21))
    assert history_of(registry, letter) == [("draft", "operator"), ("approve", "kepala"), ("issue", "kepala")]


def test_a_draft_has_neither_number_nor_seal(registry: Registry, drafted: str) -> None:
    record = record_of(registry, drafted)
    assert (record.number, record.fingerprint, record.status_index) == (None, None, None)
    with registry.reading() as tx, pytest.raises(NotFound):
        letters.as_printed(tx, record)


def test_every_step_is_one_audit_entry(registry: Registry, approved: str, sealing: Sealing) -> None:
    issue(registry, approved, sealing)
    with raw(registry) as connection:
        entries = connection.execute(
            "SELECT actor, action FROM audit WHERE action LIKE 'letter.%' ORDER BY seq"
        )
        assert entries.fetchall() == [
            ("operator", "letter.draft"),
            ("kepala", "letter.approve"),
            ("kepala", "letter.issue"),
        ]


def test_the_seal_states_the_letter_and_is_signed_by_the_offices_key(
    registry: Registry, approved: str, sealing: Sealing
) -> None:
    record = issue(registry, approved, sealing)
    with raw(registry) as connection:
        [(sealed, text)] = connection.execute("SELECT sealed, seal_text FROM letter").fetchall()
    seal = parse(sealed)
    person = record.resident
    assert text == f"{BASE_URL}/s#{digits(sealed)}"
    assert seal.fingerprint == record.fingerprint
    assert check_seal(sealing.key.key, seal.body, seal.signature)
    assert (seal.facts.nik, seal.facts.name, seal.facts.birth_date) == (
        person.nik,
        person.name,
        person.birth_date,
    )
    assert (seal.facts.issued_on, seal.facts.valid_until) == (record.issued_on, record.valid_until)
    assert (seal.facts.status_list, seal.facts.status_index) == (record.status_list, record.status_index)
    assert seal.facts.portrait == bytes(16)


def test_the_seal_holds_the_digest_of_the_stored_portrait(
    registry: Registry, application: Application, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, replace(application, portrait=PORTRAIT), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    issue(registry, letter, sealing)
    with raw(registry) as connection:
        [(sealed,)] = connection.execute("SELECT sealed FROM letter").fetchall()
    assert parse(sealed).facts.portrait == letters.portrait_key(PORTRAIT)[:16]


def test_the_paper_shows_what_was_issued(registry: Registry, issued: LetterRecord) -> None:
    with registry.reading() as tx:
        paper = letters.as_printed(tx, issued)
    assert (paper.number, paper.resident, paper.reason) == (issued.number, issued.resident, issued.reason)
    assert paper.check_code == check_code(issued.fingerprint or b"")
    assert paper.letterhead.version == 1
    assert paper.file_name == "471.13-0001-SKP-2172-2026.pdf"


def test_the_day_of_issue_is_the_offices(registry: Registry, approved: str, sealing: Sealing) -> None:
    late = NOON.replace(hour=18)  # one o'clock of the next day in WIB
    assert issue(registry, approved, sealing, late).issued_on == TODAY + timedelta(days=1)


@pytest.mark.parametrize("by", ["kepala", "admin", "auditor", "nobody"])
def test_only_an_operator_drafts(registry: Registry, application: Application, by: str) -> None:
    with pytest.raises(NotAllowed):
        issuing.draft(registry, application, by, NOON)


@pytest.mark.parametrize("by", ["operator", "operator2", "admin", "auditor", "nobody"])
def test_only_an_approver_approves(registry: Registry, drafted: str, by: str) -> None:
    with pytest.raises(NotAllowed):
        issuing.approve(registry, OFFICE.code, drafted, by, NOON)


@pytest.mark.parametrize("by", ["operator", "admin", "auditor", "nobody"])
def test_only_an_approver_issues(registry: Registry, approved: str, sealing: Sealing, by: str) -> None:
    with pytest.raises(NotAllowed):
        issuing.issue(registry, OFFICE.code, approved, by, sealing, NOON)


def test_someone_who_left_may_do_nothing(registry: Registry, application: Application) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE staff SET active = FALSE WHERE username = 'operator'")
    with pytest.raises(NotAllowed):
        issuing.draft(registry, application, "operator", NOON)


def test_who_asked_never_approves(registry: Registry, drafted: str) -> None:
    with raw(registry) as connection:  # promoted since
        connection.execute("UPDATE staff SET role = 'approver' WHERE username = 'operator'")
    with pytest.raises(NotAllowed) as refused:
        issuing.approve(registry, OFFICE.code, drafted, "operator", NOON)
    assert refused.value.code == "same_person"
    assert record_of(registry, drafted).state is LetterState.DRAFT


def test_a_draft_is_not_issued(registry: Registry, drafted: str, sealing: Sealing) -> None:
    with pytest.raises(WrongState) as refused:
        issue(registry, drafted, sealing)
    assert refused.value.state == "draft"


def test_nothing_is_approved_or_issued_twice(registry: Registry, approved: str, sealing: Sealing) -> None:
    with pytest.raises(WrongState):
        issuing.approve(registry, OFFICE.code, approved, "kepala", NOON)
    issue(registry, approved, sealing)
    with pytest.raises(WrongState):
        issue(registry, approved, sealing)


def test_another_offices_letter_is_not_found(
    registry: Registry, drafted: str, sealing: Sealing, other_office: Office
) -> None:
    with pytest.raises(NotFound):
        issuing.approve(registry, other_office.code, drafted, "camat", NOON)
    with pytest.raises(NotFound):
        issuing.issue(registry, other_office.code, drafted, "camat", sealing, NOON)


@pytest.mark.parametrize("close", [issuing.revoke, issuing.supersede])
def test_another_offices_number_is_not_found(
    registry: Registry, issued: LetterRecord, other_office: Office, close: Callable[..., LetterRecord]
) -> None:
    with pytest.raises(NotFound) as missing:
        close(registry, other_office.code, issued.number, "petugas", "Salah data", NOON)
    with pytest.raises(NotFound) as invented:
        close(registry, other_office.code, "1", "petugas", "Salah data", NOON)
    assert missing.value.text == invented.value.text


@pytest.mark.parametrize("by", ["petugas", "camat"])
def test_another_offices_staff_may_do_nothing_here(
    registry: Registry, application: Application, drafted: str, other_office: Office, by: str
) -> None:
    for step in (
        lambda: issuing.draft(registry, application, by, NOON),
        lambda: issuing.approve(registry, OFFICE.code, drafted, by, NOON),
        lambda: issuing.revoke(registry, OFFICE.code, "1", by, "Salah data", NOON),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_someone_not_in_the_register_is_refused(registry: Registry) -> None:
    application = Application(OFFICE.code, a_request(), None)
    assert refusals(lambda: issuing.draft(registry, application, "operator", NOON)) == [
        ("nik", "not_in_register")
    ]


def test_another_offices_register_does_not_count(
    registry: Registry, application: Application, other_office: Office
) -> None:
    elsewhere = replace(application, office=other_office.code)
    assert refusals(lambda: issuing.draft(registry, elsewhere, "petugas", NOON)) == [
        ("nik", "not_in_register")
    ]


@pytest.mark.parametrize("state", [state for state in RecordingState if state.may_get_letter])
def test_a_recorded_person_gets_a_letter(
    registry: Registry, register: Callable[..., None], state: RecordingState
) -> None:
    register(a_row(status_perekaman=state.value))
    assert issuing.draft(registry, Application(OFFICE.code, a_request(), None), "operator", NOON)


@pytest.mark.parametrize("state", [state for state in RecordingState if not state.may_get_letter])
def test_a_person_who_is_not_recorded_is_refused_whatever_the_request_says(
    registry: Registry, register: Callable[..., None], state: RecordingState
) -> None:
    register(a_row(status_perekaman=state.value))
    said = a_request(recording_state=RecordingState.PRINT_READY_RECORD)
    application = Application(OFFICE.code, said, None)
    assert refusals(lambda: issuing.draft(registry, application, "operator", NOON)) == [
        ("status_perekaman", "recording_state")
    ]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("nama", {"name": "SUHARTINAH"}),
        ("tanggal_lahir", {"birth_date": date(1995, 8, 18)}),
        ("jenis_kelamin", {"sex": Sex.FEMALE}),
    ],
)
def test_what_differs_from_the_register_is_refused(
    registry: Registry, application: Application, field: str, change: dict[str, object]
) -> None:
    other = replace(application, request=a_request(resident=a_resident(**change)))
    assert refusals(lambda: issuing.draft(registry, other, "operator", NOON)) == [
        (field, "differs_from_register")
    ]


def test_an_address_may_differ_from_the_register(registry: Registry, application: Application) -> None:
    moved = replace(application, request=a_request(resident=a_resident(address="JALAN BARU NOMOR 9")))
    assert issuing.draft(registry, moved, "operator", NOON)


def test_an_unknown_kind_is_refused(registry: Registry, application: Application) -> None:
    other = replace(application, request=a_request(kind=99))
    assert refusals(lambda: issuing.draft(registry, other, "operator", NOON)) == [
        ("jenis_surat", "kind_unknown")
    ]


def test_a_letter_until_the_card_has_no_last_day(
    registry: Registry, application: Application, sealing: Sealing
) -> None:
    letter = issuing.draft(registry, replace(application, request=a_request(kind=2)), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    record = issue(registry, letter, sealing)
    assert (record.number, record.valid_until) == ("471.13/0001/SKR/2172/2026", None)


@pytest.mark.parametrize("kind", [None, 2], ids=["same kind", "another kind"])
def test_a_person_with_an_open_letter_gets_no_second(
    registry: Registry, issued: LetterRecord, kind: int | None
) -> None:
    again = Application(OFFICE.code, a_request(kind=kind), None)
    assert refusals(lambda: issuing.draft(registry, again, "operator", NOON)) == [("nik", "letter_open")]


def test_a_person_with_a_draft_gets_no_second(
    registry: Registry, application: Application, drafted: str
) -> None:
    assert refusals(lambda: issuing.draft(registry, application, "operator", NOON)) == [
        ("nik", "letter_open")
    ]


def test_another_office_is_not_told_the_open_letters_number(
    registry: Registry, issued: LetterRecord, other_office: Office
) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE resident SET office = '2101'")
    again = Application(other_office.code, a_request(), None)
    with pytest.raises(RequestRefused) as refused:
        issuing.draft(registry, again, "petugas", NOON)
    [problem] = refused.value.problems
    assert problem.code == "letter_open"
    assert str(issued.number) not in f"{problem.text}"


def test_on_its_last_day_a_letter_is_still_open(registry: Registry, issued: LetterRecord) -> None:
    last_day = datetime.combine(issued.valid_until or TODAY, NOON.timetz())
    again = Application(OFFICE.code, a_request(), None)
    assert refusals(lambda: issuing.draft(registry, again, "operator", last_day)) == [("nik", "letter_open")]


def test_a_lapsed_letter_is_closed_by_the_next(registry: Registry, issued: LetterRecord) -> None:
    day_after = datetime.combine((issued.valid_until or TODAY) + timedelta(days=1), NOON.timetz())
    letter = issuing.draft(registry, Application(OFFICE.code, a_request(), None), "operator", day_after)
    old = record_of(registry, issued.id)
    assert (old.state, old.closed_at) == (LetterState.ISSUED, day_after)
    assert history_of(registry, issued.id)[-1] == ("lapse", "operator")
    assert record_of(registry, letter).state is LetterState.DRAFT


@pytest.mark.parametrize(
    ("close", "state"),
    [(issuing.revoke, LetterState.REVOKED), (issuing.supersede, LetterState.SUPERSEDED)],
    ids=["revoke", "supersede"],
)
class TestClosing:
    @pytest.mark.few(2)
    @pytest.mark.parametrize("by", ["operator", "operator2", "kepala"])
    def test_a_letter_is_closed_with_its_reason(
        self,
        registry: Registry,
        issued: LetterRecord,
        close: Callable[..., LetterRecord],
        state: LetterState,
        by: str,
    ) -> None:
        record = close(registry, OFFICE.code, issued.number, by, " Salah data ", NOON)
        assert (record.state, record.closed_at) == (state, NOON)
        with registry.reading() as tx:
            last = letters.events(tx, issued.id)[-1]
        assert (last.actor, last.reason) == (by, "Salah data")

    @pytest.mark.parametrize("again", [issuing.revoke, issuing.supersede])
    def test_a_closed_letter_is_not_closed_again(
        self,
        registry: Registry,
        issued: LetterRecord,
        close: Callable[..., LetterRecord],
        state: LetterState,
        again: Callable[..., LetterRecord],
    ) -> None:
        close(registry, OFFICE.code, issued.number, "operator", "Salah data", NOON)
        with pytest.raises(WrongState) as refused:
            again(registry, OFFICE.code, issued.number, "operator", "Salah data", NOON)
        assert refused.value.state == state.value

    @pytest.mark.few(2)
    @pytest.mark.parametrize("by", ["admin", "auditor", "nobody"])
    def test_others_close_nothing(
        self,
        registry: Registry,
        issued: LetterRecord,
        close: Callable[..., LetterRecord],
        state: LetterState,
        by: str,
    ) -> None:
        with pytest.raises(NotAllowed):
            close(registry, OFFICE.code, issued.number, by, "Salah data", NOON)

    @pytest.mark.few(4)
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "Salah\ndata", "\u202eatad"])
    def test_a_reason_is_needed(
        self,
        registry: Registry,
        issued: LetterRecord,
        close: Callable[..., LetterRecord],
        state: LetterState,
        reason: str,
    ) -> None:
        with pytest.raises(RequestRefused) as refused:
            close(registry, OFFICE.code, issued.number, "operator", reason, NOON)
        assert refused.value.code == "reason_missing"
        assert record_of(registry, issued.id).state is LetterState.ISSUED

    def test_the_reason_stays_out_of_the_audit_chain(
        self,
        registry: Registry,
        issued: LetterRecord,
        close: Callable[..., LetterRecord],
        state: LetterState,
    ) -> None:
        close(registry, OFFICE.code, issued.number, "operator", "Pak Budi melapor", NOON)
        with raw(registry) as connection:
            assert "Budi" not in str(connection.execute("SELECT * FROM audit").fetchall())

    def test_the_person_may_get_a_new_letter(
        self, registry: Registry, issued: LetterRecord, close: Callable[..., LetterRecord], state: LetterState
    ) -> None:
        close(registry, OFFICE.code, issued.number, "operator", "Salah data", NOON)
        assert issuing.draft(registry, Application(OFFICE.code, a_request(), None), "operator", NOON)


def second_draft(registry: Registry, register: Callable[..., None]) -> str:
    register(a_row(serial=4))
    request = a_request(resident=a_resident(nik="2172031708950004"))
    letter = issuing.draft(registry, Application(OFFICE.code, request, None), "operator", NOON)
    issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)
    return letter


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(minutes=2)])
def test_a_clock_set_back_a_little_keeps_the_series_time(
    registry: Registry,
    issued: LetterRecord,
    register: Callable[..., None],
    sealing: Sealing,
    back: timedelta,
) -> None:
    letter = second_draft(registry, register)
    assert issue(registry, letter, sealing, NOON - back).issued_at == NOON


def test_a_clock_set_back_further_is_refused_and_burns_no_number(
    registry: Registry, issued: LetterRecord, register: Callable[..., None], sealing: Sealing
) -> None:
    letter = second_draft(registry, register)
    with pytest.raises(CallerError) as refused:
        issue(registry, letter, sealing, NOON - timedelta(minutes=2, seconds=1))
    assert refused.value.code == "clock_behind_series"
    assert issue(registry, letter, sealing).number == "471.13/0002/SKP/2172/2026"


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.REVOKED])
def test_a_key_put_out_of_use_since_it_was_unlocked_seals_nothing(
    registry: Registry, approved: str, sealing: Sealing, state: KeyState
) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE signing_key SET state = ?", (state.value,))
    with pytest.raises(KeyTrouble) as trouble:
        issue(registry, approved, sealing)
    assert trouble.value.code == "no_key"
    assert record_of(registry, approved).number is None


@pytest.mark.parametrize(
    ("column", "day"), [("signs_from", TODAY + timedelta(days=1)), ("signs_until", TODAY - timedelta(days=1))]
)
def test_a_key_out_of_its_dates_seals_nothing(
    registry: Registry, approved: str, sealing: Sealing, column: str, day: date
) -> None:
    with raw(registry) as connection:
        connection.execute(f"UPDATE signing_key SET {column} = ?", (day.isoformat(),))
    with pytest.raises(KeyTrouble):
        issue(registry, approved, sealing)


def test_a_key_that_is_gone_seals_nothing(registry: Registry, approved: str, sealing: Sealing) -> None:
    with raw(registry) as connection:
        connection.execute("DELETE FROM signing_key")
    with pytest.raises(KeyTrouble):
        issue(registry, approved, sealing)


def test_another_offices_key_seals_nothing_here(
    registry: Registry, approved: str, sealing: Sealing, other_office: Office
) -> None:

    with registry.reading() as tx:
        theirs = keys.unlock(tx, Purpose.SEAL, other_office.code, TODAY, PASSPHRASE)
    with pytest.raises(KeyTrouble):
        issue(registry, approved, replace(sealing, key=theirs))


def test_a_letter_is_printed_as_it_was_issued_whatever_is_reworded_later(
    registry: Registry, issued: LetterRecord
) -> None:
    with registry.reading() as tx:
        before = letters.as_printed(tx, letters.by_id(tx, OFFICE.code, issued.id))
    with registry.writing() as tx:
        tx.exec_driver_sql("UPDATE kind SET title = 'LAIN', legal_basis = 'LAIN', template = 'lain/v2'")
        tx.exec_driver_sql("UPDATE region SET name = 'LAIN', district = 'LAIN'")
    with registry.reading() as tx:
        after = letters.as_printed(tx, letters.by_id(tx, OFFICE.code, issued.id))
    assert after == before
