"""Pages that are joined for the printer look like the letters they are, whatever parts of them stand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops
from weasyprint import HTML

from suket_service.core.letter import Capacity, Letter
from suket_service.core.region import Village
from suket_service.errors import PrinterError
from suket_service.paper import engine
from suket_service.paper.composing import Leaf
from suket_service.paper.joining import join
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.paper.standing_type import Setting
from tests.paper import builders

ELSEWHERE = Village("2172041002", "DOMPAK", "BUKIT BESTARI", "Kota Tanjungpinang", "Kepulauan Riau")
LETTERS = {
    "usual": builders.letter(),
    "largest": builders.hardest(),
    "without a portrait": builders.letter(portrait=None, valid_until=None),
    "on behalf, without a link": builders.letter(
        capacity=Capacity.ON_BEHALF, post="Kepala Dinas\nSekretaris", seal_text="1" * 357
    ),
    "of another village": builders.letter(village=ELSEWHERE, name="SITI AMINAH", rt=9, rw=4, blood_type=""),
}
NUMBERED = [replace(letter, id=f"{place:032x}") for place, letter in enumerate(LETTERS.values())]


def characters(page: Any) -> list[float]:
    """The edges of every character, in points."""
    found = page.get_textpage()
    return [edge for index in range(found.count_chars()) for edge in found.get_charbox(index)]


def picture(page: Any) -> Image.Image:
    drawn: Image.Image = page.render(scale=200 / 72, grayscale=True).to_pil()
    return drawn


def text(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


@pytest.fixture(scope="module")
def together(printer: LetterPrinter) -> Any:
    document = pypdfium2.PdfDocument(printer.print_together(NUMBERED))
    yield document
    document.close()


@pytest.mark.parametrize("place", range(len(NUMBERED)), ids=LETTERS)
def test_a_joined_page_has_everything_where_the_letters_own_page_has_it(
    printer: LetterPrinter, together: Any, place: int
) -> None:
    alone = pypdfium2.PdfDocument(printer.print(NUMBERED[place]).pdf)
    assert text(together[place]) == text(alone[0])
    assert characters(together[place]) == pytest.approx(characters(alone[0]), abs=0.02)
    # A glyph that lies just between two pixels may fall on either; a missing rule would be thousands.
    levels = ImageChops.difference(picture(together[place]), picture(alone[0])).histogram()
    assert sum(levels[64:]) < 200
    alone.close()


def test_what_stood_before_changes_no_byte(printer: LetterPrinter) -> None:
    fresh = LetterPrinter(builders.TEMPLATES, demo=False)
    assert fresh.print_together(NUMBERED[::-1]) == printer.print_together(NUMBERED[::-1])
    assert fresh.print_together(NUMBERED) == printer.print_together(NUMBERED)


def test_no_part_is_kept_that_another_letterhead_draws_otherwise(printer: LetterPrinter) -> None:
    heads = [logo("red"), logo("blue"), logo("red")]
    letters: Sequence[Letter] = [
        builders.letter(id=f"{place:032x}", logo=head) for place, head in enumerate(heads)
    ]
    document = pypdfium2.PdfDocument(printer.print_together(letters))
    middles = [page.render(scale=1).to_pil().getpixel((88, 88)) for page in document]
    document.close()
    assert middles[0] == middles[2] != middles[1]


def logo(colour: str) -> bytes:
    return builders.encoded(Image.new("RGB", (300, 300), colour))


def test_a_part_that_takes_more_than_a_page_refuses_its_letter_alone(printer: LetterPrinter) -> None:
    with pytest.raises(PrinterError) as refusal:
        printer.print_together([builders.letter(reason="Perangkat rusak. " * 600)])
    assert refusal.value.code == "letter_overflows"
    assert printer.print_together([builders.letter()])


def leaves(printer: LetterPrinter, letters: Sequence[Letter]) -> list[Leaf]:
    kit = printer._kit(letters[0])
    return list(printer._compose(kit, dict(enumerate(letters)), object()).values())


def test_letters_whose_parts_are_as_tall_share_a_skeleton(printer: LetterPrinter) -> None:
    usual, other, longer = leaves(
        printer,
        [
            builders.letter(),
            builders.letter(name="SITI AMINAH", nik="2172036004920001", number="9", village=ELSEWHERE),
            builders.letter(address=builders.LONG_ADDRESS),
        ],
    )
    assert usual.skeleton is other.skeleton is not longer.skeleton


def test_a_part_that_juts_out_of_its_box_is_left_where_it_is() -> None:
    setting = Setting("@page { size: A4 }")
    usual, wide, tall = (
        engine.parsed(f'<p style="{style}">x</p>')
        for style in (
            "width: 40mm",
            "width: 40mm; text-indent: 90mm; white-space: nowrap",
            "height: 298mm",
        )
    )
    parts = setting.own([usual, wide, tall], "")
    assert [part is None for part in parts] == [False, True, True]
    alone = [setting.standing(element, "", None, ({}, {})) for element in (usual, tall)]
    assert [part is None for part in alone] == [False, True]


def test_a_damaged_stored_portrait_refuses_its_letter(printer: LetterPrinter) -> None:
    with pytest.raises(PrinterError) as refusal:
        printer.print_together([builders.letter(portrait=b"\xff\xd8\xff broken")])
    assert refusal.value.code == "renderer_warned"


def test_a_page_parsed_here_is_all_that_the_renderer_makes_of_one() -> None:
    # When this fails the renderer has changed: see engine._Page, and what its constructor sets by now.
    fetcher = engine.AssetFetcher({})
    theirs = HTML(string="<html><title>x</title></html>", url_fetcher=fetcher)
    ours = engine._Page(engine.parsed("<html><head><title>x</title></head></html>"), fetcher)
    assert set(vars(ours)) == set(vars(theirs))
    assert (ours.base_url, ours.media_type) == (theirs.base_url, theirs.media_type)


def test_a_page_that_is_not_well_formed_is_refused() -> None:
    with pytest.raises(PrinterError) as refusal:
        engine.parsed("<html><p>x</html>")
    assert refusal.value.code == "renderer_warned"


def test_the_same_parts_are_the_same_file_at_another_time(printer: LetterPrinter) -> None:
    parts = [printer.print_together([letter]) for letter in NUMBERED[:2]]
    joined = join(parts)
    document = pypdfium2.PdfDocument(joined)
    assert document.get_metadata_value("CreationDate") == "D:20261121023000+00'00'"
    document.close()
    assert join(parts) == joined
