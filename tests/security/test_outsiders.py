"""What an outsider gets by asking: for a NIK, for another's letter, with more members, with headers, and when things break."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from suket_service.core.verdict import NOT_COVERED
from suket_service.registry.session import Registry
from suket_service.web.app import create_app
from tests.cli.builders import World, build_world
from tests.web.staff.conftest import OfficeAtWork
from tests.web.test_openapi import nodes, operations

VERIFY = "/api/v1/verifications"
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
#: All that a public answer may hold. Whoever adds a member adds it here, and thinks of what it tells.
MEMBERS = {
    "": {
        *("outcome", "tone", "reasons", "advisories", "checked_at", "data_as_of", "genuine", "office"),
        *("valid_until", "not_covered", "registry", "seal", "message"),
    },
    "seal": {
        *("name", "nik", "birth_year", "sex", "kind", "kind_title", "village", "village_name"),
        *("issued_on", "valid_until"),
    },
    "registry": {"status", "number", "office", "office_name", "issued_on", "valid_until", "extended"},
    "message": {"id", "en"},
}


def verdict(client: FlaskClient, text: str) -> dict[str, Any]:
    answer = client.post(VERIFY, json={"seal": text})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_nik_alone_asks_nothing_whether_its_holder_has_a_letter_or_not(
    client: FlaskClient, world: World
) -> None:
    holders = {letter.resident.nik for letter in world.letters.values()}
    strangers = {f"{int(nik) + 5000:016}" for nik in holders} - holders
    told = {
        INSTANT.sub("", client.post(VERIFY, json={"seal": nik}).text) for nik in sorted(holders | strangers)
    }
    assert len(told) == 1
    codes = {
        client.post("/api/v1/check-codes", json={"number": nik, "code": "0000-0000"}).get_json()["found"]
        for nik in sorted(holders)[:1] + sorted(strangers)[:1]
    }
    assert codes == {False}


def test_no_route_for_anyone_takes_a_nik_or_a_name(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    for _, path, operation in operations(document):
        given = [each["name"] for each in operation.get("parameters", ())]
        assert not {"nik", "name", "nama"} & set(given), path


def test_anothers_letter_and_no_letter_answer_byte_for_byte_alike(office: OfficeAtWork) -> None:
    foreign = office.client("operator-batam")
    foreign.get("/letters")  # the first answer brings the cookie of form tokens
    for address in (
        "/letters/{}",
        "/letters/{}/portrait",
        "/letters/{}/print",
        "/drafts/{}",
        "/drafts/{}/preview.pdf",
    ):
        theirs, none = (foreign.get(address.format(each)) for each in (office.values["letter"], "0" * 32))
        assert (theirs.status_code, none.status_code) == (404, 404), address
        # A page names its own address, to come back to in the other language.
        assert theirs.text.replace(office.values["letter"], "0" * 32) == none.text, address
        assert sorted(theirs.headers) == sorted(none.headers), address


@pytest.mark.parametrize(
    "text", ["valid", "revoked", "expired", "superseded", "forged", "mismatch", "unregistered", "not_a_seal"]
)
def test_a_public_answer_holds_only_the_members_that_are_listed_here(
    client: FlaskClient, world: World, text: str
) -> None:
    answer = verdict(client, world.texts[text])
    for place, members in MEMBERS.items():
        found = answer if place == "" else answer[place]
        assert found is None or set(found) == members, place
    assert answer["not_covered"] == list(NOT_COVERED)


#: A phone's event is evidence: what it holds besides is passed over, and the others of the call are taken.
READ_IN_PARTS = ("EventIn",)


def test_no_call_takes_a_member_that_its_shape_does_not_name(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    taken = 0
    for _, path, operation in operations(document):
        if "requestBody" in operation:
            for schema in nodes(_resolved(operation["requestBody"], document)):
                if schema.get("type") == "object" and schema.get("title") not in READ_IN_PARTS:
                    assert schema.get("additionalProperties") is False, (path, schema.get("title"))
                    taken += 1
    assert taken


def _resolved(value: Any, document: dict[str, Any]) -> Any:
    """The same with what its references lead to in their place."""
    if isinstance(value, dict):
        if "$ref" in value:
            return _resolved(document["components"]["schemas"][value["$ref"].rpartition("/")[2]], document)
        return {name: _resolved(part, document) for name, part in value.items()}
    return [_resolved(part, document) for part in value] if isinstance(value, list) else value


#: What proxies write, and clients too.
SAID = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "Forwarded": "host=evil.example;proto=gopher",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-Real-IP": "10.0.0.1",
    "X-HTTP-Method-Override": "DELETE",
}


def test_no_host_that_a_client_names_gets_into_a_symbol_or_a_link(client: FlaskClient, world: World) -> None:
    letter = world.letters["valid"].id
    for page in (
        f"/demo/letters/{letter}/qr.svg",
        "/",
        "/s",
        "/login",
        "/layanan",
        "/scan/",
        "/api/v1/openapi.json",
    ):
        plain, said = client.get(page), client.get(page, headers=SAID)
        assert (said.status_code, _without_token(said.text)) == (
            plain.status_code,
            _without_token(plain.text),
        ), page
        assert not {"evil", "gopher"} & set(re.findall("[a-z]+", said.text)), page
        elsewhere = client.get(page, headers={"Host": "127.0.0.1"})  # one that is let in, and printed nowhere
        assert "127.0.0.1" not in elsewhere.text, page


def _without_token(page: str) -> str:
    return re.sub(r'value="[^"]{60,}"|[0-9]{2}[.:][0-9]{2}([.:][0-9]{2})?|[0-9]{6}', "", page)


def test_a_registry_that_breaks_between_two_checks_is_never_green(tmp_path: Path) -> None:
    world = build_world(tmp_path)
    client = create_app(world.settings).test_client()
    assert verdict(client, world.texts["valid"])["outcome"] == "valid"
    file = Registry(world.settings.database_url).file
    assert file is not None
    file.write_bytes(b"\0" * file.stat().st_size)
    for text in world.texts.values():
        answer = verdict(client, text)
        assert answer["outcome"] != "valid"
        assert answer["tone"] != "green"
    answer = verdict(client, world.texts["valid"])
    assert (answer["outcome"], answer["reasons"]) == ("indeterminate", ["registry_unavailable"])
