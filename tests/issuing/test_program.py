"""What another agency's program may do with letters: draft for the counter, end one, ask for one to be extended."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from suket_service import administering, issuing
from suket_service.core import request as requests
from suket_service.core.letter import Action, LetterState, Office, Receiver
from suket_service.errors import NotAllowed, WrongState
from suket_service.issuing import Application, Collector, Sealing, TooManyEndings, TwoPeople, by_program
from suket_service.registry import letters
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember, add_staff
from tests.builders import NOON, OFFICE, TODAY, VILLAGES, a_row

NEXT_MONTH = NOON + timedelta(days=30)
SCOPES = frozenset({ClientScope.ISSUE, ClientScope.MANAGE})


@pytest.fixture
def program(registry: Registry) -> Client:
    made = administering.add_client(
        registry, OFFICE.code, "RSUD Contoh", "Layanan pasien", SCOPES, None, "admin", NOON
    )
    return made.client


@pytest.fixture
def application(register: Callable[..., None]) -> Application:
    row = a_row()
    register(row)
    asked = requests.read(row.fields, VILLAGES, TODAY).request
    assert asked is not None
    return Application(OFFICE.code, asked, None)


@pytest.fixture
def drafted(registry: Registry, application: Application, program: Client) -> str:
    return issuing.draft(registry, application, program.account, NOON, held=True)


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def revoke(registry: Registry, letter: LetterRecord, by: str) -> LetterRecord:
    return issuing.revoke(registry, OFFICE.code, letter.number or "", by, "Meninggal", NOON)


def propose(registry: Registry, letter: str, by: str) -> str:
    return issuing.propose(registry, OFFICE.code, Action.EXTEND, [letter], "Masih menunggu", by, NEXT_MONTH)


def refused(step: Callable[[], object]) -> str:
    with pytest.raises(NotAllowed) as error:
        step()
    return error.value.code


def test_what_it_drafts_waits_at_the_counter(registry: Registry, drafted: str, program: Client) -> None:
    record = record_of(registry, drafted)
    assert letters.waiting_for(record) is letters.Waiting.HELD
    assert record.requested_by == program.account


def test_it_drafts_nothing_that_would_go_straight_to_an_approver(
    registry: Registry, application: Application, program: Client
) -> None:
    assert refused(lambda: issuing.draft(registry, application, program.account, NOON)) == "not_allowed"


def test_its_draft_takes_an_operator_and_an_approver(
    registry: Registry, drafted: str, sealing: Sealing
) -> None:
    with pytest.raises(WrongState):
        issuing.approve(registry, OFFICE.code, drafted, "kepala", NOON)
    issuing.submit(registry, OFFICE.code, drafted, 0, "operator", NOON)
    issuing.approve(registry, OFFICE.code, drafted, "kepala", NOON)
    assert issuing.issue(registry, OFFICE.code, drafted, "kepala", sealing, NOON).state is LetterState.ISSUED


def test_it_never_does_what_takes_a_person_with_a_draft(
    registry: Registry, drafted: str, application: Application, program: Client, sealing: Sealing
) -> None:
    by, office = program.account, OFFICE.code
    chosen = [(drafted, 0)]
    for step in (
        lambda: issuing.submit(registry, office, drafted, 0, by, NOON),
        lambda: issuing.amend(registry, office, drafted, application, 0, by, NOON),
        lambda: issuing.withdraw(registry, office, drafted, by, "Batal", NOON),
        lambda: issuing.approve(registry, office, drafted, by, NOON),
        lambda: issuing.send_back(registry, office, drafted, 0, by, "Salah", NOON),
        lambda: issuing.issue(registry, office, drafted, by, sealing, NOON),
        lambda: issuing.approve_and_issue(registry, office, chosen, by, sealing, NOON),
        lambda: issuing.require_people(registry, office, TwoPeople(by, "kepala")),
        lambda: issuing.require_people(registry, office, TwoPeople("operator", by)),
    ):
        assert refused(step) == "not_allowed"


def test_it_never_does_what_takes_a_person_with_a_letter(
    registry: Registry, issued: LetterRecord, program: Client
) -> None:
    by, office, number = program.account, OFFICE.code, issued.number or ""
    proposal = propose(registry, issued.id, "operator")
    its_own, theirs = TwoPeople(by, "kepala"), TwoPeople("operator", by)
    for step in (
        lambda: issuing.hand_over(registry, office, issued.id, Collector(Receiver.HOLDER), by, NOON),
        lambda: issuing.extend(registry, office, number, None, its_own, "Belum", NEXT_MONTH),
        lambda: issuing.extend(registry, office, number, None, theirs, "Belum", NEXT_MONTH),
        lambda: issuing.resume(registry, office, number, its_own, "Keliru", NOON),
        lambda: issuing.revoke_all(registry, office, [number], its_own, "Salah", NOON),
        lambda: issuing.propose(registry, office, Action.REVOKE, [issued.id], "Salah", by, NOON),
        lambda: issuing.propose(registry, office, Action.RESUME, [issued.id], "Salah", by, NOON),
        lambda: issuing.propose(
            registry, office, Action.EXTEND, [issued.id, "0" * 32], "Belum", by, NEXT_MONTH
        ),
        lambda: issuing.agree(registry, office, proposal, by, NEXT_MONTH),
        lambda: issuing.decline(registry, office, proposal, by, "Jangan", NEXT_MONTH),
        lambda: issuing.withdraw_proposal(registry, office, proposal, by, NEXT_MONTH),
    ):
        assert refused(step) == "not_allowed"


def test_it_does_not_even_give_up_what_it_asked_for(
    registry: Registry, issued: LetterRecord, program: Client
) -> None:
    proposal = propose(registry, issued.id, program.account)
    step = issuing.withdraw_proposal
    assert refused(lambda: step(registry, OFFICE.code, proposal, program.account, NOON)) == "not_allowed"


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (issuing.revoke, LetterState.REVOKED),
        (issuing.suspend, LetterState.SUSPENDED),
        (issuing.supersede, LetterState.SUPERSEDED),
    ],
)
def test_it_ends_one_letter(
    registry: Registry,
    issued: LetterRecord,
    program: Client,
    change: Callable[..., LetterRecord],
    after: LetterState,
) -> None:
    ended = change(registry, OFFICE.code, issued.number, program.account, "Kartu sudah ada", NOON)
    assert ended.state is after


@pytest.mark.parametrize("change", [issuing.revoke, issuing.suspend, issuing.supersede])
def test_a_program_of_another_office_ends_none(
    registry: Registry, issued: LetterRecord, other_office: Office, change: Callable[..., LetterRecord]
) -> None:
    theirs = StaffMember("program-0123456789ab", other_office.code, "Bank Contoh", Role.PROGRAM)
    with registry.writing() as tx:
        add_staff(tx, theirs, NOON)
    step = change
    assert refused(lambda: step(registry, OFFICE.code, issued.number, theirs.username, "Salah", NOON))
    assert record_of(registry, issued.id).state is LetterState.ISSUED


def test_it_ends_only_so_many_a_day_and_people_go_on(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: Callable[..., list[issuing.RowOutcome]],
    program: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(by_program, "MOST_ENDINGS_A_DAY", 2)
    rows = [a_row(number, serial=number) for number in range(2, 6)]
    register(*rows)
    first, second, third, fourth = (each.letter for each in issue_rows(*rows) if each.letter)
    revoke(registry, first, program.account)
    issuing.suspend(registry, OFFICE.code, second.number or "", program.account, "Diduga ganda", NOON)
    with pytest.raises(TooManyEndings) as error:
        revoke(registry, third, program.account)
    assert error.value.retry_after == 12 * 3600  # noon to midnight
    assert revoke(registry, third, "operator").state is LetterState.REVOKED
    tomorrow = NOON + timedelta(hours=12)
    number = fourth.number or ""
    ended = issuing.revoke(registry, OFFICE.code, number, program.account, "Meninggal", tomorrow)
    assert ended.state is LetterState.REVOKED


def test_its_extension_is_agreed_to_while_one_of_its_keys_counts(
    registry: Registry, issued: LetterRecord, program: Client
) -> None:
    proposal = propose(registry, issued.id, program.account)
    administering.renew_client(registry, OFFICE.code, program.id, "admin", NEXT_MONTH)
    administering.revoke_client(registry, OFFICE.code, program.id, "admin", NEXT_MONTH)
    [extended] = issuing.agree(registry, OFFICE.code, proposal, "kepala", NEXT_MONTH)
    assert extended.extended_to is not None


def test_its_extension_is_not_agreed_to_once_every_key_of_it_has_ended(
    registry: Registry, issued: LetterRecord, program: Client
) -> None:
    proposal = propose(registry, issued.id, program.account)
    administering.revoke_client(registry, OFFICE.code, program.id, "admin", NEXT_MONTH)
    agree = issuing.agree
    assert refused(lambda: agree(registry, OFFICE.code, proposal, "kepala", NEXT_MONTH)) == "asker_left"
