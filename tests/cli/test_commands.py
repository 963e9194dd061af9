"""The other commands of the contract: what they answer and with which exit code."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from suket_service import __version__
from suket_service.cli.main import _COMMANDS
from suket_service.core.signing import unsigned_header
from suket_service.core.trust_bundle import open_bundle
from tests.builders import BASE_URL, PASSPHRASE
from tests.cli.builders import EXAMPLES, NIK, OFFICE_FILES, Printed, lines_of, suket
from tests.registry.builders import tampering

CONTRACT = {
    *("init", "residents", "issue", "print", "verify", "letters", "show", "revoke", "supersede"),
    *(
        "extend",
        "suspend",
        "resume",
        "keys",
        "users",
        "clients",
        "kinds",
        "publish",
        "serve",
        "check",
        "audit",
    ),
    *("backup", "backup-key", "restore"),
}
#: Beyond design.md section 7; of its own, `clients` comes with the API.
BEYOND = {"withdraw", "offices"}
CONSOLE_SCRIPT = Path(sys.executable).with_name("suket")


def test_the_commands_of_the_contract_are_there() -> None:
    assert set(_COMMANDS) == CONTRACT | BEYOND


@pytest.mark.parametrize("command", sorted(CONTRACT | BEYOND))
def test_a_command_explains_itself(tmp_path: Path, command: str) -> None:
    result = suket(command, "--help", data=tmp_path)
    assert (result.exit_code, result.stdout[:5]) == (0, "Usage")


@pytest.mark.slow
def test_the_installed_script_runs() -> None:
    done = subprocess.run([CONSOLE_SCRIPT, "--version"], capture_output=True, text=True, check=True)
    assert __version__ in done.stdout


def test_the_installed_script_tells_trouble_in_one_line_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [CONSOLE_SCRIPT, "letters"],
        capture_output=True,
        text=True,
        check=False,
        env={"SUKET_DATA_DIR": str(tmp_path), "SUKET_ENVIRONMENT": "demo"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"suket: .+\n", done.stderr)


def test_a_picture_on_standard_input_is_no_text_and_no_traceback(printed: Printed) -> None:
    done = subprocess.run(
        [CONSOLE_SCRIPT, "verify", "-"],
        input=b"\x89PNG\r\n\x1a\n\xff\xfe\x00",
        capture_output=True,
        check=False,
        env={"SUKET_DATA_DIR": str(printed.data), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr


class TestLettersAndShow:
    def test_letters_are_listed(self, printed: Printed) -> None:
        listed = lines_of(suket("letters", "--json", data=printed.data))
        assert [letter["number"] for letter in listed] == [line["number"] for line in printed.lines]
        assert all(letter["status"] == "issued" for letter in listed)

    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            (("--status", "issued"), 2),
            (("--status", "revoked"), 0),
            (("--village", "2172031004"), 1),
            (("--village", "2172031004", "--status", "revoked"), 0),
        ],
    )
    def test_letters_are_chosen(self, printed: Printed, filters: tuple[str, ...], count: int) -> None:
        assert len(lines_of(suket("letters", *filters, "--json", data=printed.data))) == count

    def test_no_letters_is_said(self, printed: Printed) -> None:
        assert suket("letters", "--status", "revoked", data=printed.data).stdout == "Tidak ada surat.\n"

    def test_an_unknown_status_is_wrong_use(self, printed: Printed) -> None:
        assert suket("letters", "--status", "lost", data=printed.data).exit_code == 2

    def test_an_unknown_office_has_no_letters(self, printed: Printed) -> None:
        assert suket("letters", "--office", "2101", data=printed.data).exit_code == 1

    def test_a_letter_is_shown_with_its_history(self, printed: Printed) -> None:
        [letter] = lines_of(suket("show", printed.number, "--json", data=printed.data))
        assert (letter["requested_by"], letter["approved_by"]) == ("operator", "kepala")
        assert [event["action"] for event in letter["events"]] == ["draft", "approve", "issue", "print"]
        assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", letter["check_code"])

    def test_people_are_shown_the_same(self, printed: Printed) -> None:
        [letter] = lines_of(suket("show", printed.number, "--json", data=printed.data))
        told = suket("show", printed.number, data=printed.data).stdout
        assert all(str(letter[name]) in told for name in ("number", "nik", "name", "check_code"))

    def test_an_unknown_number_is_not_found(self, printed: Printed) -> None:
        result = suket("show", "471.13/9999/SKP/2172/2026", data=printed.data)
        assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.parametrize(("command", "state"), [("revoke", "revoked"), ("supersede", "superseded")])
class TestClosing:
    def test_a_closed_letter_is_told_at_once_to_everyone(
        self, office: Printed, tmp_path: Path, command: str, state: str
    ) -> None:
        result = suket(
            command, office.number, "--by", "operator", "--reason", "Salah data", "--json", data=office.data
        )
        assert (result.exit_code, lines_of(result)[0]["status"]) == (0, state)
        [answer] = lines_of(suket("verify", office.pdf, "--json", data=office.data))
        assert (answer["outcome"], answer["registry"]["status"]) == (state, state)

    def test_it_is_done_once(self, office: Printed, command: str, state: str) -> None:
        arguments = (command, office.number, "--by", "kepala", "--reason", "Salah data")
        assert suket(*arguments, data=office.data).exit_code == 0
        again = suket(*arguments, data=office.data)
        assert (again.exit_code, again.stdout) == (1, "")

    @pytest.mark.few(4)
    @pytest.mark.parametrize(
        ("change", "exit_code"),
        [
            ({"--by": "auditor"}, 1),
            ({"--by": "nobody"}, 1),
            ({"--reason": " "}, 1),
            ({"--by": None}, 2),
            ({"--reason": None}, 2),
        ],
    )
    def test_it_takes_a_person_and_a_reason(
        self, printed: Printed, command: str, state: str, change: dict[str, str | None], exit_code: int
    ) -> None:
        options = {"--by": "operator", "--reason": "Salah data", **change}
        given = [part for name, value in options.items() if value is not None for part in (name, value)]
        assert suket(command, printed.number, *given, data=printed.data).exit_code == exit_code
        assert lines_of(suket("show", printed.number, "--json", data=printed.data))[0]["status"] == "issued"


class TestPublishing:
    def test_the_files_of_the_contract_are_written(self, office: Printed, tmp_path: Path) -> None:
        assert suket("publish", "--out", tmp_path / "a" / "b", data=office.data).exit_code == 0
        written = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
        lists = {"status-list-1.jwt", "status-list-2.jwt"}  # the second is the spare
        assert set(written) == {"jwks.json", "trust-bundle.jws", "checkpoint.jws", *lists}
        bundle, signer, _ = open_bundle(written["trust-bundle.jws"])
        assert (bundle.lists[1].next_index, bundle.environment) == (2, "demo")
        assert unsigned_header(written["status-list-1.jwt"])["typ"] == "statuslist+jwt"
        assert signer.kid in {key["kid"] for key in json.loads(written["jwks.json"])["keys"]}

    def test_a_version_always_rises(self, office: Printed, tmp_path: Path) -> None:
        versions = []
        for _ in range(2):
            suket("publish", "--out", tmp_path, data=office.data)
            versions.append(open_bundle((tmp_path / "trust-bundle.jws").read_bytes())[0].version)
        assert versions[0] < versions[1]


class TestKeys:
    def test_keys_are_listed_without_their_private_halves(self, printed: Printed) -> None:
        listed = lines_of(suket("keys", "list", "--json", data=printed.data))
        assert sorted(key["purpose"] for key in listed) == ["publication", "seal"]
        assert all(key["state"] == "active" and "d" not in key for key in listed)

    def test_people_see_the_same_keys(self, printed: Printed) -> None:
        listed = lines_of(suket("keys", "list", "--json", data=printed.data))
        told = suket("keys", "list", data=printed.data).stdout.splitlines()
        assert [line.split()[0] for line in told] == [key["kid"] for key in listed]


class TestAudit:
    def test_a_whole_chain_is_said_to_be_whole(self, printed: Printed) -> None:
        result = suket("audit", "verify", data=printed.data)
        assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "Rantai utuh.")

    def test_a_broken_chain_is_refused_with_its_place(self, office: Printed) -> None:
        with tampering(office.data / "suket.sqlite3") as connection:
            connection.execute("UPDATE audit SET actor = 'x' WHERE seq = 3")
        result = suket("audit", "verify", data=office.data)
        assert result.exit_code == 1
        assert "3" in result.stdout.splitlines()[1]

    def test_a_checkpoint_fits_until_history_is_lost(self, office: Printed, tmp_path: Path) -> None:
        suket("publish", "--out", tmp_path, data=office.data)
        arguments = ("audit", "verify", "--checkpoint", tmp_path / "checkpoint.jws")
        assert suket(*arguments, data=office.data).exit_code == 0
        with tampering(office.data / "suket.sqlite3") as connection:
            connection.execute("DELETE FROM audit WHERE seq > 3")
        assert suket("audit", "verify", data=office.data).exit_code == 0
        assert suket(*arguments, data=office.data).exit_code == 1

    @pytest.mark.parametrize("content", [b"garbage", b"\xff\xfe"])
    def test_a_checkpoint_that_cannot_be_read_is_wrong_input(
        self, printed: Printed, tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / "checkpoint.jws").write_bytes(content)
        result = suket("audit", "verify", "--checkpoint", tmp_path / "checkpoint.jws", data=printed.data)
        assert result.exit_code == 2


class TestCheck:
    def test_a_demo_is_ready(self, printed: Printed) -> None:
        result = suket("check", data=printed.data)
        assert (result.exit_code, result.stdout) == (0, "Semua siap.\n")

    def test_a_data_directory_open_to_others_is_a_problem(self, office: Printed) -> None:
        office.data.chmod(0o755)
        result = suket("check", data=office.data)
        [line] = result.stdout.splitlines()
        assert result.exit_code == 1
        assert f"chmod 700 {office.data}" in line

    def test_a_missing_registry_is_a_problem(self, tmp_path: Path) -> None:
        result = suket("check", data=tmp_path / "none", SUKET_ENVIRONMENT="demo")
        assert result.exit_code == 1
        assert "suket init" in result.stdout

    def test_a_passphrase_that_does_not_fit_is_a_problem_for_each_key(self, printed: Printed) -> None:
        result = suket("check", data=printed.data, SUKET_KEY_PASSPHRASE="x" * 30)
        assert (result.exit_code, len(result.stdout.splitlines())) == (1, 2)
        assert "x" * 30 not in result.output

    def test_missing_settings_are_a_problem(self, tmp_path: Path) -> None:
        result = suket("check", data=tmp_path, SUKET_ENVIRONMENT="production")
        assert result.exit_code == 1
        assert "SUKET_BASE_URL" in result.stdout


def test_a_registry_of_another_version_is_not_said_to_be_none(demo: Path) -> None:
    with sqlite3.connect(demo / "suket.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    told = suket("letters", data=demo)
    assert (told.exit_code, "dari versi lain" in told.stderr, "disiapkan" in told.stderr) == (1, True, False)


class TestInit:
    def test_the_demo_is_set_up_once(self, demo: Path) -> None:
        before = (demo / "suket.sqlite3").read_bytes()
        assert suket("init", "--demo", data=demo).exit_code == 0
        assert (demo / "suket.sqlite3").read_bytes() == before

    def test_the_secrets_are_readable_by_their_owner_alone(self, fresh_demo: Path) -> None:
        assert fresh_demo.stat().st_mode & 0o077 == 0
        assert (fresh_demo / "demo-secrets.json").stat().st_mode & 0o077 == 0

    def test_the_demo_does_not_go_with_production(self, tmp_path: Path) -> None:
        assert suket("init", "--demo", data=tmp_path, SUKET_ENVIRONMENT="production").exit_code == 2
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("broken", ["office", "regions"])
    def test_a_file_that_describes_no_office_is_wrong_input(self, tmp_path: Path, broken: str) -> None:
        files = dict(zip(("office", "regions"), OFFICE_FILES, strict=True))
        (tmp_path / "broken").write_text("broken")
        files[broken] = tmp_path / "broken"
        data = tmp_path / "data"
        result = suket(
            "init", "--demo", "--office", files["office"], "--regions", files["regions"], data=data
        )
        assert (result.exit_code, (data / "suket.sqlite3").exists()) == (2, False)


class TestImportingResidents:
    def test_rows_are_imported(self, demo: Path) -> None:
        result = suket("residents", "import", EXAMPLES / "penduduk.csv", "--by", "operator", data=demo)
        assert (result.exit_code, result.stdout) == (0, "40 diimpor, 0 ditolak.\n")

    def test_the_demos_lists_say_where_real_ones_come_from(self, demo: Path) -> None:
        with closing(sqlite3.connect(demo / "suket.sqlite3")) as connection:
            sources = connection.execute("SELECT DISTINCT source FROM resident").fetchall()
        assert sources == [("SIAK (contoh)",)]

    def test_a_bad_row_is_refused_by_row_and_field(self, demo: Path) -> None:
        result = suket(
            "residents", "import", EXAMPLES / "permohonan-salah.csv", "--by", "admin", "--json", data=demo
        )
        first, *_ = lines_of(result)
        assert result.exit_code == 1
        assert (first["row"], first["status"]) == (2, "refused")
        assert [(error["field"], error["code"]) for error in first["errors"]] == [("nik", "nik_length")]

    def test_it_takes_someone_who_may(self, demo: Path) -> None:
        result = suket("residents", "import", EXAMPLES / "penduduk.csv", "--by", "auditor", data=demo)
        assert result.exit_code == 1


class TestLanguage:
    @pytest.mark.parametrize(
        ("arguments", "indonesian", "english"),
        [
            (("letters", "--status", "revoked"), "Tidak ada surat.", "No letters."),
            (("audit", "verify"), "Rantai utuh.", "The chain is whole."),
            (("show", "1"), "tidak ditemukan", "No letter"),
            (("verify", "x"), "alasan: not_a_seal", "reasons: not_a_seal"),
            (("verify", "x"), "diperiksa:", "checked:"),
        ],
    )
    def test_messages_are_in_the_language_asked_for(
        self, printed: Printed, arguments: tuple[str, ...], indonesian: str, english: str
    ) -> None:
        assert indonesian in suket(*arguments, data=printed.data).output
        told = suket(*arguments, data=printed.data, SUKET_LANG="en").output
        assert english in told
        assert indonesian not in told

    def test_a_row_of_a_file_is_told_in_english(self, office: Printed) -> None:
        people = ("--requested-by", "operator", "--approved-by", "kepala")
        told = suket("issue", office.file, *people, data=office.data, SUKET_LANG="en").stdout
        assert "row" in told
        assert "baris" not in told


PRODUCTION = {
    "SUKET_ENVIRONMENT": "production",
    "SUKET_BASE_URL": BASE_URL,
    "SUKET_SECRET_KEY": PASSPHRASE[::-1],
    "SUKET_KEY_PASSPHRASE": PASSPHRASE,
}


class TestProduction:
    FILES = ("--office", OFFICE_FILES[0], "--regions", OFFICE_FILES[1])

    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        path = tmp_path / "production"
        assert suket("init", *self.FILES, data=path, **PRODUCTION).exit_code == 0
        return path

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SUKET_BASE_URL", ""),
            ("SUKET_BASE_URL", "http://suket.example.go.id"),
            ("SUKET_BASE_URL", "https://suket.example.go.id/path"),
            ("SUKET_SECRET_KEY", "short"),
            ("SUKET_KEY_PASSPHRASE", "short"),
            ("SUKET_ENVIRONMENT", "other"),
        ],
    )
    def test_a_setting_that_cannot_be_used_is_named(self, tmp_path: Path, name: str, value: str) -> None:
        result = suket("init", *self.FILES, data=tmp_path / "data", **{**PRODUCTION, name: value})
        assert result.exit_code == 2
        assert name in result.stderr
        assert not (tmp_path / "data").exists()

    def test_without_a_passphrase_no_registry_is_made(self, tmp_path: Path) -> None:
        result = suket(
            "init", *self.FILES, data=tmp_path / "data", **{**PRODUCTION, "SUKET_KEY_PASSPHRASE": ""}
        )
        assert result.exit_code != 0
        assert "SUKET_KEY_PASSPHRASE" in result.stderr
        assert not (tmp_path / "data").exists()

    def test_the_demos_data_directory_is_refused(self, printed: Printed) -> None:
        result = suket("letters", data=printed.data, **PRODUCTION)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "SUKET_DATA_DIR" in result.stderr

    @pytest.mark.parametrize("command", ["letters", "verify"])
    def test_the_demos_registry_is_refused(self, printed: Printed, tmp_path: Path, command: str) -> None:
        url = f"sqlite:///{printed.data / 'suket.sqlite3'}"
        target = (printed.pdf,) if command == "verify" else ()
        result = suket(command, *target, data=tmp_path, **PRODUCTION, SUKET_DATABASE_URL=url)
        assert result.exit_code != 0
        assert not result.stdout.startswith("VALID")

    def test_an_office_of_its_own_is_needed(self, tmp_path: Path) -> None:
        assert suket("init", data=tmp_path / "data", **PRODUCTION).exit_code == 2

    def test_no_example_is_in_the_register(self, data: Path, tmp_path: Path) -> None:
        result = suket(
            *("issue", EXAMPLES / "permohonan.csv", "--requested-by", "operator", "--approved-by", "kepala"),
            "--json",
            data=data,
            **PRODUCTION,
        )
        assert {error["code"] for line in lines_of(result) for error in line["errors"]} == {"not_in_register"}

    def test_a_list_needs_its_source_and_date(self, data: Path) -> None:
        arguments = ("residents", "import", EXAMPLES / "penduduk.csv", "--by", "operator")
        assert suket(*arguments, data=data, **PRODUCTION).exit_code == 2

    def test_letters_stop_at_drafts_until_the_second_person_has_signed_in(
        self, data: Path, tmp_path: Path
    ) -> None:
        suket(
            *("residents", "import", EXAMPLES / "penduduk.csv", "--by", "operator"),
            *("--source", "SIAK", "--as-of", "2026-01-31"),
            data=data,
            **PRODUCTION,
        )
        out = tmp_path / "surat"
        result = suket(
            *("issue", EXAMPLES / "permohonan.csv", "--requested-by", "operator", "--approved-by", "kepala"),
            *("--out", out, "--json"),
            data=data,
            **PRODUCTION,
        )
        assert result.exit_code == 0
        assert {(line["status"], line["number"], line["pdf"]) for line in lines_of(result)} == {
            ("drafted", None, None)
        }
        assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("issue", EXAMPLES / "permohonan-salah.csv", "--requested-by", "auditor", "--approved-by", "kepala"),
        (
            "issue",
            EXAMPLES / "permohonan-salah.csv",
            "--requested-by",
            "operator",
            "--approved-by",
            "operator",
        ),
        ("residents", "import", EXAMPLES / "permohonan-salah.csv", "--by", "nobody"),
        ("verify", "tidak-ada-2172031708950003.pdf"),
    ],
)
def test_trouble_is_told_without_a_traceback_and_without_a_nik(
    demo: Path, arguments: tuple[object, ...]
) -> None:
    result = suket(*arguments, data=demo)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("suket: ")
    assert not NIK.search(result.stderr)
