"""Who signed a bundle, and whether the holder trusts them. Judges no letter."""

import base64
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose
from suket_service.core.signing import compact_forms, open_publication, unsigned_header
from suket_service.core.trust_bundle.contents import TrustBundle
from suket_service.core.trust_bundle.reading import read, unreadable
from suket_service.errors import InputError, KeyTrouble, Text

TYP = "suket-trust-bundle+jws"
DEFAULT_FRESHNESS = timedelta(hours=72)


class OpenedBundle(NamedTuple):
    """A bundle whose signatures hold."""

    bundle: TrustBundle
    signer: Key  # the first signer that the holder trusts; without pins the first of all
    introduced: tuple[str, ...]  # kids of the next publication keys, vouched for by one that is pinned


def open_bundle(token: str | bytes, pins: Iterable[str] = (), held_version: int = 0) -> OpenedBundle:
    """The bundle, the publication key that signed it, and the keys that it introduces.

    Args:
        token: a compact JWS, or, while publication keys change, one in the general JSON form.
        pins: thumbprints (``kid``) of the publication keys that the holder trusts. Without any,
            the bundle proves only that nobody changed it since that key signed it, and introduces
            no one: say so.
        held_version: the version already held; an older one is refused.

    Raises:
        KeyTrouble: not signed by a trusted publication key, or one of its signatures does not hold.
        InputError: ``bundle_unreadable`` or ``bundle_older``.
    """
    forms = compact_forms(token.strip())
    wanted = frozenset(pins)
    signers = _signers(forms)
    trusted = [key for key in signers if not wanted or key.kid in wanted]
    # The thumbprint is the key's own hash, so a key out of an unproven file cannot pose as a pinned one.
    if not trusted:
        raise _untrusted()
    payloads = [open_publication(form, TYP, key) for form, key in zip(forms, signers, strict=True)]
    bundle = read(payloads[0])  # each signature is over this same payload
    if not all(_may_publish(key, bundle) for key in signers):
        raise _untrusted()
    if bundle.version < held_version:
        raise InputError(
            "bundle_older",
            Text(
                "Bundel ini lebih lama daripada yang sudah dipegang. Ambil yang terbaru.",
                "This bundle is older than the one already held. Fetch the newest.",
            ),
        )
    next_ones = [key.kid for key in signers if key.state is KeyState.STANDBY and key.kid not in wanted]
    return OpenedBundle(bundle, trusted[0], tuple(next_ones) if wanted else ())


def _signers(forms: tuple[str, ...]) -> list[Key]:
    """The keys that say they signed, out of the unproven bundle: one active, any others on standby."""
    kids = [str(unsigned_header(form).get("kid")) for form in forms]
    ring = _unproven_keys(forms[0])
    signers = [key for kid in kids if (key := ring.find_kid(kid)) is not None]
    states = [key.state for key in signers]
    if (
        len(signers) < len(forms)
        or len(set(kids)) < len(kids)
        or states.count(KeyState.ACTIVE) != 1
        or states.count(KeyState.STANDBY) != len(states) - 1
    ):
        raise _untrusted()
    return signers


def _may_publish(signer: Key, bundle: TrustBundle) -> bool:
    scope, day = signer.scope, bundle.issued_at.date()
    return (
        scope.environment == bundle.environment
        and scope.signs_from <= day
        and (scope.signs_until is None or day <= scope.signs_until)
    )


def _untrusted() -> KeyTrouble:
    return KeyTrouble(
        "bundle_untrusted",
        Text(
            "Bundel ini tidak ditandatangani oleh kunci publikasi yang dipercaya. Jangan dipakai.",
            "This bundle is not signed by a trusted publication key. Do not use it.",
        ),
    )


def _unproven_keys(form: str) -> KeyRing:
    try:
        part = form.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        keys = [Key.from_jwk(jwk) for jwk in payload["keys"]]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        raise unreadable() from None
    return KeyRing(key for key in keys if key.purpose is Purpose.PUBLICATION)
