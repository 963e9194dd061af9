"""An office's logo as it is stored and printed: a grey square of 22.5 mm at 600 dpi. Knows no letterhead.

A letter must look the same from every printer, most of which print black alone; so what is kept is what
the poorest of them shows. The same bytes in give the same bytes out.
"""

from io import BytesIO

from PIL import Image

from suket_service.errors import FieldError, Problem, Text
from suket_service.paper import pictures

FIELD = "logo"
SIDE = 532  # pixels: 22.5 mm at 600 dpi
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
LEAST_SIDE = 150
#: Anything lighter than this is paper: the border of a scan is never quite white.
_PAPER = 244
#: Of all its pixels so many must be darker than that, or a printer shows next to nothing.
_LEAST_INK, _DARK = 0.02, 150

_TEXTS = {
    "logo_not_image": Text(
        "Berkas logo bukan gambar PNG atau JPEG. Pilih gambar berformat PNG atau JPEG.",
        "The logo is not a PNG or JPEG picture. Choose one in PNG or JPEG format.",
    ),
    "logo_too_large": Text(
        "Berkas logo lebih dari 2 MB. Perkecil gambarnya lalu unggah lagi.",
        "The logo file is larger than 2 MB. Make it smaller and upload it again.",
    ),
    "logo_too_many_pixels": Text(
        "Gambar logo lebih dari 25 megapiksel. Perkecil gambarnya lalu unggah lagi.",
        "The logo has more than 25 megapixels. Make it smaller and upload it again.",
    ),
    "logo_too_small": Text(
        f"Gambar logo terlalu kecil dan akan kabur di kertas; paling sedikit {LEAST_SIDE} piksel pada sisi panjangnya.",
        f"The logo is too small and would blur on paper; its longer side needs at least {LEAST_SIDE} pixels.",
    ),
    "logo_too_faint": Text(
        "Logo ini hampir tidak terlihat di atas kertas putih. Pakai versi berwarna gelap (bukan putih atau pucat).",
        "This logo can hardly be seen on white paper. Use a dark version of it (neither white nor pale).",
    ),
    "logo_damaged": Text(
        "Berkas logo rusak atau terpotong. Unggah lagi dari berkas aslinya.",
        "The logo file is damaged or cut off. Upload it again from the original.",
    ),
}


def normalise(raw: bytes) -> bytes:
    """The logo to store: a grey PNG, its white borders cut off, in the middle of a square.

    Raises:
        FieldError: ``logo_not_image``, ``logo_too_large``, ``logo_too_many_pixels``, ``logo_too_small``,
            ``logo_too_faint`` or ``logo_damaged``.
    """
    if len(raw) > MOST_BYTES:
        raise _refuse("logo_too_large")
    if pictures.media_of(raw) not in ("png", "jpeg"):
        raise _refuse("logo_not_image")
    try:
        with pictures.IN_TURN:
            picture = pictures.upright_on_white(pictures.opened(raw, MOST_PIXELS), "L")
    except pictures.TooManyPixels:
        raise _refuse("logo_too_many_pixels") from None
    except pictures.Damaged:
        raise _refuse("logo_damaged") from None
    drawn = _without_borders(picture)
    if max(drawn.size) < LEAST_SIDE:
        raise _refuse("logo_too_small")
    return _png(_square(drawn))


def _without_borders(picture: Image.Image) -> Image.Image:
    ink = picture.point(lambda level: 255 if level < _PAPER else 0)
    box = ink.getbbox()
    if box is None or sum(picture.histogram()[:_DARK]) < _LEAST_INK * (box[2] - box[0]) * (box[3] - box[1]):
        raise _refuse("logo_too_faint")
    return picture.crop(box)


def _square(picture: Image.Image) -> Image.Image:
    scale = SIDE / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    square = Image.new("L", (SIDE, SIDE), 255)
    resized = picture.resize((width, height), Image.Resampling.LANCZOS)
    square.paste(resized, ((SIDE - width) // 2, (SIDE - height) // 2))
    return square


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)  # a picture of our own making: no metadata to leave behind
    return out.getvalue()


def _refuse(code: str) -> FieldError:
    return FieldError(Problem(FIELD, code, _TEXTS[code]))
