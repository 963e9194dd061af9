"""The queue of a SQLite file's writers: one at a time, nobody forgotten, and no lock outlives its holder."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from suket_service.errors import RegistryError
from suket_service.registry import queue
from suket_service.registry.queue import turn
from suket_service.registry.session import Registry

#: Longer than any machine needs for what is waited for; nobody waits it out.
PLENTY = 60.0
NOBODY = 65534
_HOLDER = """
import sys
from pathlib import Path
from suket_service.registry.queue import turn
with turn(Path(sys.argv[1]), 60):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "suket.sqlite3.lock"


@pytest.fixture
def holder(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", _HOLDER, str(lock)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def is_free(lock: Path) -> bool:
    try:
        with turn(lock, 0):
            return True
    except TimeoutError:
        return False


def test_the_lock_is_taken_and_let_go(lock: Path) -> None:
    with turn(lock, 0):
        assert not is_free(lock)
    assert is_free(lock)


def test_a_block_that_raises_lets_go(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), turn(lock, 0):
        raise ZeroDivisionError
    assert is_free(lock)


def test_threads_of_one_process_exclude_each_other(lock: Path) -> None:
    inside, most = [], [0]

    def work() -> None:
        for _ in range(20):
            with turn(lock, PLENTY):
                inside.append(1)
                most[0] = max(most[0], len(inside))
                os.sched_yield()
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_goes_with_the_process_that_held_it(
    lock: Path, holder: subprocess.Popen[str], how: signal.Signals
) -> None:
    assert not is_free(lock)
    holder.send_signal(how)
    with turn(lock, PLENTY) as waited:
        assert waited < PLENTY


def test_a_child_that_is_started_meanwhile_does_not_keep_the_lock(lock: Path) -> None:
    with turn(lock, 0):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )
    assert is_free(lock)
    child.communicate()


def test_a_frozen_holder_is_waited_for_no_longer_than_asked(
    lock: Path, holder: subprocess.Popen[str]
) -> None:
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(TimeoutError), turn(lock, 0.05):
        pass
    holder.send_signal(signal.SIGCONT)


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The queue's own clock."""
    clock = Clock()
    monkeypatch.setattr(queue, "time", clock)
    return clock


@pytest.fixture
def pauses(lock: Path, clock: Clock) -> list[float]:
    """How long one pauses between asking, who waits a second in vain."""
    with turn(lock, 0), pytest.raises(TimeoutError), turn(lock, 1.0):
        pass
    return clock.pauses


def test_the_longer_one_has_waited_the_more_often_one_asks(pauses: list[float]) -> None:
    assert pauses == sorted(pauses, reverse=True)
    assert min(pauses) < max(pauses) / 10


def test_nobody_asks_without_a_pause(pauses: list[float]) -> None:
    assert min(pauses) > 0


def test_one_waits_as_long_as_one_was_ready_to_and_hardly_longer(pauses: list[float]) -> None:
    assert 1.0 <= sum(pauses) < 1.0 + max(pauses)


def longest_wait(pauses: list[float], hold: float) -> float:
    """The longest that any of eight writers waited in 1,000 turns, in seconds, all asking at that pace.

    Each keeps the lock for ``hold`` seconds and is back a millisecond after it was served.
    """
    came = {writer: writer * 0.003 for writer in range(8)}
    free_from = longest = 0.0
    for _ in range(1000):
        asks = {writer: _asks_when_free(pauses, since, free_from) for writer, since in came.items()}
        served = min(asks, key=lambda writer: asks[writer])
        longest = max(longest, asks[served] - came[served])
        free_from = asks[served] + hold
        came[served] = free_from + 0.001
    return longest


def _asks_when_free(pauses: list[float], since: float, free_from: float) -> float:
    moment, left = since, iter(pauses)
    while moment < free_from:
        moment += next(left, pauses[-1])
    return moment


@pytest.mark.parametrize("hold", [0.005, 0.01])
def test_nobody_is_forgotten_as_they_are_with_even_or_growing_pauses(
    pauses: list[float], hold: float
) -> None:
    growing = [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.025, 0.025, 0.05, 0.05, 0.1]  # SQLite's own
    longest = longest_wait(pauses, hold)
    assert longest < 0.5
    assert longest < longest_wait([min(pauses)], hold) / 3
    assert longest < longest_wait(growing, hold) / 3


@contextmanager
def unprivileged() -> Iterator[None]:
    """As someone whom the file permissions hold, also where the tests run as root."""
    me = os.geteuid()
    os.seteuid(NOBODY if me == 0 else me)
    try:
        yield
    finally:
        os.seteuid(me)


def test_a_lock_file_that_may_not_be_made_makes_the_registry_unavailable(database: Path) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        copy = Path(shutil.copy(database, folder))
        copy.chmod(0o666)
        folder.chmod(0o555)
        registry = Registry(f"sqlite:///{copy}")
        with unprivileged(), pytest.raises(RegistryError) as trouble, registry.writing():
            pass
        registry.close()
        assert list(folder.iterdir()) == [copy]
        folder.chmod(0o755)
    assert (trouble.value.code, "PermissionError" in trouble.value.text.en) == ("registry_unavailable", True)


def test_a_lock_file_that_cannot_be_opened_makes_the_registry_unavailable(sqlite_registry: Registry) -> None:
    assert sqlite_registry.file is not None
    sqlite_registry.file.with_name("suket.sqlite3.lock").mkdir()
    with pytest.raises(RegistryError) as trouble, sqlite_registry.writing():
        pass
    assert trouble.value.code == "registry_unavailable"


def test_the_lock_file_is_its_owners_alone(sqlite_registry: Registry) -> None:
    assert sqlite_registry.file is not None
    with sqlite_registry.writing():
        pass
    assert sqlite_registry.file.with_name("suket.sqlite3.lock").stat().st_mode & 0o777 == 0o600
