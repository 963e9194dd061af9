"""What a program is told of letters: pages without a gap or a twin, each answer on record, one office alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from suket_service import administering, issuing
from suket_service.core.letter import Office
from suket_service.errors import NotAllowed, NotFound, WrongState
from suket_service.issuing import RowOutcome
from suket_service.registry import audit, letters
from suket_service.registry.clients import ClientScope
from suket_service.registry.letters import LetterRecord
from suket_service.registry.letters.pages import Asked, Status
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember, add_staff
from tests.builders import NOON, OFFICE, a_row

LATER = NOON + timedelta(minutes=1)
IssueRows = Callable[..., list[RowOutcome]]


@pytest.fixture
def program(registry: Registry) -> str:
    scopes = frozenset({ClientScope.READ})
    made = administering.add_client(registry, OFFICE.code, "Bank", "Tabungan", scopes, None, "admin", NOON)
    return made.client.account


@pytest.fixture
def several(register: Callable[..., None], issue_rows: IssueRows) -> list[LetterRecord]:
    rows = [a_row(number, serial=number) for number in range(2, 11)]
    register(*rows)
    return [each.letter for each in issue_rows(*rows[:5]) if each.letter]


def turned(registry: Registry, by: str, asked: Asked, between: Callable[[], object]) -> list[str]:
    """The ids on all pages of two; something happens after the first one."""
    found: list[str] = []
    while True:
        after = found[-1] if found else None
        page = issuing.tell_page(registry, OFFICE.code, asked, after, 2, by, LATER)
        found += [each.id for each in page.letters]
        if not page.more:
            return found
        if after is None:
            between()


def last_entry(registry: Registry) -> tuple[str, str, str, str]:
    with registry.reading() as tx:
        end = audit.head(tx).entries
        [entry] = audit.stretch(tx, end - 1, 1)
    return entry.actor, entry.action, entry.subject, entry.details


@pytest.mark.both
def test_what_is_issued_meanwhile_comes_behind(
    registry: Registry, several: list[LetterRecord], program: str, issue_rows: IssueRows
) -> None:
    added: list[RowOutcome] = []
    found = turned(
        registry,
        program,
        Asked(),
        lambda: added.extend(issue_rows(a_row(2, serial=7), digest="e" * 64, now=lambda: NOON)),
    )
    new = added[0].letter
    assert new is not None
    assert found == [*(each.id for each in several), new.id]


def test_drafts_of_one_instant_are_each_told_once(
    registry: Registry, several: list[LetterRecord], program: str, issue_rows: IssueRows
) -> None:
    rows = [a_row(2, serial=8), a_row(3, serial=9), a_row(4, serial=10)]
    people = issuing.TwoPeople("operator", None)
    drafted = [each.letter for each in issue_rows(*rows, digest="d" * 64, people=people) if each.letter]
    found = turned(registry, program, Asked(Status.DRAFT), lambda: None)
    assert found == sorted(each.id for each in drafted)
    assert not set(found) & {each.id for each in several}


def test_a_letter_that_expired_is_not_in_force(
    registry: Registry, several: list[LetterRecord], program: str
) -> None:
    def told(status: Status, days: int) -> int:
        at = NOON + timedelta(days=days)
        page = issuing.tell_page(registry, OFFICE.code, Asked(status), None, 100, program, at)
        return len(page.letters)

    assert [told(Status.ISSUED, 0), told(Status.EXPIRED, 0)] == [len(several), 0]
    assert [told(Status.ISSUED, 400), told(Status.EXPIRED, 400)] == [0, len(several)]


def test_a_list_is_one_entry_that_says_how_many(
    registry: Registry, several: list[LetterRecord], program: str
) -> None:
    issuing.tell_page(registry, OFFICE.code, Asked(), None, 3, program, LATER)
    assert last_entry(registry) == (program, "letter.list", program, '{"letters":3}')


def test_one_letter_is_one_entry_that_says_which(
    registry: Registry, issued: LetterRecord, program: str
) -> None:
    assert issuing.tell(registry, OFFICE.code, issued.id, program, LATER).letter == issued
    assert last_entry(registry) == (program, "letter.read", issued.number, "{}")


def test_a_symbol_is_told_while_the_letter_is_in_force(
    registry: Registry, issued: LetterRecord, program: str
) -> None:
    with registry.reading() as tx:
        text = letters.seal_text(tx, issued.id)
    assert issuing.tell_symbol(registry, OFFICE.code, issued.id, program, LATER) == text
    issuing.revoke(registry, OFFICE.code, issued.number or "", "operator", "Meninggal", LATER)
    with pytest.raises(WrongState):
        issuing.tell_symbol(registry, OFFICE.code, issued.id, program, LATER)


def test_another_offices_program_is_told_nothing(
    registry: Registry, issued: LetterRecord, other_office: Office, program: str
) -> None:
    theirs = StaffMember("program-0123456789ab", other_office.code, "Bank", Role.PROGRAM)
    with registry.writing() as tx:
        add_staff(tx, theirs, NOON)
    for office, error in ((other_office.code, NotFound), (OFFICE.code, NotAllowed)):
        with pytest.raises(error):
            issuing.tell(registry, office, issued.id, theirs.username, LATER)
        with pytest.raises(error):
            issuing.tell_symbol(registry, office, issued.id, theirs.username, LATER)
        with pytest.raises(error):
            issuing.tell_page(registry, office, Asked(), issued.id, 5, theirs.username, LATER)
    page = issuing.tell_page(registry, other_office.code, Asked(), None, 5, theirs.username, LATER)
    assert page.letters == ()


def test_a_person_is_told_by_no_program_call(registry: Registry, issued: LetterRecord) -> None:
    for username in ("operator", "kepala", "admin", "auditor"):
        with pytest.raises(NotAllowed):
            issuing.tell(registry, OFFICE.code, issued.id, username, LATER)
