"""``backup`` and ``restore`` as commands: what they say, write and answer."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.builders import NIK, Printed, copy_of, example_rows, lines_of, suket

OFFICE = "471.13/{:04d}/SKP/2172/{}"


@pytest.fixture
def backup(office: Printed, tmp_path: Path) -> Path:
    """The backup of an office with two letters."""
    file = tmp_path / "registry.backup"
    assert suket("backup", file, data=office.data).exit_code == 0
    return file


@pytest.fixture
def published(office: Printed, backup: Path, tmp_path: Path) -> Path:
    """What was published after the first of the two letters was revoked, which the backup does not know."""
    folder = tmp_path / "terbitan"
    revoke(office)
    assert suket("publish", "--out", folder, data=office.data).exit_code == 0
    return folder


def revoke(office: Printed) -> None:
    done = suket("revoke", office.number, "--by", "operator", "--reason", "Salah data", data=office.data)
    assert done.exit_code == 0, done.output


def lose(office: Printed) -> None:
    (office.data / "suket.sqlite3").unlink()


def restore(office: Printed, *arguments: object, **env: str) -> Result:
    return suket("restore", *arguments, data=office.data, **env)


def test_backup_says_what_is_in_it_and_what_is_not(office: Printed, tmp_path: Path) -> None:
    done = suket("backup", tmp_path / "b", data=office.data)
    assert done.exit_code == 0
    assert "2 surat" in done.output
    assert f"Nomor terakhir {office.lines[-1]['number']}" in done.output
    assert "SUKET_KEY_PASSPHRASE" in done.output


def test_backup_as_json(office: Printed, tmp_path: Path) -> None:
    [told] = lines_of(suket("backup", tmp_path / "b", "--json", data=office.data))
    assert told["letters"] == 2
    assert told["bytes"] == (tmp_path / "b").stat().st_size
    assert told["last_numbers"] == [office.lines[-1]["number"]]
    assert len(told["sha256"]) == 64


def test_backup_overwrites_nothing(office: Printed, backup: Path) -> None:
    done = suket("backup", backup, data=office.data)
    assert done.exit_code == 1
    assert "sudah ada" in done.stderr


def test_backup_without_a_registry(tmp_path: Path) -> None:
    done = suket("backup", tmp_path / "b", data=tmp_path / "empty", SUKET_ENVIRONMENT="demo")
    assert done.exit_code == 1
    assert "suket init" in done.stderr


def test_backup_into_a_folder_that_is_not_there(office: Printed, tmp_path: Path) -> None:
    done = suket("backup", tmp_path / "nowhere" / "b", data=office.data)
    assert done.exit_code == 2
    assert "suket:" in done.stderr


def test_restore_with_what_was_published(office: Printed, backup: Path, published: Path) -> None:
    lose(office)
    done = restore(office, backup, "--published", published)
    assert done.exit_code == 0, done.output
    assert f"Dicabut: {office.number}" in done.output
    assert "sengaja dikosongkan" in done.output
    assert suket("verify", office.pdf, data=office.data).exit_code == 1
    assert suket("audit", "verify", data=office.data).exit_code == 0


def test_restore_publishes_anew(office: Printed, backup: Path, published: Path) -> None:
    lose(office)
    [told] = lines_of(restore(office, backup, "--published", published, "--json"))
    assert told["published"] > told["witness"]["version"]


def test_restore_names_what_it_could_not_bring_back(office: Printed, backup: Path, tmp_path: Path) -> None:
    later = example_rows(tmp_path, "9002", "9003")
    asked = ("--requested-by", "operator", "--approved-by", "kepala")
    assert suket("issue", later, *asked, data=office.data).exit_code == 0
    assert suket("publish", "--out", tmp_path / "p", data=office.data).exit_code == 0
    lose(office)
    done = restore(office, backup, "--published", tmp_path / "p")
    assert "TIDAK DAPAT DIPULIHKAN: 2 surat" in done.output
    assert "daftar 1, posisi 2 sampai 3: valid" in done.output
    year = office.number[-4:]
    assert f"nomor {OFFICE.format(3, year)} sampai {OFFICE.format(4, year)}" in done.output


def test_restore_from_one_bundle(office: Printed, backup: Path, published: Path) -> None:
    lose(office)
    [told] = lines_of(restore(office, backup, "--published", published / "trust-bundle.jws", "--json"))
    assert told["revoked"] == [office.number]


def test_restore_without_what_was_published_warns(office: Printed, backup: Path) -> None:
    lose(office)
    done = restore(office, backup)
    assert done.exit_code == 0
    assert "TANPA TERBITAN" in done.stderr


def test_restore_in_english(office: Printed, backup: Path) -> None:
    lose(office)
    done = restore(office, backup, SUKET_LANG="en")
    assert "WITHOUT PUBLICATIONS" in done.stderr
    assert "Left to do:" in done.stdout


def test_the_report_holds_everything_and_no_person(
    office: Printed, backup: Path, published: Path, tmp_path: Path
) -> None:
    lose(office)
    done = restore(office, backup, "--published", published, "--report", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["revoked"] == [office.number]
    assert report["lists"] == {"closed": [1], "open": [2, 3], "unpublished": []}
    assert report["steps"]
    assert not NIK.search(done.output + json.dumps(report))


def test_restore_with_a_last_number(office: Printed, backup: Path) -> None:
    lose(office)
    year = office.number[-4:]
    seen = OFFICE.format(40, year)
    [told] = lines_of(restore(office, backup, "--reserve", 0, "--last-number", seen, "--json"))
    assert told["lost_numbers"] == [{"first": OFFICE.format(3, year), "last": seen}]


def test_restore_onto_a_registry_is_refused(office: Printed, backup: Path) -> None:
    before = (office.data / "suket.sqlite3").read_bytes()
    done = restore(office, backup)
    assert done.exit_code == 1
    assert "pindahkan" in done.stderr
    assert (office.data / "suket.sqlite3").read_bytes() == before


def test_restore_from_a_folder_without_a_bundle(office: Printed, backup: Path, tmp_path: Path) -> None:
    lose(office)
    (tmp_path / "empty").mkdir()
    done = restore(office, backup, "--published", tmp_path / "empty")
    assert done.exit_code == 2
    assert "trust-bundle.jws" in done.stderr
    assert not (office.data / "suket.sqlite3").exists()


def test_restore_from_a_tampered_bundle(office: Printed, backup: Path, published: Path) -> None:
    lose(office)
    bundle = published / "trust-bundle.jws"
    bundle.write_bytes(bundle.read_bytes()[:-9] + b"AAAAAAAAA")
    done = restore(office, backup, "--published", published)
    assert done.exit_code == 2
    assert "Tidak ada yang dipulihkan" in done.stderr
    assert not (office.data / "suket.sqlite3").exists()


def test_restore_from_something_else(office: Printed, tmp_path: Path) -> None:
    lose(office)
    (tmp_path / "text").write_text("bukan cadangan")
    done = restore(office, tmp_path / "text")
    assert done.exit_code == 2
    assert "suket backup" in done.stderr


def test_restore_where_nothing_can_be_signed_says_so_and_is_done(
    office: Printed, backup: Path, published: Path, tmp_path: Path
) -> None:
    data = copy_of(office.data, tmp_path / "other")
    (data / "suket.sqlite3").unlink()
    done = suket("restore", backup, "--published", published, data=data, SUKET_ROLE="public")
    assert done.exit_code == 0
    assert "Belum dipublikasikan" in done.stderr


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A key file, and what backups are locked for."""
    done = suket("backup-key", tmp_path / "key.txt", data=tmp_path / "elsewhere")
    assert done.exit_code == 0
    return tmp_path / "key.txt", done.output.splitlines()[-1]


