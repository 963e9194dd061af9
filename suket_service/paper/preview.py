"""A letter as it will be printed, before it is one. Seals, signs and numbers nothing.

Template, fonts and layout are the printed letter's; over it stands KONSEP, and in the place of the symbol a
crossed field that no reader takes for one.
"""

from collections.abc import Iterator

from suket_service.core.letter import Letter
from suket_service.paper.engine import Stamp
from suket_service.paper.letter_pdf import LetterPrinter

#: What stands in the places of number and check code, which only issuing gives.
NO_NUMBER, NO_CODE = "(belum bernomor)", "KONSEP"
_MARK = '<p class="draft-mark">KONSEP</p>'
_STYLE = """
.draft-mark {
  position: fixed; z-index: -1; top: 105mm; left: -20mm; width: 210mm;
  text-align: center; font-size: 105pt; font-weight: 700; letter-spacing: .06em; color: #dcdcdc;
  transform: rotate(-35deg);
}
"""
_SIDE = 80  # units of the crossed field


class DraftPrinter(LetterPrinter):
    """Prints letters that are not issued yet, of the kinds that are signed electronically too, unsigned."""

    _more_style = _STYLE

    def preview(self, letter: Letter) -> bytes:
        """One letter on one page as PDF, marked as a draft.

        Raises:
            PrinterError: as ``LetterPrinter.print`` for a letter signed by hand.
        """
        with self._turn:
            kit = self._kit(letter)
            return kit.engine.pdf(self._lay_out(kit, letter), letter.id.encode())

    def _symbol(self, letter: Letter) -> Stamp:  # noqa: ARG002 - the same for every letter
        return Stamp(_SIDE, tuple(_crossed(_SIDE)))

    def _html(self, page: str, letter: Letter, here: str, spacing: str, *, joined: bool = False) -> str:
        whole = super()._html(page, letter, here, spacing, joined=joined)
        return whole.replace("</body>", f"{_MARK}</body>")


def _crossed(side: int) -> Iterator[tuple[int, int, int]]:
    """A frame with its two diagonals, as runs of one unit's height."""
    yield 0, 0, side
    for y in range(1, side - 1):
        yield from ((x, y, 1) for x in sorted({0, y, side - 1 - y, side - 1}))
    yield 0, side - 1, side
