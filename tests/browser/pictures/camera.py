"""Pages into small pictures, and all of them on one sheet. Knows no office."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

#: The width of a telephone and of an office's screen, and how much of a page's height is pictured.
SIZES = {360: 800, 1366: 768}
_COLOURS = 12
_NEAR = 12
_THUMB = {360: 150, 1366: 300}
_THUMB_HEIGHT = {360: 300, 1366: 168}
_COLUMNS = {360: 12, 1366: 6}
_GAP, _LINE = 10, 16
_OURS = (
    *("#16211f", "#4a5754", "#c9d2cf", "#ffffff", "#f3f6f5", "#12403c", "#0b5c33", "#7a4a00"),
    *("#9b1c1c", "#45515a", "#fff3cd", "#b98900", "#fff8ec", "#e9f5ee"),
)
_INK, _PAPER = "#16211f", "#dfe6e4"


def small(png: bytes) -> Image.Image:
    """A screenshot in few colours."""
    with Image.open(io.BytesIO(png)) as opened:
        shot = opened.convert("RGB")
    return shot.quantize(palette=_palette(shot), dither=Image.Dither.NONE)


def _palette(picture: Image.Image) -> Image.Image:
    """The pages' own colours, which stand for something however few their dots are, and the commonest others.

    One that nearly is one of our own is left out: dots are matched by neighbourhoods of colours, and it would take them.
    """
    parts = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT).getpalette() or []
    ours = [ImageColor.getrgb(colour)[:3] for colour in _OURS]
    found = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))[:_COLOURS]
    others = [each for each in found if min(_apart(each, own) for own in ours) > _NEAR]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in (*ours, *others) for part in colour])
    return palette


def _apart(one: Sequence[int], other: Sequence[int]) -> int:
    return max(abs(left - right) for left, right in zip(one, other, strict=True))


def save(picture: Image.Image, file: Path) -> int:
    """Write a picture as PNG; returns its size in bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(file, optimize=True)
    return file.stat().st_size


def contact_sheet(width: int, pictures: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """Every page beside the others, each under its name."""
    columns, thumb, high = _COLUMNS[width], _THUMB[width], _THUMB_HEIGHT[width]
    cell = (thumb + _GAP, high + _LINE + _GAP)
    lines = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell[0] + _GAP, lines * cell[1] + _GAP), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for place, (name, picture) in enumerate(pictures):
        x, y = _GAP + place % columns * cell[0], _GAP + place // columns * cell[1]
        draw.text((x, y), name, _INK, font)
        whole = picture.convert("RGB")
        scaled = whole.resize((thumb, round(whole.height * thumb / whole.width)), Image.Resampling.LANCZOS)
        sheet.paste(scaled.crop((0, 0, thumb, min(high, scaled.height))), (x, y + _LINE))
    return sheet.quantize(palette=_palette(sheet), dither=Image.Dither.NONE)
