"""Keys made, put to use, retired and revoked: one signs at a time, and what was signed keeps its worth."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from suket_service import administering
from suket_service.administering import KeyChange
from suket_service.core.keyring import KEY_ID_BYTES, Key, KeyState, Purpose
from suket_service.core.letter import Office
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS
from suket_service.errors import FieldError, KeyTrouble, NotFound
from suket_service.issuing import Sealing
from suket_service.registry import audit, keys
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, NEW_OFFICE, NOON, OFFICE, PASSPHRASE, TODAY, a_row, a_seal_key
from tests.conftest import IssueRows
from tests.registry.builders import raw

SOON = NOON + timedelta(minutes=1)
LATER = NOON + timedelta(hours=80)
SEAL, PUBLICATION = (Purpose.SEAL, OFFICE.code), (Purpose.PUBLICATION, None)
BOTH = pytest.mark.parametrize("what", [SEAL, PUBLICATION], ids=["seal", "publication"])
What = tuple[Purpose, str | None]


@pytest.fixture
def other_office(registry: Registry) -> Office:
    """Another office of the same registry, with a key of its own."""
    office = replace(OFFICE, code="2101", name="Disdukcapil Bintan", villages=("2101",))
    new_office = replace(NEW_OFFICE, office=office, staff=(), villages=())
    administering.add_office(registry, new_office, "production", PASSPHRASE, NOON)
    return office


def new(registry: Registry, what: What = SEAL, at: datetime = SOON) -> Key:
    return administering.new_key(registry, *what, PASSPHRASE, at).key


def first(registry: Registry, what: What = SEAL) -> Key:
    """The key that was made when the registry was."""
    return next(key for key in listed(registry) if (key.purpose, key.scope.office) == what)


def listed(registry: Registry) -> list[Key]:
    return administering.list_keys(registry)


def states(registry: Registry, what: What = SEAL) -> list[KeyState]:
    return [key.state for key in listed(registry) if (key.purpose, key.scope.office) == what]


def signer(registry: Registry, what: What = SEAL, on: date = TODAY) -> str:
    with registry.reading() as tx:
        return keys.unlock(tx, *what, on, PASSPHRASE).key.kid


def last_entry(registry: Registry) -> audit.StoredEntry:
    with registry.reading() as tx:
        return audit.stretch(tx, audit.head(tx).entries - 1, 1)[0]


def refused(step: Callable[..., object], *arguments: object) -> str:
    with pytest.raises((KeyTrouble, NotFound)) as trouble:
        step(*arguments)
    return trouble.value.code


# New


@BOTH
def test_a_new_key_waits_and_the_old_one_signs_on(registry: Registry, what: What) -> None:
    old, made = first(registry, what), new(registry, what)
    assert (made.state, made.purpose, made.scope.office) == (KeyState.STANDBY, *what)
    assert states(registry, what) == [KeyState.ACTIVE, KeyState.STANDBY]
    assert signer(registry, what) == old.kid


def test_a_new_key_has_the_scope_of_the_first(registry: Registry) -> None:
    assert new(registry).scope == first(registry).scope


def test_a_new_seal_key_signs_from_the_office_s_day_a_publication_key_from_utc_s(registry: Registry) -> None:
    evening = NOON.replace(hour=20)  # the next day already in the office's calendar
    assert new(registry, SEAL, evening).scope.signs_from == TODAY + timedelta(days=1)
    assert new(registry, PUBLICATION, evening).scope.signs_from == TODAY


def test_a_second_key_on_standby_is_refused(registry: Registry) -> None:
    new(registry)
    assert refused(new, registry) == "standby_exists"
    new(registry, PUBLICATION)


def test_each_office_has_a_standby_of_its_own(registry: Registry, other_office: Office) -> None:
    new(registry)
    assert new(registry, (Purpose.SEAL, other_office.code)).scope.villages == ("2101",)


def test_a_key_for_an_office_that_is_none_is_refused(registry: Registry) -> None:
    assert refused(new, registry, (Purpose.SEAL, "9999")) == "no_office"


@pytest.mark.parametrize(
    ("passphrase", "code"), [(None, "no_passphrase"), ("another passphrase than that", "key_locked")]
)
def test_a_key_is_made_only_with_the_passphrase_of_the_others(
    registry: Registry, passphrase: str | None, code: str
) -> None:
    assert refused(administering.new_key, registry, *SEAL, passphrase, NOON) == code
    assert states(registry) == [KeyState.ACTIVE]


# Activate


@BOTH
def test_activating_lets_the_new_key_sign_and_retires_the_old_one(registry: Registry, what: What) -> None:
    old, made = first(registry, what), new(registry, what)
    change = administering.activate_key(registry, made.kid, LATER)
    today = LATER.date()
    assert (change.key.kid, change.key.state) == (made.kid, KeyState.ACTIVE)
    assert [key.kid for key in change.retired] == [old.kid]
    assert states(registry, what) == [KeyState.RETIRED, KeyState.ACTIVE]
    assert [key.scope.signs_until for key in change.retired] == [today]
    assert signer(registry, what, today) == made.kid


def test_activating_leaves_other_offices_and_purposes_alone(registry: Registry, other_office: Office) -> None:
    administering.activate_key(registry, new(registry).kid, LATER)
    assert states(registry, (Purpose.SEAL, other_office.code)) == [KeyState.ACTIVE]
    assert states(registry, PUBLICATION) == [KeyState.ACTIVE]


@BOTH
def test_it_is_said_from_when_every_fresh_bundle_knows_the_key(registry: Registry, what: What) -> None:
    change = administering.activate_key(registry, new(registry, what).kid, LATER)
    assert change.known_from == SOON + DEFAULT_FRESHNESS


def test_a_key_is_activated_once(registry: Registry) -> None:
    made = new(registry)
    administering.activate_key(registry, made.kid, LATER)
    assert refused(administering.activate_key, registry, made.kid, LATER) == "key_not_standby"


@pytest.mark.parametrize("take_out", [administering.retire_key, administering.revoke_key])
def test_a_key_that_was_taken_out_does_not_come_back(
    registry: Registry, take_out: Callable[..., KeyChange]
) -> None:
    made = new(registry)
    reason = ("dicuri",) if take_out is administering.revoke_key else ()
    take_out(registry, made.kid, *reason, NOON)
    assert refused(administering.activate_key, registry, made.kid, LATER) == "key_not_standby"


def test_a_key_is_not_activated_before_its_first_day(registry: Registry) -> None:
    made = new(registry)
    assert refused(administering.activate_key, registry, made.kid, NOON - timedelta(days=1)) == "key_not_yet"
    assert states(registry) == [KeyState.ACTIVE, KeyState.STANDBY]


# Retire and revoke


def retire(registry: Registry, kid: str, at: datetime = LATER) -> KeyChange:
    return administering.retire_key(registry, kid, at)


def revoke(registry: Registry, kid: str, at: datetime = LATER) -> KeyChange:
    return administering.revoke_key(registry, kid, "laptop dicuri", at)


EITHER = pytest.mark.parametrize(
    ("take_out", "state"),
    [(retire, KeyState.RETIRED), (revoke, KeyState.REVOKED)],
    ids=["retire", "revoke"],
)
TakeOut = Callable[..., KeyChange]


@EITHER
@BOTH
def test_a_key_taken_out_signs_to_the_end_of_this_day_and_the_standby_takes_over(
    registry: Registry, what: What, take_out: TakeOut, state: KeyState
) -> None:
    old, made = first(registry, what), new(registry, what)
    change = take_out(registry, old.kid)
    assert (change.key.kid, change.key.state, change.key.scope.signs_until) == (old.kid, state, LATER.date())
    assert change.signer is not None
    assert (change.signer.kid, change.known_from) == (made.kid, SOON + DEFAULT_FRESHNESS)
    assert states(registry, what) == [state, KeyState.ACTIVE]
    assert signer(registry, what, LATER.date()) == made.kid


@EITHER
@BOTH
def test_without_a_standby_nobody_signs_until_there_is_a_new_key(
    registry: Registry, what: What, take_out: TakeOut, state: KeyState
) -> None:
    change = take_out(registry, first(registry, what).kid, NOON)
    assert (change.signer, change.known_from) == (None, None)
    assert refused(signer, registry, what) == "no_key"
    administering.activate_key(registry, new(registry, what).kid, NOON)
    assert states(registry, what) == [state, KeyState.ACTIVE]
    assert signer(registry, what)


@EITHER
def test_the_last_day_is_the_office_s(registry: Registry, take_out: TakeOut, state: KeyState) -> None:
    evening = NOON.replace(hour=20)
    change = take_out(registry, first(registry).kid, evening)
    assert change.key.scope.signs_until == TODAY + timedelta(days=1)


@EITHER
def test_taking_out_a_key_on_standby_leaves_the_active_one(
    registry: Registry, take_out: TakeOut, state: KeyState
) -> None:
    old, made = first(registry), new(registry)
    change = take_out(registry, made.kid)
    assert change.signer is not None
    assert (change.signer.kid, change.known_from) == (old.kid, None)
    assert states(registry) == [KeyState.ACTIVE, state]


def test_revoking_a_key_that_signs_no_more_puts_no_other_to_use(registry: Registry) -> None:
    old = first(registry)
    retire(registry, old.kid, NOON)
    new(registry)
    assert revoke(registry, old.kid).signer is None
    assert states(registry) == [KeyState.REVOKED, KeyState.STANDBY]


@EITHER
def test_where_another_key_still_signs_the_standby_waits_on(
    registry: Registry, take_out: TakeOut, state: KeyState
) -> None:
    old, second = first(registry), a_seal_key()
    with registry.writing() as tx:
        keys.store(tx, second, PASSPHRASE, NOON + timedelta(seconds=1))
    new(registry)
    change = take_out(registry, old.kid)
    assert change.signer is not None
    assert (change.signer.kid, change.known_from) == (second.key.kid, None)
    assert states(registry) == [state, KeyState.ACTIVE, KeyState.STANDBY]


def test_activating_retires_every_key_that_signed(registry: Registry) -> None:
    with registry.writing() as tx:
        keys.store(tx, a_seal_key(), PASSPHRASE, NOON + timedelta(seconds=1))
    assert len(administering.activate_key(registry, new(registry).kid, LATER).retired) == 2
    assert states(registry) == [KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE]


@EITHER
def test_another_office_s_standby_does_not_take_over(
    registry: Registry, other_office: Office, take_out: TakeOut, state: KeyState
) -> None:
    new(registry, (Purpose.SEAL, other_office.code))
    assert take_out(registry, first(registry).kid).signer is None


def test_a_retired_key_is_not_retired_again_but_may_still_be_revoked(registry: Registry) -> None:
    kid = first(registry).kid
    retire(registry, kid, NOON)
    assert refused(retire, registry, kid) == "key_not_in_use"
    change = revoke(registry, kid, LATER)
    assert (change.key.state, change.key.scope.signs_until) == (KeyState.REVOKED, TODAY)


def test_a_revoked_key_stays_revoked(registry: Registry) -> None:
    kid = first(registry).kid
    revoke(registry, kid)
    assert refused(revoke, registry, kid) == "key_not_in_use"
    assert refused(retire, registry, kid) == "key_not_in_use"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "missing"),
        (" ", "missing"),
        ("x" * 201, "too_long"),
        ("NIK 2172 0317 0895 0003", "names_someone"),
    ],
)
def test_a_revocation_takes_a_reason_that_holds_no_nik(registry: Registry, reason: str, code: str) -> None:
    with pytest.raises(FieldError) as trouble:
        administering.revoke_key(registry, first(registry).kid, reason, NOON)
    assert trouble.value.code == code
    assert states(registry) == [KeyState.ACTIVE]


# Naming a key


@pytest.mark.parametrize("length", [6, 12, 43])
def test_the_start_of_a_kid_names_a_key(registry: Registry, length: int) -> None:
    kid = first(registry).kid
    assert retire(registry, kid[:length]).key.kid == kid


@pytest.mark.parametrize("length", [0, 1, 5])
def test_five_characters_are_too_few(registry: Registry, length: int) -> None:
    assert refused(retire, registry, first(registry).kid[:length]) == "no_such_key"


@pytest.mark.parametrize("start", ["nothing", "______", "%%%%%%", "x" * 44])
def test_a_start_that_no_kid_has_names_none(registry: Registry, start: str) -> None:
    assert refused(retire, registry, start) == "no_such_key"


def test_the_fewest_characters_are_more_than_two_keys_can_share() -> None:
    # A ring refuses two keys with the same four bytes; a character of base64url holds six bits.
    assert keys.LEAST_KID_CHARACTERS * 6 > KEY_ID_BYTES * 8


# The audit


def test_each_step_leaves_one_entry_without_a_secret(registry: Registry) -> None:
    old, made = first(registry), new(registry)
    with registry.reading() as tx:
        before = audit.head(tx).entries
    steps: list[tuple[str, KeyChange]] = [
        ("key.activate", administering.activate_key(registry, made.kid, LATER)),
        ("key.new", administering.new_key(registry, *SEAL, PASSPHRASE, LATER)),
        ("key.revoke", revoke(registry, made.kid)),
        ("key.retire", retire(registry, listed(registry)[-1].kid)),
    ]
    with registry.reading() as tx:
        entries = audit.stretch(tx, before, 10)
    assert [(each.action, each.subject) for each in entries] == [(name, step.key.kid) for name, step in steps]
    assert {each.office for each in entries} == {OFFICE.code}
    assert old.kid in entries[0].details
    assert "laptop dicuri" in entries[2].details
    told = repr(entries)
    assert PASSPHRASE not in told
    assert "PRIVATE" not in told


def test_a_step_that_is_refused_leaves_no_entry(registry: Registry) -> None:
    before = last_entry(registry)
    refused(administering.activate_key, registry, first(registry).kid, NOON)
    refused(administering.new_key, registry, *SEAL, None, NOON)
    assert last_entry(registry) == before


# What may sign


def test_a_key_on_standby_signs_nothing(registry: Registry) -> None:
    old, made = first(registry), new(registry)
    retire(registry, old.kid, NOON)  # the standby takes over
    retire(registry, made.kid, NOON)
    new(registry)
    assert refused(signer, registry) == "no_key"


def test_a_key_on_standby_is_refused_where_letters_are_placed(registry: Registry) -> None:
    made = new(registry)
    with registry.reading() as tx:
        assert refused(keys.require_active, tx, made, OFFICE.code, TODAY) == "no_key"
        keys.require_active(tx, first(registry), OFFICE.code, TODAY)


@pytest.mark.parametrize("take_out", [retire, revoke])
def test_whoever_still_holds_an_unlocked_key_issues_nothing_after_it_was_taken_out(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: IssueRows,
    take_out: TakeOut,
) -> None:
    row = a_row()
    register(row)
    new(registry)
    take_out(registry, first(registry).kid, NOON)
    with pytest.raises(KeyTrouble) as trouble:
        issue_rows(row)
    assert trouble.value.code == "no_key"


def test_after_a_change_of_keys_letters_are_issued_by_the_new_one(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> None:
    row = a_row()
    register(row)
    administering.activate_key(registry, new(registry).kid, NOON)
    with registry.reading() as tx:
        sealing = Sealing(keys.unlock(tx, *SEAL, TODAY, PASSPHRASE), BASE_URL)
    [outcome] = issue_rows(row, sealing=sealing)
    assert outcome.status == "issued"


@pytest.mark.parametrize("environment", ["demo", "", "PRODUCTION"])
@BOTH
def test_a_key_of_another_environment_signs_nothing(registry: Registry, what: What, environment: str) -> None:
    key = first(registry, what)
    with raw(registry) as connection:
        connection.execute("UPDATE signing_key SET environment = ? WHERE kid = ?", (environment, key.kid))
    assert refused(signer, registry, what) == "key_environment"
    if what == SEAL:
        with registry.reading() as tx:
            assert refused(keys.require_active, tx, key, OFFICE.code, TODAY) == "key_environment"


def test_a_key_of_another_environment_beside_ours_stops_signing(registry: Registry) -> None:
    stray = a_seal_key(environment="demo")
    with registry.writing() as tx:
        keys.store(tx, stray, PASSPHRASE, NOON - timedelta(days=1))
    assert refused(signer, registry) == "key_environment"


def test_a_registry_that_was_made_another_environment_s_signs_nothing(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE registry SET environment = 'demo'")
    assert refused(signer, registry) == "key_environment"


def test_a_next_publication_key_of_another_environment_is_not_unlocked(registry: Registry) -> None:
    made = new(registry, PUBLICATION)
    with raw(registry) as connection:
        connection.execute("UPDATE signing_key SET environment = 'demo' WHERE kid = ?", (made.kid,))
    with registry.reading() as tx:
        assert refused(keys.unlock_next_publication, tx, TODAY, PASSPHRASE) == "key_environment"


def test_the_next_publication_key_is_unlocked_only_while_it_waits(registry: Registry) -> None:
    def waiting(passphrase: str | None = PASSPHRASE) -> str | None:
        with registry.reading() as tx:
            found = keys.unlock_next_publication(tx, TODAY, passphrase)
        return found.key.kid if found else None

    assert waiting() is None
    made = new(registry, PUBLICATION)
    assert waiting() == made.kid
    assert refused(waiting, None) == "no_passphrase"
    administering.activate_key(registry, made.kid, NOON)
    assert waiting() is None


def test_a_key_comes_out_of_the_registry_as_it_went_in(registry: Registry) -> None:
    made = new(registry)
    with registry.reading() as tx:
        assert keys.find(tx, made.kid) == made
        assert keys.made_at(tx, made) == SOON
    assert replace(made, state=KeyState.ACTIVE) == administering.activate_key(registry, made.kid, NOON).key


@pytest.mark.parametrize("step", [administering.retire_key, revoke])
def test_a_clock_that_is_behind_does_not_end_a_key_before_its_last_letter(
    registry: Registry, issued: LetterRecord, step: Callable[[Registry, str, datetime], KeyChange]
) -> None:
    change = step(registry, first(registry).kid, NOON - timedelta(days=7))
    assert change.key.scope.signs_until == issued.issued_on
