"""A backup is everything, as of one moment, in one file that is whole or not there."""

import hashlib
import resource
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select

from suket_service import administering
from suket_service.administering.backup import examine
from suket_service.errors import CallerError, NotFound, RegistryError
from suket_service.registry import audit, health, session
from suket_service.registry.queue import turn
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork
from tests.builders import NOON, PASSPHRASE
from tests.databases import Databases
from tests.registry.builders import raw, tampering

REVISION_OF_THE_FIRST_TABLES = "0001"


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(registry)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "registry.backup"


def everything(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
    rows = {
        table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }
    # That it was kept is noted after the copy was made.
    return {**rows, "audit": [row for row in rows["audit"] if health.KEPT not in row]}


@contextmanager
def opened(file: Path) -> Iterator[Registry]:
    with closing(Registry(f"sqlite:///{file}")) as copy:
        yield copy


def test_it_holds_every_row_of_every_table(office: OfficeAtWork, file: Path) -> None:
    papers = office.issue(3)
    office.revoke(papers[0])
    office.publish()
    office.back_up(file)
    with office.registry.reading() as tx:
        original = everything(tx)
    with opened(file) as copy, copy.reading() as tx:
        assert everything(tx) == original


def test_its_name_may_hold_anything(office: OfficeAtWork, tmp_path: Path) -> None:
    office.issue(1)
    assert office.back_up(tmp_path / "cadangan 100%20?#ü").contents.letters == 1


def test_it_says_what_is_in_it(office: OfficeAtWork, file: Path) -> None:
    papers = office.issue(3)
    made = office.back_up(file)
    data = file.read_bytes()
    assert (made.file, made.size, made.sha256) == (file, len(data), hashlib.sha256(data).hexdigest())
    held = made.contents
    assert (held.letters, held.last_numbers, held.as_of) == (3, (papers[-1].number,), office.clock)
    with office.registry.reading() as tx:
        assert held.entries == audit.head(tx).entries - 1  # the last says that it was kept


def test_when_it_was_kept_can_be_asked(office: OfficeAtWork, file: Path) -> None:
    assert administering.last_backup(office.registry) is None
    office.back_up(file)
    assert administering.last_backup(office.registry) == office.clock


def test_one_that_was_not_kept_counts_for_nothing(office: OfficeAtWork, file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        office.back_up(file.parent / "nowhere" / "registry.backup")
    assert administering.last_backup(office.registry) is None


def test_it_notes_itself_in_the_audit_before_it_copies(office: OfficeAtWork, file: Path) -> None:
    office.back_up(file)
    with opened(file) as copy, copy.reading() as tx:
        [entry] = audit.of_action(tx, "registry.backup")
    assert (entry.actor, entry.at) == ("console", office.clock)


def test_it_is_its_owners_alone_and_nothing_lies_beside_it(office: OfficeAtWork, file: Path) -> None:
    office.back_up(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("wal", [False, True])
def test_it_needs_no_second_file(
    sqlite_registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch, wal: bool
) -> None:
    monkeypatch.setattr(session, "_WAL_IS_SAFE", wal)  # as with a SQLite from 3.51.3 on
    office = OfficeAtWork(sqlite_registry)
    office.issue(1)
    office.back_up(file)
    assert file.read_bytes()[18:20] == b"\x01\x01"  # file format: a write-ahead log would be 2
    assert list(file.parent.iterdir()) == [file]


def test_the_private_keys_in_it_stay_locked(office: OfficeAtWork, file: Path) -> None:
    office.back_up(file)
    data = file.read_bytes()
    assert b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in data
    assert b"-----BEGIN PRIVATE KEY-----" not in data
    assert PASSPHRASE.encode() not in data


def test_a_file_that_is_there_is_not_overwritten(office: OfficeAtWork, file: Path) -> None:
    file.write_text("other")
    with pytest.raises(CallerError) as refused:
        office.back_up(file)
    assert refused.value.code == "backup_exists"
    assert file.read_text() == "other"


def test_a_folder_that_is_not_there_is_an_error(office: OfficeAtWork, file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        office.back_up(file.parent / "nowhere" / "registry.backup")


def test_a_database_without_a_registry_is_refused(databases: Databases, file: Path) -> None:
    with databases.nothing_yet() as empty:
        empty.migrate()
        with pytest.raises(NotFound):
            administering.back_up(empty, file, NOON)
    assert not file.exists()


@pytest.mark.both
def test_letters_may_be_issued_meanwhile(office: OfficeAtWork, file: Path) -> None:
    office.issue(1)
    stop = threading.Event()

    def go_on_issuing() -> None:
        while not stop.is_set():
            office.issue(1)

    issuing = threading.Thread(target=go_on_issuing)  # pytest fails the test for what it raises
    issuing.start()
    try:
        for number in range(5):
            held = administering.back_up(office.registry, file.with_name(f"{number}"), NOON).contents
            assert held.last_numbers == (f"471.13/{held.letters:04d}/SKP/2172/2026",)
    finally:
        stop.set()
        issuing.join(30)


def test_readers_do_not_wait_for_it(office: OfficeAtWork, file: Path) -> None:
    office.issue(1)
    seen = []

    def read(_done: int, _total: int) -> None:
        with office.registry.reading() as tx:
            seen.append(audit.head(tx).entries)

    administering.back_up(office.registry, file, NOON, read)
    assert seen


def test_writers_wait_for_it_in_the_queue_on_sqlite(sqlite_registry: Registry, file: Path) -> None:
    database, late = sqlite_registry.file, []

    def try_to_write(_done: int, _total: int) -> None:
        assert database is not None
        with pytest.raises(TimeoutError), turn(database.with_name(f"{database.name}.lock"), 0):
            pass
        late.append(True)

    administering.back_up(sqlite_registry, file, NOON, try_to_write)
    assert late


def test_it_tells_how_far_it_is(office: OfficeAtWork, file: Path) -> None:
    told: list[tuple[int, int]] = []
    administering.back_up(office.registry, file, NOON, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


def test_a_second_one_in_the_same_folder_at_the_same_time_is_refused(
    office: OfficeAtWork, file: Path
) -> None:
    codes: list[str] = []

    def another(_done: int, _total: int) -> None:
        if (
            not codes and office.registry.file is None
        ):  # on SQLite a writer is at work: it would wait for itself
            with pytest.raises(CallerError) as refused:
                administering.back_up(office.registry, file.with_name("other"), NOON)
            codes.append(refused.value.code)

    administering.back_up(office.registry, file, NOON, another)
    assert codes == ([] if office.registry.file else ["being_made"])


class Interruption(Exception):
    """Somebody pressed Ctrl-C."""


def test_an_interrupted_one_leaves_nothing(office: OfficeAtWork, file: Path) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise Interruption

    with pytest.raises(Interruption):
        administering.back_up(office.registry, file, NOON, interrupt)
    assert list(file.parent.iterdir()) == []


def test_what_a_killed_one_left_goes_with_the_next(office: OfficeAtWork, file: Path) -> None:
    left = file.with_name(f".{file.name}.abcdefgh.part")
    left.mkdir()
    (left / file.name).write_text("half")
    office.back_up(file)
    assert list(file.parent.iterdir()) == [file]


def test_on_a_full_disk_nothing_is_kept(office: OfficeAtWork, file: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (100_000, limits[1])
    )  # Python ignores the signal: a write fails
    try:
        with pytest.raises(RegistryError) as failed:
            office.back_up(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failed.value.code in ("copy_failed", "registry_unavailable")
    assert list(file.parent.iterdir()) == []


def test_a_registry_whose_history_was_changed_gets_no_backup(office: OfficeAtWork, file: Path) -> None:
    office.issue(1)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET actor = 'somebody' WHERE seq = 2")
    with pytest.raises(RegistryError) as refused:
        office.back_up(file)
    assert refused.value.code == "registry_damaged"
    assert list(file.parent.iterdir()) == []


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "change",
    [
        "name = 'SITI'",
        "state = 'issued'",
        "status_index = 77",
        "issued_on = '2026-11-01'",
        "fingerprint = NULL",
        "sealed = NULL",
        "number = '471.13/0009/SKP/2172/2026'",
    ],
)
def test_a_letter_that_is_not_as_it_was_issued_is_found(
    sqlite_registry: Registry, file: Path, change: str
) -> None:
    office = OfficeAtWork(sqlite_registry)
    papers = office.issue(2)
    office.revoke(papers[1])
    office.back_up(file)
    assert examine(file) is not None
    with tampering(file) as connection:
        connection.execute(f"UPDATE letter SET {change} WHERE number = ?", [papers[1].number])
    assert examine(file) is None


def test_a_letter_that_the_history_does_not_know_is_found(sqlite_registry: Registry, file: Path) -> None:
    office = OfficeAtWork(sqlite_registry)
    office.issue(1)
    office.back_up(file)
    with tampering(file) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(letter)")]
        changed = {"id": "'x'", "nik": "'y'", "number": "'z'", "status_index": "9", "request_key": "'q'"}
        values = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(f"INSERT INTO letter SELECT {values} FROM letter")
    assert examine(file) is None


def test_tables_of_an_earlier_version_are_backed_up_before_they_are_migrated(
    tmp_path: Path, file: Path
) -> None:
    with opened(tmp_path / "old" / "suket.sqlite3") as old:
        first_tables(old)
        made = administering.back_up(old, file, NOON)
    assert made.contents.identity.registry_id == "r" * 32


def first_tables(registry: Registry) -> None:
    """A registry as the first version of the tables has it, with one entry in its audit."""
    assert registry.file is not None
    registry.file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(Path(session.__file__).parent / "migrations"))
    with registry.writing() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, REVISION_OF_THE_FIRST_TABLES)
        audit.append(tx, NOON, "console", "registry.init", "r" * 32)
    with raw(registry) as connection:
        connection.execute(
            "INSERT INTO registry VALUES (1, ?, 'production', ?)", ["r" * 32, "2026-11-22 05:00:00.000000"]
        )
