"""How a telephone sees a page: where it is held, its lens, its sensor, its light. Knows no damage to paper.

A frame is as wide as 1.32 times the distance (67 degrees, as most telephones). The two profiles are those of
the study that fixed the symbol's size: ``mid``, 1080p with 12 pixels a millimetre of paper; ``harsh``, an old
720p telephone with 8 of them, a softer lens, an unsteadier hand and less light.
"""

from dataclasses import dataclass, replace
from io import BytesIO
from math import ceil, cos, hypot, radians, sin
from typing import Any

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from suket_service.paper.plane import view
from tests.reading.prints import DOTS, Grey, Print

_FIELD = 1.32
_TABLE = 0.3
_FINEST = 12.0  # pixels a millimetre; coarser cameras get the mean of several such
_SOFT_EDGE = 6  # pixels of a shadow


@dataclass(frozen=True)
class Shot:
    """How one frame is taken; angles and offsets are the most that chance may make of them."""

    width: int
    height: int
    distance: float  # mm
    blur: float  # mm on paper, the spread (sigma) of the lens
    motion: float  # mm that the hand moves while the shutter is open
    noise: float  # levels of 255
    contrast: float  # of what is between black and white
    tilt: tuple[float, float]  # degrees
    turn: float  # degrees
    shade: float  # how much darker one side is
    shadow: float  # how much darker it is behind the edge of a shadow
    quality: int  # of the JPEG

    @property
    def per_millimetre(self) -> float:
        """Pixels, in the middle of the frame."""
        return self.width / _FIELD / self.distance


PROFILES = {
    "mid": Shot(1920, 1080, 121, 0.08, 0, 5, 0.9, (0, 10), 15, 0.15, 0, 85),
    "harsh": Shot(1280, 720, 121, 0.14, 0.15, 8, 0.7, (0, 20), 30, 0.3, 0, 75),
}


def with_changes(shot: Shot, changes: dict[str, Any]) -> Shot:
    """That shot, but for what one kind of trouble changes."""
    return replace(shot, **changes)


def taken(printed: Print, shot: Shot, chance: Generator) -> bytes:
    """A frame of that page, as JPEG."""
    fine = ceil(_FINEST / shot.per_millimetre)
    seen = _projected(printed, shot, fine, chance)
    seen = seen.filter(ImageFilter.GaussianBlur(shot.blur * shot.per_millimetre * fine))
    level: Grey = np.asarray(seen.reduce(fine), dtype=np.float32) / 255
    level = _shaken(level, shot.motion * shot.per_millimetre, chance.uniform(0, np.pi))
    level = _lit(level, shot, chance)
    level = (0.5 + (level - 0.5) * shot.contrast) * 0.85 + 0.05
    noisy = level * 255 + chance.normal(0, shot.noise, level.shape)
    out = BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=shot.quality)
    return out.getvalue()


def _projected(printed: Print, shot: Shot, fine: int, chance: Generator) -> Image.Image:
    turn = radians(chance.uniform(-shot.turn, shot.turn))
    tilt, towards = radians(chance.uniform(*shot.tilt)), chance.uniform(0, 2 * np.pi)
    # The symbol is held towards the middle, but not exactly there.
    aside = chance.uniform(-8, 8), chance.uniform(-6, 6)
    corners = [(-40.0, -40.0), (40.0, -40.0), (40.0, 40.0), (-40.0, 40.0)]
    seen = [_seen(corner, shot, fine, turn, tilt, towards, aside) for corner in corners]
    x, y = printed.middle
    on_page = [(x + across * DOTS, y + down * DOTS) for across, down in corners]
    page = Image.fromarray(printed.page)
    size = shot.width * fine, shot.height * fine
    return page.transform(
        size,
        Image.Transform.PERSPECTIVE,
        view(seen, on_page).numbers,
        Image.Resampling.BICUBIC,
        fillcolor=round(_TABLE * 255),
    )


def _seen(
    place: tuple[float, float],
    shot: Shot,
    fine: int,
    turn: float,
    tilt: float,
    towards: float,
    aside: tuple[float, float],
) -> tuple[float, float]:
    x, y = place
    x, y = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
    along = x * cos(towards) + y * sin(towards)
    depth = along * sin(tilt)
    shrunk = along * (cos(tilt) - 1)
    x, y = x + shrunk * cos(towards) + aside[0], y + shrunk * sin(towards) + aside[1]
    scale = shot.width * fine / _FIELD / (shot.distance + depth)
    return shot.width * fine / 2 + x * scale, shot.height * fine / 2 + y * scale


def _shaken(level: Grey, pixels: float, angle: float) -> Grey:
    if pixels < 0.5:
        return level
    steps = max(3, ceil(pixels) * 2)
    picture = Image.fromarray(level, "F")
    total = np.zeros_like(level)
    for step in range(steps):
        share = (step / (steps - 1) - 0.5) * pixels
        moved = (1, 0, share * cos(angle), 0, 1, share * sin(angle))
        total += np.asarray(
            picture.transform(picture.size, Image.Transform.AFFINE, moved, Image.Resampling.BILINEAR)
        )
    return total / steps


def _lit(level: Grey, shot: Shot, chance: Generator) -> Grey:
    high, wide = level.shape
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    angle = chance.uniform(0, 2 * np.pi)
    along = ((across - wide / 2) * cos(angle) + (down - high / 2) * sin(angle)) / hypot(wide, high)
    lit = level * (1 - shot.shade * (along + 0.5))
    if shot.shadow > 0:
        # Its edge goes through the symbol, and is as soft as that of a hand or a telephone.
        beyond = (along * hypot(wide, high) - chance.uniform(-0.1, 0.1) * high) / _SOFT_EDGE
        edge = 0.5 + 0.5 * np.tanh(beyond)
        lit = lit * (1 - shot.shadow * edge)
    return np.asarray(lit, dtype=np.float32)
