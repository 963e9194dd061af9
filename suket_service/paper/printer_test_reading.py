"""What a print of the printer's test page is worth: PASSED or FAILED, and why. Prints and stores nothing.

A picture of a page says how large its modules are only beside something whose size is known: the ruler as
measured by hand, the scanner's resolution, or the edges of the A4 sheet itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from suket_service.errors import FileRefused, Text
from suket_service.paper import limited_child, pictures, reader
from suket_service.paper.printer_test import (
    LARGEST,
    MARKS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RULER,
    SMALLEST,
    SYMBOLS,
    seal_digits,
)

WALL_SECONDS = 25.0
LEAST_SCALE, MOST_SCALE = 97.5, 102.5  # per cent
MOST_APART = 1.5  # per cent between across and down
LEAST_BLACK = 0.5  # of the light that the paper reflects, taken away by black
MOST_UNEVEN = 0.06
MOST_GROWTH, LEAST_GROWTH = 0.3, -0.2  # millimetres
MOST_EDGE = 0.7  # millimetres from black to white
LEAST_PIXELS = 3.0  # a module, for a picture to be fair to the print

_FLAT = 0.01
_SHEET_RATIO = PAGE_HEIGHT / PAGE_WIDTH
_SHEET_SHORT, _SHEET_LONG = (190, 235), (270, 375)  # millimetres; scanners take a little more than A4
_TINY = 700  # pixels of the longer side: no picture of a whole sheet
_FAINT_GLANCE, _BLANK_GLANCE, _SOFT_GLANCE = 0.4, 0.05, 0.3


class Cause(StrEnum):
    """Why a print did not pass."""

    NOT_THE_PAGE = "not_the_page"
    CUT_OFF = "cut_off"
    SCALED = "scaled"
    STRETCHED = "stretched"
    SIZE_UNKNOWN = "size_unknown"
    TOO_FAINT = "too_faint"
    UNEVEN = "uneven"
    TOO_THICK = "too_thick"
    TOO_THIN = "too_thin"
    BLURRED = "blurred"
    TOO_SMALL = "too_small"
    UNREAD = "unread"


class Basis(StrEnum):
    """What the size of the print was measured by."""

    RULER = "ruler"
    RESOLUTION = "resolution"
    PAPER = "paper"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the print is, in per cent of full size; ``down`` is None where only one way could be measured."""

    across: float
    down: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Read:
    """Whether each of the two decoders read a symbol; ``zbar`` is None where the machine has none."""

    zxing: bool
    zbar: bool | None


@dataclass(frozen=True, slots=True)
class Toner:
    """How the toner lies, as shares of full black and in millimetres."""

    black: float
    uneven: float
    growth: float  # of a line, the way it grew or shrank more
    edge: float
    wedge: Mapping[int, float]  # by the grey that was asked for, in per cent


@dataclass(frozen=True, slots=True)
class Report:
    """The answer, with everything it rests on that could be measured."""

    causes: tuple[Cause, ...]  # the likeliest first
    missing: tuple[str, ...]  # marks that were not found
    scale: Scale | None = None
    pixels_per_mm: float | None = None
    toner: Toner | None = None
    reads: Mapping[str, Read] | None = None

    @property
    def passed(self) -> bool:
        """Whether letters from this printer can be trusted to be read."""
        return not self.causes


def read(data: bytes, ruler_mm: float | None = None) -> Report:
    """Judge a photograph or scan of the page; ``ruler_mm``: how long its ruler of 150 mm is by hand.

    Raises:
        FileRefused: ``file_too_large``, ``file_heic`` or ``file_not_pdf_png_jpeg``.
    """
    if pictures.media_of(data) == "heic":
        raise FileRefused("file_heic", _HEIC)
    media, intact = reader.sort_of(data)
    kind = "pdf" if media == "pdf" else "picture"
    found = (
        limited_child.lines("suket_service.paper.printer_test_finder", kind, data, WALL_SECONDS)
        if intact
        else []
    )
    return judge(json.loads(found[0]) if found else {}, ruler_mm)


def judge(measured: Mapping[str, Any], ruler_mm: float | None = None) -> Report:
    """The report on what was measured."""
    seen = measured.get("marks", [])
    missing = tuple(name for name in MARKS if name not in seen)
    if missing:
        return Report((_unseen(measured, len(missing)),), missing)
    toner = Toner(
        black=measured["black"],
        uneven=measured["uneven"],
        growth=max(measured["growth"], key=abs),
        edge=measured["edge_mm"],
        wedge={int(grey): dark for grey, dark in measured["wedge"].items()},
    )
    reads = {name: _read(name, measured["read"][name]) for name in SYMBOLS}
    report = Report((), (), _scale(measured, ruler_mm), measured["per_mm"], toner, reads)
    causes = tuple(_causes(report, toner, reads))
    return Report(causes, (), report.scale, report.pixels_per_mm, toner, reads)


