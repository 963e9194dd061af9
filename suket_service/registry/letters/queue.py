"""The approver's queue: drafts that wait for them, a page at a time, and what is sent back from it.

Every query is filtered by office. Written for 10,000 drafts beside 200,000 letters. Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from suket_service.core.letter import LetterState
from suket_service.core.resident import Resident
from suket_service.registry.letters.records import LetterRecord, record_of, records
from suket_service.registry.schema import LetterRow, PrintingRow, ResidentRow

_WAITING = (LetterState.DRAFT.value, LetterState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a queue is narrowed by; nothing set: every draft that was submitted."""

    village: str | None = None
    batch: str | None = None
    kind: int | None = None
    state: LetterState = LetterState.DRAFT  # or APPROVED: approved where nothing could be sealed


@dataclass(frozen=True, slots=True)
class Group:
    """How many letters of one state, village, batch and kind wait."""

    state: LetterState
    village: str
    batch: str | None
    kind: int
    letters: int

    def is_of(self, wanted: Narrowed) -> bool:
        """Whether these letters are among those wanted."""
        return (
            self.state is wanted.state
            and wanted.village in (None, self.village)
            and wanted.batch in (None, self.batch)
            and wanted.kind in (None, self.kind)
        )


def queue_groups(tx: Connection, office: str) -> list[Group]:
    """What waits for an approver, counted in one go: every number that a queue shows follows from it."""
    # Through an expression, or SQLite walks every letter of the office by the index of villages.
    village = func.coalesce(LetterRow.village, "")
    by = (LetterRow.state, village, LetterRow.batch, LetterRow.kind)
    rows = tx.execute(
        select(*by, func.count())
        .where(LetterRow.office == office, LetterRow.state.in_(_WAITING), _waits())
        .group_by(*by)
        .order_by(LetterRow.state, village, LetterRow.kind, func.min(LetterRow.created_at))
    )
    return [Group(LetterState(row[0]), *row[1:]) for row in rows]


def queue(tx: Connection, office: str, wanted: Narrowed, limit: int, offset: int = 0) -> list[LetterRecord]:
    """A page of what waits for an approver, oldest first."""
    conditions = [LetterRow.office == office, LetterRow.state == wanted.state.value, _waits()]
    for column, value in (
        (LetterRow.village, wanted.village),
        (LetterRow.batch, wanted.batch),
        (LetterRow.kind, wanted.kind),
    ):
        if value is not None:
            conditions.append(column == value)
    # Ids first: the index gives their order, and whole letters are wide.
    ids = select(LetterRow.id).where(*conditions).order_by(LetterRow.created_at, LetterRow.id)
    shown = tx.execute(ids.limit(limit).offset(offset)).scalars().all()
    found = of_ids(tx, office, shown)
    return [found[each] for each in shown]


def of_ids(tx: Connection, office: str, ids: Sequence[str]) -> dict[str, LetterRecord]:
    """Those of the letters that are this office's, by id."""
    if not ids:
        return {}
    # By id alone, for SQLite would rather go through everything the office has.
    found = tx.execute(records().where(LetterRow.id.in_(ids)))
    return {row.id: record_of(row) for row in found if row.office == office}


def send_back(tx: Connection, letter: str, note: str, at: datetime) -> None:
    """A draft is the counter's again, with what the approver says of it."""
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(returned_at=at, returned_note=note))


def issued_by(tx: Connection, office: str, approver: str, day: date) -> list[tuple[str, bool]]:
    """The letters issued that day that this person approved, in order, and whether each was printed since."""
    printed = select(PrintingRow.id).where(PrintingRow.letter == LetterRow.id).exists()
    rows = tx.execute(
        select(LetterRow.id, printed)
        .where(LetterRow.office == office, LetterRow.issued_on == day, LetterRow.approved_by == approver)
        .order_by(LetterRow.status_list, LetterRow.status_index)
    )
    return [(row[0], bool(row[1])) for row in rows]


def namesakes_of(tx: Connection, office: str, people: Sequence[Resident]) -> dict[str, list[str]]:
    """By NIK, the other NIKs under which the office knows someone of that name and birth date."""
    names = {form for each in people for form in (each.name, each.name.upper(), each.name.title())}
    days = {each.birth_date for each in people}
    known: dict[tuple[str, date], set[str]] = {}
    for table in (ResidentRow, LetterRow):
        query = select(table.name, table.birth_date, table.nik).where(
            table.office == office, table.name.in_(names), table.birth_date.in_(days)
        )
        if table is LetterRow:
            query = query.where(LetterRow.state != LetterState.WITHDRAWN.value)
        for name, born, nik in tx.execute(query):
            known.setdefault((name.casefold(), born), set()).add(nik)
    return {
        each.nik: sorted(known.get((each.name.casefold(), each.birth_date), set()) - {each.nik})
        for each in people
    }


def _waits() -> ColumnElement[bool]:
    # What is back at the counter, or still there, has ``returned_at``.
    return or_(LetterRow.state != LetterState.DRAFT.value, LetterRow.returned_at.is_(None))
