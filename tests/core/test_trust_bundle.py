"""The trust bundle: what was signed comes back, and nothing else is believed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.keyring import KeyRing, KeyState, Purpose, b64url
from suket_service.core.kind import IssuingWindow
from suket_service.core.signing import SigningKey
from suket_service.core.status_list import Status, StatusList
from suket_service.core.trust_bundle import TYP, Gap, ListSnapshot, TrustBundle, open_bundle
from suket_service.core.verdict import Outcome
from suket_service.core.verifier import BundleRecords, trust_of, verify
from suket_service.errors import SuketError
from tests.builders import NOON, TODAY, a_publication_key, a_scope, a_seal_key, a_sealed, text_of
from tests.core.builders import a_bundle, rfc_key, signed, signing_key

SEALER, PUBLISHER = rfc_key(), a_publication_key()
BUNDLE = a_bundle([SEALER.key, PUBLISHER.key])
TOKEN = signed(BUNDLE, PUBLISHER)
PIN = PUBLISHER.key.kid
SEAL_TEXT = text_of(a_sealed(SEALER))


def refusal_of(token: str | bytes, pins: tuple[str, ...] = (PIN,), held_version: int = 0) -> str | None:
    try:
        open_bundle(token, pins, held_version)
    except SuketError as error:
        return error.code
    return None


def same(one: TrustBundle, other: TrustBundle) -> bool:
    return list(one.keys) == list(other.keys) and replace(one, keys=other.keys) == other


def payload_with(**changes: Any) -> bytes:
    return json.dumps({**json.loads(BUNDLE.to_payload()), **changes}).encode()


def published(payload: bytes, typ: str = TYP, publisher: SigningKey = PUBLISHER) -> str:
    return publisher.publish(typ, payload)


# Round trip


def test_a_bundle_comes_back_as_it_was_signed() -> None:
    opened, signer, _ = open_bundle(TOKEN, [PIN])
    assert same(opened, BUNDLE)
    assert signer == PUBLISHER.key


@pytest.mark.parametrize("form", [TOKEN, TOKEN.encode(), f"{TOKEN}\n", f"\r\n {TOKEN} ".encode()])
def test_blanks_around_a_bundle_s_file_do_no_harm(form: str | bytes) -> None:
    assert same(open_bundle(form, [PIN])[0], BUNDLE)


def no_lists(bundle: TrustBundle) -> TrustBundle:
    return replace(bundle, lists={}, extensions={}, windows=(), checkpoint=None)


def wit(bundle: TrustBundle) -> TrustBundle:
    office = replace(bundle.offices["2172"], utc_offset=timedelta(hours=9))
    return replace(bundle, offices={"2172": office}, kinds={})


def whole_fingerprints(bundle: TrustBundle) -> TrustBundle:
    prints = {index: index.to_bytes(8, "big") for index in (0, 7, 2**24 - 1)}
    snapshot = ListSnapshot(9, "2172", 9, StatusList.of_letters(9, {8: Status.SUSPENDED}, 12), prints)
    return replace(bundle, lists={**bundle.lists, 9: snapshot})


def revoked_key(bundle: TrustBundle) -> TrustBundle:
    revoked = signing_key(11, Purpose.SEAL, a_scope(signs_until=date(2026, 1, 1)), KeyState.REVOKED).key
    return replace(bundle, keys=KeyRing([*bundle.keys, revoked]))


@pytest.mark.parametrize("change", [no_lists, wit, whole_fingerprints, revoked_key])
def test_another_bundle_comes_back_too(change: Callable[[TrustBundle], TrustBundle]) -> None:
    changed = change(BUNDLE)
    assert not same(changed, BUNDLE)
    assert same(open_bundle(signed(changed, PUBLISHER), [PIN])[0], changed)


@given(
    st.datetimes(datetime(2018, 1, 1), datetime(2079, 1, 1), timezones=st.just(UTC)),
    st.dictionaries(st.tuples(st.integers(1, 65_535), st.integers(0, 2**24 - 1)), st.dates(), max_size=5),
    st.text(max_size=20).filter(lambda text: text.isprintable()),
)
def test_times_extensions_and_names_come_back(
    at: datetime, extensions: dict[tuple[int, int], date], name: str
) -> None:
    at = at.replace(microsecond=0)
    bundle = replace(BUNDLE, issued_at=at, as_of=at, stale_after=at, extensions=extensions, registry=name)
    assert same(open_bundle(signed(bundle, PUBLISHER), [PIN])[0], bundle)


def test_an_open_window_stays_open() -> None:
    windows = (IssuingWindow("2172", 1, date(2026, 1, 1), None),)
    assert open_bundle(signed(replace(BUNDLE, windows=windows), PUBLISHER))[0].windows == windows


def test_parts_of_a_second_are_dropped_and_never_rounded_up() -> None:
    bundle = replace(BUNDLE, issued_at=NOON + timedelta(microseconds=999_999))
    assert open_bundle(signed(bundle, PUBLISHER))[0].issued_at == NOON


# Who signed it


def test_without_a_pin_the_signer_is_named_for_the_holder_to_judge() -> None:
    assert open_bundle(TOKEN)[1].kid == PIN


def test_one_of_several_pins_is_enough() -> None:
    assert refusal_of(TOKEN, (a_publication_key().key.kid, PIN)) is None


@pytest.mark.parametrize(
    "pin",
    [a_publication_key().key.kid, SEALER.key.kid, "", PIN[:6], PIN.lower()],
    ids=["another publication key", "the seal key", "empty", "its start", "another case"],
)
def test_another_pin_trusts_nothing_here(pin: str) -> None:
    assert refusal_of(TOKEN, (pin,)) == "bundle_untrusted"


def by_another_key() -> str:
    return signed(BUNDLE, a_publication_key())


def by_a_key_that_calls_itself_the_pinned_one() -> str:
    # Another's private half under the pinned public face: the kid and the ring are right, the hand is not.
    return signed(BUNDLE, SigningKey(a_publication_key()._private_key, PUBLISHER.key))


def with_the_pinned_kid_on_another_key() -> str:
    mallory = a_publication_key()
    jwks = [SEALER.key.to_jwk(), {**mallory.key.to_jwk(), "kid": PIN}]
    return published(payload_with(keys=jwks), publisher=SigningKey(mallory._private_key, PUBLISHER.key))


def by_a_seal_key() -> str:
    # The holder of a stolen seal key signs a bundle with it; in the ring it is a seal key.
    as_publisher = rfc_key(Purpose.PUBLICATION)
    return signed(BUNDLE, as_publisher)


def by_a_revoked_key() -> str:
    revoked = signing_key(12, Purpose.PUBLICATION, a_scope(), KeyState.REVOKED)
    return signed(a_bundle([revoked.key]), revoked)


def by_a_retired_key() -> str:
    retired = signing_key(13, Purpose.PUBLICATION, a_scope(), KeyState.RETIRED)
    return signed(a_bundle([retired.key]), retired)


def without_its_signer() -> str:
    return signed(a_bundle([SEALER.key]), PUBLISHER)


def unsigned() -> str:
    return TOKEN.rpartition(".")[0] + "."


def alg_none() -> str:
    return "eyJhbGciOiJub25lIn0." + TOKEN.split(".")[1] + "."


def with_another_payload() -> str:
    header, _, signature = TOKEN.split(".")
    other = signed(replace(BUNDLE, hosts=("evil.example",)), PUBLISHER).split(".")[1]
    return f"{header}.{other}.{signature}"


def of_another_type() -> str:
    return published(BUNDLE.to_payload(), "suket-checkpoint+jws")


FORGERIES = [
    by_another_key,
    by_a_key_that_calls_itself_the_pinned_one,
    with_the_pinned_kid_on_another_key,
    by_a_seal_key,
    by_a_revoked_key,
    by_a_retired_key,
    without_its_signer,
    unsigned,
    alg_none,
    with_another_payload,
    of_another_type,
]


@pytest.mark.parametrize("pins", [(), (PIN,)], ids=["no pin", "pinned"])
@pytest.mark.parametrize("forge", FORGERIES)
def test_a_bundle_that_no_trusted_key_signed_is_refused(
    forge: Callable[[], str], pins: tuple[str, ...]
) -> None:
    assert refusal_of(forge(), pins) in {
        "bundle_untrusted",
        "not_a_publication",
        "key_unreadable",
    }


def test_every_altered_character_of_the_payload_is_noticed() -> None:
    header, payload, _ = TOKEN.split(".")
    for position in range(len(header) + 1, len(header) + 1 + len(payload), 7):
        other = "A" if TOKEN[position] != "A" else "B"
        assert refusal_of(TOKEN[:position] + other + TOKEN[position + 1 :])


# Two keys: the one in use and the next

NEXT = signing_key(31, Purpose.PUBLICATION, a_scope(), KeyState.STANDBY)
ROTATING = replace(BUNDLE, keys=KeyRing([*BUNDLE.keys, NEXT.key]))
JOINT = PUBLISHER.publish_with([NEXT], TYP, ROTATING.to_payload())
STRANGER = a_publication_key()


def joint(*keys: SigningKey, bundle: TrustBundle | None = None) -> str:
    """Signed by all of them; they are in the bundle's ring unless another bundle is given."""
    ring = KeyRing([SEALER.key, *(each.key for each in keys)])
    whole = bundle or replace(BUNDLE, keys=ring)
    return keys[0].publish_with(keys[1:], TYP, whole.to_payload())


