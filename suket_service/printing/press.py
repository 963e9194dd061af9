"""Rendering here or on worker processes. Stores nothing and renders nothing itself.

Worker processes stay for a while after their last letter: a run of many letters comes part by part, each in a
request of its own, and starting them takes as long as forty letters.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import active_children, get_context
from typing import Protocol, TypeVar

from suket_service.errors import PrinterError, Text
from suket_service.paper.press import Press, begin_work, printer

__all__ = ["Press", "RenderAll", "dismiss", "printer", "running"]

#: Below this, starting worker processes costs more than it saves.
_WORTH_A_POOL = 8
#: Idle worker processes end after this many seconds, and with the process that started them.
_STAY = 30

T = TypeVar("T")
R = TypeVar("R")


class RenderAll(Protocol):
    """A job done for each of several things, in order; the job crosses process borders."""

    def __call__(self, job: Callable[[Press, T], R], wanted: Sequence[T]) -> list[R]:
        """The results in the order of ``wanted``."""


@dataclass(slots=True)
class _Crew:
    pool: ProcessPoolExecutor
    busy: int = 0
    going: threading.Timer | None = None


_crews: dict[int, _Crew] = {}  # by how many they are; in earnest one of them
_turn = threading.Lock()


@contextmanager
def running(press: Press, expected: int) -> Iterator[RenderAll]:
    """Rendering for as long as the block lasts: here, or on worker processes where it pays."""

    def render_here(job: Callable[[Press, T], R], wanted: Sequence[T]) -> list[R]:
        return [job(press, each) for each in wanted]

    if expected < _WORTH_A_POOL or press.workers == 1:
        yield render_here
        return
    with _crew(press.workers) as pool:

        def render_there(job: Callable[[Press, T], R], wanted: Sequence[T]) -> list[R]:
            try:
                return list(pool.map(job, repeat(press), wanted))
            except (BrokenProcessPool, OSError):
                # A worker that dies while another is being started leaves that one unknown to the pool,
                # which would wait for it for ever.
                for child in active_children():
                    child.kill()
                raise _stopped() from None

        yield render_there


def dismiss() -> None:
    """End the worker processes that have nothing to do."""
    with _turn:
        for workers, crew in list(_crews.items()):
            if not crew.busy:
                _end(workers, crew)


@contextmanager
def _crew(workers: int) -> Iterator[ProcessPoolExecutor]:
    with _turn:
        crew = _crews.get(workers)
        if crew is None or not _is_well(crew):
            crew = _crews[workers] = _Crew(_pool(workers))
        crew.busy += 1
        if crew.going is not None:
            crew.going.cancel()
    try:
        yield crew.pool
    finally:
        with _turn:
            crew.busy -= 1
            if not crew.busy:
                crew.going = threading.Timer(_STAY, _leave, (workers, crew))
                crew.going.daemon = True
                crew.going.start()


def _is_well(crew: _Crew) -> bool:
    # One whose worker died takes no work any more, whoever killed it.
    try:
        crew.pool.submit(os.getpid)
    except (BrokenProcessPool, RuntimeError):
        crew.pool.shutdown(wait=False)
        return False
    return True


def _leave(workers: int, crew: _Crew) -> None:
    with _turn:
        if not crew.busy:
            _end(workers, crew)


def _end(workers: int, crew: _Crew) -> None:
    if crew.going is not None:
        crew.going.cancel()
    if _crews.get(workers) is crew:
        del _crews[workers]
    crew.pool.shutdown()


def _pool(workers: int) -> ProcessPoolExecutor:
    try:
        # Spawned, not forked: the parent may hold database connections and threads.
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=begin_work)
    except OSError:
        raise _stopped() from None


def _stopped() -> PrinterError:
    return PrinterError(
        "printing_stopped",
        Text(
            "Proses pencetak berhenti mendadak, mungkin kehabisan memori. Cetak lagi dengan lebih sedikit surat.",
            "A printing process ended all at once, perhaps for want of memory. Print again with fewer letters.",
        ),
    )
