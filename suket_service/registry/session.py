"""Engines and transactions: the one place that begins and commits. Knows no table but ``registry``.

Writers go one after the other, on both databases: the audit chain has one end, and what a writer read
before it wrote must still be so. On SQLite they queue on a file's lock, on PostgreSQL on a row's.
Readers wait for nobody and see one moment.
"""

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError, StatementError

from suket_service.errors import RegistryConflict, RegistryError, Text
from suket_service.registry import rights
from suket_service.registry.queue import turn
from suket_service.registry.single_reads import Question, SingleReads

#: What use cases pass from step to step; they call nothing on it but ``begin_nested``.
Transaction: TypeAlias = Connection
#: How long a writer waits for another before it gives up, in seconds.
WAIT_SECONDS = 10
#: PostgreSQL ends a writer's transaction whose client does nothing for so long, in seconds: a frozen one
#: holds everyone up, and a healthy one is never idle between two statements for more than a portion's seals.
IDLE_SECONDS = 20
#: No statement of ours takes longer than this, in seconds; only migrating may.
STATEMENT_SECONDS = 120
CONNECT_SECONDS = 5
DEAD_PEER_SECONDS = 30
# Every SQLite from 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset at the same moment (release
# notes of 3.51.3); those keep a rollback journal, synced to the directory.
_WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)
_WRITES = "suket_writes"
# Any number that nobody else's advisory locks in this database use: "suke" in ASCII.
_MIGRATION_LOCK = 0x73756B65


class Registry:
    """A registry that can be read and written; cheap to make, safe to share between threads."""

    def __init__(self, database_url: str) -> None:
        """``database_url``: ``sqlite:///path`` or ``postgresql://user@host/name``.

        Raises:
            RegistryError: ``database_unknown``.
        """
        try:
            self.url = make_url(database_url)
        except (ArgumentError, ValueError):  # ValueError: a port that is no number
            raise _no_such_database() from None
        backend = self.url.get_backend_name()
        self._is_sqlite = backend == "sqlite" and self.url.database not in (None, "", ":memory:")
        if not self._is_sqlite and backend != "postgresql":
            raise _no_such_database()
        self._engine = _sqlite_engine(self.url) if self._is_sqlite else _postgresql_engine(self.url)
        self._single_reads = SingleReads(self._engine)
        # Whoever forgets a registry leaves no connection behind; at the end of the process the system sees to it.
        weakref.finalize(self, _let_go, self._engine, self._single_reads, os.getpid()).atexit = False

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.url.database) if self._is_sqlite and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view.

        Raises:
            RegistryError: ``registry_unavailable``.
            RegistryConflict: something was asked for that no column could hold.
        """
        with _as_registry_error(), self._engine.connect() as connection:
            if not self._is_sqlite:
                connection = connection.execution_options(  # noqa: PLW2901 - the same one, marked
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    def ask(self, question: Question, given: Mapping[str, Any]) -> Sequence[Any] | None:
        """One row by one statement, which is one consistent view too; the cheapest way to read.

        Raises:
            RegistryError: ``registry_unavailable``.
        """
        with _as_registry_error():
            try:
                return self._single_reads.first(question, given)
            except self._single_reads.troubles as error:
                kind = type(error).__name__
        raise _unavailable(kind)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed and durable when the block ends, gone when it raises.

        Raises:
            RegistryError: ``registry_unavailable``, also after waiting ``WAIT_SECONDS`` for others.
            RegistryConflict: the database's own rules refused a change.
        """
        with self._transaction() as connection:
            if not self._is_sqlite:
                _take_turn(connection)
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _as_registry_error(), self._queue(), self._engine.connect() as connection:
            connection = connection.execution_options(**{_WRITES: True})  # noqa: PLW2901 - the same one, marked
            with connection.begin():
                yield connection

    @contextmanager
    def _queue(self) -> Iterator[None]:
        if self.file is None:
            yield
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(turn(self.file.with_name(f"{self.file.name}.lock"), WAIT_SECONDS))
            except OSError as error:  # also TimeoutError: others held it for too long
                raise _unavailable(type(error).__name__) from None
            yield

    def migrate(self) -> None:
        """Bring the tables to this version's shape, all of it or nothing."""
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # For its owner alone, also in a folder that others may read; the journal takes its mode from it.
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        with self._transaction() as connection:
            if not self._is_sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            rights.grant_to_public(connection)

    def is_migrated(self) -> bool:
        """Whether the tables have this version's shape."""
        return self.revision() == _head()

    def revision(self) -> str | None:
        """Which shape the tables have; None where there are none."""
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def within(self, tx: Connection) -> "Registry":
        """This registry from inside a writer's transaction: what is done there becomes part of it."""
        return _Within(self, tx)

    def requiring(self, check: Callable[[Connection], None]) -> "Registry":
        """This registry for someone who may lose the right to write while waiting: each turn begins with a check."""
        return _Requiring(self, check)

    def close(self) -> None:
        """Let go of every connection."""
        self._single_reads.close()
        self._engine.dispose()


