"""What outsiders hold is served exactly as signed and stored, cacheable and readable from any site."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from suket_service import publishing
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS, open_bundle
from suket_service.errors import KeyTrouble, RegistryError
from suket_service.publishing import JWKS, TRUST_BUNDLE, Publisher, list_name
from suket_service.registry import audit
from suket_service.registry.session import Registry
from suket_service.web.app import create_app
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE
from tests.cli.builders import World, copy_of, suket
from tests.registry.builders import raw

#: URL, name in the store, file of `suket publish`, media type.
PUBLISHED = [
    ("/.well-known/jwks.json", JWKS, "jwks.json", "application/jwk-set+json"),
    ("/api/v1/status-lists/1", list_name(1), "status-list-1.jwt", "application/statuslist+jwt"),
    ("/scan/trust-bundle", TRUST_BUNDLE, "trust-bundle.jws", "application/jose"),
]
every_publication = pytest.mark.parametrize(("url", "name", "file", "media_type"), PUBLISHED)


@every_publication
def test_the_stored_bytes_are_served(
    client: FlaskClient, world: World, url: str, name: str, file: str, media_type: str
) -> None:
    registry = Registry(world.settings.database_url)
    stored = publishing.stored(registry, name)
    registry.close()
    assert stored is not None
    response = client.get(url)
    assert (response.data, response.mimetype) == (stored.body, media_type)
    assert response.get_etag() == (stored.etag, False)


@every_publication
def test_a_holder_need_not_fetch_it_twice(
    client: FlaskClient, url: str, name: str, file: str, media_type: str
) -> None:
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(url, headers={"If-None-Match": '"another"'}).status_code == 200


@every_publication
def test_it_may_be_kept_and_read_from_any_site(
    client: FlaskClient, url: str, name: str, file: str, media_type: str
) -> None:
    headers = client.get(url).headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.fixture(scope="module")
def again(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """The same registry after ``suket publish``, and what that wrote."""
    folder = tmp_path_factory.mktemp("again")
    data = copy_of(world.data, folder)
    with raw(data / "suket.sqlite3") as connection:  # as if published a while ago
        connection.execute("UPDATE publication SET version = version - 1000")
    assert suket("publish", "--out", folder / "out", data=data).exit_code == 0
    settings = type(world.settings).from_env({"SUKET_DATA_DIR": str(data)})
    return World(settings, world.texts, world.letters, world.bundles), folder / "out"


@every_publication
def test_the_files_of_the_command_are_the_bytes_served(
    again: tuple[World, Path], url: str, name: str, file: str, media_type: str
) -> None:
    world, out = again
    assert create_app(world.settings).test_client().get(url).data == (out / file).read_bytes()


def test_the_served_bundle_is_signed_by_the_published_key(client: FlaskClient) -> None:
    bundle, signer, _ = open_bundle(client.get("/scan/trust-bundle").data)
    published = {key["kid"]: key for key in client.get("/.well-known/jwks.json").get_json()["keys"]}
    assert published[signer.kid]["purpose"] == "publication"
    assert {key.kid for key in bundle.keys} == set(published)


def test_no_private_half_is_published(client: FlaskClient) -> None:
    keys = client.get("/.well-known/jwks.json").get_json()["keys"]
    assert keys
    assert all({"kty", "crv", "x", "y", "kid", "use", "alg"} <= set(key) and "d" not in key for key in keys)


def test_nobody_is_named_in_what_is_published(client: FlaskClient, world: World) -> None:
    bundle = open_bundle(client.get("/scan/trust-bundle").data)[0].to_payload().decode()
    for letter in world.letters.values():
        assert letter.resident.nik not in bundle
        assert letter.resident.name not in bundle
        assert str(letter.number) not in bundle


def test_before_the_first_publication_there_is_nothing(production: FlaskClient) -> None:
    for url, *_ in PUBLISHED:
        response = production.get(url)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")


class TestKeepingFresh:
    PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)

    def due(self, registry: Registry, after: timedelta) -> bool:
        return publishing.publish_if_due(registry, self.PUBLISHER, NOON + after)

    @pytest.fixture
    def fresh(self, registry: Registry) -> Registry:
        """A registry whose publications are of noon."""
        publishing.publish(registry, self.PUBLISHER, NOON)
        return registry

    def test_the_first_set_is_due_at_once(self, registry: Registry) -> None:
        assert self.due(registry, timedelta())
        assert not self.due(registry, timedelta())

    def test_without_a_change_a_set_is_renewed_long_before_it_goes_stale(self, fresh: Registry) -> None:
        assert not self.due(fresh, publishing.RENEWAL - timedelta(seconds=1))
        assert self.due(fresh, publishing.RENEWAL)
        assert publishing.RENEWAL < DEFAULT_FRESHNESS / 2

    def test_a_change_is_told_within_its_time(self, fresh: Registry) -> None:
        with fresh.writing() as tx:
            audit.append(tx, NOON, "operator", "letter.issue", "1")
        assert not self.due(fresh, publishing.MOST_DELAY - timedelta(seconds=1))
        assert self.due(fresh, publishing.MOST_DELAY)

    def test_a_clock_far_behind_publishes_nothing(self, fresh: Registry) -> None:
        with pytest.raises(RegistryError) as refused:
            publishing.publish(fresh, self.PUBLISHER, NOON - publishing.MOST_DELAY - timedelta(seconds=1))
        assert refused.value.code == "clock_behind_publication"

    def test_a_process_without_a_passphrase_publishes_nothing(self, registry: Registry) -> None:
        with pytest.raises(KeyTrouble):
            publishing.publish(registry, replace(self.PUBLISHER, passphrase=None), NOON)
        assert publishing.stored(registry, publishing.TRUST_BUNDLE) is None
