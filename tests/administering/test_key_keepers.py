"""Who keeps which key: the console every one, an administrator their own office's, and nobody else any."""

from collections.abc import Callable

import pytest

from suket_service import administering
from suket_service.administering import CONSOLE, KeyChange
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.errors import NotAllowed, NotFound
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.administering.test_kinds import NOT_ADMINS, entries
from tests.builders import NOON, OFFICE, PASSPHRASE

Step = Callable[[Registry, Key, str], KeyChange]
STEPS: dict[str, Step] = {
    "retire": lambda registry, key, by: administering.retire_key(registry, key.kid, NOON, by),
    "revoke": lambda registry, key, by: administering.revoke_key(registry, key.kid, "Hilang", NOON, by),
    "activate": lambda registry, key, by: administering.activate_key(registry, key.kid, NOON, by),
}
each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
BOTH = pytest.mark.parametrize(
    ("purpose", "office"),
    [(Purpose.SEAL, OFFICE.code), (Purpose.PUBLICATION, None)],
    ids=["seal", "publication"],
)


def make(registry: Registry, purpose: Purpose, office: str | None, by: str) -> Key:
    return administering.new_key(registry, purpose, office, PASSPHRASE, NOON, by).key


def own(registry: Registry, purpose: Purpose, state: KeyState = KeyState.ACTIVE) -> Key:
    held = administering.list_keys_of(registry, OFFICE.code)
    return next(key for key in held if (key.purpose, key.state) == (purpose, state))


@BOTH
def test_an_administrator_keeps_both_keys_of_a_lone_office(
    registry: Registry, purpose: Purpose, office: str | None
) -> None:
    made = make(registry, purpose, office, "admin")
    assert administering.activate_key(registry, made.kid, NOON, "admin").signer == own(registry, purpose)
    administering.revoke_key(registry, made.kid, "Hilang", NOON, "admin")
    assert [(actor, action) for actor, action, *_ in entries(registry)[-3:]] == [
        ("admin", "key.new"),
        ("admin", "key.activate"),
        ("admin", "key.revoke"),
    ]


@pytest.mark.parametrize("by", NOT_ADMINS)
@BOTH
def test_nobody_else_keeps_any(registry: Registry, purpose: Purpose, office: str | None, by: str) -> None:
    before = (administering.list_keys(registry), entries(registry))
    with pytest.raises(NotAllowed):
        make(registry, purpose, office, by)
    for step in (STEPS["retire"], STEPS["revoke"]):
        with pytest.raises(NotAllowed):
            step(registry, own(registry, purpose), by)
    assert (administering.list_keys(registry), entries(registry)) == before


@each_step
def test_another_offices_key_is_not_found(registry: Registry, step: Step) -> None:
    another_office(registry)
    with pytest.raises(NotFound):
        step(registry, own(registry, Purpose.SEAL), "lain")
    with pytest.raises(NotAllowed):
        make(registry, Purpose.SEAL, OFFICE.code, "lain")


@each_step
def test_a_publication_key_that_several_offices_share_is_the_consoles_alone(
    registry: Registry, step: Step
) -> None:
    another_office(registry)
    with pytest.raises(NotAllowed) as refused:
        make(registry, Purpose.PUBLICATION, None, "admin")
    assert refused.value.code == "key_of_all"
    waiting = make(registry, Purpose.PUBLICATION, None, CONSOLE)
    with pytest.raises(NotAllowed) as again:
        step(registry, waiting, "admin")
    assert again.value.code == "key_of_all"
    assert step(registry, waiting, CONSOLE).key.kid == waiting.kid


def test_an_office_sees_its_own_keys_and_the_shared_one(registry: Registry) -> None:
    other = another_office(registry)
    for office in (OFFICE.code, other.code):
        held = administering.list_keys_of(registry, office)
        assert {key.scope.office for key in held} == {office, None}
