"""Status lists closed and opened anew, and the positions whose letters are lost. Gives no position out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timezone

from sqlalchemy import Connection, insert, select, update

from suket_service.core.status_list import CAPACITY, Status
from suket_service.core.trust_bundle import ListSnapshot, TrustBundle
from suket_service.registry.restoring.fates import published_status
from suket_service.registry.schema import LetterRow, LostPositionRow, OfficeRow, StatusListRow

#: No office issues more letters than this between a publication, or a backup, and its loss.
MOST_UNSEEN = 50_000
#: Open lists of an office: the one that fills, and its successor, which bundles know before its first letter.
OPEN_LISTS = 2
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ListsChange:
    """Which lists take no more letters, and on which they go on; by number.

    ``unpublished`` are those that take letters before any bundle can have known them.
    """

    closed: tuple[int, ...]
    open: tuple[int, ...]
    unpublished: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LostRange:
    """Positions in a row, both ends inclusive, that were given to letters which no one has on record."""

    status_list: int
    first: int
    last: int
    status: Status
    extended_to: date | None


@dataclass(frozen=True, slots=True)
class _List:
    number: int
    office: str
    capacity: int
    next_index: int
    is_new: bool  # only published, not in the backup
    is_untouched: bool  # as far as backup and publication know
    witnessed_at: datetime | None = None
    closed_at: datetime | None = None


def close_lists(
    tx: Connection, bundle: TrustBundle | None, witnessed_at: datetime, at: datetime
) -> ListsChange:
    """Close every list but an office's untouched spare, and open as many as an office needs.

    Args:
        tx: the restored tables.
        bundle: what was published last; None: nobody knows.
        witnessed_at: until when letters are known. Later ones may be on paper: they are at or beyond
            the closed lists' next index, where nothing is given out any more.
        at: now.
    """
    by_office: defaultdict[str, list[_List]] = defaultdict(list)
    for each in _known(tx, bundle):
        by_office[each.office].append(each)
    highest = max((each.number for lists in by_office.values() for each in lists), default=0)
    closed, open_, unpublished = [], [], []
    for office in tx.execute(select(OfficeRow.code).order_by(OfficeRow.code)).scalars().all():
        spare = _spare(by_office[office])
        for each in by_office[office]:
            stays = each is spare
            if not stays:
                closed.append(each.number)
            ended = (
                each if stays or each.closed_at else replace(each, witnessed_at=witnessed_at, closed_at=at)
            )
            _write(tx, ended)
        standing = [spare.number] if spare else []
        fresh = range(highest + 1, highest + 1 + OPEN_LISTS - len(standing))
        highest += len(fresh)
        for number in fresh:
            _write(tx, _List(number, office, CAPACITY, 0, is_new=True, is_untouched=True))
        open_ += [*standing, *fresh]
        unpublished += [] if standing else [fresh[0]]
    return ListsChange(tuple(sorted(closed)), tuple(sorted(open_)), tuple(unpublished))


def _known(tx: Connection, bundle: TrustBundle | None) -> Iterator[_List]:
    published = dict(bundle.lists) if bundle else {}
    for row in tx.execute(select(StatusListRow.__table__).order_by(StatusListRow.number)).all():
        snapshot = published.pop(row.number, None)
        known = _List(
            row.number,
            row.office,
            row.capacity,
            row.next_index,
            is_new=False,
            is_untouched=row.next_index == 0 and bundle is None,
            witnessed_at=row.witnessed_at,
            closed_at=row.closed_at,
        )
        yield known if snapshot is None or bundle is None else _joined(known, snapshot, bundle)
    for snapshot in published.values():
        assert bundle is not None  # noqa: S101 - it named them
        fresh = _List(
            snapshot.number, snapshot.office, len(snapshot.statuses), 0, is_new=True, is_untouched=True
        )
        yield _joined(fresh, snapshot, bundle)


def _joined(known: _List, snapshot: ListSnapshot, bundle: TrustBundle) -> _List:
    next_index = max(known.next_index, snapshot.next_index)
    joined = replace(known, next_index=next_index, is_untouched=next_index == 0)
    if snapshot.gap is None or known.closed_at is not None:
        return joined
    # Closed by another restore, after this backup was made: its gap remains.
    first, last = (
        datetime.combine(day, time(), timezone(bundle.offices[snapshot.office].utc_offset)).astimezone(UTC)
        for day in (snapshot.gap.first, snapshot.gap.last)
    )
    return replace(joined, witnessed_at=first, closed_at=last)


def _spare(lists: Iterable[_List]) -> _List | None:
    """The newest list, if nothing was put on it and nothing can have been since: the ones before had room."""
    standing = sorted((each for each in lists if each.closed_at is None), key=lambda each: each.number)
    if not standing or not standing[-1].is_untouched:
        return None
    room = sum(each.capacity - each.next_index for each in standing[:-1])
    return standing[-1] if room >= MOST_UNSEEN else None


def _write(tx: Connection, each: _List) -> None:
    values = {
        "next_index": each.next_index,
        "witnessed_at": each.witnessed_at,
        "closed_at": each.closed_at,
    }
    if each.is_new:
        place = {"number": each.number, "office": each.office, "capacity": each.capacity}
        tx.execute(insert(StatusListRow).values(**place, **values))
    else:
        tx.execute(update(StatusListRow).where(StatusListRow.number == each.number).values(**values))


def keep_lost(tx: Connection, bundle: TrustBundle) -> tuple[LostRange, ...]:
    """Keep every position that was published as given out but has no letter; returns them, in order.

    Their statuses and extensions are published on, for the letters are on paper. What an earlier
    restore had kept loses force where it was published with less. Lists must be there already.
    """
    _weaken_kept(tx, bundle)
    found: list[LostRange] = []
    for snapshot in sorted(bundle.lists.values(), key=lambda each: each.number):
        lost = [
            LostRange(
                snapshot.number,
                index,
                index,
                published_status(snapshot, index),
                bundle.extensions.get((snapshot.number, index)),
            )
            for index in _without_letter(tx, snapshot)
        ]
        for start in range(0, len(lost), _ROWS_AT_ONCE):
            rows = [
                {
                    "status_list": each.status_list,
                    "status_index": each.first,
                    "status": int(each.status),
                    "extended_to": each.extended_to,
                }
                for each in lost[start : start + _ROWS_AT_ONCE]
            ]
            tx.execute(insert(LostPositionRow), rows)
        found += _in_a_row(lost)
    return tuple(found)


def _without_letter(tx: Connection, snapshot: ListSnapshot) -> Iterator[int]:
    held = bytearray(snapshot.next_index)
    for table in (LetterRow, LostPositionRow):
        placed = select(table.status_index).where(
            table.status_list == snapshot.number, table.status_index < snapshot.next_index
        )
        for index in tx.execute(placed, execution_options={"yield_per": _ROWS_AT_ONCE}).scalars():
            held[index or 0] = 1
    index = held.find(0)
    while index >= 0:
        yield index
        index = held.find(0, index + 1)


def _in_a_row(lost: Iterable[LostRange]) -> list[LostRange]:
    found: list[LostRange] = []
    for each in lost:
        before = found[-1] if found else None
        if (
            before
            and replace(before, first=each.first, last=each.last) == each
            and before.last == each.first - 1
        ):
            found[-1] = replace(before, last=each.last)
        else:
            found.append(each)
    return found


def _weaken_kept(tx: Connection, bundle: TrustBundle) -> None:
    for row in tx.execute(select(LostPositionRow.__table__)).all():
        snapshot = bundle.lists.get(row.status_list)
        if snapshot is None:
            continue
        published = published_status(snapshot, row.status_index)
        until = bundle.extensions.get((row.status_list, row.status_index))
        kept = Status(row.status)
        status = published if _FORCE[published] < _FORCE[kept] else kept
        later = max(filter(None, (until, row.extended_to)), default=None)
        if (status, later) != (kept, row.extended_to):
            tx.execute(
                update(LostPositionRow)
                .where(
                    LostPositionRow.status_list == row.status_list,
                    LostPositionRow.status_index == row.status_index,
                )
                .values(status=int(status), extended_to=later)
            )


#: How much a status lets a letter count for.
_FORCE = {Status.VALID: 2, Status.SUSPENDED: 1, Status.INVALID: 0, Status.NOT_ISSUED: 0}
