"""Every call of the API × every kind of key × both offices: one table says what each is answered.

A call that the table does not name fails, and so does a row without a call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from suket_service import administering, publishing
from suket_service.core.seal import check_code
from suket_service.publishing import Publisher
from suket_service.registry import letters
from suket_service.registry.clients import ClientScope
from suket_service.settings import Settings
from suket_service.web.access import ROUTES
from suket_service.web.app import create_app
from tests.builders import BASE_URL, HOST, OFFICE, PASSPHRASE
from tests.contract.test_document import calls_served
from tests.web.api.programs import a_program, a_request
from tests.web.staff.conftest import (
    OTHER,
    OfficeAtWork,
    at_work,
    office_template,
    served_office,
)
from tests.web.staff.test_letters_changes import grow_old

__all__ = ["office_template", "served_office"]

VERIFY, READ, ISSUE, MANAGE = ClientScope.VERIFY, ClientScope.READ, ClientScope.ISSUE, ClientScope.MANAGE
REASON = {"reason": "Data salah tulis"}
REQUEST = a_request(21, blood_type="O")


@dataclass(frozen=True)
class Call:
    """A call and its answers: to who may, to the other office's program that may, and to who brings no key."""

    method: str
    path: str
    good: int
    scope: ClientScope | None = None
    body: Any = None
    elsewhere: int | None = None  # None: as to who may
    keyless: int = 401


def of_a_letter(number: int, rest: str, good: int, scope: ClientScope, body: Any = None) -> Call:
    """A call about one of our letters, each about another: what one call ends another still needs."""
    method = "GET" if body is None else "POST"
    return Call(method, f"/api/v1/letters/{{letter{number}}}{rest}", good, scope, body, elsewhere=404)


def for_anyone(method: str, path: str, answer: int = 200, body: Any = None) -> Call:
    """A call that no key opens or closes."""
    return Call(method, path, answer, body=body, keyless=answer)


#: By endpoint. What stands here is the contract: another status is another contract.
CALLS = {
    "api.verifications": Call("POST", "/api/v1/verifications", 200, VERIFY, {"seal": "{seal}"}, keyless=200),
    "api.verification_batch": Call("POST", "/api/v1/verifications/batch", 200, VERIFY, {"seals": ["{seal}"]}),
    "api.letters": Call("GET", "/api/v1/letters", 200, READ),
    "api.create_letter": Call("POST", "/api/v1/letters", 201, ISSUE, REQUEST, elsewhere=422),
    "api.letter": of_a_letter(0, "", 200, READ),
    "api.letter_pdf": of_a_letter(0, "/pdf", 200, READ),
    "api.letter_symbol": of_a_letter(0, "/qr.svg", 200, READ),
    "api.revoke_letter": of_a_letter(1, "/revocation", 200, MANAGE, REASON),
    "api.suspend_letter": of_a_letter(2, "/suspension", 200, MANAGE, REASON),
    "api.supersede_letter": of_a_letter(3, "/supersession", 200, MANAGE, REASON),
    "api.extend_letter": of_a_letter(4, "/extension", 202, MANAGE, REASON),
    "states.letter_states": for_anyone(
        "POST", "/api/v1/letter-states", body={"list": 1, "index": 0, "fingerprint": "{fingerprint}"}
    ),
    "states.check_codes": for_anyone(
        "POST", "/api/v1/check-codes", body={"number": "{number}", "code": "{code}"}
    ),
    "published.jwks": for_anyone("GET", "/.well-known/jwks.json"),
    "published.status_list": for_anyone("GET", "/api/v1/status-lists/1"),
    "published.trust_bundle": for_anyone("GET", "/scan/trust-bundle"),
    "api.docs": for_anyone("GET", "/api/docs"),
    "openapi.spec": for_anyone("GET", "/api/v1/openapi.json"),
    # With a device's code or its own proof; a program's key is neither.
    "station.enrol": for_anyone("POST", "/api/v1/devices", 422, {}),
    "station.trust_bundle": for_anyone("GET", "/api/v1/station/trust-bundle", 401),
    "station.presentations": for_anyone("POST", "/api/v1/presentations", 401, {}),
}
#: Keys that count for nothing.
WORTHLESS = ("unknown", "expired", "revoked")
KINDS = ("none", *WORTHLESS, *ClientScope, "elsewhere")


def expected(call: Call, kind: str) -> int:
    """What the table says."""
    if kind == "none" or call.scope is None:
        return call.keyless
    if kind in WORTHLESS:
        return 401
    if kind == "elsewhere":
        return call.good if call.elsewhere is None else call.elsewhere
    return call.good if kind == call.scope else 403


