"""The units for an office without containers: what systemd makes of them, and what they leave to an intruder."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from suket_service.cli.main import main
from suket_service.settings import Settings
from tests.test_deployment.conftest import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = ("suket.service", "suket-public.service", "suket-backup.service")
#: Exposure by `systemd-analyze security`, in tenths: 0 the least, 100 all; a plain service has 96.
MOST_EXPOSURE = 20


def settings_of(*files: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        for line in (UNITS / file).read_text("utf-8").splitlines():
            name, is_setting, value = line.partition("=")
            if is_setting and re.fullmatch("[A-Za-z]+", name):
                found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are installed, the program they start in its place."""
    program = tmp_path / "suket"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for service in SERVICES:
        text = (UNITS / service).read_text("utf-8").replace("/opt/suket/.venv/bin/suket", str(program))
        (tmp_path / service).write_text(text)
        (tmp_path / f"{service}.d").mkdir()
        shutil.copy(UNITS / "hardening.conf", tmp_path / f"{service}.d")
    shutil.copy(UNITS / "suket-backup.timer", tmp_path)
    return tmp_path


def analyzed(units: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """What systemd says of them."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd is not installed")
    env = {"PATH": os.environ["PATH"], "SYSTEMD_UNIT_PATH": f"{units}:/lib/systemd/system", "LC_ALL": "C"}
    return subprocess.run([tool, *words], env=env, capture_output=True, text=True, check=False)


def test_systemd_understands_each_line(units: Path) -> None:
    done = analyzed(
        units, "verify", "--man=no", *(str(units / each) for each in (*SERVICES, "suket-backup.timer"))
    )
    ours = [line for line in done.stderr.splitlines() if "suket" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("service", SERVICES)
def test_an_intruder_finds_little(units: Path, service: str) -> None:
    done = analyzed(units, "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", str(units / service))
    if "unrecognized option" in done.stderr:
        pytest.skip("systemd is older than 250")
    assert done.returncode == 0, done.stdout[-400:]


@pytest.mark.parametrize("service", SERVICES)
def test_each_runs_a_command_of_ours_as_an_ordinary_user(service: str) -> None:
    found = settings_of(service, "hardening.conf")
    [command] = found["ExecStart"]
    program, name, *arguments = command.split()
    assert program == "/opt/suket/.venv/bin/suket"
    ours = main.get_command(click.Context(main), name)
    assert ours is not None
    ours.make_parser(click.Context(ours)).parse_args(args=arguments)
    assert found["User"] == ["suket"]


def test_only_the_office_is_given_secrets() -> None:
    given = {
        service: settings_of(service, "hardening.conf").get("LoadCredential", []) for service in SERVICES
    }
    assert [service for service, secrets in given.items() if secrets] == ["suket.service"]
    assert [each.partition(":")[0] for each in given["suket.service"]] == ["key-passphrase", "secret-key"]


def test_no_two_services_want_the_same_port() -> None:
    text = "".join((UNITS / service).read_text("utf-8") for service in SERVICES)
    ports = re.findall(r"127\.0\.0\.1:([0-9]+)", text)
    assert len(ports) == len(set(ports)) == 4


def test_the_proxy_is_told_where_they_listen() -> None:
    told = dict(re.findall(r"^([A-Z_]+)=(.*)$", (UNITS / "proxy.env").read_text("utf-8"), re.MULTILINE))
    listening = {
        re.search(r"--role (\w+) --bind (\S+)", (UNITS / service).read_text("utf-8")).groups()  # type: ignore[union-attr]
        for service in SERVICES[:2]
    }
    assert listening == {("office", told["SUKET_OFFICE"]), ("public", told["SUKET_PUBLIC"])}
    asked = set(re.findall(r"\{\$([A-Z_]+)\}", (ROOT / "deploy/Caddyfile").read_text("utf-8")))
    assert asked <= set(told)


def test_the_example_settings_can_be_read_and_hold_no_secret(tmp_path: Path) -> None:
    told = dict(re.findall(r"^([A-Z_]+)=(.*)$", (UNITS / "suket.env").read_text("utf-8"), re.MULTILINE))
    settings = Settings.from_env({**told, "SUKET_DATA_DIR": str(tmp_path)})
    assert (settings.environment, settings.secret_key, settings.key_passphrase) == ("production", None, None)


def test_installing_puts_each_file_in_its_place_and_changes_no_settings(tmp_path: Path) -> None:
    def install() -> None:
        subprocess.run([UNITS / "install"], env={**os.environ, "DESTDIR": str(tmp_path)}, check=True)

    install()
    (tmp_path / "etc/suket/suket.env").write_text("SUKET_LANG=en\n")
    install()
    assert (tmp_path / "etc/suket/suket.env").read_text() == "SUKET_LANG=en\n"
    for service in SERVICES:
        assert (tmp_path / f"etc/systemd/system/{service}.d/hardening.conf").is_file()
    assert (tmp_path / "var/backups/suket").stat().st_mode & 0o777 == 0o700
