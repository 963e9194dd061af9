"""Reports on paper: what stands on them, how they break over pages, and that they are whole PDFs."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from suket_service.core.letter import Capacity
from suket_service.errors import PrinterError
from suket_service.paper.report_pdf import (
    ClosingPaper,
    Column,
    Lines,
    ListPaper,
    ReportPrinter,
    StationPaper,
    StationPapers,
    signatory,
)
from tests.builders import LETTERHEAD, NOON
from tests.decoders import by_zxing

TEMPLATES = Path(__file__).parents[2] / "templates"
LIST = ListPaper(
    head=LETTERHEAD,
    title="BUKU REGISTER",
    subtitle="Terbit 22 November 2026",
    columns=(Column("No.", 10, "right"), Column("Nomor surat", 60, "digits"), Column("Nama", 100)),
    rows=[(str(each), f"471.13/{each:04}/SKP/2172/2026", f"ORANG KE-{each}") for each in range(1, 61)],
    total="Jumlah: 60 surat.",
    nothing="Tidak ada surat.",
    place_and_date="Tanjungpinang, 22 November 2026",
    made="Dibuat oleh Petugas (operator)",
    made_at=NOON,
)
CLOSING = ClosingPaper(
    head=LETTERHEAD,
    title="LAPORAN PENUTUPAN HARI",
    subtitle="22 November 2026",
    blocks=(Lines("Surat", (("Diterbitkan", "30"),)), Lines("Orang", (("Disetujui Kepala", "30"),))),
    series=(("SKP", "471.13/0001", "471.13/0030", "29", "471.13/0007"),),
    proof=(("Jumlah catatan", "123"), ("Ujung rantai", "ab" * 32)),
    qr=f"suket-checkpoint:123:{'ab' * 32}",
    closed_by="Petugas (operator)",
    place_and_date="Tanjungpinang, 22 November 2026",
    made="Ditutup oleh operator",
    made_at=NOON,
)
PAPERS = StationPapers(
    LETTERHEAD, "14 Februari 2029", with_list=True, with_form=True, made="Dibuat oleh", made_at=NOON
)
STATION = StationPaper(
    "Tanjungpinang Kota", "001", "Halaman SDN 001", "001/002", (("471.13/0001", "SUHARTINI", "AB12-CD34"),)
)


@pytest.fixture(scope="module")
def printer() -> ReportPrinter:
    return ReportPrinter(TEMPLATES, demo=False)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def test_a_register_lies_across_and_numbers_its_pages(printer: ReportPrinter) -> None:
    pdf = printer.list(LIST)
    read = pypdf.PdfReader(BytesIO(pdf))
    told = pages(pdf)
    assert all(page.mediabox.width > page.mediabox.height for page in read.pages)
    assert len(told) > 1
    for number, page in enumerate(told, start=1):
        assert f"Halaman {number} dari {len(told)}" in page
        assert "Dibuat oleh Petugas (operator)" in page


def test_every_line_stands_on_it_once_below_the_titles_of_its_page(printer: ReportPrinter) -> None:
    told = pages(printer.list(LIST))
    together = "\n".join(told)
    assert all(together.count(f"471.13/{each:04}/SKP") == 1 for each in range(1, 61))
    assert all("Nomor surat" in page for page in told if "SKP" in page)


def test_the_office_head_signs_below_the_last_lines(printer: ReportPrinter) -> None:
    last = pages(printer.list(LIST))[-1]
    assert "ORANG KE-60" in last
    assert "Jumlah: 60 surat." in last
    assert "Drs. Contoh, M.Si." in last


def test_a_list_that_is_not_wide_stands(printer: ReportPrinter) -> None:
    [page] = pypdf.PdfReader(BytesIO(printer.list(replace(LIST, wide=False, rows=LIST.rows[:5])))).pages
    assert page.mediabox.width < page.mediabox.height


def test_an_empty_list_says_so(printer: ReportPrinter) -> None:
    [page] = pages(printer.list(replace(LIST, rows=[])))
    assert "Tidak ada surat." in page


def test_a_paper_bears_its_own_time_and_not_that_of_its_printing(printer: ReportPrinter) -> None:
    for pdf in (
        printer.list(replace(LIST, rows=[])),
        printer.closing(CLOSING),
        printer.stations(PAPERS, [STATION]),
    ):
        told = pypdf.PdfReader(BytesIO(pdf)).metadata
        assert told is not None
        assert told.creation_date == told.modification_date == NOON


def test_the_same_list_is_the_same_bytes(printer: ReportPrinter) -> None:
    few = replace(LIST, rows=LIST.rows[:2])
    assert printer.list(few) == ReportPrinter(TEMPLATES, demo=False).list(few)


def test_what_people_typed_is_text_and_no_markup(printer: ReportPrinter) -> None:
    [page] = pages(printer.list(replace(LIST, rows=[("1", "<b>x</b>", "{{7*7}} & =1+1")])))
    assert "<b>x</b>" in page
    assert "{{7*7}} & =1+1" in page


def test_a_sign_that_the_font_lacks_is_refused_and_not_left_out(printer: ReportPrinter) -> None:
    with pytest.raises(PrinterError) as refused:
        printer.list(replace(LIST, rows=[("1", "x", "你")]))
    assert refused.value.code == "glyph_missing"


def test_a_demo_marks_its_papers(printer: ReportPrinter) -> None:
    marked = ReportPrinter(TEMPLATES, demo=True)
    for pdf in (
        marked.list(replace(LIST, rows=[])),
        marked.closing(CLOSING),
        marked.stations(PAPERS, [STATION]),
    ):
        assert "BUKAN DOKUMEN RESMI" in pages(pdf)[0]
    assert "BUKAN DOKUMEN RESMI" not in pages(printer.closing(CLOSING))[0]


def test_a_closing_report_is_one_page_whose_symbol_tells_the_chain(printer: ReportPrinter) -> None:
    pdf = printer.closing(CLOSING)
    [page] = pages(pdf)
    for told in ("Diterbitkan", "471.13/0007", "Disetujui Kepala", "Petugas (operator)"):
        assert told in page
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    assert by_zxing(image) == [CLOSING.qr]


def test_each_station_begins_a_page_and_numbers_its_own(printer: ReportPrinter) -> None:
    told = pages(printer.stations(PAPERS, [STATION, replace(STATION, code="002")]))
    assert len(told) == 4
    assert ["TPS 001" in page for page in told] == [True, True, False, False]
    assert ["Halaman 1 dari 2" in page for page in told] == [True, False, True, False]
    assert "SUHARTINI" in told[0]
    assert "AB12-CD34" in told[0]
    assert "FORMULIR PENCOCOKAN" in told[1]
    assert "SUHARTINI" not in told[1]


def test_many_stations_are_one_pdf_in_their_order(printer: ReportPrinter) -> None:
    stations = [replace(STATION, code=f"{each:03}") for each in range(1, 24)]
    papers = replace(PAPERS, with_form=False)
    told = pages(printer.stations(papers, stations))
    assert [f"TPS {each:03}" in page for each, page in enumerate(told, start=1)] == [True] * 23


def test_a_station_without_letters_says_so(printer: ReportPrinter) -> None:
    [page] = pages(printer.stations(replace(PAPERS, with_form=False), [replace(STATION, rows=())]))
    assert "Tidak ada surat yang berlaku" in page


def test_the_form_can_be_had_alone(printer: ReportPrinter) -> None:
    [page] = pages(printer.stations(replace(PAPERS, with_list=False), [STATION]))
    for told in ("Surat yang ditunjukkan", "Diterima", "Diragukan", "Ketua KPPS", "Pengawas TPS"):
        assert told in page


def test_a_long_list_goes_on_under_its_titles(printer: ReportPrinter) -> None:
    rows = tuple((f"471.13/{each:04}", "SUHARTINI", "AB12-CD34") for each in range(60))
    told = pages(printer.stations(replace(PAPERS, with_form=False), [replace(STATION, rows=rows)]))
    assert len(told) > 1
    assert "471.13/0000" in told[0]
    assert all("Kode periksa" in page for page in told)


def test_nothing_is_printed_for_no_station(printer: ReportPrinter) -> None:
    with pytest.raises(ValueError, match="no stations"):
        printer.stations(PAPERS, [])


@pytest.mark.parametrize(
    ("capacity", "post", "expected"),
    [
        (Capacity.IN_OFFICE, "Kepala Dinas", ("Kepala Dinas",)),
        (Capacity.ACTING, "Kepala Dinas", ("Plt. Kepala Dinas",)),
        (Capacity.ON_BEHALF, "Kepala Dinas\nSekretaris", ("a.n. Kepala Dinas", "Sekretaris")),
    ],
)
def test_who_signs_takes_the_capacity_first(capacity: Capacity, post: str, expected: tuple[str, ...]) -> None:
    assert signatory(replace(LETTERHEAD, capacity=capacity, post=post)) == expected
