"""The trust bundle: all that a check needs without a network, in one signed file. Fetches and stores nothing.

Its signature is checked before anything in it is believed. The publication key that signs it comes
with it, but is trusted only by its thumbprint, which reaches the holder on paper; while keys change,
the next one signs too, and so is introduced by the one that the holder trusts.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose, day, exact
from suket_service.core.kind import IssuingWindow
from suket_service.core.signing import compact_forms, open_publication, unsigned_header
from suket_service.core.status_list import BITS, StatusList
from suket_service.errors import InputError, KeyTrouble, Text

TYP = "suket-trust-bundle+jws"
DEFAULT_FRESHNESS = timedelta(hours=72)
FINGERPRINT_PREFIX_BYTES = 8
#: The most bytes that all lists of a bundle may unpack to: a thousand lists of a million letters.
MOST_UNPACKED_BYTES = 256 * 1024 * 1024
# Nearer to the calendar's ends an office's own day could not be told.
_FIRST_MOMENT, _LAST_MOMENT = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What a check must know of an issuing office."""

    code: str
    name: str
    utc_offset: timedelta


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a check shows of a kind of letter."""

    code: int
    title: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The days, both inclusive and in the office's calendar, from which letters may be on paper in a list
    that a restore closed, at ``next_index`` or beyond, and on no record.
    """

    first: date
    last: date

    def covers(self, issued_on: date) -> bool:
        """Whether that day lies within."""
        return self.first <= issued_on <= self.last


