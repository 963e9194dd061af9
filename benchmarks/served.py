"""The real ``suket serve`` on this machine's loopback, and an empty Flask route under the same gunicorn."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import HOST
from benchmarks.measure import WrongAnswer
from benchmarks.office import DemoOffice
from suket_service.core.verdict import Outcome
from suket_service.settings import HOME
from tests.serving import free_port

PATH = "/api/v1/verifications"


@dataclass(frozen=True)
class Served:
    """A service that answers."""

    process: int
    port: int
    command: list[str]  # gunicorn's


@contextmanager
def serving(office: DemoOffice, port: int, *options: str) -> Iterator[Served]:
    """The real ``suket serve``, which has become gunicorn."""
    command = [str(Path(sys.executable).with_name("suket")), "serve", f"--bind={HOST}:{port}", *options]
    with _process(command, office.environment()) as process:
        _wait_for(process, port)
        words = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        yield Served(process.pid, port, [word.decode() for word in words if word])


@contextmanager
def empty_route(office: DemoOffice, ours: Sequence[str], answer: bytes) -> Iterator[Served]:
    """The same gunicorn with another application; our publisher's configuration is all that is left out."""
    port = free_port()
    if "wsgi:app" not in ours:
        raise WrongAnswer("suket serve did not become gunicorn")
    others = ["benchmarks.empty_app:app" if word == "wsgi:app" else word for word in ours]
    others = [word for word in others if not word.startswith(("--bind", "--config"))] + [
        "--log-level=warning"
    ]
    environment = {**office.environment(), "BENCHMARK_ANSWER": answer.decode()}
    command = [*others, f"--bind={HOST}:{port}"]
    with _process(command, environment) as process:
        _wait_for(process, port)
        if post(port, "0") != answer:
            raise WrongAnswer("the empty route does not answer what it should")
        yield Served(process.pid, port, command)


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
            post(port, "0")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
    raise WrongAnswer("the server did not start")


def answers_rightly(port: int, texts: Sequence[str]) -> bytes:
    """One good answer, after a glance at a forged letter."""
    last = "1" if texts[0][-1] != "1" else "2"
    if json.loads(post(port, texts[0][:-1] + last))["outcome"] != Outcome.FORGED:
        raise WrongAnswer("a forged letter was not found out")
    answer = post(port, texts[0])
    if json.loads(answer)["outcome"] != Outcome.VALID:
        raise WrongAnswer("a good letter was not valid")
    return answer


def post(port: int, text: str) -> bytes:
    """The answer to one check."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("POST", PATH, json.dumps({"seal": text}), {"Content-Type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()


def write_bodies(office: DemoOffice, texts: Sequence[str]) -> Path:
    """A file with what is posted, a line a check."""
    bodies = office.settings.data_dir / "bodies.jsonl"
    bodies.write_text("".join(json.dumps({"seal": text}) + "\n" for text in texts), encoding="utf-8")
    return bodies
