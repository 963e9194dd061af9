"""A letter's PDF for another agency's program: a printing like any other. Keeps no file."""

from collections.abc import Callable
from datetime import datetime

from suket_service.core.letter import Action, Letter, next_state
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.printing.handing_out import record
from suket_service.printing.press import Press, printer
from suket_service.registry import audit, letters, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


def print_for_program(
    registry: Registry,
    office: str,
    letter: str,
    by: str,
    press: Press,
    at: datetime,
    holds: Callable[[str], bool] = lambda _sha256: False,
) -> tuple[Letter, PrintedLetter]:
    """Print one letter that is in force for a program, and put that on record.

    Args:
        registry: where letters are kept.
        office: the issuing office.
        letter: its id.
        by: the program's account.
        press: what printing takes.
        at: now.
        holds: whether the program needs no file, for it has the one of that SHA-256 already or asked about it
            only; then nothing was printed.

    Raises:
        NotFound: no such letter in this office.
        WrongState: it is not in force.
        PrinterError: it cannot be put on paper.
        NotAllowed: ``by`` is no program of this office.
    """
    with registry.reading() as tx:
        original = _in_force(tx, office, letter, by)
    paper = printer(press).print(original)
    with registry.writing() as tx:
        _in_force(tx, office, letter, by)
        if holds(paper.sha256):
            audit.append(tx, at, by, "letter.pdf", original.number, office, {"unchanged": True})
        else:
            record(tx, office, [(original, paper)], by, at)
    return original, paper


def _in_force(tx: Transaction, office: str, letter: str, by: str) -> Letter:
    staff.require_member(tx, by, office, Role.PROGRAM)
    found = letters.by_id(tx, office, letter)
    next_state(found.state, Action.SUSPEND)  # which only a letter in force can take
    return letters.as_printed(tx, found)
