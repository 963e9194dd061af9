"""A device's proof is for one call by one key at about one time; what it shows of a letter takes having read it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from suket_service.core.device_proof import (
    CLOCK_TOLERANCE_SECONDS,
    MOST_PROOF_CHARACTERS,
    Call,
    DeviceKey,
    ProofRefused,
    check_proof,
    device_named_in,
    shown_proof,
)
from suket_service.errors import FieldError
from tests.builders import NOON
from tests.presenting.polls import Phone

DEVICE = "0123456789abcdef" * 2
CALL = Call("POST", "/api/v1/presentations", b'{"events":[]}')
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def phone() -> Phone:
    return Phone(id=DEVICE)


def code_of(run: Callable[[], object]) -> str:
    with pytest.raises(ProofRefused) as refused:
        run()
    assert DEVICE not in refused.value.text.id + refused.value.text.en + str(refused.value.args)
    return refused.value.code


def checked(phone: Phone, token: str, call: Call = CALL) -> str:
    return code_of(lambda: check_proof(token, phone.public, call, NOON))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_proof_holds_for_its_call(phone: Phone) -> None:
    token = phone.prove(CALL, NOON)
    assert device_named_in(token) == DEVICE
    check_proof(token, phone.public, CALL, NOON)


@pytest.mark.parametrize("seconds", [-CLOCK_TOLERANCE_SECONDS, 0, CLOCK_TOLERANCE_SECONDS])
def test_a_phones_clock_may_be_off_a_little(phone: Phone, seconds: int) -> None:
    token = phone.prove(CALL, NOON + timedelta(seconds=seconds))
    check_proof(token, phone.public, CALL, NOON)


@pytest.mark.parametrize("seconds", [-CLOCK_TOLERANCE_SECONDS - 1, CLOCK_TOLERANCE_SECONDS + 1])
def test_beyond_that_it_is_stale(phone: Phone, seconds: int) -> None:
    assert checked(phone, phone.prove(CALL, NOON + timedelta(seconds=seconds))) == "proof_stale"


@pytest.mark.parametrize("iat", [10**400, -(10**400)])
def test_a_time_too_large_for_any_clock_is_stale_and_no_failure(phone: Phone, iat: int) -> None:
    assert checked(phone, phone.prove(CALL, NOON, iat=iat)) == "proof_stale"


def test_both_forms_of_a_good_signature_count(phone: Phone) -> None:
    """WebCrypto makes either: ``s`` above n/2 is no forgery of a call."""
    head, body, signature = phone.prove(CALL, NOON).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    for form in (raw, other):
        check_proof(f"{head}.{body}.{b64(form)}", phone.public, CALL, NOON)


@pytest.mark.parametrize(
    "call",
    [
        Call("PUT", CALL.path, CALL.body),
        Call(CALL.method, "/api/v1/verifications", CALL.body),
        Call(CALL.method, CALL.path + "/", CALL.body),
        Call(CALL.method, CALL.path, CALL.body + b" "),
        Call(CALL.method, CALL.path, b""),
    ],
    ids=["method", "path", "slash", "body", "no body"],
)
def test_it_holds_for_no_other_call(phone: Phone, call: Call) -> None:
    assert checked(phone, phone.prove(CALL, NOON), call) == "proof_invalid"


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": None},
        {"iat": "0"},
        {"iat": True},
        {"iat": 1.5},
        {"iat": [0]},
        {"jti": None},
        {"jti": "x"},
        {"jti": "A" * 32},
        {"htm": "post"},
        {"htu": "https://suket.example.go.id/api/v1/presentations"},
        {"bh": ""},
        {"bh": None},
    ],
    ids=str,
)
def test_every_claim_must_be_there_and_right(phone: Phone, claims: dict[str, Any]) -> None:
    assert checked(phone, phone.prove(CALL, NOON, **claims)) == "proof_invalid"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "suket-checkpoint+jws"},
        {"kid": "x"},
        {"kid": DEVICE.upper()},
        {"kid": DEVICE + "0"},
        {"jku": "https://example.com"},
        {"crit": ["x"], "x": 1},
    ],
    ids=str,
)
def test_there_is_one_header(phone: Phone, header: dict[str, Any]) -> None:
    try:
        token = phone.prove(CALL, NOON, header)
    except Exception:  # noqa: BLE001 - the library makes no such token; so by hand
        head = {"alg": "ES256", "typ": "suket-device+jwt", "kid": DEVICE, **header}
        _, body, signature = phone.prove(CALL, NOON).split(".")
        token = f"{b64(json.dumps(head).encode())}.{body}.{signature}"
    assert code_of(lambda: device_named_in(token)) == "proof_invalid"
    assert checked(phone, token) == "proof_invalid"


def test_no_other_algorithm_counts(phone: Phone) -> None:
    _, body, _ = phone.prove(CALL, NOON).split(".")
    for alg in ("none", "HS256"):
        head = b64(json.dumps({"alg": alg, "typ": "suket-device+jwt", "kid": DEVICE}).encode())
        signature = b64(hmac.digest(phone.public.x, f"{head}.{body}".encode(), "sha256"))
        for token in (f"{head}.{body}.", f"{head}.{body}.{signature}"):
            assert checked(phone, token) == "proof_invalid"
    secret = OctKey.import_key(phone.public.x + phone.public.y)
    named = {"alg": "HS256", "typ": "suket-device+jwt", "kid": DEVICE}
    token = jws.serialize_compact(named, base64.urlsafe_b64decode(body + "=="), secret)
    assert checked(phone, token) == "proof_invalid"


def test_another_keys_proof_does_not_count(phone: Phone) -> None:
    assert checked(phone, Phone(id=DEVICE).prove(CALL, NOON)) == "proof_invalid"


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 1_000])
def test_a_signed_payload_of_another_shape_is_no_proof(phone: Phone, payload: bytes) -> None:
    head = {"alg": "ES256", "typ": "suket-device+jwt", "kid": DEVICE}
    assert checked(phone, jws.serialize_compact(head, payload, phone.key)) == "proof_invalid"


@given(st.text(max_size=300))
def test_no_other_text_is_a_proof(text: str) -> None:
    assert code_of(lambda: device_named_in(text)) == "proof_invalid"


def test_a_long_text_is_not_even_parsed(phone: Phone) -> None:
    token = phone.prove(CALL, NOON, more="x" * MOST_PROOF_CHARACTERS)
    assert checked(phone, token) == "proof_invalid"


@given(place=st.integers(min_value=0), letter=st.sampled_from("AZaz09-_."))
def test_no_character_of_a_proof_can_be_another(phone: Phone, place: int, letter: str) -> None:
    token = phone.prove(CALL, NOON)
    place %= len(token) - 1  # the last character of a signature bears unused bits
    if token[place] != letter:
        assert checked(phone, token[:place] + letter + token[place + 1 :]) == "proof_invalid"


class TestKeys:
    def test_the_confirmation_is_the_beginning_of_the_thumbprint(self) -> None:
        """The example key of RFC 7515 appendix A.3, whose thumbprint can be computed anywhere."""
        key = DeviceKey.of_jwk(
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        )
        members = (
            '{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
            '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'
        )
        assert key.thumbprint == hashlib.sha256(members.encode()).digest()
        bits = int.from_bytes(key.thumbprint[:5], "big")
        letters = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> shift) % 32] for shift in range(35, -1, -5)]
        assert key.confirmation == "".join(letters[:4]) + "-" + "".join(letters[4:])

    @pytest.mark.parametrize(
        "change",
        [
            lambda x, y: (y, x),
            lambda x, y: (x, x),
            lambda x, y: (x + "A", y),
            lambda x, y: (x[:-1], y),
            lambda x, y: (x + "=", y),
            lambda x, y: ("", ""),
            lambda x, y: ("A" * 43, "A" * 43),
            lambda x, y: ("é" * 43, y),
            lambda x, y: (x[:-1] + {"A": "B"}.get(x[-1], x[-1]) + "!", y),
        ],
    )
    def test_what_is_no_point_of_the_curve_is_no_key(
        self, phone: Phone, change: Callable[[str, str], tuple[str, str]]
    ) -> None:
        with pytest.raises(FieldError) as refused:
            DeviceKey.of_jwk(*change(phone.jwk["x"], phone.jwk["y"]))
        assert (refused.value.code, refused.value.problem.field) == ("key_unusable", "key")

    def test_coordinates_keep_their_leading_zeros(self) -> None:
        while True:
            held = ECKey.generate_key().as_dict(private=False)
            if base64.urlsafe_b64decode(str(held["x"]) + "=")[0] == 0:
                break
        assert len(DeviceKey.of_jwk(str(held["x"]), str(held["y"])).x) == 32


def test_a_letter_is_shown_with_its_whole_fingerprint_for_one_event_at_one_station() -> None:
    fingerprint, event = bytes(range(32)), "ab" * 16
    proof = shown_proof(fingerprint, event, 7)
    assert proof == hmac.digest(fingerprint, f"suket-shown-v1:{event}:7".encode(), "sha256")
    others = {
        shown_proof(fingerprint[:8], event, 7),
        shown_proof(fingerprint, "cd" * 16, 7),
        shown_proof(fingerprint, event, 8),
    }
    assert len(others - {proof}) == 3
