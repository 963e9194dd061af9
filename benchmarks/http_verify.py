"""Checks over HTTP under ``suket serve``, beside an empty Flask route under the same gunicorn."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from benchmarks import load
from benchmarks.load import HOST, Load
from benchmarks.measure import Line, WrongAnswer, cpu_seconds, goal, milliseconds, per_second, profile
from benchmarks.office import DemoOffice, demo_office, now
from suket_service.core.verdict import Outcome
from suket_service.settings import HOME
from suket_service.verifying import Desk, report
from suket_service.web.app import create_app

PATH = "/api/v1/verifications"
LETTERS = 300
GOAL_RATE, GOAL_P99, GOAL_RATIO = 2_564, 0.050, 0.40


def run(*, quick: bool) -> Iterator[Line]:
    """Requests a second, ours and the empty route in turn."""
    rounds, duration = (1, 2) if quick else (3, 5)
    port = _free_port()
    with demo_office(port) as office, ExitStack() as servers:
        texts = office.seal_texts(60 if quick else LETTERS)
        bodies = office.settings.data_dir / "bodies.jsonl"
        bodies.write_text("".join(json.dumps({"seal": text}) + "\n" for text in texts), encoding="utf-8")
        command = servers.enter_context(_serving(office, port))
        answer = _answers_rightly(port, texts)
        empty_port = servers.enter_context(_empty_route(office, command, answer))
        if _post(empty_port, texts[0]) != answer:
            raise WrongAnswer("the empty route does not answer what it should")
        ours, empty = [], []
        for _ in range(rounds):
            ours.append(load.put(port, PATH, bodies, duration))
            empty.append(load.put(empty_port, PATH, bodies, duration))
        again = json.loads(_post(port, texts[-1]))
        if again["outcome"] != Outcome.VALID:
            raise WrongAnswer("after the load a good letter was not valid")
    yield from _lines(ours, empty)


def _lines(ours: Sequence[Load], empty: Sequence[Load]) -> Iterator[Line]:
    errors = sum(each.errors for each in (*ours, *empty))
    if errors:
        raise WrongAnswer(f"{errors} of the answers were missing or not valid")
    mine, theirs = (statistics.median(each.per_second for each in side) for side in (ours, empty))
    ratio = mine / theirs
    yield Line(
        "POST /api/v1/verifications, 2 workers / empty Flask route",
        per_second(mine),
        per_second(theirs),
        ratio,
        goal(f"≥ {GOAL_RATE:,}/s", met=mine >= GOAL_RATE)
        + "; "
        + goal(f"ratio ≥ {GOAL_RATIO:.2f}", met=ratio >= GOAL_RATIO),
    )
    mine, theirs = (statistics.median(each.p50 for each in side) for side in (ours, empty))
    yield Line("the same, p50", milliseconds(mine), milliseconds(theirs), theirs / mine)
    mine, theirs = (statistics.median(each.p99 for each in side) for side in (ours, empty))
    reached = goal("< 50 ms", met=mine < GOAL_P99)
    yield Line("the same, p99", milliseconds(mine), milliseconds(theirs), theirs / mine, reached)
    mine_closed, theirs_closed = (sum(each.dropped for each in side) for side in (ours, empty))
    yield Line(
        "errors (and connections closed by recycled workers)", f"0 ({mine_closed})", f"0 ({theirs_closed})"
    )
    yield Line("load made by", load.tool())


@contextmanager
def _serving(office: DemoOffice, port: int) -> Iterator[list[str]]:
    """The real ``suket serve``; what is handed over is the gunicorn command that it became."""
    command = [str(Path(sys.executable).with_name("suket")), "serve", f"--bind={HOST}:{port}"]
    with _process(command, office.environment()) as process:
        _wait_for(process, port)
        words = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        yield [word.decode() for word in words if word]


@contextmanager
def _empty_route(office: DemoOffice, ours: Sequence[str], answer: bytes) -> Iterator[int]:
    """The same gunicorn with another application; our publisher's configuration is all that is left out."""
    port = _free_port()
    if "wsgi:app" not in ours:
        raise WrongAnswer("suket serve did not become gunicorn")
    others = ["benchmarks.empty_app:app" if word == "wsgi:app" else word for word in ours]
    others = [word for word in others if not word.startswith(("--bind", "--config"))]
    environment = {**office.environment(), "BENCHMARK_ANSWER": answer.decode()}
    with _process([*others, f"--bind={HOST}:{port}"], environment) as process:
        _wait_for(process, port)
        yield port


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, cwd=HOME, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            _post(port, "0")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
    raise WrongAnswer("the server did not start")


def _answers_rightly(port: int, texts: Sequence[str]) -> bytes:
    """One good answer, after a glance at a forged letter."""
    last = "1" if texts[0][-1] != "1" else "2"
    if json.loads(_post(port, texts[0][:-1] + last))["outcome"] != Outcome.FORGED:
        raise WrongAnswer("a forged letter was not found out")
    answer = _post(port, texts[0])
    if json.loads(answer)["outcome"] != Outcome.VALID:
        raise WrongAnswer("a good letter was not valid")
    return answer


def _post(port: int, text: str) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("POST", PATH, json.dumps({"seal": text}), {"Content-Type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def profiled(*, quick: bool) -> None:
    """Where the time of one request goes, in this process and without gunicorn."""
    with demo_office() as office:
        texts = office.seal_texts(50)
        app = create_app(office.settings)
        desk = Desk(office.registry, "demo", office.settings.host)
        bare = Flask("bare")
        bare.add_url_rule(PATH, "verifications", _nothing, methods=["POST"])
        answers = [desk.check_text(text, now()) for text in texts]
        parts: dict[str, Callable[[], object]] = {
            "the whole request": lambda: [_request(app, text) for text in texts],
            "of that, Desk.check_text": lambda: [desk.check_text(text, now()) for text in texts],
            "of that, report": lambda: [report(each, masked=True) for each in answers],
            "an empty Flask request": lambda: [_request(bare, text) for text in texts],
        }
        for work in parts.values():
            work()
        for name, taken in zip(parts, cpu_seconds(3 if quick else 9, *parts.values()), strict=True):
            print(f"{name}: {taken / len(texts) * 1e6:,.0f} µs of processor time")
        profile("POST /api/v1/verifications", lambda: [_request(app, text) for text in texts * 4], 40)


def _nothing() -> str:
    return "{}"


def _request(app: Flask, text: str) -> bytes:
    environ = EnvironBuilder(PATH, method="POST", json={"seal": text}).get_environ()

    def start(status: str, _headers: Any, _trouble: Any = None) -> Any:
        if not status.startswith("200"):
            raise WrongAnswer(status)
        return os.devnull

    return b"".join(app(environ, start))
