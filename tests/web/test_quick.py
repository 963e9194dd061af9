"""The check ahead of Flask is the same check: whatever comes, both ways give the same status, headers and bytes."""

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from suket_service.settings import Settings
from suket_service.verifying import Desk
from suket_service.web import metrics
from suket_service.web.api.verifications import MOST_SEAL_CHARACTERS
from suket_service.web.app import create_app
from suket_service.web.quick import MOST_BODY_BYTES, PATH, QuickCheck
from tests.cli.builders import World, copy_of
from tests.web.test_verifications import TEXTS

NOW = datetime.now(UTC)
Answer = tuple[str, list[tuple[str, str]], bytes]


@dataclass
class Ways:
    """The application with the quick check ahead of Flask, and Flask alone."""

    app: APIFlask
    passed_on: int = 0

    def __post_init__(self) -> None:
        quick = self.app.wsgi_app
        assert isinstance(quick, QuickCheck)
        self.flask = quick._flask

        def counted(environ: Any, start: Any) -> Any:
            self.passed_on += 1
            return self.flask(environ, start)

        self.quick = QuickCheck(self.app, self.app.extensions["suket"].settings, self.desk)
        self.quick._flask = counted

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.extensions["suket"].desk
        return desk

    def both(self, body: bytes, **changes: Any) -> tuple[Answer, bool]:
        """The answer, which is the same both ways; and whether Flask had to give it."""
        before = self.passed_on
        one = answer_of(self.quick, body, changes)
        other = answer_of(self.flask, body, changes)
        assert one == other
        return one, self.passed_on > before


