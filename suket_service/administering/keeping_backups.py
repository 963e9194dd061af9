"""A folder of backups, one a run: their names, and how many are kept. Reads and makes none."""

import re
from datetime import UTC, datetime
from pathlib import Path

from suket_service.administering.backup import Backup
from suket_service.errors import NotFound, Text
from suket_service.registry import offices, staging
from suket_service.registry.session import Registry

LOCKED, PLAIN = ".age", ".sqlite3"
#: Enough to tell the registries of a folder apart.
_ID_CHARACTERS = 8


def name_in(registry: Registry, folder: Path, at: datetime, *, locked: bool) -> Path:
    """The name of a backup made now, in a folder of them: names sort as they were made.

    Raises:
        NotFound: ``not_initialised``.
    """
    with registry.reading() as tx:
        identity = offices.identity(tx)
    if identity is None:
        raise NotFound("not_initialised", Text("Jalankan `suket init` dahulu.", "Run `suket init` first."))
    moment = at.astimezone(UTC)
    return folder / f"{_prefix(identity.registry_id)}{moment:%Y%m%dT%H%M%SZ}{LOCKED if locked else PLAIN}"


def let_go_of_older(newest: Backup, keep: int) -> tuple[Path, ...]:
    """Remove all but the last ``keep`` of the same registry beside a backup that was just kept; tells which.

    Other registries' files, and whatever has another name, stay. The one just kept always stays.
    """
    folder = newest.file.parent
    name = re.compile(
        re.escape(_prefix(newest.contents.identity.registry_id)) + r"[0-9]{8}T[0-9]{6}Z\.(?:age|sqlite3)"
    )
    found = sorted(each for each in folder.iterdir() if name.fullmatch(each.name) and each != newest.file)
    gone = tuple(found[: max(len(found) - (keep - 1), 0)])
    for each in gone:
        each.unlink()
    if gone:
        staging.sync(folder)
    return gone


def _prefix(registry_id: str) -> str:
    return f"suket-{registry_id[:_ID_CHARACTERS]}-"
