"""The printer's test page and the judgement on its prints: good ones pass, each fault is named."""

import math
import sys
from collections.abc import Callable, Iterable

import pypdfium2
import pytest
from _pytest.mark import ParameterSet
from PIL import Image

from suket_service.errors import FileRefused
from suket_service.paper import printer_test_finder, reader, symbol
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.paper.plane import View, crossing, view
from suket_service.paper.printer_test import LARGEST, MARKS, SMALLEST, SYMBOLS, symbol_text
from suket_service.paper.printer_test_page import module_sizes, page_pdf
from suket_service.paper.printer_test_reading import ADVICE, Basis, Cause, Read, Report, judge, read
from tests.paper import builders, prints
from tests.paper.builders import TEMPLATES

GOOD: dict[str, Callable[[], bytes]] = {
    "scan at 300 dpi": lambda: prints.jpeg(prints.printed(), 75, 300),
    "poor scan": lambda: prints.jpeg(prints.noisy(prints.printed(), 18), 30, 300),
    "scan at 150 dpi": lambda: prints.jpeg(prints.printed().resize((1240, 1754)), 75, 150),
    "scan to PDF": lambda: prints.scanned_pdf(prints.printed()),
    "scan to PNG": lambda: prints.png(prints.printed()),
    "a scan that lies on its side": lambda: prints.jpeg(prints.printed().rotate(90, expand=True), 75, 300),
    "a little smaller": lambda: prints.jpeg(prints.printed(0.98), 75, 300),
    "a little more toner": lambda: prints.jpeg(prints.thick(prints.printed(), 1), 75, 300),
    "a little less toner": lambda: prints.jpeg(prints.faint(prints.printed(), 0.7), 75, 300),
    "photograph": lambda: prints.jpeg(prints.photographed(prints.printed())),
    "photograph upside down": lambda: prints.jpeg(prints.photographed(prints.printed(), turned=180)),
    "photograph from the side": lambda: prints.jpeg(prints.photographed(prints.printed(), tilt=0.12), 60),
    "photograph of two megapixels": lambda: prints.jpeg(
        prints.photographed(prints.printed()).resize((1200, 1600), Image.Resampling.LANCZOS)
    ),
}
BAD: dict[str, tuple[Cause, Callable[[], bytes]]] = {
    "90 %": (Cause.SCALED, lambda: prints.jpeg(prints.printed(0.9), 75, 300)),
    "fitted to the page": (Cause.SCALED, lambda: prints.jpeg(prints.printed(0.96), 75, 300)),
    "105 %": (Cause.SCALED, lambda: prints.jpeg(prints.printed(1.04), 75, 300)),
    "90 %, photographed": (Cause.SCALED, lambda: prints.jpeg(prints.photographed(prints.printed(0.9)))),
    "96 %, photographed": (Cause.SCALED, lambda: prints.jpeg(prints.photographed(prints.printed(0.96)))),
    "shorter only": (Cause.STRETCHED, lambda: prints.jpeg(prints.printed(1, 0.96), 75, 300)),
    "toner low": (Cause.TOO_FAINT, lambda: prints.jpeg(prints.faint(prints.printed(), 0.35), 75, 300)),
    "toner very low": (Cause.TOO_FAINT, lambda: prints.jpeg(prints.faint(prints.printed(), 0.1), 75, 300)),
    "toner low, photographed": (
        Cause.TOO_FAINT,
        lambda: prints.jpeg(prints.photographed(prints.faint(prints.printed(), 0.35))),
    ),
    "worn drum": (Cause.UNEVEN, lambda: prints.jpeg(prints.streaky(prints.printed()), 75, 300)),
    "toner high": (Cause.TOO_THICK, lambda: prints.jpeg(prints.thick(prints.printed(), 2), 75, 300)),
    "toner very high": (Cause.TOO_THICK, lambda: prints.jpeg(prints.thick(prints.printed(), 3), 75, 300)),
    "toner high, photographed": (
        Cause.TOO_THICK,
        lambda: prints.jpeg(prints.photographed(prints.thick(prints.printed(), 2))),
    ),
    "toner saved": (Cause.TOO_THIN, lambda: prints.jpeg(prints.thin(prints.printed(), 2), 75, 300)),
    "blurred": (Cause.BLURRED, lambda: prints.jpeg(prints.blurred(prints.printed(), 0.3), 75, 300)),
    "very blurred": (Cause.BLURRED, lambda: prints.jpeg(prints.blurred(prints.printed(), 0.6), 75, 300)),
    "blurred, photographed": (
        Cause.BLURRED,
        lambda: prints.jpeg(prints.photographed(prints.blurred(prints.printed(), 0.35))),
    ),
    "a very small photograph": (
        Cause.TOO_SMALL,
        lambda: prints.jpeg(
            prints.photographed(prints.printed()).resize((450, 600), Image.Resampling.LANCZOS), 60
        ),
    ),
    "on a white table": (
        Cause.SIZE_UNKNOWN,
        lambda: prints.jpeg(prints.photographed(prints.printed(), table=255)),
    ),
    "cut off below": (Cause.CUT_OFF, lambda: prints.jpeg(prints.printed().crop((0, 0, 2480, 3000)), 75, 300)),
    "one corner covered": (Cause.CUT_OFF, lambda: prints.jpeg(_covered(), 75, 300)),
    "a blank sheet": (Cause.NOT_THE_PAGE, lambda: prints.jpeg(Image.new("L", (2480, 3508), 250), 75, 300)),
    "a symbol alone": (Cause.NOT_THE_PAGE, lambda: symbol.png(builders.seal_text(), 8)),
}
#: Each cause once, and each way of looking; ``script/thorough`` judges them all.
OFTEN = {
    *("scan at 300 dpi", "scan at 150 dpi", "scan to PDF", "photograph", "photograph from the side"),
    *("96 %, photographed", "shorter only", "toner low", "worn drum", "toner high", "toner saved", "blurred"),
    *("a very small photograph", "on a white table", "cut off below", "a symbol alone"),
}


