"""Bundles that no trusted key signed in the one way in which it signs, and older ones."""

import json
from collections.abc import Iterator
from datetime import date

from suket_service.core.keyring import KeyState, Purpose
from tests.core.builders import rfc_key, unb64url
from tests.core.bundle_cases.making import (
    BASE,
    HEADER,
    JOINT,
    MADE,
    NEXT,
    NEXT_PIN,
    PIN,
    PUBLISHER,
    PUBLISHER_JWK,
    ROTATING,
    SEALER,
    SEALER_JWK,
    STRANGER,
    TOKEN,
    TYP,
    Case,
    as_bytes,
    b64,
    bad,
    base,
    compact,
    general,
    joint,
    jwk_of,
    publisher,
    signature_of,
    with_keys,
    without,
    written,
)


def untrusted() -> Iterator[Case]:
    no = "bundle_untrusted"
    yield bad("another publication key pinned", no, TOKEN, pins=(STRANGER.key.kid,))
    yield bad("the seal key pinned", no, TOKEN, pins=(SEALER.key.kid,))
    yield bad("an empty pin", no, TOKEN, pins=("",))
    yield bad("the start of the pin", no, TOKEN, pins=(PIN[:6],))
    yield bad("two signatures, a stranger pinned", no, JOINT, pins=(STRANGER.key.kid,))
    yield bad("signed by a key that is not in it", no, compact(BASE, STRANGER), pins=())
    yield bad("signed by a key that is not in it, the pinned one named second", no, compact(BASE, STRANGER))
    posing = jwk_of(rfc_key(Purpose.PUBLICATION))
    yield bad("signed by a seal key", no, compact(base(keys=[SEALER_JWK]), SEALER), pins=())
    yield bad(
        "signed by a seal key that is pinned and poses",
        no,
        compact(with_keys(), SEALER),
        pins=(posing["kid"],),
    )
    for state in (KeyState.RETIRED, KeyState.REVOKED, KeyState.STANDBY):
        hand = publisher(36, state)
        yield bad(
            f"signed by a {state} key alone", no, compact(with_keys(jwk_of(hand)), hand), pins=(hand.key.kid,)
        )
    yield bad("without a kid", no, compact(BASE, header=without("kid", HEADER)))
    yield bad("the kid a number", no, compact(BASE, header={**HEADER, "kid": 7}))
    ended = publisher(37, signs_until=date(2026, 11, 21))
    yield bad("made the day after its key's last", no, compact(with_keys(jwk_of(ended)), ended), pins=())
    future = publisher(38, signs_from=date(2026, 11, 23))
    yield bad("made the day before its key's first", no, compact(with_keys(jwk_of(future)), future), pins=())
    demo = publisher(39, environment="demo")
    yield bad("a demo's key under another environment", no, compact(with_keys(jwk_of(demo)), demo), pins=())
    yield bad("another environment under its key", no, compact(base(environment="demo")))
    yield from untrusted_jointly(no)


def untrusted_jointly(no: str) -> Iterator[Case]:
    yield bad("two active keys", no, joint(with_keys(PUBLISHER_JWK, jwk_of(STRANGER)), PUBLISHER, STRANGER))
    stand = [publisher(50, KeyState.STANDBY), publisher(51, KeyState.STANDBY)]
    yield bad("no active key", no, joint(with_keys(*map(jwk_of, stand)), *stand), pins=())
    for state in (KeyState.RETIRED, KeyState.REVOKED):
        second = publisher(52, state)
        token = joint(with_keys(PUBLISHER_JWK, jwk_of(second)), PUBLISHER, second)
        yield bad(f"a {state} key beside the active one", no, token)
    yield bad("the second signer is not in the ring", no, joint(BASE, PUBLISHER, STRANGER))
    again = general(ROTATING, PUBLISHER, PUBLISHER)
    yield bad("the active key twice", no, written(again))
    twice = general(ROTATING, PUBLISHER, NEXT, NEXT)
    yield bad("the next key twice", no, written(twice))
    demo = publisher(53, KeyState.STANDBY, environment="demo")
    yield bad(
        "a next key of another environment",
        no,
        joint(with_keys(PUBLISHER_JWK, jwk_of(demo)), PUBLISHER, demo),
    )
    early = publisher(54, KeyState.STANDBY, signs_from=date(2026, 11, 23))
    yield bad(
        "a next key before its first day",
        no,
        joint(with_keys(PUBLISHER_JWK, jwk_of(early)), PUBLISHER, early),
    )


