"""The publication key changes: holders of the old one meet the next before it takes over."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from suket_service import administering, publishing
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.core.signing import CHECKPOINT_TYP, compact_forms, open_publication, unsigned_header
from suket_service.core.trust_bundle import OpenedBundle, open_bundle
from suket_service.errors import KeyTrouble
from suket_service.publishing import CHECKPOINT, JWKS, TRUST_BUNDLE, Publisher, list_name
from suket_service.registry.publications import Publication
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, a_publication_key
from tests.registry.builders import raw

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)
WAITED = NOON + timedelta(hours=80)


def publish(registry: Registry, at: datetime, name: str = TRUST_BUNDLE) -> Publication:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, name)
    assert stored is not None
    return stored


def opened(registry: Registry, at: datetime, *pins: str) -> OpenedBundle:
    return open_bundle(publish(registry, at).body, pins)


def refusal(registry: Registry, at: datetime, *pins: str) -> str:
    with pytest.raises(KeyTrouble) as trouble:
        opened(registry, at, *pins)
    return trouble.value.code


@pytest.fixture
def old(registry: Registry) -> Key:
    """The publication key that was made with the registry."""
    return next(each for each in administering.list_keys(registry) if each.purpose is Purpose.PUBLICATION)


@pytest.fixture
def coming(registry: Registry, old: Key) -> Key:
    """The next one, on standby."""
    at = NOON + timedelta(minutes=1)
    return administering.new_key(registry, Purpose.PUBLICATION, None, PASSPHRASE, at).key


def test_one_key_publishes_a_compact_bundle(registry: Registry, old: Key) -> None:
    bundle = publish(registry, NOON)
    assert bundle.media_type == "application/jose"
    assert bundle.body.count(b".") == 2
    assert open_bundle(bundle.body, [old.kid]).introduced == ()


def test_while_the_next_key_waits_both_sign_the_bundle(registry: Registry, old: Key, coming: Key) -> None:
    bundle = publish(registry, NOON + timedelta(minutes=2))
    assert bundle.media_type == "application/jose+json"
    assert [unsigned_header(form)["kid"] for form in compact_forms(bundle.body)] == [old.kid, coming.kid]


def test_everything_else_is_signed_by_the_active_key_alone(registry: Registry, old: Key, coming: Key) -> None:
    publishing.publish(registry, PUBLISHER, NOON + timedelta(minutes=2))
    for name, typ in ((CHECKPOINT, CHECKPOINT_TYP), (list_name(1), "statuslist+jwt")):
        stored = publishing.stored(registry, name)
        assert stored is not None
        assert unsigned_header(stored.body)["kid"] == old.kid
        assert open_publication(stored.body, typ, old)


def test_the_key_set_and_the_bundle_know_keys_on_standby(registry: Registry, coming: Key) -> None:
    sealer = administering.new_key(registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, NOON).key
    at = NOON + timedelta(minutes=2)
    listed = {each["kid"]: each["state"] for each in json.loads(publish(registry, at, JWKS).body)["keys"]}
    assert [listed[key.kid] for key in (coming, sealer)] == ["standby", "standby"]
    held = opened(registry, at + timedelta(minutes=1)).bundle.keys.find_kid(sealer.kid)
    assert held is not None
    assert (held.state, held.scope.lists) == (KeyState.STANDBY, frozenset({1, 2}))


def test_a_holder_of_the_old_key_goes_over_to_the_new_one_without_paper(
    registry: Registry, old: Key, coming: Key
) -> None:
    learned = opened(registry, NOON + timedelta(minutes=2), old.kid)
    assert (learned.signer.kid, learned.introduced) == (old.kid, (coming.kid,))
    administering.activate_key(registry, coming.kid, WAITED)
    after = opened(registry, WAITED, old.kid, *learned.introduced)
    assert (after.signer.kid, after.introduced) == (coming.kid, ())
    states = {key.kid: key.state for key in after.bundle.keys}
    assert (states[old.kid], states[coming.kid]) == (KeyState.RETIRED, KeyState.ACTIVE)


def test_a_holder_who_never_met_the_new_key_refuses_what_it_signs_alone(
    registry: Registry, old: Key, coming: Key
) -> None:
    administering.activate_key(registry, coming.kid, WAITED)
    assert refusal(registry, WAITED, old.kid) == "bundle_untrusted"
    assert opened(registry, WAITED, coming.kid).signer.kid == coming.kid


def test_a_holder_who_trusts_a_stranger_refuses_both(registry: Registry, coming: Key) -> None:
    assert refusal(registry, NOON + timedelta(minutes=2), a_publication_key().key.kid) == "bundle_untrusted"


def test_a_key_that_was_introduced_and_then_taken_out_signs_nothing(registry: Registry, coming: Key) -> None:
    administering.retire_key(registry, coming.kid, WAITED)
    assert publish(registry, WAITED).media_type == "application/jose"
    assert refusal(registry, WAITED, coming.kid) == "bundle_untrusted"


def test_after_a_theft_the_next_key_publishes_and_the_stolen_one_is_refused(
    registry: Registry, old: Key, coming: Key
) -> None:
    administering.revoke_key(registry, old.kid, "dicuri", WAITED)
    assert opened(registry, WAITED, coming.kid).signer.kid == coming.kid
    assert refusal(registry, WAITED, old.kid) == "bundle_untrusted"


def test_what_a_stolen_key_signs_is_refused_by_whoever_no_longer_trusts_it(
    registry: Registry, old: Key, coming: Key
) -> None:
    by_the_thief = publish(registry, NOON + timedelta(minutes=2)).body
    assert open_bundle(by_the_thief, [old.kid]).signer.kid == old.kid
    with pytest.raises(KeyTrouble):
        open_bundle(by_the_thief, [a_publication_key().key.kid])


# When, and by whom


def due(registry: Registry, at: datetime) -> bool:
    return publishing.publish_if_due(registry, PUBLISHER, at)


def test_a_revoked_key_is_told_at_once(registry: Registry) -> None:
    publishing.publish(registry, PUBLISHER, NOON)
    sealer = next(each for each in administering.list_keys(registry) if each.purpose is Purpose.SEAL)
    administering.revoke_key(registry, sealer.kid, "dicuri", NOON)
    assert due(registry, NOON + timedelta(seconds=1))
    assert not due(registry, NOON + timedelta(seconds=2))


@pytest.mark.parametrize("step", [administering.retire_key, administering.activate_key])
def test_another_change_of_keys_is_told_within_minutes(
    registry: Registry, coming: Key, step: Callable[..., object]
) -> None:
    at = NOON + timedelta(minutes=2)
    publishing.publish(registry, PUBLISHER, at)
    step(registry, coming.kid, at)
    assert not due(registry, at + timedelta(seconds=1))
    assert due(registry, at + publishing.MOST_DELAY)


def test_without_a_publication_key_what_was_published_stays(registry: Registry, old: Key) -> None:
    before = publish(registry, NOON)
    administering.retire_key(registry, old.kid, NOON)
    with pytest.raises(KeyTrouble) as trouble:
        publish(registry, WAITED)
    assert trouble.value.code == "no_key"
    assert publishing.stored(registry, TRUST_BUNDLE) == before


def test_a_process_without_the_passphrase_publishes_nothing(registry: Registry, coming: Key) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        publishing.publish(registry, replace(PUBLISHER, passphrase=None), NOON)
    assert trouble.value.code == "no_passphrase"
    assert publishing.stored(registry, TRUST_BUNDLE) is None


@pytest.mark.parametrize("state", ["active", "standby"])
def test_a_publication_key_of_another_environment_publishes_nothing(
    registry: Registry, coming: Key, state: str
) -> None:
    with raw(registry) as connection:
        connection.execute(
            "UPDATE signing_key SET environment = 'demo' WHERE purpose = 'publication' AND state = ?",
            (state,),
        )
    with pytest.raises(KeyTrouble) as trouble:
        publishing.publish(registry, PUBLISHER, WAITED)
    assert trouble.value.code == "key_environment"
