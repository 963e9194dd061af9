"""What a trust bundle says, and the JSON in which it says it. Reads none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.keyring import KeyRing
from suket_service.core.kind import IssuingWindow
from suket_service.core.status_list import StatusList

FINGERPRINT_PREFIX_BYTES = 8


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
    villages: Mapping[str, str] = field(default_factory=dict)  # names by code, as on the paper

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
                **self._more_to_json(),
            },
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()

    def _more_to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.villages:
            told["villages"] = [[code, name] for code, name in self.villages.items()]
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


def _instant(moment: datetime) -> int:
    return int(moment.timestamp())
