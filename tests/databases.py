"""Registries to try things on, on either database: each a copy of one that was set up once a session."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from suket_service import administering
from suket_service.registry.session import Registry
from tests.builders import NEW_OFFICE, NOON, PASSPHRASE
from tests.postgresql import Cluster

_numbers = count(1)


class Databases(Protocol):
    """Where registries come from; each is closed and gone when its block ends."""

    def a_registry(self) -> AbstractContextManager[Registry]:
        """One with an office, its staff and its keys; no residents yet."""

    def nothing_yet(self) -> AbstractContextManager[Registry]:
        """A database without a single table (or none at all, where the first writer makes it)."""


class SqliteDatabases:
    """Files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        _set_up(f"sqlite:///{self._template}")

    @contextmanager
    def a_registry(self) -> Iterator[Registry]:
        with self.nothing_yet() as registry:
            assert registry.file is not None
            shutil.copy(self._template, registry.file)
            yield registry

    @contextmanager
    def nothing_yet(self) -> Iterator[Registry]:
        folder = self._folder / str(next(_numbers))
        folder.mkdir(mode=0o700)
        with _closing(f"sqlite:///{folder / 'suket.sqlite3'}") as registry:
            yield registry
        shutil.rmtree(folder)


class PostgresqlDatabases:
    """Databases of one server."""

    _TEMPLATE = "suket_set_up"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        cluster.create_database(self._TEMPLATE)
        _set_up(cluster.url(self._TEMPLATE))

    def a_registry(self) -> AbstractContextManager[Registry]:
        return self._made(self._TEMPLATE)

    def nothing_yet(self) -> AbstractContextManager[Registry]:
        return self._made(None)

    @contextmanager
    def _made(self, template: str | None) -> Iterator[Registry]:
        name = f"suket_{next(_numbers)}"
        self._cluster.create_database(name, template)
        with _closing(self._cluster.url(name)) as registry:
            yield registry
        self._cluster.drop_database(name)


def _set_up(url: str) -> None:
    with _closing(url) as registry:
        administering.initialise(registry, "production", PASSPHRASE, NOON, NEW_OFFICE)


@contextmanager
def _closing(url: str) -> Iterator[Registry]:
    registry = Registry(url)
    try:
        yield registry
    finally:
        registry.close()
