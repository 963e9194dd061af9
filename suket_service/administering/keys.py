"""The signing keys as the office sees them: made, put to use, retired, revoked. Signs nothing.

Whoever runs the machine may do all of it; an administrator what concerns their own office: the keys of its
letters, and that of publications where no other office depends on it.

Each is one transaction with one audit entry. A new key waits on standby, published, so that holders
of older bundles know it before it signs. At most one key of a purpose and office signs at a time.
"""

from dataclasses import dataclass
from datetime import date, datetime

from suket_service.administering.setting_up import CONSOLE
from suket_service.core.keyring import Key, KeyState, Purpose, Scope
from suket_service.core.nik import holds_nik
from suket_service.core.resident import parse_text
from suket_service.core.signing import SigningKey
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS
from suket_service.errors import FieldError, KeyTrouble, NotAllowed, Problem, RegistryError, Text
from suket_service.registry import audit, keys, letters, offices, publications, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

MOST_REASON_CHARACTERS = 200
#: As the settings have it.
LEAST_PASSPHRASE_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What was done to a key, and who signs for its purpose and office now.

    ``signer`` is None where nobody does any more: no letter, or no publication, until another key is
    activated. ``known_from``, set where another key has just begun to sign, is when the last bundle
    made without it goes stale: a holder of one cannot tell about what the key signs before.
    """

    key: Key
    signer: Key | None
    retired: tuple[Key, ...] = ()
    known_from: datetime | None = None


def list_keys(registry: Registry) -> list[Key]:
    """Every public key with its scope, oldest first."""
    with registry.reading() as tx:
        return list(keys.ring(tx))


def list_keys_of(registry: Registry, office_code: str) -> list[Key]:
    """The keys of an office's letters and of publications, the newest first."""
    with registry.reading() as tx:
        return [key for key in reversed(list(keys.ring(tx))) if key.scope.office in (office_code, None)]


def new_key(
    registry: Registry,
    purpose: Purpose,
    office_code: str | None,
    passphrase: str | None,
    at: datetime,
    by: str = CONSOLE,
) -> KeyChange:
    """Make a standby key: for an office's letters, or (``office_code`` None) for publications.

    Raises:
        NotAllowed: ``by`` may not keep such a key.
        KeyTrouble: ``no_passphrase``, ``key_locked`` (not the passphrase of the other keys) or
            ``standby_exists``.
        NotFound: no such office.
        RegistryError: ``not_initialised``.
    """
    with registry.writing() as tx:
        identity = offices.identity(tx)
        if identity is None:
            raise RegistryError(
                "not_initialised", Text("Jalankan `suket init` dahulu.", "Run `suket init` first.")
            )
        _require_keeper(tx, by, office_code)
        given = keys.require_passphrase(tx, passphrase)
        office = offices.office(tx, office_code) if office_code else None
        if _of(tx, KeyState.STANDBY, purpose, office_code):
            raise _standby_exists()
        scope = Scope(
            environment=identity.environment,
            office=office.code if office else None,
            lists=frozenset(),
            villages=office.villages if office else (),
            signs_from=_today(tx, office_code, at),
            signs_until=None,
        )
        made = SigningKey.generate(purpose, scope, KeyState.STANDBY)
        keys.store(tx, made, given, at)
        _note(tx, at, by, "key.new", made.key)
        return KeyChange(keys.find(tx, made.key.kid), _signer(tx, made.key))


def activate_key(registry: Registry, kid: str, at: datetime, by: str = CONSOLE) -> KeyChange:
    """Let a standby key sign from now on; the one that signed before is retired.

    Raises:
        NotAllowed: ``by`` may not keep such a key.
        NotFound: no such key, or another office's.
        KeyTrouble: ``key_not_standby`` or ``key_not_yet``: its first day is still to come.
    """
    with registry.writing() as tx:
        key = _kept(tx, kid, by)
        if key.state is not KeyState.STANDBY:
            raise _not_standby(key)
        if _today(tx, key.scope.office, at) < key.scope.signs_from:
            raise _not_yet()
        retired = tuple(
            _retired(tx, former, at) for former in _of(tx, KeyState.ACTIVE, key.purpose, key.scope.office)
        )
        now_active = keys.change_state(tx, key, KeyState.ACTIVE, key.scope.signs_until)
        _note(tx, at, by, "key.activate", now_active, retired=[each.kid for each in retired])
        return KeyChange(now_active, now_active, retired, _known_from(tx, now_active))


