"""What stands at a seal's position: the one query behind every check at the desk. Crosses offices by nature."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from suket_service.core.letter import LetterState
from suket_service.registry.schema import KindRow, LetterRow, OfficeRow, PrintingRow, RegionRow


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


def find(tx: Connection, status_list: int, status_index: int) -> Registered | None:
    """The letter at a position; None when none was ever given it."""
    row = tx.execute(
        select(
            LetterRow.id,
            LetterRow.number,
            LetterRow.office,
            OfficeRow.name,
            LetterRow.state,
            LetterRow.fingerprint,
            LetterRow.issued_on,
            LetterRow.sealed_valid_until,
            LetterRow.extended_to,
            KindRow.title,
            RegionRow.name.label("village_name"),
            RegionRow.district,
        )
        .join(OfficeRow, OfficeRow.code == LetterRow.office)
        .join(KindRow, KindRow.code == LetterRow.kind)
        .join(RegionRow, RegionRow.code == LetterRow.village)
        .where(LetterRow.status_list == status_list, LetterRow.status_index == status_index)
    ).first()
    if row is None or row.number is None or row.fingerprint is None or row.issued_on is None:
        return None
    return Registered(
        letter=row.id,
        number=row.number,
        office=row.office,
        office_name=row.name,
        state=LetterState(row.state),
        fingerprint=row.fingerprint,
        issued_on=row.issued_on,
        sealed_valid_until=row.sealed_valid_until,
        extended_to=row.extended_to,
        kind_title=row.title,
        village_name=f"{row.village_name}, {row.district}",
    )


def printed_files(tx: Connection, letter: str) -> frozenset[str]:
    """SHA-256 (hex) of every PDF of a letter that was handed out."""
    return frozenset(tx.execute(select(PrintingRow.sha256).where(PrintingRow.letter == letter)).scalars())
