"""The migrations give the tables that the code expects, and may be run again."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from suket_service.registry import session
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.registry.builders import raw


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "suket.sqlite3"


@pytest.fixture
def empty(path: Path) -> Iterator[Registry]:
    registry = Registry(f"sqlite:///{path}")
    yield registry
    registry.close()


def downgrade(registry: Registry) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(session.__file__).parent / "migrations"))
    with registry.writing() as tx:
        config.attributes["connection"] = tx
        command.downgrade(config, "base")


def shape_of(path: Path) -> list[sqlite3.Row]:
    with raw(path) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def test_the_migrated_tables_are_those_of_the_schema(empty: Registry) -> None:
    empty.migrate()
    with empty.reading() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_makes_the_folder_for_its_owner_alone(empty: Registry, path: Path) -> None:
    empty.migrate()
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_database_without_tables_is_not_migrated(empty: Registry, path: Path) -> None:
    path.parent.mkdir()
    assert not empty.is_migrated()


def test_a_migrated_database_says_so(empty: Registry) -> None:
    empty.migrate()
    assert empty.is_migrated()


def test_a_database_of_another_version_is_not_migrated(registry: Registry, database: Path) -> None:
    with raw(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not registry.is_migrated()


def test_migrating_again_changes_nothing(registry: Registry, database: Path) -> None:
    before = database.read_bytes()
    registry.migrate()
    assert database.read_bytes() == before


def test_down_and_up_again_gives_the_same_shape(empty: Registry, path: Path) -> None:
    empty.migrate()
    before = shape_of(path)
    downgrade(empty)
    assert [name for kind, name, _ in shape_of(path) if kind == "table"] == ["alembic_version"]
    empty.migrate()
    assert shape_of(path) == before
