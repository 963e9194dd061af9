"""Offices, letterheads, kinds, windows and regions: what letters are issued under. Issues none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from suket_service.core.kind import IssuingWindow, Kind, ValidityRule
from suket_service.core.letter import Capacity, Letterhead, Office
from suket_service.core.region import Village
from suket_service.errors import NotFound, RegistryError, Text
from suket_service.registry.schema import (
    IssuingWindowRow,
    KindRow,
    LetterheadRow,
    OfficeRow,
    RegionRow,
    RegistryRow,
)


@dataclass(frozen=True, slots=True)
class RegistryIdentity:
    """Which registry this is."""

    registry_id: str
    environment: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what an office issues at this moment: read once a transaction."""

    office: Office
    kinds: Mapping[int, Kind]
    usual_kind: int  # issued when none is named
    letterhead: int  # the current version
    today: date  # in the office's calendar


def create_registry(tx: Connection, identity: RegistryIdentity, at: datetime) -> None:
    """Say which registry this is: the first thing written."""
    tx.execute(
        insert(RegistryRow).values(
            id=1, registry_id=identity.registry_id, environment=identity.environment, created_at=at
        )
    )


def identity(tx: Connection) -> RegistryIdentity | None:
    """Which registry this is; None before ``suket init``."""
    row = tx.execute(select(RegistryRow.registry_id, RegistryRow.environment)).first()
    return RegistryIdentity(row.registry_id, row.environment) if row else None


def require_environment(tx: Connection, environment: str) -> None:
    """Refuse to work on a registry that was made for another environment.

    Raises:
        RegistryError: ``other_environment``.
    """
    known = identity(tx)
    if known is not None and known.environment != environment:
        raise RegistryError(
            "other_environment",
            Text(
                f"Registri ini dibuat untuk lingkungan {known.environment}; gunakan direktori data lain.",
                f"This registry was made for the {known.environment} environment; use another data directory.",
            ),
        )


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
        select(LetterheadRow.__table__).where(
            LetterheadRow.office == office_code, LetterheadRow.version == version
        )
    ).one()
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
    )


def circumstances(tx: Connection, office_code: str, at: datetime) -> Circumstances:
    """What letters of an office are issued under at that instant.

    Raises:
        NotFound: no such office, or it has no letterhead yet.
    """
    found = office(tx, office_code)
    usual = tx.execute(select(OfficeRow.usual_kind).where(OfficeRow.code == office_code)).scalar_one()
    return Circumstances(
        office=found,
        kinds=kinds(tx),
        usual_kind=usual,
        letterhead=current_letterhead(tx, office_code),
        today=found.local_date(at),
    )


def add_kind(tx: Connection, kind: Kind) -> None:
    """Add a kind of letter."""
    tx.execute(
        insert(KindRow).values(
            code=kind.code,
            title=kind.title,
            series=kind.series,
            template=kind.template,
            legal_basis=kind.legal_basis,
            rule=kind.rule.value,
            amount=kind.amount,
            fixed_date=kind.fixed_date,
        )
    )


def kinds(tx: Connection) -> dict[int, Kind]:
    """Every kind of letter, by code."""
    rows = tx.execute(select(KindRow.__table__).order_by(KindRow.code))
    return {
        row.code: Kind(
            code=row.code,
            title=row.title,
            series=row.series,
            template=row.template,
            legal_basis=row.legal_basis,
            rule=ValidityRule(row.rule),
            amount=row.amount,
            fixed_date=row.fixed_date,
        )
        for row in rows
    }


def windows(tx: Connection) -> tuple[IssuingWindow, ...]:
    """Every issuing window."""
    rows = tx.execute(
        select(
            IssuingWindowRow.office,
            IssuingWindowRow.kind,
            IssuingWindowRow.opens_on,
            IssuingWindowRow.closes_on,
        ).order_by(IssuingWindowRow.id)
    )
    return tuple(IssuingWindow(row.office, row.kind, row.opens_on, row.closes_on) for row in rows)


def add_villages(tx: Connection, villages: Iterable[Village]) -> int:
    """Add the villages not known yet; returns how many."""
    known = set(tx.execute(select(RegionRow.code)).scalars())
    fresh = [village for village in villages if village.code not in known]
    if fresh:
        tx.execute(
            insert(RegionRow),
            [
                {
                    "code": village.code,
                    "name": village.name,
                    "district": village.district,
                    "regency": village.regency,
                    "province": village.province,
                }
                for village in fresh
            ],
        )
    return len(fresh)


def villages_of(tx: Connection, office: Office) -> dict[str, Village]:
    """The villages that an office serves, by code."""
    rows = tx.execute(select(RegionRow.__table__).order_by(RegionRow.code))
    return {
        row.code: Village(row.code, row.name, row.district, row.regency, row.province)
        for row in rows
        if row.code.startswith(office.villages)
    }
