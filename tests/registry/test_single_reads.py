"""One row by one statement: the same row as in a transaction, whatever becomes of a connection in between."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from psycopg import sql

from suket_service.errors import RegistryError
from suket_service.registry import audit, positions, publications
from suket_service.registry.letters import LetterRecord
from suket_service.registry.positions import Position
from suket_service.registry.session import Registry
from tests.builders import NOON, TODAY
from tests.postgresql import Cluster
from tests.registry.statements import statements

Look = Callable[[], Position]


@pytest.fixture
def look(registry: Registry) -> Look:
    return lambda: positions.look(registry, 1, 0)


def test_what_stands_at_a_position_is_what_a_transaction_sees(
    registry: Registry, issued: LetterRecord, look: Look
) -> None:
    with registry.reading() as tx:
        within, head = positions.look_within(tx, 1, 0), audit.head(tx)
    assert look() == within
    assert within.head == head
    assert within.letter is not None
    assert (within.letter.letter, within.letter.number) == (issued.id, issued.number)
    assert (within.letter.fingerprint, within.letter.issued_on) == (issued.fingerprint, TODAY)


def test_where_nothing_stands_the_chain_is_told_all_the_same(registry: Registry) -> None:
    with registry.reading() as tx:
        head = audit.head(tx)
    assert positions.look(registry, 0, 0) == Position(head, None)


def test_each_look_sees_what_was_written_before_it(registry: Registry, look: Look) -> None:
    for turn in range(3):
        with registry.writing() as tx:
            audit.append(tx, NOON + timedelta(seconds=turn), "operator", "test", "-")
        with registry.reading() as tx:
            assert look().head == audit.head(tx)


def test_inside_a_writers_transaction_it_sees_what_was_written_there(registry: Registry) -> None:
    with registry.writing() as tx:
        audit.append(tx, NOON, "operator", "test", "-")
        assert positions.look(registry.within(tx), 0, 0).head == audit.head(tx)


def test_where_there_is_no_row_there_is_none(registry: Registry) -> None:
    assert publications.version_of(registry, "nothing of that name") is None


def test_many_may_look_at_once(registry: Registry, issued: LetterRecord, look: Look) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: look(), range(200)))
    assert {each.letter.letter for each in seen if each.letter} == {issued.id}
    assert len(seen) == 200
    assert 1 <= len(registry._single_reads._idle) <= 8


def test_no_row_is_walked_to_on_the_way(sqlite_registry: Registry) -> None:
    with statements() as seen:
        positions.look(sqlite_registry, 1, 0)
    [query] = seen
    with sqlite_registry.reading() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (0,) * query.count("?"))]
    # Of the chain the last entry alone, which the limit sees to.
    assert {step.split()[1] for step in plan if step.startswith("SCAN")} <= {"audit", "head"}
    assert {step.split()[1] for step in plan if step.startswith("SEARCH")} >= {
        "letter",
        "office",
        "kind",
        "region",
    }


def test_no_lock_is_left_behind(registry: Registry, issued: LetterRecord, look: Look) -> None:
    look()
    # A reader that still held its lock would keep SQLite's writer from its commit.
    with registry.writing() as tx:
        audit.append(tx, NOON, "operator", "test", "-")


def test_a_forked_process_does_not_take_its_parents_connections(registry: Registry, look: Look) -> None:
    look()
    reads = registry._single_reads
    mine = list(reads._idle)
    reads._process = os.getpid() + 1
    look()
    assert reads._process == os.getpid()
    assert not {id(each) for each in reads._idle} & {id(each) for each in mine}
    for each in mine:
        each.close()


def test_after_closing_it_can_be_asked_again(registry: Registry, look: Look) -> None:
    first = look()
    registry.close()
    assert not registry._single_reads._idle
    assert look() == first


class TestOnAServer:
    def test_a_connection_that_was_ended_costs_nobody_an_answer(
        self, postgresql_registry: Registry, cluster: Cluster
    ) -> None:
        first = positions.look(postgresql_registry, 1, 0)
        name = postgresql_registry.url.database or ""
        cluster.execute(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
                sql.Literal(name)
            )
        )
        assert positions.look(postgresql_registry, 1, 0) == first

    def test_it_leaves_no_transaction_open(self, postgresql_registry: Registry, cluster: Cluster) -> None:
        positions.look(postgresql_registry, 1, 0)
        name = postgresql_registry.url.database or ""
        states = cluster.execute(
            sql.SQL("SELECT state FROM pg_stat_activity WHERE datname = {}").format(sql.Literal(name))
        )
        assert {state for (state,) in states} == {"idle"}


def test_without_a_database_it_is_said_so(sqlite_registry: Registry) -> None:
    assert sqlite_registry.file is not None
    positions.look(sqlite_registry, 1, 0)
    sqlite_registry.file.write_bytes(b"no database " * 1_000)
    for _ in range(2):
        with pytest.raises(RegistryError) as refused:
            positions.look(sqlite_registry, 1, 0)
        assert refused.value.code == "registry_unavailable"
