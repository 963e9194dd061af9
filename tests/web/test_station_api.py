"""What officers' phones call over HTTP: enrolling, the village's bundle, what was shown, the full check."""

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from suket_service import administering, issuing, presenting, publishing
from suket_service.core.device_proof import Call
from suket_service.core.keyring import Purpose
from suket_service.core.trust_bundle import open_bundle
from suket_service.issuing import Sealing
from suket_service.presenting import receiving
from suket_service.registry import audit, elections, keys, letters
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.administering.office import PEOPLE, PUBLISHER
from tests.builders import BASE_URL, OFFICE, PASSPHRASE, a_row
from tests.presenting.polls import HERE, KOTA, Phone, Polls, cancel
from tests.registry.builders import tampering

DEVICES, BUNDLE = "/api/v1/devices", "/api/v1/station/trust-bundle"
PRESENTATIONS, VERIFICATIONS = "/api/v1/presentations", "/api/v1/verifications"
CALLS = [("GET", BUNDLE), ("POST", PRESENTATIONS), ("POST", VERIFICATIONS)]
every_call = pytest.mark.parametrize(("method", "path"), CALLS)
NAME, NIK = "SUHARTINI", "217203170895"


@pytest.fixture
def polls(sqlite_registry: Registry) -> Polls:
    """An office whose polls are open right now."""
    polls = Polls.opened(sqlite_registry, opens=datetime.now(UTC) - timedelta(hours=1))
    publishing.publish(sqlite_registry, PUBLISHER, datetime.now(UTC))
    return polls


def served(database: Path, role: str) -> FlaskClient:
    settings = Settings.from_env(
        {
            "SUKET_ENVIRONMENT": "production",
            "SUKET_BASE_URL": BASE_URL,
            "SUKET_SECRET_KEY": "a secret of the tests alone",
            "SUKET_KEY_PASSPHRASE": PASSPHRASE,
            "SUKET_DATA_DIR": str(database.parent),
            "SUKET_ROLE": role,
        }
    )
    return create_app(settings).test_client()


@pytest.fixture(params=["all", "public"])
def service(request: pytest.FixtureRequest, polls: Polls, database: Path) -> FlaskClient:
    """The service in production; also as a process that holds no secret."""
    return served(database, request.param)


@pytest.fixture
def web(polls: Polls, database: Path) -> FlaskClient:
    """The service as a process for the public."""
    return served(database, "public")


@pytest.fixture
def phone(polls: Polls) -> Phone:
    """A confirmed phone at the first station."""
    return polls.phone(polls.stations[0])


def ask(
    web: FlaskClient,
    phone: Phone,
    method: str,
    path: str,
    body: Any = None,
    at: datetime | None = None,
    headers: dict[str, str] | None = None,
    **claims: Any,
) -> TestResponse:
    """A call as the phone makes it."""
    data = b"" if body is None else json.dumps(body).encode()
    token = phone.prove(Call(method, path, data), at or datetime.now(UTC), **claims)
    sent = {"Authorization": f"Bearer {token}", **(headers or {})}
    return web.open(path, method=method, data=data, content_type="application/json", headers=sent)


def a_body(path: str) -> Any:
    return {
        BUNDLE: None,
        PRESENTATIONS: {"events": [], "after": 0, "bundle_version": None, "unsent": 0, "app": "1.0"},
        VERIFICATIONS: {"seal": "1"},
    }[path]


def present(web: FlaskClient, phone: Phone, *events: Any, **members: Any) -> TestResponse:
    return ask(web, phone, "POST", PRESENTATIONS, {**a_body(PRESENTATIONS), "events": events, **members})


def problem(response: TestResponse) -> tuple[int, str]:
    assert response.mimetype == "application/problem+json"
    return response.status_code, response.get_json()["code"]


def enrolment(code: str, phone: Phone, **changes: Any) -> dict[str, Any]:
    return {"code": code.replace("-", ""), "key": phone.jwk, "name": phone.name, **changes}


def test_a_phone_enrols_waits_is_confirmed_and_takes_part(service: FlaskClient, polls: Polls) -> None:
    [sheet] = polls.sheets(polls.stations[0])
    phone = Phone()
    made = service.post(DEVICES, json=enrolment(sheet.code, phone))
    assert made.status_code == 201
    answer = made.get_json()
    phone.id, phone.station = answer["device"], answer["station"]["id"]
    assert problem(present(service, phone)) == (403, "device_waiting")
    [held] = presenting.stations_state(polls.registry, HERE, polls.election)[0].devices
    assert held.confirmation == answer["confirmation"] == phone.public.confirmation
    presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", datetime.now(UTC))
    reply = present(service, phone, polls.scan(phone, polls.papers[0]))
    assert reply.get_json()["answers"][0]["result"] == "stored"


