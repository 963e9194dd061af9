"""What is published is served as this process last read it, and never when a newer one is stored."""

from datetime import timedelta

import pytest

from suket_service import publishing
from suket_service.errors import RegistryError
from suket_service.publishing import TRUST_BUNDLE, Held, Publisher
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE
from tests.registry.statements import statements

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)


def test_it_is_read_once_and_then_only_asked_for_its_version(registry: Registry) -> None:
    publishing.publish(registry, PUBLISHER, NOON)
    held = Held(registry)
    first = held.newest(TRUST_BUNDLE)
    with statements() as asked:
        assert held.newest(TRUST_BUNDLE) is first
    assert len(asked) == 1
    assert "body" not in asked[0]


def test_a_newer_one_is_served_at_once_whoever_published_it(registry: Registry) -> None:
    publishing.publish(registry, PUBLISHER, NOON)
    held = Held(registry)
    first = held.newest(TRUST_BUNDLE)
    publishing.publish(registry, PUBLISHER, NOON + timedelta(minutes=1))
    newer = held.newest(TRUST_BUNDLE)
    assert first is not None
    assert newer is not None
    assert newer.version > first.version
    assert newer == publishing.stored(registry, TRUST_BUNDLE)


def test_what_is_not_published_is_not_there(registry: Registry) -> None:
    held = Held(registry)
    assert held.newest(TRUST_BUNDLE) is None
    publishing.publish(registry, PUBLISHER, NOON)
    assert held.newest(TRUST_BUNDLE) is not None
    assert held.newest("no such thing") is None


def test_without_a_registry_nothing_old_is_passed_off_as_new(sqlite_registry: Registry) -> None:
    publishing.publish(sqlite_registry, PUBLISHER, NOON)
    held = Held(sqlite_registry)
    held.newest(TRUST_BUNDLE)
    assert sqlite_registry.file is not None
    sqlite_registry.file.write_bytes(b"no database " * 1_000)
    with pytest.raises(RegistryError):
        held.newest(TRUST_BUNDLE)
