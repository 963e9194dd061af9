"""F13: pictures and PDFs that are made to take all memory or all time: portraits, and files given to ``verify``.

Each is opened in a child process whose memory and time are watched, and after it a good file in the same
process: the next job must be as any other.
"""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
import segno
from PIL import Image

from suket_service.errors import FieldError, FileRefused
from suket_service.paper import pictures, portrait, reader
from tests.faults.children import Children, Ended, shared_children
from tests.faults.conftest import Found

#: What a child may use before it is killed: the tests' own bound, beyond every limit of the product.
CPU_SECONDS, MEMORY = 25, 4 * 1024**3
TEXT = "https://suket.example.go.id/s#" + "4060225" * 45
PAYLOAD = b"PK\x03\x04<script>alert('a file in a file')</script>"


@pytest.fixture
def children() -> Children:
    """Where bombs are opened."""
    return shared_children()


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _face(mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((300, 400)).convert(mode)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _with_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk right after its header."""
    png = _encoded(_face(), "PNG")
    return png[:33] + _chunk(kind, content) + png[33:]


def _announcing(side: int) -> bytes:
    """A PNG that announces ``side`` x ``side`` pixels, and holds next to none."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + data + _chunk(b"IEND", b"")


def _jpeg_of_many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan is there again and again: 60 bytes each, and all pixels to go through."""
    jpeg = _encoded(Image.new("L", (side, side), 128), "JPEG", progressive=True, quality=50)
    last = jpeg[jpeg.rfind(b"\xff\xda") : -2]
    return jpeg[:-2] + last * scans + jpeg[-2:]


def _animated() -> bytes:
    frames = [_face().rotate(angle) for angle in (90, 180)]
    return _encoded(_face(), "PNG", save_all=True, append_images=frames)


ZEROS = zlib.compress(bytes(100 * 1024**2), 9)
PORTRAITS: dict[str, tuple[Callable[[], bytes], str]] = {
    "10^9 pixels": (lambda: _announcing(32_000), "portrait_too_many_pixels"),
    "4*10^18 pixels": (lambda: _announcing(2**31 - 1), "portrait_too_many_pixels"),
    "a PNG cut off": (lambda: _encoded(Image.effect_noise((300, 400), 90), "PNG")[:9000], "portrait_damaged"),
    "a JPEG cut off": (lambda: _encoded(_face(), "JPEG")[:2000], "portrait_damaged"),
    "100 MB of text": (lambda: _with_chunk(b"zTXt", b"Comment\0\0" + ZEROS), "portrait_damaged"),
    "100 MB of colour profile": (lambda: _with_chunk(b"iCCP", b"icc\0\0" + ZEROS), "portrait_damaged"),
    "CMYK": (lambda: _encoded(_face("CMYK"), "JPEG"), "ok"),
    "animated": (_animated, "ok"),
    "a JPEG and a ZIP": (lambda: _encoded(_face(), "JPEG") + PAYLOAD, "ok"),
    "a JPEG and a page": (lambda: _encoded(_face(), "JPEG", comment=PAYLOAD), "ok"),
    "40 megapixels with transparency": (
        lambda: _encoded(Image.new("RGBA", (6320, 6320), (9, 9, 9, 9)), "PNG", compress_level=1),
        "ok",
    ),
    "a JPEG of 2,000 scans": (lambda: _jpeg_of_many_scans(6300, 2_000), "portrait_damaged"),
}
_SLOW = {"100 MB of text", "100 MB of colour profile", "40 megapixels with transparency"}


def two_portraits(bomb: bytes, good: bytes) -> tuple[str, bytes, bytes]:
    """Child's work: what became of the bomb, its bytes if any, and the good one after it."""
    try:
        told, made = "ok", portrait.normalise(bomb)
    except FieldError as refusal:
        told, made = refusal.code, b""
    return told, made, portrait.normalise(good)


def _some(names: dict[str, Any], slow: set[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow) if name in slow else name for name in names]


def _noted(found: Found, ended: Ended) -> None:
    found(f"{ended.cpu_seconds:.1f} s, {ended.peak_mib} MiB")


@pytest.mark.parametrize("bomb", _some(PORTRAITS, _SLOW))
def test_f13_a_portrait_takes_little_whatever_it_is(children: Children, bomb: str, found: Found) -> None:
    """A portrait is drawn or refused within seconds and 300 MB; nothing hidden in it is kept; the next is normal."""
    make, expected = PORTRAITS[bomb]
    ended = children.run(two_portraits, make(), _encoded(_face(), "JPEG"), cpu=CPU_SECONDS, memory=MEMORY)
    _noted(found, ended)
    assert ended.well, ended
    told, made, good = ended.result
    assert told == expected
    assert PAYLOAD not in made
    assert good[:2] == b"\xff\xd8"
    assert ended.cpu_seconds < 10
    assert ended.peak_mib < 300  # of which 80 are the child's own


def unlimited_portrait(bomb: bytes) -> int:
    """Child's work, the protection removed: pixels as many as there may be."""
    Image.MAX_IMAGE_PIXELS = None
    portrait.MOST_PIXELS = 10**12
    return len(portrait.normalise(bomb))


def test_f13_control_as_many_pixels_as_there_are(children: Children, found: Found) -> None:
    """Without the limit on pixels a picture of 50 kB takes 300 MB more."""
    bomb = _encoded(Image.new("1", (18_000, 18_000)), "PNG")
    limited = children.run(two_portraits, bomb, _encoded(_face(), "JPEG"), cpu=CPU_SECONDS, memory=MEMORY)
    ended = children.run(unlimited_portrait, bomb, cpu=CPU_SECONDS, memory=MEMORY)
    assert limited.result[0] == "portrait_too_many_pixels"
    assert ended.well, ended
    found(f"{ended.peak_mib} MiB without, {limited.peak_mib} MiB with the limit")
    assert ended.peak_mib > limited.peak_mib + 250


# Files given to verify.


def _pdf(*objects: bytes, page: bytes = b"/MediaBox[0 0 595 842]", content: bytes = b"/A Do") -> bytes:
    """A PDF of one page; ``objects`` are numbered from 5 on, and /A is the first of them."""
    drawn = b"".join(b"%d 0 obj%b endobj\n" % (number, each) for number, each in enumerate(objects, start=5))
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R"
        + page
        + b"/Resources<</XObject<</A 5 0 R>>>>/Contents 4 0 R>>endobj\n"
        b"4 0 obj" + _stream(content) + b" endobj\n" + drawn + b"trailer<</Root 1 0 R>>\n"
    )


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), entries, content)