def retire_key(registry: Registry, kid: str, at: datetime, by: str = CONSOLE) -> KeyChange:
    """Let a key sign no more, after today; what it signed inside its dates stays good.

    Raises:
        NotAllowed: ``by`` may not keep such a key.
        NotFound: no such key, or another office's.
        KeyTrouble: ``key_not_in_use``: it is retired or revoked already.
    """
    with registry.writing() as tx:
        key = _kept(tx, kid, by)
        if key.state not in (KeyState.ACTIVE, KeyState.STANDBY):
            raise _not_in_use(key)
        return _taken_out(tx, key, _retired(tx, key, at), at, by, "key.retire")


def revoke_key(registry: Registry, kid: str, reason: str, at: datetime, by: str = CONSOLE) -> KeyChange:
    """Say that a key was stolen: from now on only letters on record are believed of it.

    Args:
        registry: whose key.
        kid: the key, or the start of its ``kid``.
        reason: kept in the audit chain; names nobody.
        at: now.
        by: the console, or an administrator.

    Raises:
        NotAllowed: ``by`` may not keep such a key.
        NotFound: no such key, or another office's.
        KeyTrouble: ``key_not_in_use``: it is revoked already.
        FieldError: the reason is missing, too long or holds a NIK.
    """
    given = _reason(reason)
    with registry.writing() as tx:
        key = _kept(tx, kid, by)
        if key.state is KeyState.REVOKED:
            raise _not_in_use(key)
        until = key.scope.signs_until or _today(tx, key.scope.office, at)
        revoked = keys.change_state(tx, key, KeyState.REVOKED, until)
        return _taken_out(tx, key, revoked, at, by, "key.revoke", reason=given)


def relock_keys(registry: Registry, passphrase: str | None, next_passphrase: str, at: datetime) -> int:
    """Lock every private key with another passphrase, because somebody knows the present one; how many there are.

    Processes that hold the present one sign nothing more until they are given the next.

    Raises:
        FieldError: ``passphrase_short``.
        KeyTrouble: ``no_passphrase`` or ``key_locked``.
    """
    if len(next_passphrase) < LEAST_PASSPHRASE_CHARACTERS:
        raise FieldError(Problem("passphrase", "passphrase_short", _PASSPHRASE_SHORT))
    with registry.writing() as tx:
        count = keys.relock(tx, keys.require_passphrase(tx, passphrase), next_passphrase)
        audit.append(tx, at, CONSOLE, "key.relock", "registry", None, {"keys": count})
        return count


def _taken_out(
    tx: Transaction, before: Key, after: Key, at: datetime, by: str, action: str, **details: str
) -> KeyChange:
    """The standby takes over where nobody else signs; one audit entry for all of it."""
    signer, known_from = _signer(tx, after), None
    if before.state is KeyState.ACTIVE and signer is None:
        waiting = [
            key
            for key in _of(tx, KeyState.STANDBY, before.purpose, before.scope.office)
            if keys.signs_on(key, _today(tx, before.scope.office, at))
        ]
        if waiting:
            signer = keys.change_state(tx, waiting[0], KeyState.ACTIVE, waiting[0].scope.signs_until)
            known_from = _known_from(tx, signer)
            details["activated"] = signer.kid
    _note(tx, at, by, action, after, **details)
    return KeyChange(after, signer, (), known_from)


def _retired(tx: Transaction, key: Key, at: datetime) -> Key:
    today = _today(tx, key.scope.office, at)
    return keys.change_state(tx, key, KeyState.RETIRED, min(key.scope.signs_until or today, today))


