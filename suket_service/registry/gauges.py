"""How much there is and how old, for whoever watches the service. Counts and ages alone; changes nothing.

Each is one look at an index or at a handful of rows: they are read at every scrape, at five million letters too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from suket_service.core.letter import LetterState
from suket_service.registry import audit
from suket_service.registry.schema import LetterRow, OfficeRow, PublicationRow, StatusListRow

_OPEN = (LetterState.DRAFT.value, LetterState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class Gauges:
    """The registry at one moment."""

    letters_issued: int  # positions given out, of every list there ever was
    open_drafts: int
    audit_entries: int
    published_at: Mapping[str, datetime]  # the oldest of each group of publications


def gauges(tx: Connection) -> Gauges:
    """Read them all."""
    issued = tx.execute(select(func.sum(StatusListRow.next_index))).scalar()
    # Every office by its name, because the index begins with it.
    drafts = select(func.count()).where(
        LetterRow.office.in_(select(OfficeRow.code)), LetterRow.state.in_(_OPEN)
    )
    return Gauges(
        int(issued or 0), int(tx.execute(drafts).scalar_one()), audit.head(tx).entries, _published(tx)
    )


def _published(tx: Connection) -> dict[str, datetime]:
    oldest: dict[str, datetime] = {}
    for name, at in tx.execute(select(PublicationRow.name, PublicationRow.published_at)):
        group = _group_of(name)
        oldest[group] = min(at, oldest.get(group, at))
    return oldest


def _group_of(name: str) -> str:
    """``status-list-7`` is one of the status lists, ``station-bundle-1-2172031001`` one of the stations' bundles."""
    return name.rstrip("0123456789-")
