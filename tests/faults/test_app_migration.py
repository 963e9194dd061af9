"""F25: a migration is killed in the middle, with letters in the registry."""

import hashlib
import os
import random
import signal
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, insert, inspect, select, text

from suket_service import issuing
from suket_service.issuing import Sealing
from suket_service.registry import session
from suket_service.registry.schema import LetterEventRow, LetterRow
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE
from tests.faults import invariants
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

BASE = "base"
_MIGRATIONS = Path(session.__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _steps() -> list[tuple[str, str]]:
    """Every step there is, from the first: the revision before it and the one after."""
    newest_first = [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]
    return list(pairwise([BASE, *reversed(newest_first)]))


STEPS = _steps()
#: One that can be half done: the newest may be a single statement.
_OF_MANY_STATEMENTS = ("0004", "0005")
#: Both ways of every step: from which revision to which.
MOVES = [move for before, after in STEPS for move in ((before, after), (after, before))]


@pytest.fixture
def children() -> Children:
    """Where migrations to be killed run."""
    return shared_children()


def _issue_to(registry: Registry, sealing: Sealing, people: int) -> None:
    register(registry, range(people))
    outcomes = issuing.issue_rows(
        registry,
        OFFICE.code,
        [a_person(number) for number in range(people)],
        people=PEOPLE,
        sealing=sealing,
        open_photo=lambda name: b"",
        file_digest="a",
        now=lambda: NOON,
    )
    assert all(outcome.letter for outcome in outcomes)


def _move(connection: Connection, source: str, target: str) -> None:
    down = (source, target) not in STEPS
    (command.downgrade if down else command.upgrade)(_config(connection), target)


def _go(registry: Registry, *revisions: str) -> None:
    """Step by step through those revisions."""
    for source, target in pairwise(revisions):
        with registry._transaction() as tx:
            _move(tx, source, target)


def _way(source: str, target: str) -> list[str]:
    """Every revision from the one to the other."""
    line = [BASE, *(after for _, after in STEPS)]
    first, last = line.index(source), line.index(target)
    return line[first : last + 1] if first <= last else line[last : first + 1][::-1]


def migrate(url: str, source: str, target: str, die_at: int | None, autocommit: bool) -> int:
    """Child's work: one step; killed before its ``die_at``-th statement, or says how many there are.

    ``autocommit``: the protection removed, every statement stands for itself.
    """
    statements = 0
    registry = Registry(url)
    engine = (
        create_engine(registry._engine.url, isolation_level="AUTOCOMMIT") if autocommit else registry._engine
    )

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_details: object) -> None:
        nonlocal statements
        if statements == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        statements += 1

    if autocommit:
        with engine.connect() as connection:
            _move(connection, source, target)
    else:
        _go(registry, source, target)
    return statements


def _revision(registry: Registry) -> str:
    with registry.reading() as tx:
        return MigrationContext.configure(tx).get_current_revision() or BASE


Contents = dict[str, dict[str, str]]


def _contents(registry: Registry) -> Contents:
    """By table and column, a digest of all that it holds, row by row in one order."""
    held: Contents = {}
    with registry.reading() as tx:
        looking = inspect(tx)
        for table in looking.get_table_names():
            columns = [column["name"] for column in looking.get_columns(table)]
            keys = looking.get_pk_constraint(table)["constrained_columns"] or columns
            digests = {column: hashlib.sha256() for column in columns}
            quoted = ", ".join(f'"{column}"' for column in columns)
            order = ", ".join(f'"{column}"' for column in keys)
            for row in tx.execute(text(f'SELECT {quoted} FROM "{table}" ORDER BY {order}')):
                for column, value in zip(columns, row, strict=True):
                    digests[column].update(repr(value).encode())
            held[table] = {column: digest.hexdigest() for column, digest in digests.items()}
    return held


def _url(registry: Registry) -> str:
    return registry.url.render_as_string(hide_password=False)


def _die_at(statements: int, points: int) -> list[int]:
    """That many of the statements, the first and the last among them."""
    return sorted({round(place * (statements - 1) / max(points - 1, 1)) for place in range(points)})


@pytest.mark.parametrize(
    ("people", "points", "moves"),
    [(50, 4, MOVES[-2:]), pytest.param(500, 1_000, MOVES, marks=pytest.mark.slow)],
    ids=["newest step", "every step"],
)
def test_f25_killed_in_the_middle_of_a_step(
    registry: Registry,
    sealing: Sealing,
    children: Children,
    people: int,
    points: int,
    moves: list[tuple[str, str]],
    found: Found,
) -> None:
    """Killed -9 before any statement of a step, up or down, a migration leaves the old shape and all data."""
    _issue_to(registry, sealing, people)
    url, kills, here = _url(registry), 0, STEPS[-1][1]
    # Down first, while the letters are there; then up again, from nothing.
    for source, target in sorted(moves, key=lambda move: move in STEPS):
        _go(registry, *_way(here, source))
        counted = children.run(migrate, url, source, target, None, False)
        assert counted.well, counted
        _go(registry, *_way(target, source))
        before = _contents(registry)
        for place in _die_at(counted.result, min(points, counted.result)):
            registry.close()
            ended = children.run(migrate, url, source, target, place, False)
            assert ended.signal == signal.SIGKILL, f"{source} to {target} at {place}: {ended}"
            assert _revision(registry) == source
            assert _contents(registry) == before, f"{source} to {target} at {place}"
            kills += 1
        here = source
    found(f"{kills} kills in {len(moves)} moves")


