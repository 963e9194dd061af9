"""Offices, what they issue under, and where they serve."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base


class RegistryRow(Base):
    """This registry itself: one row."""

    __tablename__ = "registry"
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[str] = mapped_column(String(32))
    environment: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class OfficeRow(Base):
    """An issuing office."""

    __tablename__ = "office"
    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    utc_offset_minutes: Mapped[int]
    number_pattern: Mapped[str] = mapped_column(String(120))
    villages: Mapped[list[str]]
    usual_kind: Mapped[int]
    opening_hours: Mapped[dict[str, Any] | None]  # days of the week and times; None: the usual ones
    cards_in_stock: Mapped[int | None]  # blank cards, as last counted


class LetterheadRow(Base):
    """A version of an office's letterhead and signatory; never changed, only succeeded."""

    __tablename__ = "letterhead"
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    government: Mapped[str] = mapped_column(String(120))
    agency: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(120))
    capacity: Mapped[str] = mapped_column(String(8))
    signatory: Mapped[str] = mapped_column(String(120))
    rank: Mapped[str] = mapped_column(String(60))
    nip: Mapped[str] = mapped_column(String(24))
    logo: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # SHA-256 of one of ``logo``
    created_at: Mapped[datetime]


class LogoRow(Base):
    """A normalised picture for letterheads, by its SHA-256."""

    __tablename__ = "logo"
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    png: Mapped[bytes]


class KindRow(Base):
    """A kind of letter."""

    __tablename__ = "kind"
    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(120))
    series: Mapped[str] = mapped_column(String(12), unique=True)
    template: Mapped[str] = mapped_column(String(60))
    legal_basis: Mapped[str] = mapped_column(String(300))
    rule: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None]
    fixed_date: Mapped[date | None]
    signature: Mapped[str] = mapped_column(String(12), server_default=text("'wet'"))


class IssuingWindowRow(Base):
    """When an office may issue a kind."""

    __tablename__ = "issuing_window"
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[int] = mapped_column(ForeignKey("kind.code"))
    opens_on: Mapped[date]
    closes_on: Mapped[date | None]


class RegionRow(Base):
    """A village with the places it lies in; retired codes stay, because NIKs and letters name them."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(80))
    regency: Mapped[str] = mapped_column(String(80))
    province: Mapped[str] = mapped_column(String(80))


class ServicePointRow(Base):
    """Where citizens are served, and what works there today."""

    __tablename__ = "service_point"
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # "dinas", "kecamatan" or "keliling"
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    hours: Mapped[str] = mapped_column(String(120))
    records: Mapped[bool]
    prints: Mapped[bool]
    closed_since: Mapped[date | None]
    notice: Mapped[str] = mapped_column(String(200))
    removed: Mapped[bool]
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class ClientRow(Base):
    """A key of another agency's program. It is shown once; only the hash is kept."""

    __tablename__ = "client"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    # The program's user name, whichever of its keys it uses.
    account: Mapped[str] = mapped_column(String(60), index=True, server_default=text("''"))
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]]
    calls_a_minute: Mapped[int] = mapped_column(server_default=text("600"))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    created_at: Mapped[datetime]
    expires_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    # Since a restore, which cannot tell what became of the key after the backup.
    waiting_since: Mapped[datetime | None]
