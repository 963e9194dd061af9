"""Lists of letters that were handed to another body, and what stood on them. Decides nobody's right to one.

A list is kept as facts: for whom, on what basis, which columns, when. Its lines are found again from the
audit chain up to the list's own entry: that order is exact, whoever waited for whom to commit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from suket_service.errors import NotFound, Text
from suket_service.registry import audit
from suket_service.registry.ids import is_id
from suket_service.registry.listing import Fate
from suket_service.registry.schema import AuditRow, DisclosureRow, LetterRow

#: The audit's word on a list that is handed over; its subject is the list's id.
HAND_OVER = "list.hand_over"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A list that was handed over. ``previous``: the list that this one tells the changes since."""

    id: str  # 32 hex digits, random
    receiver: str
    basis: str
    columns: tuple[str, ...]
    village: str | None
    previous: str | None
    letters: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a letter stood at a moment: what had become of it, and its last valid day by then."""

    fate: Fate
    valid_until: date | None


def add(tx: Connection, office: str, made: Disclosure) -> None:
    """Keep the facts of a list."""
    tx.execute(
        insert(DisclosureRow).values(
            id=made.id,
            office=office,
            receiver=made.receiver,
            basis=made.basis,
            columns=list(made.columns),
            village=made.village,
            previous=made.previous,
            letters=made.letters,
            by=made.by,
            at=made.at,
        )
    )


def find(tx: Connection, office: str, disclosure: str) -> Disclosure | None:
    """A list of an office, if it is there."""
    if not is_id(disclosure):
        return None
    row = tx.execute(_ALL.where(DisclosureRow.office == office, DisclosureRow.id == disclosure)).first()
    return None if row is None else _disclosure(row)


def by_id(tx: Connection, office: str, disclosure: str) -> Disclosure:
    """A list of an office.

    Raises:
        NotFound: also for another office's.
    """
    found = find(tx, office, disclosure)
    if found is None:
        raise NotFound(
            "no_list", Text("Daftar itu tidak ada di kantor ini.", "This office has no such list.")
        )
    return found


def newest(tx: Connection, office: str, offset: int, limit: int) -> list[Disclosure]:
    """The lists of an office, the newest first."""
    rows = tx.execute(
        _ALL.where(DisclosureRow.office == office)
        .order_by(DisclosureRow.at.desc(), DisclosureRow.id)
        .offset(offset)
        .limit(limit)
    )
    return [_disclosure(row) for row in rows]


def how_many(tx: Connection, office: str) -> int:
    """How many lists an office has handed over."""
    return tx.execute(
        select(func.count()).select_from(DisclosureRow).where(DisclosureRow.office == office)
    ).scalar_one()


def receivers(tx: Connection, office: str) -> list[str]:
    """Everyone an office has handed a list to, once each."""
    rows = tx.execute(select(DisclosureRow.receiver).where(DisclosureRow.office == office).distinct())
    return sorted(rows.scalars())


def last_to(tx: Connection, office: str, receiver: str, village: str | None) -> Disclosure | None:
    """The last list that this receiver got for that village, or for all of them."""
    row = tx.execute(
        _ALL.where(
            DisclosureRow.office == office,
            DisclosureRow.receiver == receiver,
            DisclosureRow.village.is_not_distinct_from(village),
        )
        .order_by(DisclosureRow.at.desc(), DisclosureRow.id)
        .limit(1)
    ).first()
    return None if row is None else _disclosure(row)


def entry_of(tx: Connection, office: str, disclosure: str) -> audit.StoredEntry:
    """The audit's entry of a list of an office.

    Raises:
        NotFound: the chain knows of no such list.
    """
    entries = audit.of_action(tx, HAND_OVER, office, disclosure)
    if not entries:
        raise NotFound(
            "no_list",
            Text("Rantai audit tidak mengenal daftar itu.", "The audit chain knows of no such list."),
        )
    return entries[0]


def standings_now(tx: Connection, office: str, day: date, village: str | None) -> dict[str, Standing]:
    """How each issued letter stands, by number, in the order in which they were numbered."""
    return {
        row.number: _standing(row.state, row.extended_to or row.sealed_valid_until, day)
        for row in _issued(tx, office, village)
    }


def standings_at(
    tx: Connection, office: str, seq: int, day: date, village: str | None
) -> dict[str, Standing]:
    """How each letter issued by then stood, by number, when the chain had ``seq`` entries.

    Args:
        tx: the transaction.
        office: whose letters.
        seq: the entry up to which the chain counts.
        day: the office's calendar day of that entry: what had expired by then.
        village: only these people's; None: everyone's.
    """
    words = _words(tx, office, seq)
    found = {}
    for row in _issued(tx, office, village):
        if row.number in words:
            state, extended_to = words[row.number]
            found[row.number] = _standing(state, extended_to or row.sealed_valid_until, day)
    return found


_ALL = select(DisclosureRow.__table__)
#: What the chain says of a letter, to the state that it leaves the letter in.
_SAID = {
    "letter.issue": Fate.IN_FORCE,
    "letter.resume": Fate.IN_FORCE,
    "letter.extend": Fate.IN_FORCE,
    "letter.suspend": Fate.SUSPENDED,
    "letter.revoke": Fate.REVOKED,
    "letter.supersede": Fate.SUPERSEDED,
}


def _words(tx: Connection, office: str, seq: int) -> Mapping[str, tuple[str, date | None]]:
    rows = tx.execute(
        select(AuditRow.action, AuditRow.subject, AuditRow.details)
        .where(AuditRow.office == office, AuditRow.seq <= seq, AuditRow.action.in_(_SAID))
        .order_by(AuditRow.seq)
    )
    words: dict[str, tuple[str, date | None]] = {}
    for action, number, details in rows:
        extended_to = words.get(number, ("", None))[1]
        if action == "letter.extend":
            extended_to = date.fromisoformat(json.loads(details)["until"])
        words[number] = (_SAID[action].value, extended_to)
    return words


def _issued(tx: Connection, office: str, village: str | None) -> Any:
    query = select(
        LetterRow.number, LetterRow.state, LetterRow.sealed_valid_until, LetterRow.extended_to
    ).where(LetterRow.office == office, LetterRow.number.is_not(None))
    if village is not None:
        query = query.where(LetterRow.village == village)
    return tx.execute(query.order_by(LetterRow.issued_on, LetterRow.status_list, LetterRow.status_index))


def _standing(state: str, valid_until: date | None, day: date) -> Standing:
    expired = state == Fate.IN_FORCE and valid_until is not None and valid_until < day
    return Standing(Fate.EXPIRED if expired else Fate(state), valid_until)


def _disclosure(row: Row[Any]) -> Disclosure:
    return Disclosure(
        row.id,
        row.receiver,
        row.basis,
        tuple(row.columns),
        row.village,
        row.previous,
        row.letters,
        row.by,
        row.at,
    )
