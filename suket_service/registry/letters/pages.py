"""An office's letters in the order in which they came, a page at a time. Changes nothing.

Each page goes on after a letter of the one before. What is issued or drafted meanwhile comes behind, so
that nobody who turns pages misses a letter or meets one twice: an issued letter's place is its position,
which is given out in order, and a draft's the instant at which it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select

from suket_service.core.letter import LetterState
from suket_service.registry.counting import last_valid_day
from suket_service.registry.letters.queue import of_ids
from suket_service.registry.letters.records import LetterRecord
from suket_service.registry.schema import LetterRow, StatusListRow


class Status(StrEnum):
    """How letters stand today: their state, and of an issued one whether it has expired."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"  # and in force
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


#: What never got a position.
_UNISSUED = (Status.DRAFT, Status.APPROVED, Status.WITHDRAWN)
#: Found by the index of states; of the others there are so many that the order is worth more.
_FEW = (*_UNISSUED, Status.SUSPENDED, Status.REVOKED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed by. Nothing set: every letter that was ever issued."""

    status: Status | None = None
    village: str | None = None
    issued_from: date | None = None
    issued_until: date | None = None


def page(
    tx: Connection, office: str, asked: Asked, today: date, after: LetterRecord | None, most: int
) -> list[LetterRecord]:
    """The next letters of an office's list, behind that one of its letters."""
    conditions = [LetterRow.office == office, *_conditions(asked, today)]
    if asked.status in _UNISSUED:
        ids = _drafted(tx, conditions, after, most)
    else:
        few = asked.status in _FEW
        ids = _issued(tx, office, conditions, after, most, few=few)
    found = of_ids(tx, office, ids)
    return [found[each] for each in ids]


def _issued(
    tx: Connection,
    office: str,
    conditions: Sequence[ColumnElement[bool]],
    after: LetterRecord | None,
    most: int,
    *,
    few: bool,
) -> list[str]:
    # List by list, each along the index of its positions: no page is sorted, however far on it is.
    first, index = (0, -1) if after is None else (after.status_list or 0, after.status_index or 0)
    lists = select(StatusListRow.number).where(StatusListRow.office == office, StatusListRow.number >= first)
    # Few are sorted sooner than found along all positions, of which SQLite would think better.
    its_list = func.coalesce(LetterRow.status_list, 0) if few else LetterRow.status_list
    ids: list[str] = []
    for number in tx.execute(lists.order_by(StatusListRow.number)).scalars().all():
        behind = index if number == first else -1
        positions = select(LetterRow.id).where(
            its_list == number, LetterRow.status_index > behind, *conditions
        )
        wanted = most - len(ids)
        ids += tx.execute(positions.order_by(LetterRow.status_index).limit(wanted)).scalars().all()
        if len(ids) == most:
            break
    return ids


def _drafted(
    tx: Connection, conditions: Sequence[ColumnElement[bool]], after: LetterRecord | None, most: int
) -> list[str]:
    ids = select(LetterRow.id).where(*conditions)
    if after is not None:
        later, at_once = LetterRow.created_at > after.created_at, LetterRow.created_at == after.created_at
        ids = ids.where(later | (at_once & (LetterRow.id > after.id)))
    return list(tx.execute(ids.order_by(LetterRow.created_at, LetterRow.id).limit(most)).scalars())


def _conditions(asked: Asked, today: date) -> list[ColumnElement[bool]]:
    found = _standing(asked.status, today)
    if asked.village is not None:
        found.append(LetterRow.village == asked.village)
    if asked.issued_from is not None:
        found.append(LetterRow.issued_on >= asked.issued_from)
    if asked.issued_until is not None:
        found.append(LetterRow.issued_on <= asked.issued_until)
    return found


def _standing(status: Status | None, today: date) -> list[ColumnElement[bool]]:
    if status is None:
        return []
    if status in _FEW:
        return [LetterRow.state == status.value]
    state = LetterState.ISSUED.value if status is Status.EXPIRED else status.value
    # Through an expression: SQLite would lean on the index of states, and sort all that has this one.
    found: list[ColumnElement[bool]] = [func.coalesce(LetterRow.state, "") == state]
    if status is Status.ISSUED:
        found.append(last_valid_day.is_(None) | (last_valid_day >= today))
    if status is Status.EXPIRED:
        found.append(last_valid_day < today)
    return found
