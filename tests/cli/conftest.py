"""Data directories made once a session; a test that writes takes a copy."""

from pathlib import Path

import pytest

from tests.cli.builders import Printed, World, build_world, copy_of, example_rows, suket


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def fresh_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``suket init --demo`` leaves behind."""
    data = tmp_path_factory.mktemp("demo") / "data"
    assert suket("init", "--demo", data=data).exit_code == 0
    return data


@pytest.fixture
def demo(fresh_demo: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_of(fresh_demo, tmp_path)


@pytest.fixture(scope="session")
def printed(fresh_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Two letters on paper; only read."""
    folder = tmp_path_factory.mktemp("printed")
    data, out = copy_of(fresh_demo, folder), folder / "surat"
    file = example_rows(folder, "9001", "9013")
    people = ("--requested-by", "operator", "--approved-by", "kepala")
    result = suket("issue", file, *people, "--out", out, "--json", data=data)
    assert result.exit_code == 0, result.output
    return Printed(data, file, out, result)


@pytest.fixture
def office(printed: Printed, tmp_path: Path) -> Printed:
    """The same, to change."""
    return Printed(copy_of(printed.data, tmp_path), printed.file, printed.out, printed.result)