def test_f25_down_and_up_again_changes_no_letter(registry: Registry, sealing: Sealing) -> None:
    """Down by each step and up again, every one of 500 letters is as it was, and the registry works."""
    _issue_to(registry, sealing, 500)
    newest = STEPS[-1][1]
    before = _contents(registry)
    for oldest in reversed([before_it for before_it, _ in STEPS if before_it != BASE]):
        _go(registry, *_way(newest, oldest))
        below = _contents(registry)
        _go(registry, *_way(oldest, newest))
        after = _contents(registry)
        assert _common(after, below) == _common(before, below)
    assert registry.is_migrated()
    assert invariants.check(registry) == 500


def _common(contents: Contents, below: Contents) -> Contents:
    """What there is of it in the lower shape too."""
    return {
        table: {column: contents[table][column] for column in columns}
        for table, columns in below.items()
        if table != "alembic_version"
    }


def test_f25_control_statement_by_statement(registry: Registry, children: Children, found: Found) -> None:
    """Without the one transaction, a killed migration leaves a shape that is neither the old nor the new."""
    before_it, after_it = _OF_MANY_STATEMENTS
    _go(registry, *_way(STEPS[-1][1], after_it))
    shapes = {_shape(registry)}
    counted = children.run(migrate, _url(registry), after_it, before_it, None, False)
    shapes.add(_shape(registry))
    _go(registry, before_it, after_it)
    registry.close()
    middle = counted.result // 2
    ended = children.run(migrate, _url(registry), after_it, before_it, middle, True)
    assert ended.signal == signal.SIGKILL, ended
    found(f"killed at statement {middle} of {counted.result}")
    assert _shape(registry) not in shapes


def _shape(registry: Registry) -> frozenset[tuple[str, str]]:
    return frozenset((table, column) for table, columns in _contents(registry).items() for column in columns)


# With as many letters as a large office has after years, a step takes long enough to be killed at any moment.

MANY = 100_000


@pytest.mark.slow
def test_f25_killed_at_random_moments_with_many_letters(
    registry: Registry, sealing: Sealing, children: Children, found: Found
) -> None:
    """With 100,000 letters, killed -9 at random moments, a step leaves the old or the new, never half."""
    _issue_to(registry, sealing, 50)
    _multiply_letters(registry)
    older, newer = STEPS[-1]
    before = _contents(registry)
    began = time.monotonic()
    _go(registry, newer, older)
    took = time.monotonic() - began
    shapes = {older: _contents(registry)}
    _go(registry, older, newer)
    shapes[newer] = _contents(registry)
    assert _common(shapes[newer], shapes[older]) == _common(before, shapes[older])
    chance, kills = random.Random(25), 0
    for _ in range(20):
        here = _revision(registry)
        registry.close()
        pid = children.start(migrate, _url(registry), here, older if here == newer else newer, None, False)
        time.sleep(max(took, 0.3) * chance.random() ** 2)  # most of a step's work is at its beginning
        os.kill(pid, signal.SIGKILL)
        kills += children.wait(pid).signal == signal.SIGKILL
        assert _contents(registry) == shapes[_revision(registry)]
    found(f"{MANY} letters, {kills} kills, a step takes {took:.1f} s")
    assert kills


def _multiply_letters(registry: Registry) -> None:
    """Many more letters, as far as tables and their rules are concerned: copies of one under other keys."""
    with registry.writing() as tx:
        [one, *_] = tx.execute(select(LetterRow.__table__)).mappings().all()
        history = tx.execute(select(LetterEventRow.__table__).where(LetterEventRow.letter == one["id"]))
        happened = [dict(row) for row in history.mappings()]
        for first in range(0, MANY, 1_000):
            numbers = range(first, first + 1_000)
            tx.execute(insert(LetterRow.__table__), [_copy(dict(one), number) for number in numbers])  # type: ignore[arg-type]
            tx.execute(
                insert(LetterEventRow.__table__),  # type: ignore[arg-type]
                [
                    {**{name: value for name, value in each.items() if name != "id"}, "letter": _id(number)}
                    for number in numbers
                    for each in happened
                ],
            )


def _copy(letter: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        **letter,
        "id": _id(number),
        "nik": f"{3 * 10**15 + number}",
        "number": f"copy {number}",
        "request_key": f"copy {number}",
        "status_index": 10_000 + number,
    }


def _id(number: int) -> str:
    return f"{number:032x}"
