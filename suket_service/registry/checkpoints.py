"""The audit checkpoint of this registry's own chain, and one that it stored read again. Signs and stores nothing."""

from datetime import datetime

from sqlalchemy import Connection

from suket_service.core.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from suket_service.errors import KeyTrouble, RegistryError, Text
from suket_service.registry import audit, keys, letters, offices


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
    series = {(office, kind, year): serial for office, kind, year, serial in letters.series(tx)}
    return Checkpoint(identity.registry_id, at, head.entries, head.hash.hex(), series).to_payload()


def opened(tx: Connection, token: str) -> SignedCheckpoint:
    """A checkpoint that this registry signed.

    Raises:
        KeyTrouble: ``not_a_publication``: no publication key of this registry signed it, or it was altered.
    """
    found = open_checkpoint(token, keys.ring(tx))
    if found is None:
        raise _not_ours()
    return found


def _not_ours() -> KeyTrouble:
    return KeyTrouble(
        "not_a_publication",
        Text(
            "Titik periksa yang tersimpan tidak ditandatangani kunci publikasi registri ini. Jalankan `suket audit verify`.",
            "The stored checkpoint is not signed by a publication key of this registry. Run `suket audit verify`.",
        ),
    )
