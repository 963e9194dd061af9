"""Signing keys at rest: public halves in the ring, private halves never in the clear."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from suket_service.core.keyring import KeyState, Purpose
from suket_service.errors import KeyTrouble
from suket_service.registry import keys, status
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, PASSPHRASE, TODAY, a_seal_key
from tests.registry.builders import raw


def unlock(registry: Registry, **changes: object) -> object:
    arguments: dict[str, object] = {"office": OFFICE.code, "on": TODAY, "passphrase": PASSPHRASE, **changes}
    with registry.reading() as tx:
        return keys.unlock(tx, Purpose.SEAL, **arguments)  # type: ignore[arg-type]


def everything_in(registry: Registry) -> bytes:
    """Every value of every table, as bytes."""
    with raw(registry) as connection:
        cells = [
            cell
            for table in Base.metadata.tables
            for row in connection.execute(f"SELECT * FROM {table}").fetchall()
            for cell in row
        ]
    return b"\0".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)


def test_no_private_half_is_in_the_clear(registry: Registry) -> None:
    with raw(registry) as connection:
        locked = [pem for (pem,) in connection.execute("SELECT locked FROM signing_key").fetchall()]
    stored = everything_in(registry)
    assert len(locked) == 2
    for pem in locked:
        private = serialization.load_pem_private_key(pem, PASSPHRASE.encode())
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        scalar = private.private_numbers().private_value
        assert scalar.to_bytes(32, "big") not in stored
        assert str(scalar).encode() not in stored
        assert f"{scalar:x}".encode() not in stored
    assert stored.count(b"-----BEGIN") == stored.count(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") == 2
    assert PASSPHRASE.encode() not in stored


def test_another_passphrase_opens_nothing(registry: Registry) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        unlock(registry, passphrase="another passphrase")
    assert trouble.value.code == "key_locked"


def test_without_a_passphrase_a_process_signs_nothing(registry: Registry) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        unlock(registry, passphrase=None)
    assert trouble.value.code == "no_passphrase"


@pytest.mark.parametrize(
    "changes",
    [{"office": "2101"}, {"office": None}, {"on": TODAY - timedelta(days=1)}],
    ids=["another office", "no office", "before its first day"],
)
def test_no_key_serves(registry: Registry, changes: dict[str, object]) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        unlock(registry, **changes)
    assert trouble.value.code == "no_key"


def test_the_newest_key_is_unlocked(registry: Registry) -> None:
    newer = a_seal_key()
    with registry.writing() as tx:
        keys.store(tx, newer, PASSPHRASE, NOON + timedelta(seconds=1))
        assert keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE).key.kid == newer.key.kid


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.REVOKED])
def test_a_key_that_is_not_active_signs_nothing_and_stays_in_the_ring(
    registry: Registry, state: KeyState
) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE signing_key SET state = ? WHERE purpose = 'seal'", (state.value,))
    with pytest.raises(KeyTrouble):
        unlock(registry)
    with registry.reading() as tx:
        assert [key.state for key in keys.ring(tx) if key.purpose is Purpose.SEAL] == [state]


def test_a_seal_key_signs_for_every_list_of_its_office(registry: Registry) -> None:
    with registry.writing() as tx:
        status.open_list(tx, OFFICE.code)
        lists = {key.purpose: key.scope.lists for key in keys.ring(tx)}
    assert lists == {Purpose.SEAL: {1, 2, 3}, Purpose.PUBLICATION: frozenset()}
