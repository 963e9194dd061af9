"""Letters checked for an agency's program: whole, in order, on record, and with its own office's portraits alone."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.issuing import Sealing, TwoPeople
from suket_service.registry import keys, letters
from suket_service.registry.clients import ClientScope
from suket_service.web.api.shapes import VerificationOut, WholeVerificationOut
from suket_service.web.api.verifications import MOST_SEALS
from tests.builders import BASE_URL, OFFICE, PASSPHRASE, a_row
from tests.web.api.programs import Program, a_program
from tests.web.staff.conftest import OTHER, OfficeAtWork

ONE, MANY = "/api/v1/verifications", "/api/v1/verifications/batch"
VERIFY = frozenset({ClientScope.VERIFY})


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    return a_program(office, scopes=VERIFY)


@pytest.fixture
def seals(office: OfficeAtWork) -> list[str]:
    """The texts of three letters."""
    with office.registry.reading() as tx:
        return [letters.seal_text(tx, each.id) for each in office.letters[:3]]


def checks(office: OfficeAtWork) -> list[tuple[str, str, dict[str, Any]]]:
    """Who is on record as having checked letters: actor, subject, details."""
    query = "SELECT actor, subject, details FROM audit WHERE action = 'client.verify' ORDER BY seq"
    with office.registry.reading() as tx:
        return [(row.actor, row.subject, json.loads(row.details)) for row in tx.exec_driver_sql(query)]


def errors(answer: TestResponse) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["field"], each["code"]) for each in answer.get_json()["errors"]]


def remaining(answer: TestResponse) -> str:
    return answer.headers["RateLimit"].split(";")[1]


class TestOne:
    def test_a_program_sees_the_whole_seal(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        answer = program.post(ONE, {"seal": seals[0]}).get_json()
        assert answer["outcome"] == "valid"
        assert answer["seal"]["nik"] == office.letters[0].resident.nik
        WholeVerificationOut.model_validate(answer, strict=True)

    def test_without_a_key_the_person_is_masked(self, office: OfficeAtWork, seals: list[str]) -> None:
        answer = office.app.test_client().post(ONE, json={"seal": seals[0]}).get_json()
        VerificationOut.model_validate(answer, strict=True)
        assert office.letters[0].resident.nik not in json.dumps(answer)

    def test_a_key_that_counts_no_more_gets_no_masked_answer_instead(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        administering.revoke_client(office.registry, OFFICE.code, program.id, "admin", datetime.now(UTC))
        assert program.post(ONE, {"seal": seals[0]}).get_json()["code"] == "client_unknown"

    def test_a_key_without_the_scope_gets_none_either(self, office: OfficeAtWork, seals: list[str]) -> None:
        answer = a_program(office).post(ONE, {"seal": seals[0]})
        assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_missing")

    def test_that_it_asked_is_on_record_and_not_about_whom(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        program.post(ONE, {"seal": seals[0]})
        details = {"client": program.id, "seals": 1, "genuine": 1}
        assert checks(office) == [(program.account, program.account, details)]

    def test_nothing_is_told_of_what_is_not_genuine(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        digits = seals[0].rpartition("#")[2]
        answer = program.post(ONE, {"seal": str(int(digits) ^ 1)}).get_json()
        assert (answer["outcome"], answer["seal"], answer["portrait"]) == ("forged", None, None)
        assert checks(office)[0][2]["genuine"] == 0


class TestMany:
    def test_the_answers_come_in_the_order_of_the_seals(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        asked = [seals[2], "no seal at all", seals[0], seals[2]]
        answers = program.post(MANY, {"seals": asked}).get_json()
        names = [each["seal"] and each["seal"]["nik"] for each in answers]
        people = [each.resident.nik for each in office.letters]
        assert names == [people[2], None, people[0], people[2]]

    def test_each_is_answered_as_it_is_alone(self, program: Program, seals: list[str]) -> None:
        alone = program.post(ONE, {"seal": seals[1]}).get_json()
        [answer] = program.post(MANY, {"seals": [seals[1]]}).get_json()
        times = ("checked_at", "data_as_of")
        assert {**answer, **dict.fromkeys(times)} == {**alone, **dict.fromkeys(times)}

    @pytest.mark.usefixtures("one_minute")
    def test_a_batch_is_one_entry_and_costs_one_for_each_seal(
        self, office: OfficeAtWork, program: Program, seals: list[str]
    ) -> None:
        answer = program.post(MANY, {"seals": [*seals, "x"]})
        assert remaining(answer) == "r=596"
        [(_, _, details)] = checks(office)
        assert (details["seals"], details["genuine"]) == (4, 3)

    def test_as_many_as_may_be_are_answered(self, office: OfficeAtWork, program: Program) -> None:
        answer = program.post(MANY, {"seals": ["1" * 400] * MOST_SEALS})
        assert len(answer.get_json()) == MOST_SEALS
        assert len(checks(office)) == 1

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"seals": []}, [("seals", "too_few")]),
            ({"seals": ["1"] * (MOST_SEALS + 1)}, [("seals", "too_many")]),
            ({"seals": ["1", 2]}, [("seals.1", "wrong_type")]),
            ({"seals": ["1" * 8001]}, [("seals.0", "too_long")]),
            ({"seals": "1"}, [("seals", "wrong_type")]),
            ({}, [("seals", "missing")]),
            ({"seals": ["1"], "more": 1}, [("more", "unknown_field")]),
            ({"seals": ["1"], "2172031708950003": 1}, [("?", "unknown_field")]),
        ],
    )
    def test_what_is_wrong_is_told_by_field(
        self, program: Program, body: dict[str, Any], told: list[tuple[str, str]]
    ) -> None:
        answer = program.post(MANY, body)
        assert errors(answer) == told
        assert all(each["message"] and each["message_en"] for each in answer.get_json()["errors"])
        assert "RateLimit" in answer.headers

    @pytest.mark.usefixtures("one_minute")
    def test_a_batch_over_the_limit_is_refused_whole_and_checks_nothing(
        self, office: OfficeAtWork, program: Program
    ) -> None:
        limit(office, program, 4)
        program.post(MANY, {"seals": ["1"] * 3})
        answer = program.post(MANY, {"seals": ["1"] * 3})
        assert (answer.status_code, answer.get_json()["code"]) == (429, "too_many_calls")
        assert remaining(answer) == "r=0"
        assert len(checks(office)) == 1

    def test_a_batch_that_no_minute_could_hold_is_told_so(
        self, office: OfficeAtWork, program: Program
    ) -> None:
        limit(office, program, 2)
        assert errors(program.post(MANY, {"seals": ["1"] * 3})) == [("seals", "over_limit")]


def limit(office: OfficeAtWork, program: Program, calls_a_minute: int) -> None:
    administering.limit_client(
        office.registry, OFFICE.code, program.id, calls_a_minute, "admin", datetime.now(UTC)
    )


def a_pictured_letter(office: OfficeAtWork) -> str:
    """The seal of a letter with a portrait."""
    out, at = BytesIO(), datetime.now(UTC)
    Image.linear_gradient("L").resize((900, 1200)).convert("RGB").save(out, "JPEG")
    row, today = a_row(serial=77, foto="wajah.jpg"), OFFICE.local_date(at)
    list(administering.import_residents(office.registry, OFFICE.code, [row], "operator", "SIAK", today, at))
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, today, PASSPHRASE)
    [outcome] = issuing.issue_rows(
        *(office.registry, OFFICE.code, [row]),
        people=TwoPeople("operator", "kepala"),
        sealing=Sealing(key, BASE_URL),
        open_photo=lambda _name: out.getvalue(),
        file_digest="9" * 64,
        now=lambda: at,
    )
    assert outcome.letter is not None
    with office.registry.reading() as tx:
        return letters.seal_text(tx, outcome.letter.id)


def test_portraits_come_small_and_of_ones_own_offices_letters_alone(office: OfficeAtWork) -> None:
    seal = a_pictured_letter(office)
    kind, _, data = (
        a_program(office, scopes=VERIFY).post(ONE, {"seal": seal}).get_json()["portrait"].partition(",")
    )
    assert kind == "data:image/jpeg;base64"
    assert Image.open(BytesIO(b64decode(data))).size == (96, 128)
    stranger = a_program(office, of=OTHER.code, by="admin-batam", scopes=VERIFY)
    [answer] = stranger.post(MANY, {"seals": [seal]}).get_json()
    assert (answer["outcome"], answer["portrait"]) == ("valid", None)
