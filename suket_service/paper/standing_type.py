"""Parts that many letters share are set once and kept standing, as a compositor keeps type. Chooses no part.

A template marks such a part with ``data-standing``. Where pages are joined for the printer, the part is laid
out on its own, by the same renderer with the same style, and drawn on every page that has the same part. What
a page shows is the same to the pixel; its text is text, in the same embedded fonts. Tagged letters, one file
each, are always laid out whole: type that stands has no tags.
"""

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from suket_service.paper.engine import Asset, Document, Engine, Loaded

_MARK = "data-standing"
_MOST = 600  # parts kept, about 25 KB each; which are kept changes no page
_ID = "standing"
_ROUNDING = 0.2  # CSS pixels
#: A part is set at the head of a page as wide as the text; its place on its own page is that page's affair.
_SETTING = """
@page { size: 170mm 297mm; margin: 0 }
.setting > * { position: relative !important; float: none !important; top: 0 !important; left: 0 !important;
  margin: 0 !important }
"""


class Part:
    """A part that is set: WeasyPrint takes it for an image it has loaded, as it takes ``engine.Stamp``."""

    def __init__(self, document: Document, width: float, height: float) -> None:
        self._page = document.pages[0]
        self._document = document  # its fonts live as long as it does
        self._size = width, height
        self._drawn: list[Any] = []
        self._sheet: object = None
        self.sheet: object = None  # the PDF that is being made

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width, height in CSS pixels and their ratio."""
        width, height = self._size
        return width, height, width / height

    def draw(self, stream: Any, _width: float, _height: float, _style: object) -> None:
        """The part from the current origin; drawn once for each PDF, whose fonts it then shares."""
        if self._sheet is not self.sheet:
            fresh = stream.clone()  # nothing that is current elsewhere, a colour or a font, is left out here
            self._page.paint(fresh)
            self._drawn, self._sheet = fresh.stream, self.sheet
        stream.stream.extend(self._drawn)


class StandingType:
    """The parts that stand, of one style. Not for several threads at a time."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._parts: OrderedDict[tuple[str, str, bytes | None], Part | None] = OrderedDict()
        self._sheet: object = None

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self._style + _SETTING)

    def begin(self) -> None:
        """Another PDF begins."""
        self._sheet = object()

    def put_into(
        self, root: Element, pictures: tuple[bytes | None, Mapping[str, Asset], Mapping[str, Loaded]]
    ) -> dict[str, Part]:
        """Replace every marked part of a page by an image of it; the images by address.

        A part that juts out of its own box, or takes more than a page, stays as it is.

        Args:
            root: the page.
            pictures: what makes the pictures in its parts different from another page's, and these pictures.

        Raises:
            PrinterError: ``asset_refused`` or ``renderer_warned``.
        """
        logo, assets, stamps = pictures
        [body] = root.findall("body")
        spacing = body.get("class", "")
        images: dict[str, Part] = {}
        for parent in list(root.iter()):
            for place, element in enumerate(parent):
                if element.get(_MARK) is None:
                    continue
                part = self._part((_source(element), spacing, logo), element, assets, stamps)
                if part is not None:
                    part.sheet = self._sheet
                    address = f"letter:standing/{len(images)}"
                    images[address] = part
                    parent[place] = _image(element, address)
        return images

    def _part(
        self,
        key: tuple[str, str, bytes | None],
        element: Element,
        assets: Mapping[str, Asset],
        stamps: Mapping[str, Loaded],
    ) -> Part | None:
        if key in self._parts:
            self._parts.move_to_end(key)
            return self._parts[key]
        part = self._set(element, key[1], assets, stamps)
        self._parts[key] = part
        if len(self._parts) > _MOST:
            self._parts.popitem(last=False)
        return part

    def _set(
        self, element: Element, spacing: str, assets: Mapping[str, Asset], stamps: Mapping[str, Loaded]
    ) -> Part | None:
        root = Element("html", lang="id")
        SubElement(SubElement(root, "head"), "title").text = "-"
        body = SubElement(root, "body", {"class": f"{spacing} setting"})
        own = element.get("id") or _ID
        copy = Element(element.tag, {**element.attrib, "id": own})
        copy.text = element.text
        copy.extend(element)
        body.append(copy)
        document = self._engine.lay_out(root, assets, stamps)
        boxes = dict(document.pages[0].anchors)
        for page in document.pages:
            page.anchors.clear()
        if len(document.pages) > 1 or own not in boxes:
            return None
        _, _, right, bottom = boxes[own]
        within = all(
            box[0] >= -_ROUNDING and box[2] <= right + _ROUNDING and box[3] <= bottom + _ROUNDING
            for box in boxes.values()
        )
        return Part(document, right, bottom) if within else None


def _source(element: Element) -> str:
    tail, element.tail = element.tail, None
    try:
        return tostring(element, encoding="unicode")
    finally:
        element.tail = tail


def _image(element: Element, address: str) -> Element:
    kept = {name: value for name in ("id", "class") if (value := element.get(name))}
    kept["class"] = f"{kept.get('class', '')} standing".strip()
    image = Element("img", {**kept, "src": address, "alt": ""})
    image.tail = element.tail
    return image
