"""The office's daily work beside letters: print runs, uploads, proposals, lists and reports handed over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base


class PrintingRow(Base):
    """A PDF of a letter that was handed out."""

    __tablename__ = "printing"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    renderer: Mapped[str] = mapped_column(String(60))
    printed_by: Mapped[str] = mapped_column(String(60))
    printed_at: Mapped[datetime]


class PrintRunRow(Base):
    """Letters to be printed together, in parts."""

    __tablename__ = "print_run"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    letters: Mapped[list[str]]  # ids, in the order of the pages
    part_size: Mapped[int]
    asked_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    asked_at: Mapped[datetime]


class PrintPartRow(Base):
    """A part of a run that was rendered; its file is kept for a while beside the database."""

    __tablename__ = "print_part"
    run: Mapped[str] = mapped_column(ForeignKey("print_run.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class ProposalRow(Base):
    """A change to issued letters that takes two people, asked for by the first."""

    __tablename__ = "proposal"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    action: Mapped[str] = mapped_column(String(16))
    letters: Mapped[list[str]]  # ids
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    asked_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(12))  # "agreed", "declined" or "withdrawn"
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.username"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))


class UploadRow(Base):
    """A file of rows that someone looks at before anything of it is written."""

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))  # "requests", "residents" or "stations"
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes]
    origin: Mapped[dict[str, Any]]  # of a register: where it comes from and its date
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class UploadPhotoRow(Base):
    """A normalised portrait that came with a file of rows, by the name the rows use."""

    __tablename__ = "upload_photo"
    upload: Mapped[str] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    jpeg: Mapped[bytes]


class DisclosureRow(Base):
    """A list of letters that was handed to another body, and on what basis."""

    __tablename__ = "disclosure"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    receiver: Mapped[str] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(String(200))  # the written basis; empty for number and name alone
    columns: Mapped[list[str]]
    village: Mapped[str | None] = mapped_column(String(10))
    previous: Mapped[str | None] = mapped_column(String(32))  # the list that this one is the change since
    letters: Mapped[int]
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class ClosingReportRow(Base):
    """The report that closes an office's day, with the checkpoint signed for it."""

    __tablename__ = "closing_report"
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]
    checkpoint: Mapped[str] = mapped_column(Text())
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]
