"""A backup's file opened and found whole, locked or not. Restores nothing and changes no registry."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from suket_service.administering import encrypting
from suket_service.administering.backup import Contents, digest_of, examine
from suket_service.administering.encrypting import Identity
from suket_service.errors import FileRefused, Text
from suket_service.registry import checking, copying, offices
from suket_service.registry.session import Registry


def check_backup(file: Path, identities: Sequence[Identity] = (), sha256: str | None = None) -> Contents:
    """Try a backup as a restore would, up to the last act: opened, whole, brought up to date, its audit followed.

    The work is done in the system's temporary folder (TMPDIR), in a folder for the owner alone that goes.

    Raises:
        FileRefused: it could not be restored.
    """
    with tempfile.TemporaryDirectory(prefix="suket-check-") as folder:
        made = Path(folder) / "copy.sqlite3"
        take_copy(file, made, identities, sha256)
        with closing(copying.at_file(made)) as copy:
            return examine_copy(made, copy, None)


def take_copy(file: Path, made: Path, identities: Sequence[Identity], sha256: str | None) -> str:
    """Write the plain copy of a backup to work on; returns the SHA-256 of the backup as it lies there.

    Raises:
        FileRefused: ``backup_differs``, ``backup_locked``, ``identity_wrong``, ``backup_damaged``.
    """
    digest = digest_of(file)
    if sha256 is not None and sha256.lower() != digest:
        raise _not_this_file()
    if not encrypting.is_locked(file):
        shutil.copyfile(file, made)
    elif identities:
        encrypting.unlock(file, made, identities)
    else:
        raise _locked()
    return digest


def examine_copy(made: Path, copy: Registry, environment: str | None) -> Contents:
    """What the plain copy of a backup holds, brought up to this version's tables.

    Args:
        made: the copy's file.
        copy: the registry in it, to be closed by the caller.
        environment: that it must be of; None: of any.

    Raises:
        FileRefused: ``backup_unreadable``, ``backup_damaged``, ``backup_newer``.
        RegistryError: ``other_environment``.
    """
    if not checking.is_registry_file(made):
        raise _not_a_backup()
    if not checking.is_whole_file(made):
        raise _damaged()
    if environment is not None:
        with copy.reading() as tx:
            offices.require_environment(tx, environment)
    copying.bring_up_to_date(copy)
    if not _has_our_shape(made):
        raise _damaged()
    contents = examine(made)
    if contents is None:
        raise _damaged()
    return contents


def _has_our_shape(made: Path) -> bool:
    fresh = made.with_name(f"{made.name}.fresh")
    try:
        with closing(Registry(f"sqlite:///{fresh}")) as registry:
            registry.migrate()
        return checking.has_our_shape(made, fresh)
    finally:
        for file in made.parent.glob(f"{fresh.name}*"):
            file.unlink()


def _not_a_backup() -> FileRefused:
    return FileRefused(
        "backup_unreadable",
        Text(
            "Berkas ini bukan cadangan registri, atau terpotong. Pakailah berkas buatan `suket backup`.",
            "This file is no backup of a registry, or it is cut short. Use one that `suket backup` made.",
        ),
    )


def _damaged() -> FileRefused:
    return FileRefused(
        "backup_damaged",
        Text(
            "Cadangan ini rusak, atau isinya tidak cocok dengan catatan auditnya; tidak ada yang dipulihkan. Pakailah cadangan lain.",
            "This backup is damaged, or what it holds does not fit its audit; nothing was restored. Use another backup.",
        ),
    )


def _not_this_file() -> FileRefused:
    return FileRefused(
        "backup_differs",
        Text(
            "SHA-256 berkas ini bukan yang disebutkan: berkas lain, atau berubah. Tidak ada yang dipulihkan.",
            "The SHA-256 of this file is not the one given: another file, or an altered one. Nothing was restored.",
        ),
    )


def _locked() -> FileRefused:
    return FileRefused(
        "backup_locked",
        Text(
            "Cadangan ini terkunci. Berikan kuncinya dengan --identity BERKAS; tidak ada yang dipulihkan.",
            "This backup is locked. Give its key with --identity FILE; nothing was restored.",
        ),
    )
