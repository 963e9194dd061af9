"""RT and RW as lists of polling stations write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.neighbourhood import MOST, neighbourhood, parse_neighbourhoods
from suket_service.errors import FieldError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" ; ,", ()),
        ("1/3", ("001/003",)),
        ("001/003, 002/003", ("001/003", "002/003")),
        ("002/003;001/003;001/003", ("001/003", "002/003")),
        ("RT 1/RW 3", ("001/003",)),
        ("rt 001 rw 003", ("001/003",)),
        ("001-004/003", ("001/003", "002/003", "003/003", "004/003")),
        ("1 - 2 / 3\n5/1", ("005/001", "001/003", "002/003")),
    ],
)
def test_a_list_is_read_as_people_write_it(text: str, expected: tuple[str, ...]) -> None:
    assert parse_neighbourhoods(text, "rt_rw") == expected


@pytest.mark.parametrize(
    "text", ["1", "1/", "/3", "0/3", "1/0", "4-2/1", "1000/1", "1/1000", "1/3/5", "RW 3", "٣/١", "1/3 2/3"]
)
def test_what_is_no_neighbourhood_is_refused(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        parse_neighbourhoods(text, "rt_rw")
    assert (refused.value.problem.field, refused.value.code) == ("rt_rw", "neighbourhood_form")


def test_nobody_serves_more_than_there_can_be() -> None:
    assert len(parse_neighbourhoods(f"1-{MOST}/1", "rt_rw")) == MOST
    with pytest.raises(FieldError) as refused:
        parse_neighbourhoods(f"1-{MOST}/1, 1/2", "rt_rw")
    assert refused.value.code == "too_many"


@given(st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999)), max_size=20))
def test_what_is_kept_reads_back_the_same(pairs: list[tuple[int, int]]) -> None:
    kept = parse_neighbourhoods(", ".join(f"{rt}/{rw}" for rt, rw in pairs), "rt_rw")
    assert set(kept) == {neighbourhood(rt, rw) for rt, rw in pairs}
    assert parse_neighbourhoods(", ".join(kept), "rt_rw") == kept


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(FieldError):
        assert all(len(each) == 7 for each in parse_neighbourhoods(text, "rt_rw"))
