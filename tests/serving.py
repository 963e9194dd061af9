"""``suket serve`` as a process of its own, and a steady load on it over connections that are kept."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0
_SUKET = (sys.executable, "-c", "from suket_service.cli import main; main()")
VERIFICATIONS = "/api/v1/verifications"
_JSON = {"Content-Type": "application/json"}


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Served:
    """A service that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def ask(self, method: str, path: str, body: str | None = None, timeout: float = 30) -> tuple[int, bytes]:
        """One question over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, _JSON if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def workers(self) -> set[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return set(map(int, children.read_text().split()))

    def wait_until_ready(self) -> None:
        """Until it answers."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def wait_for_new_workers(self, old: set[int]) -> None:
        """Until none of the old ones is left, and as many others are there."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (now := self.workers()) & old or len(now) < len(old):
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)


@contextmanager
def serving(data: Path, log: Path, *options: str, **settings: str) -> Iterator[Served]:
    """The service over that data directory, for as long as the block lasts."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*_SUKET, "serve", f"--bind=127.0.0.1:{port}", *options],
            env={**clean, "SUKET_DATA_DIR": str(data), "SUKET_LANG": "en", **settings},
            cwd=ROOT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    served = Served(process, port, log)
    try:
        served.wait_until_ready()
        yield served
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Load:
    """Clients that ask over and over on a connection that each keeps; whatever is no 200 is a failure."""

    port: int
    body: str
    clients: int = 8
    pause_seconds: float = 0.005
    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self._over.wait(self.pause_seconds):
            began = time.monotonic()
            try:
                connection.request("POST", VERIFICATIONS, self.body, _JSON)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.failures[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                # Nobody asks again here: a connection that was closed without a word is a failed request.
                self.failures[type(error).__name__] += 1
                connection.close()
            self.seconds.append(time.monotonic() - began)
        connection.close()
