"""Letter states over HTTP: for whoever checked a seal themselves; no personal data in, none out, no log."""

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from suket_service.web.states import LetterStateOut
from tests.cli.builders import NIK, World, read_seal

URL = "/api/v1/letter-states"
NOTHING = {"issued_on": None, "valid_until": None, "extended_to": None}


def question(world: World, fate: str = "valid", **changes: Any) -> dict[str, Any]:
    """What a verifier asks about the letter of that fate."""
    seal = read_seal(world.texts[fate])
    asked = {"list": seal.facts.status_list, "index": seal.facts.status_index}
    return {**asked, "fingerprint": seal.fingerprint.hex(), **changes}


@pytest.mark.parametrize(
    ("fate", "status"),
    [
        ("valid", "issued"),
        ("expired", "issued"),  # the dates say so, and the verifier reads them
        ("revoked", "revoked"),
        ("superseded", "superseded"),
        ("mismatch", "unknown"),
        ("unregistered", "unknown"),
    ],
)
def test_each_fate_has_its_status(client: FlaskClient, world: World, fate: str, status: str) -> None:
    answer = client.post(URL, json=question(world, fate))
    assert answer.status_code == 200
    told = answer.get_json()
    assert LetterStateOut.model_validate(told, strict=True).model_dump() == told
    assert told["status"] == status
    if status == "unknown":
        assert {name: told[name] for name in NOTHING} == NOTHING


def test_the_dates_are_those_of_the_letter(client: FlaskClient, world: World) -> None:
    letter = world.letters["valid"]
    told = client.post(URL, json=question(world)).get_json()
    assert (told["issued_on"], told["valid_until"]) == (str(letter.issued_on), str(letter.valid_until))


def test_a_wrong_fingerprint_and_a_free_position_answer_alike(client: FlaskClient, world: World) -> None:
    def told(**changes: Any) -> dict[str, Any]:
        answer = client.post(URL, json=question(world, **changes))
        return {**answer.get_json(), "checked_at": None, "length": answer.content_length}

    assert told(fingerprint="0" * 64) == told(index=900_000) == told(list=60_000)


def test_nobody_is_named(client: FlaskClient, world: World) -> None:
    for fate in ("valid", "revoked"):
        body = client.post(URL, json=question(world, fate)).text
        assert not NIK.search(body)
        assert not [each for each in world.letters.values() if each.resident.name in body]
        assert not [each for each in world.letters.values() if str(each.number) in body]


def test_the_answer_is_not_kept(client: FlaskClient, world: World) -> None:
    assert client.post(URL, json=question(world)).headers["Cache-Control"] == "no-store"


def test_neither_question_nor_answer_is_logged(
    client: FlaskClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = question(world)
    client.post(URL, json=asked)
    client.post(URL, json={**asked, "more": asked["fingerprint"]})
    assert asked["fingerprint"] not in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"list": 0},
        {"list": 65_536},
        {"list": "1"},
        {"list": True},
        {"list": 1.0},
        {"index": -1},
        {"index": 0x1_00_00_00},
        {"index": None},
        {"fingerprint": "0" * 63},
        {"fingerprint": "0" * 65},
        {"fingerprint": "A" * 64},
        {"fingerprint": "0" * 64 + "\n"},
        {"fingerprint": 0},
        {"more": 1},
    ],
)
def test_another_shape_is_a_problem_that_names_the_field(
    client: FlaskClient, world: World, change: dict[str, Any]
) -> None:
    answer = client.post(URL, json=question(world, **change))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["code"] == "wrong_shape"
    assert answer.get_json()["fields"] == list(change)


@pytest.mark.parametrize("missing", ["list", "index", "fingerprint"])
def test_nothing_may_be_missing(client: FlaskClient, world: World, missing: str) -> None:
    asked = question(world)
    del asked[missing]
    assert client.post(URL, json=asked).get_json()["fields"] == [missing]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", json.dumps({"seal": "1"}).encode()])
def test_no_such_question_at_all_is_a_problem_too(client: FlaskClient, body: bytes) -> None:
    answer = client.post(URL, data=body, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_it_is_asked_by_post_alone(client: FlaskClient, method: str) -> None:
    # In an address a fingerprint would stand in logs.
    answer = client.open(URL, method=method)
    assert answer.status_code == 405


def test_asking_writes_nothing(client: FlaskClient, world: World) -> None:
    before = {path: path.read_bytes() for path in world.data.iterdir()}
    client.post(URL, json=question(world))
    client.post(URL, json=question(world, fingerprint="0" * 64))
    assert {path: path.read_bytes() for path in world.data.iterdir()} == before


def test_it_is_described(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()["paths"][URL]["post"]
    assert described["operationId"] == "letterState"
    assert {"200", "422", "503"} <= set(described["responses"])
