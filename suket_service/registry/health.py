"""How the registry itself is: its size, its keys, what was published last, when it was backed up. Mends nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select, text

from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.errors import RegistryError
from suket_service.registry import audit, audit_search, keys
from suket_service.registry.audit import ChainHead
from suket_service.registry.schema import PublicationRow
from suket_service.registry.session import Registry

#: How far back in the chain a backup is looked for: the last days of the busiest office.
ENTRIES_LOOKED_THROUGH = 20_000
#: The note of a backup that is whole and in its place; "registry.backup" notes that one was begun.
KEPT = "registry.backup_kept"


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs for one purpose now, and whether a successor waits. ``active`` is None where nobody does."""

    purpose: Purpose
    active: Key | None
    standby: Key | None

    def days_left(self, today: date) -> int | None:
        """How many days the active key signs after this one; None without an end."""
        until = self.active.scope.signs_until if self.active else None
        return None if until is None else (until - today).days


@dataclass(frozen=True, slots=True)
class Published:
    """What outsiders hold. ``entries_since``: what was done since and is not published yet."""

    version: int
    at: datetime
    entries_since: int


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last backup that the audit knows of.

    ``at`` is None where none was found; ``since`` says from when on there is none (None: ever).
    """

    at: datetime | None
    since: datetime | None


def signing(tx: Connection, office: str, today: date) -> tuple[Signing, Signing]:
    """The office's seal key and the registry's publication key, each with its successor."""
    ring = list(keys.ring(tx))

    def newest(state: KeyState, purpose: Purpose, whose: str | None) -> Key | None:
        # A standby key may have a first day that is still to come.
        found = [
            key
            for key in ring
            if (key.state, key.purpose, key.scope.office) == (state, purpose, whose)
            and (state is KeyState.STANDBY or keys.signs_on(key, today))
        ]
        return found[-1] if found else None

    seal, publication = (
        Signing(purpose, newest(KeyState.ACTIVE, purpose, whose), newest(KeyState.STANDBY, purpose, whose))
        for purpose, whose in ((Purpose.SEAL, office), (Purpose.PUBLICATION, None))
    )
    return seal, publication


def published(tx: Connection, name: str) -> Published | None:
    """One publication, without its bytes; None before the first."""
    row = tx.execute(
        select(PublicationRow.version, PublicationRow.published_at, PublicationRow.audit_seq).where(
            PublicationRow.name == name
        )
    ).first()
    if row is None:
        return None
    return Published(row.version, row.published_at, audit_search.last_number(tx) - row.audit_seq)


def last_backup(tx: Connection) -> LastBackup:
    """When the registry was last backed up by our own command, and kept."""
    found = audit_search.last_of(tx, KEPT, ENTRIES_LOOKED_THROUGH)
    if found is not None:
        return LastBackup(found.at, None)
    unseen = audit_search.last_number(tx) - ENTRIES_LOOKED_THROUGH
    return LastBackup(None, audit_search.at_of(tx, unseen) if unseen > 0 else None)


def tail_is_whole(tx: Connection, most: int) -> bool:
    """Whether the last entries of the chain follow from each other; of those before it says nothing."""
    end = audit_search.last_number(tx)
    start = max(end - most, 0)
    try:
        before, entries = audit.hash_at(tx, start), audit.stretch(tx, start, most)
    except RegistryError:  # what stands there is no entry at all
        return False
    return before is not None and audit.follow(ChainHead(start, before), entries).entries == end


def size(registry: Registry) -> int:
    """How many bytes the database takes, its journal left out."""
    if registry.file is not None:
        return registry.file.stat().st_size
    with registry.reading() as tx:
        return int(tx.execute(select(func.pg_database_size(text("current_database()")))).scalar_one())
