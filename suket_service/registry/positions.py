"""What stands at a seal's position: the one query behind every check at the desk. Crosses offices by nature.

It tells in one view how far the audit chain has come, by which the desk knows whether what it holds still holds.

Where no letter is on record, a second query asks what a restore could not bring back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, literal_column, select

from suket_service.core.letter import LetterState
from suket_service.core.status_list import Status
from suket_service.registry import status
from suket_service.registry.audit import GENESIS, ChainHead
from suket_service.registry.schema import (
    AuditRow,
    KindRow,
    LetterRow,
    LostPositionRow,
    OfficeRow,
    PrintingRow,
    RegionRow,
    StatusListRow,
)
from suket_service.registry.session import Registry
from suket_service.registry.single_reads import Question


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


@dataclass(frozen=True, slots=True)
class Position:
    """What stands there, and the end of the audit chain in the same view."""

    head: ChainHead
    letter: Registered | None


# Built once: building it anew costs ten times what SQLite takes to answer it.
_LETTER, _OFFICE, _KIND, _REGION = (row.__table__.c for row in (LetterRow, OfficeRow, KindRow, RegionRow))
_TOLD = (
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
)
#: Letters as ``registered`` reads them; by what they are found is for the caller to add.
REGISTERED: Any = select(*_TOLD).where(
    _OFFICE.code == _LETTER.office,
    _KIND.code == _LETTER.kind,
    _REGION.code == _LETTER.village,
)
_AUDIT = AuditRow.__table__.c
_HEAD = (
    select(_AUDIT.seq, _AUDIT.hash).order_by(_AUDIT.seq.desc()).limit(literal_column("1")).subquery("head")
)
# From the head outward: it is there whether or not a letter is, and each further step goes by a whole key.
_AT_POSITION = Question(
    select(_HEAD.c.seq, _HEAD.c.hash, *_TOLD)
    .select_from(_HEAD)
    .outerjoin(
        LetterRow.__table__,
        and_(
            _LETTER.status_list == bindparam("status_list", type_=Integer),
            _LETTER.status_index == bindparam("status_index", type_=Integer),
        ),
    )
    .outerjoin(OfficeRow.__table__, _OFFICE.code == _LETTER.office)
    .outerjoin(KindRow.__table__, _KIND.code == _LETTER.kind)
    .outerjoin(RegionRow.__table__, _REGION.code == _LETTER.village)
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


def look(registry: Registry, status_list: int, status_index: int) -> Position:
    """What stands at a position, in a view of its own.

    Raises:
        RegistryError: ``registry_unavailable``.
    """
    return _position(registry.ask(_AT_POSITION, {"status_list": status_list, "status_index": status_index}))


def look_within(tx: Connection, status_list: int, status_index: int) -> Position:
    """What stands at a position, as this transaction sees it."""
    return _position(_AT_POSITION.within(tx, {"status_list": status_list, "status_index": status_index}))


def _position(row: Sequence[Any] | None) -> Position:
    if row is None:
        return Position(ChainHead(0, GENESIS), None)  # nothing has ever happened here
    return Position(ChainHead(row[0], row[1]), None if row[2] is None else registered(row[2:]))


def registered(row: Sequence[Any]) -> Registered:
    """A row that begins as :data:`REGISTERED` does."""
    (
        letter,
        number,
        office,
        office_name,
        state,
        fingerprint,
        issued_on,
        until,
        extended_to,
        title,
        *place,
    ) = row
    return Registered(
        letter=letter,
        number=number,
        office=office,
        office_name=office_name,
        state=LetterState(state),
        fingerprint=fingerprint,
        issued_on=issued_on,
        sealed_valid_until=until,
        extended_to=extended_to,
        kind_title=title,
        village_name=f"{place[0]}, {place[1]}",
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
