"""The trust bundle: all that a check needs without a network, in one signed file. Fetches and stores nothing.

Its signature is checked before anything in it is believed. The publication key that signs it comes
with it, but is trusted only by its thumbprint, which reaches the holder on paper; while keys change,
the next one signs too, and so is introduced by the one that the holder trusts.
"""

from suket_service.core.trust_bundle.contents import (
    FINGERPRINT_PREFIX_BYTES,
    Gap,
    KindFacts,
    ListSnapshot,
    OfficeFacts,
    TrustBundle,
)
from suket_service.core.trust_bundle.opening import DEFAULT_FRESHNESS, TYP, OpenedBundle, open_bundle
from suket_service.core.trust_bundle.reading import MOST_UNPACKED_BYTES

__all__ = [
    "DEFAULT_FRESHNESS",
    "FINGERPRINT_PREFIX_BYTES",
    "MOST_UNPACKED_BYTES",
    "TYP",
    "Gap",
    "KindFacts",
    "ListSnapshot",
    "OfficeFacts",
    "OpenedBundle",
    "TrustBundle",
    "open_bundle",
]
