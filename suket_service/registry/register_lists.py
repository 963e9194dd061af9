"""Lists of the recorded taken into the register, and what it holds by list. Judges nobody.

Of one person ``residents`` knows; here many are written at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from suket_service.core.resident import RecordingState, Resident
from suket_service.registry.letters import person_values
from suket_service.registry.residents import Import
from suket_service.registry.schema import ResidentRow

_RESIDENT = ResidentRow.__table__
_KEY = ("office", "nik")
_HELD_NIK = "held_nik"


@dataclass(frozen=True, slots=True)
class HeldList:
    """What the register holds from one source."""

    source: str
    people: int
    newest: date  # the as-of date of its newest list
    imported_at: datetime


def add(tx: Connection, people: Sequence[tuple[Resident, RecordingState]], origin: Import) -> None:
    """Add people whom the register does not hold yet."""
    if people:
        tx.execute(insert(_RESIDENT), [_values(*each, origin) for each in people])  # type: ignore[arg-type]


def replace(tx: Connection, people: Sequence[tuple[Resident, RecordingState]], origin: Import) -> None:
    """Replace what the register holds of people by what a list says of them."""
    if not people:
        return
    rows = [{**_values(*each, origin), _HELD_NIK: each[0].nik} for each in people]
    columns = [name for name in rows[0] if name not in (*_KEY, _HELD_NIK)]
    statement = (
        update(ResidentRow.__table__)  # type: ignore[arg-type]
        .where(_RESIDENT.c.office == origin.office, _RESIDENT.c.nik == bindparam(_HELD_NIK))
        .values({name: bindparam(name) for name in columns})
    )
    wanted = {*columns, _HELD_NIK}
    tx.execute(statement, [{name: value for name, value in row.items() if name in wanted} for row in rows])


def held(tx: Connection, office: str) -> list[HeldList]:
    """What an office's register holds, by source, newest first."""
    newest = func.max(ResidentRow.as_of)
    rows = tx.execute(
        select(
            ResidentRow.source,
            func.count().label("people"),
            newest.label("newest"),
            func.max(ResidentRow.imported_at).label("imported_at"),
        )
        .where(ResidentRow.office == office)
        .group_by(ResidentRow.source)
        .order_by(newest.desc(), ResidentRow.source)
    )
    return [HeldList(row.source, row.people, row.newest, row.imported_at) for row in rows]


def _values(person: Resident, state: RecordingState, origin: Import) -> dict[str, Any]:
    return {
        **person_values(person),
        "office": origin.office,
        "recording_state": state.value,
        "source": origin.source,
        "as_of": origin.as_of,
        "imported_by": origin.by,
        "imported_at": origin.at,
    }
