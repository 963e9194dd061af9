"""Signing keys at rest: public halves as a ring, private halves encrypted. Decides no scope."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose, Scope
from suket_service.core.signing import SigningKey
from suket_service.errors import KeyTrouble, Text
from suket_service.registry.schema import SigningKeyRow, StatusListRow


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
        KeyTrouble: ``no_passphrase`` (this process may not sign), ``no_key``, or as
            :meth:`SigningKey.unlock`.
    """
    if passphrase is None:
        raise KeyTrouble(
            "no_passphrase",
            Text(
                "Proses ini tidak dapat menandatangani: SUKET_KEY_PASSPHRASE tidak diisi.",
                "This process cannot sign: SUKET_KEY_PASSPHRASE is not set.",
            ),
        )
    usable = [key for key in ring(tx) if _may_sign(key, purpose, office, on)]
    if not usable:
        raise no_key()
    newest = usable[-1]
    locked = tx.execute(select(SigningKeyRow.locked).where(SigningKeyRow.kid == newest.kid)).scalar_one()
    return SigningKey.unlock(locked, passphrase, newest)


def require_active(tx: Connection, key: Key, office: str, on: date) -> None:
    """Refuse a key that may not seal for this office, or was retired or revoked since it was unlocked.

    Raises:
        KeyTrouble: ``no_key``.
    """
    row = tx.execute(
        select(SigningKeyRow.state, SigningKeyRow.signs_from, SigningKeyRow.signs_until).where(
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


def _may_sign(key: Key, purpose: Purpose, office: str | None, on: date) -> bool:
    scope = key.scope
    return (
        key.purpose is purpose
        and key.state is KeyState.ACTIVE
        and scope.office == office
        and scope.signs_from <= on
        and (scope.signs_until is None or on <= scope.signs_until)
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
