"""The pictures that letterheads bear, each kept once by its SHA-256. Opens none of them."""

import hashlib

from sqlalchemy import Connection, insert, select

from suket_service.registry.schema import LogoRow


def put(tx: Connection, png: bytes) -> bytes:
    """Keep a normalised picture, once; returns its SHA-256."""
    digest = hashlib.sha256(png).digest()
    if tx.execute(select(LogoRow.sha256).where(LogoRow.sha256 == digest)).first() is None:
        tx.execute(insert(LogoRow).values(sha256=digest, png=png))
    return digest
