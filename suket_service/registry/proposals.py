"""Changes that the first of two people asked for. Changes no letter and judges nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, cast, func, insert, select, update
from sqlalchemy import Text as SqlText

from suket_service.core.letter import Action
from suket_service.errors import NotFound, Text
from suket_service.registry.ids import is_id
from suket_service.registry.schema import ProposalRow


class Decision(StrEnum):
    """What became of a proposal."""

    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One action for one or many letters, and what became of it; ``decision`` is None while it is open."""

    id: str
    office: str
    action: Action
    letters: tuple[str, ...]  # ids, in the order given
    until: date | None  # of an extension; None: as far as a new letter of each one's kind
    reason: str
    asked_by: str
    asked_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None


def add(tx: Connection, proposal: Proposal) -> None:
    """Keep a new proposal."""
    tx.execute(
        insert(ProposalRow).values(
            id=proposal.id,
            office=proposal.office,
            action=proposal.action.value,
            letters=list(proposal.letters),
            until=proposal.until,
            reason=proposal.reason,
            asked_by=proposal.asked_by,
            asked_at=proposal.asked_at,
        )
    )


def decide(
    tx: Connection, proposal: str, decision: Decision, by: str, at: datetime, note: str | None
) -> None:
    """Close a proposal."""
    tx.execute(
        update(ProposalRow)
        .where(ProposalRow.id == proposal)
        .values(decision=decision.value, decided_by=by, decided_at=at, note=note)
    )


def by_id(tx: Connection, office: str, proposal: str) -> Proposal:
    """One proposal of an office, open or decided.

    Raises:
        NotFound: no such proposal here.
    """
    row = tx.execute(_of(office).where(ProposalRow.id == proposal)).first() if is_id(proposal) else None
    if row is None:
        raise no_proposal()
    return _proposal(row)


def no_proposal() -> NotFound:
    """The one answer for a proposal that is not there and for another office's."""
    return NotFound(
        "no_proposal", Text("Usulan ini tidak ada di kantor ini.", "No such proposal in this office.")
    )


def open_of_office(tx: Connection, office: str, limit: int | None = None, offset: int = 0) -> list[Proposal]:
    """What waits for a second person, oldest first."""
    return [_proposal(row) for row in tx.execute(_open(office).limit(limit).offset(offset))]


def decided_for(tx: Connection, office: str, asker: str, most: int) -> list[Proposal]:
    """What became of a person's own proposals, the newest decision first."""
    own = _of(office).where(ProposalRow.asked_by == asker, ProposalRow.decision.is_not(None))
    newest = own.order_by(ProposalRow.decided_at.desc(), ProposalRow.id).limit(most)
    return [_proposal(row) for row in tx.execute(newest)]


def count_open(tx: Connection, office: str, not_of: str | None = None) -> int:
    """How many proposals wait; ``not_of``: leaving out those of that person, who cannot decide them."""
    query = select(func.count()).where(ProposalRow.office == office, ProposalRow.decision.is_(None))
    if not_of is not None:
        query = query.where(ProposalRow.asked_by != not_of)
    return tx.execute(query).scalar_one()


def open_of_letter(tx: Connection, office: str, letter: str) -> list[Proposal]:
    """What waits for a second person and concerns that letter, oldest first."""
    # Ids are 32 hex digits each, so that none is found inside another.
    naming = _open(office).where(cast(ProposalRow.letters, SqlText).contains(letter, autoescape=True))
    return [_proposal(row) for row in tx.execute(naming)]


def last_asked(tx: Connection, office: str, asker: str, action: Action, letter: str) -> Proposal | None:
    """The latest of that action that this one asked for, for that letter alone; open or decided."""
    own = _of(office).where(ProposalRow.asked_by == asker, ProposalRow.action == action.value)
    naming = own.where(cast(ProposalRow.letters, SqlText).contains(letter, autoescape=True))
    row = tx.execute(naming.order_by(ProposalRow.asked_at.desc(), ProposalRow.id).limit(1)).first()
    return None if row is None else _proposal(row)


def open_for(tx: Connection, office: str, action: Action, letters: Sequence[str]) -> dict[str, Proposal]:
    """The open proposals of that action for those letters, by letter."""
    wanted = set(letters)
    waiting = map(_proposal, tx.execute(_open(office).where(ProposalRow.action == action.value)))
    return {letter: each for each in waiting for letter in wanted.intersection(each.letters)}


def _of(office: str) -> Select[Any]:
    return select(ProposalRow.__table__).where(ProposalRow.office == office)


def _open(office: str) -> Select[Any]:
    return _of(office).where(ProposalRow.decision.is_(None)).order_by(ProposalRow.asked_at, ProposalRow.id)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        office=row.office,
        action=Action(row.action),
        letters=tuple(row.letters),
        until=row.until,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decision=None if row.decision is None else Decision(row.decision),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
