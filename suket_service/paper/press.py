"""What a printing process is told, and what it does. Imports nothing of the registry: every worker starts with this.

The functions here are jobs that cross process borders; who hands them out is ``printing.press``.
"""

import gc
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import connection, parent_process
from pathlib import Path

from suket_service.core.letter import Letter
from suket_service.errors import PrinterError
from suket_service.paper.certificate import Certificate
from suket_service.paper.letter_pdf import LetterPrinter, PrintedLetter

#: Letters put together in one PDF before parts are joined, so that two processes share the smallest part.
TOGETHER = 25


@dataclass(frozen=True, slots=True)
class Press:
    """What rendering takes: the template folder, whether everything is an example, the office's certificate."""

    templates: Path
    demo: bool
    processes: int = 0  # 0: one for each core, two at most
    certificate: Certificate | None = None  # needed where letters of some kind are signed electronically

    @property
    def workers(self) -> int:
        """Worker processes for a batch; each takes about 120 MB."""
        return self.processes or min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Pages:
    """Some letters in one PDF, and those that could not be put on paper, by place."""

    pdf: bytes  # empty when there is no page
    refused: tuple[tuple[int, PrinterError], ...]


@lru_cache(maxsize=2)
def printer(press: Press) -> LetterPrinter:
    """The printer of this process for that press, made once."""
    return LetterPrinter(press.templates, press.demo, press.certificate)


def begin_work() -> None:
    """What a worker process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # interrupts are the parent's affair
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    gc.freeze()  # what is imported by now is no garbage, however often the collector looks


def _end_with_the_parent() -> None:
    # A parent that is killed tells nobody; its workers would wait for work for ever.
    if (parent := parent_process()) is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def print_one(press: Press, letter: Letter) -> PrintedLetter:
    """One letter.

    Raises:
        PrinterError: as ``LetterPrinter.print``.
    """
    return printer(press).print(letter)


def try_one(press: Press, letter: Letter) -> PrintedLetter | PrinterError:
    """One letter, or why not."""
    try:
        return print_one(press, letter)
    except PrinterError as error:
        return error


def print_portion(press: Press, portion: Sequence[Letter]) -> bytes:
    """A few dozen letters in one PDF.

    Raises:
        PrinterError: as ``LetterPrinter.print_together``.
    """
    try:
        return printer(press).print_together(portion)
    finally:
        # The boxes of what was set hold each other. All are young: looking through what is kept would take a
        # fifteenth of the time of a letter.
        gc.collect(1)


def print_pages(press: Press, portion: Sequence[Letter]) -> Pages:
    """Those of a few dozen letters that can be printed in one PDF, and why the others cannot."""
    try:
        return Pages(print_portion(press, portion), ())
    except PrinterError:
        refused = [
            (place, error) for place, letter in enumerate(portion) if (error := _trouble(press, letter))
        ]
    out = {place for place, _ in refused}
    good = [letter for place, letter in enumerate(portion) if place not in out]
    return Pages(print_portion(press, good) if good else b"", tuple(refused))


def _trouble(press: Press, letter: Letter) -> PrinterError | None:
    try:
        printer(press).print_together([letter])
    except PrinterError as error:
        return error
    return None
