"""A portrait as it is stored, sealed and printed: 30 by 40 mm at 300 dpi. Looks for no face.

Whatever a phone or scanner delivers becomes the same small JPEG without metadata; the same bytes in
give the same bytes out, for the seal holds their digest.
"""

from io import BytesIO
from math import ceil

from PIL import Image

from suket_service.errors import FieldError, Problem, Text
from suket_service.paper import pictures

FIELD = "foto"
WIDTH, HEIGHT = 354, 472  # pixels: 30 x 40 mm at 300 dpi
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_WIDTH, LEAST_HEIGHT = 90, 120
#: Above this a picture is cut and reduced while it is laid on white, or it would take its memory again.
_LARGE = 12_000_000  # pixels
QUALITY = 88

_TEXTS = {
    "portrait_not_image": Text(
        "Berkas foto bukan gambar JPEG atau PNG. Pilih foto berformat JPEG atau PNG.",
        "The portrait is not a JPEG or PNG picture. Choose one in JPEG or PNG format.",
    ),
    "portrait_heic": Text(
        "Foto berformat HEIC/AVIF (ponsel baru). Simpan sebagai JPEG: di iPhone pilih Pengaturan > Kamera > "
        "Format > Paling Kompatibel, lalu ambil foto lagi.",
        "The portrait is in HEIC/AVIF format (newer phones). Save it as JPEG: on an iPhone choose Settings > "
        "Camera > Formats > Most Compatible and take it again.",
    ),
    "portrait_too_large": Text(
        "Berkas foto lebih dari 10 MB. Perkecil fotonya lalu unggah lagi.",
        "The portrait file is larger than 10 MB. Make it smaller and upload it again.",
    ),
    "portrait_too_many_pixels": Text(
        "Foto lebih dari 40 megapiksel. Perkecil fotonya lalu unggah lagi.",
        "The portrait has more than 40 megapixels. Make it smaller and upload it again.",
    ),
    "portrait_too_small": Text(
        f"Foto terlalu kecil; paling sedikit {LEAST_WIDTH} x {LEAST_HEIGHT} piksel. Ambil foto yang lebih besar.",
        f"The portrait is too small; it needs at least {LEAST_WIDTH} x {LEAST_HEIGHT} pixels. Take a larger one.",
    ),
    "portrait_damaged": Text(
        "Berkas foto rusak atau terpotong. Unggah lagi dari berkas aslinya.",
        "The portrait file is damaged or cut off. Upload it again from the original.",
    ),
}


def normalise(raw: bytes) -> bytes:
    """The portrait to store: an RGB JPEG of 354 x 472 pixels, cut to 3:4 about its centre.

    Raises:
        FieldError: ``portrait_not_image``, ``portrait_heic``, ``portrait_too_large``,
            ``portrait_too_many_pixels``, ``portrait_too_small`` or ``portrait_damaged``.
    """
    if len(raw) > MOST_BYTES:
        raise _refuse("portrait_too_large")
    media = pictures.media_of(raw)
    if media == "heic":
        raise _refuse("portrait_heic")
    if media not in ("png", "jpeg"):
        raise _refuse("portrait_not_image")
    try:
        with pictures.IN_TURN:
            picture = _upright(raw)
    except pictures.TooManyPixels:
        raise _refuse("portrait_too_many_pixels") from None
    except pictures.Damaged:
        raise _refuse("portrait_damaged") from None
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise _refuse("portrait_too_small")
    return _jpeg(_cut(picture))


def _upright(raw: bytes) -> Image.Image:
    picture = pictures.opened(raw, MOST_PIXELS)
    if picture.width * 4 > WIDTH * 8:  # a big JPEG is decoded at a fraction of its size
        picture.draft("RGB", (WIDTH * 4, HEIGHT * 4))
    if picture.width * picture.height <= _LARGE:
        return pictures.upright_on_white(picture, "RGB")
    # Its middle, however it will be turned; at least twice as large as it is stored.
    short = min(picture.size)
    across, down = ((side - min(side, ceil(short * HEIGHT / WIDTH))) // 2 for side in picture.size)
    middle = (across, down, picture.width - across, picture.height - down)
    return pictures.upright_on_white(picture, "RGB", middle, max(1, short // (HEIGHT * 2)))


def _cut(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    if width * HEIGHT > height * WIDTH:
        cut_width, cut_height = height * WIDTH / HEIGHT, float(height)
    else:
        cut_width, cut_height = float(width), width * HEIGHT / WIDTH
    left, top = (width - cut_width) / 2, (height - cut_height) / 2
    box = (left, top, left + cut_width, top + cut_height)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box)


def _jpeg(picture: Image.Image) -> bytes:
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # leaves every kind of metadata behind
    out = BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, dpi=(300, 300))
    return out.getvalue()


def _refuse(code: str) -> FieldError:
    return FieldError(Problem(FIELD, code, _TEXTS[code]))
