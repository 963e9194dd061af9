"""The printed symbol, read back by two independent decoders through what paper goes through."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from suket_service.paper.letter_pdf import LetterPrinter
from tests.decoders import by_zbar, by_zxing
from tests.paper import builders

LETTERS = {"usual": builders.letter(), "largest": builders.hardest()}


@cache
def page(name: str, dpi: int) -> Image.Image:
    pdf = LetterPrinter(builders.TEMPLATES, demo=False).print(LETTERS[name]).pdf
    picture: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_pil()
    return picture


def as_it_is(picture: Image.Image) -> Image.Image:
    return picture


def as_poor_jpeg(picture: Image.Image) -> Image.Image:
    out = BytesIO()
    picture.save(out, "JPEG", quality=30)
    return Image.open(out)


def askew(picture: Image.Image) -> Image.Image:
    return picture.rotate(3, resample=Image.Resampling.BICUBIC, fillcolor=255)


def in_black_and_white(picture: Image.Image) -> Image.Image:
    return picture.point(lambda level: 255 if level > 127 else 0)


@pytest.mark.parametrize("decode", [by_zxing, by_zbar])
@pytest.mark.parametrize("treatment", [as_it_is, as_poor_jpeg, askew, in_black_and_white])
@pytest.mark.parametrize(
    ("name", "dpi"),  # the example letters are as the usual one, and are read elsewhere
    [
        ("largest", 150),
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (("largest", 300), ("usual", 150), ("usual", 300))
        ),
    ],
)
def test_the_page_reads_back_to_the_seal_and_nothing_else(
    name: str,
    dpi: int,
    treatment: Callable[[Image.Image], Image.Image],
    decode: Callable[[Image.Image], list[str]],
) -> None:
    assert decode(treatment(page(name, dpi))) == [LETTERS[name].seal_text]
