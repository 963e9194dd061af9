"""What a program asks letters on and is told of them: drafts for the counter, lists, one letter, its paper."""

import csv
import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from suket_service.core.request import HEADERS
from suket_service.errors import RegistryError, Text
from suket_service.paper import symbol
from suket_service.registry import audit, calls, letters
from suket_service.registry.calls import UNCONFIRMED_CALL
from suket_service.registry.clients import ClientScope
from suket_service.registry.letters import Waiting, waiting_for
from suket_service.settings import HOME
from suket_service.web.api.letter_shapes import LetterIn
from suket_service.web.app import create_app
from tests.builders import OFFICE
from tests.paper.builders import face
from tests.web.api.programs import LETTERS, Program, a_program, a_request, record_of
from tests.web.staff.conftest import OfficeAtWork


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    return a_program(office)


def entries(office: OfficeAtWork, actor: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What stands in the audit of an actor: action, subject and details."""
    query = "SELECT action, subject, details FROM audit WHERE actor = ? ORDER BY seq"
    with office.registry.reading() as tx:
        rows = tx.exec_driver_sql(query, (actor,)).all()
    return [(row.action, row.subject, json.loads(row.details)) for row in rows]


def errors(answer: TestResponse) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(each["field"], each["code"]) for each in answer.get_json()["errors"]}


def listed(program: Program, query: str = "") -> list[dict[str, Any]]:
    answer = program.get(f"{LETTERS}?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["letters"]
    return found


def test_a_request_becomes_a_draft_that_waits_at_the_counter(office: OfficeAtWork, program: Program) -> None:
    answer = program.post(LETTERS, a_request())
    told = answer.get_json()
    assert (answer.status_code, told["state"], told["waits_for"]) == (201, "draft", "counter")
    assert answer.headers["Location"] == told["location"] == f"{LETTERS}/{told['id']}"
    record = record_of(office, told["id"])
    assert (waiting_for(record), record.requested_by) == (Waiting.HELD, program.account)
    assert ("letter.draft", told["id"], {"held": True, "kind": 1}) in entries(office, program.account)


def test_the_documents_example_is_somebody_of_the_demos_register() -> None:
    example = LetterIn.model_json_schema()["examples"][0]
    with (HOME / "examples" / "penduduk-loket.csv").open(encoding="utf-8", newline="") as rows:
        [person] = [row for row in csv.DictReader(rows) if row["nik"] == example["nik"]]
    # The register writes a person's sex out, and has no letter's reason or kind.
    told = {HEADERS[name]: value for name, value in example.items() if name != "sex"}
    assert told.items() <= person.items()
    assert (example["sex"], person["jenis_kelamin"]) == ("M", "LAKI-LAKI")


def test_the_answer_names_nobody_and_warns_of_what_the_nik_says(program: Program) -> None:
    answer = program.post(LETTERS, a_request(region_code="2172041002"))
    assert "SUHARTINI" not in answer.text
    assert "21720317" not in answer.text
    assert [each["field"] for each in answer.get_json()["warnings"]] == ["region_code"]


@pytest.mark.parametrize(
    "field",
    [
        "recording_state",
        "status_perekaman",
        "override_reason",
        "office",
        "state",
        "number",
        "approved_by",
        "id",
    ],
)
def test_a_request_says_nothing_of_its_state_or_of_the_register(program: Program, field: str) -> None:
    assert errors(program.post(LETTERS, {**a_request(), field: "PROCESSING"})) == {(field, "unknown_field")}


def test_what_the_counter_would_refuse_is_refused_by_field(program: Program) -> None:
    wrong = program.post(LETTERS, a_request(nik="2172031708950", religion="?", birth_date="1995-02-30"))
    assert {field for field, _ in errors(wrong)} == {"nik", "religion", "birth_date"}


def test_why_the_register_does_not_confirm_a_person_is_told_to_the_office_alone(
    office: OfficeAtWork, program: Program
) -> None:
    asked = {
        "not_in_register": a_request(serial=3999),
        "differs_from_register": a_request(name="BUDI"),
        "recording_state": a_request(serial=31),
    }
    with office.registry.writing() as tx:
        tx.exec_driver_sql(
            "UPDATE resident SET recording_state = 'UNREGISTERED' WHERE nik = '2172031708950031'"
        )
    answers = [program.post(LETTERS, each) for each in asked.values()]
    [(status, body)] = {(each.status_code, each.data) for each in answers}
    assert (status, errors(answers[0])) == (422, {("", "person_unconfirmed")})
    assert b"BUDI" not in body
    with office.registry.reading() as tx:
        noted = audit.of_action(tx, "letter.refuse", OFFICE.code, program.account)
        today = OFFICE.local_date(datetime.now(UTC))
        assert calls.refused(tx, OFFICE.code, UNCONFIRMED_CALL, today, today) == [(today, program.account, 3)]
    assert [json.loads(each.details) for each in noted] == [
        {"why": "not_in_register", "fields": ["nik"]},
        {"why": "differs_from_register", "fields": ["nama"]},
        {"why": "recording_state", "fields": ["status_perekaman"]},
    ]
    assert {each.actor for each in noted} == {program.account}


def test_a_refusal_that_cannot_be_put_on_record_is_not_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise RegistryError("registry_unavailable", Text("penuh", "full"))

    monkeypatch.setattr(calls, "count", full)
    monkeypatch.setattr("suket_service.administering.calling._count", lambda *_given, **_named: None)
    answer = program.post(LETTERS, a_request(serial=3999))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "registry_unavailable")


def test_a_photograph_is_stored_anew(office: OfficeAtWork, program: Program) -> None:
    raw = face()
    answer = program.post(LETTERS, a_request(photo=b64encode(raw).decode()))
    kept = record_of(office, answer.get_json()["id"]).portrait
    assert kept is not None
    with office.registry.reading() as tx:
        jpeg = letters.portrait(tx, kept)
    assert jpeg is not None
    assert jpeg != raw
    assert jpeg.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("photo", "code"),
    [("no base64!", "not_base64"), (b64encode(b"GIF89a").decode(), "portrait_not_image")],
)
def test_what_is_no_photograph_is_refused(program: Program, photo: str, code: str) -> None:
    assert errors(program.post(LETTERS, a_request(photo=photo))) == {("photo", code)}


def test_the_same_request_sent_again_is_the_same_draft(office: OfficeAtWork, program: Program) -> None:
    first = program.post(LETTERS, a_request(), key="permohonan-1")
    again = program.post(LETTERS, a_request(), key="permohonan-1")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(listed(program, "status=draft")) == len(office.drafts) + 1


def test_a_list_names_no_holder(program: Program, office: OfficeAtWork) -> None:
    answer = program.get(LETTERS)
    assert [each["number"] for each in answer.get_json()["letters"]] == [
        each.number for each in office.letters
    ]
    assert office.letters[0].resident.name not in answer.text
    assert office.letters[0].resident.nik not in answer.text


def test_pages_hold_every_letter_once_while_others_are_drafted(
    office: OfficeAtWork, program: Program
) -> None:
    found, cursor = [], ""
    while True:
        answer = program.get(f"{LETTERS}?status=draft&limit=2{cursor}")
        found += [each["id"] for each in answer.get_json()["letters"]]
        if answer.get_json()["next"] is None:
            break
        assert answer.headers["Link"].endswith('; rel="next"')
        cursor = f"&cursor={answer.get_json()['next']}"
        if len(found) == 2:
            added = program.post(LETTERS, a_request()).get_json()["id"]
    assert found == [*sorted(each.id for each in office.drafts), added]


def test_issued_letters_go_on_in_the_order_of_their_positions(office: OfficeAtWork, program: Program) -> None:
    first = program.get(f"{LETTERS}?limit=4")
    there = first.headers["Link"].removeprefix("<").partition(">")[0]
    rest = program.get(there).get_json()
    numbers = [each["number"] for each in first.get_json()["letters"] + rest["letters"]]
    assert numbers == [each.number for each in office.letters]
    assert rest["next"] is None


def test_a_list_is_narrowed(office: OfficeAtWork, program: Program) -> None:
    day = office.letters[0].issued_on
    assert len(listed(program, f"status=issued&village=2172031001&issued_from={day}&issued_until={day}")) == 6
    for query in ("status=revoked", "status=expired", "village=2172041002", "issued_until=2020-01-01"):
        assert listed(program, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "status=gone",
        "village=1",
        "issued_from=2026-13-01",
        "nik=2172031708950002",
        "cursor=abc",
    ],
)
def test_a_query_of_another_shape_is_refused(program: Program, query: str) -> None:
    [(field, _)] = errors(program.get(f"{LETTERS}?{query}"))
    assert field == query.partition("=")[0]


@pytest.mark.parametrize("day", ["1-1-2026", "2026-13-01", "20260101", ""])
def test_a_day_of_another_form_is_told_the_form(program: Program, day: str) -> None:
    [told] = program.get(f"{LETTERS}?issued_from={day}").get_json()["errors"]
    assert (told["field"], told["code"]) == ("issued_from", "wrong_type")
    assert "YYYY-MM-DD" in told["message_en"]


def test_a_cursor_is_of_one_office_and_one_filter(office: OfficeAtWork, program: Program) -> None:
    cursor = program.get(f"{LETTERS}?limit=2").get_json()["next"]
    neighbour = a_program(office, "2171", "admin-batam")
    for there in (
        neighbour.get(f"{LETTERS}?limit=2&cursor={cursor}"),
        program.get(f"{LETTERS}?limit=2&status=issued&cursor={cursor}"),
        program.get(f"{LETTERS}?limit=2&cursor={cursor[:-1]}"),
    ):
        assert errors(there) == {("cursor", "cursor_invalid")}


def test_a_list_is_one_entry_with_how_many(office: OfficeAtWork, program: Program) -> None:
    listed(program, "limit=4")
    assert entries(office, program.account) == [("letter.list", program.account, {"letters": 4})]


def test_one_letter_is_told_whole_and_put_on_record(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    answer = program.get(f"{LETTERS}/{record.id}")
    told = answer.get_json()
    assert (told["number"], told["state"], told["waits_for"]) == (record.number, "issued", None)
    assert told["person"]["nik"] == record.resident.nik
    assert [each["action"] for each in told["history"]] == ["draft", "approve", "issue"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert entries(office, program.account) == [("letter.read", record.number, {})]


def test_a_letter_that_has_not_changed_is_not_sent_again(office: OfficeAtWork, program: Program) -> None:
    path = f"{LETTERS}/{office.letters[0].id}"
    etag = program.get(path).headers["ETag"]
    again = program.get(path, **{"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert len(entries(office, program.account)) == 2


def test_a_withdrawn_request_says_why(office: OfficeAtWork, program: Program) -> None:
    letter = program.post(LETTERS, a_request()).get_json()["id"]
    office.client("operator2").post(f"/drafts/{letter}/withdraw", {"reason": "KTP-el sudah dicetak"})
    told = program.get(f"{LETTERS}/{letter}").get_json()
    assert (told["state"], told["history"][-1]["reason"]) == ("withdrawn", "KTP-el sudah dicetak")


def test_a_pdf_is_a_printing_of_the_programs(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    answer = program.get(f"{LETTERS}/{record.id}/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    [(action, subject, _)] = entries(office, program.account)
    assert (action, subject) == ("letter.print", record.number)
    again = program.get(f"{LETTERS}/{record.id}/pdf", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    with office.registry.reading() as tx:
        assert letters.printings_of(tx, [record.id])[record.id].count == 1
    assert entries(office, program.account)[-1] == ("letter.pdf", record.number, {"unchanged": True})


def test_asking_about_a_pdf_prints_nothing(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    path, headers = f"{LETTERS}/{record.id}/pdf", {"Authorization": f"Bearer {program.key}"}
    told = program.client.head(path, headers=headers)
    assert (told.status_code, told.data) == (200, b"")
    with office.registry.reading() as tx:
        assert record.id not in letters.printings_of(tx, [record.id])
    assert entries(office, program.account) == [("letter.pdf", record.number, {"unchanged": True})]
    assert program.get(path).headers["ETag"] == told.headers["ETag"]


def test_the_symbol_is_the_one_on_the_letter(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    answer = program.get(f"{LETTERS}/{record.id}/qr.svg")
    with office.registry.reading() as tx:
        text = letters.seal_text(tx, record.id)
    assert (answer.mimetype, answer.text) == ("image/svg+xml", symbol.svg(text))
    assert entries(office, program.account) == [("letter.symbol", record.number, {})]


@pytest.mark.parametrize("what", ["pdf", "qr.svg"])
def test_what_is_not_in_force_is_not_handed_out(office: OfficeAtWork, program: Program, what: str) -> None:
    assert program.get(f"{LETTERS}/{office.drafts[0].id}/{what}").status_code == 409


CALLS = [
    ("GET", ""),
    ("GET", "/pdf"),
    ("GET", "/qr.svg"),
    ("POST", "/revocation"),
    ("POST", "/suspension"),
    ("POST", "/supersession"),
    ("POST", "/extension"),
]


@pytest.mark.parametrize(("method", "call"), CALLS)
def test_another_offices_letter_is_as_if_there_were_none(
    office: OfficeAtWork, method: str, call: str
) -> None:
    neighbour, record = a_program(office, "2171", "admin-batam"), office.letters[0]

    def ask(program: Program, letter: str) -> TestResponse:
        path = f"{LETTERS}/{letter}{call}"
        return program.get(path) if method == "GET" else program.post(path, {"reason": "Salah data"})

    theirs, nobodys = ask(neighbour, record.id), ask(neighbour, "0" * 32)
    assert (theirs.status_code, theirs.data) == (404, nobodys.data)
    assert record_of(office, record.id) == record
    assert entries(office, neighbour.account) == []
    assert ask(a_program(office), record.id).status_code in (200, 202, 422)


def test_another_office_lists_none_of_ours_and_asks_for_none_of_our_people(office: OfficeAtWork) -> None:
    neighbour = a_program(office, "2171", "admin-batam")
    assert listed(neighbour) == listed(neighbour, "status=draft") == []
    assert ("region_code", "region_unknown") in errors(neighbour.post(LETTERS, a_request()))


@pytest.mark.parametrize(("method", "call"), [("GET", ""), ("POST", ""), *((m, f"/x{c}") for m, c in CALLS)])
def test_each_call_takes_its_scope(office: OfficeAtWork, method: str, call: str) -> None:
    program = a_program(office, scopes=frozenset({ClientScope.VERIFY}))
    path = f"{LETTERS}{call}"
    answer = program.get(path) if method == "GET" else program.post(path, {"reason": "Salah"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_missing")


def test_a_public_process_has_none_of_these_calls(office: OfficeAtWork) -> None:
    public = create_app(replace(office.settings, role="public"))
    served = {rule.endpoint for rule in public.url_map.iter_rules()}
    ours = {rule.endpoint for rule in office.app.url_map.iter_rules() if rule.rule.startswith(LETTERS)}
    assert len(ours) == 9
    assert not ours & served
