"""Another passphrase for the private keys, because somebody knows the present one (A7)."""

from datetime import timedelta

import pytest

from suket_service import administering
from suket_service.administering.keys import LEAST_PASSPHRASE_CHARACTERS
from suket_service.core.keyring import Purpose
from suket_service.errors import FieldError, KeyTrouble
from suket_service.registry import audit, keys
from suket_service.registry.session import Registry
from suket_service.settings import LEAST_SECRET_CHARACTERS
from tests.builders import NOON, OFFICE, PASSPHRASE, TODAY

NEXT = "another passphrase of the tests"
SOON = NOON + timedelta(minutes=1)


def kid_by(registry: Registry, passphrase: str, purpose: Purpose = Purpose.SEAL) -> str:
    office = OFFICE.code if purpose is Purpose.SEAL else None
    with registry.reading() as tx:
        return keys.unlock(tx, purpose, office, TODAY, passphrase).key.kid


def test_every_key_opens_by_the_new_passphrase_alone(registry: Registry) -> None:
    before = [kid_by(registry, PASSPHRASE, purpose) for purpose in Purpose]
    assert administering.relock_keys(registry, PASSPHRASE, NEXT, SOON) == 2
    assert [kid_by(registry, NEXT, purpose) for purpose in Purpose] == before
    for purpose in Purpose:
        with pytest.raises(KeyTrouble):
            kid_by(registry, PASSPHRASE, purpose)


def test_keys_on_standby_and_retired_ones_are_locked_anew_too(registry: Registry) -> None:
    standby = administering.new_key(registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, SOON).key
    administering.relock_keys(registry, PASSPHRASE, NEXT, SOON)
    administering.activate_key(registry, standby.kid, SOON)
    assert kid_by(registry, NEXT) == standby.kid


def test_it_is_one_audit_entry_without_a_passphrase(registry: Registry) -> None:
    administering.relock_keys(registry, PASSPHRASE, NEXT, SOON)
    with registry.reading() as tx:
        entry = audit.stretch(tx, 0, 1_000)[-1]
    assert entry.action == "key.relock"
    assert not {PASSPHRASE, NEXT} & {entry.details, entry.subject}
    assert "passphrase of the tests" not in repr(entry)


@pytest.mark.parametrize(("present", "following"), [("not the passphrase at all", NEXT), (None, NEXT)])
def test_without_the_present_one_nothing_changes(
    registry: Registry, present: str | None, following: str
) -> None:
    with pytest.raises(KeyTrouble):
        administering.relock_keys(registry, present, following, SOON)
    assert kid_by(registry, PASSPHRASE)


def test_a_short_one_is_refused(registry: Registry) -> None:
    with pytest.raises(FieldError):
        administering.relock_keys(registry, PASSPHRASE, "x" * 19, SOON)
    assert kid_by(registry, PASSPHRASE)


def test_a_passphrase_that_relocks_is_one_that_the_settings_take() -> None:
    assert LEAST_PASSPHRASE_CHARACTERS == LEAST_SECRET_CHARACTERS
