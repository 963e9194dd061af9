"""A draft corrected at the counter: what it says changes, whose it is and how it came does not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from suket_service import issuing
from suket_service.core.letter import LetterState, Office
from suket_service.core.reason import SEEN, Reason, Stated
from suket_service.core.request import COLUMN_OF, Request
from suket_service.core.resident import Resident
from suket_service.errors import NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import Application, Sealing
from suket_service.registry import audit, letters
from suket_service.registry.letters import LetterRecord, Waiting, portrait_key, waiting_for
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from tests.builders import NOON, OFFICE, VILLAGES, a_resident, a_row

LATER = NOON + timedelta(minutes=5)
LOST = Stated(Reason.LOST, Reason.LOST.sentence, {"kk_dilihat": SEEN, "surat_polisi": "SKTLK/1"})
Register = Callable[..., None]


def asking(person: Resident | None = None, stated: Stated | None = None, **changes: Any) -> Application:
    request = Request(
        person or a_resident(), stated.sentence if stated else "Blangko habis", None, None, None, ()
    )
    return Application(OFFICE.code, replace(request, **changes), None, stated=stated)


@pytest.fixture
def draft(registry: Registry, register: Register) -> str:
    register(a_row())
    return issuing.draft(registry, asking(), "operator", NOON)


def record_of(registry: Registry, letter: str) -> LetterRecord:
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def amend(
    registry: Registry, letter: str, application: Application, revision: int = 0, **changes: Any
) -> LetterRecord:
    arguments = {"by": "operator2", "at": LATER, **changes}
    return issuing.amend(registry, OFFICE.code, letter, application, revision, **arguments)


def send_back(registry: Registry, letter: str) -> None:
    with registry.writing() as tx:
        letters.hold(tx, letter, NOON)
        tx.exec_driver_sql(f"UPDATE letter SET returned_note = 'Alamat?' WHERE id = '{letter}'")


def codes(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        step()
    return [(problem.field, problem.code) for problem in refused.value.problems]


def refusal(step: Callable[[], object]) -> str:
    with pytest.raises(WrongState) as refused:
        step()
    return refused.value.code


class TestAmending:
    def test_a_draft_says_what_it_was_amended_to(self, registry: Registry, draft: str) -> None:
        person = a_resident(address="JALAN BARU NOMOR 1", village=VILLAGES["2172041002"], rt=9)
        record = amend(registry, draft, asking(person, LOST, kind=2))
        assert record.resident == person
        assert (record.kind, record.reason) == (2, Reason.LOST.sentence)
        assert (record.reason_code, record.papers) == ("lost", LOST.papers)

    def test_who_asked_first_and_when_stays(self, registry: Registry, draft: str) -> None:
        record = amend(registry, draft, asking(stated=LOST))
        assert (record.requested_by, record.created_at, record.state) == (
            "operator",
            NOON,
            LetterState.DRAFT,
        )

    def test_a_portrait_comes_and_goes(self, registry: Registry, draft: str) -> None:
        with_one = replace(asking(), portrait=b"a picture")
        assert amend(registry, draft, with_one).portrait == portrait_key(b"a picture")
        assert amend(registry, draft, asking(), 1).portrait is None

    def test_its_history_names_the_parts_and_not_what_they_say(self, registry: Registry, draft: str) -> None:
        amend(registry, draft, asking(a_resident(address="JALAN BARU"), LOST))
        with registry.reading() as tx:
            last = letters.events(tx, draft)[-1]
        assert (last.action, last.actor, last.reason) == ("amend", "operator2", "alamat, alasan, berkas")

    def test_the_names_of_all_parts_together_fit_their_column(self) -> None:
        everything = [*COLUMN_OF.values(), "jenis_surat", "alasan", "berkas", "foto", "pengecualian"]
        assert len(", ".join(everything)) <= 200

    def test_the_audit_has_one_entry_without_a_persons_facts(self, registry: Registry, draft: str) -> None:
        amend(registry, draft, asking(a_resident(address="JALAN BARU")))
        with registry.reading() as tx:
            [entry] = audit.of_action(tx, "letter.amend")
        assert (entry.subject, entry.actor) == (draft, "operator2")
        assert json.loads(entry.details) == {"held": False, "revision": 1}

    def test_an_amended_draft_is_approved_and_issued_as_it_says(
        self, registry: Registry, draft: str, sealing: Sealing
    ) -> None:
        amend(registry, draft, asking(a_resident(address="JALAN BARU")))
        issuing.approve(registry, OFFICE.code, draft, "kepala", LATER)
        issued = issuing.issue(registry, OFFICE.code, draft, "kepala", sealing, LATER)
        assert issued.resident.address == "JALAN BARU"

    def test_the_first_request_repeated_after_it_is_told_to_be_another(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        first = replace(asking(), request_key="a key")
        letter = issuing.draft(registry, first, "operator", NOON)
        amend(registry, letter, asking(a_resident(address="JALAN BARU")))
        found = codes(lambda: issuing.draft(registry, first, "operator", LATER))
        assert found == [("", "request_key_reused")]


class TestWhoMayAmend:
    def test_whoever_read_an_older_revision_is_refused_and_changes_nothing(
        self, registry: Registry, draft: str
    ) -> None:
        amend(registry, draft, asking(a_resident(address="JALAN SATU")))
        second = asking(a_resident(address="JALAN DUA"))
        assert refusal(lambda: amend(registry, draft, second, 0)) == "draft_changed"
        assert record_of(registry, draft).resident.address == "JALAN SATU"

    def test_having_seen_the_others_version_theirs_is_saved_over_it(
        self, registry: Registry, draft: str
    ) -> None:
        amend(registry, draft, asking(a_resident(address="JALAN SATU")))
        record = amend(registry, draft, asking(a_resident(address="JALAN DUA")), 1)
        assert (record.resident.address, record.revision) == ("JALAN DUA", 2)

    @pytest.mark.parametrize("by", ["kepala", "admin", "auditor", "nobody"])
    def test_only_an_operator_may(self, registry: Registry, draft: str, by: str) -> None:
        with pytest.raises(NotAllowed):
            amend(registry, draft, asking(), by=by)

    def test_another_offices_draft_is_not_there(
        self, registry: Registry, draft: str, other_office: Office
    ) -> None:
        with pytest.raises(NotFound):
            issuing.amend(registry, other_office.code, draft, asking(), 0, "petugas", LATER)

    def test_what_is_approved_is_no_draft_any_more(self, registry: Registry, draft: str) -> None:
        issuing.approve(registry, OFFICE.code, draft, "kepala", NOON)
        assert refusal(lambda: amend(registry, draft, asking())) == "wrong_state"

    def test_what_was_withdrawn_stays_so(self, registry: Registry, draft: str) -> None:
        issuing.withdraw(registry, OFFICE.code, draft, "operator", "Batal", NOON)
        assert refusal(lambda: amend(registry, draft, asking())) == "wrong_state"


class TestWhatIsAskedAgain:
    def test_the_nik_stays(self, registry: Registry, register: Register, draft: str) -> None:
        register(a_row(serial=4))
        found = codes(lambda: amend(registry, draft, asking(a_resident(nik="2172031708950004"))))
        assert found == [("nik", "nik_differs")]

    def test_the_registers_facts_stay(self, registry: Registry, draft: str) -> None:
        found = codes(lambda: amend(registry, draft, asking(a_resident(name="LAIN"))))
        assert found == [("nama", "differs_from_register")]

    def test_a_person_whose_recording_failed_meanwhile_is_refused(
        self, registry: Registry, register: Register, draft: str
    ) -> None:
        register(a_row(status_perekaman="DUPLICATE_RECORD"))
        assert codes(lambda: amend(registry, draft, asking())) == [("status_perekaman", "recording_state")]

    def test_for_them_two_people_may_pass_over_the_register(
        self, registry: Registry, register: Register, draft: str
    ) -> None:
        register(a_row(status_perekaman="DUPLICATE_RECORD"))
        record = amend(registry, draft, asking(override_reason="Sudah diperiksa"))
        assert record.override_reason == "Sudah diperiksa"
        with registry.reading() as tx:
            assert ("override", "Sudah diperiksa") in [
                (event.action, event.reason) for event in letters.events(tx, draft)
            ]

    def test_a_draft_that_replaces_a_letter_goes_on_replacing_it(
        self, registry: Registry, issued: LetterRecord, sealing: Sealing
    ) -> None:
        letter = issuing.draft(registry, asking(replaces=issued.number), "operator", NOON)
        amend(registry, letter, asking(a_resident(address="JALAN BARU")))
        issuing.approve(registry, OFFICE.code, letter, "kepala", LATER)
        issuing.issue(registry, OFFICE.code, letter, "kepala", sealing, LATER)
        assert record_of(registry, issued.id).state is LetterState.SUPERSEDED

    def test_a_draft_that_replaces_none_goes_on_replacing_none(
        self, registry: Registry, issued: LetterRecord, register: Register
    ) -> None:
        register(a_row(serial=4))
        other = a_resident(nik="2172031708950004")
        letter = issuing.draft(registry, asking(other), "operator", NOON)
        assert amend(registry, letter, asking(other, replaces=issued.number)).replaces is None

    def test_a_letter_revoked_meanwhile_is_replaced_no_more(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        letter = issuing.draft(registry, asking(replaces=issued.number), "operator", NOON)
        issuing.revoke(registry, OFFICE.code, str(issued.number), "operator", "Salah", NOON)
        assert codes(lambda: amend(registry, letter, asking())) == [("menggantikan", "replaces_closed")]


class TestSubmitting:
    def waits_for(self, registry: Registry, letter: str) -> Waiting | None:
        return waiting_for(record_of(registry, letter))

    def test_a_held_draft_waits_at_the_counter_until_it_is_submitted(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        letter = issuing.draft(registry, asking(), "operator", NOON, held=True)
        assert self.waits_for(registry, letter) is Waiting.HELD
        issuing.submit(registry, OFFICE.code, letter, 0, "operator", LATER)
        assert self.waits_for(registry, letter) is Waiting.SUBMITTED

    def test_nobody_approves_what_is_held(self, registry: Registry, register: Register) -> None:
        register(a_row())
        letter = issuing.draft(registry, asking(), "operator", NOON, held=True)
        found = refusal(lambda: issuing.approve(registry, OFFICE.code, letter, "kepala", NOON))
        assert found == "draft_at_counter"

    def test_amending_what_was_sent_back_submits_it_again(self, registry: Registry, draft: str) -> None:
        send_back(registry, draft)
        assert self.waits_for(registry, draft) is Waiting.RETURNED
        record = amend(registry, draft, asking(stated=LOST))
        assert (record.returned_at, record.returned_note) == (None, None)

    def test_held_after_it_was_sent_back_it_keeps_the_approvers_note(
        self, registry: Registry, draft: str
    ) -> None:
        send_back(registry, draft)
        record = amend(registry, draft, asking(stated=LOST), held=True)
        assert (record.returned_at, record.returned_note) == (NOON, "Alamat?")

    def test_holding_a_draft_takes_it_out_of_the_queue(self, registry: Registry, draft: str) -> None:
        record = amend(registry, draft, asking(stated=LOST), held=True)
        assert (waiting_for(record), record.returned_at) == (Waiting.HELD, LATER)

    def test_submitted_twice_is_submitted_once(self, registry: Registry, register: Register) -> None:
        register(a_row())
        letter = issuing.draft(registry, asking(), "operator", NOON, held=True)
        for _ in range(2):
            issuing.submit(registry, OFFICE.code, letter, 0, "operator", LATER)
        with registry.reading() as tx:
            assert [event.action for event in letters.events(tx, letter)] == ["draft", "submit"]

    def test_an_older_revision_is_not_submitted(self, registry: Registry, draft: str) -> None:
        amend(registry, draft, asking(stated=LOST), held=True)
        found = refusal(lambda: issuing.submit(registry, OFFICE.code, draft, 0, "operator", LATER))
        assert found == "draft_changed"


class TestApproving:
    def test_what_was_changed_since_it_was_read_is_not_approved(self, registry: Registry, draft: str) -> None:
        amend(registry, draft, asking(stated=LOST))
        found = refusal(lambda: issuing.approve(registry, OFFICE.code, draft, "kepala", LATER, revision=0))
        assert found == "draft_changed"

    def test_whoever_amended_it_may_not_approve_it_in_a_later_post(
        self, registry: Registry, draft: str
    ) -> None:
        amend(registry, draft, asking(stated=LOST), by="operator2")
        with registry.writing() as tx:
            tx.exec_driver_sql(
                f"UPDATE staff SET role = '{Role.APPROVER.value}' WHERE username = 'operator2'"
            )
        with pytest.raises(NotAllowed) as refused:
            issuing.approve(registry, OFFICE.code, draft, "operator2", LATER)
        assert refused.value.code == "same_person"


class TestUnissued:
    def found(self, registry: Registry, by: str | None = None, wanted: Waiting | None = None) -> list[str]:
        with registry.reading() as tx:
            return [each.id for each in letters.unissued(tx, OFFICE.code, by, wanted, 10).page]

    def test_what_asks_something_of_the_counter_comes_first(
        self, registry: Registry, register: Register
    ) -> None:
        register(*(a_row(2 + i, serial=i) for i in range(1, 5)))
        approved, waits, held, returned = (
            issuing.draft(
                registry, asking(a_resident(nik=f"217203170895000{i}")), "operator", NOON, held=i == 3
            )
            for i in range(1, 5)
        )
        issuing.approve(registry, OFFICE.code, approved, "kepala", NOON)
        send_back(registry, returned)
        assert self.found(registry) == [returned, held, waits, approved]
        assert self.found(registry, wanted=Waiting.HELD) == [held]
        with registry.reading() as tx:
            counts = letters.unissued(tx, OFFICE.code, None, Waiting.HELD, 10).counts
        assert counts == dict.fromkeys(Waiting, 1)

    def test_ones_own_are_those_one_asked_for(self, registry: Registry, draft: str) -> None:
        assert self.found(registry, by="operator") == [draft]
        assert self.found(registry, by="operator2") == []

    def test_what_is_issued_or_withdrawn_is_not_among_them(
        self, registry: Registry, issued: LetterRecord, register: Register
    ) -> None:
        register(a_row(serial=4))
        letter = issuing.draft(registry, asking(a_resident(nik="2172031708950004")), "operator", NOON)
        issuing.withdraw(registry, OFFICE.code, letter, "operator", "Batal", NOON)
        assert self.found(registry) == []


def test_letters_to_others_of_the_same_name_and_birth_date_are_told(
    registry: Registry, issued: LetterRecord
) -> None:
    def found(person: Resident) -> list[str]:
        with registry.reading() as tx:
            asked = (OFFICE.code, person.nik, person.name, person.birth_date)
            return [each.id for each in letters.namesakes(tx, *asked, most=5)]

    assert found(a_resident(nik="2172031708950077")) == [issued.id]
    assert found(a_resident()) == []
    assert found(a_resident(nik="2172031708950077", name="LAIN")) == []
