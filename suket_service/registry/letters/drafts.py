"""Letters that are not issued yet: found, corrected, held back, sent back. Decides nothing and issues nothing.

A draft waits for its approver unless it was sent back, or is held: kept by the counter and not yet submitted.
Both stand as ``returned_at``; a draft that was sent back has the approver's note beside it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from suket_service.core.letter import LetterState
from suket_service.registry import uploads
from suket_service.registry.letters.records import (
    Draft,
    Event,
    LetterRecord,
    person_values,
    portrait_key,
    record_of,
    records,
)
from suket_service.registry.letters.writing import keep_portraits
from suket_service.registry.schema import LetterEventRow, LetterRow, StaffRow
from suket_service.registry.staff import Role

#: Events by which someone takes part in what a draft says.
_ASKING = ("draft", "amend", "submit")
_SUBMITTING = ("amend", "submit")


class Waiting(StrEnum):
    """What a letter that is not issued yet waits for."""

    RETURNED = "returned"  # for a correction
    HELD = "held"  # to be submitted
    SUBMITTED = "submitted"  # for its approver
    APPROVED = "approved"  # to be issued


@dataclass(frozen=True, slots=True)
class Unissued:
    """A page of an office's letters that are not issued yet, and how many there are of each."""

    page: tuple[LetterRecord, ...]
    counts: dict[Waiting, int]

    @property
    def at_the_counter(self) -> int:
        """How many of them the counter has to look at."""
        return self.counts[Waiting.HELD] + self.counts[Waiting.RETURNED]


def waiting_for(record: LetterRecord) -> Waiting | None:
    """What a letter waits for; None once it is issued or withdrawn."""
    if record.state is LetterState.APPROVED:
        return Waiting.APPROVED
    if record.state is not LetterState.DRAFT:
        return None
    if record.returned_at is None:
        return Waiting.SUBMITTED
    return Waiting.HELD if record.returned_note is None else Waiting.RETURNED


def unissued(
    tx: Connection,
    office: str,
    by: str | None,
    wanted: Waiting | None,
    limit: int,
    offset: int = 0,
    *,
    of_programs: bool = False,
) -> Unissued:
    """An office's letters that are not issued yet: first those that ask something of the counter, the oldest first.

    Without ``by`` everybody's, else those that this person asked for; without ``wanted`` whatever they wait for;
    ``of_programs`` only what agencies' programs asked for.
    """
    what = _waiting()
    whose: list[ColumnElement[bool]] = [
        LetterRow.office == office,
        LetterRow.state.in_((LetterState.DRAFT.value, LetterState.APPROVED.value)),
    ]
    if by is not None:
        whose.append(LetterRow.requested_by == by)
    if of_programs:
        programs = StaffRow.office == office, StaffRow.role == Role.PROGRAM.value
        whose.append(LetterRow.requested_by.in_(select(StaffRow.username).where(*programs)))
    counted = tx.execute(select(what, func.count()).where(*whose).group_by(what))
    counts = Counter({Waiting(list(Waiting)[row[0]]): row[1] for row in counted})
    query = records().where(*whose)
    if wanted is not None:
        query = query.where(what == list(Waiting).index(wanted))
    query = query.order_by(what, LetterRow.created_at, LetterRow.id).limit(limit).offset(offset)
    page = tuple(record_of(row) for row in tx.execute(query))
    return Unissued(page, {each: counts[each] for each in Waiting})


def _waiting() -> ColumnElement[int]:
    order = list(Waiting)
    return case(
        (LetterRow.state == LetterState.APPROVED.value, order.index(Waiting.APPROVED)),
        (LetterRow.returned_at.is_(None), order.index(Waiting.SUBMITTED)),
        (LetterRow.returned_note.is_(None), order.index(Waiting.HELD)),
        else_=order.index(Waiting.RETURNED),
    )


def askers(tx: Connection, letters: Sequence[str]) -> dict[str, frozenset[str]]:
    """Who had a hand in what each of those drafts says: none of them may approve it.

    Of one that came in a file these are also whoever uploaded it or put portraits to it, though another confirmed it.
    """
    rows = tx.execute(
        select(LetterEventRow.letter, LetterEventRow.actor)
        .where(LetterEventRow.letter.in_(letters), LetterEventRow.action.in_(_ASKING))
        .distinct()
    )
    found: dict[str, set[str]] = {letter: set() for letter in letters}
    for row in rows:
        found[row.letter].add(row.actor)
    drafted = select(LetterRow.id, LetterRow.office, LetterRow.batch).where(LetterRow.id.in_(letters))
    files = {letter: (office, batch) for letter, office, batch in tx.execute(drafted) if batch}
    hands = uploads.hands(tx, set(files.values()))
    for letter, file in files.items():
        found[letter] |= hands[file]
    return {letter: frozenset(people) for letter, people in found.items()}


def submissions(tx: Connection, letters: Sequence[str]) -> dict[str, Event]:
    """How each of those drafts was handed to the approver, or corrected last; nothing where it came straight in."""
    columns = LetterEventRow.at, LetterEventRow.actor, LetterEventRow.action, LetterEventRow.reason
    rows = tx.execute(
        select(LetterEventRow.letter, *columns)
        .where(LetterEventRow.letter.in_(letters), LetterEventRow.action.in_(_SUBMITTING))
        .order_by(LetterEventRow.id)
    )
    return {row[0]: Event(*row[1:]) for row in rows}


def amend(tx: Connection, letter: str, draft: Draft, revision: int) -> None:
    """A draft says something else from now on; who asked for it first, and when, stays."""
    if draft.portrait is not None:
        keep_portraits(tx, [draft.portrait])
    tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter)
        .values(
            kind=draft.kind,
            reason=draft.reason,
            reason_code=draft.reason_code,
            papers=None if draft.papers is None else dict(draft.papers),
            portrait=portrait_key(draft.portrait) if draft.portrait else None,
            override_reason=draft.override_reason,
            request_digest=draft.request_digest,
            revision=revision,
            **person_values(draft.resident),
        )
    )


def submit(tx: Connection, letter: str) -> None:
    """A draft waits for its approver."""
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(returned_at=None, returned_note=None))


def hold(tx: Connection, letter: str, at: datetime) -> None:
    """A draft is kept by the counter; the approver's note, where there is one, stays with it."""
    since = update(LetterRow).where(LetterRow.id == letter, LetterRow.returned_at.is_(None))
    tx.execute(since.values(returned_at=at))


def namesakes(tx: Connection, office: str, nik: str, name: str, born: date, most: int) -> list[LetterRecord]:
    """Letters and drafts of this office to others than ``nik`` of that name and birth date, the newest first."""
    found = tx.execute(
        records()
        .where(
            LetterRow.office == office,
            LetterRow.name.in_({name, name.upper(), name.title()}),
            LetterRow.birth_date == born,
            LetterRow.nik != nik,
            LetterRow.state != LetterState.WITHDRAWN.value,
        )
        .limit(most)
    )
    # Asked for in order, SQLite would walk every letter of the office instead of the few of that name.
    return sorted((record_of(row) for row in found), key=lambda each: each.created_at, reverse=True)
