"""Publications as stored: signed elsewhere, kept and served here byte for byte."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from suket_service.registry.schema import PublicationRow
from suket_service.registry.session import Registry
from suket_service.registry.single_reads import Question

_VERSION = Question(
    select(PublicationRow.__table__.c.version).where(PublicationRow.__table__.c.name == bindparam("name"))
)


@dataclass(frozen=True, slots=True)
class Publication:
    """One thing that outsiders hold. ``version`` is in epoch seconds and strictly rises."""

    name: str
    version: int
    media_type: str
    body: bytes
    audit_seq: int
    published_at: datetime
    etag: str = field(init=False)  # the same for the same bytes, in every process

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", hashlib.sha256(self.body).hexdigest()[:32])


def version_of(registry: Registry, name: str) -> int | None:
    """The version of the stored publication of that name, in a view of its own; None when there is none.

    Raises:
        RegistryError: ``registry_unavailable``.
    """
    row = registry.ask(_VERSION, {"name": name})
    return row[0] if row is not None else None


def newest_version(tx: Connection) -> int:
    """The highest version published so far; 0 before the first."""
    return tx.execute(select(func.max(PublicationRow.version))).scalar() or 0


def newest_at(tx: Connection) -> datetime | None:
    """When something was published last."""
    return tx.execute(
        select(PublicationRow.published_at).order_by(PublicationRow.version.desc()).limit(1)
    ).scalar()


def replace_all(tx: Connection, publications: Iterable[Publication]) -> None:
    """Put a whole new set in place of the old one."""
    tx.execute(delete(PublicationRow))
    for publication in publications:
        tx.execute(
            insert(PublicationRow).values(
                name=publication.name,
                version=publication.version,
                media_type=publication.media_type,
                body=publication.body,
                audit_seq=publication.audit_seq,
                published_at=publication.published_at,
            )
        )


def stored(tx: Connection, name: str | None = None) -> list[Publication]:
    """The stored publications, or the one of that name."""
    query = select(PublicationRow.__table__).order_by(PublicationRow.name)
    if name is not None:
        query = query.where(PublicationRow.name == name)
    return [
        Publication(row.name, row.version, row.media_type, row.body, row.audit_seq, row.published_at)
        for row in tx.execute(query)
    ]
