"""Passwords, one-time codes and failures as stored. Judges none of them, and holds no secret in the clear."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from suket_service.registry.schema import CredentialRow, FailedSignInRow, RecoveryCodeRow, StaffRow

_CREDENTIAL = CredentialRow.__table__.c
_FAILED = FailedSignInRow.__table__.c
_RECOVERY = RecoveryCodeRow.__table__.c
_COLUMNS = (
    _CREDENTIAL.username,
    _CREDENTIAL.password_hash,
    _CREDENTIAL.totp_locked,
    _CREDENTIAL.totp_last_step,
    _CREDENTIAL.changed_at,
    _CREDENTIAL.must_change,
)


@dataclass(frozen=True, slots=True)
class Credential:
    """How a member of staff proves who they are."""

    username: str
    password_hash: str = field(repr=False)
    totp_locked: bytes | None = field(repr=False)
    totp_last_step: int | None
    changed_at: datetime
    must_change: bool  # given by another: good for choosing one's own, and nothing else


def find(tx: Connection, username: str) -> Credential | None:
    """A member's credential; None before their first password."""
    row = tx.execute(select(*_COLUMNS).where(_CREDENTIAL.username == username)).first()
    return None if row is None else Credential(*row)


def of_office(tx: Connection, office_code: str) -> dict[str, Credential]:
    """The credentials of an office's staff, by user name."""
    mine = select(StaffRow.username).where(StaffRow.office == office_code)
    rows = tx.execute(select(*_COLUMNS).where(_CREDENTIAL.username.in_(mine)))
    return {row.username: Credential(*row) for row in rows}


def put_password(
    tx: Connection, username: str, password_hash: str, at: datetime, *, must_change: bool = False
) -> None:
    """Store or replace a member's password; their one-time codes stay as they are."""
    values = {"password_hash": password_hash, "changed_at": at, "must_change": must_change}
    changed = tx.execute(update(CredentialRow).where(_CREDENTIAL.username == username).values(**values))
    if changed.rowcount == 0:
        tx.execute(insert(CredentialRow).values(username=username, **values))


def renew_hash(tx: Connection, username: str, password_hash: str) -> None:
    """Store the same password's hash by today's parameters: nothing has changed for its owner."""
    tx.execute(
        update(CredentialRow).where(_CREDENTIAL.username == username).values(password_hash=password_hash)
    )


def put_secret(tx: Connection, username: str, locked: bytes, step: int, at: datetime) -> None:
    """Store or replace the secret of the one-time codes of a member who has a password.

    ``step`` is the time step that confirmed it, which is thereby spent.
    """
    values = {"totp_locked": locked, "totp_last_step": step, "changed_at": at}
    tx.execute(update(CredentialRow).where(_CREDENTIAL.username == username).values(**values))


def take_step(tx: Connection, username: str, step: int) -> bool:
    """Spend a time step; False when it, or a later one, was spent before."""
    unspent = or_(_CREDENTIAL.totp_last_step.is_(None), _CREDENTIAL.totp_last_step < step)
    taken = tx.execute(
        update(CredentialRow)
        .where(_CREDENTIAL.username == username, _CREDENTIAL.totp_locked.is_not(None), unspent)
        .values(totp_last_step=step)
    )
    return taken.rowcount == 1


def forget_secret(tx: Connection, username: str) -> None:
    """Take away a member's one-time codes and recovery codes: they enrol anew."""
    nothing = {"totp_locked": None, "totp_last_step": None}
    tx.execute(update(CredentialRow).where(_CREDENTIAL.username == username).values(**nothing))
    tx.execute(delete(RecoveryCodeRow).where(_RECOVERY.username == username))


def put_recovery_codes(tx: Connection, username: str, hashes: Sequence[bytes]) -> None:
    """Replace a member's recovery codes."""
    tx.execute(delete(RecoveryCodeRow).where(_RECOVERY.username == username))
    tx.execute(insert(RecoveryCodeRow), [{"username": username, "code_hash": each} for each in hashes])


def recovery_codes_left(tx: Connection, username: str) -> int:
    """How many of a member's recovery codes are unspent."""
    unspent = (_RECOVERY.username == username, _RECOVERY.used_at.is_(None))
    return tx.execute(select(func.count()).select_from(RecoveryCodeRow).where(*unspent)).scalar_one()


def take_recovery_code(tx: Connection, username: str, code_hash: bytes, at: datetime) -> bool:
    """Spend a recovery code; False when there is none such, or it was spent before."""
    one = (_RECOVERY.username == username, _RECOVERY.code_hash == code_hash, _RECOVERY.used_at.is_(None))
    return tx.execute(update(RecoveryCodeRow).where(*one).values(used_at=at)).rowcount == 1


def record_failure(tx: Connection, counted_as: str, at: datetime, forget_before: datetime) -> None:
    """Count a failure, and forget those, anyone's, that no longer count."""
    tx.execute(delete(FailedSignInRow).where(_FAILED.at < forget_before))
    tx.execute(insert(FailedSignInRow).values(username=counted_as, at=at))


def failures(tx: Connection, counted_as: str, since: datetime, until: datetime) -> list[datetime]:
    """When failures were counted under that name, between two instants, oldest first."""
    found = select(_FAILED.at).where(_FAILED.username == counted_as, _FAILED.at >= since, _FAILED.at <= until)
    return list(tx.execute(found.order_by(_FAILED.at)).scalars())
