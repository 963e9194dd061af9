"""The office's staff and what they prove themselves by. Proves nobody (``proving`` does), asks for no secret."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from suket_service.administering.setting_up import CONSOLE
from suket_service.core.credentials import (
    enrolment_uri,
    hash_password,
    lock_secret,
    matching_step,
    new_secret,
    require_password,
)
from suket_service.errors import CallerError, FieldError, NotAllowed, Problem, Text
from suket_service.registry import audit, credentials, offices, sessions, staff
from suket_service.registry.credentials import Credential
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role, StaffMember

#: Whoever approves or administrates proves themselves by a one-time code beside the password (ASVS 6.3.3).
NEEDS_CODE = frozenset({Role.APPROVER, Role.ADMIN})
#: How long a password that was handed over is good for: whoever finds the slip later finds nothing.
FIRST_PASSWORD = timedelta(days=7)
MOST_NAME_CHARACTERS = 120
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,59}")
#: Names that the audit gives to what no member of staff did.
_TAKEN_BY_THE_MACHINE = frozenset({CONSOLE, "publisher"})


@dataclass(frozen=True, slots=True)
class StaffListing:
    """A member of staff and what they can prove themselves by."""

    member: StaffMember
    has_password: bool
    has_code: bool

    @property
    def can_prove(self) -> bool:
        """Whether nothing is missing for this role."""
        return self.has_password and (self.has_code or self.member.role not in NEEDS_CODE)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A TOTP secret that nothing is stored of yet, and the same as an authenticator app reads it."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def list_staff(registry: Registry, office: str) -> list[StaffListing]:
    """Everyone of an office, active or not, by user name."""
    with registry.reading() as tx:
        known = credentials.of_office(tx, office)
        return [
            StaffListing(
                member,
                has_password=member.username in known,
                has_code=member.username in known and known[member.username].totp_locked is not None,
            )
            for member in staff.members(tx, office)
        ]


def add_member(registry: Registry, member: StaffMember, by: str, at: datetime) -> None:
    """Add a member of staff, who can prove nothing yet.

    Raises:
        FieldError: ``username_form``, ``username_taken`` (in whatever office), ``name_form``.
        NotFound: there is no such office.
        NotAllowed: ``by`` is neither the console nor an administrator of this office.
    """
    require_member_form(member)
    with registry.writing() as tx:
        _add(tx, member, by, at)


def add_member_to_sign_in(registry: Registry, member: StaffMember, by: str, at: datetime) -> str:
    """Add a member of staff who signs in at once; returns the password that they begin and choose their own by.

    Raises:
        FieldError, NotFound, NotAllowed: as :func:`add_member`.
    """
    require_member_form(member)
    password = _password_to_hand_over()
    password_hash = hash_password(password)
    with registry.writing() as tx:
        _add(tx, member, by, at)
        credentials.put_password(tx, member.username, password_hash, at, must_change=True)
    return password


def require_member_form(member: StaffMember) -> None:
    """Refuse a user name or a name that nobody may have.

    Raises:
        FieldError: ``username_form``, ``username_taken`` (by the machine itself), ``name_form``.
    """
    if not _USERNAME.fullmatch(member.username):
        raise FieldError(_USERNAME_FORM)
    if member.username in _TAKEN_BY_THE_MACHINE:
        raise FieldError(_USERNAME_TAKEN)
    if not member.name.strip() or len(member.name) > MOST_NAME_CHARACTERS or not member.name.isprintable():
        raise FieldError(_NAME_FORM)


def set_password(
    registry: Registry,
    office: str,
    username: str,
    password: str,
    by: str,
    at: datetime,
    keep: bytes = b"",
) -> None:
    """Give a member of staff their first or another password; their one-time codes stay as they are.

    Wherever they are signed in ends, but for the session whose token has the hash ``keep``.

    Raises:
        FieldError: the password is too short, too long, unprintable or obvious.
        NotFound, NotAllowed.
    """
    require_password(password, username)
    password_hash = hash_password(password)  # outside the transaction: it takes a tenth of a second
    with registry.writing() as tx:
        if by != username:
            _require_administrator(tx, by, office)
        _a_person(tx, office, username)
        credentials.put_password(tx, username, password_hash, at)
        sessions.end(tx, username, at, but=keep)
        audit.append(tx, at, by, "staff.password", username, office)


def reset_sign_in(registry: Registry, office: str, username: str, by: str, at: datetime) -> str:
    """Let a member of staff begin anew, who lost password or phone; returns a password for that alone.

    Their one-time and recovery codes are gone, and wherever they are signed in ends.

    Raises:
        NotFound, NotAllowed: also for one's own account: whoever took it over could otherwise keep it.
    """
    password = _password_to_hand_over()
    password_hash = hash_password(password)
    with registry.writing() as tx:
        _require_administrator(tx, by, office)
        if by == username:
            raise NotAllowed("own_account", _OWN_ACCOUNT)
        _a_person(tx, office, username)
        credentials.put_password(tx, username, password_hash, at, must_change=True)
        credentials.forget_secret(tx, username)
        sessions.end(tx, username, at)
        audit.append(tx, at, by, "staff.reset", username, office)
    return password


def propose_totp(registry: Registry, office: str, username: str, secret: str = "") -> Enrolment:
    """A secret for a member's one-time codes, fresh unless given. Nothing is stored before a code confirms it.

    Raises:
        NotFound.
        CallerError: ``no_password``: that comes first.
    """
    with registry.reading() as tx:
        _require_password_first(tx, office, username)
        secret = secret or new_secret()
        return Enrolment(secret, enrolment_uri(secret, username, offices.office(tx, office).name))


def enrol_totp(
    registry: Registry,
    office: str,
    username: str,
    secret: str,
    code: str,
    secret_key: str,
    by: str,
    at: datetime,
    *,
    keep: bytes = b"",
) -> None:
    """Store the secret of a member's one-time codes, which ``code`` shows to have arrived in their app.

    An earlier secret is replaced; the confirming code is spent. Wherever the member is signed in ends, but
    for the session whose token has the hash ``keep``.

    Raises:
        FieldError: ``code_differs``.
        NotFound, NotAllowed; CallerError: ``no_password``.
    """
    step = matching_step(secret, code, at, None)
    if step is None:
        raise FieldError(_CODE_DIFFERS)
    locked = lock_secret(secret, secret_key, username)
    with registry.writing() as tx:
        if by != username:
            _require_administrator(tx, by, office)
        _require_password_first(tx, office, username)
        credentials.put_secret(tx, username, locked, step, at)
        sessions.end(tx, username, at, but=keep)
        audit.append(tx, at, by, "staff.totp", username, office)


def set_active(
    registry: Registry, office: str, username: str, by: str, at: datetime, *, active: bool
) -> None:
    """Let a member of staff act, or no longer; what they did stays theirs.

    Raises:
        NotFound, NotAllowed; CallerError: ``last_administrator``.
    """
    with registry.writing() as tx:
        _require_administrator(tx, by, office)
        member = staff.of_office(tx, office, username)
        if not active:
            _require_another_administrator(tx, member)
        staff.set_active(tx, username, active=active)
        if not active:
            sessions.end(tx, username, at)
        action = "staff.activate" if active else "staff.deactivate"
        audit.append(tx, at, by, action, username, office)


def set_role(
    registry: Registry,
    office: str,
    username: str,
    role: Role,
    by: str,
    at: datetime,
) -> None:
    """Give a member of staff another role. Who becomes approver or administrator needs one-time codes.

    Wherever they are signed in ends: a session counts for what its owner proved when it began.

    Raises:
        FieldError: ``nothing_to_change``.
        NotFound; NotAllowed: also ``own_role``: else one person could be both of the two.
        CallerError: ``last_administrator``.
    """
    with registry.writing() as tx:
        _require_administrator(tx, by, office)
        member = _a_person(tx, office, username)
        if role is member.role:
            raise FieldError(_SAME_ROLE)
        if by == username:
            raise NotAllowed("own_role", _OWN_ROLE)
        if role is not Role.ADMIN:
            _require_another_administrator(tx, member)
        staff.set_role(tx, username, role)
        sessions.end(tx, username, at)
        details = {"from": member.role.value, "to": role.value}
        audit.append(tx, at, by, "staff.role", username, office, details)


def _add(tx: Transaction, member: StaffMember, by: str, at: datetime) -> None:
    _require_administrator(tx, by, member.office)
    offices.office(tx, member.office)
    if staff.find(tx, member.username) is not None:
        raise FieldError(_USERNAME_TAKEN)
    staff.add_staff(tx, member, at)
    details = {"role": member.role.value}
    audit.append(tx, at, by, "staff.add", member.username, member.office, details)


def _password_to_hand_over() -> str:
    letters = [secrets.choice(_PLAIN_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def _require_another_administrator(tx: Transaction, leaving: StaffMember) -> None:
    # Asked inside the transaction: two who let each other go at once would leave nobody.
    if leaving.role is not Role.ADMIN or not leaving.active:
        return
    held = credentials.of_office(tx, leaving.office)
    others = [
        each.username
        for each in staff.members(tx, leaving.office)
        if each.role is Role.ADMIN and each.active and each.username != leaving.username
    ]
    if _proves_as_administrator(held.get(leaving.username)):
        others = [each for each in others if _proves_as_administrator(held.get(each))]
    if not others:
        raise CallerError(
            "last_administrator",
            Text(
                "Ini administrator terakhir yang dapat masuk. Angkat yang lain dahulu, dan biarkan ia memasang kata sandi dan kodenya.",
                "This is the last administrator who can sign in. Appoint another first, and let them set up their password and codes.",
            ),
        )


def _proves_as_administrator(credential: Credential | None) -> bool:
    return credential is not None and credential.totp_locked is not None and not credential.must_change


def _a_person(tx: Transaction, office: str, username: str) -> StaffMember:
    """A member of that office's staff: an agency's program has neither password nor code, and no other role."""
    member = staff.of_office(tx, office, username)
    if member.role is Role.PROGRAM:
        raise NotAllowed("not_a_person", _A_PROGRAM)
    return member


def _require_administrator(tx: Transaction, by: str, office: str) -> None:
    if by != CONSOLE:
        staff.require_member(tx, by, office, Role.ADMIN)


def _require_password_first(tx: Transaction, office: str, username: str) -> None:
    _a_person(tx, office, username)
    if credentials.find(tx, username) is None:
        raise CallerError(
            "no_password",
            Text(
                f"Petugas ini belum mempunyai kata sandi. Jalankan dahulu: suket users password {username}",
                f"This user has no password yet. First run: suket users password {username}",
            ),
        )


#: None that is read as another: no 0 and O, no 1, I and L.
_PLAIN_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_OWN_ACCOUNT = Text(
    "Akun sendiri tidak dapat disetel ulang dari sini. Mintalah administrator lain.",
    "One's own account cannot be reset here. Ask another administrator.",
)
_A_PROGRAM = Text(
    "Ini akun program instansi, bukan petugas. Kuncinya diatur dengan `suket clients`.",
    "This is the account of an agency's program, no official. Its keys are seen to with `suket clients`.",
)
_SAME_ROLE = Problem("role", "nothing_to_change", Text("Perannya sudah itu.", "That is the role already."))
_OWN_ROLE = Text(
    "Peran sendiri tidak dapat diganti. Mintalah administrator lain.",
    "One's own role cannot be changed. Ask another administrator.",
)
_USERNAME_FORM = Problem(
    "username",
    "username_form",
    Text(
        "Nama pengguna: 2–60 huruf kecil, angka, titik, garis bawah atau strip, diawali huruf.",
        "A user name: 2 to 60 lower-case letters, digits, dots, underscores or hyphens, a letter first.",
    ),
)
_USERNAME_TAKEN = Problem(
    "username",
    "username_taken",
    Text("Nama pengguna ini sudah dipakai; pilih yang lain.", "This user name is taken; choose another."),
)
_NAME_FORM = Problem(
    "name",
    "name_form",
    Text(
        f"Nama harus diisi, paling panjang {MOST_NAME_CHARACTERS} karakter.",
        f"Give a name of at most {MOST_NAME_CHARACTERS} characters.",
    ),
)
_CODE_DIFFERS = Problem(
    "code",
    "code_differs",
    Text(
        "Kode tidak cocok. Periksa jam ponsel dan mesin ini, lalu ketik kode yang sedang tampil.",
        "The code does not fit. Check the clocks of the phone and of this machine, then type the code now shown.",
    ),
)
