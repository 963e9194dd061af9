"""A draft's preview: the printed letter's page, marked, and holding nothing that reads as a seal."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from suket_service.core.kind import SignatureMode
from suket_service.errors import PrinterError
from suket_service.paper import page_picture, reader
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.paper.preview import NO_CODE, NO_NUMBER, DraftPrinter
from tests.paper.builders import TEMPLATES, letter


@pytest.fixture(scope="session")
def drafts() -> DraftPrinter:
    return DraftPrinter(TEMPLATES, demo=False)


def as_drafted(**changes: object) -> bytes:
    changes = {
        "number": NO_NUMBER,
        "check_code": NO_CODE,
        "seal_text": "https://suket.example.go.id/s#",
        **changes,
    }
    return DraftPrinter(TEMPLATES, demo=False).preview(replace(letter(), **changes))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    [page] = PdfReader(BytesIO(pdf)).pages
    return page.extract_text()


def test_it_says_what_the_letter_will_say(printer: LetterPrinter) -> None:
    printed, previewed = text_of(printer.print(letter()).pdf), text_of(as_drafted())
    own = {letter().number, letter().check_code}
    lines = [line for line in printed.splitlines() if not any(each in line for each in own)]
    assert len(lines) > 20
    assert [line for line in lines if line not in previewed] == []


def test_it_is_marked_as_a_draft_and_has_no_number() -> None:
    found = text_of(as_drafted())
    assert "Nomor: (belum bernomor)" in found
    assert found.count("KONSEP") == 2


def test_no_reader_finds_a_symbol_in_it(printer: LetterPrinter) -> None:
    assert reader.read(as_drafted()).texts == ()
    assert reader.read(printer.print(letter()).pdf).texts == (letter().seal_text,)


def test_a_letter_that_is_to_be_signed_electronically_is_previewed_without_a_certificate() -> None:
    kind = replace(letter().kind, signature=SignatureMode.PADES)
    assert as_drafted(kind=kind).startswith(b"%PDF-")


def test_what_would_not_fit_is_refused_as_in_print() -> None:
    person = replace(
        letter().resident, name="W" * 60, address="W" * 120, occupation="W" * 60, birth_place="W" * 60
    )
    with pytest.raises(PrinterError) as refused:
        as_drafted(resident=person, reason="W" * 120)
    assert refused.value.code == "letter_overflows"


def test_its_picture_is_the_whole_page_in_colour_and_light_enough_for_a_slow_line() -> None:
    png = page_picture.page(as_drafted())
    assert len(png) < 100_000
    with Image.open(BytesIO(png)) as picture:
        assert picture.size == (794, 1123)
        grey = picture.convert("L").convert("RGB")
        assert ImageChops.difference(picture.convert("RGB"), grey).getbbox() is not None