@pytest.mark.parametrize(
    ("pins", "signer", "introduced"),
    [
        ((PIN,), PUBLISHER, (NEXT.key.kid,)),
        ((PIN, NEXT.key.kid), PUBLISHER, ()),
        ((NEXT.key.kid,), NEXT, ()),
        ((STRANGER.key.kid, PIN), PUBLISHER, (NEXT.key.kid,)),
        ((), PUBLISHER, ()),
    ],
    ids=["old", "old and new", "new", "a stranger too", "nobody"],
)
def test_a_holder_of_either_key_opens_it_and_one_of_the_old_key_meets_the_new(
    pins: tuple[str, ...], signer: SigningKey, introduced: tuple[str, ...]
) -> None:
    opened = open_bundle(JOINT, pins)
    assert same(opened.bundle, ROTATING)
    assert (opened.signer.kid, opened.introduced) == (signer.key.kid, introduced)
    assert open_bundle(JOINT.encode() + b"\n", pins).introduced == introduced


def test_a_holder_who_trusts_neither_key_refuses() -> None:
    assert refusal_of(JOINT, (STRANGER.key.kid,)) == "bundle_untrusted"


def test_a_key_on_standby_that_did_not_sign_is_not_introduced() -> None:
    assert open_bundle(signed(ROTATING, PUBLISHER), [PIN]).introduced == ()


