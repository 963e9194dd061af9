"""Every route by name: who may reach it, what it changes (nothing), and the headers it carries."""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from suket_service import publishing
from suket_service.errors import SuketError
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.web.access import ROUTES
from suket_service.web.app import create_app
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE
from tests.cli.builders import NIK, World, suket

#: Every public route of the demo with arguments that exist; ``{letter}`` is a letter's id.
PAGES = {
    "static": "/static/suket.css",
    "openapi.spec": "/api/v1/openapi.json",
    "api.docs": "/api/docs",
    "published.jwks": "/.well-known/jwks.json",
    "published.status_list": "/api/v1/status-lists/1",
    "published.trust_bundle": "/scan/trust-bundle",
    "public.check": "/s",
    "public.healthz": "/healthz",
    "public.readyz": "/readyz",
    "service_points.page": "/layanan",
    "figures.page": "/angka",
    "figures.as_json": "/angka.json",
    "front.home": "/",
    "account.sign_in": "/login",
    "account.codes": "/demo/codes",
    "scan.page": "/scan/",
    "scan.service_worker": "/scan/service-worker.js",
    "scan.asset": "/scan/main.js",
    "demo.pdf": "/demo/letters/{letter}.pdf",
    "demo.letter_symbol": "/demo/letters/{letter}/qr.svg",
    "demo.trial_symbol": "/demo/trials/diubah.svg",
}
#: What a process for the public does not serve, or not so.
OFFICE_ALONE = ("demo.", "account.", "front.")
every_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def get(client: FlaskClient, world: World) -> Callable[[str], TestResponse]:
    letter = world.letters["valid"].id
    return lambda page: client.get(PAGES[page].format(letter=letter), buffered=True)


def endpoints(app: APIFlask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_route_is_in_the_table_and_every_entry_is_a_route(
    demo_app: APIFlask, production: FlaskClient
) -> None:
    served = endpoints(demo_app) | endpoints(production.application)  # type: ignore[arg-type]
    assert served == set(ROUTES)


def test_a_route_that_the_table_does_not_name_is_not_there(world: World) -> None:
    app = create_app(world.settings)
    app.add_url_rule("/secret", "secret", lambda: "told")
    assert app.test_client().get("/secret").status_code == 404


def test_the_pages_below_are_all_that_can_be_got(demo_app: APIFlask) -> None:
    with_get = {rule.endpoint for rule in demo_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for_anyone = {each for each in with_get if ROUTES[each].roles is None and ROUTES[each].scope is None}
    # The station's bundle is for a device with its proof (test_station_api.py), the metrics for who has their token.
    assert for_anyone == {*PAGES, "station.trust_bundle", "metrics.page"}


@every_page
def test_a_page_answers(get: Callable[[str], TestResponse], page: str) -> None:
    assert get(page).status_code == 200


@every_page
def test_getting_writes_nothing(get: Callable[[str], TestResponse], world: World, page: str) -> None:
    def state() -> dict[Path, str]:
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in world.data.iterdir()}

    before = state()
    get(page)
    assert state() == before


@every_page
def test_a_page_may_also_be_asked_for_its_head(client: FlaskClient, world: World, page: str) -> None:
    assert client.head(PAGES[page].format(letter=world.letters["valid"].id), buffered=True).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/demo/letters/none.pdf",
        "/demo/letters/none/qr.svg",
        "/demo/trials/none.svg",
        "/api/v1/status-lists/99",
        "/static/../app.py",
        "/none",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, url: str) -> None:
    assert client.get(url).status_code == 404


HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def ask(client: FlaskClient, what: str) -> TestResponse:
    return {
        "missing page": lambda: client.get("/none"),
        "missing call": lambda: client.get("/api/none"),
        "wrong method": lambda: client.put("/s"),
        "wrong body": lambda: client.post("/api/v1/verifications", json=[]),
        "too large": lambda: client.post("/api/v1/verifications", data=b"x" * 100_000),
        "foreign host": lambda: client.get("/s", headers={"Host": "evil.example"}),
    }[what]()


