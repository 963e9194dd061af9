"""docs/operations.md as it is written: each command there is one, and what can be run here is run, in its order.

The drills take their time: ``script/deployment`` runs them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]

from suket_service import administering
from suket_service.cli.main import main
from suket_service.registry.session import Registry
from tests.builders import NOON
from tests.postgresql import SUPERUSER, Cluster
from tests.test_deployment.conftest import ROOT

GUIDE = (ROOT / "docs/operations.md").read_text("utf-8")
_BLOCK = re.compile(r"^```bash ?([a-z-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IN_TEXT = re.compile(r"`([^`\n]+)`")
#: What stands for a person, a file or a value in the guide's sentences.
_LEFT_OPEN = {"…", "NAME", "FILE"}


def blocks(kind: str) -> list[str]:
    return [text for name, text in _BLOCK.findall(GUIDE) if name == kind]


def commands() -> list[str]:
    """Whatever of ours the guide tells to run, in blocks and in sentences."""
    lines = [line for _, text in _BLOCK.findall(GUIDE) for line in text.splitlines()]
    lines += [part for code in _IN_TEXT.findall(_BLOCK.sub("", GUIDE)) for part in re.split(";|&&", code)]
    ours = [line for line in lines if not re.search("systemctl|systemd-|journalctl|docker tag", line)]
    found = [re.search(r"(?:^|[ =])(?:suket|suket-admin)( [a-z].*)$", line.strip()) for line in ours]
    return sorted({match[1].strip() for match in found if match})


def test_it_holds_blocks_of_each_kind() -> None:
    kinds = {name for name, _ in _BLOCK.findall(GUIDE)}
    assert kinds == {
        *(
            "drill",
            "drill-move",
            "one-machine",
            "one-machine-proxy",
            "containers",
            "containers-prepare",
            "containers-restore",
        ),
    }


@pytest.mark.parametrize("command", commands())
def test_each_command_is_one_of_ours_with_options_of_its_own(command: str) -> None:
    words = [
        word for word in re.sub(r"\$\([^)]*\)\"?|\|\|.*", "x", command).split() if word not in _LEFT_OPEN
    ]
    found: click.Command | None = main
    while isinstance(found, click.Group) and words:
        found = found.get_command(click.Context(found), words.pop(0))
    assert found is not None, command
    options = {name for parameter in found.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options, command


@pytest.mark.parametrize("text", [text for _, text in _BLOCK.findall(GUIDE)])
def test_each_block_is_a_script(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def test_the_services_and_units_it_names_exist() -> None:
    composition: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    named = re.findall(r"docker compose (?:exec|stop|logs|run --rm|kill --signal HUP)((?: [a-z]+)+)", GUIDE)
    words = {word for text in named for word in text.split()} - {
        "suket",
        "users",
        "check",
        "password",
        "totp",
        "kepala",
    }
    assert words - {"backup"} <= set(composition["services"])
    units = " ".join(re.findall(r"systemctl [a-z -]*?((?:suket[a-z.-]* ?)+)", GUIDE)).split()
    assert units
    for unit in units:
        assert (ROOT / "deploy/systemd" / (unit if "." in unit else f"{unit}.service")).is_file(), unit


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", GUIDE)) - {"security.md"})
)
def test_what_it_links_to_is_there(target: str) -> None:
    assert (ROOT / "docs" / target).exists()


def test_the_files_it_tells_to_run_and_install_are_there() -> None:
    for path in re.findall(r"(?<![\w/])((?:deploy|script)/[A-Za-z./-]+)", GUIDE):
        assert (ROOT / path).exists(), path


@pytest.fixture
def office(tmp_path: Path, cluster: Cluster) -> dict[str, str]:
    """A scratch office of somebody who follows the guide: a registry, a folder for backups, a new database."""
    for name in ("cadangan", "baru"):
        (tmp_path / name).mkdir(mode=0o700)
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SUKET_ENVIRONMENT": "production",
        "SUKET_BASE_URL": "https://suket.example.go.id",
        "SUKET_DATA_DIR": str(tmp_path / "data"),
        "SUKET_KEY_PASSPHRASE": "p" * 32,
        "SUKET_SECRET_KEY": "s" * 32,
        "SUKET_LANG": "en",
        "BACKUPS": str(tmp_path / "cadangan"),
        "PUBLISHED": str(tmp_path / "terbitan"),
        "NEW_DATABASE": cluster.url("suket_guide"),
    }
    files = [
        "--office",
        str(ROOT / "examples/kantor-2172.toml"),
        "--regions",
        str(ROOT / "examples/wilayah-2172.csv"),
    ]
    subprocess.run(["suket", "init", *files], env=env, check=True, capture_output=True)
    return env


def follow(text: str, env: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_backup_drill_and_restore_go_as_written(office: dict[str, str], tmp_path: Path) -> None:
    make_key, *rest = blocks("drill")
    env = {**office, "RECIPIENT": follow(make_key, office, tmp_path).splitlines()[-1]}
    said = [follow(text, env, tmp_path) for text in rest]
    assert "can be restored" in said[2]
    assert "Last number" not in said[2]  # none was issued yet
    assert (tmp_path / "data.lost" / "suket.sqlite3").is_file()
    assert (tmp_path / "cadangan" / "laporan-pemulihan.json").is_file()


@pytest.mark.slow
def test_moving_to_postgresql_goes_as_written(
    office: dict[str, str], tmp_path: Path, cluster: Cluster
) -> None:
    cluster.create_database("suket_guide")
    key = administering.new_backup_key(NOON)
    [text] = blocks("drill-move")
    said = follow(text, {**office, "SUKET_BACKUP_RECIPIENTS": key.recipient}, tmp_path)
    assert "Restored: 0 letters" in said
    assert not (tmp_path / "pindah.sqlite3").exists()


def test_the_new_database_of_a_restore_takes_the_registry_and_the_lost_one_stays(cluster: Cluster) -> None:
    [text] = blocks("containers-restore")
    [told] = re.findall(r"<<'END'\n(.*?)^END$", text, re.MULTILINE | re.DOTALL)
    cluster.create_database("suket")
    try:
        with cluster.connect(SUPERUSER) as connection:
            for statement in told.strip().splitlines():
                connection.execute(statement.encode())
            held = connection.execute("SELECT datname FROM pg_database").fetchall()
        assert {("suket",), ("suket_lost",)} <= set(held)
        registry = Registry(cluster.url("suket"))
        registry.migrate()
        registry.close()
    finally:
        cluster.drop_database("suket")
        cluster.drop_database("suket_lost")
