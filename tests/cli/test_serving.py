"""The service as a process: it answers, keeps what it is told to itself, and stops when asked. (Reloads: tests/faults.)"""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from suket_service.errors import SettingsError
from suket_service.settings import Settings, requests_of_a_worker
from tests.cli.builders import World, suket
from tests.serving import VERIFICATIONS, Served, free_port, serving

TOKEN = "a token of the tests alone"


@pytest.fixture(scope="module")
def apart() -> int:
    """The port of the metrics."""
    return free_port()


@pytest.fixture(scope="module")
def service(world: World, tmp_path_factory: pytest.TempPathFactory, apart: int) -> Iterator[Served]:
    """Two workers over a copy of the world."""
    folder = tmp_path_factory.mktemp("served")
    data = Path(shutil.copytree(world.data, folder / "data"))
    settings = {"SUKET_METRICS_BIND": f"127.0.0.1:{apart}", "SUKET_LOG": "json"}
    with serving(data, folder / "log", "--role", "public", **settings) as served:
        yield served


def test_a_letter_is_checked_and_nothing_of_it_is_logged(service: Served, world: World) -> None:
    status, answer = service.ask("POST", VERIFICATIONS, json.dumps({"seal": world.texts["valid"]}))
    assert (status, json.loads(answer)["outcome"]) == (200, "valid")
    log = service.log.read_text()
    assert world.settings.base_url in log
    assert world.letters["valid"].resident.name not in log
    assert world.texts["valid"][-30:] not in log
    assert "Traceback" not in log


def test_what_cannot_be_read_is_refused_and_not_quoted_in_the_log(service: Served, world: World) -> None:
    nik = world.letters["valid"].resident.nik
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(f"GET /?name=SUHARTINI nik={nik} x HTTP/9.9\r\n\r\n".encode())
        assert b"400" in connection.recv(100)
    log = service.log.read_text()
    assert "Invalid request" in log
    assert "SUHARTINI" not in log
    assert nik not in log


def test_the_metrics_have_a_listener_of_their_own(service: Served, apart: int) -> None:
    assert service.ask("GET", "/metrics")[0] == 404
    own = Served(service.process, apart, service.log)
    status, told = own.ask("GET", "/metrics")
    assert status == 200
    assert b"suket_workers 2.0" in told
    assert own.ask("GET", "/")[0] == 404


@pytest.mark.parametrize("given", ["0", "-1", "many", "١٢"])
def test_a_worker_s_share_must_be_a_number(given: str) -> None:
    with pytest.raises(SettingsError):
        requests_of_a_worker({"SUKET_WORKER_REQUESTS": given})


@pytest.mark.parametrize("given", ["9100", "host:", "host:0", "host:70000", "http://host:1"])
def test_a_listener_for_metrics_must_be_one(world: World, given: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({"SUKET_DATA_DIR": str(world.data), "SUKET_METRICS_BIND": given})
    assert "SUKET_METRICS_BIND" in refusal.value.text.en


def test_the_metrics_may_not_share_the_service_s_port(world: World) -> None:
    refused = suket("serve", "--bind", "127.0.0.1:8000", data=world.data, SUKET_METRICS_BIND="0.0.0.0:8000")
    assert refused.exit_code == 2


def test_it_ends_when_asked_and_leaves_nothing_in_memory(world: World, tmp_path: Path) -> None:
    with serving(world.data, tmp_path / "log", "--workers", "1", "--role", "public") as served:
        environment = Path(f"/proc/{served.process.pid}/environ").read_bytes().split(b"\0")
        [folder] = [each.partition(b"=")[2] for each in environment if b"PROMETHEUS_MULTIPROC_DIR" in each]
        assert Path(os.fsdecode(folder)).is_dir()
    assert served.process.returncode == 0
    assert not Path(os.fsdecode(folder)).exists()
