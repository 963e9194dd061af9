"""Transactions: what is acknowledged is durable, what raises is gone, and trouble carries no person."""

import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from suket_service import administering
from suket_service.errors import RegistryConflict, RegistryError
from suket_service.registry import letters, offices, session
from suket_service.registry.letters import Draft, LetterRecord, NewLetter
from suket_service.registry.session import Registry
from tests.builders import NEW_OFFICE, NOON, OFFICE, PASSPHRASE, a_resident
from tests.databases import Databases
from tests.registry.builders import Refused, insert_letter, raw


def pragma(registry: Registry, name: str) -> object:
    with registry.reading() as tx:
        return tx.execute(text(f"PRAGMA {name}")).scalar()


def serial(tx: Connection) -> int:
    return letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)


@pytest.fixture
def another(registry: Registry) -> Iterator[Registry]:
    """The same database, as another process has it open."""
    opened = Registry(registry.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


class TestSqlite:
    def test_every_commit_is_synced_as_the_journal_needs(self, sqlite_registry: Registry) -> None:
        expected = ("wal", 2) if sqlite3.sqlite_version_info >= (3, 51, 3) else ("delete", 3)
        assert (pragma(sqlite_registry, "journal_mode"), pragma(sqlite_registry, "synchronous")) == expected

    def test_foreign_keys_are_in_force(self, sqlite_registry: Registry) -> None:
        assert pragma(sqlite_registry, "foreign_keys") == 1

    def test_the_schema_is_not_trusted(self, sqlite_registry: Registry) -> None:
        assert pragma(sqlite_registry, "trusted_schema") == 0

    @pytest.mark.parametrize(
        "spoil", [lambda path: path.write_bytes(b"garbage" * 1000), lambda path: path.unlink()]
    )
    def test_a_spoilt_file_is_unavailable(self, database: Path, spoil: Callable[[Path], object]) -> None:
        spoil(database)
        registry = Registry(f"sqlite:///{database}")
        with pytest.raises(RegistryError) as trouble, registry.reading() as tx:
            letters.series(tx)
        registry.close()
        assert trouble.value.code == "registry_unavailable"

    def test_a_writer_who_knows_nothing_of_the_queue_is_waited_for_in_vain(
        self, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session, "WAIT_SECONDS", 0.05)
        registry = Registry(f"sqlite:///{database}")
        with raw(database) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RegistryError) as trouble, registry.writing():
                pass
        registry.close()
        assert trouble.value.code == "registry_unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user@host/name",
        "postgres://user@host/name",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://user:hush@host:port/name",
    ],
)
def test_a_database_of_another_kind_is_not_known(url: str) -> None:
    with pytest.raises(RegistryError) as trouble:
        Registry(url)
    assert trouble.value.code == "database_unknown"
    assert "hush" not in "".join(traceback.format_exception(trouble.value))


def test_what_raises_is_gone(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.writing() as tx:  # noqa: PT012
        serial(tx)
        raise ZeroDivisionError
    with registry.reading() as tx:
        assert letters.series(tx) == []


def test_what_is_written_is_there_for_others(registry: Registry, another: Registry) -> None:
    with registry.writing() as tx:
        serial(tx)
    with another.reading() as tx:
        assert letters.series(tx) == [(OFFICE.code, 1, 2026, 1)]


def test_an_offices_series_are_its_own(registry: Registry) -> None:
    with registry.writing() as tx:
        serial(tx)
        assert letters.series(tx, OFFICE.code) == [(OFFICE.code, 1, 2026, 1)]
        assert letters.series(tx, "2101") == []


def test_a_reader_does_not_wait_for_a_writer(registry: Registry, another: Registry) -> None:
    with registry.writing() as writing:
        serial(writing)
        with another.reading() as reading:
            assert letters.series(reading) == []


def test_a_reader_keeps_one_view_while_a_writer_writes(registry: Registry, another: Registry) -> None:
    with registry.reading() as reading:
        assert letters.series(reading) == []
        with pytest.raises(ZeroDivisionError), another.writing() as writing:  # noqa: PT012
            serial(writing)
            assert letters.series(reading) == []
            raise ZeroDivisionError


def test_a_reader_keeps_one_view_after_a_writer_committed(postgresql_registry: Registry) -> None:
    # On SQLite such a commit waits for the reader, unless it has a WAL.
    with postgresql_registry.reading() as reading:
        assert letters.series(reading) == []
        with postgresql_registry.writing() as writing:
            serial(writing)
        assert letters.series(reading) == []
    with postgresql_registry.reading() as reading:
        assert letters.series(reading) != []


def test_a_reader_writes_nothing(postgresql_registry: Registry) -> None:
    with pytest.raises(RegistryError) as trouble, postgresql_registry.reading() as tx:
        serial(tx)
    assert trouble.value.code == "registry_unavailable"


def test_a_writer_may_follow_a_reader_on_the_same_connection(registry: Registry) -> None:
    for _ in range(3):
        with registry.reading() as tx:
            before = letters.series(tx)
        with registry.writing() as tx:
            serial(tx)
        with registry.reading() as tx:
            assert letters.series(tx) != before


def test_writers_queue(registry: Registry, another: Registry) -> None:
    order = []

    def write_second() -> None:
        with another.writing():
            order.append("second")

    with registry.writing():
        second = threading.Thread(target=write_second)
        second.start()
        second.join(0.2)
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]


