"""Letters to PDF. Stores nothing and seals nothing: the letter is data, the PDF a view of it.

The same letter gives the same bytes in any process with the same lock file and system libraries: dates
and identifier come from the letter, fonts from ``fonts``, everything else from the template. A letter of
a kind that is signed electronically is signed here with the office's certificate (``pades``).
"""

import gc
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from suket_service.core.kind import SignatureMode
from suket_service.core.letter import Letter
from suket_service.errors import PrinterError, Text
from suket_service.paper import symbol
from suket_service.paper.certificate import Certificate
from suket_service.paper.composing import Compositor, Leaf, Manuscript
from suket_service.paper.editions import Edition, edition
from suket_service.paper.engine import (
    PIXELS_PER_MM,
    RENDERER,
    Asset,
    Document,
    Engine,
    Loaded,
    Stamp,
    loaded,
    metadata_of,
    parsed,
)
from suket_service.paper.fonts import missing_glyphs
from suket_service.paper.wording import wording

OVERFLOWS = "letter_overflows"  # the code of the refusal that shorter texts would mend
LEFTMOST_MM, RIGHTMOST_MM, LOWEST_MM = 20.0, 190.0, 277.0  # A4 less margins of 20 mm

_EMBLEM = "letter:emblem.svg"  # as every template calls what stands at the head, whoever's it is
_JOINED = "letter:own/"  # where a page that is joined has its letter's pictures
_ROUNDING_MM = 0.05
_LAST = "footer"
_SPACINGS = ("roomy", "tight")  # the template's; a long letter is set with less air, never smaller type


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """One letter as PDF/A-2a, its SHA-256 in hex, and what rendered it."""

    pdf: bytes
    sha256: str
    renderer: str


@dataclass(frozen=True, slots=True, eq=False)
class _Kit:
    """An edition of a template with its parsed style, and who composes pages of it that are joined."""

    edition: Edition
    engine: Engine
    compositor: Compositor


class _OfficeSigner(Protocol):
    renderer: str

    def require_valid(self, issued_at: datetime) -> None: ...

    def sign(self, pdf: bytes, issued_at: datetime) -> bytes: ...


