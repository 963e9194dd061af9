"""Letters that wait for the printer, print runs and their parts. Renders nothing and keeps no file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from suket_service.core.letter import LetterState
from suket_service.errors import NotFound, Text
from suket_service.registry.ids import is_id
from suket_service.registry.schema import (
    LetterEventRow,
    LetterRow,
    PrintingRow,
    PrintPartRow,
    PrintRunRow,
    RegionRow,
    UploadRow,
)

#: Ids in one query; SQLite takes 32,766 values at the very most.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter that may be printed, with what its place in a pile of paper depends on."""

    id: str
    number: str | None  # None: never issued
    batch: str | None
    issued_on: date | None
    issued_at: datetime | None
    status_list: int | None
    status_index: int | None
    district: str
    village_name: str
    village: str
    rw: int
    rt: int
    name: str


@dataclass(frozen=True, slots=True)
class PrintRun:
    """Letters to be printed together, in parts; ``chosen`` says by what they were chosen."""

    id: str
    office: str
    chosen: str
    letters: tuple[str, ...]  # ids, in the order of the pages
    part_size: int
    asked_by: str
    asked_at: datetime

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return ceil(len(self.letters) / self.part_size)

    def part(self, number: int) -> tuple[str, ...]:
        """The letters of a part; parts are counted from one."""
        return self.letters[(number - 1) * self.part_size : number * self.part_size]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a line of a list."""

    id: str
    chosen: str
    letters: int
    done: int  # letters of the parts that were rendered
    asked_by: str
    asked_at: datetime

    @property
    def finished(self) -> bool:
        """Whether every part was rendered."""
        return self.done >= self.letters


@dataclass(frozen=True, slots=True)
class PrintPart:
    """A part that was rendered; ``sha256`` is its file's, empty when no letter of it could be printed."""

    part: int
    sha256: str
    by: str
    at: datetime


def waiting(tx: Connection, office: str) -> list[Candidate]:
    """An office's letters that are issued, still open and were never printed."""
    never = ~select(PrintingRow.id).where(PrintingRow.letter == LetterRow.id).exists()
    rows = tx.execute(
        _candidates().where(
            LetterRow.office == office,
            LetterRow.state == LetterState.ISSUED.value,
            LetterRow.closed_at.is_(None),
            never,
        )
    )
    return [Candidate(*row[1:]) for row in rows]


def candidates(tx: Connection, office: str, letters: Sequence[str]) -> list[Candidate]:
    """Those of the letters that are this office's, whatever their state."""
    found: list[Candidate] = []
    for some in _portions(letters):
        # By id alone: with the office beside it, SQLite would walk through all of the office's letters.
        rows = tx.execute(_candidates().where(LetterRow.id.in_(some)))
        found += [Candidate(*row[1:]) for row in rows if row.office == office]
    return found


def batch_names(tx: Connection, office: str, batches: Sequence[str]) -> dict[str, str]:
    """What the files were called that those batches came from, where they were uploaded."""
    rows = tx.execute(
        select(UploadRow.sha256, UploadRow.name).where(
            UploadRow.office == office, UploadRow.sha256.in_(batches)
        )
    )
    return {row.sha256: row.name for row in rows}


def add_run(tx: Connection, run: PrintRun) -> None:
    """Keep a new run."""
    tx.execute(
        insert(PrintRunRow).values(
            id=run.id,
            office=run.office,
            title=run.chosen,
            letters=list(run.letters),
            part_size=run.part_size,
            asked_by=run.asked_by,
            asked_at=run.asked_at,
        )
    )


def find_run(tx: Connection, office: str, run: str) -> PrintRun | None:
    """One run of an office, if it is there."""
    if not is_id(run):
        return None
    row = tx.execute(
        select(PrintRunRow.__table__).where(PrintRunRow.office == office, PrintRunRow.id == run)
    ).first()
    return None if row is None else _run(row)


def run_of(tx: Connection, office: str, run: str) -> PrintRun:
    """One run of an office.

    Raises:
        NotFound: no such run here.
    """
    found = find_run(tx, office, run)
    if found is None:
        raise NotFound(
            "no_print_run",
            Text("Cetakan itu tidak ada di kantor ini.", "This office has no such print run."),
        )
    return found


def unfinished_since(tx: Connection, office: str, since: datetime) -> list[tuple[PrintRun, frozenset[int]]]:
    """Runs begun after ``since`` that lack a part, each with the parts that it has."""
    rows = tx.execute(
        select(PrintRunRow.__table__).where(PrintRunRow.office == office, PrintRunRow.asked_at > since)
    )
    runs = [_run(row) for row in rows]
    done: dict[str, set[int]] = {run.id: set() for run in runs}
    for row in tx.execute(
        select(PrintPartRow.run, PrintPartRow.part).where(PrintPartRow.run.in_(list(done)))
    ):
        done[row.run].add(row.part)
    return [(run, frozenset(done[run.id])) for run in runs if len(done[run.id]) < run.parts]


