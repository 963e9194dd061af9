"""Registries to break, on either database, and a word on what was found for the table."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from suket_service import administering
from suket_service.registry.session import Registry
from tests.builders import NEW_OFFICE, NOON, PASSPHRASE
from tests.faults.running import Issuer
from tests.postgresql import Cluster, NoServer

Found = Callable[[str], None]
StartIssuer = Callable[..., Issuer]
_TEMPLATE = "suket_template"
FAULTS = Path(__file__).parent
#: The quick ones: eight writers at once, a restore, requests that are repeated.
_DAILY = ("test_invariants", "test_eight_writers", "test_f24_restore", "test_app_retries")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults have a command of their own, ``script/faults``; the daily tests keep what others build on."""
    for item in items:
        if FAULTS in item.path.parents and item.path.stem not in _DAILY:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def found(request: pytest.FixtureRequest) -> Found:
    """Notes what was seen, for the table of ``script/faults``."""

    def note(text: str) -> None:
        request.node.user_properties.append(("found", text))

    return note


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "suket.sqlite3"
    initialise(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite(_sqlite_template: Path, tmp_path: Path) -> Iterator[Registry]:
    """A registry in a file: one office, its staff and keys; nobody registered yet."""
    path = tmp_path / "suket.sqlite3"
    shutil.copy(_sqlite_template, path)
    registry = Registry(f"sqlite:///{path}")
    yield registry
    registry.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """A PostgreSQL server as an office has it: durable, and reached by TCP too."""
    try:
        cluster = Cluster(durable=True, tcp=True)
    except NoServer as reason:
        pytest.skip(str(reason))
    with cluster:
        cluster.create_database(_TEMPLATE)
        initialise(cluster.url(_TEMPLATE))
        yield cluster


@pytest.fixture
def postgresql(server: Cluster, request: pytest.FixtureRequest) -> Iterator[Registry]:
    """The same registry on PostgreSQL."""
    name = f"suket_{next(_databases)}"
    server.create_database(name, _TEMPLATE)
    registry = Registry(server.url(name))
    yield registry
    registry.close()
    server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Registry:
    """That registry, on the one and on the other."""
    registry: Registry = request.getfixturevalue(request.param)
    return registry


@pytest.fixture
def start_issuer(tmp_path: Path) -> Iterator[StartIssuer]:
    """Starts issuers on a registry (or on what has that URL); none outlives the test."""
    started: list[Issuer] = []

    def start(registry: Registry | str, *options: str, before: tuple[str, ...] = ()) -> Issuer:
        said = tmp_path / f"said-{len(started)}.txt"
        url = registry if isinstance(registry, str) else registry.url.render_as_string(hide_password=False)
        started.append(Issuer(url, said, *options, before=before))
        return started[-1]

    yield start
    for issuer in started:
        issuer.end()


_databases = count()


def initialise(url: str) -> None:
    """Tables, one office, its staff and its keys."""
    registry = Registry(url)
    administering.initialise(registry, "production", PASSPHRASE, NOON, NEW_OFFICE)
    registry.close()
