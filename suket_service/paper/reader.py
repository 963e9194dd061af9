"""QR texts out of a PDF, a scan or a photo of a letter. Does not know what a seal is.

What comes in is a stranger's file. Pictures are capped before they are decoded; PDFs are rendered in a
child process with limits (``rasteriser``). Damage of any kind means "nothing found", never an error.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import zxingcpp
from PIL import Image, ImageFilter

import suket_service
from suket_service.errors import FileRefused, Text
from suket_service.paper import pictures

MOST_BYTES = 25 * 1024 * 1024
MOST_PIXELS = 60_000_000
RESOLUTIONS = (200, 300)  # dpi, for PDFs
WALL_SECONDS = 8.0

_MOST_PIXELS_TO_ENLARGE = 6_000_000
_SMALLER_SIDES = (3000, 1800, 1100)  # pixels; the long side of reduced huge photos
_LONGEST_SIDE = 65_535  # the decoder's own limit
_FRAME_HEAD = 8
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_SEARCH_PATH = str(Path(suket_service.__file__).parent.parent)


@dataclass(frozen=True, slots=True)
class Found:
    """The distinct QR texts of a file, in reading order: by page, then from the top."""

    media: Literal["pdf", "image"]
    texts: tuple[str, ...]


def read(data: bytes) -> Found:
    """The QR texts in a PDF, PNG or JPEG; no texts when there are none or the file is damaged.

    Raises:
        FileRefused: ``file_too_large`` or ``file_not_pdf_png_jpeg``.
    """
    if len(data) > MOST_BYTES:
        raise _too_large()
    match pictures.media_of(data):
        case "pdf":
            return Found("pdf", _texts_of_pdf(data))
        case "png" | "jpeg":
            return Found("image", _texts_of_picture(data))
        case _:
            raise FileRefused(
                "file_not_pdf_png_jpeg",
                Text(
                    "Berkas ini bukan PDF, PNG atau JPEG. Pilih berkas surat, atau foto maupun pindaiannya.",
                    "This file is not a PDF, PNG or JPEG. Choose the letter's file, or a photo or scan of it.",
                ),
            )


def _texts_of_picture(data: bytes) -> tuple[str, ...]:
    try:
        picture = pictures.decoded(pictures.opened(data, MOST_PIXELS))
        grey = _grey(picture)
    except pictures.TooManyPixels:
        raise _too_large() from None
    except (pictures.Damaged, ValueError, OSError, MemoryError):
        return ()
    for attempt in _attempts(grey):
        if texts := _codes(attempt):
            return texts
    return ()


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("L")
    return picture.convert("L")


def _attempts(grey: Image.Image) -> Iterator[Image.Image]:
    yield grey
    width, height = grey.size
    if width * height <= _MOST_PIXELS_TO_ENLARGE:
        yield _sharper(grey.resize((width * 2, height * 2), Image.Resampling.BICUBIC))
    else:
        yield _sharper(grey)
    for side in _SMALLER_SIDES:
        if max(width, height) > side:
            smaller = grey.copy()
            smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
            yield smaller


def _sharper(grey: Image.Image) -> Image.Image:
    return grey.filter(ImageFilter.UnsharpMask(radius=3, percent=180, threshold=2))


def _codes(grey: Image.Image) -> tuple[str, ...]:
    if max(grey.size) > _LONGEST_SIDE:
        return ()
    found = zxingcpp.read_barcodes(grey, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    # Micro QR and rMQR count as kinds of QR there; a seal is never in one.
    whole = [code for code in found if code.valid and code.format == zxingcpp.BarcodeFormat.QRCode]
    whole.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return tuple(dict.fromkeys(code.text for code in whole))


def _texts_of_pdf(data: bytes) -> tuple[str, ...]:
    for dpi in RESOLUTIONS:
        texts: dict[str, None] = {}
        with tempfile.TemporaryFile() as frames:
            ended_well = _rasterise(data, dpi, frames)
            frames.seek(0)
            for page in _frames(frames):
                texts.update(dict.fromkeys(_codes(page)))
        if texts or not ended_well:  # what broke the child once would break it again, at greater cost
            return tuple(texts)
    return ()


def _rasterise(data: bytes, dpi: int, frames: IO[bytes]) -> bool:
    command = [sys.executable, "-m", "suket_service.paper.rasteriser", str(dpi)]
    try:
        child = subprocess.run(  # noqa: S603 - our own module, no shell, the file comes by stdin
            command,
            input=data,
            stdout=frames,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.defpath,
                "PYTHONPATH": _SEARCH_PATH,
                # Nothing out of the folder that the file was put into.
                "PYTHONSAFEPATH": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            timeout=WALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False  # the frames that it finished are good
    return child.returncode == 0


def _frames(stream: IO[bytes]) -> Iterator[Image.Image]:
    while len(head := stream.read(_FRAME_HEAD)) == _FRAME_HEAD:
        width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
        if not 0 < width * height <= MOST_PIXELS:
            return
        pixels = stream.read(width * height)
        if len(pixels) < width * height:
            return
        yield Image.frombytes("L", (width, height), pixels)


def _too_large() -> FileRefused:
    return FileRefused(
        "file_too_large",
        Text(
            "Berkas ini terlalu besar (paling besar 25 MB dan 60 megapiksel). Perkecil lalu coba lagi.",
            "This file is too large (at most 25 MB and 60 megapixels). Make it smaller and try again.",
        ),
    )
