"""The folder that the workers of one service count into: who holds which slot of it. Counts nothing.

A slot is held by a lock that the kernel lets go of when its process ends, however it ends.
"""

import fcntl
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

#: Where ``suket serve`` names it; the name is the Prometheus library's.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_MODE = 0o600


def folder() -> Path | None:
    """Where the workers of this service count together; None: this process counts alone."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given and Path(given).is_dir() else None


def take_slot(shared: Path) -> int:
    """The first slot that no living process holds; ours until this process ends."""
    for number in count():
        descriptor = os.open(shared / f"slot-{number}", os.O_RDWR | os.O_CREAT, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return number  # the descriptor stays open, and the slot with it
    raise AssertionError


def slots_held(shared: Path) -> int:
    """How many living processes count into that folder."""
    return sum(_is_held(path) for path in shared.glob("slot-*"))


def let_go(shared: Path) -> None:
    """Remove the folder of a service that has ended; a successor that counts into it keeps it."""
    if slots_held(shared):
        return
    with suppress(OSError):
        for path in (*shared.glob("slot-*"), *shared.glob("*.db")):
            path.unlink()
        shared.rmdir()


def let_go_of_old(shared: Path, before: float) -> None:
    """Remove the folders beside this one that services left behind which were killed before that time (epoch)."""
    prefix, dash, _ = shared.name.rpartition("-")
    for other in shared.parent.glob(f"{prefix}{dash}*") if dash else ():
        with suppress(OSError):
            if other != shared and other.stat().st_mtime < before:
                let_go(other)


def _is_held(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
