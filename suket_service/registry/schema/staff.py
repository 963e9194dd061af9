"""The people of the offices, and how they prove who they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base


class StaffRow(Base):
    """A member of staff; a demo account never works in production."""

    __tablename__ = "staff"
    username: Mapped[str] = mapped_column(String(60), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]
    demo: Mapped[bool]
    created_at: Mapped[datetime]


class CredentialRow(Base):
    """How a member of staff proves who they are."""

    __tablename__ = "credential"
    username: Mapped[str] = mapped_column(ForeignKey("staff.username"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id, encoded
    totp_locked: Mapped[bytes | None]  # the shared secret, encrypted
    totp_last_step: Mapped[int | None]  # a code counts once: the last time step accepted
    changed_at: Mapped[datetime]
    # Given by another: good for choosing one's own.
    must_change: Mapped[bool] = mapped_column(server_default=text("false"))


class RecoveryCodeRow(Base):
    """A code for whoever lost their phone: counts once, in the place of a one-time code."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("staff.username"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None]


class StaffSessionRow(Base):
    """A member of staff who is signed in, on one device."""

    __tablename__ = "staff_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("staff.username"), index=True)
    complete: Mapped[bool]  # False: may only finish enrolling
    device: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # when a one-time code was last given
    ended_at: Mapped[datetime | None]
    searches: Mapped[dict[str, Any] | None]  # the last search on each page: a NIK or a name is in no address


class FailedSignInRow(Base):
    """A password or code that did not fit."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime]
