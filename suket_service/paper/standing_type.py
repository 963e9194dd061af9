"""Parts of a page that are set on their own, by the same renderer with the same style. Chooses no part.

A template marks such a part, where pages are joined for the printer. What many letters share
(``data-standing``) is kept standing, as a compositor keeps type; what is a letter's own (``data-own``) is set
for many letters at once. A part is drawn wherever its page has it: what the page shows is the same to the
pixel, its text is text, in the same embedded fonts. Tagged letters, one file each, are always laid out whole:
type that stands has no tags.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, SubElement, tostring

from weasyprint.draw import draw_stacking_context
from weasyprint.stacking import StackingContext

from suket_service.paper.engine import Asset, Document, Engine, Loaded

STANDING, OWN = "data-standing", "data-own"

_MOST = 600  # parts kept, about 25 KB each; which are kept changes no page
_ID = "standing"
_ROUNDING = 0.2  # CSS pixels
_DECIMALS = 6  # of a CSS pixel, as in the PDF: a height is the difference of two places
_TALLEST = 1123  # CSS pixels, 297 mm
#: A part is set at the head of a page as wide as the text; its place on its own page is that page's affair.
#: Several are set below each other, on a page that has room for all.
_SETTING = """
@page { size: 170mm 60000mm; margin: 0 }
.setting > * { position: relative !important; float: none !important; top: 0 !important; left: 0 !important;
  margin: 0 !important }
"""
#: The pictures in a part by address: as they come, and those that are loaded already.
Images: TypeAlias = tuple[Mapping[str, Asset], Mapping[str, Loaded]]


class Part:
    """A part that is set. Its drawing is the same bytes wherever it is put."""

    def __init__(self, document: Document, box: Any, width: float, height: float) -> None:
        self._document = document  # its fonts live as long as it does
        self._box = box
        self._size = round(width, _DECIMALS), round(height, _DECIMALS)
        self._drawn = b""
        self._sheet: object = None

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width, height in CSS pixels and their ratio, as WeasyPrint asks of a picture."""
        width, height = self._size
        return width, height, width / height

    def drawn(self, stream: Any, sheet: object) -> bytes:
        """The part from the current origin; drawn once for each PDF (``sheet``), whose fonts it then shares."""
        if self._sheet is not sheet:
            fresh = stream.clone()  # nothing that is current elsewhere, a colour or a font, is left out here
            draw_stacking_context(fresh, StackingContext.from_box(self._box, _sheet(self._document)))
            self._drawn, self._sheet = b"\n".join(fresh.stream), sheet
        return self._drawn


class Setting:
    """Parts of one style: those that stand, and how the others are set. Not for several threads at a time."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._parts: OrderedDict[tuple[str, str, bytes | None], Part | None] = OrderedDict()

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self._style + _SETTING)

    def standing(self, element: Element, spacing: str, logo: bytes | None, images: Images) -> Part | None:
        """The part for that element, which is kept; None where it juts out of its box or takes more than a page.

        Args:
            element: a marked part of a page.
            spacing: the class of the page's body.
            logo: what makes the pictures in the part different from another page's.
            images: these pictures.

        Raises:
            PrinterError: ``asset_refused`` or ``renderer_warned``.
        """
        key = _source(element), spacing, logo
        if key in self._parts:
            self._parts.move_to_end(key)
            return self._parts[key]
        part = self._set_alone(element, spacing, images)
        self._parts[key] = part
        if len(self._parts) > _MOST:
            self._parts.popitem(last=False)
        return part

    def own(self, elements: Sequence[Element], spacing: str) -> list[Part | None]:
        """The parts for these elements, which hold text alone; None as above.

        Raises:
            PrinterError: ``asset_refused`` or ``renderer_warned``.
        """
        copies = [_nameless(element) for element in elements]
        document = self._engine.lay_out(_page(copies, f"{spacing} setting"), {}, {})
        boxes = {box.element: box for box in _blocks(document)}
        return [_own_part(document, boxes[copy]) for copy in copies]

    def _set_alone(self, element: Element, spacing: str, images: Images) -> Part | None:
        own = element.get("id") or _ID
        copy = _copy(element, {**element.attrib, "id": own})
        document = self._engine.lay_out(_page([copy], f"{spacing} setting"), *images)
        [box] = _blocks(document)
        anchors = document.pages[0].anchors
        _, _, right, bottom = anchors[own]
        within = all(
            box[0] >= -_ROUNDING and box[2] <= right + _ROUNDING and box[3] <= bottom + _ROUNDING
            for box in anchors.values()
        )
        return Part(document, box, right, bottom) if within and bottom <= _TALLEST else None


def _own_part(document: Document, box: Any) -> Part | None:
    box.translate(-box.position_x, -box.position_y)
    right, bottom = box.border_width(), box.border_height()
    within = all(each.position_x + each.margin_width() <= right + _ROUNDING for each in box.descendants())
    return Part(document, box, right, bottom) if within and bottom <= _TALLEST else None


def _blocks(document: Document) -> list[Any]:
    [html] = (child for child in _sheet(document).children if child.element_tag == "html")
    [body] = html.children
    return list(body.children)


def _sheet(document: Document) -> Any:
    [page] = document.pages
    return page._page_box  # noqa: SLF001 - WeasyPrint draws whole pages only; a part of one is its box


def _page(elements: Iterable[Element], classes: str) -> Element:
    root = Element("html", lang="id")
    SubElement(SubElement(root, "head"), "title").text = "-"
    SubElement(root, "body", {"class": classes}).extend(elements)
    return root


def _nameless(element: Element) -> Element:
    # A name is for one element of a page, and one that has a name shares no computed style: its name is a class here.
    kept = {name: value for name, value in element.attrib.items() if name != "id"}
    classes = f"{kept.get('class', '')} {element.get('id', '')}".strip()
    return _copy(element, {**kept, "class": classes})


def _copy(element: Element, attributes: Mapping[str, str]) -> Element:
    copy = Element(element.tag, dict(attributes))
    copy.text = element.text
    copy.extend(element)
    return copy


def _source(element: Element) -> str:
    tail, element.tail = element.tail, None
    try:
        return tostring(element, encoding="unicode")
    finally:
        element.tail = tail
