"""The audit chain: who did what, when. Appends and checks; changes nothing.

An entry holds no NIK and no name: letters are named by number or id, people by user name.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select

from suket_service.errors import RegistryError, Text
from suket_service.registry.schema import AuditRow

GENESIS = bytes(32)
#: Noted by the thousand, at the polls or by agencies' programs, and none of it changes a key, an office, a list or a
#: window: who holds such things need not fetch or read them anew. An action not named here may change anything.
CHANGES_NO_TRUST = (
    *("presentations.receive", "presentations.report", "station.sheets"),
    *("device.enrol", "device.confirm", "device.revoke", "device.check", "client.verify"),
    *("letter.read", "letter.list", "letter.symbol", "letter.pdf"),
)
# Made once: making it anew for every entry costs more than the hash.
_encode = json.JSONEncoder(ensure_ascii=False).encode
_AUDIT = AuditRow.__table__.c


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries there are and the hash of the last."""

    entries: int
    hash: bytes


class StoredEntry(NamedTuple):
    """An entry of the chain as it is stored; ``details`` is JSON as hashed."""

    seq: int
    at: datetime
    office: str | None
    actor: str
    action: str
    subject: str
    details: str
    previous: bytes
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


_STORED = select(*(_AUDIT[name] for name in StoredEntry._fields)).order_by(_AUDIT.seq)
_STRETCH = _STORED.where(_AUDIT.seq > bindparam("after")).limit(bindparam("most"))
_HEAD = select(_AUDIT.seq, _AUDIT.hash).order_by(_AUDIT.seq.desc()).limit(1)


def head(tx: Connection) -> ChainHead:
    """The end of the chain."""
    row = tx.execute(_HEAD).first()
    return ChainHead(row.seq, row.hash) if row else ChainHead(0, GENESIS)


def holds_any(tx: Connection, after: int, actions: Sequence[str]) -> bool:
    """Whether any of those actions was done after the entry of that number."""
    found = select(AuditRow.seq).where(AuditRow.seq > after, AuditRow.action.in_(actions)).limit(1)
    return tx.execute(found).first() is not None


def holds_others(tx: Connection, after: int, actions: Sequence[str]) -> bool:
    """Whether anything but those actions was done after the entry of that number."""
    found = select(AuditRow.seq).where(AuditRow.seq > after, AuditRow.action.not_in(actions)).limit(1)
    return tx.execute(found).first() is not None


def first_at(tx: Connection) -> datetime:
    """When the chain began, and the registry with it."""
    return tx.execute(select(AuditRow.at).order_by(AuditRow.seq).limit(1)).scalar_one()


def hash_at(tx: Connection, seq: int) -> bytes | None:
    """The hash of one entry."""
    if seq == 0:
        return GENESIS
    return tx.execute(select(AuditRow.hash).where(AuditRow.seq == seq)).scalar()


def stretch(tx: Connection, after: int, most: int) -> list[StoredEntry]:
    """The next entries after the one of that number, at most so many, as they are stored.

    Raises:
        RegistryError: ``audit_unreadable``: one of them is no entry at all.
    """
    try:
        return [StoredEntry(*row) for row in tx.execute(_STRETCH, {"after": after, "most": most})]
    except (ValueError, TypeError):  # what a column holds is not even of its kind
        raise RegistryError(
            "audit_unreadable",
            Text(
                f"RANTAI PUTUS setelah catatan {after}: ada isi yang tidak dapat dibaca sebagai catatan.",
                f"CHAIN BROKEN after entry {after}: something there cannot be read as an entry.",
            ),
        ) from None


def follow(head: ChainHead, entries: Sequence[StoredEntry]) -> ChainHead:
    """How far a chain that is whole up to ``head`` stays so over the entries that come next."""
    for entry in entries:
        try:
            digest = _digest(head.hash, *entry[:7])
        except (TypeError, ValueError):  # SQLite lets a column hold anything
            break
        if entry.seq != head.entries + 1 or entry.previous != head.hash or entry.hash != digest:
            break
        head = ChainHead(entry.seq, digest)
    return head


def of_action(
    tx: Connection, action: str, office: str | None = None, subject: str | None = None
) -> list[StoredEntry]:
    """Every entry of one action, in order: of one office alone, on one subject alone, where these are given."""
    query = _STORED.where(_AUDIT.action == action)
    if office is not None:
        query = query.where(_AUDIT.office == office)
    if subject is not None:
        query = query.where(_AUDIT.subject == subject)
    return [StoredEntry(*row) for row in tx.execute(query)]


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
    return hashlib.sha256(previous + _encode(entry).encode()).digest()
