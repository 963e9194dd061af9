"""Passwords, one-time codes, and how long failures make one wait; the clock enters as an argument."""

import base64
import pickle
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import argon2
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core import credentials
from suket_service.core.credentials import (
    FREE_FAILURES,
    LONGEST_WAIT,
    MOST_PASSWORD_CHARACTERS,
    MustWait,
    check_password,
    enrolment_uri,
    hash_password,
    lock_secret,
    matching_step,
    minutes_to_wait,
    needs_rehash,
    new_secret,
    require_password,
    unlock_secret,
)
from suket_service.errors import FieldError, KeyTrouble
from tests.builders import NOON

PASSWORD = "empat kuda terbang jauh"
SECRET_KEY = "a secret key of the tests alone"
#: RFC 6238 appendix B: the secret, and the last six digits of its codes for SHA-1.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_password(PASSWORD)


class TestPasswords:
    def test_a_hash_is_argon2id_by_the_second_recommended_option_of_rfc_9106(self, hashed: str) -> None:
        found = argon2.extract_parameters(hashed)
        assert found.type is argon2.Type.ID
        assert (found.time_cost, found.parallelism, found.memory_cost) == (3, 4, 64 * 1024)
        assert PASSWORD not in hashed
        assert not needs_rehash(hashed)

    def test_one_password_has_another_hash_each_time(self, hashed: str) -> None:
        assert hash_password(PASSWORD) != hashed

    def test_a_hash_fits_the_schema(self, hashed: str) -> None:
        assert len(hashed) <= 200

    def test_the_password_is_the_right_one(self, hashed: str) -> None:
        assert check_password(hashed, PASSWORD)

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        "other", ["", "x", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "\udcff", PASSWORD * 10]
    )
    def test_another_is_not(self, hashed: str, other: str) -> None:
        assert not check_password(hashed, other)

    def test_no_password_is_right_where_there_is_no_hash(self) -> None:
        assert not check_password(None, PASSWORD)

    @pytest.mark.parametrize("damaged", ["", "garbage", "$argon2id$v=19$m=65536,t=3,p=4$x$y"])
    def test_no_password_is_right_for_a_damaged_hash(self, damaged: str) -> None:
        assert not check_password(damaged, PASSWORD)

    def test_what_is_longer_than_a_password_may_be_is_never_hashed(
        self, hashed: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = spy_on_hasher(monkeypatch)
        assert not check_password(hashed, "x" * 10_000_000)
        assert seen == [b""]

    def test_what_is_too_long_is_never_right(self) -> None:
        assert not check_password(hash_password(""), "x" * (MOST_PASSWORD_CHARACTERS + 1))

    def test_the_same_work_is_done_without_a_hash(self, hashed: str, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = spy_on_hasher(monkeypatch)
        check_password(hashed, "wrong")
        check_password(None, "wrong")
        assert seen == [b"wrong", b"wrong"]

    def test_two_ways_to_write_one_character_are_one(self) -> None:
        composed = unicodedata.normalize("NFC", "café Ångström à la carte")
        assert check_password(hash_password(unicodedata.normalize("NFD", composed)), composed)

    def test_a_hash_by_other_parameters_is_to_be_renewed(self) -> None:
        old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        assert check_password(old, PASSWORD)
        assert needs_rehash(old)


class TestPasswordRules:
    @pytest.mark.parametrize(
        "password",
        [
            PASSWORD,
            "kudaterbangx",  # twelve
            "x9-" * 4 + "Qw!7k",
            "8361957302846",  # of any composition
            "наша тайна здесь",
            "x" * 40 + PASSWORD + "y" * (MOST_PASSWORD_CHARACTERS - 40 - len(PASSWORD)),
            "rahasia dua kuda terbang",  # an obvious word with others
        ],
    )
    def test_a_password_of_any_composition_may_be(self, password: str) -> None:
        require_password(password, "kepala2")

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("", "password_too_short"),
            ("kudaterbang", "password_too_short"),
            ("x" * (MOST_PASSWORD_CHARACTERS + 1), "password_too_long"),
            ("x" * 10_000_000, "password_too_long"),
            ("empat kuda\x00terbang", "password_unprintable"),
            ("empat kuda terbang\udcff", "password_unprintable"),
            ("budi.santoso", "password_obvious"),
            ("Budi.Santoso2026", "password_obvious"),
            ("password1234", "password_obvious"),
            ("PasswordPassword", "password_obvious"),
            ("katasandi2019!", "password_obvious"),
            ("kata sandi 2019!", "password_obvious"),
            ("Disdukcapil123", "password_obvious"),
            ("qwertyuiop123", "password_obvious"),
            ("123456789012", "password_obvious"),
            ("aaaaaaaaaaaa", "password_obvious"),
            ("abababababababab", "password_obvious"),
            ("Indonesia Merdeka 1945", "password_obvious"),
        ],
    )
    def test_a_password_that_will_not_do_is_refused_by_its_reason(self, password: str, code: str) -> None:
        with pytest.raises(FieldError) as refusal:
            require_password(password, "budi.santoso")
        assert (refusal.value.problem.field, refusal.value.code) == ("password", code)
        assert not password or password not in refusal.value.text.id + refusal.value.text.en


