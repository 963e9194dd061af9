"""One letter for the printer at the counter. Keeps no file: the letter is data, and its PDF always the same.

Printing and looking at the PDF are two steps. The first writes: it puts the printing on record. The second
only reads, so that a page that is loaded again, or gone back to, shows the same bytes and records nothing.
Whoever did not just print that letter cannot look at it this way: no personal data lie at an address.
"""

from datetime import datetime, timedelta

from suket_service.core.letter import Action, Letter, next_state
from suket_service.errors import NotFound, Text
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.printing.handing_out import MAY_PRINT, record
from suket_service.printing.press import Press, printer
from suket_service.registry import letters, print_runs, staff
from suket_service.registry.session import Registry, Transaction

#: For so long whoever printed a letter can look at its PDF.
SHOWN_FOR = timedelta(minutes=15)


def print_letter(
    registry: Registry, office: str, letter: str, by: str, press: Press, at: datetime
) -> PrintedLetter:
    """Print one letter that is in force and put that on record; the same again is the same bytes.

    Raises:
        NotFound: no such letter in this office, or it was never issued.
        WrongState: it is suspended, revoked or superseded.
        PrinterError: it cannot be put on paper.
        NotAllowed: an operator or approver may.
    """
    with registry.reading() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        original = _in_force(tx, office, letter)
    paper = printer(press).print(original)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        _in_force(tx, office, letter)
        record(tx, office, [(original, paper)], by, at)
    return paper


def just_printed(
    registry: Registry, office: str, letter: str, by: str, press: Press, at: datetime
) -> tuple[Letter, PrintedLetter]:
    """The PDF of a letter that this person printed a moment ago; writes nothing.

    Raises:
        NotFound: no such letter here, or this person did not print it within ``SHOWN_FOR``.
        WrongState: it was suspended, revoked or superseded since.
        PrinterError: as :func:`print_letter`.
        NotAllowed: an operator or approver may.
    """
    with registry.reading() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        original = _in_force(tx, office, letter)
        printed_at = print_runs.last_printed_by(tx, letter, by)
        if printed_at is None or at - printed_at > SHOWN_FOR:
            raise NotFound(
                "not_just_printed",
                Text(
                    "PDF ini hanya terbuka 15 menit bagi yang mencetaknya. Cetak lagi dari halaman suratnya.",
                    "This PDF opens for 15 minutes and only to who printed it. Print again from the letter's page.",
                ),
            )
    return original, printer(press).print(original)


def _in_force(tx: Transaction, office: str, letter: str) -> Letter:
    found = letters.by_id(tx, office, letter)
    original = letters.as_printed(tx, found)
    next_state(found.state, Action.SUSPEND)  # which only a letter in force can take
    return original
