"""Backups locked to a key that is kept elsewhere (A29 of the threat model), and how many of them are kept."""

import resource
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from suket_service import administering
from suket_service.administering import Backup, Identity, Lock, Order
from suket_service.administering.backup import digest_of
from suket_service.errors import CallerError, FileRefused, RegistryError, SettingsError
from suket_service.registry.schema import LetterRow
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork
from tests.builders import NOON
from tests.databases import SqliteDatabases
from tests.registry.builders import tampering

KEY, OTHER = administering.new_backup_key(NOON), administering.new_backup_key(NOON)


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(registry)


@pytest.fixture
def small_office(sqlite_registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(sqlite_registry)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "registry.age"


def lock_for(workplace: Path, *recipients: str) -> Lock:
    return Lock(administering.read_recipients(recipients or [KEY.recipient]), workplace)


def back_up(office: OfficeAtWork, file: Path, workplace: Path, *recipients: str) -> Backup:
    return administering.back_up(office.registry, file, NOON, lock=lock_for(workplace, *recipients))


def identities(key: administering.BackupKey = KEY) -> tuple[Identity, ...]:
    return administering.read_identities(key.text)


def test_a29_no_name_no_nik_and_no_table_is_found_in_its_bytes(
    office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    office.issue(1)
    with office.registry.reading() as tx:
        nik, name = tx.execute(select(LetterRow.nik, LetterRow.name)).one()
    plain = file.with_name("plain")
    administering.back_up(office.registry, plain, NOON)
    back_up(office, file, workplace)
    known = [nik.encode(), name.encode(), b"SQLite format 3", b"CREATE TABLE"]
    assert all(each in plain.read_bytes() for each in known)  # what is looked for is what would be there
    assert not any(each in file.read_bytes() for each in known)


def test_it_can_be_restored_with_its_key(
    office: OfficeAtWork, file: Path, workplace: Path, sqlite_databases: SqliteDatabases
) -> None:
    office.issue(3)
    made = back_up(office, file, workplace)
    order = Order(file, "production", identities=identities(), sha256=made.sha256)
    with sqlite_databases.nothing_yet() as fresh:
        assert fresh.file is not None
        restored = administering.restore(fresh, fresh.file, order, NOON + timedelta(hours=1))
    assert (restored.contents.letters, restored.sha256) == (3, digest_of(file))


def test_each_of_its_recipients_can_open_it(small_office: OfficeAtWork, file: Path, workplace: Path) -> None:
    made = back_up(small_office, file, workplace, KEY.recipient, OTHER.recipient)
    assert made.locked_for == 2
    for key in (KEY, OTHER):
        assert administering.check_backup(file, identities(key)) == made.contents


def test_it_is_its_owners_alone_and_nothing_plain_is_left(
    office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    back_up(office, file, workplace)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert list(workplace.iterdir()) == []


def test_it_may_lie_beside_the_registry(small_office: OfficeAtWork, workplace: Path) -> None:
    made = back_up(small_office, workplace / "registry.age", workplace)
    assert list(workplace.iterdir()) == [made.file]


def test_where_it_cannot_be_written_nothing_plain_is_left_either(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        back_up(small_office, file.parent / "nowhere" / "b.age", workplace)
    assert list(workplace.iterdir()) == []


def test_on_a_full_disk_nothing_is_left(small_office: OfficeAtWork, file: Path, workplace: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises((RegistryError, OSError)):
            back_up(small_office, file, workplace)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [*workplace.iterdir(), *file.parent.iterdir()] == []


def test_what_a_killed_one_left_goes_with_the_next(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    for folder, name in ((workplace, "plain"), (file.parent, "locked")):
        left = folder / f".backup.{name}.abcdefgh.part"
        left.mkdir()
        (left / "half").write_text("half")
    back_up(small_office, file, workplace)
    assert [*workplace.iterdir(), *file.parent.iterdir()] == [file]


def refusal(file: Path, key: administering.BackupKey | None = KEY) -> str:
    with pytest.raises(FileRefused) as refused:
        administering.check_backup(file, identities(key) if key else ())
    return refused.value.code


@pytest.mark.parametrize("cut", [0, 10, 100, 400, -65_552, -16, -1])
def test_one_that_was_cut_short_is_refused(
    small_office: OfficeAtWork, file: Path, workplace: Path, cut: int
) -> None:
    back_up(small_office, file, workplace)
    data = file.read_bytes()
    file.write_bytes(data[:cut])
    assert refusal(file) in ("backup_damaged", "backup_unreadable")


def test_one_that_was_altered_is_refused(small_office: OfficeAtWork, file: Path, workplace: Path) -> None:
    back_up(small_office, file, workplace)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert refusal(file) == "backup_damaged"


def test_without_a_key_or_with_another_it_stays_shut(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    back_up(small_office, file, workplace)
    assert (refusal(file, None), refusal(file, OTHER)) == ("backup_locked", "identity_wrong")


def test_a_plain_file_needs_no_key_and_minds_none(small_office: OfficeAtWork, file: Path) -> None:
    made = administering.back_up(small_office.registry, file, NOON)
    assert administering.check_backup(file, identities()) == administering.check_backup(file) == made.contents


def test_a_check_finds_what_a_restore_would_refuse(
    small_office: OfficeAtWork, file: Path, tmp_path: Path
) -> None:
    small_office.issue(1)
    administering.back_up(small_office.registry, file, NOON)
    with tampering(file) as connection:
        connection.execute("UPDATE letter SET name = 'SITI'")
    assert refusal(file) == "backup_damaged"
    (tmp_path / "text").write_text("bukan cadangan")
    assert refusal(tmp_path / "text") == "backup_unreadable"


@pytest.mark.parametrize(
    "text",
    ["", "age1", "AGE-SECRET-KEY-1QQQQ", "ssh-ed25519 AAAA", pytest.param(OTHER.recipient, id="a recipient")],
)
def test_what_is_no_key_file_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as refused:
        administering.read_identities(text)
    assert refused.value.code == "identity_unreadable"


@pytest.mark.parametrize(
    "text", ["", "age1", "someone@example.go.id", pytest.param(OTHER.text.splitlines()[-1], id="a key")]
)
def test_what_is_no_recipient_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        administering.read_recipients([KEY.recipient, text])
    assert refused.value.code == "recipient_unusable"
    assert not text or text not in refused.value.text.en.replace("age1…", "")


def test_a_key_does_not_show_itself() -> None:
    assert "SECRET" not in repr(KEY)
    assert "SECRET" not in repr(Order(Path("x"), "production", identities=identities()))


def keep(office: OfficeAtWork, folder: Path, workplace: Path, day: int, kept: int) -> tuple[str, ...]:
    at = NOON + timedelta(days=day)
    place = administering.name_in(office.registry, folder, at, locked=True)
    made = administering.back_up(office.registry, place, at, lock=lock_for(workplace))
    return tuple(each.name for each in administering.let_go_of_older(made, kept))


def test_of_a_folder_so_many_are_kept_and_nothing_else_is_touched(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    folder = file.parent
    others = ["suket-00000000-20200101T000000Z.age", "notes.txt", "suket.age"]
    for name in others:
        (folder / name).write_text("another's")
    gone = [keep(small_office, folder, workplace, day, 2) for day in range(4)]
    left = sorted(each.name for each in folder.iterdir() if each.name not in others)
    assert [len(each) for each in gone] == [0, 0, 1, 1]
    assert [name[-20:] for name in left] == ["20261124T050000Z.age", "20261125T050000Z.age"]
    assert all((folder / name).exists() for name in others)


def test_the_one_just_kept_stays_whatever_the_clock_said_before(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    keep(small_office, file.parent, workplace, 400, 1)
    assert len(keep(small_office, file.parent, workplace, 1, 1)) == 1
    assert [each.name[-20:] for each in file.parent.iterdir()] == ["20261123T050000Z.age"]


def test_a_second_one_in_the_same_second_overwrites_nothing(
    small_office: OfficeAtWork, file: Path, workplace: Path
) -> None:
    keep(small_office, file.parent, workplace, 0, 3)
    with pytest.raises(CallerError) as refused:
        keep(small_office, file.parent, workplace, 0, 3)
    assert refused.value.code == "backup_exists"