def other_last_bits(text: str) -> str:
    """The same bytes in base64url for whoever does not look at the bits left over."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + letters[letters.index(text[-1]) + 1]


def no_publications() -> Iterator[Case]:
    no = "not_a_publication"
    header, payload, signature = TOKEN.split(".")
    raw = bytearray(unb64url(signature))
    raw[63] ^= 1
    yield bad("one bit of the signature changed", no, f"{header}.{payload}.{b64(bytes(raw))}")
    other = compact(base(hosts=["evil.example"])).split(".")[1]
    yield bad("another payload under the signature", no, f"{header}.{other}.{signature}")
    yield bad(
        "another header over the signature",
        no,
        f"{b64(as_bytes({**HEADER, 'cty': 'x'}))}.{payload}.{signature}",
    )
    yield bad("a stranger's hand under the pinned name", no, compact(BASE, STRANGER, HEADER))
    yield bad("without a signature", no, f"{header}.{payload}.")
    yield bad("a signature of 63 bytes", no, f"{header}.{payload}.{b64(bytes(raw[:63]))}")
    yield bad("a signature in DER", no, f"{header}.{payload}.{b64(bytes([48, 68, 2, 32]) + bytes(raw))}")
    yield bad("bits left over in the signature", no, f"{header}.{payload}.{other_last_bits(signature)}")
    yield bad("a padded signature", no, f"{TOKEN}==")
    yield bad("a blank inside", no, f"{header}. {payload}.{signature}")
    yield bad("a fourth part", no, f"{TOKEN}.AA")
    yield bad("two parts", no, f"{header}.{payload}")
    for title, changed in (
        ("the algorithm none", {"alg": "none"}),
        ("the algorithm HS256", {"alg": "HS256"}),
        ("the algorithm ES384", {"alg": "ES384"}),
        ("a checkpoint's type", {"typ": "suket-checkpoint+jws"}),
        ("a status list's type", {"typ": "statuslist+jwt"}),
        ("its type in capitals", {"typ": TYP.upper()}),
        ("a member of the header that nobody knows", {"motto": "x"}),
        ("a critical member that nobody knows", {"crit": ["exp"], "exp": 1}),
    ):
        yield bad(title, no, compact(BASE, header={**HEADER, **changed}))
    yield bad("without a type", no, compact(BASE, header=without("typ", HEADER)))
    yield bad("without an algorithm", no, compact(BASE, header=without("alg", HEADER)))
    yield bad("a header that is a list", no, compact(BASE, header=["alg"]))
    yield bad("a header that is no JSON", no, compact(BASE, header=b"{alg}"))
    yield bad("a header beyond 512 characters", no, compact(BASE, header={**HEADER, "kid": "x" * 400}))
    for token in ("", " ", "x", "..", "{}", "{", "[]", "%PDF-1.7", "é.é.é", "e30.e30.e30", "e30.W10.AA"):
        yield bad(f"the text {json.dumps(token)}", no, token)
    yield from no_general_publications(no)


def no_general_publications(no: str) -> Iterator[Case]:
    form = general(ROTATING, PUBLISHER, NEXT)
    first, second = form["signatures"]
    yield bad("the general form with one signature", no, joint(ROTATING, PUBLISHER))
    yield bad("the general form without signatures", no, joint(ROTATING))
    many = [publisher(60 + at, KeyState.STANDBY) for at in range(4)]
    yield bad("five signatures", no, joint(with_keys(PUBLISHER_JWK, *map(jwk_of, many)), PUBLISHER, *many))
    yield bad("the general form with blanks", no, json.dumps(form))
    yield bad("the general form, its members the other way round", no, written(dict(reversed(form.items()))))
    yield bad("the general form with one more member", no, written({**form, "header": {}}))
    unprotected = [first, {**second, "header": {"kid": NEXT_PIN}}]
    yield bad("an unprotected header", no, written({**form, "signatures": unprotected}))
    yield bad("a member twice", no, JOINT.replace('{"payload"', '{"payload":"e30","payload"'))
    yield bad("something after the general form", no, f"{JOINT}x")
    yield bad("the flattened form", no, written({"payload": form["payload"], **first}))
    loose = {**second, "signature": other_last_bits(second["signature"])}
    yield bad("bits left over in the second signature", no, written({**form, "signatures": [first, loose]}))
    elsewhere = general({**ROTATING, "version": 1}, PUBLISHER, NEXT)["signatures"][1]
    yield bad(
        "the second signature is another bundle's", no, written({**form, "signatures": [first, elsewhere]})
    )
    posing = {**second, "signature": signature_of(STRANGER, second["protected"], form["payload"])}
    yield bad(
        "a stranger's hand under the next key's name", no, written({**form, "signatures": [first, posing]})
    )
    protected = b64(as_bytes({"alg": "ES256", "typ": "suket-checkpoint+jws", "kid": NEXT_PIN}))
    of_type = {"protected": protected, "signature": signature_of(NEXT, protected, form["payload"])}
    yield bad("another type beside it", no, written({**form, "signatures": [first, of_type]}))


def older() -> Iterator[Case]:
    yield bad("older than the one held", "bundle_older", TOKEN, held_version=MADE + 1)
    yield bad("two signatures, older than the one held", "bundle_older", JOINT, held_version=MADE + 1)
    newer = compact(with_keys(jwk_of(STRANGER)) | {"version": 2**40}, STRANGER)
    yield bad("newer, but a stranger's", "bundle_untrusted", newer, held_version=MADE)
