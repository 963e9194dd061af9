"""A bundle's JSON understood, or refused whole: one spelling of each thing, as the browser reads it too. Proves nothing."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.keyring import KeyRing, Purpose, day, exact
from suket_service.core.kind import IssuingWindow
from suket_service.core.status_list import BITS, StatusList
from suket_service.core.trust_bundle.contents import (
    FINGERPRINT_PREFIX_BYTES,
    Gap,
    KindFacts,
    ListSnapshot,
    OfficeFacts,
    TrustBundle,
)
from suket_service.errors import InputError, Text

#: The most bytes that all lists of a bundle may unpack to: a thousand lists of a million letters.
MOST_UNPACKED_BYTES = 256 * 1024 * 1024
# Nearer to the calendar's ends an office's own day could not be told.
_FIRST_MOMENT, _LAST_MOMENT = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def read(payload: Mapping[str, Any]) -> TrustBundle:
    """The bundle of that payload.

    Raises:
        InputError: ``bundle_unreadable``.
    """
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
            villages={
                exact(str, code): exact(str, name)
                for code, name in map(_array, exact(list, payload.get("villages", [])))
            },
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise unreadable() from None
    if not _is_consistent(bundle):
        raise unreadable()
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


def _moment(seconds: Any) -> datetime:
    moment = datetime.fromtimestamp(exact(int, seconds), UTC)
    if not _FIRST_MOMENT <= moment <= _LAST_MOMENT:
        raise ValueError("a moment outside the calendar")
    return moment


def unreadable() -> InputError:
    """Why nothing is taken from a bundle that is not understood whole."""
    return InputError(
        "bundle_unreadable",
        Text(
            "Bundel kepercayaan tidak dapat dibaca. Ambil ulang dari sumber resmi.",
            "The trust bundle cannot be read. Fetch it again from the official source.",
        ),
    )
