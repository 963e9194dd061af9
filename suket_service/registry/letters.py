"""Letters: drafted, placed, closed, found again. Decides nothing and signs nothing.

Every query that an office's people reach is filtered by that office; only a check (by position)
and the one-open-letter rule (by person) look across offices.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from suket_service.core.letter import Letter, LetterState
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.core.seal import check_code
from suket_service.errors import NotFound, Text
from suket_service.registry import offices
from suket_service.registry.schema import (
    LetterEventRow,
    LetterRow,
    NumberSeriesRow,
    PortraitRow,
    PrintingRow,
    RegionRow,
)

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
    portrait: bytes | None  # SHA-256 of a stored portrait
    requested_by: str
    request_key: str | None
    batch: str | None


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
    status_list: int
    status_index: int
    issued_on: date
    valid_until: date | None
    sealed: bytes
    seal_text: str
    fingerprint: bytes
    issued_at: datetime


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


def keep_portrait(tx: Connection, jpeg: bytes) -> bytes:
    """Store a normalised portrait once; returns its key."""
    digest = portrait_key(jpeg)
    if tx.execute(select(PortraitRow.sha256).where(PortraitRow.sha256 == digest)).first() is None:
        tx.execute(insert(PortraitRow).values(sha256=digest, jpeg=jpeg))
    return digest


def add_draft(tx: Connection, draft: Draft, at: datetime) -> None:
    """Add a draft."""
    person = draft.resident
    tx.execute(
        insert(LetterRow).values(
            id=draft.id,
            office=draft.office,
            kind=draft.kind,
            state=LetterState.DRAFT.value,
            reason=draft.reason,
            portrait=draft.portrait,
            request_key=draft.request_key,
            batch=draft.batch,
            requested_by=draft.requested_by,
            created_at=at,
            **person_values(person),
        )
    )


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


def add_event(tx: Connection, letter: str, at: datetime, actor: str, action: str, reason: str = "") -> None:
    """Add to a letter's history."""
    tx.execute(insert(LetterEventRow).values(letter=letter, at=at, actor=actor, action=action, reason=reason))


def events(tx: Connection, letter: str) -> list[Event]:
    """A letter's history, oldest first."""
    rows = tx.execute(
        select(LetterEventRow.at, LetterEventRow.actor, LetterEventRow.action, LetterEventRow.reason)
        .where(LetterEventRow.letter == letter)
        .order_by(LetterEventRow.id)
    )
    return [Event(*row) for row in rows]


def set_approved(tx: Connection, letter: str, by: str) -> None:
    """A draft becomes approved."""
    tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter)
        .values(state=LetterState.APPROVED.value, approved_by=by)
    )


def place(tx: Connection, letter: str, placement: Placement) -> None:
    """An approved letter becomes issued: number, position and seal, once and for all."""
    tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter)
        .values(
            state=LetterState.ISSUED.value,
            number=placement.number,
            letterhead=placement.letterhead,
            status_list=placement.status_list,
            status_index=placement.status_index,
            issued_on=placement.issued_on,
            sealed_valid_until=placement.valid_until,
            sealed=placement.sealed,
            seal_text=placement.seal_text,
            fingerprint=placement.fingerprint,
            issued_at=placement.issued_at,
        )
    )


def close(
    tx: Connection, letter: str, at: datetime, state: LetterState | None = None, successor: str | None = None
) -> None:
    """Close a letter: it no longer counts as the person's open one. None keeps its state (it lapsed)."""
    values: dict[str, Any] = {"closed_at": at}
    if state is not None:
        values |= {"state": state.value, "superseded_by": successor}
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(**values))


def next_serial(tx: Connection, office: str, kind: int, year: int, at: datetime) -> int:
    """The next number of a series; the counter moves with the transaction, so none is lost or doubled."""
    this_series = (
        NumberSeriesRow.office == office,
        NumberSeriesRow.kind == kind,
        NumberSeriesRow.year == year,
    )
    moved = tx.execute(
        update(NumberSeriesRow)
        .where(*this_series)
        .values(last_serial=NumberSeriesRow.last_serial + 1, last_at=at)
        .returning(NumberSeriesRow.last_serial)
    ).scalar()
    if moved is not None:
        return int(moved)
    tx.execute(insert(NumberSeriesRow).values(office=office, kind=kind, year=year, last_serial=1, last_at=at))
    return 1


def last_issue(tx: Connection, office: str) -> datetime | None:
    """When the office issued last: time in a series never runs backwards."""
    return tx.execute(
        select(NumberSeriesRow.last_at)
        .where(NumberSeriesRow.office == office)
        .order_by(NumberSeriesRow.last_at.desc())
        .limit(1)
    ).scalar()


