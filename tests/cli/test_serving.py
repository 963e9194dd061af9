"""The service as a process: it answers, keeps what it is told to itself, and stops when asked."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.cli.builders import World

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Service:
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def ask(self, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE_SECONDS) as response:
            answer: bytes = response.read()
        return answer


@pytest.fixture
def service(world: World, tmp_path: Path) -> Iterator[Service]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                Path(sys.executable).with_name("suket"),
                "serve",
                "--bind",
                address,
                "--workers",
                "1",
                "--role",
                "public",
            ],
            stdout=output,
            stderr=output,
            env={"SUKET_DATA_DIR": str(world.data)},
        )
    started = Service(process, f"http://{address}", log)
    try:
        _wait_for(started)
        yield started
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_for(service: Service) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            service.ask("/readyz")
        except (URLError, ConnectionError):
            assert service.process.poll() is None, service.log.read_text()
            assert time.monotonic() < give_up, service.log.read_text()
            time.sleep(0.1)
        else:
            return


def test_a_letter_is_checked_and_nothing_of_it_is_logged(service: Service, world: World) -> None:
    answer = json.loads(service.ask("/api/v1/verifications", {"seal": world.texts["valid"]}))
    assert answer["outcome"] == "valid"
    service.process.terminate()
    assert service.process.wait(PATIENCE_SECONDS) == 0
    log = service.log.read_text()
    assert world.settings.base_url in log
    assert world.letters["valid"].resident.name not in log
    assert world.texts["valid"][-30:] not in log
    assert "Traceback" not in log
