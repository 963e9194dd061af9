"""Seals and bundles a step or two away from good ones, by chance. Judges none of them."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from suket_service.core.seal import digits
from suket_service.core.signing import SigningKey
from tests.builders import BASE_URL
from tests.core.builders import vectors
from tests.core.bundle_cases.making import (
    BASE,
    ELECTION,
    LIST,
    NEXT_JWK,
    PUBLISHER_JWK,
    SEALER_JWK,
    STATION,
    Json,
    compact,
)

#: Something in every part of a bundle.
WHOLE: Json = {
    **BASE,
    "keys": [SEALER_JWK, PUBLISHER_JWK, NEXT_JWK],
    "lists": [{**LIST, "fingerprints": [[0, "00ff" * 4]], "gap": ["2026-11-18", "2026-11-20"]}],
    "checkpoint": "a.b.c",
    "elections": [ELECTION],
    "stations": [STATION],
}
ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 7, 1.5, 2**53, 10**400, 1439, 1440, -1440, 86_399, 86_400),
    *("", "x", "7", "2172", "2026-11-22", "20261122", "2026-W47-7", "2026-11-31", "0000-01-01"),
    *("00ff" * 4, "00FF" * 4, "00 ff" * 4, "production", "publication", "standby", "é", "\ud800"),
    *([], {}, [1], ["1"], ["2026-11-18", "2026-11-20"], [[1, 2, "2027-01-01"]]),
]
MEMBERS = ["gap", "fingerprints", "elections", "stations", "x", "__proto__", "kid", "toString"]


def seal_texts(chance: random.Random, key: SigningKey) -> Iterator[str]:
    """Texts of seals with altered bytes, lengths, digits and letters, signed anew or not."""
    bodies = [bytes.fromhex(case["body"]) for case in vectors("seal_v1.json")["cases"] if "body" in case]
    while True:
        sealed = bytearray(key.seal(_altered_body(chance, chance.choice(bodies))))
        if chance.random() < 0.2:
            sealed[chance.randrange(len(sealed))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.1:
            del sealed[chance.randrange(len(sealed)) :]
        text = chance.choice(["", "", f"{BASE_URL}/s#"]) + digits(bytes(sealed))
        if chance.random() < 0.2:
            place = chance.randint(0, len(text))
            text = text[:place] + chance.choice("0159 +-\n٣/#s") + text[place + chance.randint(0, 1) :]
        yield text


def _altered_body(chance: random.Random, body: bytes) -> bytes:
    altered = bytearray(body)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(altered))
        altered[place] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, altered[place] ^ 1 << chance.randrange(8)])
    if chance.random() < 0.2:
        place = chance.randint(49, len(altered))
        altered[place:place] = bytes(
            chance.choices(b" A.'\xc3\x89\xc5\xbf\xcc\x81\x00", k=chance.randint(1, 4))
        )
        if chance.random() < 0.7:
            altered[48] = min(len(altered) - 49, 255)
    return bytes(altered)


def bundle_tokens(chance: random.Random) -> Iterator[str]:
    """Bundles with one or two values of another kind, all signed by the trusted key."""
    while True:
        payload = copy.deepcopy(WHOLE)
        for _ in range(chance.choice([1, 1, 1, 2])):
            _alter(chance, payload)
        yield compact(json.dumps(payload, separators=(",", ":")).encode())


def _alter(chance: random.Random, payload: Json) -> None:
    places = list(_places(payload))
    holder, name = chance.choice(places)
    how = chance.random()
    if how < 0.6:
        holder[name] = chance.choice(ODD)
    elif how < 0.75:
        del holder[name]
    elif how < 0.85 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[name]))
    elif how < 0.9 and isinstance(holder, dict):
        holder[chance.choice(MEMBERS)] = chance.choice(ODD)
    else:
        other, its_name = chance.choice(places)
        holder[name] = copy.deepcopy(other[its_name])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and list within, with what holds it."""
    names = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in names:
        yield value, name
        yield from _places(value[name])