def _form(draws: bytes, resources: bytes) -> bytes:
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<<%b>>>>" % resources
    return _stream(draws, entries)


def _ten_thousand_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    pages = b"".join(
        b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n" % number
        for number in range(3, 10_003)
    )
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 10000/Kids["
        + kids
        + b"]>>endobj\n"
        + pages
        + b"trailer<</Root 1 0 R>>\n"
    )


def _doubling() -> bytes:
    """Forms that each draw the next one twice: a billion drawings in three kilobytes."""
    forms = [_form(b"/B Do /B Do", b"/B %d 0 R" % number) for number in range(6, 36)]
    return _pdf(*forms, _stream(b"0 0 1 1 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))


def _image(side: int) -> bytes:
    entries = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode" % (side, side)
    )
    return _pdf(_stream(zlib.compress(bytes(64 * 1024**2), 9), entries), content=b"595 0 0 842 0 0 cm /A Do")


def _zeros_in_zeros() -> bytes:
    twice = zlib.compress(zlib.compress(bytes(200 * 1024**2), 9), 9)
    return _pdf(_stream(b""), content=b"").replace(
        _stream(b""), _stream(twice, b"/Filter[/FlateDecode/FlateDecode]"), 1
    )


def _finders(side: int) -> Image.Image:
    """``side`` x ``side`` corner marks of a QR symbol: whoever looks for symbols tries every three of them."""
    mark = Image.new("L", (9, 9), 255)
    for inset, grey in ((0, 0), (1, 255), (2, 0)):
        mark.paste(grey, (inset, inset, 7 - inset, 7 - inset))
    page = Image.new("L", (9 * side + 40, 9 * side + 40), 255)
    row = Image.new("L", (9 * side, 9))
    for place in range(side):
        row.paste(mark, (9 * place, 0))
    for place in range(side):
        page.paste(row, (20, 20 + 9 * place))
    return page


FILES: dict[str, Callable[[], bytes]] = {
    "10,000 pages": _ten_thousand_pages,
    "a page of 10^13 pixels": lambda: _pdf(page=b"/MediaBox[0 0 14400000 14400000]"),
    "a form in itself": lambda: _pdf(_form(b"/A Do", b"/A 5 0 R")),
    "forms that double": _doubling,
    "an image of 10^9 pixels": lambda: _image(32_000),
    "200 MB of zeros": _zeros_in_zeros,
    "a PNG of 10^9 pixels": lambda: _announcing(32_000),
    "a JPEG of 2,000 scans": lambda: _jpeg_of_many_scans(6300, 2_000),
    "a picture of 160,000 corner marks": lambda: _encoded(_finders(400), "PNG"),
    "a PDF of 160,000 corner marks": lambda: _encoded(_finders(400), "PDF", resolution=200),
}


_QUICK = {
    "10,000 pages",
    "a form in itself",
    "a PNG of 10^9 pixels",
    "a JPEG of 2,000 scans",
}


def two_files(bomb: bytes, good: bytes) -> tuple[str | tuple[str, ...], tuple[str, ...]]:
    """Child's work: what became of the bomb, and the texts in the good one after it."""
    try:
        told: str | tuple[str, ...] = reader.read(bomb).texts
    except FileRefused as refusal:
        told = refusal.code
    return told, reader.read(good).texts


def _good_pdf() -> bytes:
    out = io.BytesIO()
    segno.make(TEXT, error="m").save(out, kind="pdf", scale=4)
    return out.getvalue()


@pytest.mark.parametrize(
    "bomb",
    _some(FILES, set(FILES) - _QUICK),
)
def test_f13_a_file_to_verify_takes_little_whatever_it_is(
    children: Children, bomb: str, found: Found
) -> None:
    """A file given to verify is read or refused within seconds and a gigabyte; the next is read as ever."""
    ended = children.run(two_files, FILES[bomb](), _good_pdf(), cpu=CPU_SECONDS)
    _noted(found, ended)
    assert ended.well, ended
    told, good = ended.result
    assert told in ((), "file_too_large")
    assert good == (TEXT,)
    assert ended.cpu_seconds < 20
    assert ended.peak_mib < 1024


def drawn_as_asked(pdf: bytes) -> int:
    """Child's work, the protection removed: a page drawn here, as large as it says, for as long as it takes."""
    return len(pypdfium2.PdfDocument(pdf)[0].render(scale=1, grayscale=True).buffer)


def test_f13_control_a_page_as_large_as_it_says(children: Children, found: Found) -> None:
    """Without the limit on a page's pixels a PDF of 400 bytes takes half a gigabyte more."""
    pdf = _pdf(page=b"/MediaBox[0 0 24000 24000]")
    limited = children.run(two_files, pdf, _good_pdf(), cpu=CPU_SECONDS)
    ended = children.run(drawn_as_asked, pdf, cpu=CPU_SECONDS, memory=MEMORY)
    assert limited.well, limited
    assert ended.well, ended
    found(f"{ended.peak_mib} MiB without, {limited.peak_mib} MiB with the limit")
    assert ended.peak_mib > limited.peak_mib + 250


@pytest.mark.slow
def test_f13_control_a_page_for_as_long_as_it_takes(children: Children) -> None:
    """Without the limit on time a PDF of three kilobytes is drawn for as long as it is let."""
    ended = children.run(drawn_as_asked, _doubling(), cpu=12)
    assert ended.signal
    assert ended.cpu_seconds > 10


def test_f13_control_a_cut_off_picture_is_filled_with_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were cut-off pictures filled up, as the printer's library has it, half a face would be sealed."""
    cut = _encoded(_face(), "JPEG")
    cut = cut[: len(cut) // 2]

    def load(picture: Image.Image) -> None:
        from PIL import ImageFile

        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        picture.load()

    with pytest.raises(FieldError):
        portrait.normalise(cut)
    monkeypatch.setattr(pictures, "_load", load)
    assert portrait.normalise(cut)
