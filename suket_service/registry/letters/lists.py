"""Lists of an office's letters, a page at a time. Changes nothing; looks into no other office.

Written for 200,000 letters: every query leans on an index, and nothing is counted to the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from suket_service.core.letter import LetterState
from suket_service.core.resident import RecordingState, tidy
from suket_service.registry.letters.hand_overs import Thing
from suket_service.registry.letters.records import LetterRecord, record_of, records
from suket_service.registry.schema import HandOverRow, LetterRow, ResidentRow

PAGE_SIZE = 20
#: Nobody turns more pages than this; counting on would cost more than it tells.
MOST_COUNTED = 1_000


class Standing(StrEnum):
    """How a letter stands today, for people: its state, and of an issued one whether it has lapsed."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    WAITING = "waiting"  # drafted or approved: no letter yet
    WITHDRAWN = "withdrawn"  # and never will be


_STATES = {
    Standing.VALID: (LetterState.ISSUED,),
    Standing.EXPIRED: (LetterState.ISSUED,),
    Standing.SUSPENDED: (LetterState.SUSPENDED,),
    Standing.REVOKED: (LetterState.REVOKED,),
    Standing.SUPERSEDED: (LetterState.SUPERSEDED,),
    Standing.WAITING: (LetterState.DRAFT, LetterState.APPROVED),
    Standing.WITHDRAWN: (LetterState.WITHDRAWN,),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed by. Nothing set: every letter that was ever issued."""

    name: str = ""  # words, each somewhere in the name
    standing: Standing | None = None
    village: str | None = None
    issued_from: date | None = None
    issued_until: date | None = None
    kind: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list; ``total`` stops at ``MOST_COUNTED``, and then there are ``more``."""

    records: tuple[LetterRecord, ...]
    page: int
    total: int
    more: bool

    @property
    def pages(self) -> int:
        """How many pages there are to turn, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def listed(tx: Connection, office: str, wanted: Wanted, today: date, page: int = 1) -> Listed:
    """A page of an office's letters: by name where one is asked for, otherwise the newest first."""
    narrowed = select(LetterRow.id).where(LetterRow.office == office, *_conditions(wanted, today))
    newest: tuple[Any, ...] = (LetterRow.status_list.desc(), LetterRow.status_index.desc(), LetterRow.id)
    if wanted.name:
        order = (LetterRow.name, LetterRow.created_at.desc(), *newest)
    elif _by_state(wanted):
        order = (LetterRow.created_at.desc(), *newest)
    else:
        order = (LetterRow.issued_on.desc(), *newest)
    return _page(tx, narrowed, order, page)


def waiting(tx: Connection, office: str, since: date, today: date, page: int = 1) -> Listed:
    """A page of the letters that nobody has collected: issued on or after ``since`` and valid, oldest first."""
    handed_over = select(HandOverRow.id).where(
        HandOverRow.letter == LetterRow.id, HandOverRow.thing == Thing.LETTER.value
    )
    narrowed = select(LetterRow.id).where(
        LetterRow.office == office,
        *_conditions(Wanted(standing=Standing.VALID, issued_from=since), today),
        ~handed_over.exists(),
    )
    order = (LetterRow.issued_on, LetterRow.status_list, LetterRow.status_index, LetterRow.id)
    return _page(tx, narrowed, order, page)


def cards_ready(tx: Connection, office: str, niks: Sequence[str]) -> frozenset[str]:
    """Whose card the register says can be printed; callers ask for the people of one page."""
    ready = select(ResidentRow.nik).where(
        ResidentRow.office == office,
        ResidentRow.nik.in_(niks),
        ResidentRow.recording_state == RecordingState.PRINT_READY_RECORD.value,
    )
    return frozenset(tx.execute(ready).scalars())


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        LetterRow.name.icontains(word, autoescape=True) for word in tidy(wanted.name).split(" ") if word
    ]
    found += _standing(wanted, today)
    if wanted.village is not None:
        found.append(LetterRow.village == wanted.village)
    if wanted.issued_from is not None:
        found.append(LetterRow.issued_on >= wanted.issued_from)
    if wanted.issued_until is not None:
        found.append(LetterRow.issued_on <= wanted.issued_until)
    if wanted.kind is not None:
        found.append(LetterRow.kind == wanted.kind)
    return found


def _standing(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    if wanted.standing is None:
        return [] if wanted.name else [LetterRow.issued_on.is_not(None)]
    # SQLite knows nothing of how many letters a state has and would lean on its index always: where the
    # name or the day of issue narrows more, or gives the order, the state is hidden from it.
    state: ColumnElement[str] = LetterRow.state.expression
    if not _by_state(wanted):
        state = func.coalesce(LetterRow.state, "")
    until = func.coalesce(LetterRow.extended_to, LetterRow.sealed_valid_until)
    found: list[ColumnElement[bool]] = [state.in_([each.value for each in _STATES[wanted.standing]])]
    if wanted.standing is Standing.VALID:
        found.append(or_(until.is_(None), until >= today))
    if wanted.standing is Standing.EXPIRED:
        found.append(until < today)
    return found


def _by_state(wanted: Wanted) -> bool:
    dated = wanted.issued_from is not None or wanted.issued_until is not None
    return wanted.standing is not None and not wanted.name and not dated


def _page(tx: Connection, narrowed: Select[Any], order: Sequence[Any], page: int) -> Listed:
    # Ids first: whole letters are wide, and only twenty are looked at.
    ids = tx.execute(narrowed.order_by(*order).limit(MOST_COUNTED + 1)).scalars().all()
    total = min(len(ids), MOST_COUNTED)
    page = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    shown = ids[(page - 1) * PAGE_SIZE : min(page * PAGE_SIZE, total)]
    # By id alone, for SQLite would rather go through everything the office has; the ids are the office's.
    found = tx.execute(records().where(LetterRow.id.in_(shown))) if shown else ()
    by_id = {row.id: record_of(row) for row in found}
    return Listed(tuple(by_id[each] for each in shown), page, total, len(ids) > total)
