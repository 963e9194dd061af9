"""ES256 on itsdangerous: seals are signed and checked here, and so is what we publish. Knows no scope.

An ``itsdangerous.Signer`` with our algorithm and ``key_derivation="none"``. Under that setting
itsdangerous ignores the salt, so ``sign`` and ``unsign`` prepend it themselves; the separator gives
way to a tail of fixed length. itsdangerous's ``BadSignature`` carries the payload, a NIK in it; ours
never does.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from itsdangerous import BadSignature
from itsdangerous.encoding import want_bytes
from itsdangerous.signer import Signer, SigningAlgorithm
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from suket_service.core.keyring import Key, KeyState, Purpose, Scope, b64url
from suket_service.errors import KeyTrouble, Text

DOMAIN = b"suket-seal-v1"
CHECKPOINT_TYP = "suket-checkpoint+jws"
SIGNATURE_BYTES = 64
#: The most that a publication may hold: a million letters with a tenth revoked are under 1 MB, a
#: village's fingerprints 8 KB; the library's own limit of 128 KB would refuse both.
MOST_PUBLICATION_BYTES = 16 * 1024 * 1024
#: Signatures in one publication: at a change of keys two, of the old key and the next.
MOST_SIGNATURES = 4
# The order n of P-256 (FIPS 186-4 D.1.2.3). s above n/2 is a second form of a good signature.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ES256 = ec.ECDSA(hashes.SHA256())
# RFC 6979: the nonce comes from key and message, so no weak random source can give the key away.
_ES256_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def _jws_rules() -> jws.JWSRegistry:
    rules = jws.JWSRegistry(algorithms=["ES256"])
    rules.max_payload_length = MOST_PUBLICATION_BYTES
    return rules


_JWS = _jws_rules()


class Es256(SigningAlgorithm):
    """ECDSA on P-256 with SHA-256 as an itsdangerous algorithm; keys are PKCS#8 or SPKI in DER."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """R ‖ s, 64 bytes, low s. ``key`` is the private key."""
        private = serialization.load_der_private_key(key, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise _no_private_key()
        return sign_raw(private, value)

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        """Whether ``sig`` is the one low-s signature form over ``value``. ``key`` is the public key."""
        public = serialization.load_der_public_key(key)
        return isinstance(public, ec.EllipticCurvePublicKey) and check_raw(public, value, sig)


class SealSigner(Signer):
    """Signs seal bodies with one private key."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey) -> None:
        der = private_key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        super().__init__(der, salt=DOMAIN, key_derivation="none", algorithm=Es256())
        self._private_key = private_key

    def sign(self, value: str | bytes) -> bytes:
        """``body ‖ signature`` over ``salt ‖ 0x00 ‖ body``."""
        body = want_bytes(value)
        return body + self.algorithm.get_signature(self.derive_key(), self._salted(body))

    def unsign(self, signed_value: str | bytes) -> bytes:
        """The body of ``body ‖ signature``, once the signature holds.

        Raises:
            BadSignature: it does not. Without the payload: that would be a NIK and a name.
        """
        signed = want_bytes(signed_value)
        body, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
        if not self.verify_signature(body, signature):
            raise BadSignature("signature does not match")
        return body

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Whether ``sig`` (64 bytes, not text) holds over the body ``value``."""
        public = self._private_key.public_key()
        return check_raw(public, self._salted(want_bytes(value)), want_bytes(sig))

    def _salted(self, body: bytes) -> bytes:
        return self.salt + b"\x00" + body


def check_seal(key: Key, body: bytes, signature: bytes) -> bool:
    """Step 5: is this signature over this body by this key, in its one accepted form?

    What :meth:`SealSigner.unsign` does for whoever holds only the public key, already parsed.
    """
    return check_raw(key.public_key, DOMAIN + b"\x00" + body, signature)


def sign_raw(private_key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """R ‖ s, 64 bytes, deterministic (RFC 6979) and low-s."""
    r, s = decode_dss_signature(private_key.sign(message, _ES256_DETERMINISTIC))
    return r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


def check_raw(public_key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (r ‖ s) holds, with 1 ≤ r < n and 1 ≤ s ≤ n/2."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (1 <= r < _ORDER and 1 <= s <= _ORDER // 2):
        return False
    try:
        public_key.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature:
        return False
    return True


class SigningKey:
    """A private key with the public face it has in the ring."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey, key: Key) -> None:
        self._private_key = private_key
        self._signer = SealSigner(private_key)
        self.key = key

    @classmethod
    def generate(cls, purpose: Purpose, scope: Scope, state: KeyState = KeyState.ACTIVE) -> "SigningKey":
        """A fresh key pair. Its ``kid`` never starts with a dash: at a terminal that would be an option."""
        while True:
            made = cls._of(ec.generate_private_key(ec.SECP256R1()), purpose, scope, state)
            if not made.key.kid.startswith("-"):
                return made

    @classmethod
    def unlock(cls, pem: bytes, passphrase: str, key: Key) -> "SigningKey":
        """The private half of ``key`` out of its encrypted PKCS#8 form.

        Raises:
            KeyTrouble: ``key_locked`` for a wrong passphrase, ``key_mismatch`` for another key's half.
        """
        try:
            private = serialization.load_pem_private_key(pem, passphrase.encode())
        except (ValueError, TypeError):
            raise KeyTrouble(
                "key_locked",
                Text(
                    "Kunci tidak dapat dibuka: SUKET_KEY_PASSPHRASE tidak cocok.",
                    "The key cannot be unlocked: SUKET_KEY_PASSPHRASE does not fit.",
                ),
            ) from None
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise _no_private_key()
        opened = cls._of(private, key.purpose, key.scope, key.state)
        if opened.key.thumbprint != key.thumbprint:
            raise _no_private_key()
        return cls(private, key)

    @classmethod
    def _of(
        cls, private: ec.EllipticCurvePrivateKey, purpose: Purpose, scope: Scope, state: KeyState
    ) -> "SigningKey":
        numbers = private.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cls(private, Key(x, y, purpose, scope, state))

    def lock(self, passphrase: str) -> bytes:
        """The private half as PKCS#8 PEM, encrypted (PBES2, AES-256) with ``passphrase``."""
        return self._private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )

    def seal(self, body: bytes) -> bytes:
        """``body ‖ signature``. Only a seal key seals.

        Raises:
            KeyTrouble: this is a publication key.
        """
        self._require(Purpose.SEAL)
        return self._signer.sign(body)

    def publish(self, typ: str, payload: bytes) -> str:
        """A compact JWS (RFC 7515) over ``payload``. Only a publication key publishes.

        Raises:
            KeyTrouble: this is a seal key.
        """
        self._require(Purpose.PUBLICATION)
        return jws.serialize_compact(self._header(typ), payload, self._jwk(), registry=_JWS)

    def publish_with(self, others: Sequence["SigningKey"], typ: str, payload: bytes) -> str:
        """A JWS over ``payload`` that each of ``others`` signs too.

        The general JSON form (RFC 7515 section 7.2.1), this key's signature first; without ``others``
        the compact one.

        Raises:
            KeyTrouble: one of them is a seal key.
        """
        if not others:
            return self.publish(typ, payload)
        keys = {each.key.kid: each for each in (self, *others)}
        for each in keys.values():
            each._require(Purpose.PUBLICATION)  # noqa: SLF001 - one of its own kind
        signed = jws.serialize_json(
            [{"protected": each._header(typ)} for each in keys.values()],  # noqa: SLF001
            payload,
            lambda member: keys[member.headers()["kid"]]._jwk(),  # noqa: SLF001
            registry=_JWS,
        )
        return _one_form(
            signed["payload"], [(each["protected"], each["signature"]) for each in signed["signatures"]]
        )

    def _header(self, typ: str) -> dict[str, Any]:
        return {"alg": "ES256", "typ": typ, "kid": self.key.kid}

    def _jwk(self) -> ECKey:
        return ECKey.import_key(self._private_key)

    def _require(self, purpose: Purpose) -> None:
        if self.key.purpose is not purpose:
            raise KeyTrouble(
                "key_purpose",
                Text("Kunci ini bukan untuk keperluan itu.", "This key is not for that purpose."),
            )


def compact_forms(token: str | bytes) -> tuple[str, ...]:
    """A JWS as one compact JWS a signature: a signature of the general JSON form is over the same bytes.

    Nothing is proven by this. Of the general form only our own way of writing it is taken, with no
    other member and two to ``MOST_SIGNATURES`` signatures, so that no byte of it is without meaning.

    Raises:
        KeyTrouble: ``not_a_publication``.
    """
    try:
        text = token if isinstance(token, str) else token.decode("ascii")
        if not text.startswith("{"):
            return (text,)
        if len(text) > MOST_PUBLICATION_BYTES:
            raise not_a_publication()
        opened = json.loads(text)
        payload = opened["payload"]
        parts = [(each["protected"], each["signature"]) for each in opened["signatures"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise not_a_publication() from None
    if not (
        1 < len(parts) <= MOST_SIGNATURES
        and all(isinstance(each, str) for part in parts for each in (payload, *part))
        and all(_is_signature(signature) for _, signature in parts)
        and text == _one_form(payload, parts)
    ):
        raise not_a_publication()
    return tuple(f"{protected}.{payload}.{signature}" for protected, signature in parts)


def _one_form(payload: str, parts: Sequence[tuple[str, str]]) -> str:
    signatures = [{"protected": protected, "signature": signature} for protected, signature in parts]
    return json.dumps({"payload": payload, "signatures": signatures}, separators=(",", ":"))


def _is_signature(text: str) -> bool:
    # Base64url leaves bits of its last character unused; only the form with zeros in them is taken.
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return False
    return len(raw) == SIGNATURE_BYTES and b64url(raw) == text


def unsigned_header(token: str | bytes) -> dict[str, Any]:
    """The header of a compact JWS, not yet proven: good for finding the key, for nothing else.

    Raises:
        KeyTrouble: ``not_a_publication``.
    """
    try:
        return dict(jws.extract_compact(_token_bytes(token), None, _JWS).headers())
    except (JoseError, ValueError, TypeError):
        raise not_a_publication() from None


def open_publication(token: str | bytes, typ: str, key: Key) -> dict[str, Any]:
    """The payload of a compact JWS of type ``typ`` signed by the publication key ``key``.

    Raises:
        KeyTrouble: ``not_a_publication``: not a JWS, another type, another key, or altered.
    """
    if key.purpose is not Purpose.PUBLICATION:
        raise not_a_publication()
    try:
        opened = jws.deserialize_compact(
            _token_bytes(token), ECKey.import_key(key.public_key), algorithms=["ES256"], registry=_JWS
        )
        payload = json.loads(opened.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise not_a_publication() from None
    if opened.headers().get("typ") != typ or not isinstance(payload, dict):
        raise not_a_publication()
    return payload


def _token_bytes(token: str | bytes) -> bytes:
    return token.encode() if isinstance(token, str) else token


def not_a_publication() -> KeyTrouble:
    """What was given is no publication that a key known here signed."""
    return KeyTrouble(
        "not_a_publication",
        Text(
            "Berkas ini tidak ditandatangani oleh kunci publikasi yang dikenal. Ambil ulang dari sumber resmi.",
            "This file is not signed by a known publication key. Fetch it again from the official source.",
        ),
    )


def _no_private_key() -> KeyTrouble:
    return KeyTrouble(
        "key_mismatch",
        Text(
            "Kunci pribadi tidak cocok dengan kunci publiknya.",
            "The private key does not fit its public key.",
        ),
    )
