"""Sessions of the staff: begun, recognised, confirmed by a fresh code, ended. Knows no cookie and no page.

A session's token is 256 random bits, of which only the SHA-256 is kept (OWASP ASVS 5.0 V7). It ends
after half an hour without use and after twelve hours in any case; anyone may end their own anywhere.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from suket_service.administering.proving import Proof, prove_again, prove_for
from suket_service.administering.staff import NEEDS_CODE
from suket_service.core.credentials import new_recovery_codes, recovery_hash
from suket_service.core.letter import Office
from suket_service.registry import audit, credentials, offices, sessions, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.sessions import StaffSession
from suket_service.registry.staff import StaffMember

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
#: How long a one-time code is good for approving: one sitting.
SITTING = timedelta(minutes=15)
#: How long it is remembered that a session ended, so that its owner can be told so.
_REMEMBERED = timedelta(days=30)
_DEVICE_CHARACTERS = 120
_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Present:
    """A member of staff who is signed in, where they work, and by which session."""

    member: StaffMember
    office: Office
    session: StaffSession

    def is_fresh(self, at: datetime) -> bool:
        """Whether a one-time code was given in this sitting."""
        confirmed = self.session.confirmed_at
        return confirmed is not None and confirmed <= at < confirmed + SITTING


def token_hash(token: str) -> bytes:
    """What a session is found by."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def sign_in(
    registry: Registry, username: str, password: str, code: str, secret_key: str, device: str, at: datetime
) -> tuple[str, Proof]:
    """Begin a session; returns its token. Whoever still has to enrol gets one good for that alone.

    Raises:
        NotAllowed: ``not_proven``; MustWait; KeyTrouble.
    """
    proof = prove_for(registry, username, password, code, secret_key, at, enrolling=True)
    return begin_session(registry, proof, device, at), proof


def begin_session(registry: Registry, proof: Proof, device: str, at: datetime) -> str:
    """A session for someone who has just proved themselves; returns its token."""
    token = secrets.token_urlsafe(32)
    with registry.writing() as tx:
        _begin(tx, token, proof, device, at)
    return token


def _begin(tx: Transaction, token: str, proof: Proof, device: str, at: datetime, **details: int) -> None:
    member = proof.member
    session = StaffSession(
        token_hash=token_hash(token),
        username=member.username,
        complete=proof.complete,
        device=device[:_DEVICE_CHARACTERS],
        created_at=at,
        seen_at=at,
        confirmed_at=at if proof.with_code else None,
        ended_at=None,
    )
    sessions.forget(tx, at - LONGEST, at - _REMEMBERED)
    sessions.add(tx, session)
    audit.append(tx, at, member.username, "session.begin", member.username, member.office, details)


def who_is(registry: Registry, token: str, seen_at: datetime | None, at: datetime) -> Present | None:
    """Whose session that token is, while it lasts.

    Args:
        registry: where sessions are kept.
        token: as the browser sent it.
        seen_at: when it was last used, as far as the caller knows.
        at: now.
    """
    with registry.reading() as tx:
        session = sessions.find(tx, token_hash(token))
        if session is None or session.ended_at is not None:
            return None
        seen = max(session.seen_at, seen_at or session.seen_at)
        # A clock that was set back must not make a session live longer.
        if not session.created_at <= at < session.created_at + LONGEST or at >= seen + IDLE:
            return None
        member = staff.find(tx, session.username)
        if member is None or not staff.may_act(tx, member):
            return None
        return Present(member, offices.office(tx, member.office), session)


def note_use(registry: Registry, present: Present, at: datetime) -> None:
    """Note, every few minutes, that a session is used; that is no act of its own and no entry in the audit."""
    if at - present.session.seen_at >= _NOTED_EVERY:
        with registry.writing() as tx:
            sessions.touch(tx, present.session.token_hash, at)


def keep_search(registry: Registry, present: Present, page: str, fields: Mapping[str, str]) -> None:
    """Keep what someone searches for, on the server and until their session ends; no act, no entry."""
    with registry.writing() as tx:
        sessions.keep_search(tx, present.session.token_hash, page, fields)


def whose_was(registry: Registry, token: str) -> str | None:
    """The user name of a session, also of one that is over: it may tell its owner so, and nothing else."""
    with registry.reading() as tx:
        session = sessions.find(tx, token_hash(token))
    return session.username if session else None


def confirm(registry: Registry, present: Present, code: str, secret_key: str, at: datetime) -> None:
    """Begin a sitting by a fresh code.

    Raises:
        NotAllowed: ``not_proven``; MustWait; KeyTrouble.
    """
    prove_again(registry, present.member.username, secret_key, at, code=code)
    with registry.writing() as tx:
        sessions.confirm(tx, present.session.token_hash, at)
        audit.append(
            tx, at, present.member.username, "session.confirm", present.member.username, present.office.code
        )


def finish_enrolment(registry: Registry, present: Present, device: str, at: datetime) -> str | None:
    """A whole session in the place of one that was good for enrolling; None while something is missing."""
    member, token = present.member, secrets.token_urlsafe(32)
    with registry.writing() as tx:
        credential = credentials.find(tx, member.username)
        if credential is None or credential.must_change:
            return None
        has_code = credential.totp_locked is not None
        if member.role in NEEDS_CODE and not has_code:
            return None
        ended = sessions.end(tx, member.username, at)
        proof = Proof(member, with_code=has_code, complete=True)
        _begin(tx, token, proof, device, at, sessions_ended=ended)
    return token


def renew_recovery_codes(registry: Registry, present: Present, at: datetime) -> list[str]:
    """Fresh recovery codes, told once; earlier ones are worth nothing from now on."""
    username, codes = present.member.username, new_recovery_codes()
    with registry.writing() as tx:
        credentials.put_recovery_codes(tx, username, [recovery_hash(each, username) for each in codes])
        audit.append(tx, at, username, "staff.recovery_codes", username, present.office.code)
    return codes


def sign_out(registry: Registry, present: Present, at: datetime) -> None:
    """End this session."""
    end_sessions(registry, present, [present.session.token_hash], at)


def end_sessions(registry: Registry, present: Present, hashes: list[bytes], at: datetime) -> int:
    """End some of one's own sessions; returns how many were still open."""
    username = present.member.username
    with registry.writing() as tx:
        ended = sum(sessions.end_one(tx, username, each, at) for each in hashes)
        if ended:
            details = {"sessions": ended}
            audit.append(tx, at, username, "session.end", username, present.office.code, details)
    return ended
