"""A child process that measures a stranger's picture of the printer's test page: stdin to stdout.

``python -m suket_service.paper.printer_test_finder pdf|picture``. It limits itself before it touches the
data and writes one line of JSON; it measures and judges nothing (``printer_test_reading`` does).
"""

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from suket_service.paper import pictures
from suket_service.paper.code_finder import MEMORY, MOST_PIXELS, grey, limit, render
from suket_service.paper.plane import Point, View, crossing, view
from suket_service.paper.printer_test import (
    LEVEL_LINES,
    LINE_WIDTH,
    MARK_PREFIX,
    MARKS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SOLID,
    SYMBOLS,
    UPRIGHT_LINES,
    WEDGE,
    WHITE_ABOVE,
    Box,
)

try:  # before the limits: finding the library takes a process
    from pyzbar import pyzbar
except ImportError:  # the system's libzbar is missing
    pyzbar = None

CPU_SECONDS = 20
PER_MM = 10  # pixels of the straightened page
_PDF_RESOLUTION = 300
_EDGE_PER_MM = 4
_AROUND = 40  # millimetres around the page in which the paper's edge is looked for
_FINEST = 14.0  # pixels a millimetre that are worth keeping
_SMALLER_SIDES = (3000, 1800, 1100)
_GLANCE_SIDE = 1800
_EDGE_DARKER = 0.8  # than the paper so far: there it ends
_NO_CONTRAST = 10  # levels of 256
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_TRUSTED_DPI = (100, 1300)  # cameras write 72, whatever it is


def main() -> None:
    """Measure what stands on stdin."""
    kind = sys.argv[1]
    limit(MEMORY[kind], CPU_SECONDS)
    data = sys.stdin.buffer.read()
    try:
        found = measured(*page_in(data, kind))
    except (
        pypdfium2.PdfiumError,
        pictures.TooManyPixels,
        pictures.Damaged,
        ValueError,
        OSError,
        MemoryError,
    ):
        return
    print(json.dumps(found), flush=True)  # noqa: T201 - it is what the parent reads


def page_in(data: bytes, kind: str) -> tuple[Image.Image, float | None]:
    """The picture in a file, in grey, and its resolution where that can be believed.

    Raises:
        PdfiumError, TooManyPixels, Damaged, ValueError, OSError, MemoryError: there is none.
    """
    return _page_of_pdf(data) if kind == "pdf" else _picture(data)


def _page_of_pdf(data: bytes) -> tuple[Image.Image, float | None]:
    page = pypdfium2.PdfDocument(data)[0]
    picture = render(page, _PDF_RESOLUTION)
    return picture, 72 * picture.width / page.get_size()[0]


def _picture(data: bytes) -> tuple[Image.Image, float | None]:
    opened = pictures.opened(data, MOST_PIXELS)
    across, down = (float(each) for each in opened.info.get("dpi", (0, 0)))
    trusted = _TRUSTED_DPI[0] <= across <= _TRUSTED_DPI[1] and abs(across - down) < 1
    return grey(pictures.decoded(opened)), across if trusted else None


def measured(picture: Image.Image, dpi: float | None) -> dict[str, Any]:
    """Everything that can be measured in a picture, by name."""
    marks, others = _marks(picture)
    found: dict[str, Any] = {
        "marks": sorted(marks),
        "others": others,
        "size": picture.size,
        "dpi": dpi,
        **_at_a_glance(picture),
    }
    if len(marks) < len(MARKS):
        return found
    seen = view([MARKS[name].centre for name in MARKS], [marks[name] for name in MARKS])
    found["paper"] = _paper(picture, seen)
    found["sides"] = _sides(seen)
    found["per_mm"] = per_mm = _per_mm(seen)
    if per_mm > _FINEST:
        smaller = _FINEST / per_mm
        size = round(picture.width * smaller), round(picture.height * smaller)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        seen = _zoomed(seen, size[0] / found["size"][0], size[1] / found["size"][1])
    page = _straight(picture, seen, Box(0, 0, PAGE_WIDTH, PAGE_HEIGHT), PER_MM)
    return found | _toner(page) | {"read": {name: _read(page, box) for name, box in SYMBOLS.items()}}


