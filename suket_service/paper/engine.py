"""HTML and named assets in, PDF out: WeasyPrint as this product allows it. Knows no letter.

Nothing is fetched: only assets handed over in memory exist, under
``letter:`` addresses; every warning of the renderer is a refusal, because it means that the paper
would not look as designed.
"""

import hashlib
import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from typing import Any, TypeAlias, cast
from xml.etree import ElementTree as ET

# isort: off
# First on purpose: Pango reads its configuration when WeasyPrint is imported.
from suket_service.paper import fontconfig  # noqa: F401
# isort: on

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]  # WeasyPrint's own selectors
from PIL import Image, ImageFile
from weasyprint import CSS, HTML, VERSION, Document
from weasyprint.css import ColorProfile
from weasyprint.document import Page
from weasyprint.html import get_html_metadata
from weasyprint.images import RasterImage
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from suket_service.errors import PrinterError, Text
from suket_service.paper import fonts, streams

__all__ = [
    "PIXELS_PER_MM",
    "RENDERER",
    "Asset",
    "AssetFetcher",
    "Document",
    "Engine",
    "Loaded",
    "Stamp",
    "loaded",
    "metadata_of",
    "parsed",
]

RENDERER = f"WeasyPrint {VERSION}, {fonts.FAMILY}"
PIXELS_PER_MM = 96 / 25.4  # CSS pixels, the unit of WeasyPrint's page geometry

_TAGGED, _UNTAGGED = "pdf/a-2a", "pdf/a-2u"
_INTENT = "letter-srgb"  # any name but WeasyPrint's own "srgb"
_CHANNELS = (["r"], ["g"], ["b"])

# WeasyPrint switches this on for the whole process; cut-off pictures must stay errors (pictures.py).
ImageFile.LOAD_TRUNCATED_IMAGES = False


@dataclass(frozen=True, slots=True)
class Asset:
    """What one ``letter:`` address holds."""

    content: bytes
    media_type: str


