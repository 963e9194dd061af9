"""Sessions: whose they are, how long they last, what a fresh code is good for; on either database."""

from datetime import datetime, timedelta

import pyotp
import pytest

from suket_service import administering
from suket_service.administering import CONSOLE, SITTING, Present
from suket_service.administering.signing_in import IDLE, LONGEST
from suket_service.core.credentials import recovery_hash
from suket_service.errors import NotAllowed
from suket_service.registry import audit, credentials, sessions
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE

PASSWORD = "empat kuda terbang jauh"
SECRET_KEY = "a secret of the tests alone, long enough"
SECOND = timedelta(seconds=1)


@pytest.fixture
def totp(registry: Registry) -> pyotp.TOTP:
    """The approver's codes."""
    ago = NOON - timedelta(hours=1)
    administering.set_password(registry, OFFICE.code, "kepala", PASSWORD, CONSOLE, ago)
    secret = administering.propose_totp(registry, OFFICE.code, "kepala").secret
    code = pyotp.TOTP(secret).at(ago)
    administering.enrol_totp(registry, OFFICE.code, "kepala", secret, code, SECRET_KEY, CONSOLE, ago)
    return pyotp.TOTP(secret)


@pytest.fixture
def token(registry: Registry, totp: pyotp.TOTP) -> str:
    """The approver's session, begun at noon."""
    token, _ = administering.sign_in(
        registry, "kepala", PASSWORD, totp.at(NOON), SECRET_KEY, "Chrome · Linux", NOON
    )
    return token


def present(registry: Registry, token: str, at: datetime = NOON, seen: datetime | None = None) -> Present:
    found = administering.who_is(registry, token, seen, at)
    assert found is not None
    return found


def test_a_session_is_found_by_its_token_alone(registry: Registry, token: str) -> None:
    assert present(registry, token).member.username == "kepala"
    assert administering.who_is(registry, token[:-1], None, NOON) is None
    assert administering.who_is(registry, administering.token_hash(token).hex(), None, NOON) is None


def test_nothing_stored_is_the_token(registry: Registry, token: str) -> None:
    with registry.reading() as tx:
        [session] = sessions.open_of(tx, "kepala")
    assert token.encode() not in session.token_hash
    assert "token_hash" not in repr(session)


@pytest.mark.parametrize(("unused_for", "lasts"), [(IDLE - SECOND, True), (IDLE, False)])
def test_it_ends_without_use(registry: Registry, token: str, unused_for: timedelta, lasts: bool) -> None:
    found = administering.who_is(registry, token, None, NOON + unused_for)
    assert (found is not None) is lasts


def test_the_browsers_word_keeps_it_alive_but_not_beyond_the_day(registry: Registry, token: str) -> None:
    late = NOON + timedelta(hours=11)
    assert administering.who_is(registry, token, late - SECOND, late) is not None
    over = NOON + timedelta(hours=12)
    assert administering.who_is(registry, token, over - SECOND, over) is None


def test_a_clock_set_back_ends_it(registry: Registry, token: str) -> None:
    assert administering.who_is(registry, token, None, NOON - SECOND) is None


def test_a_code_is_good_for_one_sitting(registry: Registry, token: str) -> None:
    signed = present(registry, token)
    assert signed.is_fresh(NOON + SITTING - SECOND)
    assert not signed.is_fresh(NOON + SITTING)
    assert not signed.is_fresh(NOON - SECOND)


def test_another_code_begins_another_sitting(registry: Registry, token: str, totp: pyotp.TOTP) -> None:
    later = NOON + SITTING
    administering.confirm(registry, present(registry, token), totp.at(later), SECRET_KEY, later)
    assert present(registry, token, later).is_fresh(later + SITTING - SECOND)


def test_a_code_that_was_spent_begins_none(registry: Registry, token: str, totp: pyotp.TOTP) -> None:
    with pytest.raises(NotAllowed):
        administering.confirm(registry, present(registry, token), totp.at(NOON), SECRET_KEY, NOON)


def test_whoever_has_no_codes_confirms_nothing(registry: Registry) -> None:
    administering.set_password(registry, OFFICE.code, "operator", PASSWORD, CONSOLE, NOON)
    token, _ = administering.sign_in(registry, "operator", PASSWORD, "", SECRET_KEY, "-", NOON)
    with pytest.raises(NotAllowed):
        administering.confirm(registry, present(registry, token), "", SECRET_KEY, NOON)


def test_a_password_shown_again_must_be_the_present_one(registry: Registry, token: str) -> None:
    administering.prove_again(registry, "kepala", SECRET_KEY, NOON, password=PASSWORD)
    with pytest.raises(NotAllowed):
        administering.prove_again(registry, "kepala", SECRET_KEY, NOON, password="salah sekali")