def answer_of(way: Any, body: bytes, changes: dict[str, Any]) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost:8000",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in changes.items():
        environ.pop(name.replace("__", "."), None)
        if value is not None:
            environ[name.replace("__", ".")] = value
    began: list[Any] = []
    answer = way(environ, lambda status, headers, trouble=None: began.append((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    [(status, headers)] = began
    # An id is of one request alone.
    return status, sorted(each for each in headers if each[0] != "X-Request-Id"), body


def asking(text: Any) -> bytes:
    return json.dumps({"seal": text}).encode()


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways answer at the same second."""
    for module in ("quick", "api.verifications"):
        monkeypatch.setattr(f"suket_service.web.{module}.now", lambda: NOW)


@pytest.fixture(scope="module")
def ways(world: World) -> Ways:
    return Ways(create_app(world.settings))


@pytest.mark.parametrize("text", TEXTS)
def test_every_outcome_is_answered_ahead_of_flask_and_alike(ways: Ways, world: World, text: str) -> None:
    (status, _, body), by_flask = ways.both(asking(world.texts[text]))
    assert status == "200 OK"
    assert json.loads(body)["outcome"]
    assert not by_flask


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"{",
        b"[]",
        b'"1"',
        b"null",
        b"1",
        b"NaN",
        b"{}",
        b'{"seal": 1}',
        b'{"seal": null}',
        b'{"seal": true}',
        b'{"seal": ["1"]}',
        b'{"seal": {"seal": "1"}}',
        b'{"Seal": "1"}',
        b'{"seal": "\\ud800"}',
        b'{"seal": "\\u0663"}',
        '{"seal": "٣"}'.encode(),
        b'{"seal": "\xff"}',
        b'{"seal": "1", "more": "2"}',
        b'{"seal": "1"} x',
        b'{"seal": "1",}',
        '{"seal": "1\xe9"}'.encode("utf-16"),
        b"[" * 4_000,
        asking("1" * (MOST_SEAL_CHARACTERS + 1)),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_that_shape_is_flasks(ways: Ways, body: bytes) -> None:
    _, by_flask = ways.both(body)
    assert by_flask


@pytest.mark.parametrize(
    "body",
    [
        b'{"seal": ""}',
        b' \n{"seal":\t"1" } ',
        b'{"seal": "1", "seal": "2"}',
        b'{"seal": "\\u0031"}',
        b'{"seal": "\\u0000"}',
        b'\xef\xbb\xbf{"seal": "1"}',
        '{"seal": "1"}'.encode("utf-16"),
        '{"seal": "1"}'.encode("utf-32"),
        asking("1" * (MOST_BODY_BYTES - 12)),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_unusual_forms_of_that_shape_are_answered_alike(ways: Ways, body: bytes) -> None:
    (status, _, _), by_flask = ways.both(body)
    assert status == "200 OK"
    assert not by_flask


@pytest.mark.parametrize("size", [MOST_BODY_BYTES - 1, MOST_BODY_BYTES, MOST_BODY_BYTES + 1, 65_536, 65_537])
def test_any_size_is_answered_alike(ways: Ways, size: int) -> None:
    body = asking("1")
    (status, _, _), by_flask = ways.both(body + b" " * (size - len(body)))
    assert by_flask is (size > MOST_BODY_BYTES)
    assert status == ("200 OK" if size <= 65_536 else "413 REQUEST ENTITY TOO LARGE")


@pytest.mark.parametrize(
    "length", [None, "", "0", "5", "99", "-1", "1.5", "abc", " 13", "+13", "²", "9" * 30]
)
def test_a_length_that_does_not_fit_the_body_is_answered_alike(ways: Ways, length: str | None) -> None:
    body = b'{"seal": "1"}'
    # The server ends the stream where the length says.
    sent = body[: int(length)] if length in ("0", "5") else body
    ways.both(sent, CONTENT_LENGTH=length)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost:8000", "localhost", "localhost:80", "localhost:1", "127.0.0.1", "127.0.0.1:8149"),
        *(
            "localhost:0",
            "localhost:99999",
            "localhost:",
            "localhost.",
            "LOCALHOST",
            "user@localhost",
            "[::1]",
        ),
        *("evil.example", "evil.example:8000", "localhost.evil.example", "localhost, evil.example", "", None),
    ],
)
def test_every_host_is_answered_alike(ways: Ways, world: World, host: str | None) -> None:
    (status, _, body), _ = ways.both(asking(world.texts["valid"]), HTTP_HOST=host)
    assert (status == "200 OK") is (b'"valid"' in body)
    if "evil" in (host or ""):
        assert status.startswith("400")


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_AUTHORIZATION": "Bearer suket_nobody"},
        {"HTTP_AUTHORIZATION": "Bearer not.a.proof"},
        {"HTTP_AUTHORIZATION": ""},
        {"HTTP_COOKIE": "bahasa=en"},
        {"HTTP_IDEMPOTENCY_KEY": "1"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"CONTENT_TYPE": "application/json; charset=utf-8"},
        {"CONTENT_TYPE": "application/merge-patch+json"},
        {"CONTENT_TYPE": "APPLICATION/JSON"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": None},
        {"SCRIPT_NAME": "/x"},
        {"PATH_INFO": f"{PATH}/"},
        {"PATH_INFO": f"/{PATH}"},
        {"PATH_INFO": f"{PATH}/batch"},
        {"PATH_INFO": "/api/v1/letter-states"},
        *({"REQUEST_METHOD": method} for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "X")),
    ],
    ids=str,
)
def test_what_is_not_plainly_a_check_is_flasks(ways: Ways, world: World, changes: dict[str, Any]) -> None:
    _, by_flask = ways.both(asking(world.texts["valid"]), **changes)
    assert by_flask


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_ORIGIN": "http://localhost:8000", "HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"QUERY_STRING": "a=1"},
        {"HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "en", "HTTP_USER_AGENT": "a phone"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PREFIX": "/x"},
    ],
    ids=str,
)
def test_our_own_pages_and_any_program_are_answered_ahead_of_flask(
    ways: Ways, world: World, changes: dict[str, Any]
) -> None:
    _, by_flask = ways.both(asking(world.texts["valid"]), **changes)
    assert not by_flask


def test_over_https_the_answer_says_so_alike(world: World) -> None:
    address = "https://suket.example.go.id"
    ways = Ways(create_app(replace(world.settings, base_url=address, role="public")))
    (_, headers, _), by_flask = ways.both(
        asking("1"), HTTP_HOST="suket.example.go.id", wsgi__url_scheme="https"
    )
    assert "Strict-Transport-Security" in dict(headers)
    assert not by_flask


class TestTrouble:
    @pytest.fixture
    def alone(self, world: World, tmp_path: Path) -> Iterator[Ways]:
        settings = Settings.from_env({"SUKET_DATA_DIR": str(copy_of(world.data, tmp_path))})
        ways = Ways(create_app(settings))
        yield ways
        ways.app.extensions["suket"].registry.close()

    @pytest.mark.parametrize("text", ["valid", "forged", "not_a_seal"])
    def test_without_a_registry_nothing_is_told_both_ways(self, alone: Ways, world: World, text: str) -> None:
        file = alone.app.extensions["suket"].registry.file
        file.write_bytes(b"no database at all " * 1_000)
        (status, _, body), by_flask = alone.both(asking(world.texts[text]))
        told = json.loads(body)
        assert (status, by_flask) == ("200 OK", False)
        assert (told["outcome"], told["reasons"]) == ("indeterminate", ["registry_unavailable"])
        assert (told["seal"], told["registry"], told["data_as_of"]) == (None, None, None)

    def test_a_registry_that_goes_away_and_comes_back(self, alone: Ways, world: World) -> None:
        file, body = alone.app.extensions["suket"].registry.file, asking(world.texts["valid"])
        kept = file.with_name("kept")
        outcomes = []
        for step in (None, "away", "back"):
            if step == "away":
                shutil.copy(file, kept)
                file.write_bytes(b"no database at all " * 1_000)
            elif step == "back":
                shutil.copy(kept, file)
            outcomes.append(json.loads(alone.both(body)[0][2])["outcome"])
        assert outcomes == ["valid", "indeterminate", "valid"]

    def test_a_fault_of_ours_is_told_as_flask_tells_it(
        self, ways: Ways, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise LookupError("a fault")

        monkeypatch.setattr(Desk, "check_text", fail)
        (status, _, body), by_flask = ways.both(asking("1"))
        assert status.startswith("500")
        assert json.loads(body)["code"] == "failed"
        assert by_flask


def test_a_check_is_counted_once(ways: Ways, world: World) -> None:
    def counted() -> tuple[float, float]:
        verdicts = metrics.VERDICTS.labels("expired")._value.get()
        requests = metrics.REQUESTS.labels(PATH, "POST", 200)._value.get()
        return float(verdicts), float(requests)

    verdicts, requests = counted()
    answer_of(ways.quick, asking(world.texts["expired"]), {})
    assert counted() == (verdicts + 1, requests + 1)


def test_where_every_request_is_logged_flask_answers_them_all(world: World) -> None:
    logs = replace(world.settings.logs, requests="all")
    app = create_app(replace(world.settings, logs=logs))
    assert not isinstance(app.wsgi_app, QuickCheck)
