"""The queue in which a SQLite file's writers wait for each other. Knows no SQL.

SQLite's own waiting backs off further the longer it lasts, so that whoever has waited longest is the
least likely to be next: single waits of 7.7 s were seen with eight writers. Here it is the other way
round. The lock is the kernel's (``flock``): it goes with the process that holds it, however that dies.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How often the newest in the queue asks whether it is their turn, in seconds; older ones ask more often.
_LONGEST_PAUSE = 0.008
_SHORTEST_PAUSE = 0.0005
#: After waiting this long, in seconds, one asks at the shortest interval.
_PATIENCE = 0.25


@contextmanager
def turn(lock_file: Path, seconds: float) -> Iterator[float]:
    """Hold the one lock for as long as the block lasts; yields how long the wait was, in seconds.

    Raises:
        TimeoutError: others held it for ``seconds``.
        OSError: the lock file cannot be opened.
    """
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waited = _wait(descriptor, seconds)
        yield waited
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing alone would leave it to a child forked meanwhile
        os.close(descriptor)


def _wait(descriptor: int, seconds: float) -> float:
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - began
            if waited >= seconds:
                raise TimeoutError from None
            time.sleep(max(_SHORTEST_PAUSE, _LONGEST_PAUSE * (1 - waited / _PATIENCE)))
        else:
            return time.monotonic() - began
