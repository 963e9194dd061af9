"""``suket users``: staff kept by whoever runs the machine; no secret is an argument, none is shown."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from click.testing import Result
from PIL import Image

from suket_service import administering
from suket_service.registry import credentials
from tests.cli.builders import copy_of, lines_of, suket
from tests.cli.production import (
    PASSWORD,
    PRODUCTION,
    SECRET_KEY,
    Approver,
    at_terminal,
    enrol,
    registry_in,
    set_up,
)
from tests.decoders import by_zxing

CONSOLE_SCRIPT = Path(sys.executable).with_name("suket")


@pytest.fixture(scope="module")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Approver]:
    data = tmp_path_factory.mktemp("production") / "data"
    set_up(data)
    return data, enrol(data, "kepala")


@pytest.fixture
def data(_prepared: tuple[Path, Approver], tmp_path: Path) -> Path:
    """A production office; ``kepala`` has a password and one-time codes, nobody else has anything."""
    return copy_of(_prepared[0], tmp_path)


@pytest.fixture
def kepala(_prepared: tuple[Path, Approver]) -> Approver:
    return _prepared[1]


def users(data: Path, *arguments: object, given: str | None = None, **env: str) -> Result:
    return suket("users", *arguments, data=data, given=given, **{**PRODUCTION, **env})


def listed(data: Path, username: str) -> dict[str, Any]:
    [found] = [each for each in lines_of(users(data, "list", "--json")) if each["username"] == username]
    return found


def proves(data: Path, username: str, password: str, code: str = "") -> bool:
    with registry_in(data) as registry:
        found = administering.prove(registry, username, password, code, SECRET_KEY, datetime.now(UTC))
    return found.username == username


class TestListing:
    def test_everyone_is_listed_with_what_they_can_prove_themselves_by(self, data: Path) -> None:
        found = lines_of(users(data, "list", "--json"))
        assert [each["username"] for each in found] == ["admin", "auditor", "kepala", "operator"]
        assert found[2] == {
            "username": "kepala",
            "office": "2172",
            "name": "Kepala Dinas (peragaan)",
            "role": "approver",
            "active": True,
            "demo": False,
            "has_password": True,
            "has_code": True,
            "can_prove": True,
        }
        assert [each["can_prove"] for each in found] == [False, False, True, False]

    def test_people_see_the_same(self, data: Path) -> None:
        users(data, "deactivate", "auditor")
        lines = {line.split()[0]: line for line in users(data, "list").stdout.splitlines()}
        assert "kata sandi, kode" in lines["kepala"]
        assert "nonaktif" in lines["auditor"]
        assert "password, code" in users(data, "list", SUKET_LANG="en").stdout

    def test_an_unknown_office_has_no_staff(self, data: Path) -> None:
        result = users(data, "list", "--office", "9999")
        assert (result.exit_code, result.stdout) == (1, "")

    def test_the_demo_has_staff_too(self, demo: Path) -> None:
        found = lines_of(suket("users", "list", "--json", data=demo))
        assert {each["username"] for each in found} == {"admin", "auditor", "kepala", "operator"}
        assert all(each["demo"] for each in found)


class TestKeepingStaff:
    def test_a_member_is_added(self, data: Path) -> None:
        result = users(data, "add", "budi", "--name", " Budi Santoso ", "--role", "operator")
        assert result.exit_code == 0
        assert "suket users password budi" in result.stdout
        found = listed(data, "budi")
        assert (found["name"], found["role"], found["active"], found["demo"]) == (
            "Budi Santoso",
            "operator",
            True,
            False,
        )

    @pytest.mark.few(2)
    @pytest.mark.parametrize(
        ("username", "name", "role", "exit_code"),
        [
            ("kepala", "Budi", "operator", 1),
            ("Budi", "Budi", "operator", 1),
            ("budi", " ", "operator", 1),
            ("budi", "Budi", "boss", 2),
        ],
    )
    def test_a_member_that_cannot_be_is_refused(
        self, data: Path, username: str, name: str, role: str, exit_code: int
    ) -> None:
        before = users(data, "list", "--json").stdout
        result = users(data, "add", username, "--name", name, "--role", role)
        assert (result.exit_code, result.stdout) == (exit_code, "")
        assert users(data, "list", "--json").stdout == before

    def test_deactivated_and_activated(self, data: Path) -> None:
        for command, active in (("deactivate", False), ("activate", True)):
            assert users(data, command, "operator").exit_code == 0
            assert listed(data, "operator")["active"] is active

    def test_another_role_says_what_it_takes(self, data: Path) -> None:
        result = users(data, "role", "operator", "approver")
        assert (result.exit_code, listed(data, "operator")["role"]) == (0, "approver")
        assert "suket users password operator" in result.stderr
        assert users(data, "role", "kepala", "admin").stderr == ""

    def test_the_role_that_one_has_is_refused(self, data: Path) -> None:
        result = users(data, "role", "operator", "operator")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "Perannya sudah itu." in result.stderr

    @pytest.mark.few(2)
    @pytest.mark.parametrize(
        "arguments",
        [
            ("password", "nobody"),
            ("totp", "nobody"),
            ("deactivate", "nobody"),
            ("activate", "nobody"),
            ("role", "nobody", "admin"),
        ],
    )
    def test_nobody_is_not_found(self, data: Path, arguments: tuple[str, ...]) -> None:
        result = users(data, *arguments, given=f"{PASSWORD}\n")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "suket users list" in result.stderr

    def test_it_works_in_the_demo(self, demo: Path) -> None:
        assert suket("users", "password", "operator", data=demo, given=f"{PASSWORD}\n").exit_code == 0
        added = suket("users", "add", "budi", "--name", "Budi", "--role", "auditor", data=demo)
        assert added.exit_code == 0


class TestPassword:
    def test_a_password_comes_by_pipe(self, data: Path) -> None:
        result = users(data, "password", "operator", given=f"{PASSWORD}\n")
        assert (result.exit_code, PASSWORD in result.output) == (0, False)
        assert proves(data, "operator", PASSWORD)

    def test_it_is_taken_as_it_is(self, data: Path) -> None:
        users(data, "password", "operator", given=f"  {PASSWORD}  \r\n")
        assert proves(data, "operator", f"  {PASSWORD}  ")

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        "given", ["", "\n", "short\n", "operator1234\n", "x" * 200 + "\n", "empat\x00kuda terbang\n"]
    )
    def test_a_password_that_will_not_do_changes_nothing(self, data: Path, given: str) -> None:
        result = users(data, "password", "operator", given=given)
        assert (result.exit_code, result.stdout) == (1, "")
        assert listed(data, "operator")["has_password"] is False

    def test_an_approver_is_told_what_is_still_missing(self, data: Path) -> None:
        assert "suket users totp admin" in users(data, "password", "admin", given=f"{PASSWORD}\n").stderr
        assert users(data, "password", "operator", given=f"{PASSWORD}\n").stderr == ""

    def test_at_a_terminal_it_is_typed_twice_unseen(self, data: Path) -> None:
        first, again = "Kata sandi baru operator: ", "Sekali lagi: "
        exit_code, shown = at_terminal(
            ("users", "password", "operator"),
            [(first, PASSWORD), (again, PASSWORD + "x"), (first, PASSWORD), (again, PASSWORD)],
            data,
        )
        assert exit_code == 0, shown
        assert "tidak sama" in shown
        assert PASSWORD not in shown
        assert proves(data, "operator", PASSWORD)


class Enrolling:
    """The installed script with pipes: a code can be given only once the secret has been shown."""

    def __init__(self, data: Path, *arguments: str) -> None:
        environment = {"PATH": os.environ["PATH"], "SUKET_DATA_DIR": str(data), "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [CONSOLE_SCRIPT, "users", "totp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | PRODUCTION,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.uri = urlsplit(self._process.stdout.readline().strip())
        self.codes = pyotp.TOTP(parse_qs(self.uri.query)["secret"][0])

    def answer(self, code: str) -> tuple[int, str, str]:
        """Exit code, the rest of standard output, standard error."""
        rest, errors = self._process.communicate(f"{code}\n", timeout=120)
        return self._process.returncode, rest, errors


class TestOneTimeCodes:
    def test_a_code_from_the_app_confirms_them(self, data: Path, kepala: Approver) -> None:
        enrolling = Enrolling(data, "kepala", "--no-qr")
        assert (enrolling.uri.scheme, enrolling.uri.netloc) == ("otpauth", "totp")
        assert enrolling.uri.path.endswith(":kepala")
        exit_code, rest, _ = enrolling.answer(enrolling.codes.now())
        assert (exit_code, rest) == (0, "Kode sekali pakai kepala terdaftar.\n")
        assert proves(data, "kepala", PASSWORD, enrolling.codes.at(datetime.now(UTC), counter_offset=1))

    def test_a_code_that_does_not_fit_stores_nothing(self, data: Path, kepala: Approver) -> None:
        exit_code, rest, errors = Enrolling(data, "kepala", "--no-qr").answer(kepala.code())
        assert (exit_code, rest) == (1, "")
        assert errors.startswith("suket: Kode tidak cocok")
        assert proves(data, "kepala", PASSWORD, kepala.code())

    def test_a_camera_reads_the_same_from_the_drawing(self, data: Path) -> None:
        enrolling = Enrolling(data, "kepala")
        _, drawing, _ = enrolling.answer("")
        assert by_zxing(as_seen(drawing)) == [enrolling.uri.geturl()]

    def test_the_secret_is_stored_locked(self, data: Path, kepala: Approver) -> None:
        with registry_in(data) as registry, registry.reading() as tx:
            held = credentials.find(tx, "kepala")
        assert held is not None
        assert held.totp_locked is not None
        assert kepala.secret.encode() not in held.totp_locked
        assert kepala.secret.encode() not in (data / "suket.sqlite3").read_bytes()

    def test_the_password_comes_first(self, data: Path) -> None:
        result = users(data, "totp", "operator", given="1\n")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "suket users password operator" in result.stderr

    def test_they_take_the_secret_key(self, data: Path) -> None:
        result = users(data, "totp", "kepala", given="1\n", SUKET_SECRET_KEY="")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "SUKET_SECRET_KEY" in result.stderr


def as_seen(drawing: str) -> Image.Image:
    """The drawing on a dark terminal: blocks are light."""
    blocks = {" ": (0, 0), "\u2580": (255, 0), "\u2584": (0, 255), "\u2588": (255, 255)}
    lines = [line for line in drawing.splitlines() if line and set(line) <= set(blocks)]
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)))
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            for half in (0, 1):
                picture.putpixel((column, 2 * row + half), blocks[block][half])
    return picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)
