"""What outsiders hold: key set, status lists, trust bundle, checkpoint; signed once, stored, served as stored.

Renders and issues nothing. Signed by a publication key, never by a seal key.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from suket_service.core.election import StationFacts
from suket_service.core.keyring import Purpose
from suket_service.core.signing import CHECKPOINT_TYP, SigningKey
from suket_service.core.status_list import StatusList
from suket_service.core.trust_bundle import (
    DEFAULT_FRESHNESS,
    FINGERPRINT_PREFIX_BYTES,
    TYP,
    KindFacts,
    ListSnapshot,
    OfficeFacts,
    TrustBundle,
)
from suket_service.errors import RegistryError, Text
from suket_service.registry import (
    audit,
    checkpoints,
    elections,
    keys,
    offices,
    polling_stations,
    publications,
    status,
)
from suket_service.registry.elections import Election
from suket_service.registry.publications import Publication
from suket_service.registry.session import Registry, Transaction

JWKS = "jwks"
TRUST_BUNDLE = "trust-bundle"
CHECKPOINT = "checkpoint"
#: How long a change that is no revocation may wait (design.md section 5).
MOST_DELAY = timedelta(minutes=5)
#: Entries that no holder may wait for.
_AT_ONCE = (
    *("letter.revoke", "letter.supersede", "letter.suspend", "key.revoke"),
    *("election.create", "election.change", "election.cancel", "stations.import"),
)
#: With nothing changed at all, a bundle is made anew well before it goes stale.
RENEWAL = timedelta(hours=12)
#: How long holders may keep a status list without asking again, in seconds (`ttl`, section 5.1).
LIST_TTL_SECONDS = 300
_STATUS_LIST, _STATION_BUNDLE = "status-list-", "station-bundle-"
_JWS = "application/jose"
_JWS_IN_JSON = "application/jose+json"


@dataclass(frozen=True, slots=True)
class Publisher:
    """What publishing takes: the passphrase of the publication key and our own address."""

    passphrase: str | None = field(repr=False)
    base_url: str
    host: str


def list_name(number: int) -> str:
    """The name of a status list among the publications."""
    return f"{_STATUS_LIST}{number}"


def station_bundle_name(election: int, village: str) -> str:
    """The name of the bundle that a village's stations hold in an election."""
    return f"{_STATION_BUNDLE}{election}-{village}"


def is_for_anyone(publication: Publication) -> bool:
    """Whether a publication may leave the house without asking who wants it."""
    return publication.name in (JWKS, CHECKPOINT, TRUST_BUNDLE) or publication.name.startswith(_STATUS_LIST)


def publish(
    registry: Registry, publisher: Publisher, at: datetime, by: str = "publisher"
) -> list[Publication]:
    """Sign and store a new set.

    Raises:
        KeyTrouble: this process may not sign, or there is no publication key.
        RegistryError: ``clock_behind_publication``: a version must rise.
    """
    with registry.writing() as tx:
        return _publish(tx, publisher, at, by)


def publish_if_due(registry: Registry, publisher: Publisher, at: datetime) -> bool:
    """Publish when something changed and its time has come, or when the last set grows old."""
    with registry.reading() as tx:
        if not _is_due(tx, at):
            return False
    with registry.writing() as tx:
        if not _is_due(tx, at):  # another process was quicker
            return False
        _publish(tx, publisher, at, "publisher")
        return True


def stored(registry: Registry, name: str) -> Publication | None:
    """One publication, exactly as signed."""
    with registry.reading() as tx:
        found = publications.stored(tx, name)
    return found[0] if found else None


