"""Many letters to PDF, part by part: begun, continued, handed out. Chooses no letter and issues none.

There is no queue and nothing that must keep running: each call renders one part and puts it on record, and
whoever calls next goes on where the record ends. What is rendered counts as printed, for it is handed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from suket_service.core.letter import Letter, LetterState
from suket_service.errors import NotFound, Text, WrongState
from suket_service.paper.engine import RENDERER
from suket_service.paper.joining import join_files
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.printing import choosing
from suket_service.printing.choosing import Wanted
from suket_service.printing.handing_out import MAY_PRINT, record
from suket_service.printing.parts import RenderedPart, render_part
from suket_service.printing.press import Press
from suket_service.printing.shelf import Shelf
from suket_service.registry import audit, letters, print_runs, staff
from suket_service.registry.letters import NewEvent
from suket_service.registry.print_runs import PrintPart, PrintRun
from suket_service.registry.session import Registry, Transaction

#: In a letter's history: it could not be put on paper, and why.
REFUSED = "print_refused"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A letter that is on no page of its run: because of its state, or for the reason that is recorded."""

    letter: str
    number: str
    state: LetterState
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    run: PrintRun
    parts: tuple[PrintPart, ...]  # those rendered, in order
    left_out: tuple[LeftOut, ...]
    outdated: frozenset[int] = frozenset()  # parts whose file holds a letter that was stopped since

    @property
    def done(self) -> int:
        """Letters of the parts that were rendered."""
        return sum(len(self.run.part(part.part)) for part in self.parts)

    @property
    def finished(self) -> bool:
        """Whether every part was rendered."""
        return len(self.parts) == self.run.parts


