"""ES256 against published vectors and by its edges; JWS; keys under a passphrase."""

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from itsdangerous import BadSignature
from joserfc import jws
from joserfc.jwk import ECKey

from suket_service.core.keyring import Key, KeyState, Purpose, b64url
from suket_service.core.signing import (
    MOST_PUBLICATION_BYTES,
    Es256,
    SealSigner,
    SigningKey,
    check_raw,
    check_seal,
    compact_forms,
    open_publication,
    sign_raw,
    unsigned_header,
)
from suket_service.errors import KeyTrouble
from tests.builders import PASSPHRASE, a_publication_key, a_scope, a_seal_key
from tests.core.builders import rfc_key, signing_key, unb64url

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G_X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
TYP = "suket-trust-bundle+jws"


def public_key(x: int, y: int) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def code_of(trouble: pytest.ExceptionInfo[KeyTrouble]) -> str:
    assert trouble.value.__cause__ is None
    return trouble.value.code


# Published vectors


def nist_cases() -> Iterator[Any]:
    path = "asymmetric/ECDSA/FIPS_186-3/SigVer.rsp"
    with cryptography_vectors.open_vector_file(path, "r") as file:
        section = file.read().partition("[P-256,SHA-256]")[2].partition("[P-")[0]
    for number, block in enumerate(section.strip().split("\n\n")):
        case = dict(re.findall(r"^(\w+) = (.*)$", block, re.MULTILINE))
        numbers = {member: int(case[member], 16) for member in ("Qx", "Qy", "R", "S")}
        passes = case["Result"].startswith("P")
        yield pytest.param(bytes.fromhex(case["Msg"]), numbers, passes, id=f"{number}-{case['Result'][0]}")


NIST = list(nist_cases())


