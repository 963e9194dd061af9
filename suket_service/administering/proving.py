"""A member of staff proves who they are. Opens no session, and knows neither terminal nor page.

What the answer costs and says is the same for a user who does not exist: the hash is computed, the failure
counted, the entry written. Passwords are compared outside any transaction, for that takes a tenth of a
second and writers queue; what must hold is asked again inside the one that settles it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from suket_service.administering.staff import FIRST_PASSWORD, NEEDS_CODE
from suket_service.core.credentials import (
    HISTORY,
    WINDOW,
    MustWait,
    check_password,
    hash_password,
    matching_step,
    minutes_to_wait,
    needs_rehash,
    recovery_hash,
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

    @property
    def complete(self) -> bool:
        """Whether nothing is left to enrol."""
        has_code = self.credential.totp_locked is not None
        return (has_code or self.member.role not in NEEDS_CODE) and not self.credential.must_change


@dataclass(frozen=True, slots=True)
class _Findings:
    """What comparing showed, outside any transaction."""

    password_fits: bool
    step: int | None  # whose code was given
    rehashed: str | None  # the hash by today's parameters, where the stored one has others


@dataclass(frozen=True, slots=True)
class Proof:
    """Who proved themselves, and what for."""

    member: StaffMember
    with_code: bool
    complete: bool  # False: good for finishing their enrolment and nothing else


def prove(
    registry: Registry, username: str, password: str, code: str, secret_key: str, at: datetime
) -> StaffMember:
    """The member of staff whose password and one-time code these are.

    A code is needed where the role demands one or the member has enrolled; it counts once, also for two who
    bring it at the same moment. A recovery code stands in for it. A failure is counted and stays counted,
    though it raises.

    Raises:
        NotAllowed: ``not_proven``: whatever did not fit, and whoever does not exist, is not active, lacks
            what their role must have, is a demo account outside a demo, or brings a first password
            that is older than :data:`FIRST_PASSWORD`. All alike.
        MustWait: ``wait``: too many failures; nothing was compared, or what was compared is not told.
        KeyTrouble: ``secret_key_differs``.
    """
    return prove_for(registry, username, password, code, secret_key, at).member


def prove_for(
    registry: Registry,
    username: str,
    password: str,
    code: str,
    secret_key: str,
    at: datetime,
    *,
    enrolling: bool = False,
) -> Proof:
    """The same, and how complete the proof is.

    Args:
        registry: where credentials are kept.
        username: who they say they are.
        password: as typed.
        code: a one-time or recovery code as typed; may be empty where none is needed.
        secret_key: what one-time secrets are locked with.
        at: now.
        enrolling: whether a first password, or one without the code their role must have, is good for
            finishing the enrolment.

    Raises:
        As :func:`prove`.
    """
    with registry.reading() as tx:
        _refuse_while_waiting(tx, username, at)
        account = _account(tx, username, at, enrolling=enrolling)
    findings = _compare(account, password, code, secret_key, at)
    with registry.writing() as tx:
        # Of many who guess at once only as many are told as one after the other would have been.
        _refuse_while_waiting(tx, username, at)
        proof = _settle(tx, account, findings, code, at) if account else None
        _record(tx, username, proof.member if proof else None, at)
    if proof is None:
        raise NotAllowed("not_proven", _NOT_PROVEN)
    return proof


def prove_again(
    registry: Registry,
    username: str,
    secret_key: str,
    at: datetime,
    *,
    password: str | None = None,
    code: str | None = None,
) -> None:
    """Whoever is signed in shows once more that it is they: by their password, or by a fresh code.

    Raises:
        NotAllowed: ``not_proven``; MustWait; KeyTrouble.
    """
    with registry.reading() as tx:
        _refuse_while_waiting(tx, username, at)
        account = _account(tx, username, at, enrolling=False)
    fits, step = account is not None, None
    if account is not None and password is not None:
        fits = check_password(account.credential.password_hash, password)
    if account is not None and code is not None and account.credential.totp_locked is not None:
        secret = unlock_secret(account.credential.totp_locked, secret_key, username)
        step = matching_step(secret, code, at, account.credential.totp_last_step)
    with registry.writing() as tx:
        _refuse_while_waiting(tx, username, at)
        if code is not None:
            fits = fits and _has_code(account) and _take_code(tx, username, step, code, at)
        _record(tx, username, account.member if account and fits else None, at)
    if not fits:
        raise NotAllowed("not_proven", _NOT_PROVEN)


def _has_code(account: _Account | None) -> bool:
    return account is not None and account.credential.totp_locked is not None


def _account(tx: Transaction, username: str, at: datetime, *, enrolling: bool) -> _Account | None:
    member = staff.find(tx, username)
    if member is None or not staff.may_act(tx, member):
        return None
    credential = credentials.find(tx, username)
    if credential is None or (credential.must_change and at >= credential.changed_at + FIRST_PASSWORD):
        return None
    account = _Account(member, credential)
    return account if enrolling or account.complete else None


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


def _settle(tx: Transaction, account: _Account, findings: _Findings, code: str, at: datetime) -> Proof | None:
    """The proof, when what was found still proves them; the code is then spent."""
    username, credential = account.member.username, account.credential
    now_held = _account(tx, username, at, enrolling=not account.complete)
    if (
        not findings.password_fits
        or now_held is None
        or now_held.credential.changed_at != credential.changed_at
    ):
        return None
    has_code = credential.totp_locked is not None
    if has_code and not _take_code(tx, username, findings.step, code, at):
        return None
    if findings.rehashed is not None:
        credentials.renew_hash(tx, username, findings.rehashed)
    return Proof(now_held.member, with_code=has_code, complete=now_held.complete)


def _take_code(tx: Transaction, username: str, step: int | None, code: str, at: datetime) -> bool:
    if step is not None:
        return credentials.take_step(tx, username, step)
    return credentials.take_recovery_code(tx, username, recovery_hash(code, username), at)


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
