"""Issued letters in lists: the register, those that end soon, those whose card is ready. Counts by group too.

Every list is one office's. Drafts have no number and stand in none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, extract, func, select

from suket_service.core.letter import STATE_NAMES, LetterState
from suket_service.core.resident import RecordingState
from suket_service.core.seal import check_code
from suket_service.errors import Text
from suket_service.registry.counting import in_force, last_valid_day
from suket_service.registry.schema import LetterRow, RegionRow, ResidentRow

#: A reason that was given in words alone, as a choice; codes are ``core.reason``'s.
IN_WORDS = "words"


class Fate(StrEnum):
    """What became of an issued letter up to today; unlike a state it says that a letter has expired."""

    IN_FORCE = "issued"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> Text:
        """What registers call it."""
        return _EXPIRED if self is Fate.EXPIRED else STATE_NAMES[LetterState(self.value)]


_EXPIRED = Text("lewat masa", "expired")


class Grouping(StrEnum):
    """What the register is counted by."""

    DAY = "day"
    MONTH = "month"
    VILLAGE = "village"
    NEIGHBOURHOOD = "neighbourhood"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters of an office: all that is None leaves the choice open."""

    first: date | None = None  # days of issue
    last: date | None = None
    village: str | None = None
    rt: int | None = None
    rw: int | None = None
    fate: Fate | None = None
    reason: str | None = None  # a code, or IN_WORDS


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """One line of a list: an issued letter with its holder."""

    id: str
    number: str
    kind: int
    fate: Fate
    issued_on: date
    valid_until: date | None
    nik: str
    name: str
    address: str
    rt: int
    rw: int
    village: str  # its code
    village_name: str
    reason: str
    reason_code: str | None
    requested_by: str
    approved_by: str
    check_code: str


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a count: what is counted, as text by column, and how many of each fate."""

    key: tuple[str, ...]
    counts: dict[Fate, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def how_many(tx: Connection, office: str, choice: Choice, today: date) -> int:
    """How many letters a choice holds."""
    return tx.execute(
        select(func.count()).select_from(LetterRow).where(*_chosen(office, choice, today))
    ).scalar_one()


def register(
    tx: Connection, office: str, choice: Choice, today: date, offset: int = 0, limit: int | None = None
) -> list[ListedLetter]:
    """The letters of a choice, in the order in which they were numbered."""
    query = (
        _listed(today)
        .where(*_chosen(office, choice, today))
        .order_by(LetterRow.issued_on, LetterRow.status_list, LetterRow.status_index, LetterRow.id)
    )
    return [_letter(row) for row in tx.execute(query.offset(offset).limit(limit))]


def expiring(
    tx: Connection, office: str, today: date, until: date, offset: int = 0, limit: int | None = None
) -> list[ListedLetter]:
    """The letters in force whose last valid day is ``until`` at the latest, the first to end first."""
    query = (
        _listed(today)
        .where(*in_force(office, today), last_valid_day <= until)
        .order_by(last_valid_day, LetterRow.issued_on, LetterRow.status_index, LetterRow.id)
    )
    return [_letter(row) for row in tx.execute(query.offset(offset).limit(limit))]


def cards_ready(
    tx: Connection, office: str, today: date, offset: int = 0, limit: int | None = None
) -> list[ListedLetter]:
    """The open letters of people whose card can be printed by the register's word, the oldest first."""
    query = (
        _listed(today)
        .join(ResidentRow, _SAME_PERSON)
        .where(*_card_is_ready(office))
        .order_by(LetterRow.issued_on, LetterRow.status_list, LetterRow.status_index, LetterRow.id)
    )
    return [_letter(row) for row in tx.execute(query.offset(offset).limit(limit))]


def how_many_cards_ready(tx: Connection, office: str) -> int:
    """How many letters :func:`cards_ready` lists."""
    return tx.execute(
        select(func.count())
        .select_from(LetterRow)
        .join(ResidentRow, _SAME_PERSON)
        .where(*_card_is_ready(office))
    ).scalar_one()


def in_force_on(
    tx: Connection, office: str, day: date, villages: Sequence[str] | None = None
) -> list[ListedLetter]:
    """The letters that count on a day to come, as far as is known now, by village and name.

    Args:
        tx: the transaction.
        office: whose letters.
        day: the day on which they are to be shown.
        villages: only these people's; None: everyone's.
    """
    conditions = [*in_force(office, day), LetterRow.issued_on <= day]
    if villages is not None:
        conditions.append(LetterRow.village.in_(villages))
    # Names in the order of their letters alone: PostgreSQL's own collation would depend on its host.
    found = [_letter(row) for row in tx.execute(_listed(day).where(*conditions))]
    return sorted(found, key=lambda each: (each.village, each.name, each.number))


def in_force_by_neighbourhood(tx: Connection, office: str, day: date) -> dict[tuple[str, int, int], int]:
    """How many letters count on that day, as :func:`in_force_on` lists them, by (village, RT, RW)."""
    columns = (LetterRow.village, LetterRow.rw, LetterRow.rt)
    rows = tx.execute(
        select(*columns, func.count())
        .where(*in_force(office, day), LetterRow.issued_on <= day)
        .group_by(*columns)
        .order_by(*columns)
    )
    return {(row.village, row.rt, row.rw): row[3] for row in rows}


