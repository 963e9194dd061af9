"""Keys, offices and windows of which only publications know; what was published; codes already used. Signs nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, update

from suket_service.core.credentials import STEP_SECONDS, STEPS_EITHER_SIDE
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.core.letter import Office
from suket_service.core.trust_bundle import TrustBundle
from suket_service.registry import keys, offices, publications
from suket_service.registry.publications import Publication
from suket_service.registry.schema import (
    CredentialRow,
    EnrolmentRow,
    IssuingWindowRow,
    RecoveryCodeRow,
    SigningKeyRow,
    StaffSessionRow,
)

#: Its name among the publications.
TRUST_BUNDLE = "trust-bundle"
_LIFE = (KeyState.STANDBY, KeyState.ACTIVE, KeyState.RETIRED, KeyState.REVOKED)
_NO_PRIVATE_HALF = b""
_PATTERN_UNKNOWN = "{serial}/{series}/{office}/{year}"


@dataclass(frozen=True, slots=True)
class AdoptedKey:
    """A key that is not as the backup has it; ``before`` is None for one made after the backup."""

    kid: str
    purpose: Purpose
    before: KeyState | None
    after: KeyState


def adopt_offices(tx: Connection, bundle: TrustBundle) -> tuple[str, ...]:
    """Add the offices that came after the backup, as far as they were published; returns their codes.

    Their lists, keys and letters need them. They issue nothing: letterhead, staff and the pattern of
    their numbers are not published.
    """
    known = {each.code for each in offices.offices(tx)}
    usual_kind = min(offices.kinds(tx), default=1)
    new = [each for each in bundle.offices.values() if each.code not in known]
    for each in new:
        villages = {
            prefix for key in bundle.keys if key.scope.office == each.code for prefix in key.scope.villages
        }
        office = Office(each.code, each.name, each.utc_offset, _PATTERN_UNKNOWN, tuple(sorted(villages)))
        offices.add_office(tx, office, usual_kind)
    return tuple(each.code for each in new)


def adopt_keys(tx: Connection, bundle: TrustBundle, at: datetime) -> tuple[AdoptedKey, ...]:
    """Let keys be as far along in their life as was published: one revoked since does not come back.

    Of a key made after the backup the private half is lost: it signs no more, and what it signed stays good.
    """
    changes = []
    held = {key.kid: key for key in keys.ring(tx)}
    for key in bundle.keys:
        known = held.get(key.kid)
        if known is None:
            after = max(key.state, KeyState.RETIRED, key=_LIFE.index)
            values = {**_public_half(key), "state": after.value, "created_at": at}
            # Whoever finds the lost machine must not be able to seal with it at a later date.
            values["signs_until"] = key.scope.signs_until or (at + timedelta(days=1)).date()
            tx.execute(insert(SigningKeyRow).values(**values))
            changes.append(AdoptedKey(key.kid, key.purpose, None, after))
            continue
        after = max(key.state, known.state, key=_LIFE.index)
        until = key.scope.signs_until or known.scope.signs_until
        if (after, until) != (known.state, known.scope.signs_until):
            tx.execute(
                update(SigningKeyRow)
                .where(SigningKeyRow.kid == key.kid)
                .values(state=after.value, signs_until=until)
            )
            changes.append(AdoptedKey(key.kid, key.purpose, known.state, after))
    return tuple(changes)


def _public_half(key: Key) -> dict[str, object]:
    scope = key.scope
    return {
        "kid": key.kid,
        "key_id": key.key_id,
        "purpose": key.purpose.value,
        "office": scope.office,
        "environment": scope.environment,
        "x": key.x,
        "y": key.y,
        "locked": _NO_PRIVATE_HALF,
        "villages": list(scope.villages),
        "signs_from": scope.signs_from,
        "signs_until": scope.signs_until,
    }


def adopt_windows(tx: Connection, bundle: TrustBundle) -> bool:
    """Let the issuing windows be those published; returns whether they were others."""
    if set(offices.windows(tx)) == set(bundle.windows):
        return False
    kinds = offices.kinds(tx)
    tx.execute(delete(IssuingWindowRow))
    for window in bundle.windows:
        if window.kind in kinds:
            offices.add_window(tx, window)
    return True


def keep_publication(tx: Connection, bundle: TrustBundle, token: bytes) -> None:
    """Serve what was published last until something newer is signed: versions go on rising from it.

    What the backup had published goes: it is older, and calls letters valid that no longer are.
    """
    media_type = "application/jose+json" if token.startswith(b"{") else "application/jose"
    newest = Publication(TRUST_BUNDLE, bundle.version, media_type, token, 0, bundle.issued_at)
    publications.replace_all(tx, [newest])


def spend_codes(tx: Connection, at: datetime) -> None:
    """Let no code that may have been used since count again, and no session that may have been ended."""
    tx.execute(delete(RecoveryCodeRow))
    tx.execute(delete(StaffSessionRow))
    # A phone that was enrolled since is not known any more; what it used must not enrol another.
    tx.execute(
        update(EnrolmentRow)
        .where(EnrolmentRow.used_at.is_(None), EnrolmentRow.ended_at.is_(None))
        .values(ended_at=at)
    )
    step = int(at.timestamp()) // STEP_SECONDS + STEPS_EITHER_SIDE
    tx.execute(
        update(CredentialRow)
        .where(CredentialRow.totp_locked.is_not(None), func.coalesce(CredentialRow.totp_last_step, -1) < step)
        .values(totp_last_step=step)
    )
