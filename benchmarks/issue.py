"""Letters issued durably, one by one and by file, beside bare SQLite commits with the same pragmas."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from benchmarks.measure import (
    Line,
    WrongAnswer,
    alternate,
    cpu_seconds,
    filesystem,
    goal,
    per_second,
    profile,
    seconds,
)
from benchmarks.office import CODE, DemoOffice, demo_office, now
from suket_service import issuing
from suket_service.core import request as requests
from suket_service.core.letter import LetterState
from suket_service.issuing import Application
from suket_service.issuing.batch import PORTION
from suket_service.sheets.read import Row
from tests.builders import OFFICE, VILLAGES

TRANSACTIONS = 3  # a letter is drafted, approved and issued
GOAL_ONE, GOAL_ONE_EXTRA, GOAL_BATCH = 100, 25, 1_000


def run(*, quick: bool) -> Iterator[Line]:
    """Letters a second."""
    each, rounds = (10, 1) if quick else (25, 4)
    with demo_office() as office:
        journal, synchronous = _pragmas(office)
        folder = office.settings.data_dir
        with closing(_bare_database(folder / "bare.sqlite3", journal, synchronous)) as bare:
            people = iter([applications(office, each) for _ in range(rounds)])
            ours, theirs = alternate(
                rounds,
                lambda: _one_by_one(office, next(people)),
                lambda: _bare_commits(bare, each * TRANSACTIONS, rows=1),
            )
            is_extra = synchronous == 3
            least = GOAL_ONE_EXTRA if is_extra else GOAL_ONE
            yield Line(
                f"issue one letter, {TRANSACTIONS} durable commits / as many commits of one bare row",
                f"{each / ours:.1f} letters/s = {each * TRANSACTIONS / ours:,.0f} commits/s",
                f"{each * TRANSACTIONS / theirs:,.0f} commits/s",
                theirs / ours,
                goal(f"≥ {least}/s", met=each / ours >= least)
                + (" (100/s without EXTRA)" if is_extra else ""),
            )
            many = 200 if quick else 1_000
            rows = office.registered(many)
            ours = seconds(lambda: office.issue(rows, "a" * 64))
            theirs = seconds(lambda: _bare_commits(bare, many // PORTION, rows=PORTION))
            yield Line(
                f"issue a file of {many:,} rows without portraits / as many bare rows, {PORTION} a commit",
                per_second(many / ours),
                per_second(many / theirs),
                theirs / ours,
                goal(f"≥ {GOAL_BATCH:,}/s", met=many / ours >= GOAL_BATCH),
            )
            some = 50 if quick else 200
            rows = office.registered(some, photos=True)
            ours = seconds(lambda: office.issue(rows, "b" * 64))
            theirs = seconds(lambda: _bare_commits(bare, some // PORTION, rows=PORTION))
            yield Line(
                f"issue a file of {some:,} rows with portraits / the same",
                per_second(some / ours),
                per_second(some / theirs),
                theirs / ours,
            )
        mode = {1: "NORMAL", 2: "FULL", 3: "EXTRA"}.get(synchronous, str(synchronous))
        used = f"SQLite {sqlite3.sqlite_version}, journal {journal.upper()}, synchronous {mode}"
        yield Line("the registry, as it is set up", f"{used}, on {filesystem(folder)}")


def _pragmas(office: DemoOffice) -> tuple[str, int]:
    """Read from the registry's own connection, so that the baseline pays for the same durability."""
    with office.registry.reading() as tx:
        journal = tx.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = tx.exec_driver_sql("PRAGMA synchronous").scalar_one()
    return str(journal), int(synchronous)


def _bare_database(path: Path, journal: str, synchronous: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={journal}")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return connection


def _bare_commits(connection: sqlite3.Connection, commits: int, rows: int) -> None:
    for _ in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(rows):
            connection.execute(
                "INSERT INTO rows (text) VALUES (?)", ("a small row of about 40 characters ….",)
            )
        connection.execute("COMMIT")


def applications(office: DemoOffice, number: int) -> list[Application]:
    """Applications of that many new people."""
    return [_application(row) for row in office.registered(number)]


_keys = count()


def _application(row: Row) -> Application:
    asked = requests.read(row.fields, VILLAGES, OFFICE.local_date(now())).request
    if asked is None:
        raise WrongAnswer("a request was refused")
    return Application(CODE, asked, None, request_key=f"one:{next(_keys)}")


def _one_by_one(office: DemoOffice, applications: list[Application]) -> None:
    for application in applications:
        letter = issuing.draft(office.registry, application, "operator", now())
        issuing.approve(office.registry, CODE, letter, "kepala", now())
        record = issuing.issue(office.registry, CODE, letter, "kepala", office.sealing, now())
        if record.state is not LetterState.ISSUED:
            raise WrongAnswer("a letter was not issued")


def profiled(*, quick: bool) -> None:
    """Where the time of a file goes."""
    with demo_office() as office:
        office.issue(office.registered(50), "a" * 64)
        rows = office.registered(100 if quick else 400)
        [taken] = cpu_seconds(1, lambda: office.issue(rows[::2], "b" * 64))
        print(f"without the profiler: {taken / len(rows[::2]) * 1e6:,.0f} µs of processor time a letter")
        profile("issue_rows without portraits", lambda: office.issue(rows[1::2], "c" * 64), 45)
