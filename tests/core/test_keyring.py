"""Public keys: the thumbprint is the name, and a ring is whole or refused."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose, Scope, b64url
from suket_service.errors import KeyTrouble
from tests.builders import a_publication_key, a_scope, a_seal_key
from tests.core.builders import rfc_key, signing_key, unb64url, vectors

KEY = rfc_key().key
JWK = KEY.to_jwk()


def trouble_with(jwk: Any) -> str | None:
    try:
        Key.from_jwk(jwk)
    except KeyTrouble as trouble:
        return trouble.code
    return None


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    # Section 3.2: members in this order, without white space.
    text = (
        '{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
        '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'
    )
    assert KEY.thumbprint == sha256(text.encode()).digest()
    assert KEY.kid == vectors("seal_v1.json")["kid"] == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
    assert KEY.key_id.hex() == "a0a232c2"


@pytest.mark.parametrize(
    ("raw", "text"), [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
)
def test_base64url_has_no_padding(raw: bytes, text: str) -> None:
    assert b64url(raw) == text


SCOPES = [
    a_scope(),
    a_scope(signs_until=date(2027, 12, 31)),
    a_scope(lists=frozenset({3, 1, 65_535}), villages=("2172", "1101010001")),
    Scope("demo", None, frozenset(), (), date(2018, 1, 1), None),
]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("state", KeyState)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_key_comes_back_from_its_jwk(purpose: Purpose, state: KeyState, scope: Scope) -> None:
    key = rfc_key(purpose, scope, state).key
    assert Key.from_jwk(json.loads(json.dumps(key.to_jwk()))) == key


def test_a_jwk_says_what_the_key_is_for() -> None:
    assert {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "alg": "ES256",
        "use": "sig",
        "kid": KEY.kid,
        "purpose": "seal",
        "state": "active",
        "environment": "production",
        "office": "2172",
        "lists": [1],
        "villages": ["2172"],
        "signs_from": "2018-01-01",
        "signs_until": None,
    } == JWK


@pytest.mark.parametrize("member", sorted(set(JWK) - {"alg", "use"}))
def test_a_jwk_without_a_member_is_refused(member: str) -> None:
    assert trouble_with({name: value for name, value in JWK.items() if name != member}) == "key_unreadable"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("kty", "RSA"),
        ("crv", "P-384"),
        ("crv", "secp256k1"),
        ("x", JWK["x"][:-4]),
        ("x", b64url(b"\x00" + unb64url(JWK["x"]))),
        ("x", "é" * 43),
        ("x", 1),
        ("y", ""),
        ("y", None),
        ("purpose", "both"),
        ("purpose", "SEAL"),
        ("state", "lost"),
        ("lists", None),
        ("lists", ["one"]),
        ("villages", None),
        ("signs_from", "01-01-2018"),
        ("signs_from", None),
        ("signs_until", "never"),
        ("kid", "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-V"),
        ("kid", JWK["kid"] + "="),
        ("kid", JWK["kid"][:6]),
        ("kid", None),
    ],
)
def test_a_jwk_with_another_member_is_refused(member: str, value: object) -> None:
    assert trouble_with({**JWK, member: value}) == "key_unreadable"


def test_the_coordinates_of_another_key_do_not_pass_under_this_kid() -> None:
    other = a_seal_key().key.to_jwk()
    assert trouble_with({**JWK, "x": other["x"], "y": other["y"]}) == "key_unreadable"


def test_what_stands_beside_the_coordinates_does_not_change_the_thumbprint() -> None:
    assert a_publication_key().key.kid != KEY.kid
    assert rfc_key(Purpose.PUBLICATION, a_scope(environment="demo"), KeyState.REVOKED).key.kid == KEY.kid


def off_the_curve() -> Key:
    return Key(KEY.x, KEY.y[:-1] + bytes([KEY.y[-1] ^ 1]), Purpose.SEAL, a_scope())


def test_a_point_off_the_curve_gives_no_public_key() -> None:
    with pytest.raises(KeyTrouble) as trouble:
        _ = off_the_curve().public_key
    assert trouble.value.code == "key_unreadable"


def test_a_point_off_the_curve_is_refused_when_it_is_read() -> None:
    assert trouble_with(off_the_curve().to_jwk()) == "key_unreadable"


# The ring


def test_a_ring_finds_by_id_and_by_kid() -> None:
    ours, others = a_seal_key().key, a_publication_key().key
    ring = KeyRing([ours, others])
    assert (ring.find(ours.key_id), ring.find(others.key_id)) == (ours, others)
    assert (ring.find_kid(ours.kid), ring.find_kid(others.kid)) == (ours, others)
    assert list(ring) == [ours, others]


@pytest.mark.parametrize("key_id", [b"", KEY.key_id[:3], KEY.key_id + b"\x00", KEY.thumbprint, b"\x00" * 4])
def test_a_ring_finds_nothing_by_another_id(key_id: bytes) -> None:
    assert KeyRing([KEY]).find(key_id) is None


@pytest.mark.parametrize("kid", ["", KEY.kid[:6], KEY.kid + "=", KEY.kid.upper()])
def test_a_ring_finds_nothing_by_another_kid(kid: str) -> None:
    assert KeyRing([KEY]).find_kid(kid) is None


def test_a_ring_refuses_two_keys_that_share_an_id() -> None:
    # The first two private numbers whose thumbprints start with the same four bytes.
    one, twin = (signing_key(number, Purpose.SEAL, a_scope()).key for number in (65_586, 67_871))
    assert (one.key_id, one.kid != twin.kid) == (twin.key_id, True)
    with pytest.raises(KeyTrouble) as trouble:
        KeyRing([KEY, one, twin])
    assert trouble.value.code == "key_id_taken"


def test_a_ring_refuses_the_same_key_twice() -> None:
    with pytest.raises(KeyTrouble):
        KeyRing([KEY, rfc_key(Purpose.PUBLICATION).key])


def test_a_ring_comes_back_from_its_key_set() -> None:
    ring = KeyRing([KEY, a_seal_key().key, a_publication_key().key])
    again = KeyRing.from_jwks(json.loads(json.dumps(ring.to_jwks())))
    assert list(again) == list(ring)


def test_an_empty_ring_is_a_ring() -> None:
    assert KeyRing().to_jwks() == {"keys": []}
    assert list(KeyRing.from_jwks({"keys": []})) == []


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": None},
        {"keys": {}},
        {"keys": "x"},
        {"keys": ["x"]},
        {"keys": [JWK, None]},
        {"keys": [JWK, {}]},
    ],
    ids=["none", "null", "object", "text", "text inside", "null inside", "empty inside"],
)
def test_a_set_with_one_unreadable_member_is_refused(jwks: dict[str, Any]) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        KeyRing.from_jwks(jwks)
    assert trouble.value.code == "key_unreadable"
