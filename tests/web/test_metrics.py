"""What is counted and what is read for whoever watches: right numbers, no person in any label, closed to others."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask
from prometheus_client.parser import text_string_to_metric_families

from suket_service.settings import HOME
from suket_service.web import metrics_folder
from suket_service.web.app import create_app
from suket_service.web.context import now
from suket_service.web.metrics_page import exposition
from tests.cli.builders import World

TOKEN = "a token of the tests alone"
PORT = 9_100
NIK = "2172031708950003"


@pytest.fixture(scope="module")
def app(world: World) -> APIFlask:
    settings = replace(world.settings, metrics_token=TOKEN, metrics_bind=f"127.0.0.1:{PORT}")
    return create_app(settings)


def samples(app: APIFlask) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = exposition(app.extensions["suket"], now()).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(app: APIFlask, name: str, /, **labels: str) -> float:
    return samples(app).get((name, frozenset(labels.items())), 0)


def test_without_a_setting_it_is_not_there(demo_app: APIFlask) -> None:
    assert demo_app.test_client().get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_it_is_refused(app: APIFlask, sent: str | None) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.data == b""


def test_with_the_token_it_is_told(app: APIFlask) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert b"suket_registry_up 1.0" in answer.data


def test_the_listener_of_its_own_serves_nothing_else(app: APIFlask) -> None:
    client, apart = app.test_client(), {"SERVER_PORT": str(PORT)}
    assert client.get("/metrics", environ_overrides=apart, headers={"Host": "suket:9100"}).status_code == 200
    for path in ("/", "/healthz", "/api/v1/openapi.json"):
        assert client.get(path, environ_overrides=apart).status_code == 404
    assert client.post("/metrics", environ_overrides=apart).status_code == 404


def test_whoever_names_that_port_in_the_host_is_not_on_it(app: APIFlask) -> None:
    answer = app.test_client().get("/metrics", headers={"Host": f"localhost:{PORT}"})
    assert answer.status_code == 401


def test_an_answer_is_counted_by_its_route_and_not_by_its_address(app: APIFlask) -> None:
    labels = {"route": "/api/v1/status-lists/<int:number>", "method": "GET", "status": "404"}
    before = counted(app, "suket_requests_total", **labels)
    app.test_client().get(f"/api/v1/status-lists/{NIK}")
    assert counted(app, "suket_requests_total", **labels) == before + 1
    assert counted(app, "suket_request_seconds_count", route=labels["route"]) >= 1


def test_what_no_route_takes_is_one_and_the_same(app: APIFlask) -> None:
    labels = {"route": "-", "method": "GET", "status": "404"}
    before = counted(app, "suket_requests_total", **labels)
    for path in (f"/{NIK}", "/SUHARTINI"):
        app.test_client().get(path)
    assert counted(app, "suket_requests_total", **labels) == before + 2


def test_a_method_that_someone_thought_of_is_one_and_the_same(app: APIFlask) -> None:
    before = counted(app, "suket_requests_total", route="-", method="other", status="405")
    app.test_client().open("/s", method="SUHARTINI")
    assert counted(app, "suket_requests_total", route="-", method="other", status="405") == before + 1


@pytest.mark.parametrize("fate", ["valid", "revoked", "forged"])
def test_a_check_is_counted_by_its_outcome_once(app: APIFlask, world: World, fate: str) -> None:
    before = counted(app, "suket_verdicts_total", outcome=fate)
    labels = {"route": "/api/v1/verifications", "method": "POST", "status": "200"}
    answers = counted(app, "suket_requests_total", **labels)
    app.test_client().post("/api/v1/verifications", json={"seal": world.texts[fate]})
    assert counted(app, "suket_verdicts_total", outcome=fate) == before + 1
    assert counted(app, "suket_requests_total", **labels) == answers + 1


def test_the_registry_s_own_numbers_are_read_when_asked(app: APIFlask, world: World) -> None:
    issued = sum(letter.number is not None for letter in world.letters.values())
    assert counted(app, "suket_letters_issued_total") == issued
    assert counted(app, "suket_open_drafts") == 0
    assert counted(app, "suket_audit_entries") > issued
    assert 0 < counted(app, "suket_publication_age_seconds", name="trust-bundle") < 3 * 3600
    assert counted(app, "suket_workers") == 1
    assert ("suket_backup_age_seconds", frozenset[tuple[str, str]]()) not in samples(app)


def test_a_registry_that_is_away_is_told_and_the_counts_go_on(world: World, tmp_path: Path) -> None:
    gone = create_app(replace(world.settings, database_url=f"sqlite:///{tmp_path / 'none' / 'gone'}"))
    gone.test_client().get("/healthz")
    assert counted(gone, "suket_registry_up") == 0
    assert counted(gone, "suket_requests_total", route="/healthz", method="GET", status="200") >= 1


def test_no_label_holds_anything_but_words_of_ours(app: APIFlask, world: World) -> None:
    client = app.test_client()
    for text in world.texts.values():
        client.post("/api/v1/verifications", json={"seal": text})
    client.get(f"/{NIK}?name=SUHARTINI", headers={"Authorization": "Bearer suket_" + "x" * 43})
    told = {name: value for _, labels in samples(app) for name, value in labels}
    assert told.keys() <= {"route", "method", "status", "outcome", "answer", "le", "name", "version"}
    text = exposition(app.extensions["suket"], now()).decode()
    assert NIK not in text
    assert "SUHARTINI" not in text


# Several workers count together

_WORKER = """
import sys
from suket_service.web import metrics
for _ in range(int(sys.argv[1])):
    metrics.verdict("valid")
print("counted", flush=True)
sys.stdin.read()
"""
_READER = """
from prometheus_client import generate_latest
from suket_service.web import metrics
print(generate_latest(metrics.collected()).decode())
"""


def worker(folder: Path, times: int) -> "subprocess.Popen[str]":
    """A process that counts so often, and stays."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HOME,
        env={**os.environ, metrics_folder.VARIABLE: str(folder)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def test_workers_count_together_and_none_of_it_is_lost_when_they_end(tmp_path: Path) -> None:
    first, second = worker(tmp_path, 3), worker(tmp_path, 4)
    assert metrics_folder.slots_held(tmp_path) == 2
    first.kill()
    first.communicate()
    assert metrics_folder.slots_held(tmp_path) == 1
    third = worker(tmp_path, 5)  # takes up where the first one was
    env = {**os.environ, metrics_folder.VARIABLE: str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", _READER], cwd=HOME, env=env, capture_output=True, text=True, check=True
    )
    assert 'suket_verdicts_total{outcome="valid"} 12.0' in told.stdout
    assert len(list(tmp_path.glob("counter_*.db"))) == 2  # no file for each who ever was
    metrics_folder.let_go(tmp_path)
    assert tmp_path.exists()  # others are at work
    for process in (second, third):
        process.communicate("")
    metrics_folder.let_go(tmp_path)
    assert not tmp_path.exists()


def test_what_a_killed_service_left_behind_is_cleared_up_later(tmp_path: Path) -> None:
    own, old, at_work = (tmp_path / f"suket-metrics-{name}" for name in ("own", "old", "other"))
    for each in (own, old, at_work):
        each.mkdir()
        (each / "counter_0.db").touch()
    process = worker(at_work, 1)
    metrics_folder.let_go_of_old(own, old.stat().st_mtime - 10)
    assert old.exists()  # just now: it may be starting
    metrics_folder.let_go_of_old(own, at_work.stat().st_mtime + 10)
    assert (own.exists(), old.exists(), at_work.exists()) == (True, False, True)
    process.communicate("")
