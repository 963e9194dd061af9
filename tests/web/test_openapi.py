"""The description of the API: OpenAPI 3.1, whole in itself, and true."""

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cli.builders import World

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert response.mimetype == "application/json"
    found: dict[str, Any] = response.get_json()
    return found


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version", "description"} <= set(document["info"])
    assert [server["url"] for server in document["servers"]] == ["http://localhost:8000"]


def test_it_names_the_calls_of_the_contract(document: dict[str, Any]) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == {
        ("post", "/api/v1/verifications"),
        ("post", "/api/v1/verifications/batch"),
        ("get", "/api/v1/letters"),
        ("post", "/api/v1/letters"),
        ("get", "/api/v1/letters/{letter}"),
        ("get", "/api/v1/letters/{letter}/pdf"),
        ("get", "/api/v1/letters/{letter}/qr.svg"),
        ("post", "/api/v1/letters/{letter}/revocation"),
        ("post", "/api/v1/letters/{letter}/suspension"),
        ("post", "/api/v1/letters/{letter}/extension"),
        ("post", "/api/v1/letters/{letter}/supersession"),
        ("get", "/.well-known/jwks.json"),
        ("get", "/api/v1/status-lists/{number}"),
        ("get", "/scan/trust-bundle"),
        ("post", "/api/v1/letter-states"),
        ("post", "/api/v1/check-codes"),
        ("post", "/api/v1/devices"),
        ("get", "/api/v1/station/trust-bundle"),
        ("post", "/api/v1/presentations"),
    }


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = [node["$ref"] for node in nodes(document) if "$ref" in node]
    assert references
    for reference in references:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_answers(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for _, path, operation in operations(document):
        assert operation["summary"]
        assert all(response["description"] for response in operation["responses"].values())
        declared = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_nothing_of_the_older_versions_is_left(document: dict[str, Any]) -> None:
    assert not [node for node in nodes(document) if "nullable" in node]


def test_a_wrong_body_is_described_as_the_problem_it_is(document: dict[str, Any]) -> None:
    responses = document["paths"]["/api/v1/verifications"]["post"]["responses"]
    assert set(responses["422"].get("content", {"application/problem+json": {}})) == {
        "application/problem+json"
    }


def test_the_media_types_served_are_the_ones_described(document: dict[str, Any], client: FlaskClient) -> None:
    for url, path in (
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
        ("/api/v1/status-lists/1", "/api/v1/status-lists/{number}"),
        ("/scan/trust-bundle", "/scan/trust-bundle"),
    ):
        described = document["paths"][path]["get"]["responses"]["200"].get("content", {})
        assert not described or client.get(url).mimetype in described


def conforms(value: object, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a value has the shape of a schema, as far as this document uses schemas."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return conforms(value, document["components"]["schemas"][target], document)
    if "anyOf" in schema:
        return any(conforms(value, each, document) for each in schema["anyOf"])
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    if not isinstance(value, kinds[schema["type"]]) or (
        schema["type"] == "integer" and isinstance(value, bool)
    ):
        return False
    if isinstance(value, dict):
        shapes = schema["properties"]
        return set(schema.get("required", ())) <= set(value) <= set(shapes) and all(
            conforms(part, shapes[name], document) for name, part in value.items()
        )
    if isinstance(value, list):
        return all(conforms(part, schema["items"], document) for part in value)
    return value in schema.get("enum", (value,))


@pytest.mark.parametrize("text", ["valid", "revoked", "forged", "not_a_seal", "mismatch"])
def test_a_real_answer_has_the_described_shape(
    document: dict[str, Any], client: FlaskClient, world: World, text: str
) -> None:
    answer = client.post("/api/v1/verifications", json={"seal": world.texts[text]}).get_json()
    described = document["paths"]["/api/v1/verifications"]["post"]["responses"]["200"]["content"]
    assert conforms(answer, described["application/json"]["schema"], document)


def test_the_description_is_shown_to_people(client: FlaskClient, document: dict[str, Any]) -> None:
    page = unescape(client.get("/api/docs").text)
    for _, path, operation in operations(document):
        assert path in page
        assert operation["summary"] in page
