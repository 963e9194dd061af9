"""What the cases are made of: keys, a payload, and the hands that sign it. Makes no case itself.

Signed with deterministic ECDSA (RFC 6979) by keys whose private halves are small numbers, and written
here without the product's own writer: what is made is the same every time.
"""

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from suket_service.core.keyring import KeyState, Purpose, Scope
from suket_service.core.signing import SigningKey, sign_raw
from tests.builders import NOON
from tests.core.builders import rfc_key, signing_key, unb64url

TYP = "suket-trust-bundle+jws"
Json = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def packed(raw: bytes) -> str:
    return b64(zlib.compress(raw, 9))


def publisher(number: int, state: KeyState = KeyState.ACTIVE, **scope: Any) -> SigningKey:
    """The publication key whose private half is ``number``."""
    whole: Json = {
        "environment": "production",
        "office": None,
        "lists": frozenset(),
        "villages": (),
        "signs_from": date(2018, 1, 1),
        "signs_until": None,
    }
    return signing_key(number, Purpose.PUBLICATION, Scope(**{**whole, **scope}), state)


def jwk_of(key: SigningKey, **changes: Any) -> Json:
    return {**key.key.to_jwk(), **changes}


SEALER = rfc_key()
PUBLISHER, STRANGER = publisher(21), publisher(22)
NEXT = publisher(31, KeyState.STANDBY)
PIN, NEXT_PIN = PUBLISHER.key.kid, NEXT.key.kid
SEALER_JWK, PUBLISHER_JWK, NEXT_JWK = jwk_of(SEALER), jwk_of(PUBLISHER), jwk_of(NEXT)
MADE = int(NOON.timestamp())
OFFICE: Json = {"code": "2172", "name": "Disdukcapil Kota Tanjungpinang", "utc_offset_minutes": 420}
#: Entries 0 to 15: valid, valid, invalid, valid, suspended, and the rest not issued.
ENTRIES = bytes([0b00_01_00_00, 0b11_11_11_10, 0xFF, 0xFF])
LIST: Json = {
    "list": 1,
    "office": "2172",
    "next_index": 5,
    "status_list": {"bits": 2, "lst": packed(ENTRIES)},
}
ELECTION: Json = {
    "id": 7,
    "office": "2172",
    "name": "Pemilihan Umum 2029",
    "opens_at": MADE + 68_400,
    "closes_at": MADE + 90_000,
    "issuing_closes_at": MADE + 82_800,
}
STATION: Json = {"id": 12, "code": "003", "village": "2172031001", "neighbourhoods": ["001/002", "002/002"]}
WINDOW: Json = {"office": "2172", "kind": 1, "opens_on": "2026-01-01", "closes_on": "2026-12-31"}
BASE: Json = {
    "environment": "production",
    "registry": "a registry of the tests",
    "hosts": ["suket.example.go.id"],
    "version": MADE,
    "issued_at": MADE,
    "as_of": MADE - 5,
    "stale_after": MADE + 72 * 3600,
    "keys": [SEALER_JWK, PUBLISHER_JWK],
    "offices": [OFFICE],
    "kinds": [{"code": 1, "title": "Surat Keterangan Pengganti KTP-el"}],
    "lists": [LIST],
    "extensions": [[1, 3, "2027-08-21"]],
    "windows": [WINDOW, {**WINDOW, "kind": 2, "closes_on": None}],
    "checkpoint": None,
}
HEADER: Json = {"alg": "ES256", "typ": TYP, "kid": PIN}


@dataclass(frozen=True)
class Case:
    """A token with what its holder trusts. ``opened`` is its payload where it opens, else ``error`` says why not."""

    title: str
    token: str
    pins: tuple[str, ...] = (PIN,)
    held_version: int = 0
    error: str | None = None
    opened: Json = field(default_factory=dict)
    signer: str = PIN
    introduced: tuple[str, ...] = ()

    def to_json(self) -> Json:
        if self.error:
            expect: Json = {"error": self.error}
        else:
            bundle = told(self.opened)
            expect = {"signer": self.signer, "introduced": list(self.introduced), "bundle": bundle}
        return {
            "title": self.title,
            "pins": list(self.pins),
            "held_version": self.held_version,
            "token": self.token,
            "expect": expect,
        }


def told(payload: Json) -> Json:
    """What a holder must have understood of a payload: the same for everyone who opens it."""
    whole = {name: payload[name] for name in BASE}
    whole["keys"] = [{name: each[name] for name in KEY_MEMBERS} for each in payload["keys"]]
    whole["offices"] = [{name: each[name] for name in OFFICE} for each in payload["offices"]]
    whole["lists"] = [_told_list(each) for each in payload["lists"]]
    return {**whole, **{name: payload.get(name, []) for name in ("elections", "stations", "villages")}}


KEY_MEMBERS = tuple(name for name in PUBLISHER_JWK if name not in {"kty", "crv", "x", "y", "alg", "use"})


def _told_list(entry: Json) -> Json:
    raw = zlib.decompress(unb64url(entry["status_list"]["lst"]))
    return {
        "list": entry["list"],
        "office": entry["office"],
        "next_index": entry["next_index"],
        "entries": len(raw) * 4,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "fingerprints": entry.get("fingerprints", []),
        "gap": entry.get("gap"),
    }


# Signing


def as_bytes(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload, separators=(",", ":")).encode()


def signature_of(hand: SigningKey, protected: str, payload: str) -> str:
    return b64(sign_raw(hand._private_key, f"{protected}.{payload}".encode()))


def compact(payload: object, hand: SigningKey = PUBLISHER, header: object = None) -> str:
    """A compact JWS; ``header`` in place of the one that names ``hand``."""
    whole = {**HEADER, "kid": hand.key.kid} if header is None else header
    protected, body = b64(as_bytes(whole)), b64(as_bytes(payload))
    return f"{protected}.{body}.{signature_of(hand, protected, body)}"


def general(payload: object, *hands: SigningKey, **more: Any) -> Json:
    """A JWS in the general JSON form, not yet written."""
    body = b64(as_bytes(payload))
    signatures = []
    for hand in hands:
        protected = b64(as_bytes({**HEADER, "kid": hand.key.kid}))
        signatures.append({"protected": protected, "signature": signature_of(hand, protected, body)})
    return {"payload": body, "signatures": signatures, **more}


def written(form: Json) -> str:
    return json.dumps(form, separators=(",", ":"))


def joint(payload: object, *hands: SigningKey) -> str:
    return written(general(payload, *hands))


def base(**changes: Any) -> Json:
    return {**BASE, **changes}


def with_keys(*jwks: Json) -> Json:
    return base(keys=[SEALER_JWK, *jwks])


def with_list(**changes: Any) -> Json:
    return base(lists=[{**LIST, **changes}])


def without(name: str, of: Json) -> Json:
    return {each: value for each, value in of.items() if each != name}


def good(title: str, payload: Json, token: str | None = None, **more: Any) -> Case:
    return Case(title, token or compact(payload), opened=payload, **more)


def bad(title: str, error: str, token: str, **more: Any) -> Case:
    return Case(title, token, error=error, **more)


#: The payload signed by one key, and one that introduces the next key, signed by both.
ROTATING = with_keys(PUBLISHER_JWK, NEXT_JWK)
JOINT = joint(ROTATING, PUBLISHER, NEXT)
TOKEN = compact(BASE)
