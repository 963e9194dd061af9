"""What every answer of every route carries, whoever asks and however it ends."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from suket_service.settings import Settings
from suket_service.web.access import ROUTES
from tests.security.routes import answer_to, asked
from tests.web.staff.test_matrix import begun
from tests.web.test_routes import ask

#: What anyone may keep, and for how long. Everything else is for this one reading.
KEPT = {
    "published.jwks": "public, max-age=300",
    "published.status_list": "public, max-age=300",
    "published.trust_bundle": "public, max-age=300",
    "figures.page": "public, max-age=300",
    "figures.as_json": "public, max-age=300",
    "static": "no-cache",
    "scan.page": "no-cache",
    "scan.service_worker": "no-cache",
    "scan.asset": "no-cache",
}
#: By where it is: the desk's camera is for the office, the phone's for the scanner.
CAMERA = "camera=(self), geolocation=(), microphone=()"
NO_CAMERA = "camera=(), geolocation=(), microphone=()"
SAME_FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def wrong(endpoint: str, status: int, headers: Headers) -> list[str]:
    """What of these headers is not as it should be."""
    found = [name for name, value in SAME_FOR_ALL.items() if headers.get(name) != value]
    policy = dict(each.partition(" ")[::2] for each in headers["Content-Security-Policy"].split("; "))
    if policy.get("default-src") != "'none'" or policy.get("script-src", "").split(" ")[0] != "'self'":
        found.append("Content-Security-Policy")
    if {policy.get(each) for each in ("base-uri", "frame-ancestors")} != {"'none'"}:
        found.append("frame-ancestors")
    if "unsafe-inline" in str(policy) or "http" in str(policy) or "*" in str(policy):
        found.append("Content-Security-Policy from elsewhere")
    for_staff = endpoint in ROUTES and ROUTES[endpoint].roles is not None
    camera = for_staff or endpoint == "account.sign_in" or endpoint.startswith("scan.")
    if headers["Permissions-Policy"] != (CAMERA if camera else NO_CAMERA):
        found.append("Permissions-Policy")
    referrer = "same-origin" if for_staff or endpoint == "account.sign_in" else "no-referrer"
    if headers["Referrer-Policy"] != referrer and not endpoint.startswith("scan."):
        found.append("Referrer-Policy")
    # What is not published yet is a problem like any other, and nobody else's to read.
    elsewhere = endpoint.startswith("published.") and status < HTTPStatus.BAD_REQUEST
    if headers["Cross-Origin-Resource-Policy"] != ("cross-origin" if elsewhere else "same-origin"):
        found.append("Cross-Origin-Resource-Policy")
    if ("Access-Control-Allow-Origin" in headers) is not elsewhere:
        found.append("Access-Control-Allow-Origin")
    return found


@dataclass(frozen=True)
class Answer:
    endpoint: str
    method: str
    status: int
    headers: Headers


@pytest.fixture(scope="module")
def answers(prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings]) -> list[Answer]:
    """One of every route and method: of pages as they are, of forms as they are refused without their token."""
    with begun(prepared, served_office) as office:
        return [
            Answer(endpoint, example.method, answer.status_code, answer.headers)
            for endpoint, example, browser in asked(office)
            for answer in [answer_to(browser, example)]
        ]


def test_every_answer_of_every_route_carries_the_headers(answers: list[Answer]) -> None:
    for each in answers:
        assert wrong(each.endpoint, each.status, each.headers) == [], (each.endpoint, each.status)
    assert {name for name in ROUTES if ROUTES[name].roles} <= {each.endpoint for each in answers}


def test_nothing_but_what_is_published_may_be_kept(answers: list[Answer]) -> None:
    for each in answers:
        usual = KEPT.get(each.endpoint, "no-store") if each.status < HTTPStatus.BAD_REQUEST else "no-store"
        assert each.headers["Cache-Control"] == usual, (each.endpoint, each.status)


def test_a_form_without_its_token_is_refused_on_every_route(answers: list[Answer]) -> None:
    for each in answers:
        guard = ROUTES[each.endpoint]
        if each.method == "POST" and guard.roles is not None:
            assert each.status == HTTPStatus.BAD_REQUEST, each.endpoint


@pytest.mark.parametrize("what", ["missing page", "missing call", "wrong method", "wrong body", "too large"])
def test_an_error_carries_them_too(client: FlaskClient, what: str) -> None:
    answer = ask(client, what)
    headers = answer.headers
    headers["Strict-Transport-Security"] = SAME_FOR_ALL["Strict-Transport-Security"]  # the demo is over HTTP
    assert wrong("missing", answer.status_code, headers) == []
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
@pytest.mark.parametrize("path", ["/", "/s", "/healthz", "/api/v1/verifications"])
def test_no_method_beside_those_of_the_table_is_answered(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method, headers={"X-Told": "kept to itself"})
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "kept to itself" not in answer.text
