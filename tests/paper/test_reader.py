import subprocess
import sys
import zlib
from io import BytesIO

import pytest
import segno
import zxingcpp
from PIL import Image, ImageFilter

from suket_service.errors import FileRefused
from suket_service.paper import reader, symbol
from suket_service.paper.letter_pdf import LetterPrinter
from tests.paper import builders
from tests.paper.builders import encoded
from tests.paper.test_portrait import png_of

TEXT = builders.seal_text()


def pasted(*codes: tuple[bytes, tuple[int, int]], size: tuple[int, int] = (900, 1800)) -> Image.Image:
    page = Image.new("L", size, 255)
    for code, place in codes:
        page.paste(Image.open(BytesIO(code)).convert("L"), place)
    return page


def pdf_with(content: bytes, page: bytes = b"/MediaBox[0 0 595 842]", catalog: bytes = b"") -> bytes:
    """A minimal PDF; its cross-reference is missing, as readers tolerate."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + catalog + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R" + page + b"/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n" % len(content) + content + b"\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n"
    )


def test_a_printed_letter_is_read_from_its_pdf(printer: LetterPrinter) -> None:
    found = reader.read(printer.print(builders.letter()).pdf)
    assert (found.media, found.texts) == ("pdf", (TEXT,))


def test_several_pages_are_read_in_order(printer: LetterPrinter) -> None:
    second = "https://suket.example.go.id/s#" + "7" * 300
    pdf = printer.print_together([builders.letter(), builders.letter(id="f" * 32, seal_text=second)])
    assert reader.read(pdf).texts == (TEXT, second)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_read(kind: str) -> None:
    found = reader.read(encoded(pasted((symbol.png(TEXT, 6), (100, 200))), kind))
    assert (found.media, found.texts) == ("image", (TEXT,))


def test_several_codes_are_told_from_the_top() -> None:
    page = pasted((symbol.png("222", 6), (100, 1200)), (symbol.png("111", 6), (100, 100)))
    assert reader.read(encoded(page)).texts == ("111", "222")


def test_the_same_code_twice_is_one_text() -> None:
    page = pasted((symbol.png("111", 6), (100, 1200)), (symbol.png("111", 6), (100, 100)))
    assert reader.read(encoded(page)).texts == ("111",)


def test_a_picture_turned_by_exif_is_read_upright() -> None:
    page = pasted((symbol.png("222", 6), (100, 1200)), (symbol.png("111", 6), (100, 100)))
    exif = Image.Exif()
    exif[0x0112] = 3
    assert reader.read(encoded(page.rotate(180), "JPEG", exif=exif)).texts == ("111", "222")


def test_a_soft_small_picture_is_read() -> None:
    page = pasted((symbol.png(TEXT, 4), (60, 60)), size=(400, 400))
    soft = page.filter(ImageFilter.GaussianBlur(1.5)).resize((270, 270), Image.Resampling.BILINEAR)
    assert reader.read(encoded(soft, "JPEG", quality=60)).texts == (TEXT,)


def test_a_huge_noisy_photo_is_read() -> None:
    page = pasted((symbol.png(TEXT, 14), (900, 1500)), size=(3000, 4000))
    noisy = Image.blend(page, Image.effect_noise(page.size, 60), 0.35)
    assert reader.read(encoded(noisy, "JPEG", quality=50)).texts == (TEXT,)


def test_a_transparent_picture_is_read_on_white() -> None:
    code = Image.open(BytesIO(symbol.png(TEXT, 6))).convert("L")
    clear = Image.new("RGBA", code.size, (0, 0, 0, 0))
    clear.putalpha(code.point(lambda level: 255 - level))
    assert reader.read(encoded(clear)).texts == (TEXT,)


def test_other_symbologies_are_left_alone() -> None:
    code = zxingcpp.create_barcode("12345678", zxingcpp.BarcodeFormat.DataMatrix)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=8)).convert("L")
    bigger = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    bigger.paste(picture, (40, 40))
    assert reader.read(encoded(bigger)).texts == ()


def test_a_micro_qr_is_no_seal() -> None:
    out = BytesIO()
    segno.make_micro("12345").save(out, kind="png", scale=10, border=4)
    assert reader.read(out.getvalue()).texts == ()


def test_bytes_that_are_no_text_do_not_crash() -> None:
    out = BytesIO()
    segno.make(b"\xff\xfe\x00\x80\xc3", mode="byte", micro=False).save(out, kind="png", scale=10)
    assert len(reader.read(out.getvalue()).texts) == 1


def test_an_empty_page_holds_nothing() -> None:
    assert reader.read(encoded(Image.new("L", (400, 400), 255))).texts == ()


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04" + bytes(50), b"GIF89a" + bytes(50), b"<svg/>"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        reader.read(data)
    assert refusal.value.code == "file_not_pdf_png_jpeg"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4" + bytes(25 * 1024 * 1024), png_of(8_000, 8_000), png_of(30_000, 30_000)]
)
def test_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        reader.read(data)
    assert refusal.value.code == "file_too_large"


@pytest.mark.few(3)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.97])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_cut_off_picture_holds_nothing(kind: str, part: float) -> None:
    raw = encoded(pasted((symbol.png(TEXT, 6), (100, 200))), kind)
    assert reader.read(raw[: int(len(raw) * part)]).texts == ()


def test_a_strip_longer_than_the_decoder_takes_holds_nothing() -> None:
    assert reader.read(encoded(Image.new("L", (70_000, 40), 255))).texts == ()


HOSTILE = {
    "garbage": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "no pages": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
    "pages in a circle": pdf_with(b"").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "no area": pdf_with(b"", b"/MediaBox[0 0 0 0]"),
    "vast page": pdf_with(b"0 0 m 9 9 l S", b"/MediaBox[0 0 14400000 14400000]"),
    "long thin page": pdf_with(b"", b"/MediaBox[0 0 0.001 100000]"),
    "deep nesting": pdf_with(b"q " * 200_000),
    "script": pdf_with(b"", catalog=b"/OpenAction<</S/JavaScript/JS(while(1){})>>"),
    "locked": pdf_with(b"").replace(
        b"trailer<<", b"trailer<</Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -4>>/ID[(a)(b)]"
    ),
}


@pytest.mark.few(5)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pdf_holds_nothing(name: str) -> None:
    assert reader.read(HOSTILE[name]).texts == ()


def test_a_page_of_very_many_strokes_holds_nothing() -> None:
    bomb = zlib.compress(b"0 0 1 1 re f " * 300_000, 9)
    pdf = pdf_with(b"X").replace(b"<</Length 1>>", b"<</Filter/FlateDecode/Length %d>>" % len(bomb))
    assert reader.read(pdf.replace(b"stream\nX", b"stream\n" + bomb)).texts == ()


@pytest.mark.few(1)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_cut_off_letter_never_raises(printer: LetterPrinter, part: float) -> None:
    pdf = printer.print(builders.letter()).pdf
    assert reader.read(pdf[: int(len(pdf) * part)]).texts in {(), (TEXT,)}


def test_a_child_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WALL_SECONDS", 0.01)
    assert reader.read(pdf_with(b"")).texts == ()


def test_a_child_that_cannot_start_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert reader.read(pdf_with(b"")).texts == ()


def test_the_child_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(*_args: object, env: dict[str, str], **_options: object) -> None:
        seen.update(env)
        raise OSError

    monkeypatch.setenv("SUKET_KEY_PASSPHRASE", "secret")
    monkeypatch.setattr(subprocess, "run", run)
    reader.read(pdf_with(b""))
    assert set(seen) == {"PATH", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE"}


def test_only_the_first_five_pages_are_read(printer: LetterPrinter) -> None:
    letters = [builders.letter(id=f"{n:032x}", seal_text=f"{n + 1}" * 40, portrait=None) for n in range(6)]
    assert reader.read(printer.print_together(letters)).texts == tuple(f"{n}" * 40 for n in range(1, 6))
