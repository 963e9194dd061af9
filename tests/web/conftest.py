"""The demo's application over a registry that holds a letter for every fate; only read.

Every application that these tests make shares what Jinja compiles: it is the same each time, and takes longer
than most tests.
"""

from pathlib import Path

import pytest
from apiflask import APIFlask
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.builders import PASSPHRASE
from tests.cli.builders import World, build_world


class _InMemory(BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _InMemory()}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def demo_app(world: World) -> APIFlask:
    return create_app(world.settings)


@pytest.fixture
def client(demo_app: APIFlask) -> FlaskClient:
    """A visitor of the demo."""
    return demo_app.test_client()


@pytest.fixture
def production(database: Path) -> FlaskClient:
    """A visitor of a production service where nothing was issued or published yet."""
    settings = Settings.from_env(
        {
            "SUKET_ENVIRONMENT": "production",
            "SUKET_BASE_URL": "https://suket.example.go.id",
            "SUKET_SECRET_KEY": "a secret of the tests alone",
            "SUKET_KEY_PASSPHRASE": PASSPHRASE,
            "SUKET_DATA_DIR": str(database.parent),
        }
    )
    return create_app(settings).test_client()
