"""The invariants themselves: each sees its own breach, or a fault's test proves nothing."""

import sqlite3
from contextlib import closing

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.desk import Desk, Way, register

_LETTERS = 3
_LAST = "471.13/0003/SKP/2172/2026"
_FIRST_ID = "(SELECT id FROM letter WHERE request_key = 'a:0')"


@pytest.fixture
def acknowledged(sqlite: Registry) -> dict[str, str]:
    """Three letters, and what their callers were told."""
    register(sqlite, range(_LETTERS))
    desk = Desk(sqlite, way=Way.TURNS)
    return {desk.key(number): desk.issue(number) for number in range(_LETTERS)}


def _spoil(registry: Registry, *statements: str) -> None:
    registry.close()
    assert registry.file is not None
    with closing(sqlite3.connect(registry.file)) as connection, connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


def test_a_registry_that_nothing_happened_to_breaks_none(
    sqlite: Registry, acknowledged: dict[str, str]
) -> None:
    assert invariants.check(sqlite, acknowledged) == _LETTERS


@pytest.mark.few(9)
@pytest.mark.parametrize(
    ("breach", "statement"),
    [
        ("numbers: a gap", "UPDATE number_series SET last_serial = last_serial + 1"),
        ("numbers: a gap", "DELETE FROM letter WHERE request_key = 'a:1'"),
        ("numbers: beyond the counter", "UPDATE number_series SET last_serial = last_serial - 1"),
        ("acknowledged: lost", "UPDATE letter SET request_key = 'b:1' WHERE request_key = 'a:1'"),
        (
            "acknowledged: another number",
            "UPDATE letter SET number = number || '0' WHERE request_key = 'a:1'",
        ),
        ("positions: a gap", "UPDATE status_list SET next_index = next_index + 1"),
        ("positions: beyond next_index", "UPDATE status_list SET next_index = next_index - 1"),
        ("seals: ", "UPDATE letter SET sealed = substr(sealed, 2) WHERE request_key = 'a:1'"),
        (
            "seals: ",
            "UPDATE letter SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)",
        ),
        ("seals: ", "UPDATE letter SET fingerprint = zeroblob(32) WHERE request_key = 'a:1'"),
        ("seals: ", "UPDATE letter SET name = 'ORANG LAIN' WHERE request_key = 'a:1'"),
        ("history: ", f"DELETE FROM letter_event WHERE action = 'issue' AND letter = {_FIRST_ID}"),
        ("history: ", f"DELETE FROM audit WHERE subject = '{_LAST}'"),
        ("history: ", f"UPDATE letter_event SET action = 'issue' WHERE letter = {_FIRST_ID}"),
        (
            "printings: without an issued letter",
            "INSERT INTO printing SELECT 1, 'none', '', '', '', '2026-11-22 05:00:00.000000'",
        ),
        ("audit: the chain breaks at entry 2", "UPDATE audit SET actor = 'nobody' WHERE seq = 2"),
        ("pages: a broken reference", "UPDATE letter SET requested_by = 'nobody' WHERE request_key = 'a:1'"),
    ],
)
def test_each_breach_is_seen(
    sqlite: Registry, acknowledged: dict[str, str], breach: str, statement: str
) -> None:
    _spoil(sqlite, statement)
    assert any(line.startswith(breach) for line in invariants.breaches(sqlite, acknowledged))


def test_two_letters_of_one_number_position_or_request_are_seen(
    sqlite: Registry, acknowledged: dict[str, str]
) -> None:
    # The database refuses them too: its rules go first.
    _spoil(
        sqlite,
        "CREATE TABLE again AS SELECT * FROM letter",
        "DROP TABLE letter",
        "ALTER TABLE again RENAME TO letter",
    )
    _spoil(
        sqlite,
        "INSERT INTO letter SELECT * FROM letter WHERE request_key = 'a:1'",
    )
    found = invariants.breaches(sqlite, acknowledged)
    for breach in ("numbers: given twice", "positions: given twice", "request keys: two letters"):
        assert any(line.startswith(breach) for line in found)


def test_a_number_told_to_two_is_seen(sqlite: Registry, acknowledged: dict[str, str]) -> None:
    found = invariants.breaches(sqlite, {**acknowledged, "a:9": acknowledged["a:1"]})
    assert any(line.startswith("acknowledged: told to two") for line in found)


def test_a_file_that_is_no_registry_is_seen(sqlite: Registry, acknowledged: dict[str, str]) -> None:
    sqlite.close()
    assert sqlite.file is not None
    sqlite.file.write_bytes(b"nothing of the kind" * 1000)
    assert invariants.breaches(sqlite, acknowledged)[0].startswith("readable: ")
