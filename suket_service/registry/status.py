"""Status lists: positions given out in order, and the whole list read back. Signs and publishes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from suket_service.core.letter import LetterState
from suket_service.core.status_list import CAPACITY, Status
from suket_service.registry.schema import LetterRow, StatusListRow

_STATUS_OF = {
    LetterState.REVOKED.value: Status.INVALID,
    LetterState.SUPERSEDED.value: Status.INVALID,
    LetterState.SUSPENDED.value: Status.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class ListContents:
    """One list as the registry knows it."""

    number: int
    office: str
    next_index: int
    capacity: int
    exceptions: Mapping[int, Status]
    extensions: Mapping[int, date]


def open_list(tx: Connection, office: str, capacity: int = CAPACITY) -> int:
    """Open a new list for an office; returns its number."""
    made = tx.execute(
        insert(StatusListRow)
        .values(office=office, next_index=0, capacity=capacity)
        .returning(StatusListRow.number)
    )
    return int(made.scalar_one())


def allocate(tx: Connection, office: str, count: int) -> list[tuple[int, int]]:
    """The next free (list, index) pairs of an office in order, opening new lists where one is full."""
    given: list[tuple[int, int]] = []
    while len(given) < count:
        row = tx.execute(
            select(StatusListRow.number, StatusListRow.next_index, StatusListRow.capacity)
            .where(StatusListRow.office == office, StatusListRow.next_index < StatusListRow.capacity)
            .order_by(StatusListRow.number)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            open_list(tx, office)
            continue
        end = min(row.next_index + count - len(given), row.capacity)
        given += [(row.number, index) for index in range(row.next_index, end)]
        tx.execute(update(StatusListRow).where(StatusListRow.number == row.number).values(next_index=end))
        if end > row.capacity // 2:
            _open_ahead(tx, office, row.number)
    return given


def _open_ahead(tx: Connection, office: str, filling: int) -> None:
    # Long before a list is full its successor is there, so that bundles made in the meantime know it:
    # a list that a bundle does not know is outside every key's scope.
    later = select(StatusListRow.number).where(StatusListRow.office == office, StatusListRow.number > filling)
    if tx.execute(later.limit(1)).first() is None:
        open_list(tx, office)


def contents(tx: Connection) -> list[ListContents]:
    """Every list with what is not plainly valid in it."""
    exceptions: dict[int, dict[int, Status]] = {}
    extensions: dict[int, dict[int, date]] = {}
    marked = tx.execute(
        select(LetterRow.status_list, LetterRow.status_index, LetterRow.state, LetterRow.extended_to).where(
            LetterRow.status_list.is_not(None),
            LetterRow.state.in_(_STATUS_OF) | LetterRow.extended_to.is_not(None),
        )
    )
    for number, index, state, extended_to in marked:
        assert number is not None and index is not None  # noqa: S101, PT018 - placed letters were asked for
        if state in _STATUS_OF:
            exceptions.setdefault(number, {})[index] = _STATUS_OF[state]
        if extended_to is not None:
            extensions.setdefault(number, {})[index] = extended_to
    lists = tx.execute(
        select(StatusListRow.number, StatusListRow.office, StatusListRow.next_index, StatusListRow.capacity)
    )
    return [
        ListContents(
            row.number,
            row.office,
            row.next_index,
            row.capacity,
            exceptions.get(row.number, {}),
            extensions.get(row.number, {}),
        )
        for row in lists.all()
    ]
