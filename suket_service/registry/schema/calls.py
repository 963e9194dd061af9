"""What other agencies' programs ask: how often, how much, and what they were answered when asked twice."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base


class CallWindowRow(Base):
    """How much of its minute's limit a program has used up."""

    __tablename__ = "call_window"
    account: Mapped[str] = mapped_column(ForeignKey("staff.username"), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger)  # since the epoch; another minute begins anew
    used: Mapped[int]


class CallCountRow(Base):
    """What a program asked on a day of its office's calendar, by call: the usage that it answers for."""

    __tablename__ = "call_count"
    account: Mapped[str] = mapped_column(ForeignKey("staff.username"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(String(40), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    asked: Mapped[int] = mapped_column(BigInteger)  # letters or seals, so a batch counts as many
    refused: Mapped[int] = mapped_column(BigInteger)  # over the limit, or outside the key's scopes


class IdempotentCallRow(Base):
    """A write that was asked for under an idempotency key, and its answer once there is one."""

    __tablename__ = "idempotent_call"
    account: Mapped[str] = mapped_column(ForeignKey("staff.username"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # of method, path and body
    claimed_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]  # None: still being done
    body: Mapped[bytes | None]
