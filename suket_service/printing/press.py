"""What printing takes, and rendering here or on worker processes. Stores nothing."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Protocol, TypeVar

from suket_service.errors import PrinterError, Text
from suket_service.paper.certificate import Certificate
from suket_service.paper.letter_pdf import LetterPrinter

#: Below this, starting worker processes costs more than it saves.
_WORTH_A_POOL = 8

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Press:
    """What rendering takes: the template folder, whether everything is an example, the office's certificate."""

    templates: Path
    demo: bool
    processes: int = 0  # 0: one for each core, two at most
    certificate: Certificate | None = None  # needed where letters of some kind are signed electronically

    @property
    def workers(self) -> int:
        """Worker processes for a batch; each takes about 100 MB."""
        return self.processes or min(2, os.cpu_count() or 1)


class RenderAll(Protocol):
    """A job done for each of several things, in order; the job crosses process borders."""

    def __call__(self, job: Callable[[Press, T], R], wanted: Sequence[T]) -> list[R]:
        """The results in the order of ``wanted``."""


@contextmanager
def running(press: Press, expected: int) -> Iterator[RenderAll]:
    """Rendering for as long as the block lasts: here, or on worker processes where it pays."""

    def render_here(job: Callable[[Press, T], R], wanted: Sequence[T]) -> list[R]:
        return [job(press, each) for each in wanted]

    if expected < _WORTH_A_POOL or press.workers == 1:
        yield render_here
        return
    with _pool(press.workers) as pool:

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


def _pool(workers: int) -> ProcessPoolExecutor:
    try:
        # Spawned, not forked: the parent may hold database connections and threads.
        return ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent
        )
    except OSError:
        raise _stopped() from None


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stopped() -> PrinterError:
    return PrinterError(
        "printing_stopped",
        Text(
            "Proses pencetak berhenti mendadak, mungkin kehabisan memori. Cetak lagi dengan lebih sedikit surat.",
            "A printing process ended all at once, perhaps for want of memory. Print again with fewer letters.",
        ),
    )


@lru_cache(maxsize=2)
def printer(press: Press) -> LetterPrinter:
    """The printer of this process for that press, made once."""
    return LetterPrinter(press.templates, press.demo, press.certificate)
