"""Whom the desk believes is read anew as soon as that may have changed, and not before."""

from datetime import timedelta

import pytest

from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.core.verdict import Caution, Outcome
from suket_service.registry import audit, keys, letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.verifying import Desk
from tests.builders import HOST, NOON, OFFICE, PASSPHRASE, TODAY
from tests.registry.statements import statements


@pytest.fixture
def desk(registry: Registry) -> Desk:
    return Desk(registry, "production", HOST)


@pytest.fixture
def text(registry: Registry, issued: LetterRecord) -> str:
    with registry.reading() as tx:
        return letters.seal_text(tx, issued.id)


@pytest.fixture
def key(registry: Registry) -> Key:
    with registry.reading() as tx:
        return keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE).key


def note(registry: Registry, action: str) -> None:
    with registry.writing() as tx:
        audit.append(tx, NOON, "operator", action, "-")


def revoke(registry: Registry, key: Key) -> None:
    with registry.writing() as tx:
        keys.change_state(tx, key, KeyState.REVOKED, key.scope.signs_until)
        audit.append(tx, NOON, "admin", "key.revoke", key.kid)


def reads_keys(desk: Desk, text: str) -> bool:
    with statements() as asked:
        desk.check_text(text, NOON)
    return any("FROM signing_key" in each for each in asked)


def test_a_revoked_key_is_known_at_the_next_check(
    registry: Registry, desk: Desk, text: str, key: Key
) -> None:
    before = desk.check_text(text, NOON).verdict
    revoke(registry, key)
    after = desk.check_text(text, NOON).verdict
    assert (before.outcome, before.cautions) == (Outcome.VALID, ())
    assert (after.outcome, after.cautions) == (Outcome.VALID, (Caution.KEY_REVOKED,))


def test_nothing_is_read_anew_while_nothing_happens(desk: Desk, text: str) -> None:
    assert reads_keys(desk, text)
    assert not reads_keys(desk, text)


@pytest.mark.parametrize("action", audit.CHANGES_NO_TRUST)
def test_the_doings_of_an_election_day_change_no_key(
    registry: Registry, desk: Desk, text: str, action: str
) -> None:
    reads_keys(desk, text)
    note(registry, action)
    assert not reads_keys(desk, text)
    assert not reads_keys(desk, text)


@pytest.mark.parametrize("action", ["letter.issue", "window.open", "an action of a later version"])
def test_whatever_else_happens_may_change_one(registry: Registry, desk: Desk, text: str, action: str) -> None:
    reads_keys(desk, text)
    note(registry, action)
    assert reads_keys(desk, text)


def test_a_revocation_is_not_overlooked_among_an_election_days_doings(
    registry: Registry, desk: Desk, text: str, key: Key
) -> None:
    desk.check_text(text, NOON)
    note(registry, "presentations.receive")
    desk.check_text(text, NOON)
    note(registry, "device.check")
    revoke(registry, key)
    note(registry, "device.check")
    assert desk.check_text(text, NOON).verdict.cautions == (Caution.KEY_REVOKED,)


def test_another_chain_is_another_registry(registry: Registry, desk: Desk, text: str) -> None:
    reads_keys(desk, text)
    held_at, trust = desk._held
    assert held_at is not None
    # As after a restore: as many entries, of which the last is another.
    desk._held = audit.ChainHead(held_at.entries, bytes(32)), trust
    note(registry, "device.check")
    assert reads_keys(desk, text)


def test_a_check_tells_of_its_own_moment(desk: Desk, text: str) -> None:
    for later in (timedelta(), timedelta(minutes=1)):
        verdict = desk.check_text(text, NOON + later).verdict
        assert (verdict.checked_at, verdict.data_as_of) == (NOON + later, NOON + later)
