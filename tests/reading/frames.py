"""Frames of worn letters, by kind of trouble and profile of the telephone; the same seed, the same frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np
from numpy.random import Generator, default_rng

from tests.reading import damage
from tests.reading.lens import PROFILES, taken, with_changes
from tests.reading.prints import DOTS, Grey, Print, prints

_PIECE = 36  # mm on each side of the symbol's middle, what damage is done to


@dataclass(frozen=True)
class Kind:
    """What happens to the paper, and what is different about the shot, by profile."""

    paper: Callable[[Grey, float, Generator], Grey] = damage.as_printed
    mid: dict[str, Any] = field(default_factory=dict)
    harsh: dict[str, Any] = field(default_factory=dict)


KINDS = {
    "as printed": Kind(),
    "one fold": Kind(damage.one_fold),
    "two folds": Kind(damage.two_folds),
    "stain, 20 %": Kind(damage.stain),
    "blot, 5 %": Kind(damage.small_blot),
    "blot, 10 %": Kind(damage.large_blot),
    "copy of a copy": Kind(damage.photocopy),
    "faint toner": Kind(damage.faint_toner),
    "streaks": Kind(damage.streaks),
    "worn": Kind(damage.worn),
    "out of focus": Kind(mid={"blur": 0.2}, harsh={"blur": 0.27}),
    "moved": Kind(mid={"motion": 0.7}, harsh={"motion": 1.0}),
    "noise": Kind(mid={"noise": 15}, harsh={"noise": 25}),
    "little contrast": Kind(mid={"contrast": 0.5}, harsh={"contrast": 0.25}),
    "any rotation": Kind(mid={"turn": 180}, harsh={"turn": 180}),
    "tilt": Kind(mid={"tilt": (30, 40)}, harsh={"tilt": (40, 50)}),
    "shadow": Kind(mid={"shadow": 0.5}, harsh={"shadow": 0.6}),
    "hard JPEG": Kind(mid={"quality": 30, "distance": 180}, harsh={"quality": 30, "distance": 160}),
    "from afar": Kind(mid={"distance": 330}, harsh={"distance": 240}),
}


@dataclass(frozen=True)
class Frame:
    """One picture of a letter, as JPEG, and what its symbol says."""

    jpeg: bytes
    text: str


def frame(kind: str, profile: str, seed: int, letters: Sequence[Print] = ()) -> Frame:
    """That kind of trouble, seen by that telephone; each seed has its own letter, damage and hand."""
    wanted = KINDS[kind]
    chance = default_rng([seed, crc32(kind.encode())])
    letters = letters or prints()
    printed = letters[seed % len(letters)]
    shot = with_changes(PROFILES[profile], getattr(wanted, profile))
    return Frame(taken(_worn(printed, wanted, chance), shot, chance), printed.text)


def _worn(printed: Print, kind: Kind, chance: Generator) -> Print:
    reach = round(_PIECE * DOTS)
    x, y = (round(place) for place in printed.middle)
    part = np.s_[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    piece = printed.page[part].astype(np.float32) / 255
    page = printed.page.copy()
    page[part] = np.round(kind.paper(piece, printed.side, chance) * 255).astype(np.uint8)
    return replace(printed, page=page)