def test_a_key_of_backups_is_its_owners_alone_and_overwrites_none(
    tmp_path: Path, key: tuple[Path, str]
) -> None:
    assert key[0].stat().st_mode & 0o777 == 0o600
    assert key[1].startswith("age1")
    assert suket("backup-key", key[0], data=tmp_path / "elsewhere").exit_code == 1


def test_a_locked_backup_is_tried_and_restored_with_its_key(
    office: Printed, tmp_path: Path, key: tuple[Path, str]
) -> None:
    file = tmp_path / "b.age"
    [told] = lines_of(suket("backup", file, "--to", key[1], "--json", data=office.data))
    assert told["locked_for"] == 1
    [tried] = lines_of(suket("backup", file, "--check", "--identity", key[0], "--json", data=office.data))
    assert (tried["letters"], tried["last_numbers"]) == (told["letters"], told["last_numbers"])
    lose(office)
    assert restore(office, file).exit_code == 2
    assert not (office.data / "suket.sqlite3").exists()
    done = restore(office, file, "--identity", key[0], "--sha256", told["sha256"])
    assert done.exit_code == 0, done.output


def test_recipients_come_from_the_settings_and_a_folder_is_kept_short(
    office: Printed, tmp_path: Path, key: tuple[Path, str]
) -> None:
    folder = tmp_path / "cadangan"
    folder.mkdir()
    (folder / "notes.txt").write_text("stays")
    done = suket(
        "backup",
        folder,
        "--keep",
        1,
        "--json",
        data=office.data,
        SUKET_BACKUP_RECIPIENTS=f"{key[1]} {key[1]}",
    )
    [told] = lines_of(done)
    assert told["locked_for"] == 2
    assert Path(told["file"]).suffix == ".age"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--to", "age1nobody"], 2),
        (["--keep", "3"], 2),  # the place is no folder
        (["--check"], 2),  # nothing is there
    ],
)
def test_wrong_use_of_backup_makes_none(
    office: Printed, tmp_path: Path, arguments: list[str], code: int
) -> None:
    done = suket("backup", tmp_path / "b", *arguments, data=office.data)
    assert done.exit_code == code
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("content", [b"text", bytes(range(256)), b""])
def test_a_file_that_is_no_key_opens_nothing(backup: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    done = suket("backup", backup, "--check", "--identity", tmp_path / "key", data=tmp_path / "x")
    assert done.exit_code == 2
    assert "AGE-SECRET-KEY" in done.stderr