def series(tx: Connection) -> list[tuple[str, int, int, int]]:
    """(office, kind, year, last serial) of every series."""
    rows = tx.execute(
        select(
            NumberSeriesRow.office, NumberSeriesRow.kind, NumberSeriesRow.year, NumberSeriesRow.last_serial
        ).order_by(NumberSeriesRow.office, NumberSeriesRow.kind, NumberSeriesRow.year)
    )
    return [(row.office, row.kind, row.year, row.last_serial) for row in rows]


def _records() -> Select[Any]:
    return select(
        LetterRow.__table__,
        RegionRow.name.label("village_name"),
        RegionRow.district,
        RegionRow.regency,
        RegionRow.province,
    ).join(RegionRow, RegionRow.code == LetterRow.village)


def _record(row: Row[Any]) -> LetterRecord:
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


def open_letter_of(tx: Connection, nik: str) -> LetterRecord | None:
    """The person's open letter, in whatever office."""
    row = tx.execute(_records().where(LetterRow.nik == nik, LetterRow.closed_at.is_(None))).first()
    return _record(row) if row else None


def by_request_key(tx: Connection, office: str, key: str) -> LetterRecord | None:
    """The letter that this request already led to."""
    row = tx.execute(_records().where(LetterRow.office == office, LetterRow.request_key == key)).first()
    return _record(row) if row else None


def by_id(tx: Connection, office: str, letter: str) -> LetterRecord:
    """One letter of an office.

    Raises:
        NotFound: no such letter here.
    """
    row = tx.execute(_records().where(LetterRow.office == office, LetterRow.id == letter)).first()
    if row is None:
        raise no_letter()
    return _record(row)


def by_number(tx: Connection, office: str, number: str) -> LetterRecord:
    """One letter of an office by its number.

    Raises:
        NotFound: no such letter here.
    """
    row = tx.execute(_records().where(LetterRow.office == office, LetterRow.number == number)).first()
    if row is None:
        raise no_letter()
    return _record(row)


def search(
    tx: Connection,
    office: str,
    states: Sequence[LetterState] = (),
    village: str | None = None,
    batch: str | None = None,
    limit: int | None = None,
) -> list[LetterRecord]:
    """An office's letters, oldest first."""
    query = _records().where(LetterRow.office == office)
    if states:
        query = query.where(LetterRow.state.in_([state.value for state in states]))
    if village is not None:
        query = query.where(LetterRow.village == village)
    if batch is not None:
        query = query.where(LetterRow.batch == batch)
    query = query.order_by(LetterRow.created_at, LetterRow.number).limit(limit)
    return [_record(row) for row in tx.execute(query)]


def as_printed(tx: Connection, record: LetterRecord) -> Letter:
    """Everything the paper of an issued letter shows.

    Raises:
        NotFound: it was never issued, so there is nothing to print.
    """
    row = tx.execute(
        select(LetterRow.seal_text, LetterRow.letterhead, PortraitRow.jpeg)
        .outerjoin(PortraitRow, PortraitRow.sha256 == LetterRow.portrait)
        .where(LetterRow.id == record.id)
    ).one()
    if (
        record.number is None
        or record.issued_on is None
        or record.issued_at is None
        or record.fingerprint is None
    ):
        raise NotFound(
            "not_issued_yet",
            Text("Surat ini belum diterbitkan.", "This letter has not been issued yet."),
        )
    return Letter(
        id=record.id,
        number=record.number,
        kind=offices.kinds(tx)[record.kind],
        office=offices.office(tx, record.office),
        letterhead=offices.letterhead(tx, record.office, row.letterhead),
        resident=record.resident,
        reason=record.reason,
        issued_on=record.issued_on,
        valid_until=record.sealed_valid_until,
        issued_at=record.issued_at,
        seal_text=row.seal_text,
        check_code=check_code(record.fingerprint),
        portrait=row.jpeg,
    )


def seal_text(tx: Connection, letter: str) -> str:
    """What the symbol of an issued letter holds."""
    return tx.execute(select(LetterRow.seal_text).where(LetterRow.id == letter)).scalar() or ""


def add_printing(tx: Connection, letter: str, sha256: str, renderer: str, by: str, at: datetime) -> None:
    """Record a PDF that was handed out; the same file again is recorded again."""
    tx.execute(
        insert(PrintingRow).values(
            letter=letter, sha256=sha256, renderer=renderer, printed_by=by, printed_at=at
        )
    )


def no_letter() -> NotFound:
    """The one answer for a letter that is not there and for another office's."""
    return NotFound(
        "no_letter",
        Text(
            "Surat dengan nomor itu tidak ditemukan di kantor ini.",
            "No letter of that number in this office.",
        ),
    )