def _some(names: Iterable[str]) -> list[ParameterSet]:
    return [pytest.param(each, marks=[] if each in OFTEN else [pytest.mark.slow]) for each in names]


def _covered() -> Image.Image:
    sheet = prints.printed()
    sheet.paste(255, (0, 0, 380, 380))
    return sheet


def judged(data: bytes) -> Report:
    """As ``read``, without the child."""
    kind = "pdf" if data.startswith(b"%PDF") else "picture"
    return judge(printer_test_finder.measured(*printer_test_finder.page_in(data, kind)))


@pytest.mark.parametrize("name", _some(GOOD))
def test_a_good_print_passes(name: str) -> None:
    report = judged(GOOD[name]())
    assert (report.causes, report.passed) == ((), True)


@pytest.mark.parametrize("name", _some(BAD))
def test_a_bad_print_fails_for_its_reason(name: str) -> None:
    cause, data = BAD[name]
    report = judged(data())
    assert not report.passed
    assert report.causes[0] is cause, report


@pytest.mark.few(2)
@pytest.mark.parametrize("photographed", [True, False])
@pytest.mark.parametrize("scale", [0.96, 0.9, 1.0, 1.03])
def test_the_scale_is_found_within_half_a_per_cent(scale: float, photographed: bool) -> None:
    sheet = prints.printed(scale)
    data = prints.jpeg(prints.photographed(sheet)) if photographed else prints.jpeg(sheet, 75, 300)
    found = judged(data).scale
    assert found is not None
    assert found.basis is (Basis.PAPER if photographed else Basis.RESOLUTION)
    assert found.across == pytest.approx(100 * scale, abs=0.5)
    assert found.down == pytest.approx(100 * scale, abs=0.5)


def test_a_whole_sheet_without_a_resolution_is_measured_by_its_edges() -> None:
    found = judged(prints.jpeg(prints.printed(0.96))).scale
    assert found is not None
    assert (found.basis, round(found.across), round(found.down or 0)) == (Basis.SHEET, 96, 96)


@pytest.mark.slow
def test_a_resolution_that_cannot_be_true_is_not_believed() -> None:
    found = judged(prints.jpeg(prints.printed(0.96), 75, 150)).scale
    assert found is not None
    assert found.basis is Basis.SHEET


@pytest.mark.few(2)
@pytest.mark.parametrize(("length", "passes"), [(149.0, True), (144.0, False), (150.0, True), (135.0, False)])
def test_a_ruler_measured_by_hand_counts_where_no_edge_is_seen(length: float, passes: bool) -> None:
    report = read(prints.jpeg(prints.photographed(prints.printed(), table=255)), ruler_mm=length)
    assert report.scale is not None
    assert (report.scale.basis, report.passed) == (Basis.RULER, passes)


def test_both_decoders_are_heard() -> None:
    report = read(GOOD["photograph"]())
    assert report.reads == {SMALLEST: Read(True, True), LARGEST: Read(True, True)}


def test_where_zbar_is_missing_the_other_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer_test_finder, "pyzbar", None)
    report = judge(printer_test_finder.measured(prints.printed(), 300))
    assert report.passed
    assert report.reads == {SMALLEST: Read(True, None), LARGEST: Read(True, None)}


def test_another_symbol_in_the_place_of_the_test_symbol_is_not_read_as_it() -> None:
    measured = printer_test_finder.measured(prints.printed(), 300)
    measured["read"][LARGEST] = {"zxing": builders.seal_text(), "zbar": builders.seal_text()}
    assert judge(measured).causes == (Cause.UNREAD,)