class LetterPrinter:
    """Prints letters with the templates under ``templates/letters``. Threads take turns.

    ``demo`` marks every page as a specimen. ``certificate`` is the office's own, where letters of some
    kind are signed electronically; it is read once.
    """

    _more_style = ""

    def __init__(self, templates: Path, demo: bool, certificate: Certificate | None = None) -> None:
        self._letters = templates / "letters"
        self._demo = demo
        self._certificate = certificate
        self._kits: dict[tuple[str, SignatureMode], _Kit] = {}
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
                or ``renderer_warned``; where the office signs electronically also ``certificate_missing``,
                ``certificate_unreadable``, ``certificate_unsuitable`` or ``certificate_expired``.
        """
        with self._turn:
            kit = self._kit(letter)
            pdf, renderer = kit.engine.pdf(self._lay_out(kit, letter), letter.id.encode()), RENDERER
            if letter.kind.signature is SignatureMode.PADES:
                signer = self._signer
                pdf, renderer = signer.sign(pdf, letter.issued_at), f"{RENDERER}, {signer.renderer}"
        return PrintedLetter(pdf, hashlib.sha256(pdf).hexdigest(), renderer)

    def require_printable(self, letter: Letter) -> None:
        """Lay a letter out without drawing it, and see to the certificate where it is to be signed.

        Raises:
            PrinterError: as ``print``.
        """
        with self._turn:
            self._lay_out(self._kit(letter), letter)
            if letter.kind.signature is SignatureMode.PADES:
                self._signer.require_valid(letter.issued_at)

    def print_together(self, letters: Sequence[Letter]) -> bytes:
        """All letters in one PDF for the printer, a page each, in their order.

        Memory grows by some 150 KB a letter until the PDF is written.

        Raises:
            PrinterError: as ``print``, or ``signed_apart``; then nothing is printed.
            ValueError: no letters.
        """
        if not letters:
            raise ValueError("no letters to print")
        _require_joinable(letters)
        identifier = hashlib.sha256("".join(letter.id for letter in letters).encode()).hexdigest()[:32]
        title = f"{len(letters)} surat, {letters[0].number} – {letters[-1].number}"
        sheet = object()
        with self._turn, _without_collector():
            of_kit: dict[_Kit, dict[int, Letter]] = {}
            for place, letter in enumerate(letters):
                of_kit.setdefault(self._kit(letter), {})[place] = letter
            leaves: dict[int, Leaf] = {}
            for kit, theirs in of_kit.items():
                leaves |= self._compose(kit, theirs, sheet)
            kit = self._kit(letters[0])
            first = parsed(self._html(kit.edition.page, letters[0], _JOINED, _SPACINGS[0]))
            pages = [leaves[place] for place in range(len(letters))]
            return kit.engine.joined_pdf(pages, metadata_of(first), title, identifier.encode())

    def _compose(self, kit: _Kit, letters: Mapping[int, Letter], sheet: object) -> dict[int, Leaf]:
        leaves: dict[int, Leaf] = {}
        for spacing in _SPACINGS:
            left = {place: letter for place, letter in letters.items() if place not in leaves}
            if left:
                pages = [self._manuscript(kit, letter, spacing) for letter in left.values()]
                found = zip(left, kit.compositor.compose(pages, sheet), strict=True)
                leaves |= {place: leaf for place, leaf in found if leaf.skeleton.fits}
        if len(leaves) < len(letters):
            raise _overflows()
        return leaves

    def _manuscript(self, kit: _Kit, letter: Letter, spacing: str) -> Manuscript:
        html = self._html(kit.edition.page, letter, _JOINED, spacing, joined=True)
        if missing := missing_glyphs(html):
            raise _glyph_missing(missing)
        pictures: dict[str, Loaded] = {f"{_JOINED}symbol": self._symbol(letter)}
        if letter.portrait is not None:
            # Named after the letter: pages in one PDF must not share a portrait.
            pictures[f"{_JOINED}portrait.jpg"] = loaded(letter.portrait, letter.id)
        logo = letter.letterhead.logo
        return Manuscript(parsed(html), pictures, logo, {} if logo is None else {_EMBLEM: loaded(logo)})

    def _lay_out(self, kit: _Kit, letter: Letter) -> Document:
        here = f"letter:{letter.id}/"
        assets = {_EMBLEM: Asset(kit.edition.emblem, "image/svg+xml")}
        if letter.portrait is not None:
            assets[f"{here}portrait.jpg"] = Asset(letter.portrait, "image/jpeg")
        stamps: dict[str, Loaded] = {f"{here}symbol": self._symbol(letter)}
        if letter.letterhead.logo is not None:
            stamps[_EMBLEM] = loaded(letter.letterhead.logo)
        for spacing in _SPACINGS:
            html = self._html(kit.edition.page, letter, here, spacing)
            if missing := missing_glyphs(html):
                raise _glyph_missing(missing)
            document = kit.engine.lay_out(parsed(html), assets, stamps)
            if _fits(document):
                return document
        raise _overflows()

    def _symbol(self, letter: Letter) -> Stamp:
        drawing = symbol.runs(letter.seal_text)
        return Stamp(drawing.side, drawing.dark)

    def _html(self, page: str, letter: Letter, here: str, spacing: str, *, joined: bool = False) -> str:
        template = self._jinja.get_template(page)
        return template.render(
            letter=letter,
            person=letter.resident,
            head=letter.letterhead,
            words=wording(letter),
            created=letter.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            here=here,
            spacing=spacing,
            demo=self._demo,
            joined=joined,
        )

    def _kit(self, letter: Letter) -> _Kit:
        key = (letter.kind.template, letter.kind.signature)
        if key not in self._kits:
            found = edition(self._letters, *key)
            style = found.style + self._more_style
            engine, emblem = Engine(style), {_EMBLEM: Asset(found.emblem, "image/svg+xml")}
            self._kits[key] = _Kit(found, engine, Compositor(style, engine, emblem, _fits))
        return self._kits[key]

    @cached_property
    def _signer(self) -> _OfficeSigner:
        if self._certificate is None:
            raise _certificate_missing()
        # Only now: pyHanko takes 0.4 s to import, and most offices never need it.
        pades = import_module("suket_service.paper.pades")
        return cast(_OfficeSigner, pades.open_certificate(self._certificate))


@contextmanager
def _without_collector() -> Iterator[None]:
    # What is set stays alive until the last page is drawn; looking through it for garbage again and again
    # took a fifth of the time (measured with 20 letters laid out whole).
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


def _require_joinable(letters: Sequence[Letter]) -> None:
    # A signature holds for its file alone.
    if any(letter.kind.signature is SignatureMode.PADES for letter in letters):
        raise PrinterError(
            "signed_apart",
            Text(
                "Surat bertanda tangan elektronik tidak dapat digabung dalam satu PDF: tanda tangannya akan hilang. "
                "Cetak satu berkas untuk setiap surat (`suket issue BERKAS --out MAP`, atau `suket print NOMOR`).",
                "Letters signed electronically cannot be joined into one PDF: their signatures would be lost. "
                "Print one file for each letter (`suket issue FILE --out DIR`, or `suket print NUMBER`).",
            ),
        )


def _overflows() -> PrinterError:
    return PrinterError(
        OVERFLOWS,
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


def _certificate_missing() -> PrinterError:
    return PrinterError(
        "certificate_missing",
        Text(
            "Jenis surat ini ditandatangani secara elektronik, tetapi sertifikat kantor belum dipasang. Isi "
            "SUKET_PADES_CERTIFICATE dan SUKET_PADES_PASSPHRASE.",
            "This kind of letter is signed electronically, but there is no certificate. Set "
            "SUKET_PADES_CERTIFICATE and SUKET_PADES_PASSPHRASE.",
        ),
    )