@dataclass
class Agencies:
    """An office, a key of each kind, and what the calls of the table speak of."""

    office: OfficeAtWork
    keys: dict[str, str]
    values: dict[str, str]

    def ask(self, call: Call, kind: str) -> TestResponse:
        headers = {"Idempotency-Key": f"{kind} {call.path}"} if call.method == "POST" else {}
        if kind != "none":
            headers["Authorization"] = f"Bearer {self.keys[kind]}"
        return self.office.app.test_client().open(
            self._filled(call.path), method=call.method, headers=headers, json=self._filled(call.body)
        )

    def _filled(self, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: self._filled(value) for name, value in given.items()}
        if isinstance(given, list):
            return [self._filled(each) for each in given]
        return given.format(**self.values) if isinstance(given, str) else given


@pytest.fixture(scope="module")
def agencies(office_template: Path, served_office: tuple[APIFlask, Settings]) -> Iterator[Agencies]:
    with at_work(served_office, office_template) as office:
        now = datetime.now(UTC)
        publishing.publish(office.registry, Publisher(PASSPHRASE, BASE_URL, HOST), now)
        grow_old(office, office.letters[4])  # a letter of today cannot be extended
        yield Agencies(office, _keys(office, now), _values(office))


def _keys(office: OfficeAtWork, now: datetime) -> dict[str, str]:
    keys = {
        scope.value: a_program(office, scopes=frozenset({scope}), name=scope.value).key
        for scope in ClientScope
    }
    everything = frozenset(ClientScope)
    gone, before = a_program(office, scopes=everything, name="revoked"), now - timedelta(days=3)
    administering.revoke_client(office.registry, OFFICE.code, gone.id, "admin", now)
    past = administering.add_client(
        *(office.registry, OFFICE.code, "expired", "an agreement", everything),
        *(OFFICE.local_date(before), "admin", before),
    )
    there = a_program(office, OTHER.code, "admin-batam", everything)
    return {
        **keys,
        "unknown": "suket_" + "x" * 43,
        "revoked": gone.key,
        "expired": past.key,
        "elsewhere": there.key,
    }


def _values(office: OfficeAtWork) -> dict[str, str]:
    first = office.letters[0]
    assert first.fingerprint is not None
    with office.registry.reading() as tx:
        seal = letters.seal_text(tx, first.id)
    return {
        **{f"letter{number}": each.id for number, each in enumerate(office.letters)},
        "seal": seal,
        "number": first.number or "",
        "fingerprint": first.fingerprint.hex(),
        "code": check_code(first.fingerprint),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("endpoint", CALLS)
def test_a_call_is_answered_as_the_table_says(agencies: Agencies, endpoint: str, kind: str) -> None:
    answer = agencies.ask(CALLS[endpoint], kind)
    assert answer.status_code == expected(CALLS[endpoint], kind), answer.text[:300]
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["status"] == answer.status_code
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_table_names_every_call_and_nothing_else(served_office: tuple[APIFlask, Settings]) -> None:
    app = served_office[0]
    paths = {path for _, path in calls_served(app)}
    served = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if str(rule).replace("<int:", "<").replace("<", "{").replace(">", "}") in paths
    }
    assert served == set(CALLS)


def test_the_table_and_the_routes_agree_on_every_scope() -> None:
    assert {name: ROUTES[name].scope for name in CALLS} == {name: call.scope for name, call in CALLS.items()}


def test_unknown_expired_revoked_and_missing_keys_are_refused_in_the_same_words(agencies: Agencies) -> None:
    said = {agencies.ask(CALLS["api.letters"], kind).data for kind in ("none", *WORTHLESS)}
    assert len(said) == 1


def test_another_office_s_program_is_told_as_little_of_a_letter_as_of_none(agencies: Agencies) -> None:
    for call in (each for each in CALLS.values() if each.elsewhere == 404):
        nobody_s = Call(call.method, call.path.replace("{letter", "0{letter"), 404, call.scope, call.body)
        assert agencies.ask(call, "elsewhere").data == agencies.ask(nobody_s, "elsewhere").data


def test_a_public_process_answers_the_checks_and_no_call_about_letters(tmp_path: Path) -> None:
    office_s_own = {name for name, call in CALLS.items() if "/letters" in call.path}
    public = create_app(
        Settings.from_env(
            {
                "SUKET_ENVIRONMENT": "production",
                "SUKET_BASE_URL": BASE_URL,
                "SUKET_SECRET_KEY": "a secret of the tests alone, long enough",
                "SUKET_DATA_DIR": str(tmp_path),
                "SUKET_ROLE": "public",
            }
        )
    )
    served = {rule.endpoint for rule in public.url_map.iter_rules()}
    assert set(CALLS) - served == office_s_own
