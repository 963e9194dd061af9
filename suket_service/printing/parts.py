"""One part of a run on paper: whoever cannot be printed keeps nobody else from theirs. Records nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from suket_service.core.letter import Letter
from suket_service.errors import PrinterError
from suket_service.paper.joining import join
from suket_service.paper.press import TOGETHER, Press, print_pages
from suket_service.printing.press import running


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """A part's PDF, the letters on its pages in order, and those that could not be put on paper."""

    pdf: bytes  # empty when there is no page
    printed: tuple[Letter, ...]
    refused: tuple[tuple[Letter, PrinterError], ...]

    @property
    def sha256(self) -> str:
        """The file's, in hex; empty when there is none."""
        return hashlib.sha256(self.pdf).hexdigest() if self.printed else ""


def render_part(originals: Sequence[Letter], press: Press) -> RenderedPart:
    """One PDF with a page for each letter that can be printed, in order; the same letters give the same bytes.

    Raises:
        PrinterError: ``printing_stopped``: the printer itself broke down.
    """
    portions = [originals[start : start + TOGETHER] for start in range(0, len(originals), TOGETHER)]
    with running(press, len(originals)) as render_all:
        rendered = render_all(print_pages, portions)
    printed: list[Letter] = []
    refused: list[tuple[Letter, PrinterError]] = []
    for portion, pages in zip(portions, rendered, strict=True):
        trouble = dict(pages.refused)
        printed += [letter for place, letter in enumerate(portion) if place not in trouble]
        refused += [(portion[place], error) for place, error in pages.refused]
    pdfs = [pages.pdf for pages in rendered if pages.pdf]
    return RenderedPart(join(pdfs) if pdfs else b"", tuple(printed), tuple(refused))
