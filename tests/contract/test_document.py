"""docs/openapi.json says what the service says, and the service serves what it says."""

import json
from typing import Any

import pytest
from apiflask import APIFlask

from suket_service.settings import Settings, prepare_demo
from suket_service.web.app import create_app
from tests.contract.document import FILE, as_text, live

#: Read by people and by generators: no calls.
ABOUT_THE_API = {("GET", "/api/docs"), ("GET", "/api/v1/openapi.json")}
WITHOUT_BODY = {"HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> APIFlask:
    data = tmp_path_factory.mktemp("document") / "data"
    prepare_demo(data)
    return create_app(Settings.from_env({"SUKET_DATA_DIR": str(data)}))


def calls_served(app: APIFlask) -> set[tuple[str, str]]:
    """Every method and path under which programs find something."""
    return {
        (method, str(rule).replace("<int:", "<").replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - WITHOUT_BODY
        if str(rule).startswith(("/api/", "/.well-known/")) or str(rule) == "/scan/trust-bundle"
    }


def calls_described(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method != "parameters"
    }


def test_the_file_is_what_the_service_serves() -> None:
    assert FILE.read_text("utf-8") == as_text(live()), (
        "The API has changed: run script/openapi, and look at what changed in docs/openapi.json."
    )


def test_every_call_is_described_and_everything_described_is_a_call(
    app: APIFlask, document: dict[str, Any]
) -> None:
    assert calls_served(app) - ABOUT_THE_API == calls_described(document)