def test_enrolling_tells_of_station_and_election(web: FlaskClient, polls: Polls) -> None:
    [sheet] = polls.sheets(polls.stations[0])
    answer = web.post(DEVICES, json=enrolment(sheet.code, phone := Phone())).get_json()
    with polls.registry.reading() as tx:
        election = elections.by_id(tx, HERE, polls.election)
    assert answer == {
        "device": answer["device"],
        "state": "waiting",
        "confirmation": phone.public.confirmation,
        "station": {
            "id": polls.stations[0],
            "code": "001",
            "village": KOTA,
            "village_name": "Tanjungpinang Kota",
            "neighbourhoods": ["001/002"],
            "address": "Balai RW 002",
        },
        "election": {
            "id": polls.election,
            "name": "Pilkada 2026",
            "opens_at": int(election.opens_at.timestamp()),
            "closes_at": int(election.closes_at.timestamp()),
            "issuing_closes_at": int(election.issuing_closes_at.timestamp()),
        },
    }


def test_enrolling_again_with_the_same_key_answers_the_same(web: FlaskClient, polls: Polls) -> None:
    [sheet] = polls.sheets(polls.stations[0])
    body = enrolment(sheet.code, Phone())
    first, again = web.post(DEVICES, json=body), web.post(DEVICES, json=body)
    assert (first.status_code, first.get_json()) == (again.status_code, again.get_json())


def test_a_code_counts_once(web: FlaskClient, polls: Polls) -> None:
    [sheet] = polls.sheets(polls.stations[0])
    assert web.post(DEVICES, json=enrolment(sheet.code, Phone())).status_code == 201
    assert problem(web.post(DEVICES, json=enrolment(sheet.code, Phone()))) == (403, "enrolment_code_unknown")


@pytest.mark.few(2)
@pytest.mark.parametrize("code", ["", "AAAA", "0" * 12, "0" * 40, "'; --", "\x00"])
def test_an_unknown_code_is_told_nothing(web: FlaskClient, code: str) -> None:
    assert problem(web.post(DEVICES, json=enrolment(code, Phone()))) == (403, "enrolment_code_unknown")


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "changes",
    [
        {"code": 1},
        {"code": "0" * 41},
        {"name": None},
        {"name": "x" * 121},
        {"key": {}},
        {"key": None},
        {"more": 1},
    ],
)
def test_enrolling_has_one_shape(web: FlaskClient, changes: dict[str, Any]) -> None:
    assert problem(web.post(DEVICES, json={**enrolment("0" * 12, Phone()), **changes})) == (
        422,
        "wrong_shape",
    )


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "changes", [{"kty": "RSA"}, {"crv": "P-384"}, {"x": "AA"}, {"y": "!" * 43}, {"d": "A" * 43}]
)
def test_a_key_is_a_public_p256_key_and_nothing_else(web: FlaskClient, changes: dict[str, str]) -> None:
    phone = Phone()
    body = enrolment("0" * 12, phone, key={**phone.jwk, **changes})
    assert problem(web.post(DEVICES, json=body)) == (422, "wrong_shape")


def test_a_point_off_the_curve_is_no_key(web: FlaskClient) -> None:
    phone = Phone()
    body = enrolment("0" * 12, phone, key={**phone.jwk, "x": phone.jwk["y"]})
    assert problem(web.post(DEVICES, json=body)) == (422, "key_unusable")


@every_call
def test_a_proven_call_is_answered(web: FlaskClient, phone: Phone, method: str, path: str) -> None:
    assert ask(web, phone, method, path, a_body(path)).status_code == 200


@every_call
def test_another_keys_proof_is_refused(web: FlaskClient, phone: Phone, method: str, path: str) -> None:
    stranger = Phone(id=phone.id)
    assert problem(ask(web, stranger, method, path, a_body(path))) == (401, "proof_invalid")


@pytest.mark.few(7)
@every_call
@pytest.mark.parametrize(
    "sent", ["Bearer", "Bearer x", "Bearer a.b.c", "Basic dTpw", "x" * 5_000, "Bearer é"]
)
def test_what_is_no_proof_is_refused(web: FlaskClient, method: str, path: str, sent: str) -> None:
    data = json.dumps(a_body(path))
    response = web.open(
        path, method=method, data=data, content_type="application/json", headers={"Authorization": sent}
    )
    assert problem(response) == (401, "proof_invalid")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_whoever_sends_a_programs_key_in_another_form_is_told_the_form(web: FlaskClient) -> None:
    told = web.post(VERIFICATIONS, json={"seal": "1"}, headers={"Authorization": "suket_x"}).get_json()
    assert told["code"] == "proof_invalid"
    assert "Authorization: Bearer suket_" in told["detail"]
    assert "Authorization: Bearer suket_" in told["title"]


