"""The audit checkpoint: what is signed of the chain, and a signed one read again. Reads no chain.

Whether a signer is believed is for whoever asks to say: a key that is on standby in a backup may have
been put to use since, and a revoked one still shows what it once signed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from suket_service.core.keyring import Key, KeyRing
from suket_service.core.signing import CHECKPOINT_TYP, not_a_publication, open_publication, unsigned_header

#: Office, kind, year.
SeriesKey = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain at a moment: how many entries, the hash of the last, and the last serial of each series."""

    registry: str
    at: datetime
    entries: int
    head: str  # hex
    series: Mapping[SeriesKey, int]

    def to_payload(self) -> bytes:
        """What a publication key signs."""
        told = {
            "registry": self.registry,
            "at": int(self.at.timestamp()),
            "entries": self.entries,
            "head": self.head,
            "series": [
                {"office": office, "kind": kind, "year": year, "last_serial": serial}
                for (office, kind, year), serial in self.series.items()
            ],
        }
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose signature holds, and whose it is."""

    checkpoint: Checkpoint
    signer: Key


def open_checkpoint(token: str | bytes, ring: KeyRing) -> SignedCheckpoint | None:
    """A checkpoint signed by a publication key of that ring; None when no key of it signed.

    Raises:
        KeyTrouble: ``not_a_publication``: no checkpoint, or altered.
    """
    signer = ring.find_kid(str(unsigned_header(token).get("kid")))
    if signer is None:
        return None
    told = open_publication(token, CHECKPOINT_TYP, signer)
    try:
        series = {
            (str(each["office"]), int(each["kind"]), int(each["year"])): int(each["last_serial"])
            for each in told["series"]
        }
        at = datetime.fromtimestamp(int(told["at"]), UTC)
        found = Checkpoint(str(told["registry"]), at, int(told["entries"]), str(told["head"]), series)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise not_a_publication() from None
    return SignedCheckpoint(found, signer)