def start(registry: Registry, office: str, run_id: str, wanted: Wanted, by: str, at: datetime) -> PrintRun:
    """Begin a run; under the same id (32 hex digits) again it is the same run. Nothing is rendered yet.

    Raises:
        NotFound: one of the picked letters is not this office's or was never issued.
        RequestRefused: ``nothing_waiting`` or ``run_too_large``.
        FieldError: ``part_size``.
        NotAllowed: an operator or approver may.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        if (known := print_runs.find_run(tx, office, run_id)) is not None:
            return known
        ids = choosing.chosen(tx, office, wanted, at)
        run = PrintRun(run_id, office, str(wanted.choice), ids, wanted.part_size, by, at)
        print_runs.add_run(tx, run)
        details = {"letters": len(ids), "part_size": run.part_size}
        audit.append(tx, at, by, "print_run.start", run.id, office, details)
    return run


def next_part(
    registry: Registry, office: str, run_id: str, by: str, press: Press, shelf: Shelf, at: datetime
) -> bool:
    """Render the run's next part and put it on record; where all are, the next whose file is gone.

    Returns:
        Whether there was anything to do.

    Raises:
        NotFound: no such run in this office.
        Busy: someone else is rendering this run.
        PrinterError: ``printing_stopped``; the run stays where it is.
        NotAllowed: an operator or approver may.
    """
    _require_run(registry, office, run_id, by)
    with shelf.reserved(run_id):
        shelf.sweep(at)
        with registry.reading() as tx:
            current = progress(tx, office, run_id)
        run = current.run
        recorded = {part.part for part in current.parts}
        for number in range(1, run.parts + 1):
            if number not in recorded:
                _render_new(registry, run, number, by, press, shelf, at)
                return True
        for part in gone(current, shelf):
            _render_again(registry, run, part, by, press, shelf, at)
            return True
    return False


def gone(current: Progress, shelf: Shelf) -> list[PrintPart]:
    """The rendered parts that have pages but whose file is not kept any more, or may not leave any more."""
    present = shelf.present(current.run.id) - current.outdated
    return [part for part in current.parts if part.sha256 and part.part not in present]


def progress(tx: Transaction, office: str, run_id: str) -> Progress:
    """How far a run is, and which letters are on none of the pages that it hands out.

    Raises:
        NotFound: no such run in this office.
    """
    run = print_runs.run_of(tx, office, run_id)
    parts = print_runs.parts_of(tx, run_id)
    printed = print_runs.printed_in(tx, [part.sha256 for part in parts if part.sha256])
    stopped = _stopped(tx, office, [letter for part in parts for letter in run.part(part.part)])
    missing: list[str] = []
    for part in parts:
        there = printed.get(part.sha256, frozenset()) - stopped
        missing += [letter for letter in run.part(part.part) if letter not in there]
    outdated = {part.part for part in parts if stopped & printed.get(part.sha256, frozenset())}
    return Progress(run, tuple(parts), _left_out(tx, office, missing), frozenset(outdated))


def hand_out(
    registry: Registry, office: str, run_id: str, part: int, by: str, press: Press, shelf: Shelf, at: datetime
) -> Path:
    """A rendered part's file; one that is not kept any more is rendered, and so recorded, again.

    So is one with a letter that was stopped since, without that letter.

    Raises:
        NotFound: no such run here, or that part has no file or no letter in force.
        Busy: someone else is rendering this run.
        PrinterError: ``printing_stopped``.
        NotAllowed: an operator or approver may.
    """
    run = _require_run(registry, office, run_id, by)
    with registry.reading() as tx:
        known = print_runs.find_part(tx, run_id, part) if part <= run.parts else None
        outdated = known is not None and _is_outdated(tx, run, known)
    if known is None or not known.sha256:
        raise _no_part()
    file = None if outdated else shelf.find(run_id, part, known.sha256)
    if file is None:
        with shelf.reserved(run_id):
            known = _render_again(registry, run, known, by, press, shelf, at)
        file = shelf.find(run_id, part, known.sha256)
    if file is None:
        raise _no_part()
    with registry.writing() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        details = {"part": part, "pdf": known.sha256[:16]}
        audit.append(tx, at, by, "print_run.hand_out", run_id, office, details)
    return file


def hand_out_whole(registry: Registry, office: str, run_id: str, by: str, shelf: Shelf, at: datetime) -> Path:
    """All pages of a finished run in one file.

    Its letters were recorded with their parts; the joined file holds the same pages.

    Raises:
        NotFound: no such run here, or it has no page at all.
        WrongState: ``run_unfinished``, ``run_files_gone`` or ``run_letters_stopped``.
        Busy: someone else is rendering this run.
        NotAllowed: an operator or approver may.
    """
    run = _require_run(registry, office, run_id, by)
    with registry.reading() as tx:
        current = progress(tx, office, run_id)
    parts = current.parts
    if len(parts) < run.parts:
        raise _unfinished()
    with_pages = [part for part in parts if part.sha256]
    if not with_pages:
        raise _no_part()
    if current.outdated:
        raise _letters_stopped()
    with shelf.reserved(run_id):
        files = [shelf.find(run_id, part.part, part.sha256) for part in with_pages]
        there = [file for file in files if file is not None]
        if len(there) < len(files):
            raise _files_gone()
        join_files(there, shelf.room_for_whole(run_id))
        whole = shelf.put_whole(run_id, at)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        audit.append(tx, at, by, "print_run.hand_out", run_id, office, {"part": "all"})
    return whole


def _require_run(registry: Registry, office: str, run_id: str, by: str) -> PrintRun:
    with registry.reading() as tx:
        staff.require_member(tx, by, office, *MAY_PRINT)
        return print_runs.run_of(tx, office, run_id)


def _render_new(
    registry: Registry, run: PrintRun, number: int, by: str, press: Press, shelf: Shelf, at: datetime
) -> None:
    rendered = render_part(_originals(registry, run, run.part(number)), press)
    with registry.writing() as tx:
        staff.require_member(tx, by, run.office, *MAY_PRINT)
        if print_runs.find_part(tx, run.id, number) is None:  # another machine may have been quicker
            print_runs.add_part(tx, run.id, _recorded(tx, run, number, rendered, by, at))
            _keep(shelf, run, number, rendered, at)


def _render_again(
    registry: Registry, run: PrintRun, part: PrintPart, by: str, press: Press, shelf: Shelf, at: datetime
) -> PrintPart:
    with registry.reading() as tx:
        printed = print_runs.printed_in(tx, [part.sha256]).get(part.sha256, frozenset())
    wanted = [letter for letter in run.part(part.part) if letter in printed]
    rendered = render_part(_originals(registry, run, wanted), press)
    with registry.writing() as tx:
        staff.require_member(tx, by, run.office, *MAY_PRINT)
        again = _recorded(tx, run, part.part, rendered, by, at)
        print_runs.replace_part(tx, run.id, again)
        _keep(shelf, run, part.part, rendered, at)
    return again


def _originals(registry: Registry, run: PrintRun, ids: Sequence[str]) -> list[Letter]:
    with registry.reading() as tx:
        found = letters.by_ids(tx, run.office, ids)
        return [letters.as_printed(tx, each) for each in found if each.state is LetterState.ISSUED]


def _recorded(
    tx: Transaction, run: PrintRun, number: int, rendered: RenderedPart, by: str, at: datetime
) -> PrintPart:
    paper = PrintedLetter(b"", rendered.sha256, RENDERER)
    record(
        tx,
        run.office,
        [(letter, paper) for letter in rendered.printed],
        by,
        at,
        {"run": run.id, "part": number, "refused": len(rendered.refused)},
    )
    letters.add_events(
        tx, [NewEvent(letter.id, at, by, REFUSED, error.text.id) for letter, error in rendered.refused]
    )
    return PrintPart(number, rendered.sha256, by, at)


def _keep(shelf: Shelf, run: PrintRun, number: int, rendered: RenderedPart, at: datetime) -> None:
    # Before the commit: a file without a record is written over, a record without a file is rendered again.
    if rendered.printed:
        shelf.put(run.id, number, rendered.pdf, at)
    else:
        shelf.remove(run.id, number)


def _is_outdated(tx: Transaction, run: PrintRun, part: PrintPart) -> bool:
    printed = print_runs.printed_in(tx, [part.sha256]).get(part.sha256, frozenset())
    return bool(_stopped(tx, run.office, [letter for letter in run.part(part.part) if letter in printed]))


def _stopped(tx: Transaction, office: str, ids: Sequence[str]) -> frozenset[str]:
    """Those of these letters that are suspended, revoked or superseded."""
    return frozenset(print_runs.not_in_state(tx, office, ids, LetterState.ISSUED))


def _left_out(tx: Transaction, office: str, missing: Sequence[str]) -> tuple[LeftOut, ...]:
    if not missing:
        return ()
    reasons = print_runs.last_reasons(tx, missing, REFUSED)
    return tuple(
        LeftOut(record.id, record.number or "", record.state, reasons.get(record.id, ""))
        for record in letters.by_ids(tx, office, missing)
    )


def _no_part() -> NotFound:
    return NotFound(
        "no_print_part",
        Text("Bagian cetakan itu tidak ada.", "This run has no such part."),
    )


def _unfinished() -> WrongState:
    return WrongState(
        "run_unfinished",
        Text(
            "Cetakan ini belum selesai. Lanjutkan sampai selesai, lalu unduh semuanya.",
            "This run is not finished. Continue it to its end, then download all of it.",
        ),
        "unfinished",
    )


def _letters_stopped() -> WrongState:
    return WrongState(
        "run_letters_stopped",
        Text(
            "Ada surat di cetakan ini yang tidak berlaku lagi. Susun ulang berkasnya dahulu; surat itu tidak ikut.",
            "A letter of this run is not in force any more. Make its files again first; that letter is left out.",
        ),
        "stopped",
    )


def _files_gone() -> WrongState:
    return WrongState(
        "run_files_gone",
        Text(
            "Berkas cetakan ini sudah dihapus karena lewat 24 jam. Susun ulang dahulu; itu dicatat sebagai cetak ulang.",
            "The files of this run were removed after 24 hours. Make them again first; that is recorded as a reprint.",
        ),
        "gone",
    )
