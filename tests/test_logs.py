"""What a line of the log holds, and what it does not, whatever it was told to say."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask

from suket_service.errors import SettingsError
from suket_service.settings import HOME, LogSettings
from suket_service.web import logs
from suket_service.web.app import create_app
from suket_service.web.watching import HEADER
from tests.builders import a_seal_key, a_sealed, text_of
from tests.cli.builders import World
from tests.web.conftest import demo_app, world

__all__ = ["demo_app", "world"]  # fixtures

NIK = "2172031708950003"
SECRETS = {
    "a NIK": NIK,
    "a NIK in parts": "217203 170895 0003",
    "a seal": text_of(a_sealed(a_seal_key())).rpartition("/s#")[2],
    "a client key": "suket_" + "a1B-" * 10,
    "a bearer": "Bearer abc.def",
    "a signed token": "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln",
}
JSON = logs.JsonLines()


def a_record(message: object, *arguments: object, name: str = "suket") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "/there/where.py", 7, message, arguments, None)


def line_of(record: logging.LogRecord) -> dict[str, object]:
    told: dict[str, object] = json.loads(JSON.format(record))
    return told


def failing(secret: str) -> logging.LogRecord:
    record = a_record("it failed")
    try:
        local = secret
        raise ValueError(local)
    except ValueError:
        record.exc_info = sys.exc_info()
    return record


def test_a_line_says_when_how_grave_and_what() -> None:
    told = line_of(a_record("not published: %s", "no_key"))
    assert (told["level"], told["event"], told["logger"]) == ("warning", "not published: no_key", "suket")
    assert str(told["time"]).endswith("+00:00")


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_what_slips_into_our_own_words_is_masked(secret: str) -> None:
    for record in (a_record(f"saw {secret}"), a_record("saw %s", secret)):
        assert line_of(record)["event"] == f"saw {logs.MASKED}"


def test_what_slips_into_a_fact_is_masked() -> None:
    record = a_record("answered")
    record.facts = {"route": f"/letters/{NIK}", "status": 500}
    told = line_of(record)
    assert (told["route"], told["status"]) == (f"/letters/{logs.MASKED}", 500)


def test_numbers_letters_and_times_are_not_masked() -> None:
    words = "version 1792828800 of list 7 in suket_service.web, letter 471.13/7/SKP/2172/2026"
    assert line_of(a_record(words))["event"] == words


def test_of_an_exception_only_its_kind_and_place_are_told() -> None:
    told = line_of(failing("SUHARTINI"))
    assert told["error"] == "ValueError"
    assert str(told["at"]).endswith("failing']")
    assert "SUHARTINI" not in JSON.format(failing("SUHARTINI"))
    assert "SUHARTINI" not in logs.PlainLines().format(failing("SUHARTINI"))


@pytest.mark.parametrize(
    ("message", "arguments", "event"),
    [
        ("Invalid request from ip=10.0.0.1: SUHARTINI", (), "Invalid request"),
        ("Error handling request %s %s", ("GET", "/?q=SUHARTINI"), "Error handling request *** ***"),
        ("WORKER TIMEOUT (pid:%s)", (71,), "WORKER TIMEOUT (pid:71)"),
        ("Worker (pid:%s) was sent %s!", (71, "SIGKILL"), "Worker (pid:71) was sent SIGKILL!"),
    ],
)
def test_the_server_s_words_are_kept_without_what_was_sent(
    message: str, arguments: tuple[object, ...], event: str
) -> None:
    assert line_of(a_record(message, *arguments, name="gunicorn.error"))["event"] == event


def test_of_a_library_only_the_place_is_told() -> None:
    assert line_of(a_record("no glyph in SUHARTINI", name="fontTools.ttLib"))["event"] == "where:7"


def test_at_a_terminal_the_same_is_told_in_words() -> None:
    record = a_record("answered")
    record.facts = {"status": 500}
    line = logs.PlainLines().format(record)
    assert " WARNING answered  " in line
    assert line.endswith("status=500")


@pytest.mark.parametrize("name", ["SUKET_LOG", "SUKET_LOG_LEVEL", "SUKET_LOG_REQUESTS"])
def test_a_setting_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        LogSettings.from_env({name: "loud"})
    assert name in refusal.value.text.en


_UNCAUGHT = """
import threading, warnings
from suket_service.settings import HOME, LogSettings
from suket_service.web import logs
from suket_service.web.app import create_app
def fail():
    raise ValueError("SUHARTINI")
logs.install(LogSettings(form="json"))
warnings.warn("SUHARTINI")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_what_nobody_caught_is_told_by_kind_and_place() -> None:
    command = [sys.executable, "-W", "always", "-c", _UNCAUGHT]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    warned, in_thread, at_last = map(json.loads, done.stderr.splitlines())
    assert warned["logger"] == "py.warnings"
    for told in (in_thread, at_last):
        assert (told["level"], told["error"]) == ("critical", "ValueError")
    assert "SUHARTINI" not in done.stderr


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What our own loggers say, in the form of a service, and to nobody else."""
    ours, told = logging.getLogger(logs.OURS), io.StringIO()
    listener = logging.StreamHandler(told)
    listener.setFormatter(JSON)
    ours.addHandler(listener)
    ours.propagate = False
    yield told
    ours.propagate = True
    ours.removeHandler(listener)


def test_an_answer_that_failed_is_logged_with_the_id_that_it_bears(
    demo_app: APIFlask, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ValueError(NIK)

    monkeypatch.setitem(demo_app.view_functions, "public.check", broken)
    answer = demo_app.test_client().get(f"/s?nik={NIK}", headers={HEADER: "mine"})
    assert answer.status_code == 500
    cause, answered = map(json.loads, lines.getvalue().splitlines())
    assert cause["request"] == answered["request"] == answer.headers[HEADER] != "mine"
    assert (answered["route"], answered["status"], answered["role"]) == ("/s", 500, "-")
    assert NIK not in lines.getvalue()


def test_an_answer_that_went_well_is_not_logged(demo_app: APIFlask, lines: io.StringIO) -> None:
    assert HEADER not in demo_app.test_client().get("/healthz").headers
    assert lines.getvalue() == ""


def test_every_answer_is_logged_where_that_is_asked_for(world: World, lines: io.StringIO) -> None:
    app = create_app(replace(world.settings, logs=LogSettings(requests="all")))
    answer = app.test_client().post("/api/v1/verifications", json={"seal": world.texts["valid"]})
    [told] = map(json.loads, lines.getvalue().splitlines())
    assert (told["route"], told["status"]) == ("/api/v1/verifications", 200)
    assert told["request"] == answer.headers[HEADER]