def _marks(picture: Image.Image) -> tuple[dict[str, Point], int]:
    marks: dict[str, Point] = {}
    others: set[str] = set()
    for attempt in _attempts(picture):
        scale = picture.width / attempt.width
        for code in zxingcpp.read_barcodes(attempt, formats=_QR, text_mode=zxingcpp.TextMode.Plain):
            if not code.text.startswith(MARK_PREFIX) or code.text not in MARKS:
                others.add(code.text)
                continue
            place = code.position
            corners = [
                (corner.x * scale, corner.y * scale)
                for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            ]
            marks.setdefault(code.text, crossing(corners))
        if len(marks) == len(MARKS):
            break
    return marks, len(others)


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    yield picture
    for side in _SMALLER_SIDES:
        if max(picture.size) > side:
            smaller = picture.copy()
            smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
            yield smaller
            yield ImageOps.autocontrast(smaller, cutoff=1)
    if max(picture.size) <= _SMALLER_SIDES[0]:
        larger = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
        yield larger.filter(ImageFilter.UnsharpMask(radius=3, percent=180, threshold=2))


def _at_a_glance(picture: Image.Image) -> dict[str, float]:
    """How dark the darkest is, and how steep the steepest step: all there is to go by when no mark is found."""
    small = picture.copy()
    small.thumbnail((_GLANCE_SIDE, _GLANCE_SIDE), Image.Resampling.LANCZOS)
    black, white = _share(small, 0.005), _share(small, 0.9)
    steps = ImageChops.difference(small, ImageChops.offset(small, 1, 0))
    contrast = (white - black) / max(white, 1)
    return {"contrast": contrast, "steepest": _share(steps, 0.999) / max(white - black, 1)}


def _share(picture: Image.Image, share: float) -> int:
    left = share * picture.width * picture.height
    for level, count in enumerate(picture.histogram()):
        left -= count
        if left <= 0:
            return level
    return 255


def _per_mm(seen: View) -> float:
    # In the middle of the page, where the symbols are.
    (x0, y0), (x1, y1), (x2, y2) = seen.at(100, 100), seen.at(101, 100), seen.at(100, 101)
    return min(math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x0, y2 - y0))


def _sides(seen: View) -> dict[str, float]:
    """Pixels a millimetre along each side of the page: alike in a scan, not in a photograph."""

    def along(x0: float, y0: float, x1: float, y1: float) -> float:
        (u0, v0), (u1, v1) = seen.at(x0, y0), seen.at(x1, y1)
        return math.hypot(u1 - u0, v1 - v0) / math.hypot(x1 - x0, y1 - y0)

    return {
        "top": along(20, 20, 190, 20),
        "bottom": along(20, 277, 190, 277),
        "left": along(20, 20, 20, 277),
        "right": along(190, 20, 190, 277),
    }


def _zoomed(seen: View, across: float, down: float) -> View:
    a, b, c, d, e, f, g, h = seen.numbers
    return View((a * across, b * across, c * across, d * down, e * down, f * down, g, h))


def _straight(picture: Image.Image, seen: View, box: Box, per_mm: float) -> Image.Image:
    size = round(box.width * per_mm), round(box.height * per_mm)
    numbers = seen.of_grid(box.left, box.top, per_mm).numbers
    return picture.transform(
        size, Image.Transform.PERSPECTIVE, data=numbers, resample=Image.Resampling.BICUBIC
    )


# The paper's edges


def _paper(picture: Image.Image, seen: View) -> dict[str, list[float] | None]:
    """How far the paper reaches beyond the page as printed at full size: [place, 1 if the picture ends there]."""
    around = Box(-_AROUND, -_AROUND, PAGE_WIDTH + 2 * _AROUND, PAGE_HEIGHT + 2 * _AROUND)
    wide = _straight(picture, seen, around, _EDGE_PER_MM)
    inside = _straight(Image.new("L", picture.size, 255), seen, around, _EDGE_PER_MM)
    wide = wide.filter(ImageFilter.MedianFilter(3))
    upright = wide.transpose(Image.Transpose.TRANSPOSE), inside.transpose(Image.Transpose.TRANSPOSE)
    rows = [40 + 20 * step for step in range(11)]  # clear of the marks
    columns = [40 + 10 * step for step in range(14)]
    return {
        "left": _edge(wide, inside, rows, outward=-1, start=6),
        "right": _edge(wide, inside, rows, outward=1, start=PAGE_WIDTH - 6),
        "top": _edge(*upright, columns, outward=-1, start=6),
        "bottom": _edge(*upright, columns, outward=1, start=PAGE_HEIGHT - 6),
    }


