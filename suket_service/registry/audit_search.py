"""The audit chain read by what is looked for. Checks and appends nothing.

Of an office's entries, and of those of no office: they concern the whole registry. Other offices' entries
are not shown, so their numbers are missing in what is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from suket_service.registry.audit import StoredEntry
from suket_service.registry.schema import AuditRow, LetterRow

_AUDIT = AuditRow.__table__.c
_ROWS_AT_ONCE = 1_000
_STORED = select(*(_AUDIT[name] for name in StoredEntry._fields))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is None is not asked about."""

    office: str
    since: datetime | None = None
    before: datetime | None = None
    actor: str | None = None
    actions: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None


def count(tx: Connection, wanted: Wanted, most: int) -> int:
    """How many entries are wanted; counting stops at ``most``."""
    found = select(_AUDIT.seq).where(*_conditions(wanted)).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(found)).scalar_one())


def newest(tx: Connection, wanted: Wanted, most: int, skipped: int = 0) -> list[StoredEntry]:
    """The latest wanted entries after so many later ones, latest first."""
    query = _STORED.where(*_conditions(wanted)).order_by(_AUDIT.seq.desc()).limit(most).offset(skipped)
    return [StoredEntry(*row) for row in tx.execute(query)]


def every(tx: Connection, wanted: Wanted, until: int) -> Iterator[StoredEntry]:
    """The wanted entries in their order, up to the entry of that number."""
    query = _STORED.where(*_conditions(wanted), _AUDIT.seq <= until).order_by(_AUDIT.seq)
    with tx.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as rows:
        for row in rows:
            yield StoredEntry(*row)


def last_of(tx: Connection, action: str, within: int) -> StoredEntry | None:
    """The latest entry of that action among the last ``within`` of the chain.

    The chain has no index by action; looking back over all of it would cost every page that asks.
    """
    query = _STORED.where(_AUDIT.seq > last_number(tx) - within, _AUDIT.action == action)
    row = tx.execute(query.order_by(_AUDIT.seq.desc()).limit(1)).first()
    return None if row is None else StoredEntry(*row)


def last_number(tx: Connection) -> int:
    """The number of the last entry of the chain; 0 before the first."""
    last: int | None = tx.execute(select(func.max(_AUDIT.seq))).scalar()
    return last or 0


def at_of(tx: Connection, seq: int) -> datetime | None:
    """When the entry of that number was made."""
    return tx.execute(select(_AUDIT.at).where(_AUDIT.seq == seq)).scalar()


def letters_named(tx: Connection, office: str, subjects: Sequence[str]) -> dict[str, str]:
    """The letters of an office that those subjects name, by number or by id: from subject to id."""
    return {name: row.id for row in _letters(tx, office, subjects) for name in (row.id, row.number) if name}


def all_names(tx: Connection, office: str, subject: str) -> tuple[str, ...]:
    """A subject and, of a letter, its other name: before it is issued the audit knows it by its id."""
    row = next(iter(_letters(tx, office, [subject])), None)
    return (subject,) if row is None or row.number is None else (row.id, row.number)


def _letters(tx: Connection, office: str, subjects: Sequence[str]) -> Sequence[Row[str, str | None]]:
    return tx.execute(
        select(LetterRow.id, LetterRow.number).where(
            LetterRow.office == office, or_(LetterRow.number.in_(subjects), LetterRow.id.in_(subjects))
        )
    ).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [or_(_AUDIT.office == wanted.office, _AUDIT.office.is_(None))]
    if wanted.since is not None:
        conditions.append(_AUDIT.at >= wanted.since)
    if wanted.before is not None:
        conditions.append(_AUDIT.at < wanted.before)
    if wanted.actor is not None:
        conditions.append(_AUDIT.actor == wanted.actor)
    if wanted.actions is not None:
        conditions.append(_AUDIT.action.in_(wanted.actions))
    if wanted.subjects is not None:
        conditions.append(_AUDIT.subject.in_(wanted.subjects))
    return conditions