def _unseen(measured: Mapping[str, Any], missing: int) -> Cause:
    if missing < len(MARKS):
        return Cause.CUT_OFF
    contrast, steepest = measured.get("contrast", 0), measured.get("steepest", 1)
    if measured.get("others") or contrast < _BLANK_GLANCE:
        return Cause.NOT_THE_PAGE
    if max(measured["size"]) < _TINY:
        return Cause.TOO_SMALL
    if steepest < _SOFT_GLANCE:
        return Cause.BLURRED
    return Cause.TOO_FAINT if contrast < _FAINT_GLANCE else Cause.NOT_THE_PAGE


def _causes(report: Report, toner: Toner, reads: Mapping[str, Read]) -> Iterator[Cause]:
    scale = report.scale
    if scale is not None:
        sizes = [size for size in (scale.across, scale.down) if size is not None]
        if max(sizes) - min(sizes) > MOST_APART:
            yield Cause.STRETCHED
        elif min(sizes) < LEAST_SCALE or max(sizes) > MOST_SCALE:
            yield Cause.SCALED
    read_by_all = all(each.zxing and each.zbar is not False for each in reads.values())
    too_small = (report.pixels_per_mm or 0) * _MODULE < LEAST_PIXELS
    if too_small and (toner.edge > MOST_EDGE or not read_by_all):
        yield Cause.TOO_SMALL
        return
    if toner.edge > MOST_EDGE:
        yield Cause.BLURRED
    if toner.black < LEAST_BLACK:
        yield Cause.TOO_FAINT
    elif toner.uneven > MOST_UNEVEN:
        yield Cause.UNEVEN
    if toner.edge <= MOST_EDGE and toner.growth > MOST_GROWTH:
        yield Cause.TOO_THICK
    if toner.edge <= MOST_EDGE and toner.growth < LEAST_GROWTH:
        yield Cause.TOO_THIN
    if not read_by_all:
        yield Cause.UNREAD
    if scale is None:
        yield Cause.SIZE_UNKNOWN


#: About the smallest module that a letter bears, in millimetres.
_MODULE = 0.6


def _read(name: str, texts: Mapping[str, str | None]) -> Read:
    wanted = f"/s#{seal_digits(name)}"
    zxing, zbar = texts["zxing"] or "", texts["zbar"]
    return Read(zxing.endswith(wanted), None if zbar is None else zbar.endswith(wanted))


def _scale(measured: Mapping[str, Any], ruler_mm: float | None) -> Scale | None:
    sides = measured["sides"]
    across, down = (sides["top"] + sides["bottom"]) / 2, (sides["left"] + sides["right"]) / 2
    flat = (
        abs(sides["top"] - sides["bottom"]) < _FLAT * across
        and abs(sides["left"] - sides["right"]) < _FLAT * down
    )
    if ruler_mm is not None:
        by_hand = 100 * ruler_mm / RULER.width
        return Scale(by_hand, by_hand * down / across if flat else None, Basis.RULER)
    if flat and _is_sheet_at(measured["size"], measured["dpi"]):
        per_mm = measured["dpi"] / 25.4
        return Scale(100 * across / per_mm, 100 * down / per_mm, Basis.RESOLUTION)
    paper = measured["paper"]
    widths = _between(paper["left"], paper["right"], PAGE_WIDTH, of_picture=False)
    heights = _between(paper["top"], paper["bottom"], PAGE_HEIGHT, of_picture=False)
    if widths is not None or heights is not None:
        return Scale(widths or heights or 0, heights if widths else None, Basis.PAPER)
    short, long = sorted(measured["size"])
    if flat and abs(long / short / _SHEET_RATIO - 1) < 2 * _FLAT:
        widths = _between(paper["left"], paper["right"], PAGE_WIDTH, of_picture=True)
        heights = _between(paper["top"], paper["bottom"], PAGE_HEIGHT, of_picture=True)
        if widths is not None and heights is not None:
            return Scale(widths, heights, Basis.SHEET)
    return None


def _is_sheet_at(size: tuple[int, int], dpi: float | None) -> bool:
    if dpi is None:
        return False
    short, long = (25.4 * side / dpi for side in sorted(size))
    return _SHEET_SHORT[0] < short < _SHEET_SHORT[1] and _SHEET_LONG[0] < long < _SHEET_LONG[1]


def _between(
    near: list[float] | None, far: list[float] | None, full: float, *, of_picture: bool
) -> float | None:
    """Per cent of full size, by two edges of the paper: its own, or where the picture ends."""
    if near is None or far is None or bool(near[1]) is not of_picture or bool(far[1]) is not of_picture:
        return None
    return 100 * full / (far[0] - near[0])


