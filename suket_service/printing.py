"""Letters to PDF, again and again the same; what was handed out is recorded. Issues and checks nothing."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, TypeVar

from suket_service.core.letter import Letter
from suket_service.core.request import Request
from suket_service.core.seal import MOST_DIGITS
from suket_service.errors import PrinterError, Problem, Text
from suket_service.paper.engine import RENDERER
from suket_service.paper.joining import join
from suket_service.paper.letter_pdf import LetterPrinter, PrintedLetter
from suket_service.registry import audit, letters, offices
from suket_service.registry.letters import NewEvent
from suket_service.registry.session import Registry

#: Letters fetched, rendered and recorded at a time.
PORTION = 50
#: Letters laid out together in one PDF before parts are joined: about 2 MB of memory each.
TOGETHER = 25
#: Below this, starting worker processes costs more than it saves.
_WORTH_A_POOL = 8
#: A letter whose free texts have no more characters than this together fits however wide they are
#: (measured with nothing but W and M: the first that did not fit had 220).
SURELY_FIT = 180
PaperCheck = Callable[[Request], Problem | None]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Press:
    """What rendering takes: the template folder, and whether everything is an example."""

    templates: Path
    demo: bool
    processes: int = 0  # 0: one for each core, two at most

    @property
    def workers(self) -> int:
        """Worker processes for a batch; each takes about 100 MB."""
        return self.processes or min(2, os.cpu_count() or 1)


def print_letters(
    registry: Registry, office: str, numbers: Sequence[str], by: str, press: Press, at: datetime
) -> Iterator[tuple[Letter, PrintedLetter | PrinterError]]:
    """Print issued letters, in order; each portion is recorded before it is handed over.

    One letter that cannot be put on paper keeps nobody else from theirs: its error stands in its place.

    Raises:
        NotFound: one of the numbers is no letter of this office.
        PrinterError: ``printing_stopped``: the printer itself broke down.
    """
    with _running(press, len(numbers)) as render_all:
        for start in range(0, len(numbers), PORTION):
            portion = numbers[start : start + PORTION]
            with registry.reading() as tx:
                originals = [letters.as_printed(tx, letters.by_number(tx, office, each)) for each in portion]
            results = list(zip(originals, render_all(_try_one, originals), strict=True))
            printed = [(letter, paper) for letter, paper in results if isinstance(paper, PrintedLetter)]
            if printed:
                _record(registry, office, printed, by, at)
            yield from results


def print_together(
    registry: Registry, office: str, numbers: Sequence[str], by: str, press: Press, at: datetime
) -> bytes:
    """One PDF with a page for each letter, in order, for the printer.

    Raises:
        NotFound, PrinterError: as :func:`print_letters`; then nothing is printed.
    """
    with registry.reading() as tx:
        originals = [letters.as_printed(tx, letters.by_number(tx, office, each)) for each in numbers]
    portions = [originals[start : start + TOGETHER] for start in range(0, len(originals), TOGETHER)]
    with _running(press, len(originals)) as render_all:
        pdf = join(render_all(_print_together, portions))
    # The file that is handed out is the joined one, so each of its letters is recorded with that hash.
    digest = hashlib.sha256(pdf).hexdigest()
    _record(
        registry, office, [(letter, PrintedLetter(b"", digest, RENDERER)) for letter in originals], by, at
    )
    return pdf


def render(originals: Sequence[Letter], press: Press) -> list[PrintedLetter]:
    """Render without recording; large batches on worker processes."""
    with _running(press, len(originals)) as render_all:
        return render_all(_print_one, originals)


def paper_check(registry: Registry, office_code: str, press: Press, at: datetime) -> PaperCheck:
    """Tells of a request whether its letter will fit on its page, before a number is spent on it."""
    with registry.reading() as tx:
        under = offices.circumstances(tx, office_code, at)
        head = offices.letterhead(tx, office_code, under.letterhead)

    def check(request: Request) -> Problem | None:
        person = request.resident
        lines = (person.name, person.address, person.birth_place, person.occupation, request.reason)
        kind = under.kinds.get(under.usual_kind if request.kind is None else request.kind)
        if kind is None or sum(map(len, lines)) <= SURELY_FIT:
            return None
        trial = Letter(
            id="0" * 32,
            number=under.office.number(9999, kind.series, under.today.year),
            kind=kind,
            office=under.office,
            letterhead=head,
            resident=person,
            reason=request.reason,
            issued_on=under.today,
            valid_until=None,
            issued_at=at,
            seal_text="9" * MOST_DIGITS,
            check_code="0000-0000",
            portrait=None,
        )
        result = _try_one(press.templates, press.demo, trial)
        return Problem("alamat", result.code, result.text) if isinstance(result, PrinterError) else None

    return check


class _RenderAll(Protocol):
    def __call__(self, job: Callable[[Path, bool, T], R], wanted: Sequence[T]) -> list[R]: ...


@contextmanager
def _running(press: Press, expected: int) -> Iterator[_RenderAll]:
    """Rendering for as long as the block lasts: here, or on worker processes where it pays."""

    def render_here(job: Callable[[Path, bool, T], R], wanted: Sequence[T]) -> list[R]:
        return [job(press.templates, press.demo, each) for each in wanted]

    if expected < _WORTH_A_POOL or press.workers == 1:
        yield render_here
        return
    # Spawned, not forked: the parent may hold database connections and threads.
    with ProcessPoolExecutor(
        press.workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent
    ) as pool:

        def render_there(job: Callable[[Path, bool, T], R], wanted: Sequence[T]) -> list[R]:
            try:
                return list(pool.map(job, repeat(press.templates), repeat(press.demo), wanted))
            except BrokenProcessPool:
                raise _stopped() from None

        yield render_there


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


def _record(
    registry: Registry, office: str, printed: Sequence[tuple[Letter, PrintedLetter]], by: str, at: datetime
) -> None:
    with registry.writing() as tx:
        letters.add_events(tx, [NewEvent(letter.id, at, by, "print") for letter, _ in printed])
        for letter, paper in printed:
            letters.add_printing(tx, letter.id, paper.sha256, paper.renderer, by, at)
        audit.append(
            tx,
            at,
            by,
            "letter.print",
            printed[0][0].number if len(printed) == 1 else f"{len(printed)} letters",
            office,
            {"pdfs": [paper.sha256[:16] for _, paper in printed]},
        )


def _print_one(templates: Path, demo: bool, letter: Letter) -> PrintedLetter:
    return _printer(templates, demo).print(letter)


def _try_one(templates: Path, demo: bool, letter: Letter) -> PrintedLetter | PrinterError:
    try:
        return _print_one(templates, demo, letter)
    except PrinterError as error:
        return error


def _print_together(templates: Path, demo: bool, portion: Sequence[Letter]) -> bytes:
    return _printer(templates, demo).print_together(portion)


@lru_cache(maxsize=2)
def _printer(templates: Path, demo: bool) -> LetterPrinter:
    return LetterPrinter(templates, demo)
