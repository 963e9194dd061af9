"""Bundles that open, and what their holder must have understood of them."""

from collections.abc import Iterator

from suket_service.core.keyring import KeyState, Purpose
from tests.builders import NOON
from tests.core.builders import signing_key
from tests.core.bundle_cases.making import (
    BASE,
    ELECTION,
    HEADER,
    JOINT,
    LIST,
    MADE,
    NEXT,
    NEXT_JWK,
    NEXT_PIN,
    OFFICE,
    PIN,
    PUBLISHER,
    PUBLISHER_JWK,
    ROTATING,
    SEALER,
    SEALER_JWK,
    STATION,
    STRANGER,
    TOKEN,
    Case,
    base,
    compact,
    good,
    joint,
    jwk_of,
    packed,
    publisher,
    with_keys,
    with_list,
)


def opens() -> Iterator[Case]:
    yield good("one signature, its key pinned", BASE)
    yield good("one signature, nothing pinned", BASE, pins=())
    yield good("one of several pins is enough", BASE, pins=(STRANGER.key.kid, PIN))
    yield good("blanks around the file", BASE, f"\r\n\t {TOKEN} \n")
    yield good("the version already held", BASE, held_version=MADE)
    yield good("one second newer than the one held", BASE, held_version=MADE - 1)
    header = dict(reversed(HEADER.items()))
    yield good("the header's members the other way round", BASE, compact(BASE, header=header))
    yield good("two signatures, the old key pinned", ROTATING, JOINT, introduced=(NEXT_PIN,))
    yield good("two signatures, both keys pinned", ROTATING, JOINT, pins=(PIN, NEXT_PIN))
    yield good("two signatures, the new key pinned", ROTATING, JOINT, pins=(NEXT_PIN,), signer=NEXT_PIN)
    yield good("two signatures, nothing pinned", ROTATING, JOINT, pins=())
    yield good(
        "two signatures, the next key's first",
        ROTATING,
        joint(ROTATING, NEXT, PUBLISHER),
        introduced=(NEXT_PIN,),
    )
    later = publisher(32, KeyState.STANDBY)
    three = with_keys(PUBLISHER_JWK, NEXT_JWK, jwk_of(later))
    by_three = joint(three, PUBLISHER, NEXT, later)
    yield good("three signatures", three, by_three, introduced=(NEXT_PIN, later.key.kid))
    yield good("blanks around two signatures", ROTATING, f" {JOINT}\n", introduced=(NEXT_PIN,))
    yield good("a key on standby in the ring that did not sign", ROTATING)
    states = [publisher(33, KeyState.RETIRED), publisher(34, KeyState.REVOKED)]
    yield good("retired and revoked keys in the ring", with_keys(PUBLISHER_JWK, *map(jwk_of, states)))
    seals = [signing_key(40 + at, Purpose.SEAL, SEALER.key.scope, state) for at, state in enumerate(KeyState)]
    yield good("seal keys in every state", with_keys(PUBLISHER_JWK, *map(jwk_of, seals)))
    ending = publisher(35, signs_from=NOON.date(), signs_until=NOON.date())
    one_day = with_keys(jwk_of(ending))
    yield good(
        "signed on its key's only day",
        one_day,
        compact(one_day, ending),
        pins=(ending.key.kid,),
        signer=ending.key.kid,
    )
    yield from opens_with_other_contents()


def opens_with_other_contents() -> Iterator[Case]:
    prints = [[0, "00ff" * 4], [4, "0123456789abcdef"], [2**24 - 1, "f" * 16]]
    yield good("a station's, with fingerprints", with_list(fingerprints=prints))
    yield good("a list that a restore closed", with_list(gap=["2026-11-18", "2026-11-20"]))
    yield good(
        "an election and its stations", base(elections=[ELECTION], stations=[STATION, {**STATION, "id": 13}])
    )
    yield good(
        "a station of a whole village",
        base(elections=[ELECTION], stations=[{**STATION, "neighbourhoods": []}]),
    )
    yield good("names of villages", base(villages=[["2172031001", "Tanjungpinang Kota"], ["2172041002", ""]]))
    yield good("an election without stations", base(elections=[ELECTION]))
    yield good("empty elections and stations", base(elections=[], stations=[]))
    yield good(
        "members that nobody knows", base(motto="x", keys=[SEALER_JWK, {**PUBLISHER_JWK, "x5c": ["x"]}])
    )
    yield good(
        "members that nobody knows, in a list and an office",
        {**with_list(color="red"), "offices": [{**OFFICE, "flag": 1}]},
    )
    yield good("no lists, kinds, windows and extensions", base(lists=[], kinds=[], windows=[], extensions=[]))
    yield good("several hosts", base(hosts=["suket.example.go.id", "old.example.go.id:8443"]))
    yield good(
        "an office west of Greenwich, and one almost a day ahead",
        base(
            offices=[
                {**OFFICE, "utc_offset_minutes": -1439},
                {**OFFICE, "code": "9471", "utc_offset_minutes": 1439},
            ]
        ),
    )
    yield good("a checkpoint", base(checkpoint="a.b.c"))
    yield good("the calendar's first and last moments", base(as_of=86_400, stale_after=253_402_128_000))
    yield good("a list of no entries", with_list(next_index=0, status_list={"bits": 2, "lst": packed(b"")}))
    yield good(
        "the largest list that seals can name",
        with_list(status_list={"bits": 2, "lst": packed(bytes(4 * 1024 * 1024))}),
    )
    two_lists = [LIST, {**LIST, "list": 65_535, "next_index": 2**24}]
    yield good("several lists", base(lists=two_lists))
    yield good(
        "letters beyond ASCII in names",
        base(registry="Dinas Kependudukan — Ñ 東", offices=[{**OFFICE, "name": "Ünit"}]),
    )
