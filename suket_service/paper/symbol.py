"""The QR symbol of a seal's text, as SVG and PNG. Knows nothing of what the seal states.

One byte segment for the link, one numeric segment for the digits, error correction M: the contract of
design.md section 4. Modules are plain black squares on white; nothing is laid over them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno

from suket_service.core.seal import read_text

QUIET_ZONE = 4  # modules on each side, ISO/IEC 18004

#: Always the same of the eight masks. A seal's digits look like noise under any of them; trying all eight to
#: find the one with the fewest chance patterns takes three quarters of the time of a symbol, and worn letters
#: are read as often without it (benchmarks/README.md). It is the one that such a search finds most often.
_MASK = 6

_DARK = re.compile(rb"\x01+")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A symbol in units of one module: its side with the quiet zone, and its dark runs.

    A run is ``(x, y, length)``, one module high, from the upper left corner.
    """

    side: int
    dark: tuple[tuple[int, int, int], ...]


def make(seal_text: str) -> segno.QRCode:
    """The symbol of that text.

    Raises:
        SealError: ``not_a_seal``: the text is not that of a seal.
    """
    read_text(seal_text, allow_http=True)
    prefix, mark, digits = seal_text.rpartition("#")
    segments: Any = [prefix + mark, digits] if mark else [digits]  # segno's stubs leave out its segment lists
    return segno.make(segments, error="m", boost_error=False, micro=False, mask=_MASK)


def runs(seal_text: str) -> Drawing:
    """The symbol as rectangles, for whoever draws it.

    Raises:
        SealError: ``not_a_seal``.
    """
    matrix = make(seal_text).matrix
    return Drawing(len(matrix) + 2 * QUIET_ZONE, tuple(_runs(matrix)))


def svg(seal_text: str) -> str:
    """The symbol with its quiet zone as one SVG element, ``viewBox`` in modules.

    It holds digits of our own making only, so it may stand in an HTML page as it is. All modules are
    one path: parts of one path meet without seams.

    Raises:
        SealError: ``not_a_seal``.
    """
    return _svg(runs(seal_text), "Kode QR segel surat")


def plain_svg(text: str) -> str:
    """A symbol of any other text, which is no seal, as such an element."""
    return _svg(plain_runs(text), "Kode QR")


def plain_runs(text: str) -> Drawing:
    """A symbol of any other text as rectangles."""
    matrix = segno.make(text, error="m", micro=False).matrix
    return Drawing(len(matrix) + 2 * QUIET_ZONE, tuple(_runs(matrix)))


def _svg(drawing: Drawing, label: str) -> str:
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in drawing.dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.side} {drawing.side}" role="img"'
        f' aria-label="{label}" shape-rendering="crispEdges">'
        f'<rect width="{drawing.side}" height="{drawing.side}" fill="#fff"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def png(seal_text: str, pixels_per_module: int = 8) -> bytes:
    """The symbol with its quiet zone as a black and white PNG.

    Raises:
        SealError: ``not_a_seal``.
    """
    out = BytesIO()
    make(seal_text).save(out, kind="png", scale=pixels_per_module, border=QUIET_ZONE)
    return out.getvalue()


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(matrix, start=QUIET_ZONE):
        for run in _DARK.finditer(row):
            yield run.start() + QUIET_ZONE, y, run.end() - run.start()
