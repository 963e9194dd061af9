"""Offices, their letterheads, and under what they issue at a moment. Issues nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from suket_service.core.kind import IssuingWindow, Kind
from suket_service.core.letter import Capacity, Letterhead, Office
from suket_service.errors import NotFound, Text
from suket_service.registry import logos
from suket_service.registry.offices.kinds_and_windows import kinds, windows_of
from suket_service.registry.schema import LetterheadRow, LogoRow, OfficeRow


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what an office issues at this moment: read once a transaction."""

    office: Office
    kinds: Mapping[int, Kind]
    windows: tuple[IssuingWindow, ...]  # this office's alone
    usual_kind: int  # issued when none is named
    letterhead: int  # the current version
    today: date  # in the office's calendar


def add_office(tx: Connection, office: Office, usual_kind: int) -> None:
    """Add an office."""
    tx.execute(
        insert(OfficeRow).values(
            code=office.code,
            name=office.name,
            utc_offset_minutes=office.utc_offset // timedelta(minutes=1),
            number_pattern=office.number_pattern,
            villages=list(office.villages),
            usual_kind=usual_kind,
        )
    )


def offices(tx: Connection) -> list[Office]:
    """Every office."""
    rows = tx.execute(
        select(
            OfficeRow.code,
            OfficeRow.name,
            OfficeRow.utc_offset_minutes,
            OfficeRow.number_pattern,
            OfficeRow.villages,
        ).order_by(OfficeRow.code)
    )
    return [
        Office(
            row.code,
            row.name,
            timedelta(minutes=row.utc_offset_minutes),
            row.number_pattern,
            tuple(row.villages),
        )
        for row in rows
    ]


def office(tx: Connection, code: str) -> Office:
    """One office.

    Raises:
        NotFound: there is no such office.
    """
    found = next((each for each in offices(tx) if each.code == code), None)
    if found is None:
        raise NotFound("no_office", Text("Kantor ini tidak terdaftar.", "No such office."))
    return found


def usual_kind(tx: Connection, office_code: str) -> int:
    """The kind that an office issues when none is named."""
    return tx.execute(select(OfficeRow.usual_kind).where(OfficeRow.code == office_code)).scalar_one()


def set_usual_kind(tx: Connection, office_code: str, kind: int) -> None:
    """Change the kind that an office issues when none is named."""
    tx.execute(update(OfficeRow).where(OfficeRow.code == office_code).values(usual_kind=kind))


def set_number_pattern(tx: Connection, office_code: str, pattern: str) -> None:
    """Change how an office's letter numbers are written from now on."""
    tx.execute(update(OfficeRow).where(OfficeRow.code == office_code).values(number_pattern=pattern))


def add_letterhead(tx: Connection, office_code: str, letterhead: Letterhead, at: datetime) -> None:
    """Add a version of an office's letterhead."""
    tx.execute(
        insert(LetterheadRow).values(
            office=office_code,
            version=letterhead.version,
            government=letterhead.government,
            agency=letterhead.agency,
            address=letterhead.address,
            contact=letterhead.contact,
            place=letterhead.place,
            post=letterhead.post,
            capacity=letterhead.capacity.value,
            signatory=letterhead.signatory,
            rank=letterhead.rank,
            nip=letterhead.nip,
            logo=None if letterhead.logo is None else logos.put(tx, letterhead.logo),
            created_at=at,
        )
    )


def current_letterhead(tx: Connection, office_code: str) -> int:
    """The newest version's number.

    Raises:
        NotFound: the office has none yet.
    """
    newest = tx.execute(
        select(func.max(LetterheadRow.version)).where(LetterheadRow.office == office_code)
    ).scalar()
    if newest is None:
        raise NotFound(
            "no_letterhead",
            Text("Kantor ini belum mempunyai kop surat.", "This office has no letterhead yet."),
        )
    return newest


def letterhead(tx: Connection, office_code: str, version: int) -> Letterhead:
    """One version of an office's letterhead."""
    row = tx.execute(
        _LETTERHEADS.where(LetterheadRow.office == office_code, LetterheadRow.version == version)
    ).one()
    return _letterhead(row)


def letterheads(tx: Connection, office_code: str) -> list[tuple[Letterhead, datetime]]:
    """Every version of an office's letterhead and since when, the newest first."""
    rows = tx.execute(
        _LETTERHEADS.where(LetterheadRow.office == office_code).order_by(LetterheadRow.version.desc())
    )
    return [(_letterhead(row), row.created_at) for row in rows]


_LETTERHEADS = select(LetterheadRow.__table__, LogoRow.png).outerjoin(
    LogoRow, LogoRow.sha256 == LetterheadRow.logo
)


def _letterhead(row: Row[Any]) -> Letterhead:
    return Letterhead(
        version=row.version,
        government=row.government,
        agency=row.agency,
        address=row.address,
        contact=row.contact,
        place=row.place,
        post=row.post,
        capacity=Capacity(row.capacity),
        signatory=row.signatory,
        rank=row.rank,
        nip=row.nip,
        logo=row.png,
    )


def circumstances(tx: Connection, office_code: str, at: datetime) -> Circumstances:
    """What letters of an office are issued under at that instant.

    Raises:
        NotFound: no such office, or it has no letterhead yet.
    """
    found = office(tx, office_code)
    return Circumstances(
        office=found,
        kinds=kinds(tx),
        windows=windows_of(tx, office_code),
        usual_kind=usual_kind(tx, office_code),
        letterhead=current_letterhead(tx, office_code),
        today=found.local_date(at),
    )
