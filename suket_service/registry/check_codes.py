"""Letters by the number on their paper, whatever office numbered them, and check codes that did not fit.

Crosses offices by nature, as a check does. Of a failure only a hash of the number is kept.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from suket_service.core.letter import Office
from suket_service.registry import offices
from suket_service.registry.positions import REGISTERED, Registered, registered
from suket_service.registry.schema import CheckCodeFailureRow, LetterRow, OfficeRow

#: The column's width: nothing longer is a letter number.
NUMBER_CHARACTERS = 120
_MOST_SERIAL_DIGITS = 9
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A letter found by its number, with the seal that it bears."""

    registered: Registered
    sealed: bytes
    utc_offset: timedelta  # of its office's calendar


_LETTER, _OFFICE = LetterRow.__table__.c, OfficeRow.__table__.c
_OF_NUMBER = REGISTERED.add_columns(_OFFICE.utc_offset_minutes, _LETTER.sealed).where(
    # By the office first: that is how the index on numbers begins.
    _LETTER.office.in_(select(_OFFICE.code)),
    _LETTER.number.in_(bindparam("numbers", expanding=True)),
)
_FAILURE = CheckCodeFailureRow.__table__.c


def numbered(tx: Connection, typed: str) -> list[Numbered]:
    """The letters whose number that is: one, or one in each office that numbers alike; mostly none.

    Typed as on the paper, or in other case, with blanks and without the serial's leading zeros.
    """
    rows = tx.execute(_OF_NUMBER.order_by(_LETTER.office), {"numbers": _ways_to_read(tx, typed)})
    return [Numbered(registered(row), row.sealed, timedelta(minutes=row.utc_offset_minutes)) for row in rows]


def _ways_to_read(tx: Connection, typed: str) -> list[str]:
    text = typed.strip()
    ways = {text, text.upper(), _BLANKS.sub("", text).upper()}
    series = {kind.series for kind in offices.kinds(tx).values()}
    for office in offices.offices(tx):
        for each in series:
            read = re.fullmatch(_pattern_of(office, each), _BLANKS.sub("", text), re.IGNORECASE | re.ASCII)
            if read is not None:
                ways.add(office.number(int(read["serial"]), each, int(read["year"])))
    return sorted(ways)


def _pattern_of(office: Office, series: str) -> str:
    """The numbers of one series, without their blanks, as a regular expression."""
    parts, seen = [], set[str]()
    fields = {
        "serial": f"(?P<serial>[0-9]{{1,{_MOST_SERIAL_DIGITS}}})",
        "year": "(?P<year>[0-9]{4})",
        "series": re.escape(_BLANKS.sub("", series)),
        "office": re.escape(office.code),
    }
    for literal, name, _, _ in Formatter().parse(office.number_pattern):
        parts.append(re.escape(_BLANKS.sub("", literal)))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen and name in ("serial", "year") else fields[name])
            seen.add(name)
    return "".join(parts)


def failures(tx: Connection, number_hash: bytes, since: datetime, most: int) -> list[datetime]:
    """When a check code did not fit that number since then: the latest ``most``, newest first."""
    rows = tx.execute(
        select(_FAILURE.at)
        .where(_FAILURE.number_hash == number_hash, _FAILURE.at > since)
        .order_by(_FAILURE.at.desc())
        .limit(most)
    )
    return list(rows.scalars())


def all_failures(tx: Connection, since: datetime) -> int:
    """How many failures there were since then, whatever the number."""
    query = select(func.count()).select_from(CheckCodeFailureRow.__table__).where(_FAILURE.at > since)
    return tx.execute(query).scalar_one()


def add_failure(tx: Connection, number_hash: bytes, at: datetime) -> None:
    """Keep that a check code did not fit."""
    tx.execute(insert(CheckCodeFailureRow).values(number_hash=number_hash, at=at))


def has_failures(tx: Connection, until: datetime) -> bool:
    """Whether a failure up to that moment is still kept."""
    return tx.execute(select(_FAILURE.id).where(_FAILURE.at <= until).limit(1)).first() is not None


def forget_failures(tx: Connection, until: datetime) -> None:
    """Let go of every failure up to that moment."""
    tx.execute(delete(CheckCodeFailureRow).where(_FAILURE.at <= until))
