"""Whether what a registry keeps in files is its owner's alone. Opens none of them, and changes no mode."""

import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from suket_service.errors import SettingsError, Text

#: What SQLite may have beside its file, holding parts of it.
_BESIDE = ("", "-wal", "-shm", "-journal")
_SECRETS = "demo-secrets.json"
_OF_OTHERS = 0o077


def problems(data_dir: Path, database_url: str) -> Iterator[Text]:
    """One sentence for each folder or file that other users of this machine may open."""
    if _is_open(data_dir):
        yield Text(
            f"Direktori data {data_dir} dapat dibaca pengguna lain. Jalankan: chmod 700 {data_dir}",
            f"The data directory {data_dir} is open to other users. Run: chmod 700 {data_dir}",
        )
    for file in (data_dir / _SECRETS, *_database_files(database_url)):
        if _is_open(file):
            yield Text(
                f"Berkas {file} dapat dibaca pengguna lain. Jalankan: chmod 600 {file}",
                f"The file {file} is open to other users. Run: chmod 600 {file}",
            )


def require(data_dir: Path, database_url: str) -> None:
    """Refuse to serve from files that others could read: every NIK of the office is in them.

    Raises:
        SettingsError: ``files_open``.
    """
    found = next(problems(data_dir, database_url), None)
    if found is not None:
        raise SettingsError("files_open", found)


def _database_files(database_url: str) -> list[Path]:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        return []  # whoever opens it says so
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    return [Path(f"{url.database}{ending}") for ending in _BESIDE]


def _is_open(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & _OF_OTHERS)
    except OSError:
        return False  # not there, or not ours to look at: told by whoever needs it
