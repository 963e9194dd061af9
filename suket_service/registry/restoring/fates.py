"""Letters of the backup that were revoked, suspended or extended after it. Revives none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from suket_service.core.letter import Action, LetterState
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import ListSnapshot, TrustBundle
from suket_service.registry import letters
from suket_service.registry.letters import NewEvent
from suket_service.registry.schema import LetterRow

#: Who did it, in a letter's history.
RESTORE = "restore"
_ENDED = "Dicabut atau digantikan menurut terbitan"
_SUSPENDED = "Ditangguhkan menurut terbitan"
_EXTENDED = "Diperpanjang menurut terbitan"
_IN_FORCE = (LetterState.ISSUED.value, LetterState.SUSPENDED.value)
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Fates:
    """The numbers of the letters that changed, and of those suspended here but published as valid."""

    revoked: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    still_suspended: tuple[str, ...] = ()


def apply_fates(tx: Connection, bundle: TrustBundle, at: datetime) -> Fates:
    """Let letters be what was published of them, where that is less than what the backup says, or later.

    A list cannot tell a revoked letter from a superseded one; either becomes revoked.
    """
    found: dict[Action, list[Row[Any]]] = {Action.REVOKE: [], Action.SUSPEND: [], Action.RESUME: []}
    longer: list[tuple[Row[Any], date]] = []
    for row in _letters_in_force(tx, bundle.lists):
        change = _change(row.state, published_status(bundle.lists[row.status_list], row.status_index))
        if change is not None:
            found[change].append(row)
        until = bundle.extensions.get((row.status_list, row.status_index))
        if until is not None and until > (row.extended_to or row.sealed_valid_until or date.max):
            longer.append((row, until))
    for row in found[Action.REVOKE]:
        letters.close(tx, row.id, row.closed_at or at, LetterState.REVOKED)
    for row in found[Action.SUSPEND]:
        letters.set_state(tx, row.id, LetterState.SUSPENDED)
    for row, until in longer:
        letters.extend(tx, row.id, until)
    letters.add_events(
        tx,
        [
            *(NewEvent(row.id, at, RESTORE, Action.REVOKE, _ENDED) for row in found[Action.REVOKE]),
            *(NewEvent(row.id, at, RESTORE, Action.SUSPEND, _SUSPENDED) for row in found[Action.SUSPEND]),
            *(NewEvent(row.id, at, RESTORE, Action.EXTEND, _EXTENDED) for row, _ in longer),
        ],
    )
    return Fates(
        revoked=_numbers(found[Action.REVOKE]),
        suspended=_numbers(found[Action.SUSPEND]),
        extended=_numbers([row for row, _ in longer]),
        still_suspended=_numbers(found[Action.RESUME]),
    )


def published_status(snapshot: ListSnapshot, index: int) -> Status:
    """What a list says of a position; beyond its end nothing was issued."""
    return Status(snapshot.statuses[index]) if index < len(snapshot.statuses) else Status.NOT_ISSUED


def _letters_in_force(tx: Connection, lists: Mapping[int, ListSnapshot]) -> Iterator[Row[Any]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            LetterRow.id,
            LetterRow.number,
            LetterRow.state,
            LetterRow.status_list,
            LetterRow.status_index,
            LetterRow.sealed_valid_until,
            LetterRow.extended_to,
            LetterRow.closed_at,
        )
        .where(LetterRow.state.in_(_IN_FORCE), LetterRow.status_list.in_(lists))
        .order_by(LetterRow.status_list, LetterRow.status_index)
    )
    with tx.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as rows:
        yield from rows


def _change(state: str, published: Status) -> Action | None:
    """What publication says happened since; ``RESUME`` is left to people."""
    if published is Status.INVALID:
        return Action.REVOKE
    if state == LetterState.SUSPENDED:
        return Action.RESUME if published is Status.VALID else None
    return Action.SUSPEND if published is Status.SUSPENDED else None


def _numbers(rows: list[Row[Any]]) -> tuple[str, ...]:
    return tuple(row.number for row in rows)
