"""A child process that looks for QR codes in a stranger's file: stdin to stdout. Does not know what a seal is.

``python -m suket_service.paper.code_finder pdf|picture``. Each text it finds is a line of JSON, written at
once. It limits itself before it touches the data; whatever happens to it, its parent only sees fewer
lines. Drawing a page and looking through a picture both take as long as the file's maker likes.
"""

import json
import resource
import sys
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

from suket_service.paper import pictures

MOST_PIXELS = 60_000_000  # a picture
MOST_PAGES = 5
MOST_PAGE_PIXELS = 10_000_000  # A4 at 300 dpi has 8.7 million
RESOLUTIONS = (200, 300)  # dpi, for PDFs
#: In bytes; a picture of that size with transparency takes one gigabyte.
MEMORY = {"pdf": 1024**3, "picture": 2 * 1024**3}
CPU_SECONDS = 8
MOST_OUTPUT = 1024 * 1024
POINTS_PER_INCH = 72

_MOST_PIXELS_TO_ENLARGE = 6_000_000
_SMALLER_SIDES = (3000, 1800, 1100)  # pixels; the long side of reduced huge photos
_LONGEST_SIDE = 65_535  # the decoder's own limit
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def main() -> None:
    """Look through what stands on stdin."""
    kind = sys.argv[1]
    limit(MEMORY[kind])
    data = sys.stdin.buffer.read()
    for text in texts_of_pdf(data) if kind == "pdf" else texts_of_picture(data):
        print(json.dumps(text), flush=True)  # noqa: T201 - it is what the parent reads


def limit(memory: int, cpu_seconds: int = CPU_SECONDS) -> None:
    """Give up everything this process will not need: memory, time, files, children, core dumps."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def texts_of_pdf(data: bytes) -> Iterator[str]:
    """The texts on the first pages; at the higher resolution only where the lower shows none."""
    pdf = pypdfium2.PdfDocument(data)
    for dpi in RESOLUTIONS:
        found = False
        for index in range(min(len(pdf), MOST_PAGES)):
            try:
                page = render(pdf[index], dpi)
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                continue  # the other pages may be whole
            for text in _codes(page):
                found = True
                yield text
        if found:
            return


def render(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    """One page in grey, at ``dpi`` or as near to it as ``MOST_PAGE_PIXELS`` allows."""
    width, height = page.get_size()
    scale = dpi / POINTS_PER_INCH
    # The few percent less leave room for rounding each side up.
    scale = min(scale, (0.98 * MOST_PAGE_PIXELS / max(width * height, 1)) ** 0.5)
    if min(width, height) <= 0 or max(width, height) * scale > MOST_PAGE_PIXELS:
        raise ValueError("page without an area")
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    return Image.frombytes(
        "L", (bitmap.width, bitmap.height), bytes(bitmap.buffer), "raw", "L", bitmap.stride
    )


def texts_of_picture(data: bytes) -> Iterator[str]:
    """The texts in a PNG or JPEG: as it is, then sharper, then smaller, until one shows."""
    try:
        whole = grey(pictures.decoded(pictures.opened(data, MOST_PIXELS)))
    except (pictures.TooManyPixels, pictures.Damaged, ValueError, OSError, MemoryError):
        return
    for attempt in _attempts(whole):
        if texts := _codes(attempt):
            yield from texts
            return


def grey(picture: Image.Image) -> Image.Image:
    """Any picture as 8 bits of grey, on white where it is transparent."""
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


if __name__ == "__main__":
    main()
