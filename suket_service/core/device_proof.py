"""What a device proves: that a call is its own, and that it has read a letter. Stores nothing, reads no clock.

A call's proof is a compact JWS by the device's key, which never leaves the phone, over method, path,
time and the digest of the body. One that is played again within its five minutes writes nothing
new: events are known by their ids. A check that is played again is answered again, and is on record twice.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from suket_service.core.seal import check_code
from suket_service.errors import FieldError, NotAllowed, Problem, Text

TYP = "suket-device+jwt"
#: How far a phone's clock may be off, either way, in seconds.
CLOCK_TOLERANCE_SECONDS = 300
#: A proof has about 500 characters; a longer one is not even parsed.
MOST_PROOF_CHARACTERS = 2_000
_COORDINATE_BYTES = 32
_ID = re.compile(r"[0-9a-f]{32}")
_SHOWN_LABEL = "suket-shown-v1"
_ES256 = jws.JWSRegistry(algorithms=["ES256"])


class ProofRefused(NotAllowed):
    """A call is not proven to be a device's own: ``proof_invalid``, ``proof_stale`` or ``device_unknown``."""


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The public half of a device's P-256 key."""

    x: bytes
    y: bytes

    @property
    def thumbprint(self) -> bytes:
        """The RFC 7638 SHA-256 thumbprint, 32 bytes."""
        return _decoded(_jwk(self.x, self.y).thumbprint())

    @property
    def confirmation(self) -> str:
        """What people compare between phone and desk: its first 40 bits, ``XXXX-XXXX``."""
        return check_code(self.thumbprint)

    @classmethod
    def of_jwk(cls, x: str, y: str) -> "DeviceKey":
        """The key of these coordinates, base64url as in a JWK.

        Raises:
            FieldError: ``key_unusable``: not in full width, not in the one form, or no point of the curve.
        """
        try:
            key = cls(_decoded(x), _decoded(y))
            if any(len(each) != _COORDINATE_BYTES for each in (key.x, key.y)):
                raise ValueError("a coordinate has 32 bytes")
            _jwk(key.x, key.y)
        except (ValueError, JoseError):
            raise FieldError(Problem("key", "key_unusable", _KEY_UNUSABLE)) from None
        return key


@dataclass(frozen=True, slots=True)
class Call:
    """What a proof is about. ``path`` alone: host and query string are no part of it."""

    method: str
    path: str
    body: bytes = field(repr=False)

    @property
    def body_digest(self) -> str:
        """As a proof names it."""
        return _encoded(hashlib.sha256(self.body).digest())


def device_named_in(token: str) -> str:
    """The device that a proof names: good for finding its key, for nothing else.

    Raises:
        ProofRefused: ``proof_invalid``: no proof of the one form.
    """
    try:
        if len(token) > MOST_PROOF_CHARACTERS:
            raise ValueError("too long")
        header = jws.extract_compact(token.encode("ascii"), None, _ES256).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise _not_proven() from None
    named = header.get("kid")
    if not isinstance(named, str) or not _ID.fullmatch(named):
        raise _not_proven()
    if header != {"alg": "ES256", "typ": TYP, "kid": named}:
        raise _not_proven()
    return named


def check_proof(token: str, key: DeviceKey, call: Call, at: datetime) -> None:
    """Refuse a call that is not proven by that key, for these very bytes and about now.

    Raises:
        ProofRefused: ``proof_invalid``; ``proof_stale`` when nothing but the time is wrong.
    """
    device_named_in(token)
    try:
        # Any good s: a phone's own key store makes both forms, and nothing rests on there being one.
        opened = jws.deserialize_compact(
            token.encode("ascii"), _jwk(key.x, key.y), algorithms=["ES256"], registry=_ES256
        )
        claims = json.loads(opened.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise _not_proven() from None
    if not isinstance(claims, dict) or not _is_about(claims, call):
        raise _not_proven()
    # Whole numbers alone: one of hundreds of digits is no float, and no reason to fail.
    if abs(int(at.timestamp()) - claims["iat"]) > CLOCK_TOLERANCE_SECONDS:
        raise ProofRefused("proof_stale", _STALE)


def _is_about(claims: dict[str, Any], call: Call) -> bool:
    once, iat = claims.get("jti"), claims.get("iat")
    return (
        isinstance(iat, int)
        and not isinstance(iat, bool)
        and isinstance(once, str)
        and _ID.fullmatch(once) is not None
        and (claims.get("htm"), claims.get("htu"), claims.get("bh"))
        == (call.method, call.path, call.body_digest)
    )


def shown_proof(fingerprint: bytes, event: str, station: int) -> bytes:
    """What only someone who has read a letter can say of it, for one event at one station.

    A station's bundle holds the first eight bytes of a fingerprint; this takes all 32.
    """
    message = f"{_SHOWN_LABEL}:{event}:{station}".encode()
    return hmac.digest(fingerprint, message, "sha256")


@lru_cache(maxsize=1024)
def _jwk(x: bytes, y: bytes) -> ECKey:
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": _encoded(x), "y": _encoded(y)})


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if _encoded(raw) != text:
        raise ValueError("another form of the same bytes")
    return raw


def _not_proven() -> ProofRefused:
    return ProofRefused("proof_invalid", _INVALID)


_KEY_UNUSABLE = Text("Kunci perangkat tidak dapat dipakai.", "The device's key cannot be used.")
_INVALID = Text(
    "Panggilan ini tidak terbukti berasal dari perangkat yang terdaftar.",
    "This call is not proven to come from an enrolled device.",
)
_STALE = Text(
    "Jam ponsel berbeda lebih dari 5 menit dari jam layanan. Betulkan jam ponsel.",
    "The phone's clock is more than 5 minutes off. Set the phone's clock.",
)