def test_what_a_writer_read_still_holds_when_it_writes(registry: Registry, another: Registry) -> None:
    """Read, think, write: with anything less than a queue two of these would see the same count."""

    def count_up(mine: Registry) -> None:
        for _ in range(10):
            with mine.writing() as tx:
                known = offices.offices(tx)[0].name.rpartition(" ")[2]
                number = int(known) + 1 if known.isdigit() else 1
                tx.execute(text("UPDATE office SET name = :name"), {"name": f"Kantor {number}"})

    threads = [threading.Thread(target=count_up, args=(each,)) for each in (registry, another)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with registry.reading() as tx:
        assert offices.offices(tx)[0].name == "Kantor 20"


def test_a_writer_that_waits_too_long_is_told_so(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WAIT_SECONDS", 0.05)
    impatient = Registry(registry.url.render_as_string(hide_password=False))
    with registry.writing() as tx:
        with pytest.raises(RegistryError) as trouble, impatient.writing():
            pass
        serial(tx)
    with impatient.writing() as tx:
        assert serial(tx) == 2
    impatient.close()
    assert trouble.value.code == "registry_unavailable"


def test_an_empty_registry_is_set_up_by_one_alone_of_several_at_once(databases: Databases) -> None:
    with databases.nothing_yet() as first:
        url = first.url.render_as_string(hide_password=False)
        together = [Registry(url) for _ in range(4)]
        start = threading.Barrier(len(together))
        made, failed = list[bool](), list[Exception]()

        def set_up(mine: Registry) -> None:
            start.wait()
            try:
                done = administering.initialise(mine, "production", PASSPHRASE, NOON, NEW_OFFICE)
                made.append(done.created)
            except Exception as error:  # noqa: BLE001 - told below
                failed.append(error)

        threads = [threading.Thread(target=set_up, args=(each,)) for each in together]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in together:
            each.close()
    assert (failed, sorted(made)) == ([], [False, False, False, True])


def a_draft(issued: LetterRecord, **changes: object) -> Draft:
    draft = Draft(
        id="2" * 32,
        office=OFFICE.code,
        kind=1,
        resident=issued.resident,
        reason="Blangko habis",
        portrait=None,
        requested_by="operator",
        request_key=None,
        request_digest=None,
        batch=None,
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def conflict_over(registry: Registry, draft: Draft) -> RegistryConflict:
    with pytest.raises(RegistryConflict) as trouble, registry.writing() as tx:
        letters.add(tx, [NewLetter(draft)], NOON)
    return trouble.value


def everything_about(error: BaseException) -> str:
    """All that a log, a debugger or a careless handler could print of an error, and of those behind it."""
    told = ["".join(traceback.format_exception(error, chain=True))]
    left, seen = [error], set[int]()
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        told.append(f"{each!r} {each.args} {getattr(each, '__notes__', '')} {vars(each)}")
        orig = getattr(each, "orig", None)
        behind = (each.__cause__, each.__context__, orig)
        left += [one for one in behind if isinstance(one, BaseException)]
    return " ".join(told)


def test_an_error_of_the_databases_own_would_name_the_person(postgresql_registry: Registry) -> None:
    """The control of the tests below: this is what must not get out."""
    with raw(postgresql_registry) as connection:
        insert_letter(connection)
        with pytest.raises(Refused) as refused:
            insert_letter(connection, id="2" * 32)
    assert "2172031708950003" in everything_about(refused.value)


def test_a_conflict_says_nothing_of_the_person(registry: Registry, issued: LetterRecord) -> None:
    told = everything_about(conflict_over(registry, a_draft(issued)))
    assert issued.resident.nik not in told
    assert issued.resident.name not in told


@pytest.mark.parametrize("name", ["SUHARTINI " * 7, "SUHAR\0TINI"], ids=["too long", "NUL"])
def test_what_does_not_fit_its_column_is_a_conflict_and_says_nothing_of_the_person(
    postgresql_registry: Registry, name: str
) -> None:
    # Fields are refused by name long before; this is for what was forgotten. SQLite takes anything.
    resident = a_resident(name=name)
    draft = Draft("2" * 32, OFFICE.code, 1, resident, "-", None, "operator", None, None, None)
    told = everything_about(conflict_over(postgresql_registry, draft))
    assert resident.nik not in told
    assert resident.name not in told


def test_after_a_conflict_the_next_transaction_is_sound(registry: Registry, issued: LetterRecord) -> None:
    conflict_over(registry, a_draft(issued))
    with registry.writing() as tx:
        assert serial(tx) == 2
