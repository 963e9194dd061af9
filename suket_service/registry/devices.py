"""Enrolment codes and the devices enrolled with them. Of a code only the SHA-256 is held; judges no call."""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from suket_service.core.device_proof import DeviceKey
from suket_service.errors import NotFound, Text
from suket_service.registry.ids import is_id
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.schema import DeviceRow, ElectionRow, EnrolmentRow, PollingStationRow, RegionRow

DeviceState = Literal["waiting", "active", "revoked"]
Sheet = Literal["none", "open", "used"]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A single-use code as it is kept. ``ended_at``: it counts no more, used or not."""

    id: int
    office: str
    election: int
    station: int
    used_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A phone that asks to take part."""

    id: str  # 32 hex digits
    enrolment: Enrolment
    name: str
    key: DeviceKey


@dataclass(frozen=True, slots=True)
class Device:
    """An officer's phone at one station in one election."""

    id: str
    election: int
    station: int
    name: str
    confirmation: str
    sheet_by: str  # who made the sheet that enrolled it
    enrolled_at: datetime
    confirmed_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str | None
    synced_at: datetime | None
    bundle_version: int | None
    unsent: int | None
    app: str | None
    office: str
    key: DeviceKey = field(repr=False)

    @property
    def state(self) -> DeviceState:
        """Whether its calls count."""
        if self.revoked_at is not None:
            return "revoked"
        return "waiting" if self.confirmed_at is None else "active"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a device says of itself with a call."""

    bundle_version: int | None
    unsent: int
    app: str


def add_enrolments(
    tx: Connection, election: int, hashes: Iterable[tuple[int, bytes]], by: str, at: datetime
) -> None:
    """Keep new codes, as (station, hash)."""
    rows = [
        {"election": election, "station": station, "code_hash": digest, "made_by": by, "made_at": at}
        for station, digest in hashes
    ]
    if rows:
        tx.execute(insert(EnrolmentRow.__table__), rows)  # type: ignore[arg-type]


def end_unused(tx: Connection, election: int, stations: Collection[int], at: datetime) -> None:
    """Let no unused code of these stations count any more."""
    tx.execute(
        update(EnrolmentRow)
        .where(EnrolmentRow.election == election, EnrolmentRow.station.in_(stations), _IS_OPEN)
        .values(ended_at=at)
    )


def find_enrolment(tx: Connection, code_hash: bytes) -> Enrolment | None:
    """The code of that hash, also one that was used or has ended.

    Codes are compared by their hashes, which nobody who lacks the code can bring near one another.
    """
    row = tx.execute(
        select(EnrolmentRow.__table__, ElectionRow.office)
        .join(ElectionRow, ElectionRow.id == EnrolmentRow.election)
        .where(EnrolmentRow.code_hash == code_hash)
    ).first()
    if row is None or not hmac.compare_digest(row.code_hash, code_hash):
        return None
    return Enrolment(row.id, row.office, row.election, row.station, row.used_at, row.ended_at)


def spend(tx: Connection, enrolment: int, at: datetime) -> bool:
    """Use a code up; False when it was used or has ended."""
    spent = update(EnrolmentRow).where(EnrolmentRow.id == enrolment, _IS_OPEN).values(used_at=at)
    return tx.execute(spent).rowcount == 1


def sheets(tx: Connection, election: int) -> dict[int, Sheet]:
    """How each station's enrolment sheet stands; one that is not named has none that counts."""
    rows = tx.execute(
        select(
            EnrolmentRow.station,
            func.count(EnrolmentRow.used_at).label("used"),
            func.count().filter(_IS_OPEN).label("open"),
        )
        .where(EnrolmentRow.election == election)
        .group_by(EnrolmentRow.station)
    )
    return {row.station: "open" if row.open else "used" for row in rows if row.open or row.used}


def add(tx: Connection, new: NewDevice, at: datetime) -> None:
    """Keep a new device, which waits for its confirmation."""
    tx.execute(
        insert(DeviceRow).values(
            id=new.id,
            election=new.enrolment.election,
            station=new.enrolment.station,
            enrolment=new.enrolment.id,
            name=new.name,
            x=new.key.x,
            y=new.key.y,
            enrolled_at=at,
        )
    )


def find(tx: Connection, device: str) -> Device | None:
    """The device of that id, of whatever office."""
    row = tx.execute(_ALL.where(DeviceRow.id == device)).first() if is_id(device) else None
    return None if row is None else _device(row)


def enrolled_with(tx: Connection, enrolment: int) -> Device | None:
    """The device that used a code."""
    row = tx.execute(_ALL.where(DeviceRow.enrolment == enrolment)).first()
    return None if row is None else _device(row)


def by_id(tx: Connection, office: str, device: str) -> Device:
    """One device of an office.

    Raises:
        NotFound: also for another office's.
    """
    found = find(tx, device)
    if found is None or found.office != office:
        raise NotFound(
            "no_device", Text("Perangkat itu tidak ada di kantor ini.", "This office has no such device.")
        )
    return found


def of_election(tx: Connection, election: int) -> list[Device]:
    """All devices of an election, in the order in which they came."""
    rows = tx.execute(
        _ALL.where(DeviceRow.election == election).order_by(DeviceRow.enrolled_at, DeviceRow.id)
    )
    return [_device(row) for row in rows]


def confirm(tx: Connection, device: str, by: str, at: datetime) -> None:
    """Let a device's calls count."""
    tx.execute(update(DeviceRow).where(DeviceRow.id == device).values(confirmed_by=by, confirmed_at=at))


def revoke(tx: Connection, device: str, reason: str, by: str, at: datetime) -> None:
    """Let a device's calls count no more."""
    tx.execute(
        update(DeviceRow)
        .where(DeviceRow.id == device)
        .values(revoked_by=by, revoked_at=at, revoked_reason=reason)
    )


def note_sync(tx: Connection, device: str, report: SyncReport, at: datetime) -> None:
    """Note what a device said of itself."""
    tx.execute(
        update(DeviceRow)
        .where(DeviceRow.id == device)
        .values(
            synced_at=at, bundle_version=report.bundle_version, unsent=report.unsent, app=report.app or None
        )
    )


def stations(tx: Connection, ids: Collection[int]) -> dict[int, PollingStation]:
    """Stations by id, also those that a later file left out: devices and presentations name them."""
    rows = tx.execute(
        select(PollingStationRow.__table__, RegionRow.name.label("village_name"))
        .join(RegionRow, RegionRow.code == PollingStationRow.village)
        .where(PollingStationRow.id.in_(ids))
    )
    return {
        row.id: PollingStation(
            row.id, row.village, row.village_name, row.code, row.address, tuple(row.neighbourhoods)
        )
        for row in rows
    }


_IS_OPEN = EnrolmentRow.used_at.is_(None) & EnrolmentRow.ended_at.is_(None)
_ALL: Any = (
    select(DeviceRow.__table__, ElectionRow.office, EnrolmentRow.made_by)
    .join(ElectionRow, ElectionRow.id == DeviceRow.election)
    .join(EnrolmentRow, EnrolmentRow.id == DeviceRow.enrolment)
)


def _device(row: Row[Any]) -> Device:
    key = DeviceKey(row.x, row.y)
    return Device(
        id=row.id,
        election=row.election,
        station=row.station,
        name=row.name,
        confirmation=key.confirmation,
        sheet_by=row.made_by,
        enrolled_at=row.enrolled_at,
        confirmed_at=row.confirmed_at,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        synced_at=row.synced_at,
        bundle_version=row.bundle_version,
        unsent=row.unsent,
        app=row.app,
        office=row.office,
        key=key,
    )
