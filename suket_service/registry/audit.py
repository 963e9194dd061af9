"""The audit chain: who did what, when. Appends and checks; changes nothing.

An entry holds no NIK and no name: letters are named by number or id, people by user name.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from suket_service.registry.schema import AuditRow

GENESIS = bytes(32)
_AUDIT = AuditRow.__table__.c


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries there are and the hash of the last."""

    entries: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done: who, what, to which subject. No NIK, no name."""

    at: datetime
    actor: str
    action: str
    subject: str
    office: str | None = None
    details: Mapping[str, Any] | None = None


def append(
    tx: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    office: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Append one entry inside the caller's transaction; returns its number."""
    return append_all(tx, [Entry(at, actor, action, subject, office, details)])


def append_all(tx: Connection, entries: Sequence[Entry]) -> int:
    """Append entries in order inside the caller's transaction; returns the last one's number."""
    last = head(tx)
    seq, previous = last.entries, last.hash
    rows = []
    for entry in entries:
        seq += 1
        text = json.dumps(entry.details or {}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = _digest(
            previous, seq, entry.at, entry.office, entry.actor, entry.action, entry.subject, text
        )
        rows.append(
            {
                "seq": seq,
                "at": entry.at,
                "office": entry.office,
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "details": text,
                "previous": previous,
                "hash": digest,
            }
        )
        previous = digest
    if rows:
        tx.execute(insert(AuditRow.__table__), rows)  # type: ignore[arg-type]
    return seq


_HEAD = select(_AUDIT.seq, _AUDIT.hash).order_by(_AUDIT.seq.desc()).limit(1)


def head(tx: Connection) -> ChainHead:
    """The end of the chain."""
    row = tx.execute(_HEAD).first()
    return ChainHead(row.seq, row.hash) if row else ChainHead(0, GENESIS)


def holds_any(tx: Connection, after: int, actions: Sequence[str]) -> bool:
    """Whether any of those actions was done after the entry of that number."""
    found = select(AuditRow.seq).where(AuditRow.seq > after, AuditRow.action.in_(actions)).limit(1)
    return tx.execute(found).first() is not None


def hash_at(tx: Connection, seq: int) -> bytes | None:
    """The hash of one entry."""
    if seq == 0:
        return GENESIS
    return tx.execute(select(AuditRow.hash).where(AuditRow.seq == seq)).scalar()


def first_break(tx: Connection) -> int | None:
    """The number of the first entry that does not fit the chain; None when it is whole."""
    previous, expected = GENESIS, 1
    rows = tx.execute(
        select(
            AuditRow.seq,
            AuditRow.at,
            AuditRow.office,
            AuditRow.actor,
            AuditRow.action,
            AuditRow.subject,
            AuditRow.details,
            AuditRow.previous,
            AuditRow.hash,
        ).order_by(AuditRow.seq)
    )
    for row in rows:
        digest = _digest(
            previous, row.seq, row.at, row.office, row.actor, row.action, row.subject, row.details
        )
        if row.seq != expected or row.previous != previous or row.hash != digest:
            return expected
        previous, expected = digest, expected + 1
    return None


def _digest(
    previous: bytes,
    seq: int,
    at: datetime,
    office: str | None,
    actor: str,
    action: str,
    subject: str,
    details: str,
) -> bytes:
    entry = [seq, at.timestamp(), office, actor, action, subject, details]
    return hashlib.sha256(previous + json.dumps(entry, ensure_ascii=False).encode()).digest()
