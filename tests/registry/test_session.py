"""Transactions: what is acknowledged is durable, what raises is gone, and trouble carries no person."""

import sqlite3
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from suket_service.errors import RegistryConflict, RegistryError
from suket_service.registry import letters, session
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE
from tests.registry.builders import insert_letter, raw


def pragma(registry: Registry, name: str) -> object:
    with registry.reading() as tx:
        return tx.execute(text(f"PRAGMA {name}")).scalar()


def test_every_commit_is_synced_as_the_journal_needs(registry: Registry) -> None:
    expected = ("wal", 2) if sqlite3.sqlite_version_info >= (3, 51, 3) else ("delete", 3)
    assert (pragma(registry, "journal_mode"), pragma(registry, "synchronous")) == expected


def test_foreign_keys_are_in_force(registry: Registry) -> None:
    assert pragma(registry, "foreign_keys") == 1


def test_the_schema_is_not_trusted(registry: Registry) -> None:
    assert pragma(registry, "trusted_schema") == 0


def test_what_raises_is_gone(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.writing() as tx:  # noqa: PT012
        letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)
        raise ZeroDivisionError
    with registry.reading() as tx:
        assert letters.series(tx) == []


def test_a_reader_keeps_one_view_and_does_not_wait_for_a_writer(registry: Registry) -> None:
    with registry.reading() as reading:
        assert letters.series(reading) == []
        with pytest.raises(ZeroDivisionError), registry.writing() as writing:  # noqa: PT012
            letters.take_serials(writing, OFFICE.code, 1, 2026, NOON, 1)
            assert letters.series(reading) == []
            raise ZeroDivisionError


def test_writers_queue(registry: Registry) -> None:
    order = []

    def write_second() -> None:
        with registry.writing():
            order.append("second")

    with registry.writing():
        second = threading.Thread(target=write_second)
        second.start()
        second.join(0.2)
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]


def test_a_writer_that_waits_too_long_is_told_so(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WAIT_SECONDS", 0.05)
    registry = Registry(f"sqlite:///{database}")
    with raw(database) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryError) as trouble, registry.writing():
            pass
    registry.close()
    assert trouble.value.code == "registry_unavailable"


def broken_insert(registry: Registry, issued: LetterRecord) -> RegistryConflict:
    """What comes of adding a second draft for a person who has an open letter."""
    draft = letters.Draft(
        "2" * 32, OFFICE.code, 1, issued.resident, "Blangko habis", None, "operator", None, None
    )
    with pytest.raises(RegistryConflict) as trouble, registry.writing() as tx:
        letters.add(tx, [letters.NewLetter(draft)], NOON)
    return trouble.value


def test_a_registry_error_says_nothing_of_the_person(registry: Registry, issued: LetterRecord) -> None:
    error = broken_insert(registry, issued)
    told = f"{error.text} {error.args} {''.join(traceback.format_exception(error))}"
    assert issued.resident.nik not in told
    assert issued.resident.name not in told


def test_a_registry_error_brings_no_parameters_along(registry: Registry, issued: LetterRecord) -> None:
    error: BaseException | None = broken_insert(registry, issued)
    while error is not None:
        assert issued.resident.nik not in f"{error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    "spoil", [lambda path: path.write_bytes(b"garbage" * 1000), lambda path: path.unlink()]
)
def test_a_spoilt_database_is_unavailable(database: Path, spoil: Callable[[Path], object]) -> None:
    spoil(database)
    registry = Registry(f"sqlite:///{database}")
    with pytest.raises(RegistryError) as trouble, registry.reading() as tx:
        letters.series(tx)
    registry.close()
    assert trouble.value.code == "registry_unavailable"


def test_one_open_letter_a_person_is_the_databases_own_rule(database: Path) -> None:
    with raw(database) as connection:
        insert_letter(connection)
        with pytest.raises(sqlite3.IntegrityError):
            insert_letter(connection, id="2" * 32, kind=2)


def test_a_closed_letter_leaves_room_for_the_next(database: Path) -> None:
    with raw(database) as connection:
        insert_letter(connection, closed_at="2026-11-22 05:00:00.000000")
        insert_letter(connection, id="2" * 32)
        assert connection.execute("SELECT count(*) FROM letter").fetchone() == (2,)


@pytest.mark.parametrize(
    "columns",
    [
        {"number": "471.13/0001/SKP/2172/2026"},
        {"request_key": "f" * 64 + ":2"},
        {"status_list": 1, "status_index": 0},
    ],
    ids=["number", "request key", "position"],
)
def test_no_two_letters_share(database: Path, columns: dict[str, object]) -> None:
    with raw(database) as connection:
        insert_letter(connection, **columns)
        with pytest.raises(sqlite3.IntegrityError):
            insert_letter(connection, id="2" * 32, nik="2172031708950004", **columns)