class TestCodes:
    @pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
    def test_codes_are_those_of_rfc_6238(self, seconds: int, code: str) -> None:
        at = datetime.fromtimestamp(seconds, UTC)
        assert matching_step(RFC_SECRET, code, at, None) == seconds // 30

    @pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_a_code_counts_one_step_either_side(self, steps: int, counts: bool) -> None:
        at = datetime.fromtimestamp(1111111109, UTC)
        found = matching_step(RFC_SECRET, "081804", at + timedelta(seconds=30 * steps), None)
        assert found == (1111111109 // 30 if counts else None)

    @pytest.mark.parametrize(("later", "counts"), [(-1, True), (0, False), (1, False)])
    def test_a_code_counts_only_after_the_last_one(self, later: int, counts: bool) -> None:
        at, step = datetime.fromtimestamp(1111111109, UTC), 1111111109 // 30
        assert (matching_step(RFC_SECRET, "081804", at, step + later) == step) is counts

    @pytest.mark.parametrize("typed", ["081 804", " 081804\t"])
    def test_spaces_do_not_count(self, typed: str) -> None:
        assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(1111111109, UTC), None) is not None

    @pytest.mark.parametrize("typed", ["", "81804", "0081804", "081805", "٠٨١٨٠٤", "\udcff", "x" * 100_000])
    def test_nothing_else_is_a_code(self, typed: str) -> None:
        assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(1111111109, UTC), None) is None

    def test_of_two_steps_with_one_code_the_later_is_spent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pyotp.TOTP, "generate_otp", lambda self, step: "081804")
        at = datetime.fromtimestamp(1111111109, UTC)
        assert matching_step(RFC_SECRET, "081804", at, None) == 1111111109 // 30 + 1

    def test_a_secret_has_160_random_bits(self) -> None:
        assert len(pyotp.TOTP(new_secret()).byte_secret()) == 20
        assert new_secret() != new_secret()

    def test_an_authenticator_app_reads_issuer_user_and_secret(self) -> None:
        uri = urlsplit(enrolment_uri(RFC_SECRET, "kepala", "Disdukcapil Kota & Kab."))
        assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
        assert uri.path == "/Suket%20Disdukcapil%20Kota%20%26%20Kab.:kepala"
        found = parse_qs(uri.query)
        assert found["secret"] == [RFC_SECRET]
        assert found["issuer"] == ["Suket Disdukcapil Kota & Kab."]


