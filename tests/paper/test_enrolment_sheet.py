"""Enrolment sheets: a page a station, whose symbol a telephone reads and whose words an officer follows."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from suket_service.errors import PrinterError
from suket_service.paper.enrolment_sheet import EnrolmentSheets, StationSheet, print_sheets, unprintable
from suket_service.paper.report_pdf import ReportPrinter
from tests.builders import BASE_URL, LETTERHEAD, NOON
from tests.decoders import by_zxing

TEMPLATES = Path(__file__).parents[2] / "templates"
KID = "Zv7ZQ2gQh8b1l0OI-_xYkq3T5uW9aBcDeFgHiJkLmNo"
PAPERS = EnrolmentSheets(
    head=LETTERHEAD,
    election="Pemilihan Wali Kota 2026",
    day="9 Desember 2026, 07.00–13.00 WIB",
    issuing_closes="8 Desember 2026 16.00 WIB",
    base_url=BASE_URL,
    kid=KID,
    made="Dibuat oleh Petugas (operator)",
    made_at=NOON,
)
SHEET = StationSheet("001", "Tanjungpinang Kota", "001/002", "Halaman SDN 001", "7QKD-M2XA-R9TC")
#: The longest that a list of stations may hold.
LONGEST = replace(
    SHEET,
    address="Halaman Sekolah Dasar Negeri 001 " * 6,
    serves=", ".join(f"{rt:03}/{rw:03}" for rw in range(1, 5) for rt in range(1, 21)),
)


@pytest.fixture(scope="module")
def printer() -> ReportPrinter:
    return ReportPrinter(TEMPLATES, demo=False)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("dots_per_inch", [150, 300])
def test_the_symbol_enrols_by_the_link_in_its_fragment(printer: ReportPrinter, dots_per_inch: int) -> None:
    pdf = print_sheets(printer, PAPERS, [SHEET])
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72).to_pil()
    assert by_zxing(picture) == [f"{BASE_URL}/scan/#enrol=7QKDM2XAR9TC.{KID}"]


def test_every_station_has_one_page_of_its_own(printer: ReportPrinter) -> None:
    sheets = [replace(SHEET, station=f"{each:03}", code=f"AAAA-BBBB-{each:04}") for each in range(1, 13)]
    told = pages(print_sheets(printer, PAPERS, sheets))
    assert [f"TPS {each:03}" in page for each, page in enumerate(told, 1)] == [True] * 12
    assert [f"AAAA-BBBB-{each:04}" in page for each, page in enumerate(told, 1)] == [True] * 12
    symbols = [
        by_zxing(page.render(scale=2).to_pil())[0].partition("=")[2][:12]
        for page in pypdfium2.PdfDocument(print_sheets(printer, PAPERS, sheets))
    ]
    assert symbols == [f"AAAABBBB{each:04}" for each in range(1, 13)]


@pytest.mark.parametrize("demo", [False, True])
def test_the_longest_station_still_fits_its_page(demo: bool) -> None:
    papers = replace(PAPERS, election="Pemilihan Gubernur dan Wakil Gubernur " * 3)
    assert len(pages(print_sheets(ReportPrinter(TEMPLATES, demo), papers, [LONGEST]))) == 1


def test_it_says_what_to_do_and_whom_to_call(printer: ReportPrinter) -> None:
    [page] = pages(print_sheets(printer, PAPERS, [SHEET]))
    for told in (
        *("Pemilihan Wali Kota 2026", "9 Desember 2026", "Tanjungpinang Kota".upper(), "001/002"),
        *("(0771) 000000", "hilang", "membatalkan lembar ini", f"{BASE_URL}/scan/", "Dibuat oleh Petugas"),
    ):
        assert told in page, told


def test_the_thumbprint_stands_in_groups_of_four(printer: ReportPrinter) -> None:
    [page] = pages(print_sheets(printer, PAPERS, [SHEET]))
    assert "".join(PAPERS.kid_groups) == KID
    assert {len(group) for group in PAPERS.kid_groups[:-1]} == {4}
    assert " ".join(PAPERS.kid_groups[:3]) in " ".join(page.split())


def test_an_office_without_a_telephone_has_no_empty_brackets(printer: ReportPrinter) -> None:
    [page] = pages(print_sheets(printer, replace(PAPERS, head=replace(LETTERHEAD, contact="")), [SHEET]))
    assert "()" not in page
    assert "Segera hubungi kantor." in page


def test_a_demo_marks_its_sheets() -> None:
    [page] = pages(print_sheets(ReportPrinter(TEMPLATES, demo=True), PAPERS, [SHEET]))
    assert "BUKAN DOKUMEN RESMI" in page


def test_what_people_typed_is_text_and_no_markup(printer: ReportPrinter) -> None:
    [page] = pages(print_sheets(printer, PAPERS, [replace(SHEET, address="<b>Balai</b> {{7*7}}")]))
    assert "<b>Balai</b> {{7*7}}" in page


def test_a_sign_that_the_font_lacks_is_known_beforehand(printer: ReportPrinter) -> None:
    assert unprintable(["Halaman SDN 001", "Balai 你好"]) == "你好"
    with pytest.raises(PrinterError):
        print_sheets(printer, PAPERS, [replace(SHEET, address="你好")])


def test_nothing_is_printed_for_no_station(printer: ReportPrinter) -> None:
    with pytest.raises(ValueError, match="no sheets"):
        print_sheets(printer, PAPERS, [])
