"""What stands at a seal's position: the one query behind every check at the desk. Crosses offices by nature."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select

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


# Built once: building it anew costs ten times what SQLite takes to answer it.
_LETTER, _OFFICE, _KIND, _REGION = (row.__table__.c for row in (LetterRow, OfficeRow, KindRow, RegionRow))
_AT_POSITION = select(
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
    _LETTER.status_list == bindparam("status_list"),
    _LETTER.status_index == bindparam("status_index"),
)


def find(tx: Connection, status_list: int, status_index: int) -> Registered | None:
    """The letter at a position; None when none was ever given it."""
    row = tx.execute(_AT_POSITION, {"status_list": status_list, "status_index": status_index}).first()
    if row is None:
        return None
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


def printed_files(tx: Connection, letter: str) -> frozenset[str]:
    """SHA-256 (hex) of every PDF of a letter that was handed out."""
    return frozenset(tx.execute(select(PrintingRow.sha256).where(PrintingRow.letter == letter)).scalars())
