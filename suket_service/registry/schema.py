"""The tables. Holds no query; every change of shape is a migration beside this file.

Times are stored as UTC and read back aware. A letter's row is never deleted.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: Where PostgreSQL keeps to what a type says and SQLite does not: its INTEGER ends in January 2038, and an
#: entry with one item a letter has no length that could be named.
EPOCH_SECONDS = BigInteger().with_variant(Integer(), "sqlite")
DETAILS = String(2000).with_variant(Text(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as naive UTC because SQLite knows no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware to naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Naive UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Constraint names are fixed, so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy
        datetime: UtcDateTime,
        date: Date,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


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


class FailedSignInRow(Base):
    """A password or code that did not fit."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime]


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


class PrintingRow(Base):
    """A PDF of a letter that was handed out."""

    __tablename__ = "printing"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    renderer: Mapped[str] = mapped_column(String(60))
    printed_by: Mapped[str] = mapped_column(String(60))
    printed_at: Mapped[datetime]


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


class PollingStationRow(Base):
    """A polling station and the neighbourhoods that it serves."""

    __tablename__ = "polling_station"
    __table_args__ = (UniqueConstraint("office", "village", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    village: Mapped[str] = mapped_column(ForeignKey("region.code"))
    code: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200))
    neighbourhoods: Mapped[list[str]]  # "RT/RW", three digits each; none: the whole village


class ClosingReportRow(Base):
    """The report that closes an office's day, with the checkpoint signed for it."""

    __tablename__ = "closing_report"
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]
    checkpoint: Mapped[str] = mapped_column(Text())
    by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    at: Mapped[datetime]


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
    """Another agency's program. Its key is shown once; only the hash is kept."""

    __tablename__ = "client"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.username"))
    created_at: Mapped[datetime]
    expires_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
