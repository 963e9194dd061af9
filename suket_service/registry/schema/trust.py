"""What letters are trusted by: lists, keys, publications, the audit chain."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base

#: Where PostgreSQL keeps to what a type says and SQLite does not: its INTEGER ends in January 2038, and an
#: entry with one item a letter has no length that could be named.
EPOCH_SECONDS = BigInteger().with_variant(Integer(), "sqlite")
DETAILS = String(2000).with_variant(Text(), "postgresql")


class StatusListRow(Base):
    """One status list of an office; positions are given out in order."""

    __tablename__ = "status_list"
    number: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    next_index: Mapped[int]
    capacity: Mapped[int]
    # After a restore no more positions are given out, and letters issued between these two instants
    # may be on paper without being on record.
    witnessed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class LostPositionRow(Base):
    """A position that was published as given out, but whose letter a restore could not bring back."""

    __tablename__ = "lost_position"
    status_list: Mapped[int] = mapped_column(
        ForeignKey("status_list.number"), primary_key=True, autoincrement=False
    )
    status_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[int]  # as published
    extended_to: Mapped[date | None]


class SigningKeyRow(Base):
    """A key pair; the private half only ever encrypted."""

    __tablename__ = "signing_key"
    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(4), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    office: Mapped[str | None] = mapped_column(ForeignKey("office.code"))
    environment: Mapped[str] = mapped_column(String(16))
    x: Mapped[bytes] = mapped_column(LargeBinary(32))
    y: Mapped[bytes] = mapped_column(LargeBinary(32))
    locked: Mapped[bytes]  # encrypted PKCS#8 PEM
    state: Mapped[str] = mapped_column(String(16))
    villages: Mapped[list[str]]
    signs_from: Mapped[date]
    signs_until: Mapped[date | None]
    created_at: Mapped[datetime]


class PublicationRow(Base):
    """What outsiders hold, signed once and served as stored: the newest of each name."""

    __tablename__ = "publication"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(EPOCH_SECONDS)  # strictly rising
    media_type: Mapped[str] = mapped_column(String(60))
    body: Mapped[bytes]
    audit_seq: Mapped[int]  # the last audit entry it takes into account
    published_at: Mapped[datetime]


class AuditRow(Base):
    """Who did what, when: appended, never changed (triggers refuse it), each entry chained to the last."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    office: Mapped[str | None] = mapped_column(String(4))
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    details: Mapped[str] = mapped_column(DETAILS)  # JSON as hashed
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
