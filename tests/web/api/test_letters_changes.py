"""What a program changes of issued letters: one is ended at once, an extension waits for an approver."""

from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from suket_service import administering, publishing
from suket_service.core.letter import LetterState
from suket_service.issuing import by_program
from suket_service.registry import audit_search, letters, proposals
from tests.builders import OFFICE
from tests.web.api.programs import LETTERS, Program, a_program, record_of
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_letters_changes import grow_old

ENDINGS = {
    "revocation": LetterState.REVOKED,
    "suspension": LetterState.SUSPENDED,
    "supersession": LetterState.SUPERSEDED,
}


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    return a_program(office)


def change(program: Program, letter: str, how: str, **body: Any) -> TestResponse:
    return program.post(f"{LETTERS}/{letter}/{how}", {"reason": "Laporan keluarga", **body})


@pytest.mark.parametrize("how", ENDINGS)
def test_a_letter_is_ended_at_once_and_outsiders_are_told(
    office: OfficeAtWork, program: Program, how: str
) -> None:
    letter = office.letters[0].id
    before = publishing.stored(office.registry, publishing.TRUST_BUNDLE)
    answer = change(program, letter, how)
    assert (answer.status_code, answer.get_json()["state"]) == (200, ENDINGS[how].value)
    assert record_of(office, letter).state is ENDINGS[how]
    after = publishing.stored(office.registry, publishing.TRUST_BUNDLE)
    assert after is not None
    assert before is None or after.body != before.body


def test_whoever_ended_a_letter_stands_in_its_history_and_in_the_audit(
    office: OfficeAtWork, program: Program
) -> None:
    record = office.letters[0]
    change(program, record.id, "revocation")
    with office.registry.reading() as tx:
        last = letters.events(tx, record.id)[-1]
        wanted = audit_search.Wanted(OFFICE.code, actor=program.account)
        [entry] = audit_search.newest(tx, wanted, 5)
    assert (last.actor, last.action, last.reason) == (program.account, "revoke", "Laporan keluarga")
    assert (entry.action, entry.subject) == ("letter.revoke", record.number)


def test_to_whom_the_card_went_is_kept(office: OfficeAtWork, program: Program) -> None:
    letter = office.letters[0].id
    card = {"receiver": "proxy", "old_letter_returned": True, "proxy_name": "SITI", "proxy_relation": "anak"}
    assert change(program, letter, "supersession", card=card).status_code == 200
    with office.registry.reading() as tx:
        [given] = letters.hand_overs(tx, letter)
    assert (given.proxy_name, given.old_letter_returned, given.by) == ("SITI", True, program.account)


@pytest.mark.parametrize(
    ("how", "body", "code"),
    [
        ("revocation", {"reason": " "}, "reason_missing"),
        ("revocation", {"reason": 5}, "wrong_shape"),
        ("revocation", {"until": "2027-01-01"}, "wrong_shape"),
        ("extension", {"until": "2027-1-1"}, "wrong_shape"),
        ("extension", {"until": "2020-01-01"}, "until_not_later"),
        ("supersession", {"card": {"receiver": "proxy", "old_letter_returned": True}}, "proxy_missing"),
        ("supersession", {"card": {"receiver": "holder", "old_letter_returned": "yes"}}, "wrong_shape"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    office: OfficeAtWork, program: Program, how: str, body: dict[str, Any], code: str
) -> None:
    answer = change(program, office.letters[0].id, how, **body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert record_of(office, office.letters[0].id) == office.letters[0]


@pytest.mark.parametrize("how", [*ENDINGS, "extension"])
def test_a_draft_cannot_be_ended_or_extended(office: OfficeAtWork, program: Program, how: str) -> None:
    answer = change(program, office.drafts[0].id, how)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "wrong_state")


def test_a_program_lets_no_letter_count_again(office: OfficeAtWork, program: Program) -> None:
    letter = office.letters[0].id
    change(program, letter, "suspension")
    for how in ("resumption", "resume", "hand-over", "approval", "submission"):
        assert change(program, letter, how).status_code == 404
    assert record_of(office, letter).state is LetterState.SUSPENDED


def test_ending_many_is_left_to_two_people(
    office: OfficeAtWork, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_program, "MOST_ENDINGS_A_DAY", 1)
    first, second, *_ = office.letters
    assert change(program, first.id, "suspension").status_code == 200
    key = "pencabutan-2"
    path, body = f"{LETTERS}/{second.id}/revocation", {"reason": "Laporan keluarga"}
    refused = program.post(path, body, key=key)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_endings")
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert record_of(office, second.id).state is LetterState.ISSUED
    monkeypatch.setattr(by_program, "MOST_ENDINGS_A_DAY", 2)
    assert program.post(path, body, key=key).status_code == 200  # a refusal lets go of its key


def test_sent_again_a_letter_is_ended_once(office: OfficeAtWork, program: Program) -> None:
    path, body = f"{LETTERS}/{office.letters[0].id}/revocation", {"reason": "Laporan keluarga"}
    first, again = (program.post(path, body, key="pencabutan-1") for _ in range(2))
    assert (again.status_code, again.data) == (200, first.data)
    assert change(program, office.letters[0].id, "revocation").status_code == 409


def test_an_extension_waits_for_an_approver(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    grow_old(office, record)
    answer = change(program, record.id, "extension")
    told = answer.get_json()
    assert (answer.status_code, told["waits_for"], told["number"]) == (202, "approver", record.number)
    assert program.get(f"{LETTERS}/{record.id}").get_json()["extension"]["id"] == told["id"]
    again = change(program, record.id, "extension")
    assert (again.status_code, again.get_json()["code"]) == (422, "proposed_already")
    assert str(record.number) not in again.text
    office.client("kepala").post(f"/desk/proposals/{told['id']}/agree")
    whole = program.get(f"{LETTERS}/{record.id}").get_json()
    assert (whole["valid_until"], whole["extended"]) == (told["until"], True)
    assert whole["extension"]["decision"] == "agreed"


def test_a_program_learns_why_its_extension_was_declined(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    grow_old(office, record)
    asked = change(program, record.id, "extension").get_json()["id"]
    office.client("kepala").post(f"/desk/proposals/{asked}/decline", {"note": "Kartunya sudah siap"})
    told = program.get(f"{LETTERS}/{record.id}").get_json()["extension"]
    assert (told["decision"], told["note"]) == ("declined", "Kartunya sudah siap")
    assert a_program(office, name="Bank Contoh").get(f"{LETTERS}/{record.id}").get_json()["extension"] is None


def test_nobody_agrees_for_a_program_whose_keys_have_ended(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    grow_old(office, record)
    asked = change(program, record.id, "extension").get_json()["id"]
    administering.revoke_client(office.registry, OFFICE.code, program.id, "admin", datetime.now(UTC))
    page = office.client("kepala").post(f"/desk/proposals/{asked}/agree")
    assert (page.status_code, "tidak lagi punya kunci" in page.text) == (422, True)
    with office.registry.reading() as tx:
        assert proposals.by_id(tx, OFFICE.code, asked).decision is None
