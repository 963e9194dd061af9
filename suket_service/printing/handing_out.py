"""Letters to PDF, again and again the same; what was handed out is recorded. Issues and checks nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from suket_service.core.letter import Letter
from suket_service.errors import PrinterError
from suket_service.paper.engine import RENDERER
from suket_service.paper.joining import join
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.paper.press import TOGETHER, Press, print_one, print_portion, try_one
from suket_service.printing.press import running
from suket_service.registry import audit, letters
from suket_service.registry.letters import NewEvent
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: Who may print what was issued.
MAY_PRINT = (Role.OPERATOR, Role.APPROVER)
#: Letters fetched, rendered and recorded at a time.
PORTION = 50


def print_letters(
    registry: Registry, office: str, numbers: Sequence[str], by: str, press: Press, at: datetime
) -> Iterator[tuple[Letter, PrintedLetter | PrinterError]]:
    """Print issued letters, in order; each portion is recorded before it is handed over.

    One letter that cannot be put on paper keeps nobody else from theirs: its error stands in its place.

    Raises:
        NotFound: one of the numbers is no letter of this office.
        PrinterError: ``printing_stopped``: the printer itself broke down.
    """
    with running(press, len(numbers)) as render_all:
        for start in range(0, len(numbers), PORTION):
            portion = numbers[start : start + PORTION]
            with registry.reading() as tx:
                originals = [letters.as_printed(tx, letters.by_number(tx, office, each)) for each in portion]
            results = list(zip(originals, render_all(try_one, originals), strict=True))
            printed = [(letter, paper) for letter, paper in results if isinstance(paper, PrintedLetter)]
            if printed:
                with registry.writing() as tx:
                    record(tx, office, printed, by, at)
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
    with running(press, len(originals)) as render_all:
        pdf = join(render_all(print_portion, portions))
    # The file that is handed out is the joined one, so each of its letters is recorded with that hash.
    digest = hashlib.sha256(pdf).hexdigest()
    with registry.writing() as tx:
        record(tx, office, [(letter, PrintedLetter(b"", digest, RENDERER)) for letter in originals], by, at)
    return pdf


def render(originals: Sequence[Letter], press: Press) -> list[PrintedLetter]:
    """Render without recording; large batches on worker processes."""
    with running(press, len(originals)) as render_all:
        return render_all(print_one, originals)


def record(
    tx: Transaction,
    office: str,
    printed: Sequence[tuple[Letter, PrintedLetter]],
    by: str,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Put on record that those letters were handed out in those files; the caller's transaction, one entry."""
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
        {"pdfs": list(dict.fromkeys(paper.sha256[:16] for _, paper in printed)), **(details or {})},
    )
