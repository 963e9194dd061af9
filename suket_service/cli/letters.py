"""Commands that put letters on paper: ``issue`` and ``print``."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from suket_service import administering, issuing, printing
from suket_service.administering import CONSOLE
from suket_service.cli.letter_files import photos_beside, read_rows
from suket_service.cli.press import press
from suket_service.cli.proving import APPROVER_STDIN, has_proven
from suket_service.cli.session import (
    REFUSED,
    Session,
    now,
    print_json,
    problem_json,
    write_whole,
)
from suket_service.cli.setting_up import DEMO_SOURCE
from suket_service.core.letter import STATE_NAMES, LetterState, file_name
from suket_service.errors import PrinterError, Problem, SuketError, Text
from suket_service.issuing import RowOutcome, RowStatus, TwoPeople
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.registry import letters as letter_records
from suket_service.registry import positions
from suket_service.sheets.read import Row

_STATUS_NAMES = {
    RowStatus.ISSUED: Text("terbit", "issued"),
    RowStatus.DRAFTED: Text("konsep", "drafted"),
    RowStatus.UNCHANGED: Text("sudah ada", "unchanged"),
    RowStatus.REFUSED: Text("ditolak", "refused"),
}
_STOPS_AT_DRAFTS = Text(
    "Surat menunggu sebagai konsep di meja persetujuan. Penyetuju menyetujuinya di halaman kantor; atau jalankan "
    "perintah yang sama dengan --approved-by di terminal (atau --approver-stdin): kata sandi dan kodenya akan ditanyakan.",
    "Letters wait as drafts at the approver's desk. The approver agrees to them on the office's pages; or run the "
    "same command with --approved-by at a terminal (or --approver-stdin): it asks for their password and code.",
)
#: By letter number: where its PDF is, or why there is none.
Papers = dict[str, Path | Problem]

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
OFFICE = click.option("--office", "office", help="Kode kantor, bila lebih dari satu.")


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--requested-by", required=True, help="Petugas yang mengajukan.")
@click.option("--approved-by", help="Pejabat yang menyetujui; tanpa itu surat menunggu sebagai konsep.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Map untuk PDF.")
@click.option(
    "--allow-overrides",
    is_flag=True,
    help="Penyetuju mengizinkan baris yang mengisi kolom pengecualian melewati daftar penduduk.",
)
@APPROVER_STDIN
@AS_JSON
@click.pass_obj
def issue(
    session: Session,
    file: Path,
    requested_by: str,
    approved_by: str | None,
    out: Path | None,
    allow_overrides: bool,
    approver_stdin: bool,
    as_json: bool,
) -> None:
    """Terbitkan surat: satu untuk setiap baris berkas.

    Di luar peragaan kata sandi dan kode sekali pakai penyetuju ditanyakan di terminal; tanpa itu surat berhenti
    sebagai konsep.
    """
    office = session.office_of(requested_by)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # said before anything is issued, not after
    rows, digest = read_rows(file)
    issuing.require_people(session.registry, office, TwoPeople(requested_by, approved_by))
    proven = approved_by is not None and has_proven(session, approved_by, approver_stdin)
    if session.settings.is_demo:
        _import_stated(session, office, rows, requested_by)
    outcomes = issuing.issue_rows(
        session.registry,
        office,
        rows,
        people=TwoPeople(requested_by, approved_by if proven else None),
        sealing=session.sealing(office) if proven else None,
        open_photo=photos_beside(file),
        file_digest=digest,
        now=now,
        check_paper=printing.paper_check(session.registry, office, press(session), now()),
        allow_overrides=allow_overrides,
    )
    done, trouble = _collect(session, outcomes, len(rows))
    if any(outcome.status is RowStatus.ISSUED for outcome in done):
        session.publish()
    papers, stopped = _print_missing(session, office, done, out, requested_by) if out else ({}, None)
    _tell(session, done, papers, as_json=as_json)
    if trouble := trouble or stopped:
        raise trouble  # only now: what was committed before it has been told
    if any(outcome.status is RowStatus.REFUSED for outcome in done) or _unprinted(papers):
        raise SystemExit(REFUSED)


def _tell(session: Session, outcomes: Sequence[RowOutcome], papers: Papers, *, as_json: bool) -> None:
    for outcome in outcomes:
        if as_json:
            print_json(_row_json(outcome, papers, session.language))
        else:
            _print_row(outcome, papers, session.language)
    if not as_json:
        _print_summary(session, outcomes)
    if any(outcome.letter is not None and outcome.letter.state is LetterState.DRAFT for outcome in outcomes):
        session.warn(_STOPS_AT_DRAFTS)


def _import_stated(session: Session, office: str, rows: Sequence[Row], by: str) -> None:
    # Design.md section 6: only in the demo may a file say how far a recording is.
    # Of two rows for one person the first counts, here as in issuing.
    stated: dict[str, Row] = {}
    for row in rows:
        if row.fields.get("status_perekaman", "").strip():
            stated.setdefault(row.fields.get("nik", "").strip(), row)
    today = session.today(office)
    for _ in administering.import_residents(
        session.registry, office, stated.values(), by, DEMO_SOURCE, today, now()
    ):
        pass  # a row that cannot be imported is refused by name when it is issued


def _print_summary(session: Session, outcomes: Sequence[RowOutcome]) -> None:
    statuses = [outcome.status for outcome in outcomes]
    issued, drafted, unchanged, refused = (statuses.count(status) for status in RowStatus)
    session.say(
        f"{issued} terbit, {drafted} konsep, {unchanged} sudah ada, {refused} ditolak.",
        f"{issued} issued, {drafted} drafted, {unchanged} unchanged, {refused} refused.",
    )


def _collect(
    session: Session, outcomes: Iterator[RowOutcome], rows: int
) -> tuple[list[RowOutcome], SuketError | None]:
    """Every outcome, and the trouble that ended the run early where there was any."""
    done: list[RowOutcome] = []
    with _progress(rows, session.tell("Menerbitkan", "Issuing")) as progress:
        try:
            for outcome in outcomes:
                done.append(outcome)
                progress.update(1)
        except SuketError as error:
            return done, error
    return done, None


def _print_missing(
    session: Session, office: str, outcomes: Sequence[RowOutcome], out: Path, by: str
) -> tuple[Papers, SuketError | None]:
    """Put every letter whose PDF is not whole in ``out`` there; by number, the path or what went wrong."""
    papers: Papers = {}
    missing = []
    for outcome in outcomes:
        if outcome.letter is not None and outcome.letter.number is not None:
            number = outcome.letter.number
            path = out / file_name(number)
            if outcome.status is not RowStatus.ISSUED and _is_whole(session, outcome.letter.id, path):
                papers[number] = path
            else:
                missing.append(number)
    try:
        with _progress(len(missing), session.tell("Mencetak", "Printing")) as progress:
            for letter, paper in printing.print_letters(
                session.registry, office, missing, by, press(session), now()
            ):
                papers[letter.number] = _keep(out / letter.file_name, paper)
                progress.update(1)
    except SuketError as error:
        return papers, error
    return papers, None


def _keep(path: Path, paper: PrintedLetter | PrinterError) -> Path | Problem:
    if isinstance(paper, PrinterError):
        return Problem("", paper.code, paper.text)
    try:
        write_whole(path, paper.pdf)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = Text(f"PDF tidak dapat ditulis: {reason}.", f"The PDF cannot be written: {reason}.")
        return Problem("", "pdf_not_written", text)
    return path


def _is_whole(session: Session, letter: str, path: Path) -> bool:
    if not path.is_file():
        return False
    with session.registry.reading() as tx:
        return hashlib.sha256(path.read_bytes()).hexdigest() in positions.printed_files(tx, letter)


def _unprinted(papers: Papers) -> bool:
    return any(isinstance(paper, Problem) for paper in papers.values())


def _progress(length: int, label: str) -> Any:
    return click.progressbar(length=length, file=sys.stderr, hidden=not sys.stderr.isatty(), label=label)


@click.command("print")
@click.argument("numbers", nargs=-1)
@click.option("--batch", help="Semua surat dari satu berkas permohonan (SHA-256 berkasnya).")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Berkas PDF.")
@OFFICE
@click.pass_obj
def print_(
    session: Session, numbers: tuple[str, ...], batch: str | None, out: Path, office: str | None
) -> None:
    """Cetak (lagi) surat ke satu PDF."""
    code = session.office(office)
    wanted = list(numbers)
    if batch is not None:
        with session.registry.reading() as tx:
            found = letter_records.search(tx, code, batch=batch)
        wanted += [record.number for record in found if record.number is not None]
    if batch is not None and not wanted:
        raise letter_records.no_letter()
    if not wanted:
        raise click.UsageError("sebutkan nomor surat atau --batch / name letters or --batch")
    _warn_of_closed(session, code, wanted)
    if len(wanted) == 1:
        [(_, paper)] = printing.print_letters(session.registry, code, wanted, CONSOLE, press(session), now())
        if isinstance(paper, PrinterError):
            raise paper
        pdf = paper.pdf
    else:
        pdf = printing.print_together(session.registry, code, wanted, CONSOLE, press(session), now())
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, pdf)
    session.say(f"{len(wanted)} surat dicetak ke {out}.", f"{len(wanted)} letters printed to {out}.")


def _warn_of_closed(session: Session, office: str, numbers: Sequence[str]) -> None:
    with session.registry.reading() as tx:
        closed = [letter_records.by_number(tx, office, number) for number in numbers]
    for record in closed:
        if record.state is not LetterState.ISSUED:
            name = STATE_NAMES[record.state]
            text = f"Perhatian: surat {record.number} sudah {name.id}."
            session.warn(Text(text, f"Mind: letter {record.number} is {name.en}."))


def _row_json(outcome: RowOutcome, papers: Papers, language: str) -> dict[str, Any]:
    letter = outcome.letter
    paper = papers.get(letter.number) if letter and letter.number else None
    warnings = (*outcome.warnings, paper) if isinstance(paper, Problem) else outcome.warnings
    return {
        "row": outcome.row,
        "status": outcome.status.value,
        "number": letter.number if letter else None,
        "id": letter.id if letter else None,
        "pdf": str(paper) if isinstance(paper, Path) else None,
        "errors": [problem_json(each, language) for each in outcome.problems],
        "warnings": [problem_json(each, language) for each in warnings],
    }


def _print_row(outcome: RowOutcome, papers: Papers, language: str) -> None:
    number = (outcome.letter.number if outcome.letter else None) or ""
    paper = papers.get(number)
    row = Text("baris", "row").in_language(language)
    status = _STATUS_NAMES[outcome.status].in_language(language)
    path = paper if isinstance(paper, Path) else ""
    click.echo(f"{row} {outcome.row:>4}  {status:<9} {number} {path}".rstrip())
    warnings = (*outcome.warnings, paper) if isinstance(paper, Problem) else outcome.warnings
    for mark, problems in (("x", outcome.problems), ("!", warnings)):
        for each in problems:
            where = f"{each.field}: " if each.field else ""
            click.echo(f"            {mark} {where}{each.text.in_language(language)}")
