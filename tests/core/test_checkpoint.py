"""The audit checkpoint: signed, read again, and refused when it is none."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from suket_service.core.checkpoint import Checkpoint, open_checkpoint
from suket_service.core.keyring import KeyRing
from suket_service.core.signing import CHECKPOINT_TYP
from suket_service.core.trust_bundle import TYP as BUNDLE_TYP
from suket_service.errors import KeyTrouble
from tests.builders import a_publication_key

PUBLISHER = a_publication_key()
RING = KeyRing([PUBLISHER.key])
CHECKPOINT = Checkpoint(
    registry="r-1",
    at=datetime(2026, 11, 22, 5, tzinfo=UTC),
    entries=12,
    head="ab" * 32,
    series={("2172", 1, 2026): 7},
)


def signed(payload: bytes, typ: str = CHECKPOINT_TYP) -> str:
    return PUBLISHER.publish(typ, payload)


def test_what_was_signed_is_read_again_with_its_signer() -> None:
    found = open_checkpoint(signed(CHECKPOINT.to_payload()), RING)
    assert found is not None
    assert (found.checkpoint, found.signer) == (CHECKPOINT, PUBLISHER.key)


def test_a_signer_outside_the_ring_is_nobody() -> None:
    assert open_checkpoint(signed(CHECKPOINT.to_payload()), KeyRing([a_publication_key().key])) is None


def test_another_type_is_no_checkpoint() -> None:
    with pytest.raises(KeyTrouble) as caught:
        open_checkpoint(signed(CHECKPOINT.to_payload(), BUNDLE_TYP), RING)
    assert caught.value.code == "not_a_publication"


@pytest.mark.parametrize("member", ["registry", "at", "entries", "head", "series"])
def test_a_signed_payload_without_a_member_is_no_checkpoint(member: str) -> None:
    told = json.loads(CHECKPOINT.to_payload())
    del told[member]
    with pytest.raises(KeyTrouble):
        open_checkpoint(signed(json.dumps(told).encode()), RING)


def test_a_moment_beyond_the_calendar_is_no_checkpoint() -> None:
    told = {**json.loads(CHECKPOINT.to_payload()), "at": 10**15}
    with pytest.raises(KeyTrouble):
        open_checkpoint(signed(json.dumps(told).encode()), RING)


def test_a_checkpoint_without_letters_has_no_series() -> None:
    bare = replace(CHECKPOINT, series={})
    found = open_checkpoint(signed(bare.to_payload()), RING)
    assert found is not None
    assert found.checkpoint == bare