def in_state(number: int, state: KeyState) -> SigningKey:
    return signing_key(number, Purpose.PUBLICATION, a_scope(), state)


def later(number: int) -> SigningKey:
    scope = a_scope(signs_from=TODAY + timedelta(days=1))
    return signing_key(number, Purpose.PUBLICATION, scope, KeyState.STANDBY)


def swapped() -> str:
    """The next key's signature is of another bundle."""
    other = json.loads(joint(PUBLISHER, NEXT, bundle=replace(ROTATING, version=1)))
    whole = json.loads(JOINT)
    whole["signatures"][1] = other["signatures"][1]
    return json.dumps(whole, separators=(",", ":"))


def posing() -> str:
    """A stranger's hand under the next key's name."""
    return joint(PUBLISHER, SigningKey(STRANGER._private_key, NEXT.key), bundle=ROTATING)


def repeated(*which: int) -> str:
    whole = json.loads(JOINT)
    whole["signatures"] = [whole["signatures"][each] for each in which]
    return json.dumps(whole, separators=(",", ":"))


def of_two_types() -> str:
    checkpoint = json.loads(PUBLISHER.publish_with([NEXT], "suket-checkpoint+jws", ROTATING.to_payload()))
    whole = json.loads(JOINT)
    whole["signatures"][1] = checkpoint["signatures"][1]
    return json.dumps(whole, separators=(",", ":"))


