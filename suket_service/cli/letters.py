"""Commands that put letters on paper: ``issue`` and ``print``."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from suket_service import administering, issuing, printing
from suket_service.cli.letter_files import photos_beside, read_rows
from suket_service.cli.session import CONSOLE, REFUSED, Session, now, print_json
from suket_service.errors import Problem, SuketError
from suket_service.issuing import RowOutcome, RowStatus, TwoPeople
from suket_service.printing import Press
from suket_service.registry import letters as letter_records
from suket_service.sheets.read import Row

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
OFFICE = click.option("--office", "office", help="Kode kantor, bila lebih dari satu.")


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--requested-by", required=True, help="Petugas yang mengajukan.")
@click.option("--approved-by", required=True, help="Pejabat yang menyetujui.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Map untuk PDF.")
@AS_JSON
@click.pass_obj
def issue(
    session: Session, file: Path, requested_by: str, approved_by: str, out: Path | None, as_json: bool
) -> None:
    """Terbitkan surat: satu untuk setiap baris berkas."""
    office = session.office_of(requested_by)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # said before anything is issued, not after
    rows, digest = read_rows(file)
    issuing.require_people(session.registry, office, TwoPeople(requested_by, approved_by))
    demo = session.settings.is_demo
    if demo:
        _import_stated(session, office, rows, requested_by, file.name)
    outcomes = issuing.issue_rows(
        session.registry,
        office,
        rows,
        # Outside the demo the second person must prove themselves, so this stops at drafts.
        TwoPeople(requested_by, approved_by if demo else None),
        session.sealing(office) if demo else None,
        photos_beside(file),
        digest,
        now,
    )
    counts = dict.fromkeys(RowStatus, 0)
    try:
        for outcome, pdf in _with_paper(session, office, outcomes, len(rows), out, requested_by):
            counts[outcome.status] += 1
            if as_json:
                print_json(_row_json(outcome, pdf, session.language))
            else:
                _print_row(outcome, pdf, session.language)
    finally:
        if counts[RowStatus.ISSUED]:
            session.publish()
    if not as_json:
        _print_summary(session, counts)
    if counts[RowStatus.REFUSED]:
        raise SystemExit(REFUSED)


def _import_stated(session: Session, office: str, rows: Sequence[Row], by: str, source: str) -> None:
    # Design.md section 6: only in the demo may a file say how far a recording is.
    stated = [row for row in rows if row.fields.get("status_perekaman", "").strip()]
    at = now()
    for _ in administering.import_residents(session.registry, office, stated, by, source, at.date(), at):
        pass  # a row that cannot be imported is refused by name when it is issued


def _print_summary(session: Session, counts: Mapping[RowStatus, int]) -> None:
    issued, drafted, unchanged, refused = (counts[status] for status in RowStatus)
    session.say(
        f"{issued} terbit, {drafted} konsep, {unchanged} sudah ada, {refused} ditolak.",
        f"{issued} issued, {drafted} drafted, {unchanged} unchanged, {refused} refused.",
    )


def _with_paper(
    session: Session, office: str, outcomes: Iterator[RowOutcome], rows: int, out: Path | None, by: str
) -> Iterator[tuple[RowOutcome, Path | None]]:
    everything, trouble = [], None
    with click.progressbar(
        length=rows,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        label=session.tell("Menerbitkan", "Issuing"),
    ) as progress:
        try:
            for outcome in outcomes:
                everything.append(outcome)
                progress.update(1)
        except SuketError as error:
            trouble = error  # what was committed before it is told and printed first
    paths = _print_missing(session, office, everything, out, by) if out is not None else {}
    for outcome in everything:
        number = outcome.letter.number if outcome.letter else None
        yield outcome, paths.get(number) if number else None
    if trouble is not None:
        raise trouble


def _print_missing(
    session: Session, office: str, outcomes: Sequence[RowOutcome], out: Path, by: str
) -> dict[str, Path]:
    """Put every letter that has no PDF in ``out`` yet there; returns each number's path."""
    paths: dict[str, Path] = {}
    missing = []
    for outcome in outcomes:
        number = outcome.letter.number if outcome.letter else None
        if number is not None:
            paths[number] = out / (number.replace("/", "-") + ".pdf")
            if outcome.status is RowStatus.ISSUED or not paths[number].exists():
                missing.append(number)
    with click.progressbar(
        length=len(missing),
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        label=session.tell("Mencetak", "Printing"),
    ) as progress:
        for letter, paper in printing.print_letters(
            session.registry, office, missing, by, _press(session), now()
        ):
            (out / letter.file_name).write_bytes(paper.pdf)
            progress.update(1)
    return paths


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
    if not wanted:
        raise click.UsageError("sebutkan nomor surat atau --batch / name letters or --batch")
    if len(wanted) == 1:
        [(_, paper)] = printing.print_letters(session.registry, code, wanted, CONSOLE, _press(session), now())
        pdf = paper.pdf
    else:
        pdf = printing.print_together(session.registry, code, wanted, CONSOLE, _press(session), now())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pdf)
    session.say(f"{len(wanted)} surat dicetak ke {out}.", f"{len(wanted)} letters printed to {out}.")


def _press(session: Session) -> Press:
    return Press(session.settings.templates, session.settings.is_demo)


def _row_json(outcome: RowOutcome, pdf: Path | None, language: str) -> dict[str, Any]:
    letter = outcome.letter
    return {
        "row": outcome.row,
        "status": outcome.status.value,
        "number": letter.number if letter else None,
        "id": letter.id if letter else None,
        "pdf": str(pdf) if pdf else None,
        "errors": [_problem_json(each, language) for each in outcome.problems],
        "warnings": [_problem_json(each, language) for each in outcome.warnings],
    }


def _problem_json(problem: Problem, language: str) -> dict[str, str]:
    return {"field": problem.field, "code": problem.code, "message": problem.text.in_language(language)}


def _print_row(outcome: RowOutcome, pdf: Path | None, language: str) -> None:
    number = outcome.letter.number if outcome.letter else None
    row = "row" if language == "en" else "baris"
    click.echo(f"{row} {outcome.row:>4}  {outcome.status.value:<9} {number or ''} {pdf or ''}".rstrip())
    for mark, problems in (("x", outcome.problems), ("!", outcome.warnings)):
        for each in problems:
            click.echo(f"            {mark} {each.field}: {each.text.in_language(language)}")
