"""The register of the recorded: imported lists only, never a request's own word. Judges nobody."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from suket_service.core.region import Village
from suket_service.core.resident import RecordingState, Resident
from suket_service.errors import NotFound, Text
from suket_service.registry.letters import person_of
from suket_service.registry.schema import RegionRow, ResidentRow

#: What a search must be given at least: so many first digits of a NIK, or characters of a name.
LEAST_DIGITS, LEAST_CHARACTERS = 6, 3
#: No row has a higher id, on either database.
_HIGHEST_ID = 2**31 - 1
_NIK_PREFIX = re.compile(rf"[0-9]{{{LEAST_DIGITS},16}}")


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

    id: int
    resident: Resident
    state: RecordingState
    source: str
    as_of: date

    @property
    def card_is_ready(self) -> bool:
        """Whether their card can be printed, where there are blanks."""
        return self.state is RecordingState.PRINT_READY_RECORD


@dataclass(frozen=True, slots=True)
class Hits:
    """Whom a search found, and whether there are more than were asked for."""

    entries: tuple[Entry, ...]
    more: bool


def find(tx: Connection, office: str, niks: Sequence[str]) -> dict[str, Entry]:
    """The register's entries of this office for those NIKs, by NIK."""
    rows = tx.execute(_ENTRIES.where(ResidentRow.office == office, ResidentRow.nik.in_(niks)))
    return {row.nik: _entry(row) for row in rows}


def by_id(tx: Connection, office: str, resident: int) -> Entry:
    """One person of this office's register.

    Raises:
        NotFound: no such person here.
    """
    row = None
    if 0 < resident <= _HIGHEST_ID:
        row = tx.execute(_ENTRIES.where(ResidentRow.office == office, ResidentRow.id == resident)).first()
    if row is None:
        raise NotFound(
            "no_resident",
            Text(
                "Orang ini tidak ada dalam daftar penduduk kantor ini.",
                "This office's register has no such person.",
            ),
        )
    return _entry(row)


def search(tx: Connection, office: str, wanted: str, most: int) -> Hits:
    """People of this office's register by the first digits of a NIK, or by parts of a name in any order.

    By name, then by NIK; nobody where too little is given to search by (:func:`is_enough`).
    """
    if not is_enough(wanted):
        return Hits((), more=False)
    asked = _by_nik(wanted) if is_nik(wanted) else _by_name(wanted)
    # The ids first: that walks an index alone and stops at the last one wanted.
    order = (ResidentRow.name, ResidentRow.nik)
    ids = select(ResidentRow.id).where(ResidentRow.office == office, asked).order_by(*order).limit(most + 1)
    found = list(tx.execute(ids).scalars())
    rows = tx.execute(_ENTRIES.where(ResidentRow.id.in_(found[:most])).order_by(*order))
    return Hits(tuple(_entry(row) for row in rows), more=len(found) > most)


def is_nik(wanted: str) -> bool:
    """Whether a search is for a NIK or its first digits, also when written in groups."""
    return _NIK_PREFIX.fullmatch(_squeezed(wanted)) is not None


def is_enough(wanted: str) -> bool:
    """Whether there is enough to search by."""
    if is_nik(wanted):
        return True
    return (
        wanted.isprintable()
        and len(_squeezed(wanted)) >= LEAST_CHARACTERS
        and not _squeezed(wanted).isdigit()
    )


def namesakes(tx: Connection, office: str, nik: str, name: str, born: date, most: int) -> list[Entry]:
    """Others than ``nik`` in this office's register of that name and birth date: perhaps a double record."""
    rows = tx.execute(
        _ENTRIES.where(
            ResidentRow.office == office,
            ResidentRow.name.in_({name, name.upper(), name.title()}),
            ResidentRow.birth_date == born,
            ResidentRow.nik != nik,
        ).limit(most)
    )
    # Asked for in order, SQLite would walk the whole register by NIK instead of the few of that name.
    return sorted((_entry(row) for row in rows), key=lambda entry: entry.resident.nik)


def _by_nik(wanted: str) -> ColumnElement[bool]:
    digits = _squeezed(wanted)
    # A range, not a pattern: that is what the unique index can answer on both databases.
    return and_(ResidentRow.nik >= digits.ljust(16, "0"), ResidentRow.nik <= digits.ljust(16, "9"))


def _by_name(wanted: str) -> ColumnElement[bool]:
    # SQLite folds the case of A to Z alone; of other letters both cases are asked for.
    return and_(
        *(
            or_(
                *(
                    ResidentRow.name.icontains(form, autoescape=True)
                    for form in ({word} if word.isascii() else {word, word.upper(), word.lower()})
                )
            )
            for word in wanted.split()
        )
    )


def _squeezed(wanted: str) -> str:
    return "".join(wanted.split())


_ENTRIES = select(
    ResidentRow.__table__,
    RegionRow.name.label("village_name"),
    RegionRow.district,
    RegionRow.regency,
    RegionRow.province,
).join(RegionRow, RegionRow.code == ResidentRow.village)


def _entry(row: Row[Any]) -> Entry:
    village = Village(row.village, row.village_name, row.district, row.regency, row.province)
    return Entry(row.id, person_of(row, village), RecordingState(row.recording_state), row.source, row.as_of)
