"""Other agencies' programs and what each may ask. Of a key only the SHA-256 is held; decides no scope."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from suket_service.errors import NotFound, Text
from suket_service.registry import offices
from suket_service.registry.schema import ClientRow, StaffRow
from suket_service.registry.staff import Role


class ClientScope(StrEnum):
    """What a program may ask (design.md section 8)."""

    VERIFY = "verify"
    READ = "read"
    ISSUE = "issue"
    MANAGE = "manage"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class Client:
    """A program of another agency, as it is known to one office."""

    id: str  # 32 hex digits
    office: str
    account: str  # the program's user name, the same for all its keys
    name: str
    purpose: str
    scopes: frozenset[ClientScope]
    created_by: str
    created_at: datetime
    expires_on: date | None  # the last day, in the office's calendar
    calls_a_minute: int
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    waiting_since: datetime | None = None  # a restore, until an administrator lets the key count again

    def is_valid(self, today: date) -> bool:
        """Whether its key counts on that day of the office's calendar."""
        return self.waiting_since is None and not self.has_ended(today)

    def has_ended(self, today: date) -> bool:
        """Whether its key can never count again."""
        return self.revoked_at is not None or (self.expires_on is not None and self.expires_on < today)


def hash_of(key: str) -> bytes:
    """What is held of a key. It is 256 random bits, which no one tries out: no slow hash is called for."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def add(tx: Connection, client: Client, key: str) -> None:
    """Keep a new client and its key's hash."""
    tx.execute(
        insert(ClientRow).values(
            id=client.id,
            office=client.office,
            account=client.account,
            name=client.name,
            purpose=client.purpose,
            scopes=sorted(client.scopes),
            calls_a_minute=client.calls_a_minute,
            key_hash=hash_of(key),
            created_by=client.created_by,
            created_at=client.created_at,
            expires_on=client.expires_on,
        )
    )


def find_by_key(tx: Connection, key: str, at: datetime) -> Client | None:
    """The client whose key this is, if it counts at that instant; None for whatever else.

    How long the answer takes tells nothing of the keys that are held: they are compared by their hashes,
    which nobody who lacks the key can bring near one another.
    """
    digest = hash_of(key)
    row = tx.execute(_CLIENTS.where(ClientRow.key_hash == digest)).first()
    if row is None or not hmac.compare_digest(row.key_hash, digest):
        return None
    client = _client(row)
    return client if client.is_valid(offices.office(tx, client.office).local_date(at)) else None


def still_counts(tx: Connection, client: str) -> bool:
    """Whether the key of a client that counted a moment ago does so now, and its program's account with it."""
    found = (
        select(ClientRow.id)
        .join(StaffRow, StaffRow.username == ClientRow.account)
        .where(ClientRow.id == client, ClientRow.revoked_at.is_(None), ClientRow.waiting_since.is_(None))
        .where(StaffRow.active, StaffRow.role == Role.PROGRAM)
    )
    return tx.execute(found).first() is not None


def of_office(tx: Connection, office: str) -> list[Client]:
    """An office's clients, revoked ones too, the newest first."""
    found = _CLIENTS.where(ClientRow.office == office)
    return [
        _client(row) for row in tx.execute(found.order_by(ClientRow.created_at.desc(), ClientRow.id.desc()))
    ]


def find(tx: Connection, office: str, client: str) -> Client:
    """One client of an office.

    Raises:
        NotFound: ``no_client``: also for another office's.
    """
    row = None
    if client.isprintable():
        row = tx.execute(_CLIENTS.where(ClientRow.office == office, ClientRow.id == client)).first()
    if row is None:
        raise NotFound(
            "no_client",
            Text("Program instansi ini tidak ada di kantor ini.", "This office has no such agency client."),
        )
    return _client(row)


def revoke(tx: Connection, client: str, at: datetime) -> None:
    """Let a client's key count no more."""
    tx.execute(update(ClientRow).where(ClientRow.id == client).values(revoked_at=at))


def set_limit(tx: Connection, account: str, calls_a_minute: int) -> None:
    """Let a program ask so much in a minute, by whichever of its keys."""
    tx.execute(update(ClientRow).where(ClientRow.account == account).values(calls_a_minute=calls_a_minute))


def set_expiry(tx: Connection, client: str, expires_on: date) -> None:
    """Let a client's key count until that day."""
    tx.execute(update(ClientRow).where(ClientRow.id == client).values(expires_on=expires_on))


def let_wait(tx: Connection, office: str, today: date, at: datetime) -> int:
    """Let none of an office's keys count until each is let again; returns how many that are."""
    lasting = or_(ClientRow.expires_on.is_(None), ClientRow.expires_on >= today)
    kept = (ClientRow.office == office, ClientRow.revoked_at.is_(None), lasting)
    return tx.execute(update(ClientRow).where(*kept).values(waiting_since=at)).rowcount


def end_waiting(tx: Connection, client: str) -> None:
    """Let a client's key count again."""
    tx.execute(update(ClientRow).where(ClientRow.id == client).values(waiting_since=None))


def note_use(tx: Connection, clients: Sequence[str], at: datetime) -> None:
    """Note when clients were heard of last."""
    tx.execute(update(ClientRow).where(ClientRow.id.in_(clients)).values(used_at=at))


_CLIENTS = select(ClientRow.__table__)


def _client(row: Row[Any]) -> Client:
    return Client(
        id=row.id,
        office=row.office,
        account=row.account,
        name=row.name,
        purpose=row.purpose,
        scopes=frozenset(ClientScope(each) for each in row.scopes),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_on=row.expires_on,
        calls_a_minute=row.calls_a_minute,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
        waiting_since=row.waiting_since,
    )
