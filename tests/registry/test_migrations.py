"""The migrations give the tables that the code expects, may be run again, and lead back; on either database."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from suket_service.registry import session
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.databases import Databases
from tests.registry.builders import raw

#: Everything that a migration can make on PostgreSQL, as the server itself describes it.
_POSTGRESQL_SHAPE = """
SELECT 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'sequence', relname, '' FROM pg_class WHERE relkind = 'S'
ORDER BY 1, 2
"""
_SQLITE_SHAPE = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"


@pytest.fixture
def empty(databases: Databases) -> Iterator[Registry]:
    with databases.nothing_yet() as registry:
        yield registry


def shape_of(registry: Registry) -> list[tuple[Any, ...]]:
    with raw(registry) as connection:
        query = _SQLITE_SHAPE if connection.is_sqlite else _POSTGRESQL_SHAPE
        return list(connection.execute(query).fetchall())


def tables_of(registry: Registry) -> set[str]:
    return {table for kind, name, _ in shape_of(registry) for table in _table_in(kind, name)}


def _table_in(kind: str, name: str) -> list[str]:
    return [name.partition(".")[0]] if kind in ("table", "column") else []


def config_for(tx: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(session.__file__).parent / "migrations"))
    config.attributes["connection"] = tx
    return config


def upgrade(registry: Registry, revision: str) -> None:
    with registry._transaction() as tx:
        command.upgrade(config_for(tx), revision)


def downgrade(registry: Registry, revision: str) -> None:
    with registry._transaction() as tx:
        command.downgrade(config_for(tx), revision)


def test_the_migrated_tables_are_those_of_the_schema(empty: Registry) -> None:
    empty.migrate()
    with empty.reading() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_makes_the_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "suket.sqlite3"
    registry = Registry(f"sqlite:///{path}")
    registry.migrate()
    registry.close()
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_database_without_tables_is_not_migrated(empty: Registry) -> None:
    assert not empty.is_migrated()


def test_a_migrated_database_says_so(empty: Registry) -> None:
    empty.migrate()
    assert empty.is_migrated()


def test_a_database_of_another_version_is_not_migrated(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not registry.is_migrated()


def test_migrating_again_changes_no_byte(database: Path, sqlite_registry: Registry) -> None:
    before = database.read_bytes()
    sqlite_registry.migrate()
    assert database.read_bytes() == before


def test_migrating_again_changes_nothing(registry: Registry) -> None:
    before = shape_of(registry)
    registry.migrate()
    assert shape_of(registry) == before


def test_down_and_up_again_gives_the_same_shape(empty: Registry) -> None:
    empty.migrate()
    before = shape_of(empty)
    downgrade(empty, "base")
    assert tables_of(empty) == {"alembic_version"}
    assert [name for kind, name, _ in shape_of(empty) if kind in ("trigger", "function", "sequence")] == []
    empty.migrate()
    assert shape_of(empty) == before


def test_step_by_step_gives_the_same_shape_as_at_once(databases: Databases) -> None:
    with databases.nothing_yet() as slow, databases.nothing_yet() as quick:
        for revision in ("0001", "0002", "head"):
            upgrade(slow, revision)
        quick.migrate()
        assert shape_of(slow) == shape_of(quick)


def test_going_back_one_step_leads_forward_again(registry: Registry) -> None:
    before = shape_of(registry)
    downgrade(registry, "0001")
    registry.migrate()
    # SQLite keeps the words of each step, and with them the order of columns that came later.
    assert [row[:2] for row in shape_of(registry)] == [row[:2] for row in before]


def test_a_migration_that_fails_leaves_nothing_behind(empty: Registry) -> None:
    with pytest.raises(ZeroDivisionError), empty._transaction() as tx:  # noqa: PT012
        command.upgrade(config_for(tx), "head")
        raise ZeroDivisionError
    assert shape_of(empty) == []
    empty.migrate()
    assert empty.is_migrated()


def test_several_may_migrate_at_once(databases: Databases) -> None:
    with databases.nothing_yet() as one:
        url = one.url.render_as_string(hide_password=False)
        together = [Registry(url) for _ in range(4)]
        start = threading.Barrier(len(together))
        failed: list[BaseException] = []

        def migrate(registry: Registry) -> None:
            try:
                start.wait()
                registry.migrate()
            except BaseException as error:  # noqa: BLE001 - told below
                failed.append(error)

        threads = [threading.Thread(target=migrate, args=(each,)) for each in together]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in together:
            each.close()
        assert failed == []
        assert one.is_migrated()
