"""The demo's application over a registry that holds a letter for every fate; only read."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.builders import PASSPHRASE
from tests.cli.builders import World, build_world


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
