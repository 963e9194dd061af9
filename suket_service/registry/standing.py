"""How many letters are in force, and how many of those soon end: counted in one reading of them. Names nobody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, case, func, select

from suket_service.registry.counting import in_force, last_valid_day
from suket_service.registry.schema import LetterRow


@dataclass(frozen=True, slots=True)
class Standing:
    """An office's letters in force, and those of them whose last day is near."""

    in_force: int
    ending: int


def standing(tx: Connection, office: str, today: date, until: date) -> Standing:
    """The letters in force today, and those of them that end on ``until`` at the latest.

    No index holds the last days, so that every letter in force is looked at: once, for both.
    """
    ending = func.count(case((last_valid_day <= until, 1)))
    row = tx.execute(
        select(func.count(), ending).select_from(LetterRow).where(*in_force(office, today))
    ).one()
    return Standing(row[0], row[1])