_HEIC = Text(
    "Foto berformat HEIC/AVIF (ponsel baru). Kirim sebagai JPEG: di iPhone pilih Pengaturan > Kamera > Format > "
    "Paling Kompatibel, lalu foto lagi.",
    "The photograph is in HEIC/AVIF format (newer phones). Send it as JPEG: on an iPhone choose Settings > Camera > "
    "Formats > Most Compatible and take it again.",
)
#: What it was, and what to do.
ADVICE: dict[Cause, tuple[Text, Text]] = {
    Cause.NOT_THE_PAGE: (
        Text(
            "Ini bukan halaman uji, atau halamannya tidak dapat dikenali",
            "This is not the test page, or cannot be recognised",
        ),
        Text(
            "Unggah foto atau pindaian halaman uji, seluruh lembar, terang dan tidak terlipat.",
            "Upload a photograph or scan of the test page: the whole sheet, well lit, not folded.",
        ),
    ),
    Cause.CUT_OFF: (
        Text(
            "Halaman terpotong: tidak semua tanda sudut terbaca",
            "The page is cut off: not every corner mark can be read",
        ),
        Text(
            "Foto atau pindai seluruh lembar. Bila lembarnya sendiri terpotong, atur ukuran kertas pencetak ke A4.",
            "Photograph or scan the whole sheet. If the sheet itself is cut off, set the printer's paper size to A4.",
        ),
    ),
    Cause.SCALED: (
        Text("Cetakan diperkecil atau diperbesar", "The print is smaller or larger than it should be"),
        Text(
            "Cetak lagi dengan skala 100 % (“ukuran sebenarnya”), bukan “sesuaikan dengan halaman”.",
            "Print again at 100 % (“actual size”), not “fit to page”.",
        ),
    ),
    Cause.STRETCHED: (
        Text("Cetakan tidak sama besar mendatar dan tegak", "The print is not equally large across and down"),
        Text(
            "Pilih kertas A4 dan skala 100 %. Bila tetap begitu, penarik kertasnya aus: periksa rolnya.",
            "Choose A4 and 100 %. If it stays so, the paper feed is worn: have its rollers checked.",
        ),
    ),
    Cause.SIZE_UNKNOWN: (
        Text("Ukuran cetakan tidak dapat diukur", "The size of the print cannot be measured"),
        Text(
            "Pindai pada 300 dpi, atau foto di meja yang lebih gelap sampai keempat tepi kertas terlihat. Atau ukur garis "
            "0–150 dengan penggaris dan isikan panjangnya.",
            "Scan at 300 dpi, or photograph it on a darker table with all four edges of the paper in view. Or measure the "
            "line 0–150 with a ruler and fill in its length.",
        ),
    ),
    Cause.TOO_FAINT: (
        Text("Toner terlalu tipis: hitamnya pudar", "Too little toner: black is faint"),
        Text(
            "Matikan mode hemat toner, naikkan kepekatan, atau ganti toner. Bila cetakannya hitam, foto lagi dengan cahaya "
            "yang lebih terang.",
            "Switch off toner saving, raise the density, or change the toner. If the print is black, photograph it again "
            "in better light.",
        ),
    ),
    Cause.UNEVEN: (
        Text("Hitamnya tidak merata: bergaris atau berbintik", "Black is uneven: streaks or spots"),
        Text(
            "Goyangkan lalu pasang lagi tonernya, bersihkan pencetak, atau ganti drumnya.",
            "Shake the toner and put it back, clean the printer, or change its drum.",
        ),
    ),
    Cause.TOO_THICK: (
        Text("Toner terlalu tebal: garis halus melebar", "Too much toner: fine lines come out wider"),
        Text(
            "Turunkan kepekatan cetak, dan pakai kertas 80 gram yang tidak lembap.",
            "Lower the print density, and use 80 g paper that is not damp.",
        ),
    ),
    Cause.TOO_THIN: (
        Text("Garis halus menipis", "Fine lines come out thinner"),
        Text(
            "Matikan mode hemat toner dan pilih mutu cetak 600 dpi atau lebih.",
            "Switch off toner saving and choose a print quality of 600 dpi or more.",
        ),
    ),
    Cause.BLURRED: (
        Text("Gambar kabur", "The picture is blurred"),
        Text(
            "Foto lagi tanpa goyang, dari atas, dengan lensa bersih dan cahaya cukup; atau pindai. Bila di kertas pun kabur, "
            "bersihkan pencetaknya.",
            "Photograph it again, steadily, from above, with a clean lens and enough light; or scan it. If the paper itself "
            "is blurred, clean the printer.",
        ),
    ),
    Cause.TOO_SMALL: (
        Text("Gambar terlalu kecil untuk menilai cetakan", "The picture is too small to judge the print by"),
        Text(
            "Pakai foto ukuran penuh (bukan kiriman yang diperkecil aplikasi pesan), atau pindai pada 300 dpi.",
            "Use the full-size photograph (not one made smaller by a messenger), or scan at 300 dpi.",
        ),
    ),
    Cause.UNREAD: (
        Text("Kode QR tidak terbaca oleh kedua pembaca", "The QR codes were not read by both decoders"),
        Text(
            "Cetak dan foto lagi halamannya. Bila tetap gagal, pakai pencetak lain untuk surat.",
            "Print and photograph the page again. If it fails again, use another printer for letters.",
        ),
    ),
}
NAMES = {SMALLEST: Text("Segel terkecil", "Smallest seal"), LARGEST: Text("Segel terbesar", "Largest seal")}
