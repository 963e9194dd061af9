"""Pictures from outside, opened with care: by content, capped before decoding, upright. Judges no use.

Portraits and photos of letters both come from strangers; a 400-megapixel PNG is a few kilobytes.
"""

from io import BytesIO
from typing import Literal

from PIL import Image, ImageFile, ImageOps

Media = Literal["pdf", "png", "jpeg", "heic"]

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")
#: Progressive JPEGs come with about ten scans; each costs a pass over all pixels, in sixty bytes of file.
MOST_SCANS = 100
_SCAN = b"\xff\xda"  # never inside compressed data, where 0xFF is followed by 0x00 or a restart mark
_PDF_WITHIN = 1024  # readers accept the mark of a PDF this far into a file
_ORIENTATION = 0x0112  # EXIF


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
    # Importing WeasyPrint makes Pillow fill cut-off pictures with grey; here that is damage.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture.load()
    except Exception:  # noqa: BLE001 - Pillow's plugins have no common root of errors
        raise Damaged from None
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 - broken EXIF: the picture itself is whole
        return picture


def on_white(picture: Image.Image) -> Image.Image:
    """The picture in RGB, what is transparent laid on white paper."""
    if picture.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion would clip it
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(white, layered).convert("RGB")
