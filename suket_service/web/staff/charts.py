"""Small charts as geometry: where each bar of a figure stands. Draws nothing and chooses no colour.

The templates draw them as SVG, with the same numbers as a table beside it. A figure is as wide as a
phone's page, so that its lettering keeps its size there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
_HEIGHT, _FLOOR, _CEILING = 168, 140, 22  # of columns: the figure's, and where they stand and end
_AXIS = 40  # left of the columns, for the scale
_LEAST = 2  # a bar of one among thousands is still seen
_ROW, _BAR = 44, 12  # of rows: from one to the next, and a bar's height
_GAP = 0.25  # between columns, as a share of a column


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its words: what it counts, how many, and where it stands."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart that can be drawn: its bars and, of columns, the scale beside them."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: float
    width: int = WIDTH

    @property
    def total(self) -> int:
        """Everything counted."""
        return sum(bar.value for bar in self.bars)


def columns(counts: Sequence[tuple[str, int]]) -> Figure:
    """Counts that follow each other, as upright bars over a scale."""
    top = scale_end(max((value for _, value in counts), default=0))
    room = (WIDTH - _AXIS) / max(len(counts), 1)
    bars = []
    for place, (label, value) in enumerate(counts):
        height = _length(value, top, _FLOOR - _CEILING)
        bars.append(
            Bar(
                label,
                value,
                x=round(_AXIS + (place + _GAP / 2) * room, 2),
                y=round(_FLOOR - height, 2),
                width=round(room * (1 - _GAP), 2),
                height=height,
            )
        )
    steps = (0, top // 2, top) if top % 2 == 0 else (0, top)
    ticks = (Tick(step, round(_FLOOR - (_FLOOR - _CEILING) * step / top, 2)) for step in steps)
    return Figure(tuple(bars), tuple(ticks), _HEIGHT)


def rows(counts: Sequence[tuple[str, int]]) -> Figure:
    """Counts to compare, as lying bars under their words."""
    top = max((value for _, value in counts), default=0)
    bars = [
        Bar(
            label,
            value,
            x=0,
            y=place * _ROW + (_ROW - _BAR) - 6,
            width=_length(value, max(top, 1), WIDTH),
            height=_BAR,
        )
        for place, (label, value) in enumerate(counts)
    ]
    return Figure(tuple(bars), (), len(bars) * _ROW)


def greatest(counts: Sequence[tuple[str, int]], most: int, others: str) -> list[tuple[str, int]]:
    """The greatest counts, the rest of them together as ``others``; what counts nothing is left out."""
    ordered = sorted((each for each in counts if each[1]), key=lambda each: (-each[1], each[0]))
    if len(ordered) <= most:
        return ordered
    rest = sum(value for _, value in ordered[most - 1 :])
    return [*ordered[: most - 1], (others, rest)]


def scale_end(highest: int) -> int:
    """The round number at which a scale ends: 1, 2, 4, 6 or 8 times a power of ten, and not below ``highest``."""
    power = 1
    while True:
        for step in (1, 2, 4, 6, 8):
            if step * power >= highest:
                return step * power
        power *= 10


def _length(value: int, top: int, whole: float) -> float:
    return max(round(whole * value / top, 2), _LEAST) if value else 0