def by_number(tx: Connection, office: str, numbers: Sequence[str], today: date) -> dict[str, ListedLetter]:
    """Issued letters by their numbers; those that are not there are left out."""
    found: dict[str, ListedLetter] = {}
    for start in range(0, len(numbers), _MOST_PARAMETERS):
        some = numbers[start : start + _MOST_PARAMETERS]
        rows = tx.execute(_listed(today).where(LetterRow.office == office, LetterRow.number.in_(some)))
        found |= {row.number: _letter(row) for row in rows}
    return found


def matrix(tx: Connection, office: str, choice: Choice, today: date) -> dict[tuple[Fate, str | None], int]:
    """How many letters of a choice there are of each fate and reason code (None: in words alone)."""
    rows = tx.execute(
        select(_fate(today), LetterRow.reason_code, func.count().label("count"))
        .where(*_chosen(office, choice, today))
        .group_by("fate", LetterRow.reason_code)
    )
    return {(Fate(row.fate), row.reason_code): row[2] for row in rows}


def grouped(tx: Connection, office: str, choice: Choice, today: date, by: Grouping) -> list[Group]:
    """How many letters of a choice there are of each fate, line by line in order."""
    columns = _GROUPINGS[by]
    rows = tx.execute(
        select(*columns, _fate(today), func.count().label("count"))
        .join(RegionRow, RegionRow.code == LetterRow.village)
        .where(*_chosen(office, choice, today))
        .group_by(*columns, "fate")
        .order_by(*columns)
    )
    counts: dict[tuple[str, ...], dict[Fate, int]] = {}
    for row in rows:
        key = _key(by, tuple(row[: len(columns)]))
        counts.setdefault(key, {})[Fate(row.fate)] = row[-1]
    return [Group(key, found) for key, found in counts.items()]


_MOST_PARAMETERS = 500
_SAME_PERSON = (ResidentRow.office == LetterRow.office) & (ResidentRow.nik == LetterRow.nik)
_GROUPINGS: dict[Grouping, tuple[Any, ...]] = {
    Grouping.DAY: (LetterRow.issued_on,),
    Grouping.MONTH: (extract("year", LetterRow.issued_on), extract("month", LetterRow.issued_on)),
    Grouping.VILLAGE: (LetterRow.village, RegionRow.name),
    Grouping.NEIGHBOURHOOD: (LetterRow.village, RegionRow.name, LetterRow.rw, LetterRow.rt),
}


def _key(by: Grouping, values: tuple[Any, ...]) -> tuple[str, ...]:
    match by:
        case Grouping.DAY:
            return (values[0].isoformat(),)
        case Grouping.MONTH:
            return (f"{int(values[0]):04d}-{int(values[1]):02d}",)
        case Grouping.VILLAGE:
            return values
        case Grouping.NEIGHBOURHOOD:
            village, name, rw, rt = values
            return village, name, f"{rt:03d}/{rw:03d}"


def _fate(today: date) -> Any:
    lapsed = (LetterRow.state == LetterState.ISSUED.value) & (last_valid_day < today)
    return case((lapsed, Fate.EXPIRED.value), else_=LetterRow.state).label("fate")


def _chosen(office: str, choice: Choice, today: date) -> list[ColumnElement[bool]]:
    conditions = [LetterRow.office == office, LetterRow.issued_on.is_not(None)]
    if choice.first is not None:
        conditions.append(LetterRow.issued_on >= choice.first)
    if choice.last is not None:
        conditions.append(LetterRow.issued_on <= choice.last)
    for column, wanted in (
        (LetterRow.village, choice.village),
        (LetterRow.rt, choice.rt),
        (LetterRow.rw, choice.rw),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if choice.reason is not None:
        code = None if choice.reason == IN_WORDS else choice.reason
        conditions.append(LetterRow.reason_code.is_not_distinct_from(code))
    return conditions + _of_fate(choice.fate, today)


def _of_fate(fate: Fate | None, today: date) -> list[ColumnElement[bool]]:
    if fate is None:
        return []
    if fate is Fate.EXPIRED:
        return [LetterRow.state == LetterState.ISSUED.value, last_valid_day < today]
    conditions: list[ColumnElement[bool]] = [LetterRow.state == fate.value]
    if fate is Fate.IN_FORCE:
        conditions.append(last_valid_day.is_(None) | (last_valid_day >= today))
    return conditions


def _card_is_ready(office: str) -> tuple[ColumnElement[bool], ...]:
    return (
        LetterRow.office == office,
        LetterRow.number.is_not(None),
        LetterRow.closed_at.is_(None),
        ResidentRow.recording_state == RecordingState.PRINT_READY_RECORD.value,
    )


def _listed(today: date) -> Select[Any]:
    return select(
        LetterRow.id,
        LetterRow.number,
        LetterRow.kind,
        _fate(today),
        LetterRow.issued_on,
        last_valid_day.label("valid_until"),
        LetterRow.nik,
        LetterRow.name,
        LetterRow.address,
        LetterRow.rt,
        LetterRow.rw,
        LetterRow.village,
        RegionRow.name.label("village_name"),
        LetterRow.reason,
        LetterRow.reason_code,
        LetterRow.requested_by,
        LetterRow.approved_by,
        LetterRow.fingerprint,
    ).join(RegionRow, RegionRow.code == LetterRow.village)


def _letter(row: Row[Any]) -> ListedLetter:
    values = row._asdict()
    fingerprint = values.pop("fingerprint")
    return ListedLetter(**{**values, "fate": Fate(row.fate)}, check_code=check_code(fingerprint))
