"""Pictures from outside, opened with care: by content, capped before decoding, upright. Judges no use.

Portraits and photos of letters both come from strangers; a 400-megapixel PNG is a few kilobytes.
"""

from contextlib import suppress
from io import BytesIO
from math import ceil
from threading import BoundedSemaphore
from typing import Literal

from PIL import Image, ImageFile, ImageOps

Media = Literal["pdf", "png", "jpeg", "heic"]

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")
#: Progressive JPEGs come with about ten scans; each costs a pass over all pixels, in sixty bytes of file.
MOST_SCANS = 100
_SCAN = b"\xff\xda"  # never inside compressed data, where 0xFF is followed by 0x00 or a restart mark
_PDF_WITHIN = 1024  # readers accept the mark of a PDF this far into a file
_ORIENTATION = 0x0112  # EXIF
#: A decoded picture takes up to 160 MB; so in one process no more than two at once, whoever asks.
IN_TURN = BoundedSemaphore(2)
_STRIP = 256  # rows


class Damaged(Exception):
    """The picture is cut off, corrupt or of another format than it says."""


class TooManyPixels(Exception):
    """The header announces more pixels than allowed; nothing was decoded."""


def media_of(data: bytes) -> Media | None:
    """What the content is, whatever its name says; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"
    return "pdf" if b"%PDF-" in data[:_PDF_WITHIN] else None


def opened(data: bytes, most_pixels: int) -> Image.Image:
    """A PNG or JPEG with only its header read.

    Raises:
        TooManyPixels: width times height is above ``most_pixels``.
        Damaged: the header cannot be read, or a JPEG goes over its pixels again and again.
    """
    if data.startswith(b"\xff\xd8") and data.count(_SCAN) > MOST_SCANS:
        raise Damaged
    try:
        picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except Exception:  # noqa: BLE001 - Pillow's plugins have no common root of errors
        raise Damaged from None
    if picture.width * picture.height > most_pixels:
        raise TooManyPixels
    return picture


def decoded(picture: Image.Image) -> Image.Image:
    """All of its pixels, turned upright as its EXIF says.

    Raises:
        Damaged: the data end early or cannot be decoded.
    """
    _load(picture)
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 - broken EXIF: the picture itself is whole
        return picture


def upright_on_white(
    picture: Image.Image, mode: str, box: tuple[int, int, int, int] | None = None, factor: int = 1
) -> Image.Image:
    """A picture, or what is inside ``box`` as it lies in the file, upright on white paper, ``factor`` times smaller.

    Strip by strip: the whole is held once as it was decoded and once as it is given back, never in between.

    Raises:
        Damaged: the data end early or cannot be decoded.
    """
    _load(picture)
    left, top, right, bottom = box or (0, 0, *picture.size)
    whole = Image.new(mode, (ceil((right - left) / factor), ceil((bottom - top) / factor)))
    rows = max(_STRIP // factor, 1)  # of what is given back
    for row in range(0, whole.height, rows):
        start = top + row * factor
        strip = picture.crop((left, start, right, min(start + rows * factor, bottom)))
        whole.paste(on_white(strip).convert(mode).reduce(factor), (0, row))
    whole.info = {key: value for key, value in picture.info.items() if key != "transparency"}
    with suppress(Exception):  # broken EXIF: the picture itself is whole
        ImageOps.exif_transpose(whole, in_place=True)
    return whole


def _load(picture: Image.Image) -> None:
    # Importing WeasyPrint makes Pillow fill cut-off pictures with grey; here that is damage.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture.load()
    except Exception:  # noqa: BLE001 - Pillow's plugins have no common root of errors
        raise Damaged from None


def on_white(picture: Image.Image) -> Image.Image:
    """The picture in RGB, what is transparent laid on white paper."""
    if picture.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion would clip it
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(white, layered).convert("RGB")