class Stamp:
    """A black drawing of unit-high runs that goes straight into the PDF.

    It stands where WeasyPrint keeps an image it has already loaded (``get_intrinsic_size`` and ``draw`` are
    all it asks of one); as SVG the symbol would take a quarter of the time of the whole letter.
    """

    def __init__(self, side: int, runs: Sequence[tuple[int, int, int]]) -> None:
        self._side = side
        # As pydyf would write each rectangle; one by one they would take longer than the page's text.
        self._path = "\n".join(f"{x} {y} {length} 1 re" for x, y, length in runs).encode()

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width, height in CSS pixels and their ratio; the stylesheet gives the printed size."""
        return float(self._side), float(self._side), 1.0

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        """All runs as one path, ``width`` by ``height`` CSS pixels from the current origin."""
        stream.transform(a=width / self._side, d=height / self._side)
        stream.set_color_rgb(0, 0, 0)
        stream.stream.append(self._path)
        stream.fill()


#: An image that WeasyPrint need not load any more.
Loaded: TypeAlias = Stamp | RasterImage


def loaded(picture: bytes, name: str | None = None) -> Loaded:
    """A picture of ours for a ``letter:`` address that means another picture in another letter.

    Its digest is its name, unless one is given. WeasyPrint would name it by its address, and of letters joined
    into one PDF all would bear the picture of the first.

    Raises:
        PrinterError: ``renderer_warned``: it is no picture.
    """
    try:
        with Image.open(BytesIO(picture), formats=("PNG", "JPEG")) as opened:
            return RasterImage(opened, name or hashlib.sha256(picture).hexdigest(), picture)
    except (OSError, ValueError):
        raise _warned("Failed to load image") from None


class AssetFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Serves the assets it was given and ends the rendering at any other address."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        # A bare context: the default one reads all the system's certificates, for a fetcher that fetches nothing.
        super().__init__(ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), allowed_protocols=())
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002 - WeasyPrint's signature
        """The asset at ``url``.

        Raises:
            FatalURLFetchingError: there is none; as a ``BaseException`` it passes all of WeasyPrint.
        """
        asset = self._assets.get(url)
        if asset is None:
            raise FatalURLFetchingError("address outside the letter")
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.media_type})


class _Colours(ColorProfile):  # type: ignore[misc]  # WeasyPrint carries no types
    """The sRGB profile that WeasyPrint brings, read once and byte for byte.

    WeasyPrint itself opens the file again for each PDF without closing it, and the colour library writes
    a profile differently the second time, which would change the letter's bytes.
    """

    def __init__(self) -> None:
        self._icc = resources.files("weasyprint.pdf").joinpath("sRGB2014.icc").read_bytes()
        super().__init__(BytesIO(self._icc), "sRGB2014.icc", "relative-colorimetric", _CHANNELS)

    @property
    def content(self) -> bytes:
        """What goes into the PDF."""
        return self._icc


class _Page(HTML):  # type: ignore[misc]  # WeasyPrint carries no types
    """A page that is parsed already. WeasyPrint's own parser, in Python, takes a twentieth of a letter's time."""

    def __init__(self, root: ET.Element, url_fetcher: AssetFetcher) -> None:
        # All that the inherited constructor sets, and does nothing else but parse.
        self.base_url = None
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def parsed(page: str) -> ET.Element:
    """A page of ours that is well-formed XML, without its outward form.

    Raises:
        PrinterError: ``renderer_warned``: it is not well-formed.
    """
    try:
        return ET.fromstring(page)  # noqa: S314 - our own template, what is filled in is escaped
    except ET.ParseError:
        raise _warned("not well-formed") from None


def metadata_of(page: ET.Element) -> DocumentMetadata:
    """What the head of a page that is parsed tells of it."""
    return DocumentMetadata(**get_html_metadata(_Page(page, AssetFetcher({}))))


class Engine:
    """One stylesheet, parsed once, with the fonts it uses. Not for several threads at a time."""

    def __init__(self, css: str) -> None:
        with _strictly():
            self._fonts = FontConfiguration()
            self._colours = _Colours()
            self._css = CSS(string=css, url_fetcher=AssetFetcher({}), font_config=self._fonts)

    def lay_out(
        self, html: str | ET.Element, assets: Mapping[str, Asset], stamps: Mapping[str, Loaded]
    ) -> Document:
        """The pages of ``html``, not yet drawn, which may be parsed already. ``assets`` and ``stamps`` by address.

        Raises:
            PrinterError: ``asset_refused`` or ``renderer_warned``.
        """
        with _strictly():
            fetcher = AssetFetcher(assets)
            source = HTML(string=html, url_fetcher=fetcher) if isinstance(html, str) else _Page(html, fetcher)
            return source.render(
                font_config=self._fonts,
                stylesheets=[self._css],
                color_profiles={_INTENT: self._colours},
                cache=dict(stamps),
                pdf_variant=_TAGGED,
                output_intent=_INTENT,
            )

    def pdf(self, document: Document, identifier: bytes) -> bytes:
        """A laid-out document as tagged PDF/A-2a; the same document and identifier give the same bytes.

        Raises:
            PrinterError: ``renderer_warned``.
        """
        with _strictly():
            pdf = document.write_pdf(
                finisher=streams.made_once,
                pdf_variant=_TAGGED,
                pdf_identifier=identifier,
                output_intent=_INTENT,
            )
            return cast(bytes, pdf)

    def joined_pdf(
        self, pages: Sequence[Page], metadata: DocumentMetadata, title: str, identifier: bytes
    ) -> bytes:
        """All pages as one untagged PDF/A-2u for the printer, sharing their fonts.

        Args:
            pages: of this style or another.
            metadata: who made the first of them and when; it gets the title.
            title: the PDF's.
            identifier: the PDF's.

        Raises:
            PrinterError: ``renderer_warned``.
        """
        with _strictly():
            metadata.title = title
            joined = Document(pages, metadata, None, self._fonts, {_INTENT: self._colours}, _INTENT)
            pdf = joined.write_pdf(
                finisher=streams.made_quickly,
                pdf_variant=_UNTAGGED,
                pdf_identifier=identifier,
                output_intent=_INTENT,
            )
            return cast(bytes, pdf)


_said: ContextVar[list[str] | None] = ContextVar("weasyprint_said", default=None)


class _Listener(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = _said.get()
        if said is not None:
            said.append(str(record.msg))  # without its arguments, which may hold a letter's content


def _listen() -> None:
    logger = logging.getLogger("weasyprint")
    logger.setLevel(logging.WARNING)
    logger.propagate = False  # its lines quote the document; here they become an error instead
    logger.addHandler(_Listener(logging.WARNING))


_listen()


@contextmanager
def _strictly() -> Iterator[None]:
    said: list[str] = []
    token = _said.set(said)
    try:
        yield
    except FatalURLFetchingError:
        raise PrinterError(
            "asset_refused",
            Text(
                "Templat surat meminta berkas dari luar surat. Perbaiki templat; surat tidak dicetak.",
                "The letter's template asks for a file from outside the letter. Mend it; nothing was printed.",
            ),
        ) from None
    finally:
        _said.reset(token)
    if said:
        raise _warned(said[0])


def _warned(what: str) -> PrinterError:
    return PrinterError(
        "renderer_warned",
        Text(
            f"Surat tidak dapat dicetak persis seperti rancangannya ({what}). Periksa templat surat.",
            f"The letter cannot be printed exactly as designed ({what}). Check its template.",
        ),
    )
