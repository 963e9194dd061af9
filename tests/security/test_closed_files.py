"""Files that other users of the machine could read: named by the check, refused by the service (A30)."""

import os
from pathlib import Path

import pytest

from suket_service.errors import SettingsError
from suket_service.registry import closed_files
from tests.cli.builders import suket
from tests.cli.conftest import demo, fresh_demo

__all__ = ["demo", "fresh_demo"]
DATABASE = "suket.sqlite3"


def url(data: Path) -> str:
    return f"sqlite:///{data / DATABASE}"


def test_what_the_service_makes_is_its_owners_alone(demo: Path) -> None:
    assert [each.en for each in closed_files.problems(demo, url(demo))] == []


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.parametrize("name", [DATABASE, "demo-secrets.json"])
def test_a_file_or_folder_open_to_others_is_named_with_what_to_run(demo: Path, name: str, mode: int) -> None:
    (demo / name).chmod(mode)
    [problem] = closed_files.problems(demo, url(demo))
    assert f"chmod 600 {demo / name}" in problem.id
    assert f"chmod 600 {demo / name}" in problem.en
    with pytest.raises(SettingsError):
        closed_files.require(demo, url(demo))


def test_parts_of_the_database_beside_it_count_too(demo: Path) -> None:
    beside = demo / f"{DATABASE}-wal"
    os.close(os.open(beside, os.O_CREAT, 0o600))
    beside.chmod(0o644)
    [problem] = closed_files.problems(demo, url(demo))
    assert str(beside) in problem.en


def test_a_server_has_no_files_of_ours(demo: Path) -> None:
    assert [*closed_files.problems(demo, "postgresql://suket@localhost/suket")] == []


@pytest.mark.parametrize(("name", "mode"), [("", 0o755), ("", 0o750), (DATABASE, 0o644)])
def test_nothing_is_served_from_files_that_others_may_read(demo: Path, name: str, mode: int) -> None:
    (demo / name).chmod(mode)
    refused = suket("serve", data=demo)
    assert refused.exit_code == 2
    assert "chmod" in refused.stderr
    told = suket("check", data=demo, SUKET_LANG="en")
    assert told.exit_code == 1
    assert "open to other users" in told.output
