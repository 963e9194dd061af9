"""Letters as the printer leaves them: real PDFs of the project's own, drawn at 300 dpi. Nothing is worn yet."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from suket_service.core.letter import Letter
from suket_service.paper.letter_pdf import LetterPrinter
from tests.decoders import symbols
from tests.paper import builders

DPI = 300
DOTS = DPI / 25.4  # a millimetre

Grey = NDArray[np.floating[Any]]  # 0 is black, 1 is white


@dataclass(frozen=True)
class Print:
    """One page: what it looks like, where the symbol's middle is (in dots), and what the symbol says."""

    page: NDArray[np.uint8]
    middle: tuple[float, float]
    side: float  # of the symbol without its quiet zone, in dots
    text: str


@cache
def prints() -> tuple[Print, ...]:
    """A short name, a long one, and the largest letter there can be."""
    texts = [str(case["text"]) for case in builders.seal_cases()[:2]]
    letters = [builders.letter(), builders.letter(name=builders.LONG_NAME, seal_text=texts[1])]
    return tuple(printed(letter) for letter in (*letters, builders.hardest()))


def printed(letter: Letter) -> Print:
    """That letter's page."""
    pdf = LetterPrinter(builders.TEMPLATES, demo=False).print(letter).pdf
    picture: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72, grayscale=True).to_pil()
    [code] = symbols(picture)
    where = code.position
    corners = [where.top_left, where.top_right, where.bottom_right, where.bottom_left]
    middle = sum(each.x for each in corners) / 4, sum(each.y for each in corners) / 4
    side = float(where.top_right.x - where.top_left.x)
    return Print(np.asarray(picture.convert("L")), middle, side, letter.seal_text)
