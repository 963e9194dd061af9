"""F2: ``suket issue --out`` is killed after letters were issued and before they are on paper."""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from suket_service.cli import letters as printing_command
from suket_service.core.letter import LetterState, file_name
from suket_service.registry import letters, positions
from suket_service.registry.session import Registry
from tests.builders import OFFICE
from tests.cli.builders import lines_of, suket
from tests.faults import invariants
from tests.faults.conftest import Found
from tests.faults.desk import a_person

_HOME = Path(__file__).resolve().parents[2]
_SUKET = (sys.executable, "-c", "from suket_service.cli import main; main()")
_PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
_SECONDS = 60


@dataclass
class Counter:
    """An office with a file of requests and a folder for letters."""

    data: Path
    file: Path
    out: Path
    rows: int
    registry: Registry = field(init=False)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        people = [a_person(number).fields for number in range(self.rows)]
        with self.file.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(people[0]))
            table.writeheader()
            table.writerows(people)
        self.registry = Registry(f"sqlite:///{self.data / 'suket.sqlite3'}")

    @property
    def command(self) -> tuple[str, ...]:
        """The command that is killed and given again."""
        return ("issue", str(self.file), *_PEOPLE, "--out", str(self.out), "--json")

    def start(self) -> subprocess.Popen[bytes]:
        """Give it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
        process = subprocess.Popen(
            [*_SUKET, *self.command],
            cwd=_HOME,
            env={**clean, "SUKET_DATA_DIR": str(self.data)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def close(self) -> None:
        """Leave nothing running."""
        self.registry.close()
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def again(self) -> list[dict[str, Any]]:
        """Give it again, to its end; what it says of each row."""
        result = suket(*self.command, data=self.data)
        assert result.exit_code == 0, result.output
        return lines_of(result)

    def issued(self) -> int:
        """How many letters are issued."""
        with self.registry.reading() as tx:
            return sum(last for *_, last in letters.series(tx))

    def pdfs(self) -> list[Path]:
        """The letters on paper."""
        return sorted(self.out.glob("*.pdf"))

    def papers(self) -> list[Path]:
        """Where the letters' PDFs are, or will be."""
        with self.registry.reading() as tx:
            issued = letters.search(tx, OFFICE.code, [LetterState.ISSUED])
        return [self.out / file_name(letter.number or "") for letter in issued]

    def is_whole(self, told: dict[str, Any]) -> bool:
        """Whether a row's PDF is one that the registry knows."""
        digest = hashlib.sha256(Path(told["pdf"]).read_bytes()).hexdigest()
        with self.registry.reading() as tx:
            return digest in positions.printed_files(tx, told["id"])


@pytest.fixture
def open_counter(tmp_path: Path) -> Iterator[Callable[[int], Counter]]:
    """Opens one with so many requests."""
    opened: list[Counter] = []

    def start(rows: int) -> Counter:
        data = tmp_path / "data"
        assert suket("init", "--demo", data=data).exit_code == 0
        opened.append(Counter(data, tmp_path / "permohonan.csv", tmp_path / "surat", rows))
        return opened[-1]

    yield start
    for counter in opened:
        counter.close()


def _kill_when(process: subprocess.Popen[bytes], happened: Callable[[], object]) -> None:
    gives_up = time.monotonic() + _SECONDS
    while not happened():
        assert process.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < gives_up
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _all_done(counter: Counter, told: list[dict[str, Any]]) -> None:
    assert [line["status"] for line in told] == ["unchanged"] * counter.rows
    assert [Path(line["pdf"]) for line in told] == counter.pdfs()
    assert all(counter.is_whole(line) for line in told)
    assert not list(counter.out.glob(".*"))
    digest = hashlib.sha256(counter.file.read_bytes()).hexdigest()
    acknowledged = {f"{digest}:{line['row']}": line["number"] for line in told}
    assert invariants.check(counter.registry, acknowledged) == counter.rows


@pytest.mark.parametrize(
    ("rows", "printed"),
    # Letters are printed 50 at a time.
    [
        pytest.param(4, 0, id="before printing"),
        pytest.param(60, 1, id="while printing", marks=pytest.mark.slow),
    ],
)
def test_f2_the_same_command_again_prints_what_is_missing(
    open_counter: Callable[[int], Counter], found: Found, rows: int, printed: int
) -> None:
    """Given again, the command issues nothing twice, prints what is missing or half, leaves nothing behind."""
    counter = open_counter(rows)
    process = counter.start()
    _kill_when(process, (lambda: len(counter.pdfs()) >= printed) if printed else counter.issued)
    there = counter.pdfs()
    assert len(there) < counter.issued() == rows
    # As if it had been killed in the middle of a file, by whatever printed before us too.
    first, *_, last = counter.papers()
    first.write_bytes(b"%PDF-")
    last.with_name(f".{last.name}.part").write_bytes(b"%PDF-")
    _all_done(counter, counter.again())
    found(f"{counter.rows} issued, {len(there)} on paper when killed; all whole after")


def test_f2_control_what_lies_there_is_believed(
    open_counter: Callable[[int], Counter], monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    """Without the look at a file's hash half a letter stays as it is."""
    counter = open_counter(2)
    [first, _] = counter.again()
    Path(first["pdf"]).write_bytes(Path(first["pdf"]).read_bytes()[:1000])
    monkeypatch.setattr(printing_command, "_is_whole", lambda _session, _letter, path: path.is_file())
    [told, _] = counter.again()
    assert not counter.is_whole(told)
    found("the half PDF was taken for the letter")


def _printers(parent: int, least_pages: int) -> list[int]:
    """The processes that render for a command and hold so many pages of memory."""
    found = []
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):
            command, size = (Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "statm"))
            if "spawn_main" in command and int(size.split()[1]) >= least_pages:
                found.append(int(pid))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("least_pages", [0, 10_000], ids=["starting", "at work"])
def test_f2_a_killed_printing_process_ends_the_run_and_the_next_finishes_it(
    open_counter: Callable[[int], Counter], found: Found, least_pages: int
) -> None:
    """A printing process is killed: the command says so and ends, and given again it finishes."""
    counter = open_counter(30)
    process = counter.start()
    gives_up = time.monotonic() + _SECONDS
    while not (printers := _printers(process.pid, least_pages)):
        assert process.poll() is None
        assert time.monotonic() < gives_up
        time.sleep(0.002)
    os.kill(printers[0], signal.SIGKILL)
    assert process.wait(_SECONDS) == 1
    assert not counter.pdfs()
    _all_done(counter, counter.again())
    found(f"{counter.rows} letters, none on paper when killed; all whole after")
