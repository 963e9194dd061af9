"""F4: the power goes at any moment of a SQLite registry's life."""

import os
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Way, register
from tests.faults.powercut import STRACE, Call, Disk, read_trace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to see what is written"),
]
_LETTERS = 24
_POINTS = int(os.environ.get("SUKET_FAULT_POINTS", "400"))


def _breaches_after_power_cuts(
    registry: Registry, start_issuer: StartIssuer, tmp_path: Path, pragmas: Sequence[str]
) -> tuple[int, Counter[str]]:
    """How many power cuts were tried, and what they broke: each kind of breach with how many did."""
    assert registry.file is not None
    register(registry, range(_LETTERS))
    registry.close()
    disk, trace = Disk(_moved(registry.file)), tmp_path / "trace"
    issuer = start_issuer(
        f"sqlite:///{_home(registry.file) / 'suket.sqlite3'}",
        *("--count", str(_LETTERS), "--way", Way.TURNS),
        *(f"--tell=PRAGMA {pragma}" for pragma in pragmas),
        before=(*STRACE, "-o", str(trace)),
    )
    issuer.wait()
    calls = read_trace(trace)
    assert len(issuer.acknowledged) == _LETTERS
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        return _replay(disk, calls, Path(place) / "suket.sqlite3")


def _home(file: Path) -> Path:
    return file.parent / "disk"


def _moved(file: Path) -> Path:
    """A folder with the registry and nothing else, as the disk is when the power is still there."""
    _home(file).mkdir()
    shutil.copy(file, _home(file) / "suket.sqlite3")
    return _home(file)


def _replay(disk: Disk, calls: list[Call], place: Path) -> tuple[int, Counter[str]]:
    chance = random.Random(len(calls))
    first = next(number for number, call in enumerate(calls) if call.name == "pwrite64")
    points = set(chance.sample(range(first, len(calls)), min(_POINTS, len(calls) - first)))
    acknowledged: dict[str, str] = {}
    broken: Counter[str] = Counter()
    after = Registry(f"sqlite:///{place}")
    for number, call in enumerate(calls):
        if call.name == "write" and call.descriptor == 1:
            word, *said = call.text(1).decode().split()
            if word == "ack":
                acknowledged[said[0]] = said[1]
        else:
            disk.follow(call)
        if number in points:
            for name, content in disk.after_power_cut(chance).items():
                (place.parent / name).write_bytes(content)
            breaches = invariants.breaches(after, acknowledged)
            broken.update({breach.partition(": a:")[0][:60] for breach in breaches})
            after.close()
            for path in place.parent.iterdir():
                path.unlink()
    return len(points), broken


@pytest.mark.parametrize(
    "pragmas", [(), ("journal_mode=WAL", "synchronous=FULL")], ids=["as set", "WAL+FULL"]
)
def test_f4_a_power_cut_loses_nothing_acknowledged(
    sqlite: Registry, start_issuer: StartIssuer, tmp_path: Path, found: Found, pragmas: Sequence[str]
) -> None:
    """Whatever was not yet on the disk may be gone or half there: every acknowledged letter is there."""
    points, broken = _breaches_after_power_cuts(sqlite, start_issuer, tmp_path, pragmas)
    found(f"{points} power cuts, {_LETTERS} letters")
    assert not broken


@pytest.mark.parametrize(
    "pragmas",
    [
        ("journal_mode=WAL", "synchronous=NORMAL"),
        ("journal_mode=DELETE", "synchronous=FULL"),
        ("synchronous=OFF",),
    ],
    ids=["WAL+NORMAL", "DELETE+FULL", "OFF"],
)
def test_f4_control_synced_less(
    sqlite: Registry, start_issuer: StartIssuer, tmp_path: Path, found: Found, pragmas: Sequence[str]
) -> None:
    """A registry that syncs less than ours loses acknowledged letters, or can be read no more."""
    points, broken = _breaches_after_power_cuts(sqlite, start_issuer, tmp_path, pragmas)
    found(f"{points} power cuts: {'; '.join(f'{times} × {kind}' for kind, times in broken.most_common(3))}")
    assert broken
