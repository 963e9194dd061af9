"""The public check over HTTP: its shape, what it masks, and what it never says."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from suket_service.core.verdict import NOT_COVERED
from suket_service.web.api.shapes import VerificationOut
from suket_service.web.api.verifications import MOST_SEAL_CHARACTERS
from tests.cli.builders import NIK, World
from tests.core.builders import vectors
from tests.selection import examples

URL = "/api/v1/verifications"
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
TEXTS = (
    *("valid", "bare_digits", "foreign_host", "revoked", "superseded", "expired", "not_yet_valid", "new"),
    *("forged", "out_of_scope", "unknown_issuer", "unregistered", "mismatch", "not_a_seal", "not_canonical"),
)
PROVEN = frozenset(TEXTS) - {"forged", "out_of_scope", "unknown_issuer", "not_a_seal", "not_canonical"}
every_text = pytest.mark.parametrize("text", TEXTS)


@pytest.fixture
def check(client: FlaskClient, world: World) -> Any:
    def post(text: str) -> TestResponse:
        response = client.post(URL, json={"seal": world.texts[text]})
        assert response.status_code == 200
        return response

    return post


@every_text
def test_an_answer_is_what_the_description_says(check: Any, text: str) -> None:
    answer = check(text).get_json()
    described = VerificationOut.model_validate(answer, strict=True)
    assert described.model_dump() == answer
    assert answer["not_covered"] == list(NOT_COVERED)
    assert INSTANT.fullmatch(answer["checked_at"])
    assert answer["data_as_of"] == answer["checked_at"]


@every_text
def test_nobody_is_named(check: Any, world: World, text: str) -> None:
    body = check(text).text
    assert not NIK.search(body)
    for letter in world.letters.values():
        person = letter.resident
        assert person.name not in body
        assert person.birth_date.isoformat() not in body
        assert person.address not in body


@every_text
def test_the_seal_is_told_only_when_it_is_proven(check: Any, text: str) -> None:
    answer = check(text).get_json()
    assert answer["genuine"] is (answer["seal"] is not None) is (text in PROVEN)
    if text not in PROVEN:
        assert answer["registry"] is None


@every_text
def test_the_text_itself_is_never_sent_back(check: Any, world: World, text: str) -> None:
    assert world.texts[text][-30:] not in check(text).text


def test_the_public_sees_initials_region_and_birth_year(check: Any) -> None:
    seal = check("valid").get_json()["seal"]
    assert (seal["name"], seal["nik"], seal["birth_year"]) == ("S********", "217203**********", 1995)
    assert not {"birth_date", "rt", "rw", "portrait", "fingerprint", "check_code"} & set(seal)


def test_the_registry_says_number_office_and_dates(check: Any, world: World) -> None:
    letter = world.letters["valid"]
    registry = check("valid").get_json()["registry"]
    assert registry == {
        "status": "issued",
        "number": letter.number,
        "office": "2172",
        "office_name": "Dinas Kependudukan dan Pencatatan Sipil Kota Tanjungpinang",
        "issued_on": str(letter.issued_on),
        "valid_until": str(letter.valid_until),
        "extended": False,
    }


@pytest.mark.parametrize("text", ["mismatch", "unregistered"])
def test_what_stands_in_anothers_place_is_not_told(check: Any, world: World, text: str) -> None:
    response = check(text)
    assert response.get_json()["registry"] is None
    assert str(world.letters["valid"].number) not in response.text


def test_the_answer_is_not_kept(check: Any) -> None:
    assert check("valid").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("state", ["forged", "unreadable"])
def test_no_message_sends_anyone_away(check: Any, state: str) -> None:
    message = check({"forged": "forged", "unreadable": "not_a_seal"}[state]).get_json()["message"]
    assert set(message) == {"id", "en"}
    assert "Disdukcapil" in message["id"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"no json", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"1"', "application/json"),
        (b"null", "application/json"),
        (b"{}", "application/json"),
        (b'{"seal": 1}', "application/json"),
        (b'{"seal": null}', "application/json"),
        (b'{"seal": ["1"]}', "application/json"),
        (b'{"seal": "\\ud800"}', "application/json"),
        (b'{"seal": "1", "more": "2"}', "application/json"),
        (b"seal=1", "application/x-www-form-urlencoded"),
        (b'{"seal": "\xff"}', "application/json"),
        (json.dumps({"seal": "1" * (MOST_SEAL_CHARACTERS + 1)}).encode(), "application/json"),
    ],
)
def test_another_shape_is_a_problem(client: FlaskClient, body: bytes, kind: str) -> None:
    response = client.post(URL, data=body, content_type=kind)
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    problem = response.get_json()
    assert (problem["status"], problem["code"]) == (422, "wrong_shape")


@pytest.mark.parametrize("body", [b"", b"{seal: 1}", b"seal=1", b'{"seal": "\xff"}'])
def test_what_is_no_json_is_told_so(client: FlaskClient, body: bytes) -> None:
    [told] = client.post(URL, data=body, content_type="application/json").get_json()["errors"]
    assert (told["field"], told["code"]) == ("body", "not_json")


def test_a_problem_names_the_field_and_repeats_nothing(client: FlaskClient, world: World) -> None:
    response = client.post(URL, json={"seal": world.texts["valid"], "more": world.texts["valid"]})
    assert response.get_json()["fields"] == ["more"]
    assert world.texts["valid"][-30:] not in response.text


def test_the_longest_text_is_answered(client: FlaskClient) -> None:
    response = client.post(URL, json={"seal": "1" * MOST_SEAL_CHARACTERS})
    assert response.get_json()["reasons"] == ["not_a_seal"]


def test_a_body_beyond_all_measure_is_too_large(client: FlaskClient) -> None:
    response = client.post(URL, json={"seal": "1" * 100_000})
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_another_method_is_refused(client: FlaskClient, method: str) -> None:
    response = client.open(URL, method=method)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("text", ["valid", "forged"])
def test_checking_writes_nothing(check: Any, world: World, text: str) -> None:
    before = {path: path.read_bytes() for path in world.data.iterdir()}
    check(text)
    assert {path: path.read_bytes() for path in world.data.iterdir()} == before


near_misses = st.builds(
    lambda prefix, number, rest: prefix + number + rest,
    st.sampled_from(
        ["", "http://localhost:8000/s#", "https://localhost:8000/s#", "HTTP://LOCALHOST:8000/S#"]
    ),
    st.integers(min_value=0, max_value=10**481).map(str),
    st.sampled_from(["", " ", "\n", "#", "٣"]),
)


@given(text=st.one_of(st.text(max_size=300), near_misses))
@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_other_text_is_answered_and_never_valid(client: FlaskClient, text: str) -> None:
    response = client.post(URL, json={"seal": text})
    assert response.status_code == 200
    assert response.get_json()["outcome"] != "valid"


@given(place=st.integers(min_value=0), digit=st.sampled_from("0123456789"))
@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_good_text_with_one_digit_changed_is_never_valid(
    client: FlaskClient, world: World, place: int, digit: str
) -> None:
    good = world.texts["bare_digits"]
    place %= len(good)
    changed = good[:place] + digit + good[place + 1 :]
    outcome = client.post(URL, json={"seal": changed}).get_json()["outcome"]
    assert (outcome == "valid") is (changed == good)


def test_a_body_nested_without_end_is_only_of_the_wrong_shape(client: FlaskClient) -> None:
    answer = client.post("/api/v1/verifications", data=b"[" * 60_000, content_type="application/json")
    assert answer.status_code == 422


UNREADABLE = [case for case in vectors("seal_v1.json")["cases"] if case.get("outcome") == "unreadable"]


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case["title"])
def test_every_unreadable_reference_text_gets_its_verdict(client: FlaskClient, case: dict[str, Any]) -> None:
    answer = client.post(URL, json={"seal": case["text"]})
    assert (answer.status_code, answer.get_json()["outcome"], answer.get_json()["reasons"]) == (
        200,
        "unreadable",
        [case["reason"]],
    )


def test_the_fullest_symbol_that_can_be_drawn_gets_a_verdict(client: FlaskClient) -> None:
    assert client.post(URL, json={"seal": "1" * 7_089}).status_code == 200
