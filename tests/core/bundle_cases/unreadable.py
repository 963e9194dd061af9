"""Bundles that the trusted key signed, and that cannot be understood whole."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from suket_service.core.keyring import Purpose, Scope
from tests.core.builders import signing_key, unb64url
from tests.core.bundle_cases.making import (
    BASE,
    ELECTION,
    ENTRIES,
    HEADER,
    LIST,
    MADE,
    OFFICE,
    PIN,
    PUBLISHER_JWK,
    SEALER_JWK,
    STATION,
    STRANGER,
    WINDOW,
    Case,
    Json,
    as_bytes,
    b64,
    bad,
    base,
    compact,
    jwk_of,
    packed,
    with_keys,
    with_list,
    without,
)


def keys_that_cannot_be_read() -> Iterator[Case]:
    no = "key_unreadable"
    x = bytearray(unb64url(SEALER_JWK["x"]))
    x[31] ^= 1
    moved: Json = {**SEALER_JWK, "x": b64(bytes(x))}
    members = {name: moved[name] for name in ("crv", "kty", "x", "y")}
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    for title, changes in {
        "a seal key off the curve": {"x": moved["x"], "kid": b64(thumbprint)},
        "a seal key of another curve": {"crv": "P-384"},
        "a seal key of another kind": {"kty": "RSA"},
        "a seal key with a short coordinate": {"x": b64(bytes(x[:31]))},
        "a seal key without a coordinate": {"y": None},
        "a seal key under another kid": {"kid": PIN},
        "a seal key for another purpose": {"purpose": "all"},
        "a seal key in another state": {"state": "lost"},
        "a seal key that signs from no day": {"signs_from": "2026-02-30"},
        "a seal key that signs from nowhere": {"signs_from": None},
        "a seal key that signs until no day": {"signs_until": "always"},
        "a seal key of an office that is a number": {"office": 2172},
        "a seal key of lists that are none": {"lists": 1},
        "a seal key of a list without a number": {"lists": ["one"]},
        "a seal key of villages that are none": {"villages": 2172},
    }.items():
        yield bad(title, no, compact(base(keys=[{**SEALER_JWK, **changes}, PUBLISHER_JWK])))
    for name in (
        "kid",
        "purpose",
        "state",
        "environment",
        "office",
        "lists",
        "villages",
        "signs_from",
        "signs_until",
    ):
        yield bad(
            f"a seal key without {name}", no, compact(base(keys=[without(name, SEALER_JWK), PUBLISHER_JWK]))
        )
    others: tuple[Any, ...] = (None, 7, "key", [])
    for other in others:
        yield bad(f"a key that is {json.dumps(other)}", no, compact(base(keys=[other, PUBLISHER_JWK])))
    posing = {**jwk_of(STRANGER), "kid": PIN}
    yield bad("the pinned kid on another key", no, compact(with_keys(posing), STRANGER, HEADER))
    taken = "key_id_taken"
    yield bad("the publication key twice", taken, compact(with_keys(PUBLISHER_JWK, PUBLISHER_JWK)))
    yield bad("the seal key twice", taken, compact(base(keys=[SEALER_JWK, SEALER_JWK, PUBLISHER_JWK])))


def lists_that_cannot_be_read() -> Iterator[Case]:
    no = "status_list_unreadable"
    whole = zlib.compress(ENTRIES, 9)
    bare = zlib.compressobj(9, zlib.DEFLATED, -15)
    streams = {
        "one byte beyond the cap": zlib.compress(bytes(4 * 1024 * 1024 + 1), 9),
        "followed by a byte": whole + b"\0",
        "followed by another list": whole + whole,
        "cut short": whole[:-1],
        "with a wrong checksum": whole[:-1] + bytes([whole[-1] ^ 1]),
        "not compressed": ENTRIES,
        "of bare deflate": bare.compress(ENTRIES) + bare.flush(),
        "of nothing": b"",
    }
    for title, stream in streams.items():
        yield bad(f"a list {title}", no, compact(with_list(status_list={"bits": 2, "lst": b64(stream)})))
    for claim in (
        None,
        {},
        7,
        {"bits": 2},
        {"lst": packed(ENTRIES)},
        {"bits": 2, "lst": "!"},
        {"bits": 2, "lst": None},
    ):
        yield bad(f"a list that claims {json.dumps(claim)}", no, compact(with_list(status_list=claim)))
    for bits in (0, 3, "2", True, None):
        sized: Json = {"bits": bits, "lst": packed(ENTRIES)}
        yield bad(f"a list of {json.dumps(bits)} bits", no, compact(with_list(status_list=sized)))


def shapes_that_cannot_be_read() -> Iterator[Case]:
    no = "bundle_unreadable"
    for part in sorted(BASE):
        yield bad(f"without {part}", no, compact(without(part, BASE)))
    for title, changes in SHAPES.items():
        for at, change in enumerate(changes, 1):
            yield bad(f"{title}, {at}", no, compact(base(**change)))
    for bits in (1, 4, 8):
        yield bad(
            f"entries of {bits} bits",
            no,
            compact(with_list(status_list={"bits": bits, "lst": packed(ENTRIES)})),
        )
    stranger = jwk_of(
        signing_key(
            70, Purpose.SEAL, Scope("production", "9471", frozenset({9}), ("94",), date(2018, 1, 1), None)
        )
    )
    yield bad(
        "a seal key of an office that is not described", no, compact(with_keys(PUBLISHER_JWK, stranger))
    )
    yield bad("a payload that is a list", no, compact([]))
    yield bad("a payload that is null", no, compact(None))
    yield bad("a payload that is no JSON", no, compact(b"{keys}"))
    yield bad("a payload of broken UTF-8", no, compact(as_bytes(BASE)[:-1] + b',"x":"\xff"}'))
    yield bad("a payload nested without end", no, compact(b"[" * 4_000 + b"]" * 4_000))
    yield bad("keys that are none", no, compact(base(keys=7)))


def _lists(*changes: Json) -> list[Json]:
    return [{"lists": [{**LIST, **change}]} for change in changes]


SHAPES: dict[str, list[Json]] = {
    "a version of another shape": [{"version": "new"}, {"version": None}, {"version": []}],
    "hosts of another shape": [{"hosts": 1}, {"hosts": None}],
    "a moment of another shape": [
        {"issued_at": "2026-11-22"},
        {"as_of": MADE - 4.5},
        {"stale_after": None},
        {"as_of": True},
    ],
    "a moment beyond the calendar": [
        {"as_of": 86_399},
        {"as_of": -1},
        {"stale_after": 253_402_128_001},
        {"issued_at": 10**15},
    ],
    "offices of another shape": [
        {"offices": None},
        {"offices": {}},
        {"offices": [{"code": "2172"}]},
        {"offices": [{**OFFICE, "utc_offset_minutes": "seven"}]},
        {"offices": [{**OFFICE, "utc_offset_minutes": 1440}]},
        {"offices": [{**OFFICE, "utc_offset_minutes": -1440}]},
        {"offices": []},
    ],
    "kinds of another shape": [{"kinds": [{"code": 1}]}, {"kinds": None}, {"kinds": [7]}],
    "a list of another shape": [
        {"lists": ["one"]},
        {"lists": None},
        *_lists(
            {"next_index": None},
            {"next_index": "five"},
            {"office": "9471"},
            {"list": None},
            {"fingerprints": [[0, "00ff"]]},
            {"fingerprints": [[0, "00ff" * 5]]},
            {"fingerprints": [[0, "xyz" * 8]]},
            {"fingerprints": [0]},
            {"fingerprints": [[0, "00ff" * 4, 1]]},
            {"fingerprints": None},
            {"fingerprints": [["a", "00ff" * 4]]},
        ),
    ],
    "a gap of another shape": _lists(
        {"gap": 1},
        {"gap": "2026-11-20"},
        {"gap": []},
        {"gap": ["2026-11-20"]},
        {"gap": ["2026-11-20", "2026-11-21", "2026-11-22"]},
        {"gap": ["2026-11-20", None]},
        {"gap": ["a", "b"]},
        {"gap": ["2026-11-31", "2026-12-01"]},
    ),
    "extensions of another shape": [
        {"extensions": None},
        {"extensions": [[1, 2]]},
        {"extensions": [[1, 2, "2027-08-21", 3]]},
        {"extensions": [[1, 2, "soon"]]},
        {"extensions": [[1, 2, "2027-02-29"]]},
        {"extensions": [[1, 2, "0000-01-01"]]},
        {"extensions": [[1, [], "2027-08-21"]]},
        {"extensions": [7]},
    ],
    "windows of another shape": [
        {"windows": None},
        {"windows": [{"office": "2172"}]},
        {"windows": [{**WINDOW, "opens_on": None}]},
        {"windows": [{**WINDOW, "closes_on": "later"}]},
        {"windows": [without("closes_on", WINDOW)]},
    ],
    "elections of another shape": [
        {"elections": None},
        {"elections": 7},
        {"elections": ["one"]},
        *({"elections": [without(name, ELECTION)]} for name in ELECTION),
        *(
            {"elections": [{**ELECTION, "opens_at": moment}]}
            for moment in ("07:00", None, 1.5, True, 0, 10**15)
        ),
        {"elections": [{**ELECTION, "closes_at": None}]},
        {"elections": [{**ELECTION, "issuing_closes_at": "then"}]},
    ],
    "villages of another shape": [
        *(
            {"villages": each}
            for each in (None, 7, ["one"], [["2172031001"]], [["2172031001", 7]], [[1, "Kota"]])
        ),
        {"villages": [["2172031001", "Kota", "more"]]},
    ],
    "stations of another shape": [
        {"stations": None},
        {"stations": 7},
        {"stations": ["one"]},
        *({"stations": [without(name, STATION)]} for name in STATION),
        {"stations": [{**STATION, "neighbourhoods": None}]},
        {"stations": [{**STATION, "neighbourhoods": 7}]},
    ],
}
