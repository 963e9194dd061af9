"""What the tests of the core share: vectors, the public example key, records, bundles, any facts at all."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import strategies as st

from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose, Scope
from suket_service.core.kind import IssuingWindow
from suket_service.core.resident import Sex
from suket_service.core.seal import Seal, SealedFacts
from suket_service.core.signing import SigningKey
from suket_service.core.status_list import Status, StatusList
from suket_service.core.trust_bundle import TYP, KindFacts, ListSnapshot, OfficeFacts, TrustBundle
from suket_service.core.verdict import Reason
from suket_service.core.verifier import Record, Trust
from suket_service.errors import FieldError
from tests.builders import HOST, NOON, OFFICE, a_scope

VECTORS = Path(__file__).parents[1] / "vectors"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(1900, 1, 1) + timedelta(days=0xFFFE)
#: The private half of the public example key of RFC 7515 A.3.
RFC_PRIVATE = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
#: Where no Unicode table is asked: the letters of the contract, written out by their code points.
NAME_LETTERS = "".join(
    chr(point)
    for first, last in ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xFF), (0x100, 0x17F))
    for point in range(first, last + 1)
    if point not in (0xD7, 0xF7)
)


@cache
def vectors(name: str) -> Any:
    """A file of ``tests/vectors``."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def unb64url(text: str) -> bytes:
    """Base64url without padding, read without the help of the product."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signing_key(number: int, purpose: Purpose, scope: Scope, state: KeyState = KeyState.ACTIVE) -> SigningKey:
    """The key whose private half is ``number``."""
    private = ec.derive_private_key(number, ec.SECP256R1())
    point = private.public_key().public_numbers()
    key = Key(point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big"), purpose, scope, state)
    return SigningKey(private, key)


def rfc_key(
    purpose: Purpose = Purpose.SEAL, scope: Scope | None = None, state: KeyState = KeyState.ACTIVE
) -> SigningKey:
    """The public example key of RFC 7515 A.3, which signs the vectors."""
    return signing_key(int.from_bytes(unb64url(RFC_PRIVATE), "big"), purpose, scope or a_scope(), state)


def facts_of(given: dict[str, Any]) -> SealedFacts:
    """Sealed facts out of a vector."""
    until = given["valid_until"]
    return SealedFacts(
        **{
            **given,
            "birth_date": date.fromisoformat(given["birth_date"]),
            "issued_on": date.fromisoformat(given["issued_on"]),
            "valid_until": None if until is None else date.fromisoformat(until),
            "sex": Sex(given["sex"]),
            "portrait": bytes.fromhex(given["portrait"]),
        }
    )


def _shortened(name: str) -> str:
    while len(name) > 60 or len(name.encode()) > 80:
        name = name[:-1].rstrip(" ")
    return name


def names() -> st.SearchStrategy[str]:
    """Every kind of name that can be sealed."""
    word = st.text(st.sampled_from(NAME_LETTERS + ".,'-/()"), min_size=1, max_size=60)
    return st.lists(word, min_size=1, max_size=6).map(" ".join).map(_shortened)


@st.composite
def any_facts(draw: st.DrawFn) -> SealedFacts:
    """Facts over the full range of every field."""
    days = sorted(draw(st.lists(st.dates(FIRST_DAY, LAST_DAY), min_size=3, max_size=3)))
    return SealedFacts(
        status_list=draw(st.integers(1, 0xFFFF)),
        status_index=draw(st.integers(0, 0xFFFFFF)),
        nik=f"{draw(st.integers(1, 10**16 - 1)):016d}",
        birth_date=days[0],
        issued_on=days[1],
        valid_until=draw(st.sampled_from([days[2], None])),
        kind=draw(st.integers(1, 127)),
        sex=draw(st.sampled_from(Sex)),
        village=str(draw(st.integers(1101010001, 9999999999))),
        rt=draw(st.integers(0, 999)),
        rw=draw(st.integers(0, 999)),
        portrait=draw(st.binary(min_size=16, max_size=16)),
        name=draw(names()),
    )


@dataclass
class FixedRecords:
    """Records that say one thing of every seal; by default that exactly this seal is on record."""

    word: Callable[[Seal], Record | Reason] = lambda seal: Record(None, seal.fingerprint)
    asked: int = 0

    def find(self, seal: Seal) -> Record | Reason:
        self.asked += 1
        return self.word(seal)


def online_trust(*keys: Key, **changes: Any) -> Trust:
    """A desk that believes these keys and has the registry at hand."""
    trust = Trust(
        environment="production",
        hosts=(HOST,),
        keys=KeyRing(keys),
        offices={OFFICE.code: OfficeFacts(OFFICE.code, OFFICE.name, OFFICE.utc_offset)},
        windows=(),
        data_as_of=NOON,
    )
    return replace(trust, **changes)


def a_bundle(keys: Iterable[Key] = (), **changes: Any) -> TrustBundle:
    """A bundle made on the noon of the tests, with something in each of its parts."""
    bundle = TrustBundle(
        environment="production",
        registry="a registry of the tests",
        hosts=(HOST,),
        version=int(NOON.timestamp()),
        issued_at=NOON,
        as_of=NOON - timedelta(seconds=5),
        stale_after=NOON + timedelta(hours=72),
        keys=KeyRing(keys),
        offices={OFFICE.code: OfficeFacts(OFFICE.code, OFFICE.name, OFFICE.utc_offset)},
        kinds={1: KindFacts(1, "Surat Keterangan Pengganti KTP-el")},
        lists={
            1: ListSnapshot(
                1, OFFICE.code, 5, StatusList.of_letters(5, {2: Status.INVALID}, 16), {0: b"\x00\xff" * 4}
            )
        },
        extensions={(1, 3): date(2027, 8, 21)},
        windows=(
            IssuingWindow(OFFICE.code, 1, date(2026, 1, 1), date(2026, 12, 31)),
            IssuingWindow(OFFICE.code, 2, date(2026, 1, 1), None),
        ),
        checkpoint="a.b.c",
    )
    return replace(bundle, **changes)


def signed(bundle: TrustBundle, publisher: SigningKey) -> str:
    """The bundle as outsiders hold it."""
    return publisher.publish(TYP, bundle.to_payload())


def refusal_of(parse: Callable[..., object], *arguments: object) -> str | None:
    """The code with which a parser refuses; None when it does not."""
    try:
        parse(*arguments)
    except FieldError as error:
        refused = error
    else:
        return None
    assert refused.code == refused.problem.code
    assert refused.text.id
    assert refused.text.en
    return refused.code


def instant(text: str) -> datetime:
    """An instant out of a vector."""
    return datetime.fromisoformat(text).astimezone(UTC)


def titles(cases: Iterable[dict[str, Any]]) -> list[Any]:
    """Cases of a vector as parameters that go by their titles."""
    return [pytest.param(case, id=case["title"]) for case in cases]
