"""How much agencies' programs ask, and what was answered to writes that may be asked for twice. Refuses nobody.

All of it is kept by account, so that it outlives a key. Of an idempotency key only the SHA-256 is held.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from suket_service.registry.schema import CallCountRow, CallWindowRow, IdempotentCallRow

#: Requests for a letter on someone whom the register does not confirm, counted beside the calls themselves.
UNCONFIRMED_CALL = "letters.create.unconfirmed"


@dataclass(frozen=True, slots=True)
class Window:
    """A minute since the epoch, and how much was used up in it."""

    minute: int
    used: int


@dataclass(frozen=True, slots=True)
class CallCount:
    """What a program asked by one call in one month: letters or seals, so a batch counts as many."""

    account: str
    month: date  # its first day
    call: str
    asked: int
    refused: int


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A write that was asked for under a key. ``status`` and ``body`` are None while it is being done."""

    digest: bytes
    claimed_at: datetime
    status: int | None
    body: bytes | None


def window(tx: Connection, account: str) -> Window:
    """How much of its minute's limit a program has used up."""
    query = select(CallWindowRow.minute, CallWindowRow.used).where(CallWindowRow.account == account)
    found = tx.execute(query).first()
    return Window(0, 0) if found is None else Window(*found)


def set_window(tx: Connection, account: str, now: Window) -> None:
    """Note how much a program has used up; the minutes before are forgotten."""
    values = {"minute": now.minute, "used": now.used}
    changed = tx.execute(update(CallWindowRow).where(CallWindowRow.account == account).values(**values))
    if not changed.rowcount:
        tx.execute(insert(CallWindowRow).values(account=account, **values))


def count(
    tx: Connection, account: str, office: str, day: date, call: str, *, asked: int = 0, refused: int = 0
) -> None:
    """Add to what a program asked on a day."""
    row = (CallCountRow.account == account, CallCountRow.day == day, CallCountRow.call == call)
    more = {"asked": CallCountRow.asked + asked, "refused": CallCountRow.refused + refused}
    if not tx.execute(update(CallCountRow).where(*row).values(**more)).rowcount:
        first = {"account": account, "office": office, "day": day, "call": call}
        tx.execute(insert(CallCountRow).values(**first, asked=asked, refused=refused))


def counted(tx: Connection, office: str, first: date, last: date) -> list[CallCount]:
    """What an office's programs asked from the first day to the last, by program, month and call."""
    row = CallCountRow
    year, month = func.extract("year", row.day), func.extract("month", row.day)
    query = (
        select(row.account, year, month, row.call, func.sum(row.asked), func.sum(row.refused))
        .where(row.office == office, row.day.between(first, last))
        .group_by(row.account, year, month, row.call)
        .order_by(row.account, year, month, row.call)
    )
    return [
        CallCount(account, date(int(in_year), int(in_month), 1), call, int(asked), int(refused))
        for account, in_year, in_month, call, asked, refused in tx.execute(query)
    ]


def refused(tx: Connection, office: str, call: str, first: date, last: date) -> list[tuple[date, str, int]]:
    """How often an office's programs were refused one call on those days: day, account, how often."""
    row = CallCountRow
    query = select(row.day, row.account, row.refused).where(
        row.office == office, row.call == call, row.day.between(first, last), row.refused > 0
    )
    return [(day, account, times) for day, account, times in tx.execute(query.order_by(row.day, row.account))]


def kept(tx: Connection, account: str, key_hash: bytes) -> KeptCall | None:
    """What is held under a program's key."""
    row = IdempotentCallRow
    query = select(row.digest, row.claimed_at, row.status, row.body).where(_at(account, key_hash))
    found = tx.execute(query).first()
    return None if found is None else KeptCall(*found)


def claim(tx: Connection, account: str, key_hash: bytes, digest: bytes, at: datetime) -> None:
    """Hold a key for a write that is about to be done, in place of whatever was held under it."""
    release(tx, account, key_hash)
    tx.execute(
        insert(IdempotentCallRow).values(
            account=account, key_hash=key_hash, digest=digest, claimed_at=at, status=None, body=None
        )
    )


def keep_answer(tx: Connection, account: str, key_hash: bytes, status: int, body: bytes) -> None:
    """Keep what a write was answered."""
    tx.execute(update(IdempotentCallRow).where(_at(account, key_hash)).values(status=status, body=body))


def release(tx: Connection, account: str, key_hash: bytes) -> None:
    """Hold a key no longer."""
    tx.execute(delete(IdempotentCallRow).where(_at(account, key_hash)))


def holds_older(tx: Connection, than: datetime) -> bool:
    """Whether a write is held that was asked for before that instant."""
    found = select(IdempotentCallRow.account).where(IdempotentCallRow.claimed_at < than).limit(1)
    return tx.execute(found).first() is not None


def forget_older(tx: Connection, than: datetime) -> None:
    """Let go of every write that was asked for before that instant."""
    tx.execute(delete(IdempotentCallRow).where(IdempotentCallRow.claimed_at < than))


def _at(account: str, key_hash: bytes) -> ColumnElement[bool]:
    return and_(IdempotentCallRow.account == account, IdempotentCallRow.key_hash == key_hash)
