"""A stored portrait made small, for a phone to show beside the person. Judges no picture."""

from io import BytesIO

from PIL import Image

from suket_service.paper import pictures

WIDTH, HEIGHT = 96, 128  # pixels: enough to know a face by, and under 6 KB
QUALITY = 70
_MOST_PIXELS = 1_000_000  # a stored portrait has a sixth of them


def thumbnail(portrait: bytes) -> bytes | None:
    """The portrait as a small JPEG without metadata; None when it cannot be read."""
    try:
        picture = pictures.decoded(pictures.opened(portrait, _MOST_PIXELS)).convert("RGB")
    except (pictures.Damaged, pictures.TooManyPixels):
        return None
    small = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGB", small.size, small.tobytes())
    out = BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