class Held:
    """The publications as this process last read them: read anew only when a newer one is stored."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._by_name: dict[str, Publication] = {}

    def newest(self, name: str) -> Publication | None:
        """One publication, exactly as signed.

        Raises:
            RegistryError: it cannot be told whether what is held is still the newest.
        """
        version = publications.version_of(self._registry, name)
        held = self._by_name.get(name)
        if held is not None and held.version == version:
            return held
        found = stored(self._registry, name) if version is not None else None
        if found is None:
            self._by_name.pop(name, None)
        else:
            self._by_name[name] = found
        return found


def _is_due(tx: Transaction, at: datetime) -> bool:
    bundle = publications.stored(tx, TRUST_BUNDLE)
    if not bundle:
        return audit.head(tx).entries > 0
    age = at - bundle[0].published_at
    changed = audit.holds_others(tx, bundle[0].audit_seq, audit.CHANGES_NO_TRUST)
    urgent = changed and audit.holds_any(tx, bundle[0].audit_seq, _AT_ONCE)
    return urgent or age >= RENEWAL or (changed and age >= MOST_DELAY)


def _publish(tx: Transaction, publisher: Publisher, at: datetime, by: str) -> list[Publication]:
    identity = offices.identity(tx)
    if identity is None:
        raise RegistryError(
            "not_initialised", Text("Jalankan `suket init` dahulu.", "Run `suket init` first.")
        )
    version = _next_version(tx, at)
    at = max(at, publications.newest_at(tx) or at)  # what is issued next must not bear an earlier day
    seq = audit.append(tx, at, by, "publish", str(version))
    key = keys.unlock(tx, Purpose.PUBLICATION, None, at.date(), publisher.passphrase)
    checkpoint = key.publish(CHECKPOINT_TYP, checkpoints.payload(tx, at))
    running = elections.running(tx, at)
    bundle = _public_bundle(tx, identity, publisher.host, version, checkpoint, running, at)
    signers = key, keys.unlock_next_publication(tx, at.date(), publisher.passphrase)
    made = [
        Publication(JWKS, version, "application/jwk-set+json", _json(bundle.keys.to_jwks()), seq, at),
        Publication(CHECKPOINT, version, _JWS, checkpoint.encode(), seq, at),
        _signed_bundle(TRUST_BUNDLE, bundle, signers, seq),
        *(_status_list(key, snapshot, publisher, version, seq, at) for snapshot in bundle.lists.values()),
        *(
            _signed_bundle(name, each, signers, seq)
            for name, each in _station_bundles(tx, bundle, running).items()
        ),
    ]
    publications.replace_all(tx, made)
    return made


def _public_bundle(
    tx: Transaction,
    identity: offices.RegistryIdentity,
    host: str,
    version: int,
    checkpoint: str,
    running: Sequence[Election],
    at: datetime,
) -> TrustBundle:
    here, contents = offices.offices(tx), status.contents(tx)
    return TrustBundle(
        environment=identity.environment,
        registry=identity.registry_id,
        hosts=(host,),
        version=version,
        issued_at=at,
        as_of=at,
        stale_after=_fresh_until(at, [each.code for each in here], running),
        keys=keys.ring(tx),
        offices={each.code: OfficeFacts(each.code, each.name, each.utc_offset) for each in here},
        kinds={each.code: KindFacts(each.code, each.title) for each in offices.kinds(tx).values()},
        lists={each.number: _snapshot(each) for each in contents},
        extensions={
            (each.number, index): until for each in contents for index, until in each.extensions.items()
        },
        windows=offices.windows(tx),
        checkpoint=checkpoint,
        elections=tuple(each.facts for each in running),
        villages={
            village.code: village.name
            for office in offices.offices(tx)
            for village in offices.villages_of(tx, office).values()
        },
    )


def _fresh_until(at: datetime, office_codes: Iterable[str], running: Iterable[Election]) -> datetime:
    """What is made after an election's issuing closed stays fresh until its polls close (design.md section 5).

    Where more than one office issues, each must have such an election: another's letters go on changing.
    """
    usual = at + DEFAULT_FRESHNESS
    until = dict.fromkeys(office_codes, usual)
    for each in running:
        if at >= each.issuing_closes_at:
            until[each.office] = max(until[each.office], each.closes_at)
    return min(until.values(), default=usual)


def _station_bundles(
    tx: Transaction, public: TrustBundle, running: Iterable[Election]
) -> dict[str, TrustBundle]:
    """For each village with stations in an election: the bundle with its stations and its letters' fingerprints."""
    here: dict[tuple[Election, str], list[StationFacts]] = {}
    for election in running:
        for each in polling_stations.of_office(tx, election.office):
            if not election.villages or each.village in election.villages:
                here.setdefault((election, each.village), []).append(each.facts)
    if not here:
        return {}
    prints = status.fingerprints(tx, (village for _, village in here))
    return {
        station_bundle_name(election.id, village): replace(
            public,
            stale_after=_fresh_until(public.issued_at, [election.office], [election]),
            elections=(election.facts,),
            stations=tuple(stations),
            lists=_with_fingerprints(public.lists, prints.get(village, {})),
        )
        for (election, village), stations in here.items()
    }


def _with_fingerprints(
    lists: Mapping[int, ListSnapshot], prints: Mapping[int, Mapping[int, bytes]]
) -> dict[int, ListSnapshot]:
    return {
        number: replace(
            snapshot,
            fingerprints={
                index: whole[:FINGERPRINT_PREFIX_BYTES]
                for index, whole in sorted(prints.get(number, {}).items())
            },
        )
        for number, snapshot in lists.items()
    }


def _signed_bundle(
    name: str, bundle: TrustBundle, signers: tuple[SigningKey, SigningKey | None], seq: int
) -> Publication:
    """The bundle; while the next publication key waits, signed by both: so holders learn to trust it."""
    key, waiting = signers
    token = key.publish_with([waiting] if waiting else [], TYP, bundle.to_payload())
    media_type = _JWS_IN_JSON if waiting else _JWS
    return Publication(name, bundle.version, media_type, token.encode(), seq, bundle.issued_at)


def _next_version(tx: Transaction, at: datetime) -> int:
    newest, now = publications.newest_version(tx), int(at.timestamp())
    if now > newest:
        return now
    if newest - now > MOST_DELAY.total_seconds():
        raise RegistryError(
            "clock_behind_publication",
            Text(
                "Jam komputer ini lebih lambat daripada publikasi terakhir. Betulkan jamnya dahulu.",
                "This computer's clock is behind the last publication. Set the clock first.",
            ),
        )
    return newest + 1


def _snapshot(contents: status.ListContents) -> ListSnapshot:
    return ListSnapshot(
        number=contents.number,
        office=contents.office,
        next_index=contents.next_index,
        statuses=StatusList.of_letters(contents.next_index, contents.exceptions, contents.capacity),
        fingerprints={},
        gap=contents.gap,
    )


def _status_list(
    key: SigningKey, snapshot: ListSnapshot, publisher: Publisher, version: int, seq: int, at: datetime
) -> Publication:
    claims = {
        "sub": f"{publisher.base_url}/api/v1/status-lists/{snapshot.number}",
        "iat": int(at.timestamp()),
        "exp": int((at + DEFAULT_FRESHNESS).timestamp()),
        "ttl": LIST_TTL_SECONDS,
        "status_list": snapshot.statuses.to_claim(),
    }
    token = key.publish("statuslist+jwt", _json(claims))
    return Publication(
        list_name(snapshot.number), version, "application/statuslist+jwt", token.encode(), seq, at
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
