"""What stands at a seal's position: the one query behind every check at the desk. Crosses offices by nature.

Where no letter is on record, a second query asks what a restore could not bring back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from suket_service.core.letter import LetterState
from suket_service.core.status_list import Status
from suket_service.registry import status
from suket_service.registry.schema import (
    KindRow,
    LetterRow,
    LostPositionRow,
    OfficeRow,
    PrintingRow,
    RegionRow,
    StatusListRow,
)


@dataclass(frozen=True, slots=True)
class Registered:
    """What a check may be told of the letter at a position."""

    letter: str
    number: str
    office: str
    office_name: str
    state: LetterState
    fingerprint: bytes
    issued_on: date
    sealed_valid_until: date | None
    extended_to: date | None
    kind_title: str
    village_name: str  # with its district

    @property
    def valid_until(self) -> date | None:
        """The last valid day with an extension; None until the card is issued."""
        return self.extended_to or self.sealed_valid_until


@dataclass(frozen=True, slots=True)
class Lost:
    """A letter that a restore could not bring back. All that is left of it is its list's word."""

    status: Status | None  # as published; None: nothing was published of it, and nobody can tell
    extended_to: date | None


# Built once: building it anew costs ten times what SQLite takes to answer it.
_LETTER, _OFFICE, _KIND, _REGION = (row.__table__.c for row in (LetterRow, OfficeRow, KindRow, RegionRow))
#: Letters as ``registered`` reads them; by what they are found is for the caller to add.
REGISTERED: Any = select(
    _LETTER.id,
    _LETTER.number,
    _LETTER.office,
    _OFFICE.name.label("office_name"),
    _LETTER.state,
    _LETTER.fingerprint,
    _LETTER.issued_on,
    _LETTER.sealed_valid_until,
    _LETTER.extended_to,
    _KIND.title,
    _REGION.name.label("village_name"),
    _REGION.district,
).where(
    _OFFICE.code == _LETTER.office,
    _KIND.code == _LETTER.kind,
    _REGION.code == _LETTER.village,
)
_AT_POSITION = REGISTERED.where(
    _LETTER.status_list == bindparam("status_list"),
    _LETTER.status_index == bindparam("status_index"),
)


_LIST, _LOST = (row.__table__.c for row in (StatusListRow, LostPositionRow))
_OFF_RECORD = (
    select(
        _LIST.next_index,
        _LIST.witnessed_at,
        _LIST.closed_at,
        _OFFICE.utc_offset_minutes,
        _LOST.status,
        _LOST.extended_to,
    )
    .join_from(StatusListRow.__table__, OfficeRow.__table__, _OFFICE.code == _LIST.office)
    .join(
        LostPositionRow.__table__,
        and_(_LOST.status_list == _LIST.number, _LOST.status_index == bindparam("status_index")),
        isouter=True,
    )
    .where(_LIST.number == bindparam("status_list"))
)


def find(tx: Connection, status_list: int, status_index: int) -> Registered | None:
    """The letter at a position; None when none was ever given it."""
    row = tx.execute(_AT_POSITION, {"status_list": status_list, "status_index": status_index}).first()
    return None if row is None else registered(row)


def registered(row: Row[Any]) -> Registered:
    """A row of :data:`REGISTERED`."""
    return Registered(
        letter=row.id,
        number=row.number,
        office=row.office,
        office_name=row.office_name,
        state=LetterState(row.state),
        fingerprint=row.fingerprint,
        issued_on=row.issued_on,
        sealed_valid_until=row.sealed_valid_until,
        extended_to=row.extended_to,
        kind_title=row.title,
        village_name=f"{row.village_name}, {row.district}",
    )


def find_lost(tx: Connection, status_list: int, status_index: int, issued_on: date) -> Lost | None:
    """The lost letter at a position without one on record; None when none was ever given it."""
    row = tx.execute(_OFF_RECORD, {"status_list": status_list, "status_index": status_index}).first()
    if row is None:
        return None
    if row.status is not None:
        return Lost(Status(row.status), row.extended_to)
    gap = status.gap(row.witnessed_at, row.closed_at, row.utc_offset_minutes)
    in_gap = gap is not None and status_index >= row.next_index and gap.covers(issued_on)
    return Lost(None, None) if in_gap else None


def printed_files(tx: Connection, letter: str) -> frozenset[str]:
    """SHA-256 (hex) of every PDF of a letter that was handed out."""
    return frozenset(tx.execute(select(PrintingRow.sha256).where(PrintingRow.letter == letter)).scalars())