JOINT_FORGERIES: dict[str, Callable[[], str]] = {
    "another bundle's signature": swapped,
    "a stranger poses as the next key": posing,
    "the active key twice": lambda: repeated(0, 0),
    "the next key twice": lambda: repeated(0, 1, 1),
    "another type beside it": of_two_types,
    "the second signer is not in the ring": lambda: joint(PUBLISHER, STRANGER, bundle=BUNDLE),
    "two active keys": lambda: joint(PUBLISHER, STRANGER),
    "no active key": lambda: joint(in_state(32, KeyState.STANDBY), in_state(33, KeyState.STANDBY)),
    "a retired key": lambda: joint(PUBLISHER, in_state(34, KeyState.RETIRED)),
    "a revoked key": lambda: joint(PUBLISHER, in_state(35, KeyState.REVOKED)),
    "a next key before its first day": lambda: joint(PUBLISHER, later(36)),
    "a next key of another environment": lambda: joint(
        PUBLISHER, signing_key(37, Purpose.PUBLICATION, a_scope(environment="demo"), KeyState.STANDBY)
    ),
    "a key on standby alone": lambda: joint(in_state(38, KeyState.STANDBY)),
}


@pytest.mark.parametrize("title", JOINT_FORGERIES)
@pytest.mark.parametrize("pins", [(), (PIN,)], ids=["no pin", "pinned"])
def test_one_signature_that_is_not_in_order_spoils_all(title: str, pins: tuple[str, ...]) -> None:
    assert refusal_of(JOINT_FORGERIES[title](), pins) in {"bundle_untrusted", "not_a_publication"}


def test_a_seal_key_does_not_introduce_anyone() -> None:
    as_publisher = rfc_key(Purpose.PUBLICATION)
    token = as_publisher.publish_with([NEXT], TYP, ROTATING.to_payload())
    assert refusal_of(token, (SEALER.key.kid,)) == "bundle_untrusted"


def test_whatever_byte_of_two_signatures_is_altered_nothing_opens() -> None:
    whole = JOINT.encode()
    for position in range(len(whole)):
        altered = bytearray(whole)
        altered[position] ^= 1 << position % 8
        assert refusal_of(bytes(altered)), position


@given(st.integers(0, len(JOINT) - 1), st.integers(0, 255))
def test_no_other_byte_will_do_anywhere(position: int, byte: int) -> None:
    altered = bytearray(JOINT.encode())
    altered[position] = byte
    assert (refusal_of(bytes(altered)) is None) == (altered == JOINT.encode())


@given(st.integers(0, len(JOINT)), st.binary(min_size=1, max_size=8))
def test_nothing_can_be_put_in_between(position: int, more: bytes) -> None:
    altered = JOINT.encode()[:position] + more + JOINT.encode()[position:]
    assert refusal_of(altered) or altered.strip() == JOINT.encode()


# Versions


@pytest.mark.parametrize(
    ("held", "refusal"),
    [(0, None), (BUNDLE.version - 1, None), (BUNDLE.version, None), (BUNDLE.version + 1, "bundle_older")],
)
def test_a_holder_refuses_an_older_version(held: int, refusal: str | None) -> None:
    assert refusal_of(TOKEN, held_version=held) == refusal