class TestTheSecretAtRest:
    def test_it_comes_back(self) -> None:
        locked = lock_secret(RFC_SECRET, SECRET_KEY, "kepala")
        assert RFC_SECRET.encode() not in locked
        assert unlock_secret(locked, SECRET_KEY, "kepala") == RFC_SECRET

    @pytest.mark.parametrize(("key", "username"), [(SECRET_KEY + "x", "kepala"), (SECRET_KEY, "operator")])
    def test_it_opens_for_no_other_key_and_no_other_user(self, key: str, username: str) -> None:
        with pytest.raises(KeyTrouble) as trouble:
            unlock_secret(lock_secret(RFC_SECRET, SECRET_KEY, "kepala"), key, username)
        assert trouble.value.code == "secret_key_differs"

    @pytest.mark.parametrize("place", [0, 40, -1])
    def test_it_opens_no_more_once_altered(self, place: int) -> None:
        locked = bytearray(lock_secret(RFC_SECRET, SECRET_KEY, "kepala"))
        locked[place] ^= 4
        with pytest.raises(KeyTrouble):
            unlock_secret(bytes(locked), SECRET_KEY, "kepala")

    def test_it_tells_no_time(self) -> None:
        locked = lock_secret(RFC_SECRET, SECRET_KEY, "kepala")
        assert base64.urlsafe_b64decode(locked)[1:9] == bytes(8)


def failed(*minutes: float) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in minutes]


class TestWaiting:
    def test_four_failures_cost_nothing(self) -> None:
        assert minutes_to_wait(failed(0, 0, 0, 0), NOON) == 0

    def test_each_further_failure_costs_1_2_4_8_15_15_minutes(self) -> None:
        failures, at, waits = failed(0, 0, 0, 0), NOON, []
        for _ in range(6):
            failures.append(at)
            waits.append(minutes_to_wait(failures, at))
            at += timedelta(minutes=waits[-1])
            assert minutes_to_wait(failures, at - timedelta(seconds=1)) == 1
            assert minutes_to_wait(failures, at) == 0
        assert waits == [1, 2, 4, 8, 15, 15]

    @pytest.mark.parametrize(("span", "wait"), [(15, 1), (15.1, 0)])
    def test_five_failures_count_within_a_quarter_of_an_hour(self, span: float, wait: int) -> None:
        assert minutes_to_wait(failed(0, 1, 2, 3, span), NOON + timedelta(minutes=span)) == wait

    @pytest.mark.parametrize(("quiet", "wait"), [(15, 2), (15.1, 0)])
    def test_a_quiet_quarter_of_an_hour_after_the_wait_begins_anew(self, quiet: float, wait: int) -> None:
        again = 1 + quiet
        assert minutes_to_wait(failed(0, 0, 0, 0, 0, again), NOON + timedelta(minutes=again)) == wait

    def test_the_order_in_which_failures_were_written_does_not_matter(self) -> None:
        assert minutes_to_wait(failed(0, 0, 3, 0, 0, 0), NOON + timedelta(minutes=3)) == 2

    @given(
        st.lists(st.integers(0, 24 * 60 * 60), max_size=60),
        st.integers(0, 24 * 60 * 60),
    )
    def test_a_wait_is_at_most_a_quarter_of_an_hour_and_takes_five_failures(
        self, seconds: list[int], now: int
    ) -> None:
        at = NOON + timedelta(seconds=now)
        past = [NOON + timedelta(seconds=each) for each in seconds if each <= now]
        wait = minutes_to_wait(past, at)
        assert 0 <= wait <= LONGEST_WAIT // timedelta(minutes=1)
        assert wait == 0 or len(past) >= FREE_FAILURES

    def test_the_refusal_says_how_long_in_both_languages_and_crosses_processes(self) -> None:
        refusal = pickle.loads(pickle.dumps(MustWait(4)))
        assert (refusal.code, refusal.minutes) == ("wait", 4)
        assert "4 menit" in refusal.text.id
        assert "4 min" in refusal.text.en


def spy_on_hasher(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the real hasher is given to compute over, from now on."""
    seen: list[bytes] = []
    real = credentials._HASHER

    class Spy:
        def hash(self, password: bytes) -> str:
            seen.append(password)
            return real.hash(password)

        def verify(self, hash: str, password: bytes) -> bool:
            seen.append(password)
            return real.verify(hash, password)

    monkeypatch.setattr(credentials, "_HASHER", Spy())
    return seen