def _of(tx: Transaction, state: KeyState, purpose: Purpose, office: str | None) -> list[Key]:
    return [
        key for key in keys.ring(tx) if (key.state, key.purpose, key.scope.office) == (state, purpose, office)
    ]


def _signer(tx: Transaction, like: Key) -> Key | None:
    return next(reversed(_of(tx, KeyState.ACTIVE, like.purpose, like.scope.office)), None)


def _known_from(tx: Transaction, key: Key) -> datetime:
    return keys.made_at(tx, key) + DEFAULT_FRESHNESS


def _today(tx: Transaction, office: str | None, at: datetime) -> date:
    """The office's calendar day, publications' by UTC; never before the last thing signed.

    A clock that is behind would put a key's last day before a letter that it sealed, which would then
    read as forged. Nothing is refused for it: a stolen key must be revoked whatever the clock says.
    """
    last = letters.last_issue(tx, office) if office else publications.newest_at(tx)
    moment = max(at, last or at)
    return offices.office(tx, office).local_date(moment) if office else moment.date()


def _note(tx: Transaction, at: datetime, by: str, action: str, key: Key, **details: str | list[str]) -> None:
    told = {"purpose": key.purpose.value, **details}
    audit.append(tx, at, by, action, key.kid, key.scope.office, told)


def _kept(tx: Transaction, kid: str, by: str) -> Key:
    key = keys.find(tx, kid)
    if by != CONSOLE and key.scope.office not in (None, staff.office_of(tx, by)):
        raise keys.no_such_key()
    _require_keeper(tx, by, key.scope.office)
    return key


def _require_keeper(tx: Transaction, by: str, office: str | None) -> None:
    if by == CONSOLE:
        return
    staff.require_member(tx, by, office or staff.office_of(tx, by), Role.ADMIN)
    if office is None and len(offices.offices(tx)) > 1:
        raise NotAllowed("key_of_all", _KEY_OF_ALL)


def _reason(reason: str) -> str:
    given = parse_text(reason, "reason", MOST_REASON_CHARACTERS)
    if holds_nik(given):
        raise FieldError(
            Problem(
                "reason",
                "names_someone",
                Text(
                    "Alasan ini masuk ke catatan audit dan tidak boleh memuat NIK.",
                    "This reason goes into the audit chain and must not hold a NIK.",
                ),
            )
        )
    return given


_PASSPHRASE_SHORT = Text(
    f"Frasa sandi terlalu pendek; paling sedikit {LEAST_PASSPHRASE_CHARACTERS} karakter.",
    f"The passphrase is too short; at least {LEAST_PASSPHRASE_CHARACTERS} characters.",
)
_KEY_OF_ALL = Text(
    "Kunci publikasi dipakai bersama oleh beberapa kantor; hanya pengelola mesin yang mengubahnya (suket keys).",
    "Several offices share the publication key; only whoever runs the machine changes it (suket keys).",
)


def _standby_exists() -> KeyTrouble:
    return KeyTrouble(
        "standby_exists",
        Text(
            "Sudah ada kunci siaga untuk keperluan ini: aktifkan atau pensiunkan dahulu. Lihat `suket keys list`.",
            "There is a standby key for this already: activate or retire it first. See `suket keys list`.",
        ),
    )


def _not_standby(key: Key) -> KeyTrouble:
    return KeyTrouble(
        "key_not_standby",
        Text(
            f"Hanya kunci siaga (standby) yang dapat diaktifkan; kunci ini {key.state}.",
            f"Only a standby key can be activated; this one is {key.state}.",
        ),
    )


def _not_yet() -> KeyTrouble:
    return KeyTrouble(
        "key_not_yet",
        Text(
            "Hari pertama kunci ini belum tiba. Periksa jam komputer ini.",
            "This key's first day is still to come. Check this computer's clock.",
        ),
    )


def _not_in_use(key: Key) -> KeyTrouble:
    return KeyTrouble(
        "key_not_in_use",
        Text(f"Kunci ini sudah {key.state}.", f"This key is {key.state} already."),
    )
