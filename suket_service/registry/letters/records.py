"""Letters as values, and out of rows. Asks and writes nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from suket_service.core.letter import LetterState
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.registry.schema import LetterRow, RegionRow

_PERSON = (
    "nik",
    "name",
    "birth_place",
    "birth_date",
    "blood_type",
    "address",
    "rt",
    "rw",
    "religion",
    "occupation",
    "citizenship",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft starts from."""

    id: str
    office: str
    kind: int
    resident: Resident
    reason: str
    portrait: bytes | None  # normalised JPEG
    requested_by: str
    request_key: str | None
    request_digest: bytes | None  # SHA-256 of what was asked under that key
    batch: str | None
    replaces: str | None = None  # id of the letter whose place this one takes when it is issued
    override_reason: str | None = None
    reason_code: str | None = None
    papers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A letter as the registry has it, without its paper."""

    id: str
    number: str | None
    state: LetterState
    office: str
    kind: int
    resident: Resident
    reason: str
    portrait: bytes | None
    requested_by: str
    approved_by: str | None
    request_digest: bytes | None
    replaces: str | None
    override_reason: str | None
    reason_code: str | None  # None: asked for in words alone
    papers: Mapping[str, str] | None  # what was shown at the counter, by name
    batch: str | None
    revision: int  # of a draft: rises with each correction
    returned_at: datetime | None  # a draft that the approver sent back
    returned_note: str | None
    issued_on: date | None
    sealed_valid_until: date | None
    extended_to: date | None
    status_list: int | None
    status_index: int | None
    fingerprint: bytes | None
    created_at: datetime
    issued_at: datetime | None
    closed_at: datetime | None

    @property
    def valid_until(self) -> date | None:
        """The last valid day with an extension; None until the card is issued."""
        return self.extended_to or self.sealed_valid_until

    def has_lapsed(self, today: date) -> bool:
        """Whether an issued letter's last valid day is past."""
        until = self.valid_until
        return self.issued_on is not None and until is not None and today > until


@dataclass(frozen=True, slots=True)
class Placement:
    """What issuing gives a letter."""

    number: str
    letterhead: int
    wording: Mapping[str, str]  # title, legal basis, template and place names, as they are on that day
    status_list: int
    status_index: int
    issued_on: date
    valid_until: date | None
    sealed: bytes
    seal_text: str
    fingerprint: bytes
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A draft, or with both of the others a letter that is issued as it is added."""

    draft: Draft
    approved_by: str | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that just happened to a letter."""

    letter: str
    at: datetime
    actor: str
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a letter."""

    at: datetime
    actor: str
    action: str
    reason: str


def portrait_key(jpeg: bytes) -> bytes:
    """What a stored portrait is found by: its SHA-256."""
    return hashlib.sha256(jpeg).digest()


def person_values(person: Resident) -> dict[str, Any]:
    """A person's facts as column values."""
    return {
        **{field: getattr(person, field) for field in _PERSON},
        "sex": person.sex.value,
        "marital_status": person.marital_status.value,
        "village": person.village.code,
    }


def person_of(row: Row[Any], village: Village) -> Resident:
    """A person out of a row that has the columns."""
    return Resident(
        **{field: getattr(row, field) for field in _PERSON},
        sex=Sex(row.sex),
        marital_status=MaritalStatus(row.marital_status),
        village=village,
    )


def records() -> Select[Any]:
    """The query for whole letters, with the places of their village; callers narrow it."""
    return select(
        LetterRow.__table__,
        RegionRow.name.label("village_name"),
        RegionRow.district,
        RegionRow.regency,
        RegionRow.province,
    ).join(RegionRow, RegionRow.code == LetterRow.village)


def record_of(row: Row[Any]) -> LetterRecord:
    """A letter out of a row of :func:`records`."""
    village = Village(row.village, row.village_name, row.district, row.regency, row.province)
    return LetterRecord(
        id=row.id,
        number=row.number,
        state=LetterState(row.state),
        office=row.office,
        kind=row.kind,
        resident=person_of(row, village),
        reason=row.reason,
        portrait=row.portrait,
        requested_by=row.requested_by,
        approved_by=row.approved_by,
        request_digest=row.request_digest,
        replaces=row.replaces,
        override_reason=row.override_reason,
        reason_code=row.reason_code,
        papers=row.papers,
        batch=row.batch,
        revision=row.revision,
        returned_at=row.returned_at,
        returned_note=row.returned_note,
        issued_on=row.issued_on,
        sealed_valid_until=row.sealed_valid_until,
        extended_to=row.extended_to,
        status_list=row.status_list,
        status_index=row.status_index,
        fingerprint=row.fingerprint,
        created_at=row.created_at,
        issued_at=row.issued_at,
        closed_at=row.closed_at,
    )
