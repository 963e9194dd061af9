import struct
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image

from suket_service.errors import FieldError
from suket_service.paper import pictures, portrait

# Imported for what it does to Pillow: see test_a_cut_off_picture_is_refused.
from suket_service.paper.engine import Engine
from tests.paper.builders import encoded

assert Engine.__name__ == "Engine"


def stored(raw: bytes) -> Image.Image:
    return Image.open(BytesIO(portrait.normalise(raw)))


def code_of(raw: bytes) -> str:
    with pytest.raises(FieldError) as refusal:
        portrait.normalise(raw)
    assert refusal.value.problem.field == "foto"
    return refusal.value.problem.code


def halves(size: tuple[int, int], first: str, second: str) -> Image.Image:
    """Left half one colour, right half the other."""
    picture = Image.new("RGB", size, first)
    picture.paste(second, (size[0] // 2, 0, size[0], size[1]))
    return picture


def png_of(width: int, height: int) -> bytes:
    """A PNG that announces this size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def near(colour: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) < 12 for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_any_picture_becomes_30_by_40_mm_at_300_dpi(kind: str) -> None:
    picture = stored(encoded(Image.new("RGB", (900, 700), "teal"), kind))
    assert (picture.size, picture.format, picture.mode) == ((354, 472), "JPEG", "RGB")


def test_the_same_picture_gives_the_same_bytes() -> None:
    raw = encoded(halves((300, 400), "red", "blue"))
    assert portrait.normalise(raw) == portrait.normalise(raw)


def test_a_wide_picture_keeps_its_centre() -> None:
    wide = Image.new("RGB", (1200, 400), "white")
    wide.paste("black", (450, 0, 750, 400))
    picture = stored(encoded(wide))
    assert near(picture.getpixel((4, 236)), (0, 0, 0))
    assert near(picture.getpixel((349, 236)), (0, 0, 0))


def test_a_tall_picture_keeps_its_centre() -> None:
    tall = Image.new("RGB", (300, 1200), "white")
    tall.paste("black", (0, 400, 300, 800))
    picture = stored(encoded(tall))
    assert near(picture.getpixel((177, 4)), (0, 0, 0))
    assert near(picture.getpixel((177, 467)), (0, 0, 0))


def test_the_orientation_of_a_phone_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    picture = stored(encoded(halves((300, 400), "red", "blue"), "JPEG", exif=exif, quality=95))
    assert near(picture.getpixel((40, 236)), (0, 0, 254))


def test_a_picture_turned_by_its_orientation_is_measured_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert stored(encoded(Image.new("RGB", (120, 90)), "JPEG", exif=exif)).size == (354, 472)


def test_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "GPS 0.9167 N 104.45 E"
    out = portrait.normalise(
        encoded(Image.new("RGB", (300, 400)), "JPEG", exif=exif, comment=b"from my phone")
    )
    assert b"GPS" not in out
    assert b"my phone" not in out
    assert b"Exif" not in out


def test_transparency_becomes_white() -> None:
    assert near(
        stored(encoded(Image.new("RGBA", (300, 400), (0, 0, 0, 0)))).getpixel((177, 236)), (255, 255, 255)
    )


def test_a_transparent_palette_becomes_white() -> None:
    palette = Image.new("P", (300, 400), 0)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    picture = stored(encoded(palette, "PNG", transparency=0))
    assert near(picture.getpixel((177, 236)), (255, 255, 255))


def test_cmyk_and_grey_and_16_bit_become_rgb() -> None:
    grey16 = Image.new("I;16", (300, 400), 0x8000)
    for raw in (encoded(Image.new("CMYK", (300, 400)), "JPEG"), encoded(Image.new("L", (300, 400), 128))):
        assert stored(raw).mode == "RGB"
    assert near(stored(encoded(grey16)).getpixel((177, 236)), (128, 128, 128))


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a" + bytes(40), b"%PDF-1.7", b"BM" + bytes(60), b"<svg/>", b"MZ", b"II*\0"]
)
def test_other_files_are_no_portrait(raw: bytes) -> None:
    assert code_of(raw) == "portrait_not_image"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_heic_gets_its_own_advice(brand: bytes) -> None:
    assert code_of(b"\0\0\0\x18ftyp" + brand + bytes(40)) == "portrait_heic"


def test_more_than_10_mb_is_too_large() -> None:
    assert code_of(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024)) == "portrait_too_large"


@pytest.mark.parametrize("side", [6_400, 9_900, 20_000, 60_000])
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    begun = time.perf_counter()
    assert code_of(png_of(side, side)) == "portrait_too_many_pixels"
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize("size", [(89, 400), (400, 119)])
def test_a_stamp_sized_picture_is_too_small(size: tuple[int, int]) -> None:
    assert code_of(encoded(Image.new("RGB", size))) == "portrait_too_small"


def test_90_by_120_is_enough() -> None:
    assert stored(encoded(Image.new("RGB", (90, 120)))).size == (354, 472)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_cut_off_picture_is_refused(kind: str) -> None:
    raw = encoded(Image.effect_noise((300, 400), 80).convert("RGB"), kind)
    assert code_of(raw[: len(raw) // 2]) == "portrait_damaged"


def test_a_header_alone_is_damaged() -> None:
    assert code_of(b"\x89PNG\r\n\x1a\n") == "portrait_damaged"
    assert code_of(b"\xff\xd8\xff\xe0") == "portrait_damaged"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_not_refuse_a_whole_picture() -> None:
    raw = encoded(Image.new("RGB", (300, 400)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(20))
    assert stored(raw).size == (354, 472)


def test_a_large_transparent_picture_is_cut_and_laid_on_white_as_a_small_one() -> None:
    # Above the size from which it is reduced on the way; its EXIF lays it on its side.
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.new("RGBA", (6000, 4000), (200, 0, 0, 0))
    large.paste((0, 0, 200, 255), (0, 0, 3000, 4000))
    small = large.resize((600, 400))
    [first, second] = (stored(encoded(each, "PNG", exif=exif)) for each in (large, small))
    assert first.size == second.size == (portrait.WIDTH, portrait.HEIGHT)
    for place in ((177, 100), (177, 400)):
        for one, other in zip(first.getpixel(place), second.getpixel(place), strict=True):  # type: ignore[arg-type]
            assert abs(one - other) <= 2
    assert first.getpixel((177, 400)) == (255, 255, 255)


def test_no_more_than_two_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    free = []

    def decoding(*_: object, **__: object) -> None:
        while pictures.IN_TURN.acquire(blocking=False):
            free.append(True)
        pictures.IN_TURN.release(len(free))
        raise pictures.Damaged

    monkeypatch.setattr(pictures, "upright_on_white", decoding)
    assert code_of(encoded(Image.new("RGB", (300, 400)))) == "portrait_damaged"
    assert free == [True]