class _Within(Registry):
    """A registry that is being written already; the outer block commits, or gives all of it up."""

    def __init__(self, outer: Registry, tx: Connection) -> None:
        vars(self).update(vars(outer))
        self._tx = tx

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._tx

    def ask(self, question: Question, given: Mapping[str, Any]) -> Sequence[Any] | None:
        return question.within(self._tx, given)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        yield self._tx


class _Requiring(Registry):
    """A registry whose writers are looked at once more when their turn has come."""

    def __init__(self, outer: Registry, check: Callable[[Connection], None]) -> None:
        vars(self).update(vars(outer))
        self._check = check

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as tx:
            self._check(tx)
            yield tx


def _let_go(engine: Engine, single_reads: SingleReads, of_process: int) -> None:
    single_reads.close()
    engine.dispose(close=os.getpid() == of_process)  # a forked child would end its parent's sessions


def _take_turn(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {int(IDLE_SECONDS * 1000)}")
    if connection.exec_driver_sql("SELECT id FROM registry FOR UPDATE").first() is None:
        # Before the registry has its row there is nothing else to queue on.
        connection.exec_driver_sql("LOCK TABLE registry IN EXCLUSIVE MODE")


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()  # reads every migration there is


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _sqlite_engine(url: URL) -> Engine:
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


def _postgresql_engine(url: URL) -> Engine:
    # What is acknowledged survives a power cut whatever the server's own default is; no one waits for ever.
    settings = {
        "synchronous_commit": "on",
        "lock_timeout": f"{int(WAIT_SECONDS * 1000)}ms",
        "statement_timeout": f"{int(STATEMENT_SECONDS * 1000)}ms",
    }
    given = url.query.get("options", "")
    options = [given if isinstance(given, str) else " ".join(given)]
    options += [f"-c {name}={value}" for name, value in settings.items()]
    usual = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "suket",
        # A cable that is cut after a statement was sent is noticed in half a minute, not in fifteen.
        "tcp_user_timeout": DEAD_PEER_SECONDS * 1000,
        "keepalives_idle": DEAD_PEER_SECONDS // 3,
        "keepalives_interval": DEAD_PEER_SECONDS // 3,
        "keepalives_count": 2,
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,  # a server that was restarted costs nobody a request
        connect_args={
            "options": " ".join(options).strip(),
            **{name: value for name, value in usual.items() if name not in url.query},
        },
    )


@contextmanager
def _as_registry_error() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        _forget(error)
        # DataError: PostgreSQL keeps to lengths and ranges, and its texts hold no NUL.
        if isinstance(error, (IntegrityError, DataError)):
            raise _conflict() from None
        raise _unavailable(kind) from None
    except UnicodeEncodeError as error:  # half a character: no text that either database could hold
        error.object = ""
        raise _conflict() from None


def _forget(error: SQLAlchemyError) -> None:
    # Statement, parameters and PostgreSQL's own words ("Key (nik)=(…) already exists") hold personal
    # data, and the error stays behind ours as its context.
    error.args = (type(error).__name__,)
    error.__cause__ = error.__context__ = None
    if isinstance(error, StatementError):
        error.statement = error.params = error.orig = None


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
            "SUKET_DATABASE_URL tidak dapat dipakai; yang dikenal: sqlite:///jalur/ke/berkas dan postgresql://pengguna@host/nama.",
            "SUKET_DATABASE_URL cannot be used; known are sqlite:///path/to/file and postgresql://user@host/name.",
        ),
    )
