"""How many letters someone ended of late. Ends none."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from suket_service.core.letter import Action
from suket_service.registry.schema import LetterEventRow

#: What takes a letter from its holder, for good or for a while.
_ENDINGS = (Action.REVOKE.value, Action.SUSPEND.value, Action.SUPERSEDE.value)


def ended_by(tx: Connection, actor: str, since: datetime) -> int:
    """How many letters this actor revoked, suspended or superseded since then.

    Events have no index by time. Their numbers rise with it, so that only those since then are looked at.
    """
    earlier = select(LetterEventRow.id).where(LetterEventRow.at < since)
    last = tx.execute(earlier.order_by(LetterEventRow.id.desc()).limit(1)).scalar() or 0
    return tx.execute(
        select(func.count()).where(
            LetterEventRow.id > last,
            LetterEventRow.at >= since,
            LetterEventRow.actor == actor,
            LetterEventRow.action.in_(_ENDINGS),
        )
    ).scalar_one()
