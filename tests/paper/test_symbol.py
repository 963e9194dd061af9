import re
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from suket_service.errors import SealError
from suket_service.paper import symbol
from tests.decoders import by_zxing
from tests.paper import builders

GOOD_TEXTS = [case["text"] for case in builders.seal_cases() if case.get("signature") == "good"]


def read(picture: bytes) -> str:
    [text] = by_zxing(Image.open(BytesIO(picture)).convert("L"))
    return text


@pytest.mark.parametrize("text", GOOD_TEXTS)
def test_the_png_reads_back_to_the_text(text: str) -> None:
    assert read(symbol.png(text)) == text


def test_bare_digits_read_back_too() -> None:
    assert read(symbol.png("12345678901234567890")) == "12345678901234567890"


def test_the_usual_letter_is_version_10_at_most_and_the_largest_12() -> None:
    assert int(symbol.make(builders.seal_text()).version) <= 10
    assert int(symbol.make(builders.longest_seal_text()).version) <= 12


def test_error_correction_is_never_raised() -> None:
    assert symbol.make("12").error == "M"


def test_a_tiny_text_is_no_micro_symbol() -> None:
    assert not symbol.make("1").is_micro


def test_link_and_digits_are_separate_segments() -> None:
    # All in one byte segment, 480 digits would need version 18.
    assert int(symbol.make("https://a.b/s#" + "9" * 480).version) <= 13


def test_a_text_that_is_no_seal_is_refused() -> None:
    with pytest.raises(SealError):
        symbol.svg("https://example.org/")


def test_the_svg_has_the_quiet_zone_on_every_side() -> None:
    drawing = symbol.runs(builders.seal_text())
    columns = [edge for x, _, length in drawing.dark for edge in (x, x + length)]
    rows = [edge for _, y, _ in drawing.dark for edge in (y, y + 1)]
    assert (min(columns), min(rows)) == (4, 4)
    assert (max(columns), max(rows)) == (drawing.side - 4, drawing.side - 4)


def test_the_svg_is_whole_xml_with_one_path_and_no_script() -> None:
    root = ET.fromstring(symbol.svg(builders.seal_text()))
    assert [child.tag.rpartition("}")[2] for child in root] == ["rect", "path"]


def test_the_svg_reads_back_to_the_text() -> None:
    svg = symbol.svg(builders.seal_text())
    side = int(re.findall(r"viewBox=\"0 0 (\d+)", svg)[0])
    picture = Image.new("L", (side * 4, side * 4), 255)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", svg):
        picture.paste(0, (int(x) * 4, int(y) * 4, (int(x) + int(length)) * 4, int(y) * 4 + 4))
    assert read(builders.encoded(picture)) == builders.seal_text()
