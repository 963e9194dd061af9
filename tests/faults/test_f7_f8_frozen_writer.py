"""F7 and F8: a writer freezes inside its transaction, on SQLite and on PostgreSQL."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from suket_service.core.verdict import Outcome
from suket_service.errors import RegistryError
from suket_service.registry import session
from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Desk, register, scan, verdict_on

_HOME = Path(__file__).resolve().parents[2]
_WAIT = 1.0
_IDLE = 3.0
Freeze = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def freeze() -> Iterator[Freeze]:
    """Starts a writer and freezes it inside its transaction."""
    frozen: list[subprocess.Popen[bytes]] = []

    def start(registry: Registry, idle_seconds: float = 0) -> subprocess.Popen[bytes]:
        url = registry.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.faults.holder", url, str(idle_seconds)]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_HOME)
        frozen.append(holder)
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"  # noqa: PT018
        holder.send_signal(signal.SIGSTOP)
        return holder

    yield start
    for holder in frozen:
        holder.kill()
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[Registry], Registry]:
    """The same registry, opened by someone who waits only ``_WAIT`` seconds."""
    monkeypatch.setattr(session, "WAIT_SECONDS", _WAIT)
    return lambda registry: Registry(registry.url.render_as_string(hide_password=False))


def _refused(desk: Desk, number: int) -> float:
    """How long it took, in seconds, until a request was refused for want of the registry."""
    began = time.monotonic()
    with pytest.raises(RegistryError) as refusal:
        desk.issue(number)
    assert refusal.value.code == "registry_unavailable"
    return time.monotonic() - began


def test_f7_a_frozen_writer_holds_nobody_up(
    sqlite: Registry, impatient: Callable[[Registry], Registry], freeze: Freeze, found: Found
) -> None:
    """Others are refused when their wait is over, reads go on, and kill -9 of the frozen one frees all."""
    register(sqlite, range(2))
    acknowledged = {"a:0": Desk(sqlite).issue(0)}
    scanned = scan(sqlite, acknowledged["a:0"])
    desk = Desk(impatient(sqlite))
    holder = freeze(sqlite)
    waited = _refused(desk, 1)
    began = time.monotonic()
    assert verdict_on(desk.registry, scanned) is Outcome.VALID
    read = time.monotonic() - began
    holder.kill()
    holder.wait()
    acknowledged["a:1"] = desk.issue(1)
    desk.registry.close()
    found(f"refused after {waited:.1f} s of {_WAIT:.0f}, a check took {read * 1000:.0f} ms meanwhile")
    assert invariants.check(sqlite, acknowledged) == 2


def test_f7_a_writer_frozen_in_its_commit_leaves_no_check_hanging(
    sqlite: Registry, impatient: Callable[[Registry], Registry], found: Found
) -> None:
    """With a rollback journal a commit shuts readers out: a check then says it cannot tell, in time."""
    register(sqlite, range(1))
    scanned = scan(sqlite, Desk(sqlite).issue(0))
    other = impatient(sqlite)
    with other.reading() as tx:
        has_log = tx.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert sqlite.file is not None
    with closing(sqlite3.connect(sqlite.file, isolation_level=None)) as committing:
        committing.execute("BEGIN EXCLUSIVE")
        # With a write-ahead log readers need not wait at all.
        assert verdict_on(other, scanned) is (Outcome.VALID if has_log else Outcome.INDETERMINATE)
    assert verdict_on(other, scanned) is Outcome.VALID
    other.close()
    found("cannot tell while it lasts, valid after")


def test_f7_control_waiting_without_end(
    sqlite: Registry,
    impatient: Callable[[Registry], Registry],
    freeze: Freeze,
    start_issuer: StartIssuer,
    found: Found,
) -> None:
    """Without a deadline the others hang for as long as the frozen writer lives."""
    register(sqlite, range(2))
    holder = freeze(sqlite)
    endless = start_issuer(sqlite, "--count", "1", "--wait-for-ever")
    desk = Desk(impatient(sqlite))
    for _ in range(3):
        _refused(desk, 1)
    desk.registry.close()
    assert endless.process.poll() is None
    assert not endless.lines("ack") + endless.lines("trouble")
    holder.kill()
    endless.wait()
    found("silent while three others had their answer; served once the frozen one was killed")
    assert invariants.check(sqlite, endless.acknowledged) == 1


def test_f8_a_frozen_writer_is_ended_by_the_server(
    postgresql: Registry, impatient: Callable[[Registry], Registry], freeze: Freeze, found: Found
) -> None:
    """Others are refused when their wait is over, reads go on, and the server frees all without a human."""
    register(postgresql, range(2))
    acknowledged = {"a:0": Desk(postgresql).issue(0)}
    scanned = scan(postgresql, acknowledged["a:0"])
    desk = Desk(impatient(postgresql))
    desk.open()
    freeze(postgresql, _IDLE)
    froze = time.monotonic()
    waited = _refused(desk, 1)
    assert verdict_on(desk.registry, scanned) is Outcome.VALID
    while "a:1" not in acknowledged and time.monotonic() - froze < 10 * _IDLE:
        try:
            acknowledged["a:1"] = desk.issue(1)
        except RegistryError:
            continue
    free = time.monotonic() - froze
    desk.registry.close()
    found(f"refused after {waited:.1f} s of {_WAIT:.0f}, free again {free:.1f} s after")
    assert invariants.check(postgresql, acknowledged) == 2


def test_f8_control_no_idle_limit(
    postgresql: Registry, impatient: Callable[[Registry], Registry], freeze: Freeze, found: Found
) -> None:
    """Without the server's limit on idle transactions the lock stays until a human comes."""
    register(postgresql, range(1))
    desk = Desk(impatient(postgresql))
    holder = freeze(postgresql, 0)
    froze = time.monotonic()
    while time.monotonic() - froze < 1.5 * _IDLE:
        _refused(desk, 0)
    assert holder.poll() is None
    found(f"still refused {time.monotonic() - froze:.0f} s after")
    desk.registry.close()