def test_the_missing_corner_is_told() -> None:
    assert judged(prints.jpeg(_covered(), 75, 300)).missing == ("SUKETUJI1A",)


def test_a_letter_is_not_the_page(printer: LetterPrinter) -> None:
    assert judged(printer.print(builders.letter()).pdf).causes == (Cause.NOT_THE_PAGE,)


def test_the_page_as_it_is_drawn_passes() -> None:
    report = read(prints.pdf())
    assert report.passed
    assert report.toner is not None
    assert {grey: round(dark, 2) for grey, dark in report.toner.wedge.items()} == {
        20: 0.2,
        40: 0.4,
        60: 0.6,
        80: 0.8,
        100: 1.0,
    }


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n" + bytes(99), b"\x89PNG\r\n\x1a\n" + bytes(99), b"\xff\xd8\xff" + bytes(99)]
)
def test_a_damaged_file_is_not_the_page(data: bytes) -> None:
    assert read(data) == Report((Cause.NOT_THE_PAGE,), tuple(MARKS))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", "file_not_pdf_png_jpeg"),
        (b"", "file_not_pdf_png_jpeg"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "file_heic"),
        (b"%PDF-" + bytes(reader.MOST_BYTES), "file_too_large"),
    ],
)
def test_other_files_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.code == code


def test_a_child_that_cannot_start_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert read(prints.pdf()).causes == (Cause.NOT_THE_PAGE,)


def test_every_cause_has_its_advice() -> None:
    assert set(ADVICE) == set(Cause)


class TestThePage:
    def test_the_same_address_gives_the_same_bytes_on_one_page(self) -> None:
        assert page_pdf(TEMPLATES, prints.BASE_URL) == prints.pdf()
        assert len(pypdfium2.PdfDocument(prints.pdf())) == 1

    def test_every_code_on_it_is_read_and_there_is_no_other(self) -> None:
        wanted = {*MARKS, *(symbol_text(prints.BASE_URL, which) for which in SYMBOLS)}
        assert set(reader.read(prints.pdf()).texts) == wanted

    def test_its_symbols_are_as_large_as_the_smallest_and_the_largest_of_letters(self) -> None:
        sizes = module_sizes(prints.BASE_URL)
        assert round(sizes.largest, 3) == round(42 / symbol.runs(builders.longest_seal_text()).side, 3)
        assert sizes.smallest > 42 / symbol.runs(builders.seal_text()).side

    def test_no_caption_reaches_into_what_is_measured(self) -> None:
        page = pypdfium2.PdfDocument(prints.pdf())[0].get_textpage()
        everything = [*MARKS.values(), *SYMBOLS.values()]
        for number in range(page.count_chars()):
            left, bottom, right, top = (edge * 25.4 / 72 for edge in page.get_charbox(number))
            for box in everything:
                apart = (
                    right <= box.left
                    or left >= box.left + box.width
                    or 297 - bottom <= box.top
                    or 297 - top >= box.top + box.height
                )
                assert apart, (number, box)


class TestPlane:
    def test_four_points_are_seen_where_they_were_seen(self) -> None:
        places = [(0.0, 0.0), (10.0, 0.0), (10.0, 20.0), (0.0, 20.0)]
        seen = [(5.0, 5.0), (90.0, 11.0), (100.0, 180.0), (2.0, 170.0)]
        found = view(places, seen)
        for (x, y), (u, v) in zip(places, seen, strict=True):
            assert math.dist(found.at(x, y), (u, v)) < 1e-6

    def test_a_grid_sees_the_same(self) -> None:
        found = View((2.0, 0.1, 5.0, 0.2, 3.0, 7.0, 0.001, 0.002))
        grid = found.of_grid(-10, -20, 4)
        assert math.dist(grid.at(4 * (30 + 10), 4 * (40 + 20)), found.at(30, 40)) < 1e-6

    def test_the_diagonals_meet_in_the_middle(self) -> None:
        assert crossing([(0, 0), (2, 0), (2, 2), (0, 2)]) == (1, 1)

    @pytest.mark.parametrize("corners", [[(0, 0)] * 4, [(0, 0), (1, 1), (2, 2), (3, 3)]])
    def test_a_line_has_no_middle(self, corners: list[tuple[float, float]]) -> None:
        with pytest.raises(ValueError, match="no figure"):
            crossing(corners)

    def test_points_on_a_line_are_no_plane(self) -> None:
        with pytest.raises(ValueError, match="line"):
            view([(0, 0), (1, 1), (2, 2), (3, 3)], [(0, 0), (1, 1), (2, 2), (3, 3)])
