"""A page of a PDF of ours as a picture for a screen. Opens no stranger's PDF."""

import threading
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from PIL import Image

_POINTS_PER_MM = 72 / 25.4
_DPI = 150
_GAP_MM, _GAP_GREY = 2.0, 200  # between two parts, where something of the page is left out
_GREYS = 16  # plenty for black type, and a third of the bytes
_SCREEN_DPI, _COLOURS = 96, 64
#: PDFium keeps its state for the whole process.
_turn = threading.Lock()


def page(pdf: bytes) -> bytes:
    """The whole first page in colour, as PNG, small enough for a page of the office."""
    out = BytesIO()
    picture = _first_page(pdf, _SCREEN_DPI, grey=False).convert("RGB")
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def strips(pdf: bytes, bands: Sequence[tuple[float, float]]) -> bytes:
    """Parts of the first page, one below the other, as a grey PNG.

    Args:
        pdf: made by this product.
        bands: from and to, in mm from the top of the page.
    """
    page = _first_page(pdf, _DPI, grey=True).convert("L")
    per_mm = _DPI / 72 * _POINTS_PER_MM
    parts = [page.crop((0, round(top * per_mm), page.width, round(low * per_mm))) for top, low in bands]
    gap = round(_GAP_MM * per_mm)
    height = sum(part.height for part in parts) + gap * (len(parts) - 1)
    whole, y = Image.new("L", (page.width, height), _GAP_GREY), 0
    for part in parts:
        whole.paste(part, (0, y))
        y += part.height + gap
    out = BytesIO()
    whole.quantize(_GREYS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _first_page(pdf: bytes, dpi: int, *, grey: bool) -> Image.Image:
    with _turn:
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture: Image.Image = document[0].render(scale=dpi / 72, grayscale=grey).to_pil()
            return picture.copy()
        finally:
            document.close()
