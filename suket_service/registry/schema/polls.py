"""Elections, the stations and devices at which letters are shown, and what was shown there.

A presentation names a letter by its position, never a person; nothing is taken out of it again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base
from suket_service.registry.schema.trust import EPOCH_SECONDS


class ElectionRow(Base):
    """An election in an office's area."""

    __tablename__ = "election"
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    issuing_closes_at: Mapped[datetime]
    villages: Mapped[list[str]]  # codes; none: all that the office serves
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class PollingStationRow(Base):
    """A polling station and the neighbourhoods that it serves; a removed one stays for what it was shown."""

    __tablename__ = "polling_station"
    __table_args__ = (UniqueConstraint("office", "village", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    village: Mapped[str] = mapped_column(ForeignKey("region.code"))
    code: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200))
    neighbourhoods: Mapped[list[str]]  # "RT/RW", three digits each; none: the whole village
    removed_at: Mapped[datetime | None]


class EnrolmentRow(Base):
    """A single-use code on a station's enrolment sheet; only its SHA-256 is kept."""

    __tablename__ = "enrolment"
    id: Mapped[int] = mapped_column(primary_key=True)
    election: Mapped[int] = mapped_column(ForeignKey("election.id"))
    station: Mapped[int] = mapped_column(ForeignKey("polling_station.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # a newer sheet took its place


class DeviceRow(Base):
    """An officer's phone: the public half of a key that never leaves it."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_election_station", "election", "station"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    election: Mapped[int] = mapped_column(ForeignKey("election.id"))
    station: Mapped[int] = mapped_column(ForeignKey("polling_station.id"))
    enrolment: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    x: Mapped[bytes] = mapped_column(LargeBinary(32))
    y: Mapped[bytes] = mapped_column(LargeBinary(32))
    enrolled_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.username"))
    confirmed_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.username"))
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(200))
    # As of its last call
    synced_at: Mapped[datetime | None]
    bundle_version: Mapped[int | None] = mapped_column(EPOCH_SECONDS)
    unsent: Mapped[int | None]
    app: Mapped[str | None] = mapped_column(String(40))


class PresentationRow(Base):
    """An event that a device sent: a letter was shown, or an earlier event of its own is undone."""

    __tablename__ = "presentation"
    __table_args__ = (
        UniqueConstraint("device", "event"),
        Index("ix_presentation_election_place", "election", "status_list", "status_index"),
        Index("ix_presentation_letter", "letter"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)  # rises with arrival: what others ask "since" by
    election: Mapped[int] = mapped_column(ForeignKey("election.id"))
    station: Mapped[int] = mapped_column(ForeignKey("polling_station.id"))
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    event: Mapped[str] = mapped_column(String(32))  # made by the device
    kind: Mapped[str] = mapped_column(String(8))  # "shown" or "undone"
    status_list: Mapped[int]
    status_index: Mapped[int]
    at: Mapped[datetime]  # by the device's clock
    device_seq: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))  # as the officer saw it; empty for "undone"
    bundle_version: Mapped[int | None] = mapped_column(EPOCH_SECONDS)
    proven: Mapped[bool]  # whether it shows that the letter on record was read
    letter: Mapped[str | None] = mapped_column(ForeignKey("letter.id"))  # only when proven
    undoes: Mapped[str | None] = mapped_column(String(32))
    received_at: Mapped[datetime]


class PresentationReportRow(Base):
    """A signed report of letters shown twice, as it was handed over."""

    __tablename__ = "presentation_report"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    election: Mapped[int] = mapped_column(ForeignKey("election.id"), index=True)
    contents: Mapped[dict[str, Any]]
    token: Mapped[str] = mapped_column(Text())  # a JWS by the publication key
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class CheckCodeFailureRow(Base):
    """A check code that did not fit its number; kept for an hour, and the number only as a hash."""

    __tablename__ = "check_code_failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    at: Mapped[datetime]
