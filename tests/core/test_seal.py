"""The seal's layout: one sequence of facts, one body, one digit string; and nothing else is read."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suket_service.core.seal import (
    NO_PORTRAIT,
    Seal,
    SealedFacts,
    SealText,
    check_code,
    digits,
    fingerprint,
    pack,
    parse,
    read_digits,
    read_text,
)
from suket_service.core.verdict import Outcome
from suket_service.core.verifier import verify
from suket_service.errors import SealError
from tests.builders import NOON, a_sealed, some_facts, text_of
from tests.core.builders import FIRST_DAY, LAST_DAY, FixedRecords, any_facts, online_trust, rfc_key

KEY_ID = b"\x00\x01\xfe\xff"
KEY = rfc_key()
SEAL = a_sealed(KEY)
SEALED = SEAL.body + SEAL.signature


def read(text: str) -> Seal:
    return parse(read_digits(read_text(text).digits))


def refusal_of(text: str, *, allow_http: bool = False) -> str | None:
    try:
        read_text(text, allow_http=allow_http)
    except SealError as error:
        return error.reason
    return None


# Facts and bytes


@given(any_facts(), st.binary(min_size=4, max_size=4), st.binary(min_size=64, max_size=64))
def test_facts_come_back_from_the_text(facts: SealedFacts, key_id: bytes, signature: bytes) -> None:
    body = pack(facts, key_id)
    assert read(f"https://a.example/s#{digits(body + signature)}") == Seal(facts, key_id, body, signature)


@given(st.data())
def test_what_is_read_has_no_second_form(data: st.DataObject) -> None:
    sealed = bytearray(SEALED)
    for _ in range(data.draw(st.integers(0, 3))):
        sealed[data.draw(st.integers(0, len(SEAL.body) - 1))] = data.draw(st.integers(0, 255))
    try:
        seal = parse(bytes(sealed))
    except SealError:
        return
    assert pack(seal.facts, seal.key_id) + seal.signature == sealed


@pytest.mark.parametrize("cut", range(len(SEALED)))
def test_a_missing_byte_is_refused(cut: int) -> None:
    with pytest.raises(SealError):
        parse(SEALED[:cut])


@given(st.binary(max_size=250))
@example(b"\x01" + bytes(112))
@example(b"\x01" + b"\xff" * 192)
def test_any_bytes_are_read_or_refused(sealed: bytes) -> None:
    try:
        seal = parse(sealed)
    except SealError as error:
        reason = error.reason
    else:
        assert pack(seal.facts, sealed[1:5]) == sealed[:-64]
        return
    assert reason in {"format_unknown", "field_invalid"}


EDGES: list[tuple[str, list[Any], list[Any]]] = [
    ("status_list", [1, 65_535], [0, 65_536]),
    ("status_index", [0, 16_777_215], [-1, 16_777_216]),
    (
        "nik",
        ["0000000000000001", "9999999999999999"],
        ["0000000000000000", "10000000000000000", "217203170895000X"],
    ),
    ("birth_date", [FIRST_DAY, date(2026, 11, 22)], [FIRST_DAY - timedelta(days=1), date(2026, 11, 23)]),
    ("issued_on", [date(1995, 8, 17), date(2027, 5, 21)], [date(1995, 8, 16), date(2027, 5, 22)]),
    ("valid_until", [date(2026, 11, 22), LAST_DAY, None], [date(2026, 11, 21), LAST_DAY + timedelta(days=1)]),
    ("kind", [1, 127], [0, 128]),
    ("village", ["1101010001", "9999999999"], ["1101010000", "10000000000"]),
    ("rt", [0, 999], [-1, 1000]),
    ("rw", [0, 999], [-1, 1000]),
    ("portrait", [NO_PORTRAIT, b"\xff" * 16], [b"", b"\xff" * 15, b"\xff" * 17]),
    ("name", ["Y", "A" * 60, "Ÿ" * 40], ["", "A" * 61, "Ÿ" * 41, " A", "A ", "A  B", "A\tB", "e\u0301"]),
]


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, good, _ in EDGES for value in good])
def test_the_last_value_inside_the_range_is_sealed(field: str, value: Any) -> None:
    facts = some_facts(**{field: value})
    assert parse(pack(facts, KEY_ID) + bytes(64)).facts == facts


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, _, bad in EDGES for value in bad])
def test_the_first_value_outside_the_range_is_not(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"outside|invalid literal"):
        pack(some_facts(**{field: value}), KEY_ID)


@pytest.mark.parametrize(
    ("field", "value"),
    [("nik", "5"), ("nik", "02172031708950003"), ("village", "02172031001"), ("village", "2_172_031_001")],
)
def test_facts_of_another_width_are_not_sealed(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        pack(some_facts(**{field: value}), KEY_ID)


@pytest.mark.parametrize("key_id", [b"", b"\x00" * 3, b"\x00" * 5])
def test_a_key_id_has_four_bytes(key_id: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        pack(some_facts(), key_id)


def test_the_largest_seal_has_193_bytes_and_465_digits() -> None:
    facts = some_facts(
        status_list=65_535, status_index=16_777_215, nik="9999999999999999", name="Ÿ" * 20 + "A" * 40
    )
    sealed = pack(facts, b"\xff" * 4) + b"\xff" * 64
    assert (len(sealed), len(digits(sealed))) == (193, 463)
    # A seal always starts with 0x01; 465 is what 193 bytes could need at the very most.
    assert len(str(256**193 - 1)) == 465


def test_an_unreadable_field_tells_nothing_of_what_it_held() -> None:
    sealed = SEALED.replace(b"SUHARTINI", b"SUHAR\x00INI")
    with pytest.raises(SealError) as caught:
        parse(sealed)
    error = caught.value
    assert error.reason == "field_invalid"
    assert (error.__cause__, error.__suppress_context__) == (None, True)
    assert "SUHAR" not in repr(error)


# A changed byte


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_is_never_believed(position: int, mask: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= mask
    records = FixedRecords()
    verdict = verify(digits(bytes(changed)), online_trust(KEY.key), records, NOON)
    assert verdict.outcome in {Outcome.UNREADABLE, Outcome.FORGED, Outcome.UNKNOWN_ISSUER}
    assert (verdict.seal, records.asked) == (None, 0)


def test_the_unchanged_seal_is_valid() -> None:
    assert verify(text_of(SEAL), online_trust(KEY.key), FixedRecords(), NOON).outcome is Outcome.VALID


# The text


@given(st.text() | st.from_regex(r"(https?://[a-z.:/]*)?s?#?[0-9]*\n?") | st.from_regex(r"\A[0-9]+\Z"))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    reason = None
    try:
        read(text)
    except SealError as error:
        reason = error.reason
    assert reason in {None, "not_a_seal", "not_canonical", "format_unknown", "field_invalid"}


@pytest.mark.parametrize("start", ["", "https://a.example/s#"])
def test_480_digits_are_a_text_of_the_right_form_and_481_are_not(start: str) -> None:
    readable = [count for count in range(1, 482) if refusal_of(start + "1" * count) is None]
    assert readable == list(range(1, 481))


@pytest.mark.parametrize("lead", "129")
def test_no_number_of_digits_raises_anything_but_a_refusal(lead: str) -> None:
    for count in range(1, 482):
        with pytest.raises(SealError):
            read(lead + "7" * (count - 1))


@pytest.mark.parametrize("text", ["0", "00", "01"])
def test_a_leading_zero_is_not_canonical(text: str) -> None:
    with pytest.raises(SealError) as caught:
        read_digits(text)
    assert caught.value.reason == "not_canonical"


@given(st.binary(min_size=1, max_size=193).filter(lambda sealed: sealed[0] != 0))
def test_digits_are_bytes_and_back(sealed: bytes) -> None:
    assert read_digits(digits(sealed)) == sealed


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("1", None),
        ("https://suket.example.go.id/s#1", "https://suket.example.go.id"),
        ("https://suket.example.go.id:8443/s#1", "https://suket.example.go.id:8443"),
        ("https://127.0.0.1:5000/s#1", "https://127.0.0.1:5000"),
    ],
)
def test_a_text_names_its_origin(text: str, origin: str | None) -> None:
    assert read_text(text) == SealText(origin, "1")


@pytest.mark.parametrize(
    "text",
    [
        "https://Suket.example.go.id/s#1",
        "Https://suket.example.go.id/s#1",
        "https://suket.example.go.id/S#1",
        "https://suket.example.go.id/s/#1",
        "https://suket.example.go.id/s?x=1#1",
        "https://suket.example.go.id/s#1#1",
        "https://suket.example.go.id#1",
        "https://suket.example.go.id@evil.example/s#1",
        "https://user:secret@suket.example.go.id/s#1",
        "https://suket.example.go.id:/s#1",
        "https://suket.example.go.id:123456/s#1",
        "https:///s#1",
        "//suket.example.go.id/s#1",
        "ftp://suket.example.go.id/s#1",
        "https://sukét.example.go.id/s#1",
        " 1",
        "1 ",
        "1\n",
        "1\x00",
        "-1",
        "1.0",
        "1e3",
        "0x1",
        "১",
        "²",
    ],
)
def test_another_form_is_not_a_seal(text: str) -> None:
    assert refusal_of(text) == "not_a_seal"
    assert refusal_of(text, allow_http=True) == "not_a_seal"


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "suket.example.go.id"])
def test_http_is_read_only_where_it_is_allowed(host: str) -> None:
    assert refusal_of(f"http://{host}/s#1") == "not_a_seal"
    assert read_text(f"http://{host}/s#1", allow_http=True) == SealText(f"http://{host}", "1")
    assert read_text(f"https://{host}/s#1", allow_http=True) == SealText(f"https://{host}", "1")


# Fingerprint, check code, portrait


def test_the_fingerprint_is_over_body_and_signature() -> None:
    assert SEAL.fingerprint == fingerprint(SEALED)
    assert fingerprint(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("0000000000", "0000-0000"),
        ("ffffffffff", "ZZZZ-ZZZZ"),
        ("0000000001", "0000-0001"),
        ("0800000000", "1000-0000"),
        ("00443214c7", "0123-4567"),
        ("4254b635cf", "89AB-CDEF"),
    ],
)
def test_the_check_code_is_forty_bits_in_crockford(start: str, code: str) -> None:
    assert check_code(bytes.fromhex(start) + b"\xaa" * 27) == code
