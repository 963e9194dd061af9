"""A portrait made small for a phone."""

from io import BytesIO

import pytest
from PIL import Image

from suket_service.paper import portrait
from suket_service.paper.thumbnail import HEIGHT, WIDTH, thumbnail


def a_portrait(size: tuple[int, int] = (900, 1200), kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind)
    return out.getvalue()


def test_it_has_its_size_and_no_metadata() -> None:
    small = thumbnail(portrait.normalise(a_portrait()))
    assert small is not None
    picture = Image.open(BytesIO(small))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (WIDTH, HEIGHT), "RGB")
    assert "exif" not in picture.info
    assert len(small) < 10_000


def test_the_same_portrait_gives_the_same_bytes() -> None:
    stored = portrait.normalise(a_portrait())
    assert thumbnail(stored) == thumbnail(stored)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\xff\xd8\xff", a_portrait(kind="JPEG")[:900], a_portrait((1100, 1000))]
)
def test_what_cannot_be_read_is_left_out(data: bytes) -> None:
    assert thumbnail(data) is None