@pytest.mark.parametrize(("method", "path"), [("GET", BUNDLE), ("POST", PRESENTATIONS)])
def test_without_a_proof_nothing_is_told(web: FlaskClient, method: str, path: str) -> None:
    assert problem(web.open(path, method=method, json=a_body(path))) == (401, "proof_invalid")


def test_without_a_proof_a_check_is_masked(web: FlaskClient, polls: Polls) -> None:
    answer = web.post(VERIFICATIONS, json={"seal": polls.papers[0].seal_text}).get_json()
    assert answer["seal"]["name"] == "S********"
    assert "portrait" not in answer


@every_call
def test_an_unknown_device_is_told_so(web: FlaskClient, phone: Phone, method: str, path: str) -> None:
    phone.id = "0" * 32
    assert problem(ask(web, phone, method, path, a_body(path))) == (401, "device_unknown")


@pytest.mark.few(3)
@every_call
@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_phone_whose_clock_is_off_is_told_so(
    web: FlaskClient, phone: Phone, method: str, path: str, minutes: int
) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert problem(ask(web, phone, method, path, a_body(path), at)) == (401, "proof_stale")


@pytest.mark.few(7)
@every_call
@pytest.mark.parametrize(
    "claims", [{"htm": "PUT"}, {"htu": "/"}, {"bh": "x"}, {"jti": None}, {"iat": None}, {"htu": BASE_URL}]
)
def test_a_proof_is_for_one_call(
    web: FlaskClient, phone: Phone, method: str, path: str, claims: dict[str, Any]
) -> None:
    assert problem(ask(web, phone, method, path, a_body(path), **claims)) == (401, "proof_invalid")


