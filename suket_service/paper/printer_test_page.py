"""The printer's test page as PDF: real symbols, marks of known distance, greys, fine lines, a ruler.

Knows no letter and judges no print (``printer_test_reading`` does).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from suket_service.paper import symbol
from suket_service.paper.engine import Asset, Engine
from suket_service.paper.printer_test import (
    LARGEST,
    LEVEL_LINES,
    LINE_WIDTH,
    MARKS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RULER,
    SMALLEST,
    SOLID,
    SYMBOL_SIDE,
    SYMBOLS,
    UPRIGHT_LINES,
    WEDGE,
    Box,
    symbol_text,
)

_DRAWING = "letter:drawing.svg"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Width of one module in millimetres, in the smallest and in the largest symbol."""

    smallest: float
    largest: float


def module_sizes(base_url: str) -> Sizes:
    """How wide modules are on letters of this address, printed at full size."""
    smallest, largest = (SYMBOL_SIDE / _symbol(base_url, which).side for which in (SMALLEST, LARGEST))
    return Sizes(smallest, largest)


def page_pdf(templates: Path, base_url: str) -> bytes:
    """The page; the same address gives the same bytes.

    Raises:
        PrinterError: ``asset_refused`` or ``renderer_warned``.
    """
    folder = templates / "test-page"
    jinja = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    html = jinja.get_template("page.html").render(
        sizes=module_sizes(base_url), drawing=_DRAWING, marks_apart=_apart()
    )
    engine = Engine((folder / "page.css").read_text(encoding="utf-8"))
    drawing = Asset(_drawing(base_url).encode(), "image/svg+xml")
    return engine.pdf(engine.lay_out(html, {_DRAWING: drawing}, {}), b"printer test 1")


def _apart() -> tuple[float, float]:
    (left, top), (right, low) = (box.centre for box in (MARKS["SUKETUJI1A"], MARKS["SUKETUJI1D"]))
    return right - left, low - top


def _symbol(base_url: str, which: str) -> symbol.Drawing:
    return symbol.runs(symbol_text(base_url, which))


def _drawing(base_url: str) -> str:
    parts = [
        *(_mark(text, box) for text, box in MARKS.items()),
        *(_seal(_symbol(base_url, which), box) for which, box in SYMBOLS.items()),
        *(_patch(box, grey) for grey, box in WEDGE.items()),
        _patch(SOLID, 100),
        *_lines(UPRIGHT_LINES, upright=True),
        *_lines(LEVEL_LINES, upright=False),
        *_ruler(),
    ]
    size = f'width="{PAGE_WIDTH}mm" height="{PAGE_HEIGHT}mm" viewBox="0 0 {PAGE_WIDTH} {PAGE_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _mark(text: str, box: Box) -> str:
    code = segno.make(text, version=1, error="h", boost_error=False, micro=False)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )
    return _path(path, box, box.width / len(code.matrix))


def _seal(drawing: symbol.Drawing, box: Box) -> str:
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in drawing.dark)
    return _path(path, box, box.width / drawing.side)


def _path(path: str, box: Box, scale: float) -> str:
    return f'<path transform="translate({box.left} {box.top}) scale({scale:.6f})" d="{path}"/>'


def _patch(box: Box, grey: int) -> str:
    level = round(255 * (100 - grey) / 100)
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}" '
        f'fill="rgb({level},{level},{level})"/>'
    )


def _lines(box: Box, *, upright: bool) -> Iterator[str]:
    length = box.width if upright else box.height
    for number in range(int(length / (2 * LINE_WIDTH))):
        offset = 2 * LINE_WIDTH * number
        line = (
            Box(box.left + offset, box.top, LINE_WIDTH, box.height)
            if upright
            else Box(box.left, box.top + offset, box.width, LINE_WIDTH)
        )
        yield _patch(line, 100)


def _ruler() -> Iterator[str]:
    yield _patch(Box(RULER.left, RULER.top, RULER.width, 0.3), 100)
    for millimetre in range(int(RULER.width) + 1):
        height = 6 if millimetre % 10 == 0 else 4.5 if millimetre % 5 == 0 else 3
        # The outer edges of the first and the last stroke are the ruler's length apart.
        left = RULER.left + millimetre - (0 if millimetre == 0 else 0.2 if millimetre == RULER.width else 0.1)
        yield _patch(Box(left, RULER.top, 0.2, height), 100)
