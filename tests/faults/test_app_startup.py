"""F27: something that the machine needs is missing or wrong, and ``suket check`` is asked."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from suket_service.cli import startup_check
from tests.cli.builders import suket
from tests.faults.conftest import Found

_HOME = Path(__file__).resolve().parents[2]
Break = Callable[[Path], dict[str, str]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``suket init --demo`` leaves behind; only read."""
    data = tmp_path_factory.mktemp("demo") / "data"
    assert suket("init", "--demo", data=data).exit_code == 0
    return data


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it to break."""
    copy = Path(shutil.copytree(demo, tmp_path / "data"))
    yield copy
    copy.chmod(0o700)


def _check(data: Path, **env: str) -> Result:
    return suket("check", data=data, SUKET_LANG="en", **env)


def _lines(result: Result) -> list[str]:
    assert "Traceback" not in result.output
    return result.stdout.splitlines()


# What may be wrong: each breaks a data directory or says what to set.


def _nothing(_data: Path) -> dict[str, str]:
    return {}


def _open_to_all(data: Path) -> dict[str, str]:
    data.chmod(0o755)
    return {}


def _another_passphrase(_data: Path) -> dict[str, str]:
    return {"SUKET_KEY_PASSPHRASE": "nobody locked a key with this"}


def _no_pango(data: Path) -> dict[str, str]:
    folder = data.parent / "lib"
    folder.mkdir()
    for library in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
        (folder / library).touch()  # no library: what is found first is not one
    return {"LD_LIBRARY_PATH": str(folder)}


def _no_fonts(data: Path) -> dict[str, str]:
    package = data.parent / "shadow" / "font_source_serif_pro"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"font_directory = {str(package)!r}\n")
    return {"PYTHONPATH": str(package.parent)}


def _older_tables(data: Path) -> dict[str, str]:
    with sqlite3.connect(data / "suket.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    return {}


def _no_tables(data: Path) -> dict[str, str]:
    (data / "suket.sqlite3").write_bytes(b"")
    return {}


def _no_database(data: Path) -> dict[str, str]:
    (data / "suket.sqlite3").write_bytes(b"this is no database at all" * 400)
    return {}


def _short_secret(_data: Path) -> dict[str, str]:
    return {"SUKET_SECRET_KEY": "short"}


PROBLEMS: dict[str, tuple[Break, list[str]]] = {
    "open to all": (_open_to_all, ["chmod 700"]),
    "another passphrase": (_another_passphrase, ["Key publication", "Key seal 2172"]),
    "no Pango": (_no_pango, ["apt-get install libpango"]),
    "no fonts": (_no_fonts, ["cannot be printed"]),
    "older tables": (_older_tables, ["suket init"]),
    "no tables": (_no_tables, ["suket init"]),
    "no database": (_no_database, ["The registry cannot be used"]),
    "a short secret": (_short_secret, ["SUKET_SECRET_KEY"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
def test_f27_each_problem_is_one_line(data: Path, problem: str, found: Found) -> None:
    """Each thing that is missing or wrong is told in one line, with exit code 1 and no traceback."""
    breaks, told = PROBLEMS[problem]
    result = _check(data, **breaks(data))
    found(problem)
    assert result.exit_code == 1, result.output
    lines = _lines(result)
    assert len(lines) == len(told), lines
    assert all(word in line for word, line in zip(told, lines, strict=True))


def test_f27_all_problems_at_once_are_a_line_each(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything wrong at once is a line for each."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(startup_check, "LEAST_FREE_BYTES", 2**80)  # as if the disk were full
    broken = {
        name: value for each in ("no Pango", "open to all") for name, value in PROBLEMS[each][0](data).items()
    }
    result = _check(data, **broken, **_another_passphrase(data))
    lines = _lines(result)
    words = ["libpango", "SQLite", "chmod 700", "disk", "Key publication", "Key seal 2172"]
    assert result.exit_code == 1
    assert [word for word, line in zip(words, lines, strict=True) if word in line] == words


def test_f27_a_ready_machine_has_no_problem(data: Path) -> None:
    """A machine with nothing wrong is told so."""
    assert _check(data).exit_code == 0


# As an ordinary user sees them: for root no file is closed, unless it gives up what makes it root.

_ORDINARY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def _check_as_ordinary_user(data: Path) -> subprocess.CompletedProcess[str]:
    if _ORDINARY and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, as root may open every file")
    env = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
    return subprocess.run(
        [*_ORDINARY, sys.executable, "-c", "from suket_service.cli import main; main()", "check"],
        env={**env, "SUKET_DATA_DIR": str(data), "SUKET_LANG": "en"},
        cwd=_HOME,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_f27_a_directory_that_cannot_be_written_is_one_line(data: Path) -> None:
    """A data directory that cannot be written is one line."""
    data.chmod(0o500)
    done = _check_as_ordinary_user(data)
    assert (done.returncode, done.stderr) == (1, "")
    [line] = done.stdout.splitlines()
    assert "not writable" in line


def test_f27_a_directory_that_cannot_be_entered_is_one_line(data: Path) -> None:
    """A data directory that cannot even be entered is one line, exit code 1, as any other problem."""
    data.chmod(0o000)
    done = _check_as_ordinary_user(data)
    assert "Traceback" not in done.stdout + done.stderr
    assert len((done.stdout + done.stderr).splitlines()) == 1
    assert done.returncode == 1, done


@pytest.mark.slow
def test_f27_a_full_disk_is_one_line(demo: Path, tmp_path: Path) -> None:
    """A disk with no byte left is one line; nothing else is said to be wrong."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", disk], check=False)
    if mounted.returncode:
        pytest.skip("may not mount a small disk")
    try:
        shutil.copytree(demo, disk, dirs_exist_ok=True)
        disk.chmod(0o700)
        subprocess.run(["dd", "if=/dev/zero", f"of={disk / 'rest'}"], stderr=subprocess.DEVNULL, check=False)
        result = _check(disk)
    finally:
        # Lazily: the command ran in this process, which still holds the database open.
        subprocess.run(["umount", "--lazy", disk], check=True)
    assert result.exit_code == 1
    [line] = _lines(result)
    assert "disk" in line


def test_f27_control_nobody_looks_at_the_printer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look at the printer, a machine that cannot print is told that all is ready."""
    monkeypatch.setattr(startup_check, "_paper_problems", lambda: iter(()))
    result = _check(data, **_no_pango(data))
    assert (result.exit_code, result.stdout) == (0, "All is ready.\n")
