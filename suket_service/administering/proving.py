"""A member of staff proves who they are. Opens no session, and knows neither terminal nor page.

What the answer costs and says is the same for a user who does not exist: the hash is computed, the failure
counted, the entry written. Passwords are compared outside any transaction, for that takes a tenth of a
second and writers queue; what must hold is asked again inside the one that settles it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from suket_service.administering.staff import NEEDS_CODE
from suket_service.core.credentials import (
    HISTORY,
    WINDOW,
    MustWait,
    check_password,
    hash_password,
    matching_step,
    minutes_to_wait,
    needs_rehash,
    unlock_secret,
)
from suket_service.errors import NotAllowed, Text
from suket_service.registry import audit, credentials, staff
from suket_service.registry.credentials import Credential
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import StaffMember

#: The audit's name for whoever was not who they said.
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class _Account:
    """Someone who could prove themselves."""

    member: StaffMember
    credential: Credential


@dataclass(frozen=True, slots=True)
class _Findings:
    """What comparing showed, outside any transaction."""

    password_fits: bool
    step: int | None  # whose code was given
    rehashed: str | None  # the hash by today's parameters, where the stored one has others


def prove(
    registry: Registry, username: str, password: str, code: str, secret_key: str, at: datetime
) -> StaffMember:
    """The member of staff whose password and one-time code these are.

    A code is needed where the role demands one or the member has enrolled; it counts once, also for two who
    bring it at the same moment. A failure is counted and stays counted, though it raises.

    Raises:
        NotAllowed: ``not_proven``: whatever did not fit, and whoever does not exist, is not active, lacks
            what their role must have, or is a demo account outside a demo. All alike.
        MustWait: ``wait``: too many failures; nothing was compared, or what was compared is not told.
        KeyTrouble: ``secret_key_differs``.
    """
    with registry.reading() as tx:
        _refuse_while_waiting(tx, username, at)
        account = _account(tx, username)
    findings = _compare(account, password, code, secret_key, at)
    with registry.writing() as tx:
        # Of many who guess at once only as many are told as one after the other would have been.
        _refuse_while_waiting(tx, username, at)
        member = _settle(tx, account, findings) if account else None
        _record(tx, username, member, at)
    if member is None:
        raise NotAllowed("not_proven", _NOT_PROVEN)
    return member


def _account(tx: Transaction, username: str) -> _Account | None:
    member = staff.find(tx, username)
    if member is None or not staff.may_act(tx, member):
        return None
    credential = credentials.find(tx, username)
    if credential is None or (credential.totp_locked is None and member.role in NEEDS_CODE):
        return None
    return _Account(member, credential)


def _compare(account: _Account | None, password: str, code: str, secret_key: str, at: datetime) -> _Findings:
    if account is None:
        return _Findings(check_password(None, password), None, None)
    held, step = account.credential, None
    if held.totp_locked is not None:
        secret = unlock_secret(held.totp_locked, secret_key, held.username)
        step = matching_step(secret, code, at, held.totp_last_step)
    fits = check_password(held.password_hash, password)
    return _Findings(
        fits, step, hash_password(password) if fits and needs_rehash(held.password_hash) else None
    )


def _settle(tx: Transaction, account: _Account, findings: _Findings) -> StaffMember | None:
    """The member, when what was found still proves them; the code is then spent."""
    username, credential = account.member.username, account.credential
    now_held = _account(tx, username)
    if (
        not findings.password_fits
        or now_held is None
        or now_held.credential.changed_at != credential.changed_at
    ):
        return None
    if credential.totp_locked is not None and (
        findings.step is None or not credentials.take_step(tx, username, findings.step)
    ):
        return None
    if findings.rehashed is not None:
        credentials.renew_hash(tx, username, findings.rehashed)
    return now_held.member


def _record(tx: Transaction, username: str, proven: StaffMember | None, at: datetime) -> None:
    if proven is not None:
        audit.append(tx, at, username, "staff.prove", username, proven.office)
        return
    claimed = staff.find(tx, username)
    credentials.record_failure(tx, _counted_as(tx, username), at, forget_before=at - HISTORY)
    subject, office = (claimed.username, claimed.office) if claimed else (NOBODY, None)
    audit.append(tx, at, NOBODY, "staff.not_proven", subject, office)


def _refuse_while_waiting(tx: Transaction, username: str, at: datetime) -> None:
    # A little ahead of our clock as well: of two at once the later may have been counted first.
    counted = credentials.failures(tx, _counted_as(tx, username), at - HISTORY, at + WINDOW)
    minutes = minutes_to_wait(counted, at)
    if minutes:
        raise MustWait(minutes)


def _counted_as(tx: Transaction, username: str) -> str:
    """The name failures are counted under. What nobody is called may be a password typed in the wrong field."""
    if staff.find(tx, username) is not None:
        return username
    return f"?{hashlib.sha256(username.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


_NOT_PROVEN = Text(
    "Tidak terbukti: kata sandi atau kode tidak cocok (setiap kode berlaku sekali; tunggu yang berikutnya), atau akunnya belum lengkap.",
    "Not proven: password or code does not fit (each code counts once; wait for the next), or the account is not complete.",
)
