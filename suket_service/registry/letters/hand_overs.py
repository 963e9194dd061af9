"""What left the office's hands: letters and cards given to people, and the PDFs made of a letter. Judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from suket_service.core.letter import Receiver
from suket_service.registry.schema import HandOverRow, PrintingRow


class Thing(StrEnum):
    """What was given."""

    LETTER = "letter"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class HandOver:
    """Something given to a letter's holder, or to someone who came for them."""

    thing: Thing
    receiver: Receiver
    proxy_name: str | None
    proxy_relation: str | None
    old_letter_returned: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Printings:
    """How often a letter's PDF was made, and when last."""

    count: int
    last_at: datetime


def hand_overs(tx: Connection, letter: str) -> list[HandOver]:
    """Everything that was handed over for a letter, oldest first."""
    rows = tx.execute(
        select(HandOverRow.__table__).where(HandOverRow.letter == letter).order_by(HandOverRow.id)
    )
    return [
        HandOver(
            Thing(row.thing),
            Receiver(row.receiver),
            row.proxy_name,
            row.proxy_relation,
            row.old_letter_returned,
            row.by,
            row.at,
        )
        for row in rows
    ]


def add_letter_hand_over(
    tx: Connection,
    letter: str,
    receiver: Receiver,
    proxy_name: str | None,
    proxy_relation: str | None,
    by: str,
    at: datetime,
) -> None:
    """Record to whom the letter itself went."""
    tx.execute(
        insert(HandOverRow).values(
            letter=letter,
            thing=Thing.LETTER.value,
            receiver=receiver.value,
            proxy_name=proxy_name,
            proxy_relation=proxy_relation,
            old_letter_returned=False,
            by=by,
            at=at,
        )
    )


def printings_of(tx: Connection, letters: Sequence[str]) -> dict[str, Printings]:
    """The printings of those letters that have any, by letter."""
    rows = tx.execute(
        select(
            PrintingRow.letter,
            func.count(PrintingRow.id).label("made"),
            func.max(PrintingRow.printed_at).label("last"),
        )
        .where(PrintingRow.letter.in_(letters))
        .group_by(PrintingRow.letter)
    )
    return {row.letter: Printings(row.made, row.last) for row in rows}
