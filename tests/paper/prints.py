"""Prints of the printer's test page as they come back from scanners and telephones; none of them was ever paper."""

from functools import cache
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from suket_service.paper.plane import view
from suket_service.paper.printer_test_page import page_pdf
from tests.paper.builders import TEMPLATES

BASE_URL = "https://suket.example.go.id"
DPI = 300
WIDTH, HEIGHT = 2480, 3508  # A4


@cache
def pdf() -> bytes:
    return page_pdf(TEMPLATES, BASE_URL)


@cache
def clean() -> Image.Image:
    page: Image.Image = pypdfium2.PdfDocument(pdf())[0].render(scale=DPI / 72, grayscale=True).to_pil()
    return page.convert("L").resize((WIDTH, HEIGHT))


def printed(across: float = 1.0, down: float | None = None) -> Image.Image:
    """The sheet as it comes out of the printer at that scale, in its middle."""
    size = round(WIDTH * across), round(HEIGHT * (down or across))
    sheet = Image.new("L", (WIDTH, HEIGHT), 255)
    sheet.paste(
        clean().resize(size, Image.Resampling.LANCZOS), ((WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2)
    )
    return sheet


def thick(sheet: Image.Image, pixels: int) -> Image.Image:
    """Toner that spreads by that many pixels of 300 dpi on every side."""
    return sheet.filter(ImageFilter.MinFilter(2 * pixels + 1))


def thin(sheet: Image.Image, pixels: int) -> Image.Image:
    """Toner that leaves out that much of every edge."""
    return sheet.filter(ImageFilter.MaxFilter(2 * pixels + 1))


def faint(sheet: Image.Image, black: float) -> Image.Image:
    """Toner that covers only this part of what should be black."""
    return sheet.point(lambda level: 255 - (255 - level) * black)


def streaky(sheet: Image.Image) -> Image.Image:
    """A worn drum: paler bands down the page."""
    bands = Image.new("L", sheet.size, 0)
    for x in range(0, WIDTH, 130):
        bands.paste(90, (x, 0, x + 50, HEIGHT))
    return ImageChops.lighter(sheet, bands)


def blurred(sheet: Image.Image, millimetres: float) -> Image.Image:
    return sheet.filter(ImageFilter.GaussianBlur(millimetres * DPI / 25.4))


def noisy(sheet: Image.Image, sigma: float) -> Image.Image:
    return ImageChops.add(sheet, Image.effect_noise(sheet.size, sigma), offset=-128)


def photographed(
    sheet: Image.Image, *, tilt: float = 0.06, table: int = 70, dim: float = 0.25, turned: int = 0
) -> Image.Image:
    """On a table that is darker than the paper, from a little aside, with light from one side: 12 megapixels."""
    wide, high = 3000, 4000
    left, right, top, bottom = 260, 2740, 240, 3748
    corners = [
        (left + wide * tilt, top),
        (right - wide * tilt * 0.5, top + high * tilt * 0.4),
        (right, bottom - high * tilt * 0.2),
        (left, bottom),
    ]
    from_paper = view(corners, [(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]).numbers
    seen = sheet.transform(
        (wide, high), Image.Transform.PERSPECTIVE, from_paper, Image.Resampling.BICUBIC, fillcolor=table
    )
    light = Image.linear_gradient("L").rotate(90).resize((wide, high)).point(lambda level: 255 - level * dim)
    shot = ImageChops.multiply(seen, light).point(lambda level: 12 + level * 0.86)
    return shot.filter(ImageFilter.GaussianBlur(1.2)).rotate(turned, expand=True)


def jpeg(picture: Image.Image, quality: int = 75, dpi: int | None = None) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()


def png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def scanned_pdf(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PDF", resolution=DPI)
    return out.getvalue()