def _edge(
    wide: Image.Image, inside: Image.Image, rows: list[int], *, outward: int, start: float
) -> list[float] | None:
    found = [edge for row in rows if (edge := _edge_of_row(wide, inside, row, outward, start)) is not None]
    if len(found) * 2 < len(rows):
        return None
    found.sort()
    place = found[len(found) // 2]
    return [place[0], float(place[1])]


def _edge_of_row(
    wide: Image.Image, inside: Image.Image, row: int, outward: int, start: float
) -> tuple[float, bool] | None:
    y = round((row + _AROUND) * _EDGE_PER_MM)
    x = round((start + _AROUND) * _EDGE_PER_MM)
    levels, there = (
        wide.crop((0, y, wide.width, y + 1)).tobytes(),
        inside.crop((0, y, wide.width, y + 1)).tobytes(),
    )
    paper = float(levels[x])
    while 0 <= x < len(levels):
        level = levels[x]
        if not there[x]:
            return (x + (outward < 0)) / _EDGE_PER_MM - _AROUND, True
        if level < _EDGE_DARKER * paper:
            return (x + (outward < 0)) / _EDGE_PER_MM - _AROUND, False
        paper += (max(level, 0.9 * paper) - paper) * 0.1  # light falls off slowly, the paper ends at once
        x += outward
    return None


# The toner


def _toner(page: Image.Image) -> dict[str, Any]:
    wedge = {}
    for per_cent, box in WEDGE.items():
        white = _level(page, Box(box.left + 3, WHITE_ABOVE.top + 1, box.width - 6, WHITE_ABOVE.height - 2))
        wedge[per_cent] = 1 - _level(page, _inner(box, 2)) / max(white, 1)
    white = _level(page, Box(SOLID.left + 2, SOLID.top - 5, SOLID.width - 4, 3))
    black = _cut(page, _inner(SOLID, 2))
    return {
        "wedge": wedge,
        "black": 1 - ImageStat.Stat(black).mean[0] / max(white, 1),
        # Seen from two millimetres away: spots and streaks of the toner, not the camera's noise.
        "uneven": ImageStat.Stat(black.reduce(PER_MM)).stddev[0] / max(white, 1),
        "growth": [_growth(page, UPRIGHT_LINES), _growth(page, LEVEL_LINES)],
        "edge_mm": max(_edge_width(page, upright=True), _edge_width(page, upright=False)),
    }


def _growth(page: Image.Image, box: Box) -> float:
    """Millimetres that lines came out wider than drawn."""
    # Whole periods, away from the patch's own border.
    period = 2 * LINE_WIDTH
    inner = Box(box.left + 3 * period, box.top + 3 * period, 26 * period, 6 * period)
    lines = _cut(page, inner).resize(
        (round(inner.width * 20), round(inner.height * 20)), Image.Resampling.BICUBIC
    )
    white = _level(page, Box(box.left + 2, box.top - 5, box.width - 4, 3))
    black = _level(page, _inner(SOLID, 2))
    middle = (white + black) / 2
    dark = sum(lines.histogram()[: max(0, round(middle))]) / (lines.width * lines.height)
    return dark * period - LINE_WIDTH


def _edge_width(page: Image.Image, *, upright: bool) -> float:
    """Millimetres from one tenth to nine tenths of black, across the edge of the solid field."""
    reach, steps = 2.5, 20
    if upright:
        across = _cut(page, Box(SOLID.left - reach, SOLID.top + 3, 2 * reach, SOLID.height - 6))
        profile = across.resize((round(2 * reach * steps), 1), Image.Resampling.BOX)
    else:
        across = _cut(page, Box(SOLID.left + 3, SOLID.top - reach, SOLID.width - 6, 2 * reach))
        profile = across.resize((1, round(2 * reach * steps)), Image.Resampling.BOX)
    levels = list(profile.tobytes())
    white, black = levels[0], levels[-1]
    if white - black < _NO_CONTRAST:
        return 2 * reach
    above = [place for place, level in enumerate(levels) if level > white - 0.1 * (white - black)]
    below = [place for place, level in enumerate(levels) if level < black + 0.1 * (white - black)]
    return max(0.0, (min(below) - max(above)) / steps)


def _cut(page: Image.Image, box: Box) -> Image.Image:
    corners = box.left, box.top, box.left + box.width, box.top + box.height
    left, top, right, bottom = (round(edge * PER_MM) for edge in corners)
    return page.crop((left, top, right, bottom))


def _level(page: Image.Image, box: Box) -> float:
    return float(ImageStat.Stat(_cut(page, box)).mean[0])


def _inner(box: Box, less: float) -> Box:
    return Box(box.left + less, box.top + less, box.width - 2 * less, box.height - 2 * less)


# The symbols


def _read(page: Image.Image, box: Box) -> dict[str, str | None]:
    cut = _cut(page, _inner(box, -2))
    by_zxing = zxingcpp.read_barcodes(cut, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    found: dict[str, str | None] = {"zxing": by_zxing[0].text if by_zxing else ""}
    if pyzbar is None:
        return found | {"zbar": None}
    by_zbar = pyzbar.decode(cut, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return found | {"zbar": by_zbar[0].data.decode("utf-8", "replace") if by_zbar else ""}


if __name__ == "__main__":
    main()
