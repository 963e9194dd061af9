"""Where the bars of a figure stand: inside it, in proportion, none forgotten."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.web.staff.charts import WIDTH, columns, greatest, rows, scale_end

COUNTS = st.lists(st.tuples(st.text(max_size=5), st.integers(0, 10**7)), max_size=40)


@given(COUNTS)
def test_every_count_has_a_bar_that_lies_in_the_figure(counts: list[tuple[str, int]]) -> None:
    for figure in (columns(counts), rows(counts)):
        assert [(bar.label, bar.value) for bar in figure.bars] == counts
        assert figure.total == sum(value for _, value in counts)
        for bar in figure.bars:
            assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.01
            assert 0 <= bar.y <= bar.y + bar.height <= figure.height


@given(COUNTS)
def test_only_nothing_has_no_length_and_more_is_never_shorter(counts: list[tuple[str, int]]) -> None:
    for lengths in (
        [(bar.value, bar.height) for bar in columns(counts).bars],
        [(bar.value, bar.width) for bar in rows(counts).bars],
    ):
        assert all((length > 0) is (value > 0) for value, length in lengths)
        ordered = sorted(lengths)
        assert [length for _, length in ordered] == sorted(length for _, length in ordered)


def test_twice_as_many_are_twice_as_long() -> None:
    one, two = columns([("a", 40), ("b", 80)]).bars
    assert two.height == 2 * one.height
    one, two = rows([("a", 40), ("b", 80)]).bars
    assert two.width == 2 * one.width == WIDTH


def test_columns_follow_each_other_without_touching() -> None:
    bars = columns([(str(day), day) for day in range(30)]).bars
    assert all(left.x + left.width < right.x for left, right in pairwise(bars))


@given(COUNTS)
def test_the_scale_ends_at_or_above_the_highest_column(counts: list[tuple[str, int]]) -> None:
    figure = columns(counts)
    assert figure.ticks[0].value == 0
    assert figure.ticks[-1].value >= max((value for _, value in counts), default=0)
    assert figure.ticks[-1].y <= min((bar.y for bar in figure.bars), default=figure.height)


@pytest.mark.parametrize(
    ("highest", "end"), [(0, 1), (1, 1), (2, 2), (3, 4), (9, 10), (21, 40), (51, 60), (600, 600), (801, 1000)]
)
def test_a_scale_ends_at_a_round_number(highest: int, end: int) -> None:
    assert scale_end(highest) == end


def test_the_rest_stands_together_and_nothing_is_lost() -> None:
    counts = [("c", 1), ("a", 5), ("none", 0), ("b", 5), ("d", 2)]
    assert greatest(counts, 3, "others") == [("a", 5), ("b", 5), ("others", 3)]
    assert greatest(counts, 4, "others") == [("a", 5), ("b", 5), ("d", 2), ("c", 1)]


@given(COUNTS, st.integers(2, 10))
def test_leaving_out_the_small_ones_keeps_the_sum(counts: list[tuple[str, int]], most: int) -> None:
    kept = greatest(counts, most, "others")
    assert len(kept) <= most
    assert sum(value for _, value in kept) == sum(value for _, value in counts)
