"""Sealed tests: a fixed noon, fresh keys, a registry of one's own; no network but this machine's own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.issuing import RowOutcome, Sealing, TwoPeople
from suket_service.registry import keys
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from tests.builders import BASE_URL, NOON, OFFICE, PASSPHRASE, TODAY, a_row
from tests.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.postgresql import Cluster, NoServer, memory_folder

pytest_plugins = ("tests.leaks",)  # no log holds anything of the test data
IssueRows = Callable[..., list[RowOutcome]]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where nothing may be left out (``SUKET_NO_SKIP=1``), a skipped test has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SUKET_NO_SKIP") == "1":
        report.outcome = "failed"


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[SqliteDatabases]:
    """Registries in files."""
    with TemporaryDirectory(prefix="suket-", dir=memory_folder()) as folder:
        yield SqliteDatabases(Path(folder))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the tests of this process, started when the first one asks for it."""
    try:
        with Cluster() as started:
            yield started
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgresql_databases(cluster: Cluster) -> PostgresqlDatabases:
    """Registries on that server."""
    return PostgresqlDatabases(cluster)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """The one kind and the other, for tests that make registries of their own."""
    kind: Databases = request.getfixturevalue(f"{request.param}_databases")
    return kind


@pytest.fixture
def registry(databases: Databases) -> Iterator[Registry]:
    """A registry with one office, its staff and its keys, on either database; no residents yet."""
    with databases.a_registry() as made:
        yield made


@pytest.fixture
def sqlite_registry(sqlite_databases: SqliteDatabases) -> Iterator[Registry]:
    """That registry in a file, for what holds on SQLite alone."""
    with sqlite_databases.a_registry() as made:
        yield made


@pytest.fixture
def postgresql_registry(postgresql_databases: PostgresqlDatabases) -> Iterator[Registry]:
    """That registry on a server, for what holds on PostgreSQL alone."""
    with postgresql_databases.a_registry() as made:
        yield made


@pytest.fixture
def database(sqlite_registry: Registry) -> Path:
    """The file of :func:`sqlite_registry`."""
    assert sqlite_registry.file is not None
    return sqlite_registry.file


@pytest.fixture
def sealing(registry: Registry) -> Sealing:
    """The office's unlocked seal key."""
    with registry.reading() as tx:
        return Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)


@pytest.fixture
def register(registry: Registry) -> Callable[..., None]:
    """Imports rows into the register of the recorded."""

    def put(*rows: Row) -> None:
        outcomes = administering.import_residents(
            registry, OFFICE.code, rows, "operator", "SIAK", TODAY, NOON
        )
        assert all(outcome.imported for outcome in outcomes)

    return put


@pytest.fixture
def issue_rows(registry: Registry, sealing: Sealing) -> IssueRows:
    """Issues rows as a file of their own."""

    def run(*rows: Row, digest: str = "f" * 64, **changes: object) -> list[RowOutcome]:
        arguments: dict[str, object] = {
            "people": TwoPeople("operator", "kepala"),
            "sealing": sealing,
            "open_photo": _no_photo,
            "now": lambda: NOON,
            **changes,
        }
        return list(issuing.issue_rows(registry, OFFICE.code, rows, file_digest=digest, **arguments))  # type: ignore[arg-type]

    return run


@pytest.fixture
def issued(register: Callable[..., None], issue_rows: IssueRows) -> LetterRecord:
    """One letter, issued."""
    row = a_row()
    register(row)
    [outcome] = issue_rows(row)
    assert outcome.letter is not None
    return outcome.letter


def _no_photo(name: str) -> bytes:
    raise AssertionError("no photograph expected")
