"""The watch over the logs of a run: it finds what must not be there, fails the run, and does not repeat it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import PASSPHRASE, a_seal_key, a_sealed, text_of
from tests.leaks import FOLDER, Leak, kinds_in, search

ROOT = Path(__file__).parents[1]
NIK = "2172031708950003"
LEAKS = {
    "NIK": NIK,
    "name": "SUHARTINI",
    "client key": "suket_" + "aB3-" * 12,
    "bearer token": "Authorization: Bearer " + "x9" * 16,
    "passphrase": PASSPHRASE,
}
#: How a log is written: by the process itself, by a child that nobody listens to, by one through a pipe, and by one
#: that shares the standard error.
WAYS = {
    "log": "import logging; logging.getLogger('suket.x').info('it is %s', SECRET)",
    "child": "import subprocess as s, sys; s.run([sys.executable, '-c', CODE], stderr=s.DEVNULL)",
    "pipe": "import subprocess as s, sys; s.run([sys.executable, '-c', CODE], capture_output=True)",
    "shared": "import subprocess as s, sys; s.run([sys.executable, '-c', CODE])",
}


@pytest.mark.parametrize("kind", LEAKS)
def test_each_kind_is_known(kind: str) -> None:
    assert kind in set(kinds_in(f'{{"event": "something with {LEAKS[kind]} in it"}}'))


def test_a_seal_is_known_with_and_without_its_address() -> None:
    text = text_of(a_sealed(a_seal_key()))
    assert "seal" in set(kinds_in(text))
    assert "seal" in set(kinds_in(text.rpartition("#")[2]))


@pytest.mark.parametrize(
    "line",
    [
        "took 0.2172031708950003 s",
        "suket_service.web.app",
        "letter 471.13/7/SKP/2172/2026",
        f"sha{'9' * 16}e",
    ],
)
def test_what_is_nobody_s_is_left_alone(line: str) -> None:
    assert not set(kinds_in(line))


def test_a_secret_made_in_the_run_is_known(tmp_path: Path) -> None:
    (tmp_path / "made-secrets").write_text("q" * 43 + "\n")
    (tmp_path / "log-1.txt").write_text("fine\nkey " + "q" * 43 + "\n")
    assert search(tmp_path) == [Leak("log-1.txt", 2, "generated secret")]


def run_of_one_test(folder: Path, body: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """A run of its own, that watches itself."""
    (folder / "test_one.py").write_text(f"def test_one():\n    SECRET = '{NIK}'\n    {body}\n")
    environment = {name: value for name, value in os.environ.items() if name != FOLDER}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.leaks", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_run_in_which_a_nik_was_logged_fails_and_does_not_repeat_it(tmp_path: Path, way: str) -> None:
    done = run_of_one_test(tmp_path, WAYS[way].replace("CODE", f"'import sys; sys.stderr.write(\"{NIK}\")'"))
    assert "1 passed" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "line 1: NIK" in done.stdout
    assert NIK not in done.stdout


def test_so_does_one_over_several_processes(tmp_path: Path) -> None:
    done = run_of_one_test(tmp_path, WAYS["log"], "-n", "1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "line 1: NIK" in done.stdout


def test_a_run_that_logged_nothing_of_the_kind_passes(tmp_path: Path) -> None:
    done = run_of_one_test(tmp_path, "import logging; logging.getLogger('suket.x').error('fine')")
    assert done.returncode == 0, done.stdout
