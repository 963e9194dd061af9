"""Status lists: positions given out in order, and the whole list read back. Signs and publishes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import Connection, func, insert, select, update

from suket_service.core.letter import LetterState
from suket_service.core.status_list import CAPACITY, Status
from suket_service.core.trust_bundle import Gap
from suket_service.registry.schema import MARKED, LetterRow, LostPositionRow, OfficeRow, StatusListRow

_IS_OPEN = StatusListRow.closed_at.is_(None) & (StatusListRow.next_index < StatusListRow.capacity)
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
    gap: Gap | None


def open_list(tx: Connection, office: str, capacity: int = CAPACITY) -> int:
    """Open a new list for an office; returns its number, the next after all there are."""
    # Not a sequence's: PostgreSQL's would burn a number with each rollback, and not know of those a
    # restore brought along. Writers go one after the other.
    number = (tx.execute(select(func.max(StatusListRow.number))).scalar() or 0) + 1
    tx.execute(insert(StatusListRow).values(number=number, office=office, next_index=0, capacity=capacity))
    return number


def open_lists(tx: Connection, office: str) -> None:
    """Open a new office's lists: the one it begins with, and the spare."""
    _keep_a_spare(tx, office, after=open_list(tx, office))


def allocate(tx: Connection, office: str, count: int) -> list[tuple[int, int]]:
    """The next free (list, index) pairs of an office in order, from one list on to the next.

    A spare stays open behind the list in use, so that it is published long before its first letter: a
    list that a bundle does not know is outside every key's scope, and its letters would read as forged.
    """
    given: list[tuple[int, int]] = []
    while len(given) < count:
        row = tx.execute(
            select(StatusListRow.number, StatusListRow.next_index, StatusListRow.capacity)
            .where(_IS_OPEN, StatusListRow.office == office)
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
    if given:
        _keep_a_spare(tx, office, after=given[-1][0])
    return given


def _keep_a_spare(tx: Connection, office: str, after: int) -> None:
    spare = select(StatusListRow.number).where(
        _IS_OPEN, StatusListRow.office == office, StatusListRow.number > after
    )
    if tx.execute(spare.limit(1)).first() is None:
        open_list(tx, office)


def contents(tx: Connection) -> list[ListContents]:
    """Every list with what is not plainly valid in it, whether its letter is on record or was lost."""
    exceptions: dict[int, dict[int, Status]] = {}
    extensions: dict[int, dict[int, date]] = {}
    for number, index, status, extended_to in _marked(tx):
        if status is not Status.VALID:
            exceptions.setdefault(number, {})[index] = status
        if extended_to is not None:
            extensions.setdefault(number, {})[index] = extended_to
    lists = tx.execute(
        select(
            StatusListRow.number,
            StatusListRow.office,
            StatusListRow.next_index,
            StatusListRow.capacity,
            StatusListRow.witnessed_at,
            StatusListRow.closed_at,
            OfficeRow.utc_offset_minutes,
        )
        .join(OfficeRow, OfficeRow.code == StatusListRow.office)
        .order_by(StatusListRow.number)
    )
    return [
        ListContents(
            row.number,
            row.office,
            row.next_index,
            row.capacity,
            exceptions.get(row.number, {}),
            extensions.get(row.number, {}),
            gap(row.witnessed_at, row.closed_at, row.utc_offset_minutes),
        )
        for row in lists.all()
    ]


def fingerprints(tx: Connection, villages: Iterable[str]) -> dict[str, dict[int, dict[int, bytes]]]:
    """The fingerprints (whole) of all letters issued to people of these villages: village, list, index."""
    found: dict[str, dict[int, dict[int, bytes]]] = {}
    rows = tx.execute(
        select(LetterRow.village, LetterRow.status_list, LetterRow.status_index, LetterRow.fingerprint).where(
            LetterRow.village.in_(set(villages)), LetterRow.status_list.is_not(None)
        )
    )
    for village, number, index, fingerprint in rows:
        # Asked for: they were given a place and a seal in one statement.
        assert number is not None and index is not None and fingerprint is not None  # noqa: S101, PT018 - see above
        found.setdefault(village, {}).setdefault(number, {})[index] = fingerprint
    return found


def gap(witnessed_at: datetime | None, closed_at: datetime | None, utc_offset_minutes: int) -> Gap | None:
    """The gap of a list that a restore closed; None for one that is open."""
    if closed_at is None:
        return None
    calendar = timezone(timedelta(minutes=utc_offset_minutes))
    first = witnessed_at.astimezone(calendar).date() if witnessed_at else date.min  # no witness, no first day
    return Gap(first, closed_at.astimezone(calendar).date())


def _marked(tx: Connection) -> Iterator[tuple[int, int, Status, date | None]]:
    letters = tx.execute(
        select(LetterRow.status_list, LetterRow.status_index, LetterRow.state, LetterRow.extended_to).where(
            LetterRow.status_list.is_not(None), MARKED
        )
    )
    for number, index, state, extended_to in letters:
        assert number is not None and index is not None  # noqa: S101, PT018 - placed letters were asked for
        yield number, index, _STATUS_OF.get(state, Status.VALID), extended_to
    lost = tx.execute(
        select(
            LostPositionRow.status_list,
            LostPositionRow.status_index,
            LostPositionRow.status,
            LostPositionRow.extended_to,
        )
    )
    for number, index, status, extended_to in lost:
        yield number, index, Status(status), extended_to
