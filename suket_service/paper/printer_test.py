"""The printer's test page as numbers: where its marks, symbols, greys, lines and ruler are. Draws nothing.

Everything is in millimetres from the upper left corner of an A4 sheet printed at full size.
"""

from dataclasses import dataclass

from suket_service.core.seal import FEWEST_DIGITS

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page."""

    left: float
    top: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.left + self.width / 2, self.top + self.height / 2


#: A mark is a small symbol that says which corner it stands in; its largest possible correction and its large
#: modules outlive what ruins a seal.
MARK_PREFIX = "SUKETUJI1"
MARK_SIDE = 21.0
_NEAR, _RIGHT, _LOW = 10.0, PAGE_WIDTH - 10 - MARK_SIDE, PAGE_HEIGHT - 10 - MARK_SIDE
MARKS: dict[str, Box] = {
    f"{MARK_PREFIX}{letter}": Box(left, top, MARK_SIDE, MARK_SIDE)
    for letter, left, top in (
        ("A", _NEAR, _NEAR),
        ("B", _RIGHT, _NEAR),
        ("C", _NEAR, _LOW),
        ("D", _RIGHT, _LOW),
    )
}

#: Digits of the smallest and of the largest seal that a letter can bear.
SMALLEST, LARGEST = "smallest", "largest"
DIGITS = {SMALLEST: FEWEST_DIGITS + 3, LARGEST: 463}
SYMBOL_SIDE = 42.0  # with the quiet zone, as on letters
SYMBOLS: dict[str, Box] = {
    SMALLEST: Box(24, 72, SYMBOL_SIDE, SYMBOL_SIDE),
    LARGEST: Box(78, 72, SYMBOL_SIDE, SYMBOL_SIDE),
}

#: Grey in per cent of black.
WEDGE: dict[int, Box] = {
    grey: Box(30 + 25 * place, 132, 25, 12) for place, grey in enumerate((20, 40, 60, 80, 100))
}
#: What is white between the wedge and everything else.
WHITE_ABOVE = Box(30, 127, 125, 4)

#: Lines as wide as the gaps between them: how much wider they come out is the toner's doing, not the camera's.
LINE_WIDTH = 0.6
UPRIGHT_LINES, LEVEL_LINES = Box(30, 154, 42, 15), Box(84, 154, 42, 15)
SOLID = Box(138, 154, 42, 15)

RULER = Box(30, 182, 150, 6)


def seal_digits(which: str) -> str:
    """Digits of that length which are no seal: whoever scans them learns that there is none."""
    return ("1029384756" * 50)[: DIGITS[which]]


def symbol_text(base_url: str, which: str) -> str:
    """The text of that symbol, as long as on a letter."""
    return f"{base_url}/s#{seal_digits(which)}"
