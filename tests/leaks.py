"""No NIK, name, seal, key or passphrase of the test data is in any log: a pytest plugin that sees to it after every run.

All that the tests' own processes log, and what the children they start say on their standard error (of a served
office its standard output too), goes into one folder of the run. At its end the process that started the run
searches all of it, and the run fails where something is found: the file and the kind are told, never the thing.
"""

import csv
import logging
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from suket_service.core import nik

#: Not one of the service's own settings: those are cleared for each command that a test runs.
FOLDER = "TESTS_LOGGED_TO"
_SECRETS_MADE = "made-secrets"
_EXAMPLES = Path(__file__).parents[1] / "examples"
#: Secrets that stand in the tests themselves.
_WRITTEN = {
    "passphrase": ("a passphrase of the tests alone", "a passphrase of the tests alone"[::-1]),
    "password": ("empat kuda terbang jauh",),
    "secret key": ("a secret of the tests alone",),
}
_PATTERNS = {
    "seal": re.compile(r"(?<![0-9])[0-9]{200,}"),
    "client key": re.compile(r"suket_(?!service)[A-Za-z0-9_-]{32,}"),
    "bearer token": re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}"),
}
_SIXTEEN_DIGITS = re.compile(r"(?<![\w.])[0-9]{16}(?!\w)")
#: Shorter names are words of other things too.
_LEAST_NAME = 6
_LEAST_SECRET = 16
_MOST_TOLD = 50
_numbers = count()


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that must not be in a log: where, and of which kind."""

    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.kind}"


def search(folder: Path) -> list[Leak]:
    """Look through everything that was logged."""
    made = folder / _SECRETS_MADE
    secret = frozenset(made.read_text("utf-8").split()) if made.exists() else frozenset[str]()
    return [
        Leak(path.name, number, kind)
        for path in sorted(folder.iterdir())
        if path != made and path.is_file()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        for kind in kinds_in(line, secret)
    ]


def kinds_in(line: str, made: Iterable[str] = ()) -> Iterator[str]:
    """What a line holds that it must not."""
    if any(map(nik.holds_nik, _SIXTEEN_DIGITS.findall(line))):
        yield "NIK"
    yield from (kind for kind, pattern in _PATTERNS.items() if pattern.search(line))
    yield from (kind for kind, known in _WRITTEN.items() if any(each in line for each in known))
    if _names().search(line):
        yield "name"
    if any(each in line for each in made):
        yield "generated secret"


@cache
def _names() -> re.Pattern[str]:
    """Everyone's in the examples, and the tests' own."""
    found = {"SUHARTINI", "ORANG LAIN", "BUDI SANTOSO"}
    for file in _EXAMPLES.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            found |= {row["nama"].strip() for row in csv.DictReader(rows) if row.get("nama")}
    wanted = sorted(name for name in found if len(name) >= _LEAST_NAME)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, wanted)) + r")(?!\w)")


# Catching what is said


def _new_file(kind: str) -> Path:
    return Path(os.environ[FOLDER]) / f"{kind}-{os.getpid()}-{next(_numbers)}.txt"


class _Said(logging.FileHandler):
    """What this process logs, as it was said: not even masked."""

    def __init__(self) -> None:
        super().__init__(_new_file("log"), encoding="utf-8", delay=True)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))


def _noting(original: Callable[..., str]) -> Callable[..., str]:
    """A maker of secrets that also notes what it made, where nobody but the search looks."""
    noted = Path(os.environ[FOLDER]) / _SECRETS_MADE

    def make(*arguments: Any) -> str:
        made = original(*arguments)
        if len(made) >= _LEAST_SECRET:
            with noted.open("a", encoding="utf-8") as file:
                file.write(f"{made}\n")
        return made

    return make


def _is_service(command: object) -> bool:
    words = [str(word) for word in command] if isinstance(command, list | tuple) else [str(command)]
    return "serve" in words or any("gunicorn" in word for word in words)


class _Children:
    """The children of this process: what they would have said to nobody goes to the run's folder."""

    def __init__(self) -> None:
        self._files: set[Path] = set()
        self._started, self._asked = subprocess.Popen.__init__, subprocess.Popen.communicate

    def listen(self) -> None:
        """From here on."""
        own = self

        def start(child: Any, command: Any, *more: Any, **options: Any) -> None:
            own.start(child, command, *more, **options)

        def communicate(child: Any, *given: Any, **options: Any) -> Any:
            return own.kept(own._asked(child, *given, **options))

        subprocess.Popen.__init__ = start  # type: ignore[assignment,method-assign]
        subprocess.Popen.communicate = communicate  # type: ignore[assignment,method-assign]

    def start(self, child: Any, command: Any, *more: Any, **options: Any) -> None:
        """Start one as asked, with an ear for what it says."""
        opened = []
        for stream in ("stderr", "stdout") if _is_service(command) else ("stderr",):
            given = options.get(stream)
            if given == subprocess.DEVNULL:
                opened.append(_new_file("child").open("ab"))
                options[stream] = opened[-1]
            elif isinstance(name := getattr(given, "name", None), str):
                self._files.add(Path(name))
        try:
            self._started(child, command, *more, **options)
        finally:
            for file in opened:
                file.close()

    @staticmethod
    def kept(told: Any) -> Any:
        """What it said through a pipe, kept as well."""
        if error := told[1]:
            _new_file("child").write_bytes(error if isinstance(error, bytes) else error.encode())
        return told

    def gather(self) -> None:
        """Fetch what went to files of the tests' own."""
        for file in self._files:
            if file.is_file():
                shutil.copy(file, _new_file("child"))


# The run


class _Run:
    """One process of a run; the one that started it owns the folder."""

    def __init__(self, *, owns: bool) -> None:
        self._owns, self._children, self._said = owns, _Children(), _Said()
        self.leaks: list[Leak] = []

    def listen(self) -> None:
        """Begin."""
        logging.getLogger().addHandler(self._said)
        logging.getLogger("suket").setLevel(logging.DEBUG)
        secrets.token_urlsafe = _noting(secrets.token_urlsafe)
        self._children.listen()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test and its children wrote to the standard error that they share."""
        told = [text for name, text in report.sections if "stderr" in name or "log" in name]
        if self._owns and told:
            with (Path(os.environ[FOLDER]) / "captured.txt").open("a", encoding="utf-8") as file:
                file.write("".join(f"{text}\n" for text in told))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Search everything, once every process has ended."""
        self._children.gather()
        self._said.close()
        if not self._owns:
            return
        folder = Path(os.environ.pop(FOLDER))
        self.leaks = search(folder)
        if self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            shutil.rmtree(folder)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell where, and of which kind; never what."""
        if self.leaks:
            terminalreporter.section("what no log may hold", sep="=", red=True)
            for leak in self.leaks[:_MOST_TOLD]:
                terminalreporter.write_line(str(leak))
            terminalreporter.write_line(f"{len(self.leaks)} in all")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen, in the process that started the run and in each that works for it."""
    owns = FOLDER not in os.environ
    if owns:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="suket-logs-")
    run = _Run(owns=owns)
    run.listen()
    config.pluginmanager.register(run, "no-leaks")
