"""Sealed tests: a fixed noon, fresh keys, a registry of one's own; no network but this machine's own."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.issuing import RowOutcome, Sealing, TwoPeople
from suket_service.registry import keys
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from tests.builders import BASE_URL, NEW_OFFICE, NOON, OFFICE, PASSPHRASE, TODAY, a_row

IssueRows = Callable[..., list[RowOutcome]]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where nothing may be left out (``SUKET_NO_SKIP=1``), a skipped test has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SUKET_NO_SKIP") == "1":
        report.outcome = "failed"


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "suket.sqlite3"
    registry = Registry(f"sqlite:///{path}")
    administering.initialise(registry, "production", PASSPHRASE, NOON, NEW_OFFICE)
    registry.close()
    return path


@pytest.fixture
def database(_template: Path, tmp_path: Path) -> Path:
    """The file of a registry with one office, its staff and its keys; no residents yet."""
    path = tmp_path / "suket.sqlite3"
    shutil.copy(_template, path)
    return path


@pytest.fixture
def registry(database: Path) -> Iterator[Registry]:
    """That registry, open."""
    opened = Registry(f"sqlite:///{database}")
    yield opened
    opened.close()


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