@dataclass(frozen=True, slots=True)
class ListSnapshot:
    """One status list as of the bundle; ``fingerprints`` (first 8 bytes, by index) only in a station's."""

    number: int
    office: str
    next_index: int
    statuses: StatusList
    fingerprints: Mapping[int, bytes]
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """The payload, understood. Times are aware and UTC; ``version`` is in epoch seconds.

    ``stations`` (those of one village) are only in the bundle that its own devices hold.
    """

    environment: str
    registry: str
    hosts: tuple[str, ...]
    version: int
    issued_at: datetime
    as_of: datetime
    stale_after: datetime
    keys: KeyRing
    offices: Mapping[str, OfficeFacts]
    kinds: Mapping[int, KindFacts]
    lists: Mapping[int, ListSnapshot]
    extensions: Mapping[tuple[int, int], date]
    windows: tuple[IssuingWindow, ...]
    checkpoint: str | None  # a signed checkpoint (compact JWS)
    elections: tuple[ElectionFacts, ...] = ()
    stations: tuple[StationFacts, ...] = ()

    def to_payload(self) -> bytes:
        """The JSON to sign."""
        return json.dumps(
            {
                "environment": self.environment,
                "registry": self.registry,
                "hosts": list(self.hosts),
                "version": self.version,
                "issued_at": _instant(self.issued_at),
                "as_of": _instant(self.as_of),
                "stale_after": _instant(self.stale_after),
                **self.keys.to_jwks(),
                "offices": [
                    {
                        "code": office.code,
                        "name": office.name,
                        "utc_offset_minutes": office.utc_offset // timedelta(minutes=1),
                    }
                    for office in self.offices.values()
                ],
                "kinds": [{"code": kind.code, "title": kind.title} for kind in self.kinds.values()],
                "lists": [_list_to_json(snapshot) for snapshot in self.lists.values()],
                "extensions": [
                    [number, index, until.isoformat()] for (number, index), until in self.extensions.items()
                ],
                "windows": [
                    {
                        "office": window.office,
                        "kind": window.kind,
                        "opens_on": window.opens_on.isoformat(),
                        "closes_on": window.closes_on.isoformat() if window.closes_on else None,
                    }
                    for window in self.windows
                ],
                "checkpoint": self.checkpoint,
                **self._polls_to_json(),
            },
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()

    def _polls_to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.elections:
            told["elections"] = [
                {
                    "id": each.id,
                    "office": each.office,
                    "name": each.name,
                    "opens_at": _instant(each.opens_at),
                    "closes_at": _instant(each.closes_at),
                    "issuing_closes_at": _instant(each.issuing_closes_at),
                }
                for each in self.elections
            ]
        if self.stations:
            told["stations"] = [
                {
                    "id": each.id,
                    "code": each.code,
                    "village": each.village,
                    "neighbourhoods": list(each.neighbourhoods),
                }
                for each in self.stations
            ]
        return told


class OpenedBundle(NamedTuple):
    """A bundle whose signatures hold."""

    bundle: TrustBundle
    signer: Key  # the first signer that the holder trusts; without pins the first of all
    introduced: tuple[str, ...]  # kids of the next publication keys, vouched for by one that is pinned


def open_bundle(token: str | bytes, pins: Iterable[str] = (), held_version: int = 0) -> OpenedBundle:
    """The bundle, the publication key that signed it, and the keys that it introduces.

    Args:
        token: a compact JWS, or, while publication keys change, one in the general JSON form.
        pins: thumbprints (``kid``) of the publication keys that the holder trusts. Without any,
            the bundle proves only that nobody changed it since that key signed it, and introduces
            no one: say so.
        held_version: the version already held; an older one is refused.

    Raises:
        KeyTrouble: not signed by a trusted publication key, or one of its signatures does not hold.
        InputError: ``bundle_unreadable`` or ``bundle_older``.
    """
    forms = compact_forms(token.strip())
    wanted = frozenset(pins)
    signers = _signers(forms)
    trusted = [key for key in signers if not wanted or key.kid in wanted]
    # The thumbprint is the key's own hash, so a key out of an unproven file cannot pose as a pinned one.
    if not trusted:
        raise _untrusted()
    payloads = [open_publication(form, TYP, key) for form, key in zip(forms, signers, strict=True)]
    bundle = _read(payloads[0])  # each signature is over this same payload
    if not all(_may_publish(key, bundle) for key in signers):
        raise _untrusted()
    if bundle.version < held_version:
        raise InputError(
            "bundle_older",
            Text(
                "Bundel ini lebih lama daripada yang sudah dipegang. Ambil yang terbaru.",
                "This bundle is older than the one already held. Fetch the newest.",
            ),
        )
    next_ones = [key.kid for key in signers if key.state is KeyState.STANDBY and key.kid not in wanted]
    return OpenedBundle(bundle, trusted[0], tuple(next_ones) if wanted else ())


def _signers(forms: tuple[str, ...]) -> list[Key]:
    """The keys that say they signed, out of the unproven bundle: one active, any others on standby."""
    kids = [str(unsigned_header(form).get("kid")) for form in forms]
    ring = _unproven_keys(forms[0])
    signers = [key for kid in kids if (key := ring.find_kid(kid)) is not None]
    states = [key.state for key in signers]
    if (
        len(signers) < len(forms)
        or len(set(kids)) < len(kids)
        or states.count(KeyState.ACTIVE) != 1
        or states.count(KeyState.STANDBY) != len(states) - 1
    ):
        raise _untrusted()
    return signers


def _may_publish(signer: Key, bundle: TrustBundle) -> bool:
    scope, day = signer.scope, bundle.issued_at.date()
    return (
        scope.environment == bundle.environment
        and scope.signs_from <= day
        and (scope.signs_until is None or day <= scope.signs_until)
    )


def _untrusted() -> KeyTrouble:
    return KeyTrouble(
        "bundle_untrusted",
        Text(
            "Bundel ini tidak ditandatangani oleh kunci publikasi yang dipercaya. Jangan dipakai.",
            "This bundle is not signed by a trusted publication key. Do not use it.",
        ),
    )


def _unproven_keys(form: str) -> KeyRing:
    try:
        part = form.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        keys = [Key.from_jwk(jwk) for jwk in payload["keys"]]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        raise _unreadable() from None
    return KeyRing(key for key in keys if key.purpose is Purpose.PUBLICATION)


def _read(payload: Mapping[str, Any]) -> TrustBundle:
    try:
        bundle = TrustBundle(
            environment=exact(str, payload["environment"]),
            registry=exact(str, payload["registry"]),
            hosts=tuple(exact(str, host) for host in exact(list, payload["hosts"])),
            version=exact(int, payload["version"]),
            issued_at=_moment(payload["issued_at"]),
            as_of=_moment(payload["as_of"]),
            stale_after=_moment(payload["stale_after"]),
            keys=KeyRing.from_jwks(payload),
            offices={
                office.code: office for office in map(_office_from_json, exact(list, payload["offices"]))
            },
            kinds={
                kind["code"]: KindFacts(exact(int, kind["code"]), exact(str, kind["title"]))
                for kind in exact(list, payload["kinds"])
            },
            lists=_lists_from_json(payload["lists"]),
            extensions={
                (exact(int, number), exact(int, index)): day(until)
                for number, index, until in map(_array, exact(list, payload["extensions"]))
            },
            windows=tuple(_window_from_json(each) for each in exact(list, payload["windows"])),
            checkpoint=None if payload["checkpoint"] is None else exact(str, payload["checkpoint"]),
            elections=tuple(_election_from_json(each) for each in exact(list, payload.get("elections", []))),
            stations=tuple(_station_from_json(each) for each in exact(list, payload.get("stations", []))),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise _unreadable() from None
    if not _is_consistent(bundle):
        raise _unreadable()
    return bundle


def _is_consistent(bundle: TrustBundle) -> bool:
    """Whether every office that is named is described, so that no check can stumble over it later."""
    named = {snapshot.office for snapshot in bundle.lists.values()}
    named |= {key.scope.office for key in bundle.keys if key.purpose is Purpose.SEAL and key.scope.office}
    return (
        named <= bundle.offices.keys()
        and all(abs(office.utc_offset) < timedelta(hours=24) for office in bundle.offices.values())
        and all(snapshot.statuses.bits == BITS for snapshot in bundle.lists.values())
    )


def _office_from_json(entry: Mapping[str, Any]) -> OfficeFacts:
    ahead = timedelta(minutes=exact(int, entry["utc_offset_minutes"]))
    return OfficeFacts(exact(str, entry["code"]), exact(str, entry["name"]), ahead)


def _window_from_json(entry: Mapping[str, Any]) -> IssuingWindow:
    closes = entry["closes_on"]
    return IssuingWindow(
        exact(str, entry["office"]),
        exact(int, entry["kind"]),
        day(entry["opens_on"]),
        None if closes is None else day(closes),
    )


def _array(value: Any) -> list[Any]:
    return exact(list, value)


def _list_to_json(snapshot: ListSnapshot) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "list": snapshot.number,
        "office": snapshot.office,
        "next_index": snapshot.next_index,
        "status_list": snapshot.statuses.to_claim(),
    }
    if snapshot.gap:
        entry["gap"] = [snapshot.gap.first.isoformat(), snapshot.gap.last.isoformat()]
    if snapshot.fingerprints:
        entry["fingerprints"] = [[index, prefix.hex()] for index, prefix in snapshot.fingerprints.items()]
    return entry


def _lists_from_json(entries: Iterable[Mapping[str, Any]]) -> dict[int, ListSnapshot]:
    lists: dict[int, ListSnapshot] = {}
    left = MOST_UNPACKED_BYTES
    for entry in exact(list, entries):
        number = exact(int, entry["list"])
        lists[number] = _list_from_json(entry, left)
        left -= len(lists[number].statuses.raw)
    return lists


def _list_from_json(entry: Mapping[str, Any], most: int) -> ListSnapshot:
    prints = {
        exact(int, index): _prefix(text)
        for index, text in map(_array, exact(list, entry.get("fingerprints", [])))
    }
    return ListSnapshot(
        number=exact(int, entry["list"]),
        office=exact(str, entry["office"]),
        next_index=exact(int, entry["next_index"]),
        statuses=StatusList.from_claim(entry["status_list"], most),
        fingerprints=prints,
        gap=_gap_from_json(entry.get("gap")),
    )


def _prefix(text: Any) -> bytes:
    prefix = bytes.fromhex(text)
    if len(prefix) != FINGERPRINT_PREFIX_BYTES or prefix.hex() != text:
        raise ValueError("not the first bytes of a fingerprint")
    return prefix


def _gap_from_json(days: Any) -> Gap | None:
    if days is None:
        return None
    first, last = exact(list, days)
    return Gap(day(first), day(last))


def _election_from_json(entry: Mapping[str, Any]) -> ElectionFacts:
    moments = (_moment(entry[name]) for name in ("opens_at", "closes_at", "issuing_closes_at"))
    return ElectionFacts(
        exact(int, entry["id"]), exact(str, entry["office"]), exact(str, entry["name"]), *moments
    )


def _station_from_json(entry: Mapping[str, Any]) -> StationFacts:
    served = tuple(exact(str, each) for each in exact(list, entry["neighbourhoods"]))
    return StationFacts(
        exact(int, entry["id"]), exact(str, entry["code"]), exact(str, entry["village"]), served
    )


def _instant(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: Any) -> datetime:
    moment = datetime.fromtimestamp(exact(int, seconds), UTC)
    if not _FIRST_MOMENT <= moment <= _LAST_MOMENT:
        raise ValueError("a moment outside the calendar")
    return moment


def _unreadable() -> InputError:
    return InputError(
        "bundle_unreadable",
        Text(
            "Bundel kepercayaan tidak dapat dibaca. Ambil ulang dari sumber resmi.",
            "The trust bundle cannot be read. Fetch it again from the official source.",
        ),
    )
