"""Letters to PDF. Stores nothing and signs nothing: the letter is data, the PDF a view of it.

The same letter gives the same bytes in any process with the same lock file and system libraries: dates
and identifier come from the letter, fonts from ``fonts``, everything else from the template.
"""

import gc
import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from suket_service.core.letter import Letter
from suket_service.errors import PrinterError, Text
from suket_service.paper import symbol
from suket_service.paper.engine import PIXELS_PER_MM, RENDERER, Asset, Document, Engine, Stamp
from suket_service.paper.fonts import missing_glyphs
from suket_service.paper.wording import wording

LEFTMOST_MM, RIGHTMOST_MM, LOWEST_MM = 20.0, 190.0, 277.0  # A4 less margins of 20 mm

# A version that has printed letters is succeeded, never edited.
_TEMPLATE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/v[1-9][0-9]*")
_ROUNDING_MM = 0.05
_LAST = "footer"
_SPACINGS = ("roomy", "tight")  # the template's; a long letter is set with less air, never smaller type


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """One letter as PDF/A-2a, its SHA-256 in hex, and what rendered it."""

    pdf: bytes
    sha256: str
    renderer: str


@dataclass(frozen=True, slots=True)
class _Kit:
    """What one kind's folder provides, read once."""

    engine: Engine
    emblem: Asset


class LetterPrinter:
    """Prints letters with the templates under ``templates/letters``. Threads take turns.

    ``demo`` marks every page as a specimen.
    """

    def __init__(self, templates: Path, demo: bool) -> None:
        self._letters = templates / "letters"
        self._demo = demo
        self._kits: dict[str, _Kit] = {}
        self._turn = threading.Lock()
        self._jinja = Environment(
            loader=FileSystemLoader(self._letters),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def print(self, letter: Letter) -> PrintedLetter:
        """One letter on one page.

        Raises:
            PrinterError: ``template_unknown``, ``glyph_missing``, ``letter_overflows``, ``asset_refused``
                or ``renderer_warned``.
        """
        with self._turn:
            kit = self._kit(letter.kind.template)
            pdf = kit.engine.pdf(self._lay_out(kit, letter), letter.id.encode())
        return PrintedLetter(pdf, hashlib.sha256(pdf).hexdigest(), RENDERER)

    def print_together(self, letters: Sequence[Letter]) -> bytes:
        """All letters in one PDF for the printer, a page each, in their order.

        Memory grows by about 2 MB a letter until the PDF is written: give a few dozen at a time.

        Raises:
            PrinterError: as ``print``; then nothing is printed.
            ValueError: no letters.
        """
        if not letters:
            raise ValueError("no letters to print")
        identifier = hashlib.sha256("".join(letter.id for letter in letters).encode()).hexdigest()[:32]
        title = f"{len(letters)} surat, {letters[0].number} – {letters[-1].number}"
        with self._turn, _without_collector():
            kits = [self._kit(letter.kind.template) for letter in letters]
            documents = [self._lay_out(kit, letter) for kit, letter in zip(kits, letters, strict=True)]
            return kits[0].engine.joined_pdf(documents, title, identifier.encode())

    def _lay_out(self, kit: _Kit, letter: Letter) -> Document:
        # Addresses hold the letter's id: pages that are joined later must not share a portrait.
        here = f"letter:{letter.id}/"
        assets = {"letter:emblem.svg": kit.emblem}
        if letter.portrait is not None:
            assets[f"{here}portrait.jpg"] = Asset(letter.portrait, "image/jpeg")
        drawing = symbol.runs(letter.seal_text)
        stamps = {f"{here}symbol": Stamp(drawing.side, drawing.dark)}
        for spacing in _SPACINGS:
            html = self._html(letter, here, spacing)
            if missing := missing_glyphs(html):
                raise _glyph_missing(missing)
            document = kit.engine.lay_out(html, assets, stamps)
            if _fits(document):
                return document
        raise _overflows()

    def _html(self, letter: Letter, here: str, spacing: str) -> str:
        template = self._jinja.get_template(f"{letter.kind.template}.html")
        return template.render(
            letter=letter,
            person=letter.resident,
            head=letter.letterhead,
            words=wording(letter),
            created=letter.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            here=here,
            spacing=spacing,
            demo=self._demo,
        )

    def _kit(self, template: str) -> _Kit:
        if template not in self._kits:
            if not _TEMPLATE.fullmatch(template) or not (self._letters / f"{template}.html").is_file():
                raise _template_unknown()
            folder = (self._letters / template).parent
            try:
                css = (folder / "letter.css").read_text(encoding="utf-8")
                emblem = (folder / "emblem.svg").read_bytes()
            except OSError:
                raise _template_unknown() from None
            self._kits[template] = _Kit(Engine(css), Asset(emblem, "image/svg+xml"))
        return self._kits[template]


@contextmanager
def _without_collector() -> Iterator[None]:
    # Every page's boxes stay alive until the last is drawn; looking through them for garbage again and
    # again took a fifth of the time (measured with 20 letters).
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fits(document: Document) -> bool:
    # Every element with an id is an anchor whose rectangle WeasyPrint gives in CSS pixels. A template
    # has its text in #facts and, pinned below it, #bottom, which ends with #footer.
    boxes = {name: box for page in document.pages for name, box in page.anchors.items()}
    for page in document.pages:
        page.anchors.clear()  # else they become link targets in the PDF
    allowed = (LEFTMOST_MM - _ROUNDING_MM, RIGHTMOST_MM + _ROUNDING_MM, LOWEST_MM + _ROUNDING_MM)
    leftmost, rightmost, lowest = (edge * PIXELS_PER_MM for edge in allowed)
    return (
        len(document.pages) == 1
        and _LAST in boxes  # WeasyPrint leaves out what would lie below the page
        and bool(boxes["facts"][3] <= boxes["bottom"][1])
        and all(
            left >= leftmost and right <= rightmost and low <= lowest
            for left, _, right, low in boxes.values()
        )
    )


def _overflows() -> PrinterError:
    return PrinterError(
        "letter_overflows",
        Text(
            "Isi surat tidak muat pada satu halaman. Persingkat kop, jabatan, alasan atau dasar hukumnya.",
            "The letter does not fit on one page. Shorten its letterhead, post, reason or legal basis.",
        ),
    )


def _glyph_missing(missing: str) -> PrinterError:
    signs = ", ".join(f"U+{ord(sign):04X}" for sign in missing[:5])
    return PrinterError(
        "glyph_missing",
        Text(
            f"Huruf surat tidak memiliki karakter {signs}. Tulis data itu dengan huruf Latin lalu cetak lagi.",
            f"The letter's font has no character {signs}. Write it in Latin letters and print again.",
        ),
    )


def _template_unknown() -> PrinterError:
    return PrinterError(
        "template_unknown",
        Text(
            "Templat jenis surat ini tidak ada atau tidak lengkap. Periksa pengaturan jenis surat.",
            "This kind of letter has no complete template. Check the kind's settings.",
        ),
    )
