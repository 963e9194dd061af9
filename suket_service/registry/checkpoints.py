"""The audit checkpoint: what is signed of the chain, and a signed one read again. Signs and stores nothing."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from suket_service.core.keyring import Key
from suket_service.core.signing import CHECKPOINT_TYP, open_publication, unsigned_header
from suket_service.errors import KeyTrouble, RegistryError, Text
from suket_service.registry import audit, keys, letters, offices


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose signature holds: the chain had that many entries and that last hash."""

    signer: Key
    at: datetime
    entries: int
    head: str  # hex


def payload(tx: Connection, at: datetime) -> bytes:
    """What a publication key signs of the chain as it stands.

    Raises:
        RegistryError: ``not_initialised``.
    """
    identity = offices.identity(tx)
    if identity is None:
        raise RegistryError(
            "not_initialised", Text("Jalankan `suket init` dahulu.", "Run `suket init` first.")
        )
    head = audit.head(tx)
    told = {
        "registry": identity.registry_id,
        "at": int(at.timestamp()),
        "entries": head.entries,
        "head": head.hash.hex(),
        "series": [
            {"office": office, "kind": kind, "year": year, "last_serial": serial}
            for office, kind, year, serial in letters.series(tx)
        ],
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def opened(tx: Connection, token: str) -> Checkpoint:
    """A checkpoint that this registry signed.

    Raises:
        KeyTrouble: ``not_a_publication``: no publication key of this registry signed it, or it was altered.
    """
    signer = keys.ring(tx).find_kid(str(unsigned_header(token).get("kid")))
    if signer is None:
        raise _not_ours()
    told = open_publication(token, CHECKPOINT_TYP, signer)
    try:
        at = datetime.fromtimestamp(int(told["at"]), UTC)
        return Checkpoint(signer, at, int(told["entries"]), str(told["head"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise _not_ours() from None


def _not_ours() -> KeyTrouble:
    return KeyTrouble(
        "not_a_publication",
        Text(
            "Titik periksa yang tersimpan tidak ditandatangani kunci publikasi registri ini. Jalankan `suket audit verify`.",
            "The stored checkpoint is not signed by a publication key of this registry. Run `suket audit verify`.",
        ),
    )
