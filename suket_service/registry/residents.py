"""The register of the recorded: imported lists only, never a request's own word. Judges nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from suket_service.core.region import Village
from suket_service.core.resident import RecordingState, Resident
from suket_service.registry.letters import person_of, person_values
from suket_service.registry.schema import RegionRow, ResidentRow


@dataclass(frozen=True, slots=True)
class Import:
    """Where a list came from and who brought it in."""

    office: str
    source: str
    as_of: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the register."""

    resident: Resident
    state: RecordingState
    source: str
    as_of: date


def put(tx: Connection, person: Resident, state: RecordingState, origin: Import) -> bool:
    """Add or replace one person; a list older than what is held changes nothing (False)."""
    held = tx.execute(
        select(ResidentRow.id, ResidentRow.as_of).where(
            ResidentRow.office == origin.office, ResidentRow.nik == person.nik
        )
    ).first()
    values = {
        **person_values(person),
        "recording_state": state.value,
        "source": origin.source,
        "as_of": origin.as_of,
        "imported_by": origin.by,
        "imported_at": origin.at,
    }
    if held is None:
        tx.execute(insert(ResidentRow).values(office=origin.office, **values))
        return True
    if origin.as_of < held.as_of:
        return False
    tx.execute(update(ResidentRow).where(ResidentRow.id == held.id).values(**values))
    return True


def find(tx: Connection, office: str, niks: Sequence[str]) -> dict[str, Entry]:
    """The register's entries of this office for those NIKs, by NIK."""
    rows = tx.execute(
        select(
            ResidentRow.__table__,
            RegionRow.name.label("village_name"),
            RegionRow.district,
            RegionRow.regency,
            RegionRow.province,
        )
        .join(RegionRow, RegionRow.code == ResidentRow.village)
        .where(ResidentRow.office == office, ResidentRow.nik.in_(niks))
    )
    return {
        row.nik: Entry(
            person_of(row, Village(row.village, row.village_name, row.district, row.regency, row.province)),
            RecordingState(row.recording_state),
            row.source,
            row.as_of,
        )
        for row in rows
    }
