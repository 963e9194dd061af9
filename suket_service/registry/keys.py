"""Signing keys at rest: public halves as a ring, private halves encrypted. Decides no scope."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose, Scope
from suket_service.core.signing import SigningKey
from suket_service.errors import KeyTrouble, NotFound, Text
from suket_service.registry.schema import RegistryRow, SigningKeyRow, StatusListRow

#: The fewest characters of a ``kid`` that a person may name a key by: 36 bits, and no two keys of a
#: ring share their first 32.
LEAST_KID_CHARACTERS = 6


def store(tx: Connection, signing_key: SigningKey, passphrase: str, at: datetime) -> None:
    """Keep a new key pair, its private half locked with ``passphrase``."""
    key = signing_key.key
    tx.execute(
        insert(SigningKeyRow).values(
            kid=key.kid,
            key_id=key.key_id,
            purpose=key.purpose.value,
            office=key.scope.office,
            environment=key.scope.environment,
            x=key.x,
            y=key.y,
            locked=signing_key.lock(passphrase),
            state=key.state.value,
            villages=list(key.scope.villages),
            signs_from=key.scope.signs_from,
            signs_until=key.scope.signs_until,
            created_at=at,
        )
    )


def ring(tx: Connection) -> KeyRing:
    """Every public key with its scope. A seal key may sign for all lists of its office."""
    lists: defaultdict[str, set[int]] = defaultdict(set)
    for number, office in tx.execute(select(StatusListRow.number, StatusListRow.office)):
        lists[office].add(number)
    rows = tx.execute(
        select(
            SigningKeyRow.x,
            SigningKeyRow.y,
            SigningKeyRow.purpose,
            SigningKeyRow.state,
            SigningKeyRow.environment,
            SigningKeyRow.office,
            SigningKeyRow.villages,
            SigningKeyRow.signs_from,
            SigningKeyRow.signs_until,
        ).order_by(SigningKeyRow.created_at, SigningKeyRow.kid)
    )
    return KeyRing(
        Key(
            x=row.x,
            y=row.y,
            purpose=Purpose(row.purpose),
            state=KeyState(row.state),
            scope=Scope(
                environment=row.environment,
                office=row.office,
                lists=frozenset(lists[row.office]) if row.office else frozenset(),
                villages=tuple(row.villages),
                signs_from=row.signs_from,
                signs_until=row.signs_until,
            ),
        )
        for row in rows
    )


def unlock(
    tx: Connection, purpose: Purpose, office: str | None, on: date, passphrase: str | None
) -> SigningKey:
    """The newest active key of that purpose that may sign on that day.

    Raises:
        KeyTrouble: ``no_passphrase`` (this process may not sign), ``no_key``, ``key_environment``, or as
            :meth:`SigningKey.unlock`.
    """
    opened = _unlock(tx, KeyState.ACTIVE, purpose, office, on, passphrase)
    if opened is None:
        raise no_key()
    return opened


def unlock_next_publication(tx: Connection, on: date, passphrase: str | None) -> SigningKey | None:
    """The standby publication key, which signs trust bundles beside the active one; None without one.

    Raises:
        KeyTrouble: as :func:`unlock`, but for ``no_key``.
    """
    return _unlock(tx, KeyState.STANDBY, Purpose.PUBLICATION, None, on, passphrase)


def _unlock(
    tx: Connection,
    state: KeyState,
    purpose: Purpose,
    office: str | None,
    on: date,
    passphrase: str | None,
) -> SigningKey | None:
    if passphrase is None:
        raise no_passphrase()
    usable = [
        key
        for key in ring(tx)
        if (key.state, key.purpose, key.scope.office) == (state, purpose, office) and signs_on(key, on)
    ]
    environment = _environment(tx)
    if any(key.scope.environment != environment for key in usable):
        raise _other_environment()
    if not usable:
        return None
    return SigningKey.unlock(_locked(tx, usable[-1].kid), passphrase, usable[-1])


def require_passphrase(tx: Connection, passphrase: str | None) -> str:
    """Refuse a passphrase that does not open the keys that are there; returns it.

    Raises:
        KeyTrouble: ``no_passphrase`` or ``key_locked``.
    """
    if passphrase is None:
        raise no_passphrase()
    known = list(ring(tx))
    if known:
        SigningKey.unlock(_locked(tx, known[-1].kid), passphrase, known[-1])
    return passphrase


def require_active(tx: Connection, key: Key, office: str, on: date) -> None:
    """Refuse a key that may not seal for this office, or was retired or revoked since it was unlocked.

    Raises:
        KeyTrouble: ``no_key`` or ``key_environment``.
    """
    row = tx.execute(
        select(
            SigningKeyRow.state,
            SigningKeyRow.environment,
            SigningKeyRow.signs_from,
            SigningKeyRow.signs_until,
        ).where(
            SigningKeyRow.kid == key.kid,
            SigningKeyRow.purpose == Purpose.SEAL.value,
            SigningKeyRow.office == office,
        )
    ).first()
    if (
        row is None
        or row.state != KeyState.ACTIVE
        or on < row.signs_from
        or (row.signs_until and on > row.signs_until)
    ):
        raise no_key()
    if row.environment != _environment(tx):
        raise _other_environment()


def find(tx: Connection, start: str) -> Key:
    """The key whose ``kid`` starts so.

    Raises:
        NotFound: ``no_such_key``: none does, or that is too short to say.
    """
    found = next((key for key in ring(tx) if key.kid.startswith(start)), None)
    if found is None or len(start) < LEAST_KID_CHARACTERS:
        raise no_such_key()
    return found


def made_at(tx: Connection, key: Key) -> datetime:
    """When a key of this registry was made."""
    return tx.execute(select(SigningKeyRow.created_at).where(SigningKeyRow.kid == key.kid)).scalar_one()


def change_state(tx: Connection, key: Key, state: KeyState, signs_until: date | None) -> Key:
    """Give a key another state and last day; returns it as it is now."""
    tx.execute(
        update(SigningKeyRow)
        .where(SigningKeyRow.kid == key.kid)
        .values(state=state.value, signs_until=signs_until)
    )
    return find(tx, key.kid)


def relock(tx: Connection, passphrase: str, next_passphrase: str) -> int:
    """Lock every private half with another passphrase; how many there are.

    Raises:
        KeyTrouble: as :meth:`SigningKey.unlock`.
    """
    known = list(ring(tx))
    for key in known:
        opened = SigningKey.unlock(_locked(tx, key.kid), passphrase, key)
        tx.execute(
            update(SigningKeyRow)
            .where(SigningKeyRow.kid == key.kid)
            .values(locked=opened.lock(next_passphrase))
        )
    return len(known)


def signs_on(key: Key, on: date) -> bool:
    """Whether that day lies within the key's dates."""
    scope = key.scope
    return scope.signs_from <= on and (scope.signs_until is None or on <= scope.signs_until)


