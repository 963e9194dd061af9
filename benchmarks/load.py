"""Load on one HTTP address of this machine: wrk where it is installed, else a loader of our own."""

import http.client
import json
import shutil
import subprocess
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.measure import percentile

PROCESSES, CONNECTIONS_EACH = 2, 8
HOST = "127.0.0.1"
VALID = b'"outcome":"valid"'
_HEADERS = {"Content-Type": "application/json"}
#: What takes longer is an error; what takes less shows in the percentiles.
_PATIENCE = 10
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of load saw.

    ``errors``: no connection, no answer in time, another status than 200 or an answer without
    "valid". ``dropped``: kept-alive connections that the server closed between requests.
    """

    answers: int
    per_second: float
    p50: float  # seconds
    p99: float
    errors: int
    dropped: int


def tool() -> str:
    """What makes the load."""
    if shutil.which("wrk"):
        return "wrk"
    return "own loader in Python (wrk is not installed: its own work takes much of both cores)"


def put(port: int, path: str, bodies: Path, duration: int) -> Load:
    """POST the lines of ``bodies`` in turn for that many seconds over 16 kept-alive connections."""
    if shutil.which("wrk"):
        return _by_wrk(port, path, bodies, duration)
    return _by_ourselves(port, path, bodies, duration)


def _by_wrk(port: int, path: str, bodies: Path, duration: int) -> Load:
    connections = PROCESSES * CONNECTIONS_EACH
    command = [
        "wrk",
        f"-t{PROCESSES}",
        f"-c{connections}",
        f"-d{duration}s",
        "--latency",
        f"--timeout={_PATIENCE}s",
        "-s",
        str(_SCRIPT),
    ]
    done = subprocess.run(
        [*command, f"http://{HOST}:{port}{path}", "--", str(bodies)],
        check=True,
        capture_output=True,
        text=True,
        timeout=duration + 60,
    )
    seen = json.loads(done.stdout.splitlines()[-1])
    return Load(
        seen["requests"],
        seen["requests"] / (seen["microseconds"] / 1e6),
        seen["p50"] / 1e6,
        seen["p99"] / 1e6,
        seen["errors"],
        seen["dropped"],
    )


def _by_ourselves(port: int, path: str, bodies: Path, duration: int) -> Load:
    jobs = [(port, path, bodies, duration, number) for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        seen = list(pool.map(_one_process, jobs))
    times = [taken for each, _, _ in seen for taken in each]
    return Load(
        len(times),
        len(times) / duration,
        percentile(times, 0.50),
        percentile(times, 0.99),
        sum(errors for _, errors, _ in seen),
        sum(dropped for _, _, dropped in seen),
    )


class _Connection(threading.Thread):
    """One kept-alive connection, busy until the time is up."""

    def __init__(self, port: int, path: str, bodies: list[bytes], until: float, place: int) -> None:
        super().__init__()
        self.times: list[float] = []
        self.errors = self.dropped = 0
        self._port, self._path, self._bodies, self._until, self._place = port, path, bodies, until, place

    def run(self) -> None:
        connection, asked = self._fresh(), False
        while (begin := time.perf_counter()) < self._until:
            body = self._bodies[self._place % len(self._bodies)]
            self._place += 1
            try:
                connection.request("POST", self._path, body, _HEADERS)
                answer = connection.getresponse()
                right = VALID in answer.read() and answer.status == http.client.OK
            except (OSError, http.client.HTTPException):
                # A server may close a connection it has answered on before; a new one may not fail.
                self.dropped, self.errors = self.dropped + asked, self.errors + (not asked)
                connection.close()
                connection, asked = self._fresh(), False
                continue
            asked = True
            self.times.append(time.perf_counter() - begin)
            self.errors += not right
        connection.close()

    def _fresh(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self._port, timeout=10)


def _one_process(job: tuple[int, str, Path, int, int]) -> tuple[list[float], int, int]:
    port, path, file, duration, number = job
    bodies = file.read_bytes().splitlines()
    until = time.perf_counter() + duration
    busy = [
        _Connection(port, path, bodies, until, (number * CONNECTIONS_EACH + place) * 17)
        for place in range(CONNECTIONS_EACH)
    ]
    for each in busy:
        each.start()
    for each in busy:
        each.join()
    times = [taken for each in busy for taken in each.times]
    return times, sum(each.errors for each in busy), sum(each.dropped for each in busy)
