"""Public keys and what each may sign. Signs nothing; the private half lives in ``signing``.

The ring, never the message, says algorithm, purpose and scope. A key is looked up by the id that
the seal names; an id is a hint, the signature is the proof.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from suket_service.errors import KeyTrouble, Text

KEY_ID_BYTES = 4
T = TypeVar("T")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Purpose(StrEnum):
    """What a key signs: letters, or what outsiders hold. Never both."""

    SEAL = "seal"
    PUBLICATION = "publication"


class KeyState(StrEnum):
    """Standby is published before it signs, so that whoever holds an older bundle knows it already;
    retired signs no more but what it signed stays good; revoked was stolen.
    """

    STANDBY = "standby"
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a key may sign. For a publication key only environment and dates matter."""

    environment: str
    office: str | None
    lists: frozenset[int]
    villages: tuple[str, ...]  # prefixes of the 10-digit code
    signs_from: date
    signs_until: date | None  # inclusive; None: no end set


@dataclass(frozen=True)
class Key:
    """One public key of the ring."""

    x: bytes
    y: bytes
    purpose: Purpose
    scope: Scope
    state: KeyState = KeyState.ACTIVE
    thumbprint: bytes = field(init=False)  # RFC 7638, SHA-256, 32 bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "thumbprint", _thumbprint(self.x, self.y))

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that a seal names its key by."""
        return self.thumbprint[:KEY_ID_BYTES]

    @property
    def kid(self) -> str:
        """The whole thumbprint as base64url: the ``kid`` of JWKS and JWS."""
        return b64url(self.thumbprint)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The key for ``cryptography``.

        Raises:
            KeyTrouble: the point is not on P-256.
        """
        return _public_key(self.x, self.y)

    def to_jwk(self) -> dict[str, Any]:
        """The JWK (RFC 7517) with our members for purpose, scope and state beside it."""
        scope = self.scope
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": b64url(self.x),
            "y": b64url(self.y),
            "alg": "ES256",
            "use": "sig",
            "kid": self.kid,
            "purpose": self.purpose.value,
            "state": self.state.value,
            "environment": scope.environment,
            "office": scope.office,
            "lists": sorted(scope.lists),
            "villages": list(scope.villages),
            "signs_from": scope.signs_from.isoformat(),
            "signs_until": scope.signs_until.isoformat() if scope.signs_until else None,
        }

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> "Key":
        """Read what :meth:`to_jwk` wrote.

        Raises:
            KeyTrouble: it is not such a JWK, or its ``kid`` is not its thumbprint.
        """
        try:
            if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
                raise ValueError("another kind of key")
            until, office = jwk["signs_until"], jwk["office"]
            key = cls(
                x=_coordinate(jwk["x"]),
                y=_coordinate(jwk["y"]),
                purpose=Purpose(jwk["purpose"]),
                state=KeyState(jwk["state"]),
                scope=Scope(
                    environment=exact(str, jwk["environment"]),
                    office=None if office is None else exact(str, office),
                    lists=frozenset(exact(int, number) for number in exact(list, jwk["lists"])),
                    villages=tuple(exact(str, prefix) for prefix in exact(list, jwk["villages"])),
                    signs_from=day(jwk["signs_from"]),
                    signs_until=None if until is None else day(until),
                ),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _not_a_key() from error
        if jwk.get("kid") != key.kid:
            raise _not_a_key()
        _public_key(key.x, key.y)  # a point off the curve is refused here, not in the middle of a check
        return key


class KeyRing:
    """Keys by the id a seal names. Refuses two keys that share one."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._by_id: dict[bytes, Key] = {}
        for key in keys:
            if key.key_id in self._by_id:
                raise KeyTrouble(
                    "key_id_taken",
                    Text(
                        "Dua kunci memakai pengenal yang sama; buat kunci baru.",
                        "Two keys share one id; make a new key.",
                    ),
                )
            self._by_id[key.key_id] = key

    def find(self, key_id: bytes) -> Key | None:
        """The key of that id, whatever its purpose and state."""
        return self._by_id.get(key_id)

    def find_kid(self, kid: str) -> Key | None:
        """The key of that whole thumbprint."""
        return next((key for key in self if key.kid == kid), None)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def to_jwks(self) -> dict[str, Any]:
        """The key set (RFC 7517 section 5)."""
        return {"keys": [key.to_jwk() for key in self]}

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any]) -> "KeyRing":
        """Read a key set.

        Raises:
            KeyTrouble: one member cannot be read: a ring is whole or refused.
        """
        keys = jwks.get("keys")
        if not isinstance(keys, list) or not all(isinstance(jwk, dict) for jwk in keys):
            raise _not_a_key()
        return cls(Key.from_jwk(jwk) for jwk in keys)


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """What :func:`b64url` wrote: no padding, no other letters, no bits left over.

    Raises:
        ValueError, TypeError: it is not that.
    """
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(raw) != text:
        raise ValueError("not the one spelling of these bytes")
    return raw


def exact(kind: type[T], value: Any) -> T:
    """A member of what we publish, of just this kind; JSON's numbers are exact only up to 2^53.

    Raises:
        TypeError: it is of another.
    """
    if type(value) is not kind or (isinstance(value, int) and abs(value) >= 1 << 53):
        raise TypeError("a member of another kind")
    return value


def day(text: Any) -> date:
    """A day as ``YYYY-MM-DD``, in no other of ISO 8601's forms.

    Raises:
        ValueError, TypeError: it is not one.
    """
    if not _DAY.fullmatch(exact(str, text)):
        raise ValueError("not a day")
    return date.fromisoformat(text)


def _coordinate(text: str) -> bytes:
    raw = unb64url(text)
    if len(raw) != 32:  # noqa: PLR2004 - RFC 7518 section 6.2.1.2: full width for P-256
        raise ValueError("a coordinate has 32 bytes")
    return raw


def _thumbprint(x: bytes, y: bytes) -> bytes:
    # RFC 7638 section 3.2: the required members only, in this order, without white space.
    members = {"crv": "P-256", "kty": "EC", "x": b64url(x), "y": b64url(y)}
    return hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()


@lru_cache(maxsize=256)
def _public_key(x: bytes, y: bytes) -> ec.EllipticCurvePublicKey:
    try:
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
        )
        return numbers.public_key()
    except ValueError as error:
        raise _not_a_key() from error


def _not_a_key() -> KeyTrouble:
    return KeyTrouble(
        "key_unreadable",
        Text("Kunci publik tidak dapat dibaca.", "The public key cannot be read."),
    )
