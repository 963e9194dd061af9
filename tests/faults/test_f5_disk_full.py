"""F5: the disk is full."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suket_service.core.verdict import Outcome
from suket_service.errors import RegistryError
from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Desk, Way, register, scan, verdict_on

_PEOPLE = 400
_DISK_BYTES = 4 * 1024 * 1024


def _full_and_free_again(registry: Registry, free: Callable[[], object], found: Found) -> None:
    """Issue until nothing more can be written, look around, make room, go on: all in one process."""
    desk, acknowledged = Desk(registry, way=Way.TURNS), dict[str, str]()
    assert _issue_until_refused(desk, acknowledged) == "registry_unavailable"
    assert invariants.check(registry, acknowledged) == len(acknowledged) > 0
    assert verdict_on(registry, scan(registry, list(acknowledged.values())[-1])) is Outcome.VALID
    free()
    first = len(acknowledged)
    for number in range(first, first + 5):
        acknowledged[desk.key(number)] = desk.issue(number)
    found(f"full after {first} letters; went on as soon as there was room")
    assert invariants.check(registry, acknowledged) == len(acknowledged)


def _issue_until_refused(desk: Desk, acknowledged: dict[str, str]) -> str:
    for number in range(_PEOPLE):
        try:
            acknowledged[desk.key(number)] = desk.issue(number)
        except RegistryError as refusal:
            return refusal.code
    return "never"


def _set_most_pages(registry: Registry, more: int) -> None:
    with registry.reading() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")


def test_f5_a_full_disk_refuses_cleanly(sqlite: Registry, found: Found) -> None:
    """A plain refusal, nothing half done, checks go on, and issuing goes on once there is room."""
    register(sqlite, range(_PEOPLE))
    _set_most_pages(sqlite, 20)
    _full_and_free_again(sqlite, lambda: _set_most_pages(sqlite, 1000), found)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "none", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount a small disk (root)")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.slow
def test_f5_a_small_disk_refuses_cleanly(sqlite: Registry, small_disk: Path, found: Found) -> None:
    """The same on a real file system without room."""
    register(sqlite, range(_PEOPLE))
    sqlite.close()
    assert sqlite.file is not None
    registry = Registry(f"sqlite:///{small_disk / 'suket.sqlite3'}")
    (small_disk / "suket.sqlite3").write_bytes(sqlite.file.read_bytes())
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(_DISK_BYTES - sqlite.file.stat().st_size - 256 * 1024))
    _full_and_free_again(registry, ballast.unlink, found)
    registry.close()


def test_f5_control_no_rollback_journal(sqlite: Registry, start_issuer: StartIssuer, found: Found) -> None:
    """Without SQLite's journal the same fault leaves half a letter, or a file that cannot be read."""
    register(sqlite, range(_PEOPLE))
    assert sqlite.file is not None
    most = sqlite.file.stat().st_size + 64 * 1024
    issuer = start_issuer(
        sqlite, *("--count", "200", "--most-bytes", str(most)), *("--tell=PRAGMA journal_mode=OFF",)
    )
    issuer.wait()
    assert issuer.lines("trouble")
    breaches = invariants.breaches(sqlite, issuer.acknowledged)
    found("; ".join(breaches)[:160])
    assert breaches