def test_a_version_is_not_believed_before_the_signature() -> None:
    newer = signed(replace(BUNDLE, version=2**40), a_publication_key())
    assert refusal_of(newer, held_version=BUNDLE.version) == "bundle_untrusted"


# What cannot be read


@pytest.mark.parametrize(
    "token",
    [
        "",
        " ",
        "x",
        "a.b.c",
        "..",
        "e30.e30.e30",
        "e30.W10.AA",
        "e30.bnVsbA.AA",
        b"\xff\xfe",
        b"%PDF-1.7",
        "{}",
        "é.é.é",
    ],
)
def test_what_is_no_bundle_is_refused(token: str | bytes) -> None:
    assert refusal_of(token) in {"bundle_unreadable", "not_a_publication", "bundle_untrusted"}


PARTS = sorted(json.loads(BUNDLE.to_payload()))


@pytest.mark.parametrize("part", PARTS)
def test_a_bundle_without_one_of_its_parts_is_refused(part: str) -> None:
    payload = {name: value for name, value in json.loads(BUNDLE.to_payload()).items() if name != part}
    assert refusal_of(published(json.dumps(payload).encode())) == "bundle_unreadable"


LIST = json.loads(BUNDLE.to_payload())["lists"][0]
OFFICE = json.loads(BUNDLE.to_payload())["offices"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"version": "new"},
        {"version": None},
        {"hosts": 1},
        {"issued_at": "2026-11-22"},
        {"as_of": 1.5},
        {"stale_after": None},
        {"offices": [{"code": "2172"}]},
        {"offices": [{**OFFICE, "utc_offset_minutes": "seven"}]},
        {"offices": None},
        {"kinds": [{"code": 1}]},
        {"lists": [{**LIST, "next_index": None}]},
        {"lists": [{**LIST, "fingerprints": [[0, "00ff"]]}]},
        {"lists": [{**LIST, "fingerprints": [[0, "xyz"]]}]},
        {"lists": [{**LIST, "fingerprints": [0]}]},
        {"lists": ["one"]},
        {"extensions": [[1, 2]]},
        {"extensions": [[1, 2, "soon"]]},
        {"extensions": [[1, [], "2027-08-21"]]},
        {"windows": [{"office": "2172"}]},
        {"windows": [{"office": "2172", "kind": 1, "opens_on": None, "closes_on": None}]},
    ],
    ids=repr,
)
def test_a_part_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    assert refusal_of(published(payload_with(**change))) == "bundle_unreadable"


@pytest.mark.parametrize("claim", [None, {}, {"bits": 2, "lst": "AAAA"}])
def test_a_status_list_that_cannot_be_unpacked_refuses_the_bundle(claim: object) -> None:
    broken = {**LIST, "status_list": claim}
    assert refusal_of(published(payload_with(lists=[broken]))) == "status_list_unreadable"


def test_one_key_that_cannot_be_read_refuses_the_bundle() -> None:
    keys = [*BUNDLE.keys.to_jwks()["keys"], {**SEALER.key.to_jwk(), "crv": "P-384"}]
    assert refusal_of(published(payload_with(keys=keys))) == "key_unreadable"


NUMBERS: dict[str, dict[str, Any]] = {
    "version beyond all": {"version": 10**400},
    "version without end": {"version": float("inf")},
    "issued in a year beyond the calendar": {"issued_at": 10**18},
    "as of a year before it": {"as_of": -(10**18)},
    "stale after true": {"stale_after": True},
    "an offset beyond all": {"offices": [{**OFFICE, "utc_offset_minutes": 10**18}]},
    "an offset of a whole day": {"offices": [{**OFFICE, "utc_offset_minutes": 24 * 60}]},
    "a next index without end": {"lists": [{**LIST, "next_index": float("inf")}]},
    "entries of eight bits": {"lists": [{**LIST, "status_list": {"bits": 8, "lst": "eNpjYWFhAQAALAAR"}}]},
    "a key for list infinity": {
        "keys": [PUBLISHER.key.to_jwk(), {**SEALER.key.to_jwk(), "lists": [float("inf")]}]
    },
}


