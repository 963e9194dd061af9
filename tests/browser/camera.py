"""What the fake camera sees: a photograph of a printed letter with any symbol in its place.

Chromium opens the file anew whenever a page opens the camera, so another letter can be held before it
between two scans (measured; one browser serves a whole module).
"""

import io
from pathlib import Path

import pypdfium2
from PIL import Image, ImageFilter

from suket_service.paper import symbol
from tests.decoders import symbols

#: What the page asks for at best; the fake camera gives what the file holds.
FRAME = (1280, 720)
_DPI = 200
_FRAMES = 4  # the file is played in a loop
#: How long the symbol's side is in the frame: 4.4 pixels a module, as from 20 cm.
_SIDE = 300
_TABLE = (96, 84, 70)


class Camera:
    """A file that Chromium plays as its camera, and the page of a letter that lies before it."""

    def __init__(self, file: Path, letter_pdf: Path) -> None:
        self.file = file
        page = pypdfium2.PdfDocument(letter_pdf)[0]
        self._page: Image.Image = page.render(scale=_DPI / 72).to_pil().convert("RGB")
        [found] = symbols(self._page)
        corners = found.position
        self._box = corners.top_left.x, corners.top_left.y, corners.bottom_right.x, corners.bottom_right.y
        self.show_nothing()

    def show(self, text: str) -> None:
        """Hold a letter with the symbol of that text before the camera."""
        self._photograph(self._with_symbol(_drawn(text)))

    def show_two(self, text: str, other: str) -> None:
        """Hold two letters before the camera, one half over the other."""
        page = self._with_symbol(_drawn(text))
        left, top, right, bottom = self._box
        beside = left - int((right - left) * 1.25), top - int((bottom - top) * 0.1)
        side = right - left + 24
        page.paste((255, 255, 255), (beside[0] - 12, beside[1] - 12, beside[0] + side, beside[1] + side))
        page.paste(_drawn(other).resize((right - left, bottom - top), Image.Resampling.LANCZOS), beside)
        self._photograph(page)

    def show_nothing(self) -> None:
        """The table that letters are laid on."""
        self._play(Image.new("RGB", FRAME, _TABLE))

    def _with_symbol(self, drawn: Image.Image) -> Image.Image:
        page = self._page.copy()
        left, top, right, bottom = self._box
        page.paste((255, 255, 255), (left - 12, top - 12, right + 12, bottom + 12))
        page.paste(drawn.resize((right - left, bottom - top), Image.Resampling.LANCZOS), (left, top))
        return page

    def _photograph(self, page: Image.Image) -> None:
        left, top, right, bottom = self._box
        scale = _SIDE / (right - left)
        near = page.resize((int(page.width * scale), int(page.height * scale)), Image.Resampling.LANCZOS)
        across, down = ((left + right) / 2 * scale, (top + bottom) / 2 * scale)
        tilted = near.rotate(4, Image.Resampling.BICUBIC, center=(across, down), fillcolor=_TABLE)
        seen = Image.new("RGB", FRAME, _TABLE)
        seen.paste(tilted, (int(FRAME[0] / 2 - across), int(FRAME[1] / 2 - down)))
        self._play(seen.filter(ImageFilter.GaussianBlur(0.7)))

    def _play(self, frame: Image.Image) -> None:
        jpeg = io.BytesIO()
        frame.save(jpeg, "JPEG", quality=80)
        new = self.file.with_suffix(".new")
        new.write_bytes(jpeg.getvalue() * _FRAMES)  # MJPEG: pictures one after the other
        new.replace(self.file)


def _drawn(text: str) -> Image.Image:
    picture = io.BytesIO()
    symbol.make(text).save(picture, kind="png", scale=8, border=0)
    drawn: Image.Image = Image.open(picture).convert("RGB")
    return drawn
