"""Token Status List: the document's own examples, every size, and lists made to do harm."""

import random
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.keyring import b64url
from suket_service.core.status_list import CAPACITY, MOST_UNPACKED_BYTES, Status, StatusList
from suket_service.errors import InputError
from tests.core.builders import titles, vectors

EXAMPLES = titles(vectors("status_list.json")["cases"])
SIZES = [1, 2, 4, 8]


def statuses_of(case: dict[str, Any]) -> list[int]:
    statuses = [0] * case["size"]
    for index, status in case["statuses"].items():
        statuses[int(index)] = status
    return statuses


def refused(claim: Any) -> bool:
    code = None
    try:
        StatusList.from_claim(claim)
    except InputError as error:
        code = error.code
    assert code in {None, "status_list_unreadable"}
    return code is not None


# The document's examples


@pytest.mark.few(4)
@pytest.mark.parametrize("case", EXAMPLES)
def test_encoding_an_example_gives_the_same_bytes(case: dict[str, Any]) -> None:
    packed = StatusList.pack(statuses_of(case), case["bits"])
    assert packed.to_claim() == {"bits": case["bits"], "lst": case["lst"]}
    assert packed.raw.hex() == case.get("bytes", packed.raw.hex())


@pytest.mark.parametrize("case", EXAMPLES)
def test_decoding_an_example_gives_its_statuses(case: dict[str, Any]) -> None:
    statuses = StatusList.from_claim({"bits": case["bits"], "lst": case["lst"]})
    assert len(statuses) == case["size"]
    named = [int(index) for index in case["statuses"]]
    for index in {*named, *(min(index + 1, case["size"] - 1) for index in named), 0, case["size"] - 1}:
        assert statuses[index] == case["statuses"].get(str(index), 0)


# Packing


@given(st.sampled_from(SIZES), st.data())
def test_statuses_of_every_size_come_back(bits: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2**bits - 1), max_size=70))
    statuses = StatusList.from_claim(StatusList.pack(values, bits).to_claim())
    per_byte = 8 // bits
    assert len(statuses) == -(-len(values) // per_byte) * per_byte
    assert [statuses[index] for index in range(len(statuses))] == values + [0] * (len(statuses) - len(values))


@pytest.mark.parametrize("bits", [0, 3, 5, 6, 7, 16, -1])
def test_another_size_is_not_packed(bits: int) -> None:
    with pytest.raises(ValueError, match="1, 2, 4 or 8"):
        StatusList.pack([0], bits)


@pytest.mark.parametrize(("bits", "status"), [(1, 2), (2, 4), (4, 16), (8, 256), (2, -1)])
def test_a_status_that_does_not_fit_is_not_packed(bits: int, status: int) -> None:
    with pytest.raises(ValueError, match="fit"):
        StatusList.pack([status], bits)


@pytest.mark.parametrize("index", [-1, 8, 2**24])
def test_an_index_beyond_the_list_is_an_error(index: int) -> None:
    with pytest.raises(IndexError):
        StatusList.pack([0] * 8)[index]


@given(st.integers(1, 16).map(lambda quarter: quarter * 4), st.data())
def test_an_office_s_list_is_what_a_plain_list_would_be(capacity: int, data: st.DataObject) -> None:
    next_index = data.draw(st.integers(0, capacity))
    exceptions = data.draw(st.dictionaries(st.integers(0, capacity - 1), st.sampled_from(Status)))
    plain = [exceptions.get(index, 0 if index < next_index else 3) for index in range(capacity)]
    assert StatusList.of_letters(next_index, exceptions, capacity) == StatusList.pack(plain)


def test_a_whole_office_s_list_holds_a_million_letters_in_few_bytes() -> None:
    revoked = random.Random(1).sample(range(2_400), 24)
    statuses = StatusList.of_letters(2_400, dict.fromkeys(revoked, Status.INVALID))
    assert (len(statuses), len(statuses.raw)) == (CAPACITY, CAPACITY // 4)
    assert [index for index in range(2_400) if statuses[index]] == sorted(revoked)
    assert statuses[2_400] == statuses[CAPACITY - 1] == Status.NOT_ISSUED
    assert len(statuses.to_claim()["lst"]) < 1_000


# Lists made to do harm


def bomb(megabytes: int) -> str:
    packer = zlib.compressobj(1)
    block = bytes(1 << 20)
    return b64url(b"".join([packer.compress(block) for _ in range(megabytes)]) + packer.flush())


def test_a_bomb_is_refused_without_being_unpacked_whole() -> None:
    text = bomb(64)
    tracemalloc.start()
    try:
        assert refused({"bits": 2, "lst": text})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MOST_UNPACKED_BYTES


def test_the_largest_list_that_seals_can_name_is_read() -> None:
    largest = StatusList(2, bytes(MOST_UNPACKED_BYTES))
    assert len(largest) == 2**24
    assert StatusList.from_claim(largest.to_claim()) == largest


def test_one_byte_more_is_refused() -> None:
    assert refused(StatusList(2, bytes(MOST_UNPACKED_BYTES + 1)).to_claim())


GOOD = StatusList.pack([0, 1, 2, 3] * 8)
PACKED = zlib.compress(GOOD.raw, 9)


def test_a_good_claim_is_read() -> None:
    assert StatusList.from_claim({"bits": 2, "lst": b64url(PACKED)}) == GOOD


@pytest.mark.parametrize("cut", range(len(PACKED)))
def test_a_list_cut_short_is_refused(cut: int) -> None:
    assert refused({"bits": 2, "lst": b64url(PACKED[:cut])})


@pytest.mark.parametrize(
    "packed",
    [
        PACKED + b"\x00",
        PACKED + PACKED,
        PACKED[:-1] + bytes([PACKED[-1] ^ 1]),
        GOOD.raw,
        zlib.compress(GOOD.raw, wbits=-15),
        zlib.compress(GOOD.raw, wbits=31),
    ],
    ids=["trailing byte", "two lists", "wrong checksum", "not compressed", "bare deflate", "gzip"],
)
def test_another_stream_is_refused(packed: bytes) -> None:
    assert refused({"bits": 2, "lst": b64url(packed)})


NO_LISTS: list[object] = [None, 1, [], {}, "", "!", "eNo=b", "eN o", "eNrb\n", "é", "A"]


@pytest.mark.parametrize(
    "claim",
    [
        {},
        {"bits": 2},
        {"lst": b64url(PACKED)},
        *({"bits": bits, "lst": b64url(PACKED)} for bits in (0, 3, 16, -2, True, "2", None, [2], 2.5)),
        *({"bits": 2, "lst": lst} for lst in NO_LISTS),
        [],
        None,
        "eNrbuRgAAhcBXQ",
    ],
    ids=repr,
)
def test_another_shape_of_claim_is_refused(claim: Any) -> None:
    assert refused(claim)


def test_a_fractional_size_is_refused() -> None:
    assert refused({"bits": 2.0, "lst": b64url(PACKED)})


@given(st.text(max_size=40))
def test_any_text_as_a_list_is_read_or_refused(text: str) -> None:
    claim = {"bits": 2, "lst": text}
    assert refused(claim) or StatusList.from_claim(claim).bits == 2