def test_a_proof_does_not_cover_another_body(web: FlaskClient, phone: Phone) -> None:
    body = json.dumps(a_body(PRESENTATIONS))
    token = phone.prove(Call("POST", PRESENTATIONS, body.encode()), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    sent = web.post(PRESENTATIONS, data=body + " ", content_type="application/json", headers=headers)
    assert problem(sent) == (401, "proof_invalid")


@every_call
def test_a_revoked_phone_takes_no_part(
    web: FlaskClient, polls: Polls, phone: Phone, method: str, path: str
) -> None:
    presenting.revoke_device(polls.registry, HERE, phone.id, "Hilang", "kepala", datetime.now(UTC))
    assert problem(ask(web, phone, method, path, a_body(path))) == (403, "device_revoked")


@every_call
def test_after_the_election_nobody_takes_part(
    web: FlaskClient, polls: Polls, phone: Phone, method: str, path: str
) -> None:
    cancel(polls.registry, polls.election)
    assert problem(ask(web, phone, method, path, a_body(path))) == (403, "election_over")


def test_a_bundle_is_served_as_signed_and_only_once(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    first = ask(web, phone, "GET", BUNDLE)
    bundle = open_bundle(first.data).bundle
    assert [each.id for each in bundle.stations] == polls.stations[:2]
    assert len(bundle.lists[1].fingerprints) == len(polls.papers)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = ask(web, phone, "GET", BUNDLE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_village_without_letters_gets_its_own_bundle(web: FlaskClient, polls: Polls) -> None:
    bundle = open_bundle(ask(web, polls.phone(polls.stations[2]), "GET", BUNDLE).data).bundle
    assert ([each.id for each in bundle.stations], bundle.lists[1].fingerprints) == (polls.stations[2:], {})


def test_before_anything_is_published_there_is_no_bundle(sqlite_registry: Registry, database: Path) -> None:
    polls = Polls.opened(sqlite_registry, opens=datetime.now(UTC), papers=0)
    phone = polls.phone(polls.stations[0])
    assert problem(ask(served(database, "public"), phone, "GET", BUNDLE)) == (404, "not_published")


def test_the_answer_has_the_shape_of_the_contract(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    other, [paper, *_] = polls.phone(polls.stations[1]), polls.papers
    present(web, other, polls.scan(other, paper, at=1_000))
    event = polls.scan(phone, paper, at=2_000)
    answer = present(web, phone, event).get_json()
    place = {"station": "002", "village": KOTA, "village_name": "Tanjungpinang Kota", "at": 1_000}
    assert answer.pop("now") == pytest.approx(datetime.now(UTC).timestamp(), abs=10)
    assert answer == {
        "answers": [{"id": event["id"], "result": "stored", "code": None}],
        "conflicts": [
            {
                "list": 1,
                "index": 0,
                "same_person": False,
                "here": {"at": 2_000, "device": True},
                "elsewhere": [place],
            }
        ],
        "seen": [[1, 0]],
        "unseen": [],
        "cursor": 2,
        "more": False,
        "resend": False,
    }


@pytest.mark.few(7)
@pytest.mark.parametrize(
    "members",
    [
        {"after": -1},
        {"after": "0"},
        {"after": None},
        {"after": 2**53},
        {"unsent": -1},
        {"unsent": 1.5},
        {"app": "x" * 41},
        {"app": "é"},
        {"bundle_version": True},
        {"bundle_version": 2**53 - 1},
        {"events": {}},
        {"events": [{}] * 501},
        {"station": 1},
        {"election": 1},
    ],
)
def test_what_is_sent_has_one_shape(web: FlaskClient, phone: Phone, members: dict[str, Any]) -> None:
    body = {**a_body(PRESENTATIONS), **members}
    assert problem(ask(web, phone, "POST", PRESENTATIONS, body)) == (422, "wrong_shape")


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"after": ' + b"9" * 5_000 + b"}", b"[" * 60_000, b'{"events": "\\ud800"}']
)
def test_what_is_no_such_json_has_the_wrong_shape(web: FlaskClient, phone: Phone, body: bytes) -> None:
    token = phone.prove(Call("POST", PRESENTATIONS, body), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    sent = web.post(PRESENTATIONS, data=body, content_type="application/json", headers=headers)
    assert problem(sent) == (422, "wrong_shape")


@pytest.mark.few(3)
@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "-0.0", "1" + "0" * 400])
def test_a_number_that_is_none_refuses_its_event_alone(web: FlaskClient, phone: Phone, number: str) -> None:
    body = (
        json.dumps({**a_body(PRESENTATIONS), "events": [phone.event(at=-7)]}).replace("-7", number).encode()
    )
    token = phone.prove(Call("POST", PRESENTATIONS, body), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    sent = web.post(PRESENTATIONS, data=body, content_type="application/json", headers=headers)
    assert sent.get_json()["answers"][0]["code"] == "at_invalid"


def test_one_malformed_event_does_not_keep_the_others_out(
    web: FlaskClient, polls: Polls, phone: Phone
) -> None:
    good = polls.scan(phone, polls.papers[0])
    answer = present(web, phone, {"id": NIK}, good, phone.event(index=-1), "x", None).get_json()
    assert [each["result"] for each in answer["answers"]] == [
        "refused",
        "stored",
        "refused",
        "refused",
        "refused",
    ]
    assert answer["answers"][0]["id"] is None


def test_five_hundred_events_fit_in_one_call(
    web: FlaskClient, polls: Polls, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_OF_ONE_LETTER", 500)  # the tests' office has three letters
    events = [polls.scan(phone, polls.papers[0]) for _ in range(500)]
    answers = present(web, phone, *events).get_json()["answers"]
    assert {each["result"] for each in answers} == {"stored"}


def test_a_body_beyond_all_measure_is_too_large(web: FlaskClient, phone: Phone) -> None:
    response = present(web, phone, "x" * 600_000)
    assert problem(response) == (413, "too_large")


def test_a_confirmed_phone_is_told_everything(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    body = {"seal": polls.papers[0].seal_text}
    answer = ask(web, phone, "POST", VERIFICATIONS, body).get_json()
    assert (answer["outcome"], answer["seal"]["name"], answer["portrait"]) == ("valid", NAME, None)
    assert answer["seal"]["nik"].startswith(NIK)
    assert answer["registry"]["number"] == polls.papers[0].number


def test_a_full_answer_is_on_record_and_names_nobody(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    ask(web, phone, "POST", VERIFICATIONS, {"seal": polls.papers[0].seal_text})
    with polls.registry.reading() as tx:
        [entry] = audit.of_action(tx, "device.check")
    assert (entry.actor, entry.subject, entry.details) == ("device", phone.id, '{"portrait":false}')


@pytest.mark.parametrize("text", ["1", "no seal", "9" * 357])
def test_what_is_not_genuine_is_not_on_record(
    web: FlaskClient, polls: Polls, phone: Phone, text: str
) -> None:
    answer = ask(web, phone, "POST", VERIFICATIONS, {"seal": text}).get_json()
    assert (answer["genuine"], answer["seal"], answer["portrait"]) == (False, None, None)
    with polls.registry.reading() as tx:
        assert audit.of_action(tx, "device.check") == []


def test_a_phone_gets_the_notes_of_its_station(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    far = polls.phone(polls.stations[2])
    body = {"seal": polls.papers[0].seal_text}
    assert ask(web, far, "POST", VERIFICATIONS, body).get_json()["advisories"] == ["other_village"]
    present(web, phone, polls.scan(phone, polls.papers[0]))
    assert ask(web, far, "POST", VERIFICATIONS, body).get_json()["advisories"] == [
        "other_village",
        "presented_before",
    ]


@pytest.fixture
def pictured(polls: Polls) -> str:
    """The seal of a letter with a portrait."""
    out = BytesIO()
    Image.linear_gradient("L").resize((900, 1200)).convert("RGB").save(out, "JPEG")
    at, row = datetime.now(UTC), a_row(serial=77, foto="wajah.jpg")
    today = OFFICE.local_date(at)
    [known] = administering.import_residents(polls.registry, HERE, [row], "operator", "SIAK", today, at)
    assert known.imported
    with polls.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, HERE, today, PASSPHRASE)
    [outcome] = issuing.issue_rows(
        polls.registry,
        HERE,
        [row],
        people=PEOPLE,
        sealing=Sealing(key, BASE_URL),
        open_photo=lambda _name: out.getvalue(),
        file_digest="9" * 64,
        now=lambda: at,
    )
    assert outcome.letter is not None
    with polls.registry.reading() as tx:
        return letters.seal_text(tx, outcome.letter.id)


@pytest.fixture
def portrait(web: FlaskClient, phone: Phone, pictured: str) -> Callable[[], str | None]:
    """What a phone is shown of that letter's portrait."""

    def fetch() -> str | None:
        answer = ask(web, phone, "POST", VERIFICATIONS, {"seal": pictured}).get_json()
        assert answer["outcome"] == "valid"
        shown: str | None = answer["portrait"]
        return shown

    return fetch


def test_the_stored_portrait_comes_small(portrait: Callable[[], str | None]) -> None:
    kind, _, data = str(portrait()).partition(",")
    small = b64decode(data)
    assert kind == "data:image/jpeg;base64"
    assert Image.open(BytesIO(small)).size == (96, 128)
    assert len(small) < 8_000


def test_a_picture_that_the_seal_does_not_vouch_for_is_not_shown(
    polls: Polls, portrait: Callable[[], str | None]
) -> None:
    out = BytesIO()
    Image.new("RGB", (354, 472), "red").save(out, "JPEG")
    other = letters.portrait_key(out.getvalue())
    with tampering(polls.registry) as database:
        database.execute("INSERT INTO portrait (sha256, jpeg) VALUES (?, ?)", (other, out.getvalue()))
        database.execute("UPDATE letter SET portrait = ? WHERE portrait IS NOT NULL", (other,))
    assert portrait() is None


def test_no_log_line_holds_a_code_a_proof_or_a_name(
    web: FlaskClient, polls: Polls, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    [sheet] = polls.sheets(polls.stations[0])
    other = Phone(name="Ponsel Rahasia")
    web.post(DEVICES, json=enrolment(sheet.code, other))
    web.post(DEVICES, json={**enrolment(sheet.code, other), "name": 1})
    event = polls.scan(phone, polls.papers[0])
    present(web, phone, event)
    token = phone.prove(Call("GET", BUNDLE, b""), datetime.now(UTC))
    web.get(BUNDLE, headers={"Authorization": f"Bearer {token}x"})
    told = caplog.text
    for secret in (sheet.code, sheet.code.replace("-", ""), event["proof"], token[-40:], NAME, other.name):
        assert secret not in told


def test_nothing_in_a_body_says_where_a_phone_stands(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    document = web.get("/api/v1/openapi.json").get_json()
    named = set(document["components"]["schemas"]["PresentationsIn"]["properties"])
    assert named == {"events", "after", "bundle_version", "unsent", "app"}


def test_a_second_election_is_another_one(web: FlaskClient, polls: Polls, phone: Phone) -> None:
    present(web, phone, polls.scan(phone, polls.papers[0]))
    with polls.registry.writing() as tx:
        first = elections.by_id(tx, HERE, polls.election)
        plan = elections.NewElection("Ulang", first.opens_at, first.closes_at, first.issuing_closes_at)
        again = elections.add(tx, HERE, plan, "kepala", datetime.now(UTC))
    other = replace(polls, election=again)
    second = other.phone(polls.stations[1])
    reply = present(web, second, other.scan(second, polls.papers[0])).get_json()
    assert (reply["conflicts"], reply["seen"]) == ([], [])
