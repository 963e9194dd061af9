"""What another agency's program may do alone to letters that were issued, and how often. Changes no letter.

One letter may be ended by one; ending many takes two people. A program that ends letter after letter
would be one that ends many: after :data:`MOST_ENDINGS_A_DAY` its office has to do the rest.
"""

from datetime import datetime, time, timedelta, timezone

from suket_service.core.letter import Office
from suket_service.errors import NotAllowed, Text
from suket_service.registry import letters, offices, staff
from suket_service.registry.session import Transaction
from suket_service.registry.staff import Role

#: Letters that a program may revoke, suspend or supersede on one day of its office's calendar.
MOST_ENDINGS_A_DAY = 50


class TooManyEndings(NotAllowed):
    """A program has ended as many letters today as it may; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many_endings", _TOO_MANY)
        self.retry_after = retry_after


def require_ending(tx: Transaction, office: str, by: str, at: datetime) -> None:
    """Refuse whoever may not suspend, revoke or supersede one letter now.

    Raises:
        NotAllowed: no operator, approver or program of this office.
        TooManyEndings: a program, after its last one of the day.
    """
    staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER, Role.PROGRAM)
    if staff.of_office(tx, office, by).role is not Role.PROGRAM:
        return
    begins, ends = _day(offices.office(tx, office), at)
    if letters.ended_by(tx, by, begins) >= MOST_ENDINGS_A_DAY:
        raise TooManyEndings(max(1, int((ends - at).total_seconds())))


def _day(office: Office, at: datetime) -> tuple[datetime, datetime]:
    begins = datetime.combine(office.local_date(at), time(), timezone(office.utc_offset))
    return begins, begins + timedelta(days=1)


_TOO_MANY = Text(
    f"Program ini sudah mengakhiri {MOST_ENDINGS_A_DAY} surat hari ini. Mengakhiri banyak surat memerlukan dua orang: "
    "mintalah kepada kantor penerbit.",
    f"This program has ended {MOST_ENDINGS_A_DAY} letters today. Ending many takes two people: ask the issuing office.",
)