def _environment(tx: Connection) -> str | None:
    return tx.execute(select(RegistryRow.environment)).scalar()


def _locked(tx: Connection, kid: str) -> bytes:
    return tx.execute(select(SigningKeyRow.locked).where(SigningKeyRow.kid == kid)).scalar_one()


def no_such_key() -> NotFound:
    """The one answer for a key that is not there and for another office's."""
    return NotFound(
        "no_such_key",
        Text(
            f"Tidak ada kunci dengan awal itu (paling sedikit {LEAST_KID_CHARACTERS} karakter). Lihat `suket keys list`.",
            f"No key starts so (at least {LEAST_KID_CHARACTERS} characters). See `suket keys list`.",
        ),
    )


def no_key() -> KeyTrouble:
    """No key may sign this now."""
    return KeyTrouble(
        "no_key",
        Text(
            "Tidak ada kunci aktif untuk keperluan ini. Lihat `suket keys list`.",
            "No active key for this purpose. See `suket keys list`.",
        ),
    )


def no_passphrase() -> KeyTrouble:
    """This process may not sign."""
    return KeyTrouble(
        "no_passphrase",
        Text(
            "Proses ini tidak dapat menandatangani: SUKET_KEY_PASSPHRASE tidak diisi.",
            "This process cannot sign: SUKET_KEY_PASSPHRASE is not set.",
        ),
    )


def _other_environment() -> KeyTrouble:
    return KeyTrouble(
        "key_environment",
        Text(
            "Kunci ini dibuat untuk lingkungan lain dan tidak dipakai di sini. Lihat `suket keys list`.",
            "This key was made for another environment and is not used here. See `suket keys list`.",
        ),
    )