def count_runs(tx: Connection, office: str) -> int:
    """How many runs an office ever began."""
    return int(tx.scalar(select(func.count()).where(PrintRunRow.office == office)) or 0)


def summaries(tx: Connection, office: str, limit: int, offset: int) -> list[RunSummary]:
    """An office's runs, newest first."""
    rows = tx.execute(
        select(
            PrintRunRow.id,
            PrintRunRow.title,
            func.json_array_length(PrintRunRow.letters).label("letters"),
            PrintRunRow.part_size,
            PrintRunRow.asked_by,
            PrintRunRow.asked_at,
            select(func.count()).where(PrintPartRow.run == PrintRunRow.id).scalar_subquery().label("parts"),
        )
        .where(PrintRunRow.office == office)
        .order_by(PrintRunRow.asked_at.desc(), PrintRunRow.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        # Parts are rendered in order, and only the last is shorter.
        RunSummary(
            row.id,
            row.title,
            row.letters,
            min(row.parts * row.part_size, row.letters),
            row.asked_by,
            row.asked_at,
        )
        for row in rows
    ]


def parts_of(tx: Connection, run: str) -> list[PrintPart]:
    """The parts of a run that were rendered, in order; callers come by a run of their own office."""
    rows = tx.execute(
        select(PrintPartRow.part, PrintPartRow.sha256, PrintPartRow.by, PrintPartRow.at)
        .where(PrintPartRow.run == run)
        .order_by(PrintPartRow.part)
    )
    return [PrintPart(*row) for row in rows]


def find_part(tx: Connection, run: str, part: int) -> PrintPart | None:
    """One rendered part of a run."""
    row = tx.execute(
        select(PrintPartRow.part, PrintPartRow.sha256, PrintPartRow.by, PrintPartRow.at).where(
            PrintPartRow.run == run, PrintPartRow.part == part
        )
    ).first()
    return None if row is None else PrintPart(*row)


def add_part(tx: Connection, run: str, part: PrintPart) -> None:
    """Keep that a part was rendered; the same part twice is refused by the database."""
    tx.execute(
        insert(PrintPartRow).values(run=run, part=part.part, sha256=part.sha256, by=part.by, at=part.at)
    )


def replace_part(tx: Connection, run: str, part: PrintPart) -> None:
    """Keep that a part was rendered again."""
    tx.execute(
        update(PrintPartRow)
        .where(PrintPartRow.run == run, PrintPartRow.part == part.part)
        .values(sha256=part.sha256, by=part.by, at=part.at)
    )


def printed_in(tx: Connection, sha256: Sequence[str]) -> dict[str, frozenset[str]]:
    """The letters that were handed out in each of those files."""
    found: dict[str, set[str]] = {}
    for some in _portions(sha256):
        for row in tx.execute(
            select(PrintingRow.sha256, PrintingRow.letter).where(PrintingRow.sha256.in_(some))
        ):
            found.setdefault(row.sha256, set()).add(row.letter)
    return {each: frozenset(letters) for each, letters in found.items()}


def not_in_state(tx: Connection, office: str, letters: Sequence[str], state: LetterState) -> set[str]:
    """Those of an office's letters that are in any other state."""
    found: set[str] = set()
    for some in _portions(letters):
        rows = tx.execute(
            select(LetterRow.id, LetterRow.office, LetterRow.state).where(LetterRow.id.in_(some))
        )
        found |= {row.id for row in rows if row.office == office and row.state != state}
    return found


def last_reasons(tx: Connection, letters: Sequence[str], action: str) -> dict[str, str]:
    """The reason of the newest event of that action, of those of the letters that have one."""
    found: dict[str, str] = {}
    for some in _portions(letters):
        rows = tx.execute(
            select(LetterEventRow.letter, LetterEventRow.reason)
            .where(LetterEventRow.letter.in_(some), LetterEventRow.action == action)
            .order_by(LetterEventRow.id)
        )
        found |= {row.letter: row.reason for row in rows}
    return found


def last_printed_by(tx: Connection, letter: str, by: str) -> datetime | None:
    """When that member of staff last printed that letter."""
    return tx.execute(
        select(PrintingRow.printed_at)
        .where(PrintingRow.letter == letter, PrintingRow.printed_by == by)
        .order_by(PrintingRow.id.desc())
        .limit(1)
    ).scalar()


def _candidates() -> Select[*tuple[Any, ...]]:
    return select(
        LetterRow.office,
        LetterRow.id,
        LetterRow.number,
        LetterRow.batch,
        LetterRow.issued_on,
        LetterRow.issued_at,
        LetterRow.status_list,
        LetterRow.status_index,
        RegionRow.district,
        RegionRow.name.label("village_name"),
        LetterRow.village,
        LetterRow.rw,
        LetterRow.rt,
        LetterRow.name,
    ).join(RegionRow, RegionRow.code == LetterRow.village)


def _run(row: Row[Any]) -> PrintRun:
    return PrintRun(
        row.id, row.office, row.title, tuple(row.letters), row.part_size, row.asked_by, row.asked_at
    )


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