@pytest.mark.parametrize(("message", "numbers", "passes"), NIST)
def test_checking_agrees_with_nist_but_for_high_s(
    message: bytes, numbers: dict[str, int], passes: bool
) -> None:
    key = public_key(numbers["Qx"], numbers["Qy"])
    r, s = numbers["R"], numbers["S"]
    assert check_raw(key, message, raw(r, s)) == (passes and s <= N // 2)
    # Of a signature that NIST passes, exactly one of the two forms is ours.
    assert check_raw(key, message, raw(r, min(s, N - s))) == passes


def test_nist_has_cases_that_pass_and_cases_that_fail() -> None:
    results = [case.values[2] for case in NIST]
    assert (len(results), set(results)) == (15, {True, False})


@pytest.mark.parametrize(
    ("message", "r", "s"),
    [
        (
            b"sample",
            0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
            0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
        ),
        (
            b"test",
            0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
            0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
        ),
    ],
)
def test_signing_is_rfc_6979_a_2_5_with_low_s(message: bytes, r: int, s: int) -> None:
    private = ec.derive_private_key(
        0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1()
    )
    assert sign_raw(private, message) == raw(r, min(s, N - s))


# The one accepted form


def key_that_signs(message: bytes, s: int) -> ec.EllipticCurvePublicKey:
    """A key under which (x of the base point, ``s``) is a mathematically true signature: nonce 1."""
    z = int.from_bytes(sha256(message).digest(), "big")
    private = (s - z) * pow(G_X, -1, N) % N
    return ec.derive_private_key(private, ec.SECP256R1()).public_key()


@pytest.mark.parametrize("s", [1, 2, N // 2 - 1, N // 2])
def test_s_from_one_to_half_the_order_holds(s: int) -> None:
    assert check_raw(key_that_signs(b"m", s), b"m", raw(G_X, s))


@pytest.mark.parametrize("s", [N // 2 + 1, N - 2, N - 1])
def test_a_true_signature_with_s_above_half_the_order_is_refused(s: int) -> None:
    key = key_that_signs(b"m", s)
    assert check_raw(key, b"m", raw(G_X, N - s)), "the low twin is the accepted form"
    assert not check_raw(key, b"m", raw(G_X, s))


@pytest.mark.parametrize("wrong", [0, N, N + 1, 2**256 - 1])
def test_r_and_s_outside_the_order_are_refused(wrong: int) -> None:
    key = key_that_signs(b"m", 1)
    assert check_raw(key, b"m", raw(G_X, 1))
    assert not check_raw(key, b"m", raw(wrong, 1))
    assert not check_raw(key, b"m", raw(G_X, wrong))


def test_s_plus_the_order_is_no_second_form() -> None:
    assert not check_raw(key_that_signs(b"m", 1), b"m", raw(G_X, 1 + N))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_a_signature_has_64_bytes(length: int) -> None:
    key = key_that_signs(b"m", 1)
    assert not check_raw(key, b"m", (raw(G_X, 1) * 2)[:length])


def test_a_der_signature_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    assert not check_raw(private.public_key(), b"m", private.sign(b"m", ec.ECDSA(hashes.SHA256())))


# itsdangerous underneath


def test_a_seal_is_signed_over_domain_zero_body() -> None:
    key = rfc_key()
    sealed = key.seal(b"body")
    assert sealed[:-64] == b"body"
    assert check_raw(key.key.public_key, b"suket-seal-v1\x00body", sealed[-64:])
    assert not check_raw(key.key.public_key, b"body", sealed[-64:])
    assert check_seal(key.key, b"body", sealed[-64:])
    assert not check_seal(key.key, b"bodx", sealed[-64:])


def test_a_seal_signer_takes_text_as_utf_8() -> None:
    signer = SealSigner(rfc_key()._private_key)
    assert signer.sign("é") == signer.sign("é".encode())


def test_the_algorithm_checks_what_it_signed() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signature = Es256().get_signature(der, b"m")
    assert Es256().verify_signature(spki, b"m", signature)
    assert not Es256().verify_signature(spki, b"n", signature)


def test_the_algorithm_takes_no_other_kind_of_key() -> None:
    other = ed25519.Ed25519PrivateKey.generate()
    der = other.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    spki = other.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(KeyTrouble) as trouble:
        Es256().get_signature(der, b"m")
    assert code_of(trouble) == "key_mismatch"
    assert not Es256().verify_signature(spki, b"m", bytes(64))


# JWS


def test_a_publication_opens_with_its_key_and_type() -> None:
    publisher = a_publication_key()
    token = publisher.publish(TYP, b'{"a":1}')
    assert open_publication(token, TYP, publisher.key) == {"a": 1}
    assert open_publication(token.encode(), TYP, publisher.key) == {"a": 1}
    assert unsigned_header(token) == {"alg": "ES256", "typ": TYP, "kid": publisher.key.kid}


def test_the_example_of_rfc_7515_a_3_is_signed_by_the_same_algorithm() -> None:
    header, payload = (
        "eyJhbGciOiJFUzI1NiJ9",
        ("eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"),
    )
    signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    r, s = (int.from_bytes(half, "big") for half in (unb64url(signature)[:32], unb64url(signature)[32:]))
    key = rfc_key().key.public_key
    assert check_raw(key, f"{header}.{payload}".encode(), raw(r, min(s, N - s)))


def test_a_seal_key_does_not_publish() -> None:
    with pytest.raises(KeyTrouble) as trouble:
        a_seal_key().publish(TYP, b"{}")
    assert code_of(trouble) == "key_purpose"


def test_a_publication_key_does_not_seal() -> None:
    with pytest.raises(KeyTrouble) as trouble:
        a_publication_key().seal(b"body")
    assert code_of(trouble) == "key_purpose"


def test_what_a_seal_key_signed_is_no_publication() -> None:
    forger = signing_key(7, Purpose.PUBLICATION, a_scope())
    token = forger.publish(TYP, b"{}")
    same_key_for_seals = signing_key(7, Purpose.SEAL, a_scope()).key
    with pytest.raises(KeyTrouble) as trouble:
        open_publication(token, TYP, same_key_for_seals)
    assert code_of(trouble) == "not_a_publication"


def encoded(header: dict[str, Any], payload: bytes = b"{}", signature: bytes = b"") -> str:
    return ".".join((b64url(json.dumps(header).encode()), b64url(payload), b64url(signature)))


def jws_by_hand(key: SigningKey, header: dict[str, Any], payload: bytes = b"{}") -> str:
    """A token whose signature is true, whatever its header says."""
    unsigned = encoded(header, payload).rpartition(".")[0]
    r, s = decode_dss_signature(key._private_key.sign(unsigned.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{unsigned}.{b64url(raw(r, s))}"


PUBLISHER = rfc_key(Purpose.PUBLICATION)
TOKEN = PUBLISHER.publish(TYP, b'{"a":1}')
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")
REFUSED = {
    "empty": "",
    "no token": "not a token",
    "two parts": f"{HEADER}.{PAYLOAD}",
    "four parts": f"{TOKEN}.{SIGNATURE}",
    "five parts": f"{TOKEN}.a.b",
    "no signature": f"{HEADER}.{PAYLOAD}.",
    "signature cut short": TOKEN[:-2],
    "altered payload": ".".join((HEADER, b64url(b'{"a":2}'), SIGNATURE)),
    "altered header": ".".join((b64url(b'{"alg":"ES256","typ":"x"}'), PAYLOAD, SIGNATURE)),
    "line feed inside": f"{HEADER}.\n{PAYLOAD}.{SIGNATURE}",
    "not ASCII": TOKEN + "é",
    "lone surrogate": TOKEN + "\ud800",
    "JSON serialisation": json.dumps({"protected": HEADER, "payload": PAYLOAD, "signature": SIGNATURE}),
    "alg none": encoded({"alg": "none", "typ": TYP}),
    "alg none, true signature": jws_by_hand(PUBLISHER, {"alg": "none", "typ": TYP}),
    "alg ES384": jws_by_hand(PUBLISHER, {"alg": "ES384", "typ": TYP}),
    "alg HS256": jws_by_hand(PUBLISHER, {"alg": "HS256", "typ": TYP}),
    "no alg": jws_by_hand(PUBLISHER, {"typ": TYP}),
    "no typ": jws_by_hand(PUBLISHER, {"alg": "ES256"}),
    "typ of a checkpoint": jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": "suket-checkpoint+jws"}),
    "typ in capitals": jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": TYP.upper()}),
    "unknown critical header": jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": TYP, "crit": ["x"], "x": 1}),
    "payload no JSON": jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": TYP}, b"\xff{"),
    "payload no object": jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": TYP}, b"[1]"),
    "another key": a_publication_key().publish(TYP, b"{}"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_anything_else_is_no_publication(title: str) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        open_publication(REFUSED[title], TYP, PUBLISHER.key)
    assert code_of(trouble) == "not_a_publication"


def test_a_token_by_hand_opens_when_its_header_is_right() -> None:
    token = jws_by_hand(PUBLISHER, {"alg": "ES256", "typ": TYP}, b'{"a":1}')
    assert open_publication(token, TYP, PUBLISHER.key) == {"a": 1}


def test_a_key_in_the_header_is_not_listened_to() -> None:
    mallory = a_publication_key()
    header = {"alg": "ES256", "typ": TYP, "kid": PUBLISHER.key.kid, "jwk": mallory.key.to_jwk()}
    with pytest.raises(KeyTrouble) as trouble:
        open_publication(jws_by_hand(mallory, header), TYP, PUBLISHER.key)
    assert code_of(trouble) == "not_a_publication"


def test_every_character_of_a_token_matters() -> None:
    last = len(TOKEN) - 1  # whose low bits base64 leaves unused
    for position in range(last):
        other = "A" if TOKEN[position] != "A" else "B"
        with pytest.raises(KeyTrouble):
            open_publication(TOKEN[:position] + other + TOKEN[position + 1 :], TYP, PUBLISHER.key)


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "!.!.!", b"\xff.\xff.\xff", "e30", "W10.e30.AA", "bnVsbA.e30.AA"]
)
def test_a_header_that_cannot_be_read_is_no_publication(token: str | bytes) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        unsigned_header(token)
    assert code_of(trouble) == "not_a_publication"


# JWS with several signatures

NEXT = signing_key(21, Purpose.PUBLICATION, a_scope(), KeyState.STANDBY)
JOINT = PUBLISHER.publish_with([NEXT], TYP, b'{"a":1}')
PARTS = json.loads(JOINT)


def test_two_keys_sign_one_payload_in_the_general_json_form_of_rfc_7515() -> None:
    assert set(PARTS) == {"payload", "signatures"}
    assert unb64url(PARTS["payload"]) == b'{"a":1}'
    headers = [json.loads(unb64url(each["protected"])) for each in PARTS["signatures"]]
    assert headers == [{"alg": "ES256", "typ": TYP, "kid": each.key.kid} for each in (PUBLISHER, NEXT)]


def test_another_reader_of_the_general_form_finds_both_signatures_good() -> None:
    keys = {each.key.kid: ECKey.import_key(each.key.public_key) for each in (PUBLISHER, NEXT)}
    opened = jws.deserialize_json(PARTS, lambda member: keys[member.headers()["kid"]], algorithms=["ES256"])
    assert opened.payload == b'{"a":1}'


def test_each_signature_is_a_compact_publication_of_its_own() -> None:
    forms = compact_forms(JOINT)
    assert compact_forms(JOINT.encode()) == forms
    opened = [
        open_publication(form, TYP, each.key) for form, each in zip(forms, (PUBLISHER, NEXT), strict=True)
    ]
    assert opened == [{"a": 1}, {"a": 1}]
    with pytest.raises(KeyTrouble):
        open_publication(forms[1], TYP, PUBLISHER.key)


def test_with_nobody_else_a_publication_is_compact() -> None:
    alone = PUBLISHER.publish_with([], TYP, b'{"a":1}')
    assert open_publication(alone, TYP, PUBLISHER.key) == {"a": 1}
    assert compact_forms(alone) == (alone,)


@pytest.mark.parametrize("sealer", [0, 1], ids=["first", "second"])
def test_a_seal_key_signs_no_publication_with_others(sealer: int) -> None:
    pair = [PUBLISHER, NEXT]
    pair[sealer] = a_seal_key()
    with pytest.raises(KeyTrouble) as trouble:
        pair[0].publish_with(pair[1:], TYP, b"{}")
    assert code_of(trouble) == "key_purpose"


def joint(**changes: Any) -> str:
    return json.dumps({**PARTS, **changes}, separators=(",", ":"))


ONE, TWO = PARTS["signatures"]


def with_spare_bits(signature: str) -> str:
    """Another text of the same bytes: the last character's low four bits mean nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]


NOT_GENERAL = {
    "no member": "{}",
    "no payload": json.dumps({"signatures": [ONE, TWO]}),
    "no signatures": joint(signatures=[]),
    "signatures of another shape": joint(signatures={"0": ONE}),
    "one signature": joint(signatures=[ONE]),
    "five signatures": joint(signatures=[ONE] * 5),
    "a signature that is null": joint(signatures=[ONE, None]),
    "a signature without a header": joint(signatures=[ONE, {"signature": TWO["signature"]}]),
    "an unsigned header": joint(signatures=[ONE, {**TWO, "header": {"kid": "x"}}]),
    "an unknown member": joint(more=1),
    "an unknown member in a signature": joint(signatures=[ONE, {**TWO, "more": 1}]),
    "a member twice": JOINT.replace('{"payload"', '{"payload":"e30","payload"', 1),
    "a signature twice in one": JOINT.replace('"signature":', '"signature":"AA","signature":', 1),
    "spaces": json.dumps(PARTS),
    "another order": json.dumps(dict(reversed(PARTS.items())), separators=(",", ":")),
    "escaped letters": JOINT.replace("payload", "p\\u0061yload"),
    "the flattened form": json.dumps({"payload": PARTS["payload"], **ONE}, separators=(",", ":")),
    "a payload that is a number": joint(payload=1),
    "a payload that is a list": joint(payload=[PARTS["payload"]]),
    "a signature that is a number": joint(signatures=[ONE, {**TWO, "signature": 1}]),
    "a signature with padding": joint(signatures=[ONE, {**TWO, "signature": TWO["signature"] + "=="}]),
    "a signature with spare bits": joint(
        signatures=[ONE, {**TWO, "signature": with_spare_bits(TWO["signature"])}]
    ),
    "a signature cut short": joint(signatures=[ONE, {**TWO, "signature": TWO["signature"][:-4]}]),
    "an empty signature": joint(signatures=[ONE, {**TWO, "signature": ""}]),
    "not ASCII": JOINT.replace("payload", "päyload"),
    "nested without end": '{"a":' * 40_000,
    "over the cap": joint(payload="A" * MOST_PUBLICATION_BYTES),
}


@pytest.mark.parametrize("title", NOT_GENERAL)
@pytest.mark.parametrize("encode", [str, str.encode], ids=["text", "bytes"])
def test_another_form_of_several_signatures_is_no_publication(title: str, encode: Any) -> None:
    with pytest.raises(KeyTrouble) as trouble:
        compact_forms(encode(NOT_GENERAL[title]))
    assert code_of(trouble) == "not_a_publication"


def test_bytes_that_are_no_text_are_no_publication() -> None:
    with pytest.raises(KeyTrouble):
        compact_forms(b"\xff\xfe{")


@pytest.mark.parametrize("inside", ["protected", "payload"])
def test_a_dot_inside_a_part_is_no_second_form(inside: str) -> None:
    changed = (
        joint(payload="." + PARTS["payload"])
        if inside == "payload"
        else joint(signatures=[{**ONE, "protected": ONE["protected"] + ".e30"}, TWO])
    )
    with pytest.raises(KeyTrouble):
        open_publication(compact_forms(changed)[0], TYP, PUBLISHER.key)


# Keys under a passphrase


def test_a_new_key_is_on_standby_when_asked_and_stays_so_when_unlocked() -> None:
    made = SigningKey.generate(Purpose.SEAL, a_scope(), KeyState.STANDBY)
    assert made.key.state is KeyState.STANDBY
    assert SigningKey.unlock(made.lock(PASSPHRASE), PASSPHRASE, made.key).key == made.key


def test_no_kid_of_a_new_key_looks_like_an_option() -> None:
    assert not any(a_seal_key().key.kid.startswith("-") for _ in range(400))


def test_a_locked_key_unlocks_and_signs_as_before() -> None:
    key = a_seal_key()
    opened = SigningKey.unlock(key.lock(PASSPHRASE), PASSPHRASE, key.key)
    assert opened.key is key.key
    assert opened.seal(b"body") == key.seal(b"body")


def test_a_locked_key_is_encrypted() -> None:
    pem = rfc_key().lock(PASSPHRASE)
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    plain = rfc_key()._private_key.private_numbers().private_value.to_bytes(32, "big")
    assert plain not in base64.b64decode(b"".join(pem.splitlines()[1:-1]))


@pytest.mark.parametrize("passphrase", ["", "another passphrase", PASSPHRASE + " ", PASSPHRASE.upper()])
def test_a_wrong_passphrase_says_so(passphrase: str) -> None:
    key = a_seal_key()
    with pytest.raises(KeyTrouble) as trouble:
        SigningKey.unlock(key.lock(PASSPHRASE), passphrase, key.key)
    assert code_of(trouble) == "key_locked"


def test_something_that_is_no_key_file_cannot_be_unlocked() -> None:
    with pytest.raises(KeyTrouble) as trouble:
        SigningKey.unlock(b"no PEM", PASSPHRASE, a_seal_key().key)
    assert code_of(trouble) == "key_locked"


def other_half() -> tuple[bytes, Key]:
    return a_seal_key().lock(PASSPHRASE), a_seal_key().key


def another_kind_of_half() -> tuple[bytes, Key]:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )
    return pem, a_seal_key().key


@pytest.mark.parametrize("pair", [other_half, another_kind_of_half])
def test_a_half_that_does_not_fit_is_refused(pair: Any) -> None:
    pem, key = pair()
    with pytest.raises(KeyTrouble) as trouble:
        SigningKey.unlock(pem, PASSPHRASE, key)
    assert code_of(trouble) == "key_mismatch"


def test_a_key_on_another_curve_is_refused() -> None:
    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )
    with pytest.raises(KeyTrouble) as trouble:
        SigningKey.unlock(pem, PASSPHRASE, a_seal_key().key)
    assert code_of(trouble) == "key_mismatch"


def test_two_new_keys_differ() -> None:
    assert a_seal_key().key.thumbprint != a_seal_key().key.thumbprint


# The signer, as itsdangerous has it


def test_what_was_signed_unsigns_to_its_body() -> None:
    signer = SealSigner(ec.generate_private_key(ec.SECP256R1()))
    assert signer.unsign(signer.sign(b"a body")) == b"a body"
    assert signer.validate(signer.sign(b"a body"))


def test_what_was_altered_unsigns_to_nothing_and_the_error_holds_no_payload() -> None:
    signer = SealSigner(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(BadSignature) as refused:
        signer.unsign(signer.sign(b"a body").replace(b"body", b"bodY"))
    assert refused.value.payload is None
    assert not signer.validate(b"short")