@every_page
def test_a_page_carries_every_header(get: Callable[[str], TestResponse], page: str) -> None:
    headers = get(page).headers
    own = {"Referrer-Policy": "same-origin"} if page == "account.sign_in" else {}
    assert {name: headers[name] for name in HARDENED} == {**HARDENED, **own}
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "'unsafe-" not in headers["Content-Security-Policy"]
    assert "Cache-Control" in headers
    assert ("Set-Cookie" in headers) is (page == "account.sign_in")  # its form's token


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("missing page", 404),
        ("missing call", 404),
        ("wrong method", 405),
        ("wrong body", 422),
        ("too large", 413),
        ("foreign host", 400),
    ],
)
def test_an_error_carries_every_header(client: FlaskClient, what: str, status: int) -> None:
    response = ask(client, what)
    assert response.status_code == status
    assert {name: response.headers[name] for name in HARDENED} == HARDENED
    assert "'unsafe-" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_answers_over_https_stay_there(production: FlaskClient) -> None:
    assert "max-age" in production.get("/healthz").headers["Strict-Transport-Security"]


def test_the_demo_over_http_does_not_ask_for_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


@pytest.mark.parametrize(
    "url", ["/s", "/api/docs", "/api/v1/openapi.json", "/scan/trust-bundle", "/healthz", "/none"]
)
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:8000@evil.example"])
def test_a_foreign_host_is_refused(client: FlaskClient, url: str, host: str) -> None:
    response = client.get(url, headers={"Host": host})
    assert response.status_code == 400
    assert b"evil" not in response.data


def test_a_foreign_host_checks_nothing(client: FlaskClient, world: World) -> None:
    response = client.post(
        "/api/v1/verifications", json={"seal": world.texts["valid"]}, headers={"Host": "evil.example"}
    )
    assert response.status_code == 400


@pytest.mark.parametrize("url", ["/api/none", "/.well-known/none", "/scan/none"])
def test_programs_get_a_problem(client: FlaskClient, url: str) -> None:
    response = client.get(url)
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert (problem["status"], problem["code"]) == (404, "not_found")
    assert problem["title"]
    assert problem["detail"]


def test_people_get_a_page(client: FlaskClient) -> None:
    response = client.get("/none")
    assert response.mimetype == "text/html"
    assert "Halaman ini tidak ada." in response.text


def test_an_unforeseen_error_says_nothing_of_itself(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(world.settings)

    def fail(*_: object) -> Any:
        raise LookupError("2172031708950003 SUHARTINI")

    monkeypatch.setattr(type(app.extensions["suket"].desk), "check_text", fail)
    response = app.test_client().post("/api/v1/verifications", json={"seal": "1"})
    assert (response.status_code, response.get_json()["code"]) == (500, "failed")
    assert "SUHARTINI" not in response.text + caplog.text
    assert "LookupError" in caplog.text


def test_a_broken_registry_is_not_ready_and_shows_no_letters(world: World, tmp_path: Path) -> None:
    garbage = tmp_path / "suket.sqlite3"
    garbage.write_bytes(b"garbage" * 1_000)
    broken = create_app(replace(world.settings, database_url=f"sqlite:///{garbage}")).test_client()
    assert broken.get("/healthz").status_code == 200
    assert broken.get("/readyz").status_code == 503
    assert broken.get("/").status_code == 503
    assert broken.get("/scan/trust-bundle").status_code == 503
    answer = broken.post("/api/v1/verifications", json={"seal": world.texts["valid"]}).get_json()
    assert (answer["outcome"], answer["reasons"]) == ("indeterminate", ["registry_unavailable"])


def test_the_service_is_ready_once_something_is_published(production: FlaskClient, database: Path) -> None:
    assert production.get("/healthz").get_json() == {"status": "ok"}
    assert production.get("/readyz").status_code == 503
    registry = Registry(f"sqlite:///{database}")
    publishing.publish(registry, publishing.Publisher(PASSPHRASE, BASE_URL, HOST), NOON)
    registry.close()
    assert production.get("/readyz").status_code == 200


class TestRoles:
    @pytest.fixture
    def public(self, world: World) -> FlaskClient:
        """The same demo, served by a process that holds no passphrase."""
        settings = Settings.from_env({"SUKET_DATA_DIR": str(world.data), "SUKET_ROLE": "public"})
        assert settings.key_passphrase is None
        return create_app(settings).test_client()

    @pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("demo.", "account."))])
    def test_a_public_process_has_no_demo_pages(self, public: FlaskClient, world: World, page: str) -> None:
        assert public.get(PAGES[page].format(letter=world.letters["valid"].id)).status_code == 404

    @pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith(OFFICE_ALONE)])
    def test_a_public_process_has_the_public_pages(self, public: FlaskClient, page: str) -> None:
        assert public.get(PAGES[page], buffered=True).status_code == 200

    def test_a_public_process_checks(self, public: FlaskClient, world: World) -> None:
        answer = public.post("/api/v1/verifications", json={"seal": world.texts["valid"]}).get_json()
        assert answer["outcome"] == "valid"

    @pytest.mark.parametrize(("who", "way"), [("public", (302, "/s")), ("production", (303, "/login"))])
    def test_without_the_demo_the_front_door_leads_to_the_check_or_to_signing_in(
        self, request: pytest.FixtureRequest, who: str, way: tuple[int, str]
    ) -> None:
        response = request.getfixturevalue(who).get("/")
        assert (response.status_code, response.headers["Location"]) == way

    def test_production_has_no_demo_pages(self, production: FlaskClient) -> None:
        assert not any(name.startswith("demo.") for name in endpoints(production.application))  # type: ignore[arg-type]

    def test_production_says_nowhere_that_it_is_a_demo(self, production: FlaskClient) -> None:
        assert "PERAGAAN" not in production.get("/s").text

    def test_production_does_not_believe_the_demos_registry(self, world: World) -> None:
        settings = replace(world.settings, environment="production", base_url="https://suket.example.go.id")
        bare = world.texts["bare_digits"]
        try:
            response = create_app(settings).test_client().post("/api/v1/verifications", json={"seal": bare})
        except SuketError:
            return  # refusing to start is as good
        assert response.status_code == 503 or response.get_json()["outcome"] != "valid"


