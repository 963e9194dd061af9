"""The register of the recorded, and letters with their history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suket_service.registry.schema.base import Base


class PersonColumns:
    """The facts of a person as the register and a letter both hold them."""

    nik: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    birth_place: Mapped[str] = mapped_column(String(60))
    birth_date: Mapped[date]
    sex: Mapped[str] = mapped_column(String(1))
    blood_type: Mapped[str] = mapped_column(String(3))
    address: Mapped[str] = mapped_column(String(120))
    rt: Mapped[int]
    rw: Mapped[int]
    village: Mapped[str] = mapped_column(ForeignKey("region.code"))
    religion: Mapped[str] = mapped_column(String(60))
    marital_status: Mapped[str] = mapped_column(String(40))
    occupation: Mapped[str] = mapped_column(String(60))
    citizenship: Mapped[str] = mapped_column(String(3))


class ResidentRow(PersonColumns, Base):
    """One person of the register of the recorded, as last imported."""

    __tablename__ = "resident"
    __table_args__ = (UniqueConstraint("office", "nik"), Index(None, "office", "name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    recording_state: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(120))
    as_of: Mapped[date]
    imported_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    imported_at: Mapped[datetime]


class RecordingChangeRow(Base):
    """When an import gave a person another recording state."""

    __tablename__ = "recording_change"
    __table_args__ = (Index(None, "office", "nik"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    nik: Mapped[str] = mapped_column(String(16))
    recording_state: Mapped[str] = mapped_column(String(32))
    imported_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class PortraitRow(Base):
    """A normalised portrait file, by its SHA-256."""

    __tablename__ = "portrait"
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    jpeg: Mapped[bytes]


def _one_open(name: str, column: str, condition: str) -> Index:
    where = text(condition)
    return Index(name, column, unique=True, sqlite_where=where, postgresql_where=where)


#: Letters that a status list marks: neither plainly valid nor as their paper says. A query finds them by the index of
#: that name only when it says just this, in these words.
MARKED = text("(extended_to IS NOT NULL OR state IN ('revoked', 'superseded', 'suspended'))")


class LetterRow(PersonColumns, Base):
    """A letter from draft to end. Body and signature are made once, at issue, and never again."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("office", "number"),
        UniqueConstraint("office", "request_key"),
        UniqueConstraint("status_list", "status_index"),
        # One open letter per person, of whatever kind. A draft that is to take a letter's place stands
        # beside it until it is issued.
        _one_open(
            "uq_letter_open_nik", "nik", "closed_at IS NULL AND (replaces IS NULL OR number IS NOT NULL)"
        ),
        _one_open("uq_letter_open_replaces", "replaces", "closed_at IS NULL"),
        # Holds all that a list is made of: of millions of letters the few that are marked are read, and no row.
        Index(
            "ix_letter_marked",
            *("status_list", "status_index", "state", "extended_to"),
            sqlite_where=MARKED,
            postgresql_where=MARKED,
        ),
        Index("ix_letter_office_village", "office", "village"),
        Index("ix_letter_office_state", "office", "state", "created_at"),
        Index("ix_letter_office_issued_on", "office", "issued_on"),
        Index("ix_letter_office_name", "office", "name"),
        Index("ix_letter_office_nik", "office", "nik"),
        Index("ix_letter_office_fingerprint", "office", "fingerprint"),  # a check code is its beginning
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[int] = mapped_column(ForeignKey("kind.code"))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(120))
    reason_code: Mapped[str | None] = mapped_column(String(16))  # None: asked for in words alone
    papers: Mapped[dict[str, Any] | None]  # what was shown at the counter, by name; never printed
    revision: Mapped[int] = mapped_column(server_default=text("0"))  # of a draft: rises with each correction
    returned_at: Mapped[datetime | None]  # a draft that the approver sent back
    returned_note: Mapped[str | None] = mapped_column(String(200))
    portrait: Mapped[bytes | None] = mapped_column(ForeignKey("portrait.sha256"))
    request_key: Mapped[str | None] = mapped_column(String(80))
    request_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # what was asked under that key
    replaces: Mapped[str | None] = mapped_column(String(32))  # the letter whose place this one takes
    override_reason: Mapped[str | None] = mapped_column(
        String(200)
    )  # why two people passed over the register
    batch: Mapped[str | None] = mapped_column(String(64), index=True)
    requested_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.username"))
    letterhead: Mapped[int | None]
    wording: Mapped[dict[str, Any] | None]  # title, legal basis, template and place names as printed
    number: Mapped[str | None] = mapped_column(String(120))
    status_list: Mapped[int | None] = mapped_column(ForeignKey("status_list.number"))
    status_index: Mapped[int | None]
    issued_on: Mapped[date | None]
    sealed_valid_until: Mapped[date | None]
    extended_to: Mapped[date | None]
    sealed: Mapped[bytes | None]  # body ‖ signature
    seal_text: Mapped[str | None] = mapped_column(String(600))
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class LetterEventRow(Base):
    """What happened to a letter, in order."""

    __tablename__ = "letter_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200))


class HandOverRow(Base):
    """A card or a letter given to its holder, or to someone who came for them."""

    __tablename__ = "hand_over"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    thing: Mapped[str] = mapped_column(String(8))  # "card" or "letter"
    receiver: Mapped[str] = mapped_column(String(8))  # "holder" or "proxy"
    proxy_name: Mapped[str | None] = mapped_column(String(60))
    proxy_relation: Mapped[str | None] = mapped_column(String(60))
    old_letter_returned: Mapped[bool]
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


class NumberSeriesRow(Base):
    """The counter behind letter numbers: a row, never a sequence, so that a rollback burns nothing."""

    __tablename__ = "number_series"
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), primary_key=True)
    kind: Mapped[int] = mapped_column(ForeignKey("kind.code"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_serial: Mapped[int]
    last_at: Mapped[datetime]
