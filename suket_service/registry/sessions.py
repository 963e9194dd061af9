"""Who is signed in, on which device. Judges nobody; of a token only its SHA-256 is held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, null, select, update

from suket_service.registry.schema import StaffRow, StaffSessionRow

_SESSION = StaffSessionRow.__table__.c
_COLUMNS = (
    _SESSION.token_hash,
    _SESSION.username,
    _SESSION.complete,
    _SESSION.device,
    _SESSION.created_at,
    _SESSION.seen_at,
    _SESSION.confirmed_at,
    _SESSION.ended_at,
)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One device on which a member of staff is, or was, signed in."""

    token_hash: bytes = field(repr=False)
    username: str
    complete: bool  # False: may only finish enrolling
    device: str
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None  # when a one-time code was last given
    ended_at: datetime | None


def add(tx: Connection, new: StaffSession) -> None:
    """Keep a new session."""
    tx.execute(
        insert(StaffSessionRow).values(
            token_hash=new.token_hash,
            username=new.username,
            complete=new.complete,
            device=new.device,
            created_at=new.created_at,
            seen_at=new.seen_at,
            confirmed_at=new.confirmed_at,
            ended_at=new.ended_at,
        )
    )


def find(tx: Connection, token_hash: bytes) -> StaffSession | None:
    """The session of that token, also one that has ended."""
    row = tx.execute(select(*_COLUMNS).where(_SESSION.token_hash == token_hash)).first()
    return None if row is None else StaffSession(*row)


def open_of(tx: Connection, username: str) -> list[StaffSession]:
    """A member's sessions that nobody has ended, the latest first."""
    found = select(*_COLUMNS).where(_SESSION.username == username, _SESSION.ended_at.is_(None))
    return [StaffSession(*row) for row in tx.execute(found.order_by(_SESSION.seen_at.desc()))]


def touch(tx: Connection, token_hash: bytes, at: datetime) -> None:
    """Note that a session is in use."""
    tx.execute(update(StaffSessionRow).where(_SESSION.token_hash == token_hash).values(seen_at=at))


def confirm(tx: Connection, token_hash: bytes, at: datetime) -> None:
    """Note that a one-time code was given in it."""
    tx.execute(update(StaffSessionRow).where(_SESSION.token_hash == token_hash).values(confirmed_at=at))


def searches(tx: Connection, token_hash: bytes) -> dict[str, dict[str, str]]:
    """What was last searched for in that session, by page."""
    held = tx.execute(select(_SESSION.searches).where(_SESSION.token_hash == token_hash)).scalar()
    return held or {}


def keep_search(tx: Connection, token_hash: bytes, page: str, fields: Mapping[str, str]) -> None:
    """Keep what is searched for on a page, until the session ends."""
    kept = {**searches(tx, token_hash), page: dict(fields)}
    tx.execute(update(StaffSessionRow).where(_SESSION.token_hash == token_hash).values(searches=kept))


def end(tx: Connection, username: str, at: datetime, but: bytes = b"") -> int:
    """End every session of a member, except perhaps one; returns how many."""
    mine = (_SESSION.username == username, _SESSION.ended_at.is_(None), _SESSION.token_hash != but)
    return tx.execute(update(StaffSessionRow).where(*mine).values(ended_at=at, searches=null())).rowcount


def end_one(tx: Connection, username: str, token_hash: bytes, at: datetime) -> bool:
    """End one session of a member; False when it is not theirs or ended already."""
    one = (_SESSION.username == username, _SESSION.token_hash == token_hash, _SESSION.ended_at.is_(None))
    return tx.execute(update(StaffSessionRow).where(*one).values(ended_at=at, searches=null())).rowcount == 1


def forget(tx: Connection, over: datetime, before: datetime) -> None:
    """Drop sessions last seen before that instant, and what was searched for in those begun before ``over``."""
    tx.execute(delete(StaffSessionRow).where(_SESSION.seen_at < before))
    past = (_SESSION.created_at <= over, _SESSION.searches.is_not(None))
    tx.execute(update(StaffSessionRow).where(*past).values(searches=null()))


def last_seen(tx: Connection, office: str) -> dict[str, datetime]:
    """When each member of an office was last seen signed in."""
    mine = select(StaffRow.username).where(StaffRow.office == office)
    newest = (
        select(_SESSION.username, func.max(_SESSION.seen_at))
        .where(_SESSION.username.in_(mine))
        .group_by(_SESSION.username)
    )
    return {row[0]: row[1] for row in tx.execute(newest)}
