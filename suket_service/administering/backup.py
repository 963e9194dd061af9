"""The whole registry in one file, while it is in use. Changes nothing but the audit, which notes it.

A locked one is made plain first, beside the registry, and only its locked form reaches the place it is for.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from suket_service.administering import encrypting
from suket_service.administering.audit import check_audit
from suket_service.administering.encrypting import Recipient
from suket_service.administering.setting_up import CONSOLE
from suket_service.errors import CallerError, NotFound, RegistryError, Text
from suket_service.registry import audit, checking, copying, health, offices, staging
from suket_service.registry.copying import Progress
from suket_service.registry.offices import RegistryIdentity
from suket_service.registry.session import Registry, Transaction

_PLAIN, _LOCKED = "backup.plain", "backup.locked"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds, as of its last audit entry."""

    identity: RegistryIdentity
    as_of: datetime
    letters: int  # ever issued
    entries: int  # of the audit chain
    last_numbers: tuple[str, ...]  # of each series


@dataclass(frozen=True, slots=True)
class Lock:
    """Whom a backup is locked for, and a folder of the registry's own machine to make it in."""

    recipients: tuple[Recipient, ...]
    workplace: Path


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    file: Path
    size: int  # in bytes
    sha256: str  # hex, of the file as it lies there
    contents: Contents
    locked_for: int = 0  # how many recipients; 0: it is plain


def back_up(
    registry: Registry,
    file: Path,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
    lock: Lock | None = None,
) -> Backup:
    """Copy everything into one new SQLite file, whatever the database; it is checked before it gets its name.

    Private keys stay locked with the passphrase they are locked with. Memory does not grow with the registry.
    The audit notes the beginning, which is in the backup, and, once the file is in its place, that it was kept.

    Args:
        registry: may be in use meanwhile; of an earlier version of the tables only on SQLite.
        file: must not exist; its folder must.
        at: now.
        progress: told how far it is.
        lock: lock it for those; None: a plain file.

    Raises:
        CallerError: ``backup_exists``, ``being_made``.
        RegistryError: ``registry_damaged`` (nothing is kept), ``not_migrated``, or the registry's own.
    """
    _require_absent(file)
    if registry.file is None and not registry.is_migrated():
        raise _not_migrated()
    with registry.writing() as tx:
        identity = offices.identity(tx)
        if identity is None:
            raise NotFound(
                "not_initialised", Text("Jalankan `suket init` dahulu.", "Run `suket init` first.")
            )
        audit.append(tx, at, CONSOLE, "registry.backup", identity.registry_id)
    made = (
        _make_plain(registry, file, progress)
        if lock is None
        else _make_locked(registry, file, progress, lock)
    )
    details = {"bytes": made.size, "sha256": made.sha256, "locked_for": made.locked_for}
    with registry.writing() as tx:
        audit.append(tx, at, CONSOLE, health.KEPT, identity.registry_id, None, details)
    return made


def last_backup(registry: Registry) -> datetime | None:
    """When the last backup was kept; None where the audit's last entries know of none."""
    with registry.reading() as tx:
        return health.last_backup(tx).at


def _make_plain(registry: Registry, file: Path, progress: Progress) -> Backup:
    with staging.making(file) as made:
        contents = _copy(registry, made, progress)
        return _put(made, file, contents, 0)


def _make_locked(registry: Registry, file: Path, progress: Progress, lock: Lock) -> Backup:
    # One name for the plain one, so that the next run finds what a killed one left, whatever it was to be called.
    with staging.making(lock.workplace / _PLAIN) as plain:
        contents = _copy(registry, plain, progress)
        with _staged(file, plain) as made:
            encrypting.lock(plain, made, lock.recipients)
            plain.unlink()
            return _put(made, file, contents, len(lock.recipients))


@contextmanager
def _staged(file: Path, plain: Path) -> Iterator[Path]:
    if plain.parent.parent.samefile(file.parent):
        yield plain.with_name(_LOCKED)  # that folder is ours already
        return
    with staging.making(file.with_name(_LOCKED)) as made:
        yield made


def _copy(registry: Registry, made: Path, progress: Progress) -> Contents:
    copying.into_file(registry, made, progress)
    contents = examine(made) if checking.is_whole_file(made) else None
    if contents is None:
        raise _damaged()
    copying.close_file(made)
    return contents


def _put(made: Path, file: Path, contents: Contents, locked_for: int) -> Backup:
    size, digest = made.stat().st_size, digest_of(made)
    _require_absent(file)
    staging.put_in_place(made, file)
    return Backup(file, size, digest, contents, locked_for)


def examine(file: Path) -> Contents | None:
    """What a registry's SQLite file holds, once its audit chain is whole and its letters fit it; else None."""
    try:
        with closing(copying.at_file(file)) as copy:
            whole = check_audit(copy).is_whole
            with copy.reading() as tx:
                return _contents(tx) if whole and checking.first_strange_letter(tx) is None else None
    except (RegistryError, ValueError, TypeError):  # SQLite lets a column hold anything
        return None


def _contents(tx: Transaction) -> Contents | None:
    identity, as_of = offices.identity(tx), checking.newest_entry_at(tx)
    if identity is None or as_of is None:
        return None
    return Contents(
        identity=identity,
        as_of=as_of,
        letters=checking.placed_letters(tx),
        entries=audit.head(tx).entries,
        last_numbers=checking.last_numbers(tx),
    )


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _require_absent(file: Path) -> None:
    if file.exists():
        raise CallerError(
            "backup_exists",
            Text(
                f"{file} sudah ada dan tidak ditimpa. Pilih nama lain.",
                f"{file} exists already and is not overwritten. Choose another name.",
            ),
        )


def _not_migrated() -> RegistryError:
    return RegistryError(
        "not_migrated",
        Text(
            "Tabel registri ini dari versi lain. Jalankan `suket init`, atau cadangkan dengan pg_dump.",
            "The tables of this registry are another version's. Run `suket init`, or back up with pg_dump.",
        ),
    )


def _damaged() -> RegistryError:
    return RegistryError(
        "registry_damaged",
        Text(
            "Registri ini rusak atau tidak cocok dengan catatan auditnya; cadangan tidak disimpan. "
            "Jalankan `suket audit verify --letters`, dan jangan hapus cadangan yang lama.",
            "This registry is damaged or does not fit its audit; no backup was kept. "
            "Run `suket audit verify --letters`, and delete no older backup.",
        ),
    )
