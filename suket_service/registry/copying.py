"""A whole registry copied: page by page out of a SQLite file, row by row between two databases. Judges nothing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import URL, Connection, func, insert, inspect, select

from suket_service.errors import FileRefused, RegistryError, Text
from suket_service.registry.schema import Base, RegistryRow
from suket_service.registry.session import Registry

#: What is done and what there is to do, in pages or rows.
Progress = Callable[[int, int], None]
PAGES_AT_ONCE = 2048
#: Rows held in memory at once: the largest are portraits, some 50 KB each.
ROWS_AT_ONCE = 200


def into_file(registry: Registry, file: Path, progress: Progress) -> None:
    """Copy everything, as of one moment, into a new SQLite file. It is not synced yet.

    Out of a SQLite file other writers wait for as long as that takes (1 GB: some seconds) and readers
    do not; out of PostgreSQL nobody waits.

    Raises:
        RegistryError: ``copy_failed``, or the registry's own.
    """
    if registry.file is not None:
        # A writer's turn, although nothing is written: a commit in the middle would make the copy begin
        # anew, and one that waits for us to end would hold up every reader.
        with registry.writing():
            _copy_pages(registry.file, file, progress)
        return
    fresh = at_file(file)
    try:
        fresh.migrate()
        with registry.reading() as source, fresh.writing() as target:
            copy_rows(source, target, progress)
    finally:
        fresh.close()


def _copy_pages(original: Path, file: Path, progress: Progress) -> None:
    try:
        with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(file)) as target:
            target.execute("PRAGMA synchronous=OFF")  # synced once, when it is whole
            source.backup(
                target,
                pages=PAGES_AT_ONCE,
                progress=lambda _status, left, pages: progress(pages - left, pages),
            )
    except sqlite3.Error as error:
        raise RegistryError(
            "copy_failed",
            Text(
                f"Salinan tidak dapat ditulis ({type(error).__name__}). Periksa sisa ruang dan izin di tempat tujuan.",
                f"The copy cannot be written ({type(error).__name__}). Check the space left and the permissions there.",
            ),
        ) from None


def at_file(file: Path) -> Registry:
    """The registry in a SQLite file, whatever its name is made of."""
    return Registry(URL.create("sqlite", database=str(file)).render_as_string(hide_password=False))


def close_file(file: Path) -> None:
    """Let a SQLite file that nobody has open be all there is of it, whatever was kept beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def copy_rows(source: Connection, target: Connection, progress: Progress) -> None:
    """Copy every row of every table into empty tables of the same shape, in the order of their references.

    Raises:
        RegistryError: ``copy_incomplete``: a table of the copy has not as many rows.
    """
    expected = row_counts(source)
    done, total = 0, sum(expected.values())
    for table in Base.metadata.sorted_tables:
        with source.execute(select(table), execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
            for part in rows.mappings().partitions(ROWS_AT_ONCE):
                target.execute(insert(table), [dict(row) for row in part])
                done += len(part)
                progress(done, total)
    if target.dialect.name == "postgresql":
        _set_sequences(target)
    if row_counts(target) != expected:
        raise RegistryError(
            "copy_incomplete",
            Text(
                "Salinan tidak lengkap; tidak ada yang disimpan. Ulangi.",
                "The copy is not complete; nothing was kept. Try again.",
            ),
        )


def _set_sequences(target: Connection) -> None:
    # Rows that bring their own key leave PostgreSQL's counters behind.
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        highest = target.execute(select(func.max(column))).scalar()
        if highest is not None:
            target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), highest)))


def row_counts(tx: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


def is_empty(registry: Registry) -> bool:
    """Whether there is no registry: no file, no tables, or tables that nobody has put anything into.

    Raises:
        RegistryError: a server that does not answer.
    """
    if registry.file is not None and (not registry.file.exists() or registry.file.stat().st_size == 0):
        return True
    try:
        with registry.reading() as tx:
            tables: list[str] = inspect(tx).get_table_names()
            if RegistryRow.__tablename__ not in tables:
                return not tables
            return tx.execute(select(func.count()).select_from(RegistryRow)).scalar_one() == 0
    except RegistryError:
        if registry.file is None:
            raise
        return False  # something lies there


def bring_up_to_date(registry: Registry) -> None:
    """Migrate a registry that came out of a backup.

    Raises:
        FileRefused: ``backup_newer``: a later version of this program made it.
    """
    try:
        registry.migrate()
    except CommandError:
        raise FileRefused(
            "backup_newer",
            Text(
                "Cadangan ini dibuat oleh versi program yang lebih baru. Pasang versi itu dahulu.",
                "This backup was made by a newer version of this program. Install that version first.",
            ),
        ) from None
