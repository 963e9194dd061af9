"""Drafts approved and issued together, and sent back: what is told of each, and what keeps nobody else."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.core.letter import LetterState, Office
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState
from suket_service.errors import NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import Application, LetterOutcome, Sealing, Settled
from suket_service.issuing.batch import PORTION
from suket_service.registry import audit, keys, letters, staff
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from suket_service.sheets.read import Row
from tests.builders import BASE_URL, NOON, OFFICE, PASSPHRASE, TODAY, a_resident, a_row
from tests.databases import SqliteDatabases
from tests.registry.builders import raw
from tests.selection import examples

LATER = NOON + timedelta(hours=1)
Drafts = Callable[..., list[str]]


@pytest.fixture
def drafts(registry: Registry, register: Callable[..., None]) -> Drafts:
    """Drafts of that many registered people."""

    def make(number: int = 1) -> list[str]:
        rows = [a_row(serial, serial) for serial in range(2, 2 + number)]
        register(*rows)
        return [draft_of(registry, row) for row in rows]

    return make


def draft_of(registry: Registry, row: Row, by: str = "operator", **changes: object) -> str:
    plain = Request(a_resident(nik=row.fields["nik"]), "Blangko habis", None, None, None, ())
    asked = replace(plain, **changes)  # type: ignore[arg-type]
    return issuing.draft(registry, Application(OFFICE.code, asked, None), by, NOON)


def approve(
    registry: Registry,
    chosen: Sequence[str | tuple[str, int]],
    sealing: Sealing | None,
    by: str = "kepala",
) -> list[LetterOutcome]:
    pairs = [(each, 0) if isinstance(each, str) else each for each in chosen]
    return issuing.approve_and_issue(registry, OFFICE.code, pairs, by, sealing, LATER)


def send_back(registry: Registry, letter: str, note: str = "Foto kabur", by: str = "kepala") -> None:
    issuing.send_back(registry, OFFICE.code, letter, 0, by, note, LATER)


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def history_of(registry: Registry, letter: str) -> list[tuple[str, str, str]]:
    with registry.reading() as tx:
        return [(event.action, event.actor, event.reason) for event in letters.events(tx, letter)]


def entries_after(registry: Registry, seq: int) -> list[tuple[str, str]]:
    with registry.reading() as tx:
        return [(entry.actor, entry.action) for entry in audit.stretch(tx, seq, 1_000)]


def last_entry(registry: Registry) -> int:
    with registry.reading() as tx:
        return audit.head(tx).entries


def told(outcomes: Sequence[LetterOutcome]) -> list[tuple[Settled, list[str]]]:
    return [(each.settled, [problem.code for problem in each.problems]) for each in outcomes]


ISSUED: tuple[Settled, list[str]] = (Settled.ISSUED, [])


def refused(code: str) -> tuple[Settled, list[str]]:
    return (Settled.REFUSED, [code])


class TestTogether:
    def test_drafts_are_approved_and_issued_in_the_order_given(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        assert approve(registry, [second, first], sealing) == [
            LetterOutcome(second, Settled.ISSUED),
            LetterOutcome(first, Settled.ISSUED),
        ]
        numbers = [record_of(registry, each).number for each in (second, first)]
        assert numbers == ["471.13/0001/SKP/2172/2026", "471.13/0002/SKP/2172/2026"]
        assert record_of(registry, first).approved_by == "kepala"
        assert [action for action, _, _ in history_of(registry, first)] == ["draft", "approve", "issue"]

    def test_every_letter_has_its_own_audit_entries(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        chosen = drafts(2)
        before = last_entry(registry)
        approve(registry, chosen, sealing)
        assert entries_after(registry, before) == [
            ("kepala", "letter.approve"),
            ("kepala", "letter.approve"),
            ("kepala", "letter.issue"),
            ("kepala", "letter.issue"),
        ]

    def test_more_than_a_portion_is_issued_without_a_gap(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        chosen = drafts(PORTION + 2)
        assert told(approve(registry, chosen, sealing)) == [ISSUED] * len(chosen)
        numbers = [record_of(registry, each).number or "" for each in chosen]
        assert [int(number.split("/")[1]) for number in numbers] == list(range(1, len(chosen) + 1))

    def test_one_given_twice_is_issued_once(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        [letter] = drafts()
        assert told(approve(registry, [letter, (letter, 7)], sealing)) == [ISSUED]

    def test_nothing_chosen_does_nothing(self, registry: Registry, sealing: Sealing) -> None:
        before = last_entry(registry)
        assert approve(registry, [], sealing) == []
        assert last_entry(registry) == before

    def test_a_lapsed_letter_is_closed_by_the_new_one(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        [old] = drafts()
        approve(registry, [old], sealing)
        long_after = NOON + timedelta(days=400)
        asked = Request(record_of(registry, old).resident, "Blangko habis", None, None, None, ())
        new = issuing.draft(registry, Application(OFFICE.code, asked, None), "operator", long_after)
        [outcome] = issuing.approve_and_issue(
            registry, OFFICE.code, [(new, 0)], "kepala", sealing, long_after
        )
        assert outcome.settled is Settled.ISSUED
        assert record_of(registry, old).closed_at is not None

    def test_what_is_replaced_is_superseded(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        [old] = drafts()
        approve(registry, [old], sealing)
        new = draft_of(registry, a_row(serial=2), replaces=record_of(registry, old).number)
        assert told(approve(registry, [new], sealing)) == [ISSUED]
        assert record_of(registry, old).state is LetterState.SUPERSEDED


class TestWhatKeepsNobodyElse:
    """One of two is refused, the other issued."""

    def check(
        self, registry: Registry, chosen: Sequence[str | tuple[str, int]], sealing: Sealing, code: str
    ) -> None:
        assert told(approve(registry, chosen, sealing)) == [refused(code), ISSUED]

    def test_a_draft_that_was_corrected_meanwhile(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        self.check(registry, [(first, 1), second], sealing, "draft_changed")
        assert record_of(registry, first).state is LetterState.DRAFT

    def test_a_draft_that_was_withdrawn(self, registry: Registry, drafts: Drafts, sealing: Sealing) -> None:
        first, second = drafts(2)
        issuing.withdraw(registry, OFFICE.code, first, "operator", "Salah orang", NOON)
        self.check(registry, [first, second], sealing, "decided_already")

    def test_a_draft_that_someone_else_let_issue(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        approve(registry, [first], sealing)
        self.check(registry, [first, second], sealing, "decided_already")

    def test_a_draft_that_was_sent_back(self, registry: Registry, drafts: Drafts, sealing: Sealing) -> None:
        first, second = drafts(2)
        send_back(registry, first)
        self.check(registry, [first, second], sealing, "draft_at_counter")

    def test_someone_whom_the_register_no_longer_allows(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        with raw(registry) as connection:
            connection.execute(
                "UPDATE resident SET recording_state = ? WHERE nik = ?",
                (RecordingState.DUPLICATE_RECORD.value, a_row(serial=2).fields["nik"]),
            )
        self.check(registry, [first, second], sealing, "recording_state")
        assert record_of(registry, first).state is LetterState.DRAFT

    def test_a_draft_that_they_had_a_hand_in(
        self, registry: Registry, register: Callable[..., None], drafts: Drafts, sealing: Sealing
    ) -> None:
        [other] = drafts()
        row = a_row(serial=3)
        register(row)
        own = draft_of(registry, row, by="operator2")
        with registry.writing() as tx:
            staff.set_role(tx, "operator2", Role.APPROVER)
        assert told(approve(registry, [own, other], sealing, by="operator2")) == [
            refused("same_person"),
            ISSUED,
        ]

    def test_a_letter_that_the_database_refuses(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        with raw(registry) as connection:
            connection.refuse_inserts("poisoned", "letter_event", f"NEW.letter = '{first}'")
        self.check(registry, [first, second], sealing, "registry_conflict")
        assert record_of(registry, first).state is LetterState.DRAFT


class TestWithoutAKey:
    def test_letters_stop_at_approved(self, registry: Registry, drafts: Drafts) -> None:
        [letter] = drafts()
        assert told(approve(registry, [letter], None)) == [(Settled.APPROVED, [])]
        assert record_of(registry, letter).state is LetterState.APPROVED

    def test_and_are_issued_later_by_whoever_has_one(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        [letter] = drafts()
        approve(registry, [letter], None)
        before = last_entry(registry)
        assert told(approve(registry, [letter], sealing)) == [ISSUED]
        assert entries_after(registry, before) == [("kepala", "letter.issue")]

    def test_a_clock_that_is_behind_is_told_and_nothing_is_issued(
        self, registry: Registry, drafts: Drafts, sealing: Sealing
    ) -> None:
        first, second = drafts(2)
        approve(registry, [first], sealing)
        chosen = [(second, 0)]
        long_ago = NOON - timedelta(days=2)
        outcomes = issuing.approve_and_issue(registry, OFFICE.code, chosen, "kepala", sealing, long_ago)
        assert told(outcomes) == [refused("clock_behind_series")]
        assert record_of(registry, second).state is LetterState.DRAFT


class TestWho:
    @pytest.mark.parametrize("by", ["operator", "admin", "auditor", "camat", "nobody"])
    def test_only_an_approver_of_this_office(
        self, registry: Registry, drafts: Drafts, sealing: Sealing, other_office: Office, by: str
    ) -> None:
        [letter] = drafts()
        with pytest.raises(NotAllowed):
            approve(registry, [letter], sealing, by=by)
        with pytest.raises(NotAllowed):
            send_back(registry, letter, by=by)
        assert record_of(registry, letter).state is LetterState.DRAFT

    def test_another_offices_draft_is_not_found_and_nothing_is_done(
        self, registry: Registry, drafts: Drafts, sealing: Sealing, other_office: Office
    ) -> None:
        [letter] = drafts()
        chosen = [(letter, 0)]
        with pytest.raises(NotFound):
            issuing.approve_and_issue(registry, other_office.code, chosen, "camat", sealing, LATER)
        with pytest.raises(NotFound):
            issuing.send_back(registry, other_office.code, letter, 0, "camat", "Foto kabur", LATER)

    def test_a_guessed_id_stops_all(self, registry: Registry, drafts: Drafts, sealing: Sealing) -> None:
        [letter] = drafts()
        with pytest.raises(NotFound):
            approve(registry, [letter, "0" * 32], sealing)
        assert record_of(registry, letter).state is LetterState.DRAFT


class TestSendingBack:
    def test_the_draft_is_the_counters_again(self, registry: Registry, drafts: Drafts) -> None:
        [letter] = drafts()
        send_back(registry, letter, "Foto kabur,\n ambil lagi")
        record = record_of(registry, letter)
        assert (record.state, record.returned_at) == (LetterState.DRAFT, LATER)
        assert record.returned_note == "Foto kabur, ambil lagi"
        assert history_of(registry, letter)[-1] == ("send_back", "kepala", "Foto kabur, ambil lagi")

    def test_the_audit_does_not_hold_the_note(self, registry: Registry, drafts: Drafts) -> None:
        [letter] = drafts()
        before = last_entry(registry)
        send_back(registry, letter, "Nama Pak Budi salah")
        with registry.reading() as tx:
            [entry] = audit.stretch(tx, before, 10)
        assert (entry.actor, entry.action, entry.subject, entry.details) == (
            "kepala",
            "letter.send_back",
            letter,
            "{}",
        )

    @pytest.mark.parametrize("note", ["", " \n\t", "x" * 201])
    def test_it_takes_a_note(self, registry: Registry, drafts: Drafts, note: str) -> None:
        [letter] = drafts()
        with pytest.raises(RequestRefused) as missing:
            send_back(registry, letter, note)
        assert [(each.field, each.code) for each in missing.value.problems] == [("note", "note_missing")]

    def test_what_was_corrected_meanwhile_is_looked_at_again(
        self, registry: Registry, drafts: Drafts
    ) -> None:
        [letter] = drafts()
        with pytest.raises(WrongState) as changed:
            issuing.send_back(registry, OFFICE.code, letter, 1, "kepala", "Foto kabur", LATER)
        assert changed.value.code == "draft_changed"

    def test_not_twice(self, registry: Registry, drafts: Drafts) -> None:
        [letter] = drafts()
        send_back(registry, letter)
        with pytest.raises(WrongState) as there:
            send_back(registry, letter)
        assert there.value.code == "draft_at_counter"

    def test_not_what_was_decided(self, registry: Registry, drafts: Drafts, sealing: Sealing) -> None:
        [letter] = drafts()
        approve(registry, [letter], sealing)
        with pytest.raises(WrongState) as decided:
            send_back(registry, letter)
        assert decided.value.code == "decided_already"


class TestWhatThePageSaysBeforehand:
    def obstacles(self, registry: Registry, by: str = "kepala") -> list[list[str]]:
        with registry.reading() as tx:
            records = letters.search(tx, OFFICE.code)
            found = issuing.obstacles(tx, OFFICE.code, records, by, LATER)
        return [[problem.code for problem in found.get(record.id, ())] for record in records]

    def test_nothing_of_a_draft_that_may_be_issued(self, registry: Registry, drafts: Drafts) -> None:
        drafts()
        assert self.obstacles(registry) == [[]]

    def test_the_same_as_approving_would(self, registry: Registry, drafts: Drafts) -> None:
        drafts()
        with raw(registry) as connection:
            connection.execute("UPDATE resident SET name = ?", ("LAIN",))
        assert self.obstacles(registry) == [["differs_from_register"]]

    def test_that_it_is_ones_own(self, registry: Registry, drafts: Drafts) -> None:
        drafts()
        with registry.writing() as tx:
            staff.add_staff(tx, StaffMember("sekretaris", OFFICE.code, "Sekretaris", Role.APPROVER), NOON)
        assert self.obstacles(registry, by="operator") == [["same_person"]]
        assert self.obstacles(registry, by="sekretaris") == [[]]


#: What may have become of a draft while its approver looked at the page, and what is told of it then.
MEANWHILE: dict[str, tuple[Settled, list[str]]] = {
    "nothing": ISSUED,
    "corrected": refused("draft_changed"),
    "sent back": refused("draft_at_counter"),
    "withdrawn": refused("decided_already"),
    "issued by another": refused("decided_already"),
    "approved by another": ISSUED,
    "doubled in the register": refused("recording_state"),
}


@given(meanwhile=st.lists(st.sampled_from(sorted(MEANWHILE)), min_size=1, max_size=7))
@settings(
    max_examples=examples(25),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_became_of_some_the_others_are_issued_in_order_without_a_gap(
    sqlite_databases: SqliteDatabases, meanwhile: list[str]
) -> None:
    rows = [a_row(serial, serial) for serial in range(2, 2 + len(meanwhile))]
    with sqlite_databases.a_registry() as registry:
        list(administering.import_residents(registry, OFFICE.code, rows, "operator", "SIAK", TODAY, NOON))
        with registry.reading() as tx:
            sealing = Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)
        chosen = [draft_of(registry, row) for row in rows]
        for letter, row, happened in zip(chosen, rows, meanwhile, strict=True):
            happen(registry, letter, row, happened, sealing)
        taken = sum(happened == "issued by another" for happened in meanwhile)
        assert told(approve(registry, chosen, sealing)) == [MEANWHILE[happened] for happened in meanwhile]
        issued_now = [
            record_of(registry, letter).number or ""
            for letter, happened in zip(chosen, meanwhile, strict=True)
            if MEANWHILE[happened] == ISSUED
        ]
    serials = [int(number.split("/")[1]) for number in issued_now]
    assert serials == list(range(taken + 1, taken + 1 + len(issued_now)))


def happen(registry: Registry, letter: str, row: Row, what: str, sealing: Sealing) -> None:
    """Let it become of that draft."""
    changes = {
        "corrected": ("UPDATE letter SET revision = 1 WHERE id = ?", letter),
        "doubled in the register": (
            "UPDATE resident SET recording_state = 'DUPLICATE_RECORD' WHERE nik = ?",
            row.fields["nik"],
        ),
    }
    if what in changes:
        statement, value = changes[what]
        with raw(registry) as connection:
            connection.execute(statement, (value,))
    elif what == "sent back":
        send_back(registry, letter)
    elif what == "withdrawn":
        issuing.withdraw(registry, OFFICE.code, letter, "operator", "Salah orang", NOON)
    elif what == "issued by another":
        approve(registry, [letter], sealing)
    elif what == "approved by another":
        approve(registry, [letter], None)
