"""Pages that are joined for the printer, composed of parts that are set. Draws no part and writes no PDF.

What is left of a page without its parts is a skeleton, as printers call the furniture that goes from forme to
forme: where each part goes. It depends on how tall the parts are, so most letters share one; it is laid out
once, by the renderer as every page, and kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, tostring

from weasyprint.document import Page

from suket_service.paper.engine import Asset, Document, Engine, Loaded
from suket_service.paper.standing_type import OWN, STANDING, Part, Setting

_MOST = 100  # skeletons kept; which are kept changes no page
_RESOLUTION, _FONT_SIZE = 1.0, 0.0  # of which no picture's size depends here

Content: TypeAlias = Part | Loaded


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A page to be composed."""

    root: Element
    pictures: Mapping[str, Loaded]  # the letter's own, by address
    logo: bytes | None  # the office's own emblem
    shared: Mapping[str, Loaded]  # what many letters show, by address


class Slot:
    """A place for a part or picture: WeasyPrint takes it for an image it has loaded, as it takes ``engine.Stamp``."""

    def __init__(self, address: str, size: tuple[float, float, float]) -> None:
        self.address = address
        self._size = size
        self._drawn_as: tuple[float, float, Any] = 0.0, 0.0, None

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Those of its content."""
        return self._size

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Itself, among the operators of the page."""
        self._drawn_as = width, height, style
        stream.stream.append(self)

    def filled(self, content: Content, stream: Any, sheet: object) -> bytes:
        """The operators that draw ``content`` there."""
        if isinstance(content, Part):
            return content.drawn(stream, sheet)
        fresh = stream.clone()
        content.draw(fresh, *self._drawn_as)
        return b"\n".join(fresh.stream)


class Skeleton:
    """A page without its parts, laid out."""

    def __init__(self, document: Document, *, fits: bool) -> None:
        self.document = document
        self.fits = fits
        self._drawn: list[bytes | Slot] = []
        self._sheet: object = None

    def drawn(self, stream: Any, scale: float, sheet: object) -> Sequence[bytes | Slot]:
        """The operators of the page, with slots among them; drawn once for each PDF (``sheet``)."""
        if self._sheet is not sheet:
            fresh = stream.clone()
            self.document.pages[0].paint(fresh, scale)
            self._drawn, self._sheet = list(_runs(fresh.stream)), sheet
        return self._drawn


class Leaf(Page):  # type: ignore[misc]  # WeasyPrint carries no types
    """One page of a joined PDF: a skeleton and what goes into its slots."""

    def __init__(self, skeleton: Skeleton, contents: Mapping[str, Content], sheet: object) -> None:
        # All that the inherited constructor sets; it would gather it from the boxes again.
        for name, value in vars(skeleton.document.pages[0]).items():
            setattr(self, name, value)
        self.skeleton = skeleton
        self._contents = contents
        self._sheet = sheet

    def paint(self, stream: Any, scale: float = 1) -> None:
        """The page into the PDF."""
        stream.stream.extend(
            each.filled(self._contents[each.address], stream, self._sheet) if isinstance(each, Slot) else each
            for each in self.skeleton.drawn(stream, scale, self._sheet)
        )


class Compositor:
    """Composes pages of one style, whose engine it shares. Not for several threads at a time.

    ``assets`` by address are in every page; ``fits`` tells of a skeleton whether all of it is where it belongs.
    """

    def __init__(
        self, style: str, engine: Engine, assets: Mapping[str, Asset], fits: Callable[[Document], bool]
    ) -> None:
        self._engine = engine
        self._setting = Setting(style)
        self._assets = assets
        self._fits = fits
        self._skeletons: OrderedDict[tuple[object, ...], Skeleton] = OrderedDict()

    def compose(self, pages: Sequence[Manuscript], sheet: object) -> list[Leaf]:
        """The pages of one PDF (``sheet``), all with the same spacing. The manuscripts are changed by it.

        Raises:
            PrinterError: ``asset_refused`` or ``renderer_warned``.
        """
        contents: list[dict[str, Content]] = [dict(page.pictures) for page in pages]
        self._put_own(pages, contents)
        for page, found in zip(pages, contents, strict=True):
            self._put_standing(page, found)
        return [
            Leaf(self._skeleton(page, found), found, sheet)
            for page, found in zip(pages, contents, strict=True)
        ]

    def _put_own(self, pages: Sequence[Manuscript], contents: Sequence[dict[str, Content]]) -> None:
        places = [
            (parent, place, found)
            for page, found in zip(pages, contents, strict=True)
            for parent, place in _marked(page.root, OWN)
        ]
        if places:
            elements = [parent[place] for parent, place, _ in places]
            parts = self._setting.own(elements, _spacing(pages[0].root))
            for (parent, place, found), part in zip(places, parts, strict=True):
                _replace(parent, place, part, found)

    def _put_standing(self, page: Manuscript, found: dict[str, Content]) -> None:
        spacing, images = _spacing(page.root), (self._assets, page.shared)
        for parent, place in _marked(page.root, STANDING):
            part = self._setting.standing(parent[place], spacing, page.logo, images)
            _replace(parent, place, part, found)

    def _skeleton(self, page: Manuscript, contents: Mapping[str, Content]) -> Skeleton:
        sizes = {
            address: content.get_intrinsic_size(_RESOLUTION, _FONT_SIZE)
            for address, content in contents.items()
        }
        [body] = page.root.findall("body")
        key = tostring(body), tuple(sizes.items()), page.logo
        if key in self._skeletons:
            self._skeletons.move_to_end(key)
            return self._skeletons[key]
        slots = {address: Slot(address, size) for address, size in sizes.items()}
        document = self._engine.lay_out(page.root, self._assets, {**page.shared, **slots})
        self._skeletons[key] = skeleton = Skeleton(document, fits=self._fits(document))
        if len(self._skeletons) > _MOST:
            self._skeletons.popitem(last=False)
        return skeleton


def _marked(root: Element, mark: str) -> Iterator[tuple[Element, int]]:
    for parent in list(root.iter()):
        for place, element in enumerate(parent):
            if element.get(mark) is not None:
                yield parent, place


def _replace(parent: Element, place: int, part: Part | None, contents: dict[str, Content]) -> None:
    if part is not None:
        address = f"letter:part/{len(contents)}"
        contents[address] = part
        parent[place] = _image(parent[place], address)


def _image(element: Element, address: str) -> Element:
    kept = {name: value for name in ("id", "class") if (value := element.get(name))}
    kept["class"] = f"{kept.get('class', '')} standing".strip()
    image = Element("img", {**kept, "src": address, "alt": ""})
    image.tail = element.tail
    return image


def _spacing(root: Element) -> str:
    [body] = root.findall("body")
    return body.get("class", "")


def _runs(operators: Sequence[bytes | Slot]) -> Iterator[bytes | Slot]:
    """The operators, those between two slots as one."""
    run: list[bytes] = []
    for each in operators:
        if isinstance(each, Slot):
            if run:
                yield b"\n".join(run)
            run = []
            yield each
        else:
            run.append(each)
    if run:
        yield b"\n".join(run)
