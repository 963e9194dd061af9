"""Logos on letterheads, on either database: kept once, printed from then on, never on letters of before."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from suket_service import administering
from suket_service.core.letter import Letterhead
from suket_service.errors import FieldError
from suket_service.paper import logo
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import LETTERHEAD, NOON, OFFICE
from tests.paper.builders import encoded, letter
from tests.registry.builders import raw

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def drawn(
    size: tuple[int, int] = (400, 500), ink: object = (160, 20, 20, 255), ground: object = (0, 0, 0, 0)
) -> Image.Image:
    picture = Image.new("RGBA", size, ground)  # type: ignore[arg-type]
    ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=ink)  # type: ignore[arg-type]
    return picture


def a_logo(**changes: object) -> bytes:
    return logo.normalise(encoded(drawn(**changes)))  # type: ignore[arg-type]


def with_logo(registry: Registry, png: bytes | None) -> Letterhead:
    head = replace(LETTERHEAD, logo=png)
    return administering.change_letterhead(registry, OFFICE.code, head, "admin", NOON)


def pdf_of(registry: Registry, record: LetterRecord) -> bytes:
    with registry.reading() as tx:
        return LetterPrinter(TEMPLATES, demo=False).print(letters.as_printed(tx, record)).pdf


class TestKeeping:
    def test_a_letterhead_is_read_back_with_its_logo(self, registry: Registry) -> None:
        new = with_logo(registry, a_logo())
        with registry.reading() as tx:
            assert offices.letterhead(tx, OFFICE.code, new.version) == new

    def test_each_version_keeps_its_own(self, registry: Registry) -> None:
        heads = [
            with_logo(registry, a_logo()),
            with_logo(registry, a_logo(size=(300, 300))),
            with_logo(registry, None),
        ]
        with registry.reading() as tx:
            listed = [head for head, _ in offices.letterheads(tx, OFFICE.code)]
        assert listed == [*reversed(heads), LETTERHEAD]

    def test_the_same_picture_is_kept_once(self, registry: Registry) -> None:
        with_logo(registry, a_logo())
        administering.change_letterhead(
            registry, OFFICE.code, replace(LETTERHEAD, logo=a_logo(), rank="Lain"), "admin", NOON
        )
        with raw(registry) as connection:
            assert connection.execute("SELECT count(*) FROM logo").fetchone() == (1,)

    def test_another_logo_alone_is_a_change(self, registry: Registry) -> None:
        assert [with_logo(registry, png).version for png in (a_logo(), None)] == [2, 3]


class TestPrinting:
    def test_a_letter_of_before_stays_byte_for_byte(self, registry: Registry, issued: LetterRecord) -> None:
        before = pdf_of(registry, issued)
        with_logo(registry, a_logo())
        assert pdf_of(registry, issued) == before

    def test_the_same_logo_prints_the_same_bytes(self) -> None:
        printer, one = LetterPrinter(TEMPLATES, demo=False), letter(logo=a_logo())
        assert printer.print(one).pdf == LetterPrinter(TEMPLATES, demo=False).print(one).pdf
        assert printer.print(one).pdf != printer.print(letter()).pdf

    def test_letters_printed_together_bear_each_their_own(self) -> None:
        printer = LetterPrinter(TEMPLATES, demo=False)
        heads = [a_logo(ink=(0, 0, 0, 255)), a_logo(ink=(120, 120, 120, 255)), None]
        some = [letter(id=f"{place:032x}", logo=head) for place, head in enumerate(heads)]
        together = [_emblem(printer.print_together(some), page) for page in range(3)]
        assert together == [_emblem(printer.print(each).pdf, 0) for each in some]
        assert len(set(together)) == 3


class TestNormalising:
    def test_it_is_a_grey_square(self) -> None:
        picture = _opened(a_logo())
        assert (picture.mode, picture.size) == ("L", (logo.SIDE, logo.SIDE))

    def test_what_is_transparent_is_paper(self) -> None:
        assert _opened(a_logo()).getpixel((0, 0)) == 255

    def test_white_borders_are_cut_off(self) -> None:
        wide = Image.new("RGBA", (1200, 1200), "white")
        wide.paste(drawn(), (400, 350), drawn())
        ink = _opened(logo.normalise(encoded(wide))).point(lambda level: 255 if level < 200 else 0).getbbox()
        assert ink is not None
        assert ink[1] <= 2
        assert ink[3] >= logo.SIDE - 2

    def test_a_jpeg_will_do_as_well(self) -> None:
        assert _opened(logo.normalise(encoded(drawn(ground="white").convert("RGB"), "JPEG"))).mode == "L"

    def test_the_same_picture_gives_the_same_bytes(self) -> None:
        assert a_logo() == a_logo()

    def test_nothing_of_the_file_around_the_picture_is_kept(self) -> None:
        marked = encoded(drawn(), "PNG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00")
        assert logo.normalise(marked) == a_logo()

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "logo_not_image"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_not_image"),
            (b"\x00\x00\x00\x18ftypheic", "logo_not_image"),
            (b"\x89PNG\r\n\x1a\n", "logo_damaged"),
            (encoded(drawn())[:-200], "logo_damaged"),
            (encoded(drawn(size=(100, 90))), "logo_too_small"),
            (encoded(drawn(ink="white")), "logo_too_faint"),
            (encoded(Image.new("RGB", (300, 300), "white")), "logo_too_faint"),
            (encoded(drawn(ink=(250, 250, 200, 255))), "logo_too_faint"),
            (encoded(Image.new("1", (6000, 5000))), "logo_too_many_pixels"),
            (b"\x89PNG\r\n\x1a\n" + b"x" * logo.MOST_BYTES, "logo_too_large"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_cannot_be_a_logo_is_refused_by_its_field(self, data: bytes, code: str) -> None:
        with pytest.raises(FieldError) as refused:
            logo.normalise(data)
        assert (refused.value.problem.field, refused.value.problem.code) == ("logo", code)


def _opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


def _emblem(pdf: bytes, page: int) -> bytes:
    """What is drawn where the emblem stands."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        grey = document[page].render(scale=1, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    per_mm = 72 / 25.4
    corner, side = 20 * per_mm, 24 * per_mm
    return bytes(grey.crop((int(corner), int(corner), int(corner + side), int(corner + side))).tobytes())
