"""F28, shortened: a letter and twenty checks a second for a while; memory, descriptors and files stay as they are."""

import json
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.issuing import Sealing, TwoPeople
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.builders import OFFICE
from tests.cli.builders import suket
from tests.faults.conftest import Found
from tests.faults.desk import a_person
from tests.serving import Load, Served, serving

SECONDS = float(os.environ.get("SUKET_SOAK_SECONDS", "75"))
WARM_SECONDS = 15.0
MOST_GROWTH, MOST_JOURNAL = 0.10, 64 * 1024 * 1024
#: Four clients that pause a fifth of a second: twenty checks a second.
CLIENTS, PAUSE_SECONDS = 4, 0.195


@dataclass(frozen=True)
class Seen:
    """Of all the workers together."""

    memory: int
    descriptors: int


def look(served: Served) -> Seen:
    workers = served.workers()
    kept = [Path(f"/proc/{pid}/statm").read_text().split() for pid in workers]
    memory = sum((int(words[1]) - int(words[2])) * os.sysconf("SC_PAGE_SIZE") for words in kept)
    return Seen(memory, sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in workers))


def largest_journal(data: Path, seconds: float) -> int:
    """The most that the database's journal, or log, took meanwhile: it comes and goes with each transaction."""
    largest, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(FileNotFoundError):
            largest = max(largest, sum(path.stat().st_size for path in data.glob("suket.sqlite3-*")))
        time.sleep(0.02)
    return largest


class Counter(threading.Thread):
    """A counter that issues a letter a second, by the clock; ``scanned`` is what a phone reads off its first."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings, self.over, self.issued = settings, threading.Event(), 0
        self._registry = Registry(settings.database_url)
        self.scanned = self._issue()

    def run(self) -> None:
        while not self.over.wait(1):
            self._issue()
        self._registry.close()

    def _issue(self) -> str:
        at = datetime.now(UTC)
        row, today = a_person(self.issued), OFFICE.local_date(at)
        origin = ("operator", "SIAK", today)
        assert all(
            each.imported
            for each in administering.import_residents(self._registry, OFFICE.code, [row], *origin, at)
        )
        with self._registry.reading() as tx:
            key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, today, self._settings.key_passphrase)
        [outcome] = issuing.issue_rows(
            self._registry,
            OFFICE.code,
            [row],
            people=TwoPeople("operator", "kepala"),
            sealing=Sealing(key, self._settings.base_url),
            open_photo=lambda _name: b"",
            file_digest=f"{self.issued:064}",
            now=lambda: at,
        )
        assert outcome.letter is not None, outcome.problems
        self.issued += 1
        with self._registry.reading() as tx:
            return letters.seal_text(tx, outcome.letter.id)


def test_f28_a_while_of_work_leaves_everything_as_it_was(tmp_path: Path, found: Found) -> None:
    """A letter and twenty checks a second: memory grows by less than a tenth, no descriptor stays open, the journal stays small."""
    data = tmp_path / "data"
    assert suket("init", "--demo", data=data).exit_code == 0
    counter = Counter(Settings.from_env({"SUKET_DATA_DIR": str(data)}))
    with serving(data, tmp_path / "log") as served:
        load = Load(served.port, json.dumps({"seal": counter.scanned}), CLIENTS, PAUSE_SECONDS)
        counter.start()
        try:
            with load:
                time.sleep(WARM_SECONDS)
                before = look(served)
                journal = largest_journal(data, SECONDS)
                after = look(served)
        finally:
            counter.over.set()
            counter.join()
    growth = after.memory / before.memory - 1
    found(
        f"{counter.issued} letters, {len(load.seconds)} checks, memory {growth:+.1%}, "
        f"descriptors {before.descriptors} → {after.descriptors}, journal at most {journal // 1024} KiB"
    )
    assert counter.issued > SECONDS / 2
    assert not load.failures
    assert growth < MOST_GROWTH
    assert after.descriptors <= before.descriptors + 4  # connections that just then are being opened
    assert journal < MOST_JOURNAL