def test_ending_leaves_others_alone(registry: Registry, token: str, totp: pyotp.TOTP) -> None:
    later = NOON + timedelta(minutes=1)
    other, _ = administering.sign_in(registry, "kepala", PASSWORD, totp.at(later), SECRET_KEY, "-", later)
    administering.sign_out(registry, present(registry, other, later), later)
    assert administering.who_is(registry, other, None, later) is None
    assert administering.who_is(registry, token, None, later) is not None


def test_whose_an_ended_session_was_is_still_known(registry: Registry, token: str) -> None:
    administering.sign_out(registry, present(registry, token), NOON)
    assert administering.whose_was(registry, token) == "kepala"
    assert administering.whose_was(registry, "x") is None


def test_old_sessions_are_forgotten(registry: Registry, token: str, totp: pyotp.TOTP) -> None:
    later = NOON + timedelta(days=31)
    administering.sign_in(registry, "kepala", PASSWORD, totp.at(later), SECRET_KEY, "-", later)
    assert administering.whose_was(registry, token) is None


def test_what_was_searched_for_does_not_outlast_the_session(
    registry: Registry, token: str, totp: pyotp.TOTP
) -> None:
    administering.keep_search(registry, present(registry, token), "letters", {"q": "SUHARTINI"})
    later = NOON + LONGEST
    administering.sign_in(registry, "kepala", PASSWORD, totp.at(later), SECRET_KEY, "-", later)
    with registry.reading() as tx:
        assert sessions.searches(tx, administering.token_hash(token)) == {}


def test_recovery_codes_count_once_each_and_for_their_owner(registry: Registry, token: str) -> None:
    codes = administering.renew_recovery_codes(registry, present(registry, token), NOON)
    with registry.writing() as tx:
        hashed = recovery_hash(codes[0], "kepala")
        assert not credentials.take_recovery_code(tx, "operator", hashed, NOON)
        assert credentials.take_recovery_code(tx, "kepala", hashed, NOON)
        assert not credentials.take_recovery_code(tx, "kepala", hashed, NOON)
        assert credentials.recovery_codes_left(tx, "kepala") == len(codes) - 1


def test_new_recovery_codes_take_the_old_ones_place(registry: Registry, token: str) -> None:
    old = administering.renew_recovery_codes(registry, present(registry, token), NOON)
    administering.renew_recovery_codes(registry, present(registry, token), NOON)
    with registry.writing() as tx:
        assert not credentials.take_recovery_code(tx, "kepala", recovery_hash(old[0], "kepala"), NOON)


def test_the_audit_holds_no_token_and_no_code(registry: Registry, token: str) -> None:
    codes = administering.renew_recovery_codes(registry, present(registry, token), NOON)
    with registry.reading() as tx:
        told = str(tx.exec_driver_sql("SELECT actor, subject, details FROM audit").fetchall())
    assert token not in told
    assert not any(code in told for code in codes)


@pytest.fixture
def enrolling(registry: Registry) -> str:
    """A session of the operator, who signed in to choose a password and has just chosen it."""
    given = administering.reset_sign_in(registry, OFFICE.code, "operator", CONSOLE, NOON)
    token, _ = administering.sign_in(registry, "operator", given, "", SECRET_KEY, "-", NOON)
    keep = administering.token_hash(token)
    administering.set_password(registry, OFFICE.code, "operator", PASSWORD, "operator", NOON, keep)
    return token


def test_a_whole_session_takes_the_enrolling_ones_place(registry: Registry, enrolling: str) -> None:
    before = entries(registry)
    whole = administering.finish_enrolment(registry, present(registry, enrolling), "-", NOON)
    assert whole is not None
    assert present(registry, whole).session.complete
    assert administering.who_is(registry, enrolling, None, NOON) is None
    assert [entry.action for entry in entries(registry)[len(before) :]] == ["session.begin"]


def test_an_enrolling_session_lasts_when_no_other_can_begin(
    registry: Registry, enrolling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    mine = present(registry, enrolling)
    monkeypatch.setattr(sessions, "add", fails)
    with pytest.raises(ZeroDivisionError):
        administering.finish_enrolment(registry, mine, "-", NOON)
    assert administering.who_is(registry, enrolling, None, NOON) is not None


def entries(registry: Registry) -> list[audit.StoredEntry]:
    with registry.reading() as tx:
        return audit.stretch(tx, 0, 1000)


def test_demo_accounts_are_none_in_production(registry: Registry) -> None:
    assert administering.demo_accounts(registry, SECRET_KEY, NOON) == []