@pytest.mark.parametrize("title", NUMBERS)
def test_a_number_that_means_nothing_is_refused_and_breaks_no_check(title: str) -> None:
    try:
        bundle, *_ = open_bundle(published(payload_with(**NUMBERS[title])))
    except SuketError:
        return
    assert verify(SEAL_TEXT, trust_of(bundle), BundleRecords(bundle), NOON).outcome is not Outcome.UNREADABLE


@pytest.mark.parametrize("depth", [10, 40_000])
def test_a_payload_nested_without_end_is_refused(depth: int) -> None:
    header, _, signature = TOKEN.split(".")
    nested = b64url(b"[" * depth + b"]" * depth)
    assert refusal_of(f"{header}.{nested}.{signature}") == "bundle_unreadable"


# A list that a restore closed


def test_a_gap_comes_back_as_it_was_signed() -> None:
    gap = Gap(date(2026, 11, 20), date(2026, 11, 22))
    bundle = replace(BUNDLE, lists={1: replace(BUNDLE.lists[1], gap=gap)})
    assert open_bundle(signed(bundle, PUBLISHER), [PIN]).bundle.lists[1].gap == gap
    assert BUNDLE.lists[1].gap is None
    assert "gap" not in LIST


@pytest.mark.parametrize("gap", [1, "2026-11-20", [], ["2026-11-20"], ["2026-11-20", None], ["a", "b"]])
def test_a_gap_of_another_shape_is_refused(gap: object) -> None:
    assert refusal_of(published(payload_with(lists=[{**LIST, "gap": gap}]))) == "bundle_unreadable"


# Large ones


def many_extensions(bundle: TrustBundle) -> TrustBundle:
    return replace(bundle, extensions={(1, index): date(2027, 8, 21) for index in range(10_000)})


def many_revocations(bundle: TrustBundle) -> TrustBundle:
    revoked = dict.fromkeys(Random(1).sample(range(1_000_000), 100_000), Status.INVALID)
    statuses = StatusList.of_letters(1_000_000, revoked)
    return replace(bundle, lists={1: ListSnapshot(1, "2172", 1_000_000, statuses, {})})


def many_fingerprints(bundle: TrustBundle) -> TrustBundle:
    prints = {index: index.to_bytes(8, "big") for index in range(10_000)}
    statuses = StatusList.of_letters(10_000, {})
    return replace(bundle, lists={1: ListSnapshot(1, "2172", 10_000, statuses, prints)})


@pytest.mark.parametrize("grow", [many_extensions, many_revocations, many_fingerprints])
def test_a_large_bundle_opens_too(grow: Callable[[TrustBundle], TrustBundle]) -> None:
    grown = grow(BUNDLE)
    assert same(open_bundle(signed(grown, PUBLISHER), [PIN])[0], grown)


# In use


def test_a_seal_is_checked_with_a_bundle_and_nothing_else() -> None:
    opened, *_ = open_bundle(TOKEN, [PIN])
    seal = a_sealed(SEALER, status_index=1)
    assert verify(text_of(seal), trust_of(opened), BundleRecords(opened), NOON).outcome is Outcome.VALID


def test_nothing_of_an_unproven_seal_is_in_the_answer() -> None:
    opened, *_ = open_bundle(TOKEN, [PIN])
    stranger = a_sealed(a_seal_key(), status_index=1)
    verdict = verify(text_of(stranger), trust_of(opened), BundleRecords(opened), NOON)
    assert (verdict.outcome, verdict.seal) == (Outcome.UNKNOWN_ISSUER, None)
    assert stranger.facts.nik not in repr(verdict)
    assert stranger.facts.name not in repr(verdict)
