"""Writes that are sent again over HTTP: one piece of work whatever the line does, and one answer byte for byte."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from werkzeug.test import TestResponse

from suket_service.core.letter import LetterState
from suket_service.registry import calls, letters
from suket_service.registry.clients import ClientScope
from tests.builders import OFFICE
from tests.web.api.programs import LETTERS, Program, a_program, a_request
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_letters_changes import grow_old

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
#: Asks an approver for something, and so draws no paper and publishes nothing.
BODY = {"reason": "Kartu belum dicetak"}


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    for record in office.letters[:2]:
        grow_old(office, record)  # old enough to be extended
    return a_program(office, scopes=frozenset({ClientScope.MANAGE}))


def path_of(office: OfficeAtWork, letter: int = 0) -> str:
    return f"{LETTERS}/{office.letters[letter].id}/extension"


def works(office: OfficeAtWork) -> int:
    """How often it was done."""
    with office.registry.reading() as tx:
        return int(tx.exec_driver_sql("SELECT count(*) FROM proposal").scalar_one())


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_the_same_again_is_the_same_answer_byte_for_byte(office: OfficeAtWork, program: Program) -> None:
    first, again = (program.post(path_of(office), BODY, KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.data == first.data
    for name in ("Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert works(office) == 1


def test_a_write_that_makes_a_letter_is_one_too(office: OfficeAtWork) -> None:
    program = a_program(office, scopes=frozenset({ClientScope.ISSUE}))
    first, again = (program.post(LETTERS, a_request(), KEY) for _ in range(2))
    assert (first.status_code, first.headers["Location"], first.data) == (
        201,
        again.headers["Location"],
        again.data,
    )
    with office.registry.reading() as tx:
        assert len(letters.search(tx, OFFICE.code, [LetterState.DRAFT])) == len(office.drafts) + 1


@pytest.mark.parametrize("changed", ["body", "path"])
def test_the_same_key_with_something_else_is_refused(
    office: OfficeAtWork, program: Program, changed: str
) -> None:
    program.post(path_of(office), BODY, KEY)
    answer = (
        program.post(path_of(office), {**BODY, "reason": "Lain"}, KEY)
        if changed == "body"
        else program.post(path_of(office, 1), BODY, KEY)
    )
    assert code(answer) == (422, "idempotency_key_reused")
    assert works(office) == 1


def test_another_programs_key_of_the_same_name_is_another(office: OfficeAtWork, program: Program) -> None:
    other = a_program(office, scopes=frozenset({ClientScope.MANAGE}), name="Lain")
    assert program.post(path_of(office), BODY, KEY).status_code == 202
    assert other.post(path_of(office, 1), BODY, KEY).status_code == 202


def test_what_was_refused_may_be_mended_under_the_same_key(office: OfficeAtWork, program: Program) -> None:
    assert program.post(path_of(office), {**BODY, "until": "2001-01-01"}, KEY).status_code == 422
    assert program.post(path_of(office), BODY, KEY).status_code == 202


@pytest.mark.parametrize("key", [None, "", " ", "x" * 81, "kunci-\xe9"])
def test_a_write_needs_a_key(office: OfficeAtWork, program: Program, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {program.key}"} | ({} if key is None else {"Idempotency-Key": key})
    answer = office.app.test_client().post(path_of(office), json=BODY, headers=headers)
    assert code(answer) == (400, "idempotency_key_missing")
    assert works(office) == 0


@pytest.mark.parametrize("key", ["x", "x" * 80, f'"{KEY}"', "a b"])
def test_keys_of_every_lawful_form_are_taken(office: OfficeAtWork, program: Program, key: str) -> None:
    assert program.post(path_of(office), BODY, key).status_code == 202
    assert program.post(path_of(office), BODY, key).headers["Idempotency-Replayed"] == "true"


def test_what_is_being_done_is_told_so_and_comes_again_soon(office: OfficeAtWork, program: Program) -> None:
    parts = (b"POST", f"{path_of(office)}?".encode(), json.dumps(BODY).encode())
    digest = sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()
    with office.registry.writing() as tx:  # as a process leaves it that died in the middle
        calls.claim(tx, program.account, sha256(KEY.encode()).digest(), digest, datetime.now(UTC))
    headers = {"Authorization": f"Bearer {program.key}", "Idempotency-Key": KEY}
    answer = office.app.test_client().post(path_of(office), data=json.dumps(BODY), headers=headers)
    assert code(answer) == (409, "call_in_flight")
    assert int(answer.headers["Retry-After"]) >= 1
    assert works(office) == 0


def test_twenty_at_once_are_one_piece_of_work(office: OfficeAtWork, program: Program) -> None:
    together = threading.Barrier(20)

    def post(_: int) -> tuple[int, bytes]:
        mine = Program(program.id, program.account, program.key, office.app.test_client())
        together.wait()
        answer = mine.post(path_of(office), BODY, KEY)
        return answer.status_code, answer.data

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert {status for status, _ in answers} <= {202, 409}
    assert len({body for status, body in answers if status == 202}) == 1
    assert works(office) == 1
