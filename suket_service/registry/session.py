"""Engine, pragmas and transactions: the one place that begins and commits. Knows no table."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError, StatementError

from suket_service.errors import RegistryConflict, RegistryError, Text

#: What use cases pass from step to step; they call nothing on it but ``begin_nested``.
Transaction: TypeAlias = Connection
#: How long a writer waits for another before it gives up, in seconds.
WAIT_SECONDS = 10
# Every SQLite from 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset at the same moment
# (research/security-ecosystem.md 0.2); older ones keep a rollback journal, synced to the directory.
_WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)
_WRITES = "suket_writes"


class Registry:
    """A registry that can be read and written; cheap to make, safe to share between threads."""

    def __init__(self, database_url: str) -> None:
        try:
            self.url = make_url(database_url)
        except ArgumentError:
            raise _no_such_database() from None
        if self.url.get_backend_name() != "sqlite":
            raise _no_such_database()
        self._engine = _sqlite_engine(str(self.url))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view.

        Raises:
            RegistryError: ``registry_unavailable``.
        """
        with _as_registry_error(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed and durable when the block ends, gone when it raises.

        Raises:
            RegistryError: ``registry_unavailable``.
        """
        with _as_registry_error(), self._engine.connect() as connection:
            connection = connection.execution_options(**{_WRITES: True})  # noqa: PLW2901 - the same one, marked
            with connection.begin():
                yield connection

    def migrate(self) -> None:
        """Bring the tables to this version's shape."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.writing() as connection:
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def is_migrated(self) -> bool:
        """Whether the tables have this version's shape."""
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": WAIT_SECONDS, "isolation_level": None}
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        # FULL under WAL and EXTRA under a rollback journal: what is acknowledged survives a power cut.
        journal, synchronous = ("WAL", "FULL") if _WAL_IS_SAFE else ("DELETE", "EXTRA")
        cursor = connection.cursor()
        for pragma in (
            f"journal_mode={journal}",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "trusted_schema=OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: a transaction that upgrades later can only fail.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _as_registry_error() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # Statement and parameters hold personal data; the error stays behind ours as its context.
        if isinstance(error, StatementError):
            error.statement = error.params = None
        if isinstance(error, IntegrityError):
            raise _conflict() from None
        raise _unavailable(type(getattr(error, "orig", None) or error).__name__) from None


def _conflict() -> RegistryConflict:
    return RegistryConflict(
        "registry_conflict",
        Text(
            "Basis data menolak perubahan ini karena bertentangan dengan isinya. Periksa lalu coba lagi.",
            "The database refused this change: it conflicts with what is there. Check, then try again.",
        ),
    )


def _unavailable(kind: str) -> RegistryError:
    return RegistryError(
        "registry_unavailable",
        Text(
            f"Registri tidak dapat dipakai saat ini ({kind}). Coba lagi; bila tetap gagal, jalankan `suket check`.",
            f"The registry cannot be used right now ({kind}). Try again; if it still fails, run `suket check`.",
        ),
    )


def _no_such_database() -> RegistryError:
    return RegistryError(
        "database_unknown",
        Text(
            "SUKET_DATABASE_URL tidak dapat dipakai; versi ini mengenal sqlite:///jalur/ke/berkas.",
            "SUKET_DATABASE_URL cannot be used; this version knows sqlite:///path/to/file.",
        ),
    )