class TestDemoPages:
    def test_every_letter_is_listed_with_its_paper_and_its_check(
        self, client: FlaskClient, world: World
    ) -> None:
        page = client.get("/").text
        for fate, letter in world.letters.items():
            assert str(letter.number) in page
            assert f"/demo/letters/{letter.id}.pdf" in page
            assert "/s#" + world.texts[fate].partition("#")[2] in page

    @pytest.mark.parametrize(
        ("slug", "outcome"),
        [
            ("diubah", "forged"),
            ("tidak-terbit", "unregistered"),
            ("penerbit-lain", "unknown_issuer"),
            ("barcode-lama", "unreadable"),
        ],
    )
    def test_a_trial_ends_as_it_should(self, client: FlaskClient, slug: str, outcome: str) -> None:
        page = client.get("/").text
        assert f"/demo/trials/{slug}.svg" in page
        link = re.search(rf'trials/{slug}\.svg.+?href="/s#([0-9]+)"', page, re.DOTALL)
        assert link is not None
        answer = client.post("/api/v1/verifications", json={"seal": link[1]}).get_json()
        assert answer["outcome"] == outcome

    def test_a_letters_paper_is_served_under_its_number(self, client: FlaskClient, world: World) -> None:
        letter = world.letters["valid"]
        response = client.get(f"/demo/letters/{letter.id}.pdf")
        assert response.mimetype == "application/pdf"
        assert response.data.startswith(b"%PDF-")
        assert str(letter.number).replace("/", "-") + ".pdf" in response.headers["Content-Disposition"]

    def test_without_letters_there_is_nothing_to_forge(self, tmp_path: Path) -> None:
        assert suket("init", "--demo", data=tmp_path / "data").exit_code == 0
        client = create_app(Settings.from_env({"SUKET_DATA_DIR": str(tmp_path / "data")})).test_client()
        assert client.get("/").status_code == 200
        assert client.get("/demo/trials/diubah.svg").status_code == 404


def test_no_log_line_holds_a_nik_a_name_or_a_seal(
    client: FlaskClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    names = {letter.resident.name for letter in world.letters.values()}
    for text in world.texts.values():
        client.post("/api/v1/verifications", json={"seal": text})
        client.post("/api/v1/verifications", json={"seal": text, "more": text})
        client.get("/s", query_string={"seal": text})
    for what in ("missing page", "wrong body", "too large", "foreign host"):
        ask(client, what)
    assert not NIK.search(caplog.text)
    assert not [name for name in names if name in caplog.text]
    assert not [text for text in world.texts.values() if text[-40:] in caplog.text]
