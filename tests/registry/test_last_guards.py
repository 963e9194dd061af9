"""The databases' own rules, the last guard behind the code: history is only added to, seals are made once."""

from typing import Any

import pytest

from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import LetterRow
from suket_service.registry.session import Registry
from tests.registry.builders import LETTER, Refused, insert_letter, raw

#: What may still change about a letter once its seal is made: where it stands in its life.
STILL_OPEN = {"state", "extended_to", "closed_at"}
#: Written before the seal and never looked at after it.
NOT_GUARDED = {"id", "request_key", "request_digest", "batch", "created_at"}


def refuses(registry: Registry, statement: str, because: str) -> None:
    with raw(registry) as connection, pytest.raises(Refused, match=because):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 1"],
    ids=["update", "delete all", "delete one"],
)
def test_the_audit_is_append_only(registry: Registry, statement: str) -> None:
    refuses(registry, statement, "append-only")


def test_a_letter_is_never_deleted(registry: Registry, issued: LetterRecord) -> None:
    refuses(registry, "DELETE FROM letter", "never deleted")


@pytest.mark.parametrize("table", ["audit", "letter"])
@pytest.mark.parametrize("how", ["", " CASCADE"], ids=["alone", "with all that refers to it"])
def test_nothing_is_truncated(postgresql_registry: Registry, table: str, how: str) -> None:
    with raw(postgresql_registry) as connection:  # or the reference alone would refuse it
        for other in ("letter_event", "printing", "hand_over", "presentation"):
            connection.execute(f"ALTER TABLE {other} DROP CONSTRAINT fk_{other}_letter")
    refuses(postgresql_registry, f"TRUNCATE {table}{how}", "never deleted")


@pytest.mark.parametrize(("table", "key"), [("audit", "seq"), ("letter", "id")])
def test_nothing_is_replaced(sqlite_registry: Registry, table: str, key: str) -> None:
    with raw(sqlite_registry) as connection:
        insert_letter(connection)
    refuses(sqlite_registry, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "never replaced")
    refuses(sqlite_registry, f"REPLACE INTO {table} SELECT * FROM {table} ORDER BY {key} LIMIT 1", "never")


def test_nothing_is_put_in_place_of_a_row_by_a_conflicting_insert(postgresql_registry: Registry) -> None:
    refuses(
        postgresql_registry,
        "INSERT INTO audit SELECT * FROM audit ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
        "append-only",
    )


def sealed_columns() -> list[str]:
    return sorted({column.name for column in LetterRow.__table__.columns} - STILL_OPEN - NOT_GUARDED)


def test_a_seal_and_what_it_stands_on_are_made_once(registry: Registry, issued: LetterRecord) -> None:
    for column in sealed_columns():
        refuses(registry, f"UPDATE letter SET {column} = {column}", "once")


def test_a_draft_may_still_be_mended(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection)
        connection.execute("UPDATE letter SET name = 'SUHARTINI B', replaces = ?", ("3" * 32,))
        assert connection.execute("SELECT name FROM letter").fetchall() == [("SUHARTINI B",)]


def test_one_open_letter_a_person(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection)
        with pytest.raises(Refused):
            insert_letter(connection, id="2" * 32, kind=2)


def test_a_draft_that_is_to_take_a_letters_place_stands_beside_it(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection)
        insert_letter(connection, id="2" * 32, replaces=LETTER)
        with pytest.raises(Refused):
            insert_letter(connection, id="3" * 32, replaces=LETTER)


def test_it_takes_that_place_only_when_the_other_is_closed(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection)
        insert_letter(connection, id="2" * 32, replaces=LETTER)
    with raw(registry) as connection, pytest.raises(Refused):
        connection.execute("UPDATE letter SET number = 'N' WHERE replaces IS NOT NULL")
    with raw(registry) as connection:
        connection.execute("UPDATE letter SET closed_at = '2026-11-22 05:00:00' WHERE replaces IS NULL")
        connection.execute("UPDATE letter SET number = 'N' WHERE replaces IS NOT NULL")


def test_a_closed_letter_leaves_room_for_the_next(registry: Registry) -> None:
    with raw(registry) as connection:
        insert_letter(connection, closed_at="2026-11-22 05:00:00.000000")
        insert_letter(connection, id="2" * 32)
        assert connection.execute("SELECT count(*) FROM letter").fetchone() == (2,)


@pytest.mark.parametrize(
    "columns",
    [
        {"number": "471.13/0001/SKP/2172/2026"},
        {"request_key": "f" * 64 + ":2"},
        {"status_list": 1, "status_index": 0},
    ],
    ids=["number", "request key", "position"],
)
def test_no_two_letters_share(registry: Registry, columns: dict[str, Any]) -> None:
    with raw(registry) as connection:
        insert_letter(connection, **columns)
        with pytest.raises(Refused):
            insert_letter(connection, id="2" * 32, nik="2172031708950004", **columns)
