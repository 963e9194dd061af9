"""Workers change under load: at a reload, at one with a mistake in it, and when they have done their share."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.builders import World, build_world
from tests.faults.conftest import Found
from tests.serving import Load, Served, serving


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def service(world: World, tmp_path: Path) -> Iterator[Served]:
    """Two workers over a copy of the world."""
    data = Path(shutil.copytree(world.data, tmp_path / "data"))
    with serving(data, tmp_path / "log", "--role", "public") as served:
        yield served


def body(world: World) -> str:
    return json.dumps({"seal": world.texts["valid"]})


def told(load: Load) -> str:
    return f"{len(load.seconds)} requests, {sum(load.failures.values())} failed, the longest {max(load.seconds):.2f} s"


def test_a_reload_under_load_fails_no_request(service: Served, world: World, found: Found) -> None:
    """kill -HUP, twice, under load over connections that are kept: not one request fails, and all workers are new."""
    with Load(service.port, body(world)) as load:
        for _ in range(2):
            old = service.workers()
            time.sleep(0.3)
            service.process.send_signal(signal.SIGHUP)
            service.wait_for_new_workers(old)
        time.sleep(0.3)
    found(told(load))
    assert not load.failures
    assert len(load.seconds) > 100


def test_workers_that_have_done_their_share_are_relieved_unseen(
    world: World, tmp_path: Path, found: Found
) -> None:
    """A worker that has answered its share of requests is relieved, its successor at work before it goes: none fails."""
    settings = {"SUKET_WORKER_REQUESTS": "200"}
    with serving(world.data, tmp_path / "log", "--role", "public", **settings) as service:
        old = service.workers()
        with Load(service.port, body(world)) as load:
            service.wait_for_new_workers(old)
    found(told(load))
    assert not load.failures


def test_a_reload_with_a_mistake_leaves_the_old_workers_at_work(
    service: Served, world: World, tmp_path: Path, found: Found
) -> None:
    """A reload whose settings are broken says so and changes nothing; put right, the next one goes through."""
    secrets = tmp_path / "data" / "demo-secrets.json"
    good, old = secrets.read_text(), service.workers()
    with Load(service.port, body(world), clients=2, pause_seconds=0.1) as load:
        secrets.write_text("{")
        service.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 120
        while "could not start" not in service.log.read_text():
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.5)
        assert old <= service.workers()
        secrets.write_text(good)
        service.process.send_signal(signal.SIGHUP)
        service.wait_for_new_workers(old)
    found(told(load))
    assert not load.failures
