"""What happens to paper before it comes to the polling station. Knows no camera.

Each kind takes a piece of a page in grey (0 black, 1 white) with the symbol of that side in its middle, and
gives it back worn. All chance comes from the generator that is handed in: the same seed, the same damage.
The strengths are those of the study that chose the decoder: a fold cracks the toner, a stain covers a fifth
of the symbol, a blot a twentieth.
"""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from tests.reading.prints import DOTS, Grey

_CRACK = (0.5, 1.0)  # mm of toner lost along a fold
_FOLD_SHADE = 0.15  # the two halves of a folded sheet do not face the light alike
_KINK = 0.3  # mm by which they do not meet


def as_printed(paper: Grey, side: float, chance: Generator) -> Grey:
    """Nothing happened to it."""
    return paper


def one_fold(paper: Grey, side: float, chance: Generator) -> Grey:
    """Folded through the symbol, roughly across or down."""
    return _fold(paper, side, chance, down=bool(chance.integers(2)))


def two_folds(paper: Grey, side: float, chance: Generator) -> Grey:
    """Folded twice: a cross of cracks."""
    return _fold(_fold(paper, side, chance, down=False), side, chance, down=True)


def stain(paper: Grey, side: float, chance: Generator) -> Grey:
    """Something spilt: a fifth of the symbol, one can still see through it, darkest along its edge."""
    far = _ellipse(paper, side, chance, share=0.2)
    depth = chance.uniform(0.25, 0.45)
    inside = np.clip((1 - far) * 6, 0, 1)
    rim = np.exp(-((far - 0.95) ** 2) / 0.005) * 0.15
    return _shown(paper * (1 - depth * inside - rim))


def small_blot(paper: Grey, side: float, chance: Generator) -> Grey:
    """Ink or a stamp that covers a twentieth of the symbol."""
    return _blot(paper, side, chance, share=0.05)


def large_blot(paper: Grey, side: float, chance: Generator) -> Grey:
    """Ink or a stamp that covers a tenth of the symbol."""
    return _blot(paper, side, chance, share=0.1)


def photocopy(paper: Grey, side: float, chance: Generator) -> Grey:
    """A copy of a copy: each softens, hardens the contrast and adds its own dirt."""
    for _ in range(2):
        soft = _blurred(paper, chance.uniform(0.08, 0.12))
        hard = np.clip((soft - chance.uniform(0.42, 0.58)) * 4 + 0.5, 0, 1)
        specks = _blurred((chance.random(paper.shape) < 0.002).astype(np.float32), 0.06) * 3
        paper = _shown(hard - np.clip(specks, 0, 1))
    return paper


def faint_toner(paper: Grey, side: float, chance: Generator) -> Grey:
    """The cartridge is at its end: grey for black, with a grain."""
    ink = (1 - paper) * chance.uniform(0.25, 0.4)
    grain = 1 + 0.5 * _texture(paper.shape, chance, 0.1)
    return _shown(1 - ink * grain)


def streaks(paper: Grey, side: float, chance: Generator) -> Grey:
    """A worn drum: paler bands down the page."""
    across = np.arange(paper.shape[1]) / DOTS
    period, width = chance.uniform(6, 11), chance.uniform(1.0, 2.5)
    pale = ((across + chance.uniform(0, period)) % period < width) * chance.uniform(0.3, 0.45)
    return _shown(1 - (1 - paper) * (1 - pale[None, :]))


def worn(paper: Grey, side: float, chance: Generator) -> Grey:
    """Carried in a pocket for weeks: fine creases, scuffed toner and dirt."""
    for _ in range(8):
        paper = _crack(paper, chance, (0.08, 0.2), _line(paper, side, chance, chance.uniform(0, np.pi)))
    scuffed = 1 - (1 - paper) * (1 - 0.35 * np.clip(_texture(paper.shape, chance, 1.0), 0, 1))
    dirt = 1 - 0.12 * np.clip(_texture(paper.shape, chance, 0.6), 0, 1.5)
    return _shown(scuffed * dirt)


def _shown(level: Grey) -> Grey:
    return np.asarray(np.clip(level, 0, 1), dtype=np.float32)


def _fold(paper: Grey, side: float, chance: Generator, *, down: bool) -> Grey:
    angle = chance.uniform(-0.06, 0.06) + (0 if down else np.pi / 2)
    line = _line(paper, side, chance, angle)
    shade = 1 - chance.uniform(0.5, 1) * _FOLD_SHADE * (line > 0)
    moved = np.roll(paper, round(chance.uniform(-_KINK, _KINK) * DOTS), axis=0 if down else 1)
    return _crack(np.where(line > 0, moved, paper) * shade, chance, _CRACK, line)


def _line(paper: Grey, side: float, chance: Generator, angle: float) -> Grey:
    """How many dots each point lies beyond a line through the symbol."""
    down, across = _from_middle(paper)
    offset = chance.uniform(-0.4, 0.4) * side
    return np.asarray(across * np.cos(angle) + down * np.sin(angle) - offset, dtype=np.float32)


def _crack(paper: Grey, chance: Generator, widths: tuple[float, float], line: Grey) -> Grey:
    ragged = 1 + 0.6 * _texture(paper.shape, chance, 0.3)
    bare = np.abs(line) < ragged * chance.uniform(*widths) * DOTS / 2
    return np.where(bare, np.maximum(paper, 0.92), paper).astype(np.float32)


def _blot(paper: Grey, side: float, chance: Generator, share: float) -> Grey:
    inside = _ellipse(paper, side, chance, share) < 1
    return np.where(inside, np.float32(chance.uniform(0.02, 0.15)), paper).astype(np.float32)


def _ellipse(paper: Grey, side: float, chance: Generator, share: float) -> Grey:
    """How far each point is from the middle of an ellipse that covers that share; 1 on its edge."""
    down, across = _from_middle(paper)
    slim, angle = chance.uniform(0.6, 1.0), chance.uniform(0, np.pi)
    long = np.sqrt(share / (np.pi * slim)) * side
    room = max(0.0, side / 2 - long)
    down, across = down - chance.uniform(-room, room), across - chance.uniform(-room, room)
    along = across * np.cos(angle) + down * np.sin(angle)
    beside = down * np.cos(angle) - across * np.sin(angle)
    uneven = 1 + 0.12 * _texture(paper.shape, chance, 2.0)
    return np.asarray(np.hypot(along / long, beside / (long * slim)) * uneven, dtype=np.float32)


def _from_middle(paper: Grey) -> tuple[Grey, Grey]:
    high, wide = paper.shape
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    return down - high / 2, across - wide / 2


def _texture(shape: tuple[int, ...], chance: Generator, millimetres: float) -> Grey:
    """Uneven by about one, over about that length."""
    coarse = max(1.0, millimetres * DOTS)
    small = chance.standard_normal((int(shape[0] / coarse) + 2, int(shape[1] / coarse) + 2)).astype(
        np.float32
    )
    picture = Image.fromarray(small, "F").resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float32)


def _blurred(paper: Grey, millimetres: float) -> Grey:
    picture = Image.fromarray(np.clip(paper * 255, 0, 255).astype(np.uint8))
    soft = picture.filter(ImageFilter.GaussianBlur(millimetres * DOTS))
    return np.asarray(soft, dtype=np.float32) / 255
