"""F26: no file descriptor is left: for connections, for files, for child processes."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.cli.builders import example_rows, suket
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found

_HOME = Path(__file__).resolve().parents[2]
FILES = 64
PATHS = (
    "/healthz",
    "/readyz",
    "/",
    "/s",
    "/nowhere",
    "/static/suket.css",
    "/.well-known/jwks.json",
    "/scan/trust-bundle",
    "/api/v1/openapi.json",
    "/api/docs",
)
_SUKET = (sys.executable, "-c", "from suket_service.cli import main; main()")
#: As ``suket serve`` starts it, but for what keeps connections from taking every descriptor.
_UNPROTECTED = (
    sys.executable,
    "-m",
    "gunicorn",
    "wsgi:app",
    "--workers=1",
    "--worker-class=gthread",
    "--threads=4",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``suket init --demo`` leaves behind; only read."""
    data = tmp_path_factory.mktemp("demo") / "data"
    assert suket("init", "--demo", data=data).exit_code == 0
    return data


@pytest.fixture
def children() -> Children:
    """Where descriptors run out without harm to the tests."""
    return shared_children()


def _env(data: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
    return {**clean, "SUKET_DATA_DIR": str(data), "SUKET_LANG": "en"}


def _with_few_files(files: int, *command: object) -> list[str]:
    return ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *map(str, command)]


# The whole service.


class Service(NamedTuple):
    """A service that runs with few descriptors."""

    port: int
    log: Path

    def get(self, path: str, timeout: float = 2) -> int | None:
        """The status, or None: no answer, or none in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def wait_until_it_serves(self, seconds: float) -> float:
        """How long it took, in seconds."""
        began = time.monotonic()
        while self.get("/healthz") != 200:
            assert time.monotonic() - began < seconds, self.log.read_text()[-1000:]
            time.sleep(0.1)
        return time.monotonic() - began


@contextmanager
def _serving(data: Path, log: Path, *command: str) -> Iterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("wb") as out:
        process = subprocess.Popen(
            _with_few_files(FILES, *command, f"--bind=127.0.0.1:{port}"),
            env=_env(data),
            cwd=_HOME,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        service = Service(port, log)
        service.wait_until_it_serves(60)
        yield service
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _all_taken(port: int) -> Iterator[None]:
    """More connections than there are descriptors, none of which says a word."""
    with ExitStack() as held:
        for _ in range(FILES + 20):
            held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        time.sleep(0.5)
        yield


def test_f26_a_service_whose_connections_are_all_taken_recovers(
    demo: Path, tmp_path: Path, found: Found
) -> None:
    """With more connections than descriptors nobody gets an error, and all is well as soon as they go."""
    with _serving(demo, tmp_path / "log", *_SUKET, "serve", "--workers", "1") as service:
        with _all_taken(service.port):
            statuses = {service.get(path, timeout=0.5) for path in PATHS[:4]}
        took = service.wait_until_it_serves(60)
    log = (tmp_path / "log").read_text()
    found(f"meanwhile {sorted(map(str, statuses))}, served {took:.1f} s after")
    assert statuses <= {200, 503, None}
    assert "Traceback" not in log
    assert "Too many open files" not in log


@pytest.mark.slow
def test_f26_control_any_number_of_connections(demo: Path, tmp_path: Path, found: Found) -> None:
    """Without a bound on connections the worker itself runs out of descriptors and ends."""
    with _serving(demo, tmp_path / "log", *_UNPROTECTED) as service:
        with _all_taken(service.port):
            pass
        took = service.wait_until_it_serves(90)
    found(f"served {took:.1f} s after")
    assert "Too many open files" in (tmp_path / "log").read_text()


# The application alone, in a process that has served before and now cannot open anything.


def statuses_without_files(data: str) -> tuple[dict[str, int | str], dict[str, int | str], int]:
    """Child's work: what each path answers with no descriptor left, and with descriptors again; and the outcome."""
    client = create_app(Settings.from_env({"SUKET_DATA_DIR": data})).test_client()
    client.get("/healthz")

    def ask(path: str) -> int | str:
        try:
            return client.get(path).status_code
        except Exception as error:  # noqa: BLE001 - gunicorn would tell it with a traceback
            return type(error).__name__

    taken = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        without = {path: ask(path) for path in PATHS}
        answer = client.post("/api/v1/verifications", json={"seal": "1" * 300})
    for descriptor in taken:
        os.close(descriptor)
    return without, {path: ask(path) for path in PATHS}, answer.status_code


def test_f26_without_descriptors_the_application_says_not_now(
    demo: Path, children: Children, found: Found
) -> None:
    """With no descriptor left each path answers as usual or 503, never 500; afterwards all is as before."""
    ended = children.run(statuses_without_files, str(demo), files=FILES)
    assert ended.well, ended
    without, after, checked = ended.result
    found(", ".join(f"{path} {status}" for path, status in without.items() if status != 200))
    assert checked in (200, 503)
    assert set(after.values()) <= {200, 404}
    assert {path: status for path, status in without.items() if status not in (200, 404, 503)} == {}


# The command line.


def _run(files: int, data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _with_few_files(files, *_SUKET, *arguments),
        env=_env(data),
        cwd=_HOME,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("files", [5, 6, 7, 8, 10, 12, 16, 24])
@pytest.mark.parametrize("command", ["letters", "verify 123", "check", "keys list", "audit verify"])
def test_f26_a_command_without_descriptors_ends_in_a_line(demo: Path, command: str, files: int) -> None:
    """With hardly any descriptors a command does its work or says in one line why it cannot."""
    done = _run(files, demo, *command.split())
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode in (0, 1, 2)
    assert len(done.stderr.splitlines()) <= 1


@pytest.mark.parametrize(
    "files", [9, *(pytest.param(files, marks=pytest.mark.slow) for files in (6, 7, 8, 10, 12, 16))]
)
def test_f26_what_was_issued_is_told_also_when_printing_cannot_begin(
    demo: Path, tmp_path: Path, files: int, found: Found
) -> None:
    """Where letters are issued but no process can be started to print them, their numbers are told all the same."""
    data, rows = Path(shutil.copytree(demo, tmp_path / "data")), example_rows(tmp_path)
    people = ("--requested-by", "operator", "--approved-by", "kepala", "--json")
    done = _run(files, data, "issue", rows, *people, "--out", tmp_path / "out")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    issued = suket("letters", data=data, SUKET_LANG="en").stdout.splitlines()
    found(f"{len(issued)} issued, {len(told)} told: {done.stderr.strip()[:80]}")
    assert "Traceback" not in done.stderr
    assert done.returncode in (1, 2)
    assert len(issued) == len([line for line in told if line["number"]]) > 0


def test_f26_descriptors_are_given_back(demo: Path) -> None:
    """Hundreds of checks leave no descriptor open."""
    client = create_app(Settings.from_env({"SUKET_DATA_DIR": str(demo)})).test_client()

    def check() -> None:
        client.post("/api/v1/verifications", json={"seal": "1" * 300})
        client.get("/scan/trust-bundle")

    check()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone
    for _ in range(200):
        check()
    assert len(os.listdir("/proc/self/fd")) <= before + 1  # noqa: PTH208
