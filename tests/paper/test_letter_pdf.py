import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest

from suket_service.core.letter import Capacity, Letter
from suket_service.core.resident import Sex
from suket_service.errors import PrinterError
from suket_service.paper.letter_pdf import LetterPrinter
from tests.paper import builders


def opened(pdf: bytes) -> Any:
    return pypdf.PdfReader(BytesIO(pdf))


def lines_of(pdf: bytes, page: int = 0) -> str:
    """The page's text, white space collapsed."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[page].get_textpage().get_text_range()
    document.close()
    return re.sub(r"\s+", " ", text)


def fonts_of(pdf: bytes) -> set[str]:
    return {font.get("/BaseFont", "") for font in opened(pdf).pages[0]["/Resources"]["/Font"].values()}


FACTS = [
    "PEMERINTAH KOTA TANJUNGPINANG",
    "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL",
    "SURAT KETERANGAN PENGGANTI KTP-EL",
    "Nomor: 471.13/0001/SKP/2172/2026",
    "NIK : 2172031708950003",
    "Nama : BUDI SANTOSO",
    "Tempat/Tanggal Lahir : TANJUNGPINANG, 17 Agustus 1995",
    "Jenis Kelamin : LAKI-LAKI Golongan Darah: O",
    "Alamat : JL. HANG TUAH NO. 12",
    "RT/RW : 001/002",
    "Kelurahan/Desa : TANJUNG UNGGAT",
    "Kecamatan : BUKIT BESTARI",
    "Kabupaten/Kota : KOTA TANJUNGPINANG",
    "Provinsi : KEPULAUAN RIAU",
    "Agama : ISLAM",
    "Status Perkawinan : BELUM KAWIN",
    "Pekerjaan : KARYAWAN SWASTA",
    "Kewarganegaraan : WNI",
    "telah melakukan perekaman KTP-el",
    "terdaftar dalam database kependudukan Kota Tanjungpinang",
    "471.13/10231/Dukcapil",
    "Blangko KTP-el tidak tersedia.",
    "Tanggal terbit 21 November 2026",
    "Berlaku sampai dengan 20 Mei 2027",
    "berakhir dengan sendirinya saat KTP-el diterbitkan",
    "perbankan",
    "Tanjungpinang, 21 November 2026",
    "Kepala Dinas Kependudukan dan Pencatatan Sipil Kota Tanjungpinang,",
    "Drs. H. RAJA AHMAD HAMDANI, M.Si.",
    "Pembina Utama Muda (IV/c)",
    "NIP 196805121990031004",
    "Tanda tangan pemegang",
    "Kode periksa V55G-4F9D",
    "Periksa di suket.example.go.id/s",
    "GRATIS — tidak dipungut biaya.",
    "Musnahkan surat ini setelah ditukar dengan KTP-el.",
]


@pytest.fixture(scope="module")
def text(printer: LetterPrinter) -> str:
    return lines_of(printer.print(builders.letter()).pdf)


@pytest.mark.parametrize("fact", FACTS)
def test_the_letter_says(text: str, fact: str) -> None:
    assert fact in text


def test_each_fact_of_the_hardest_letter_is_whole(printer: LetterPrinter) -> None:
    text = lines_of(printer.print(builders.hardest()).pdf)
    for fact in (
        builders.LONG_NAME,
        builders.LONG_ADDRESS,
        builders.LONGEST,
        "2172031708950003",
        "PEREMPUAN",
    ):
        assert fact in text


def test_pypdf_too_reads_the_nik_as_sixteen_digits(printer: LetterPrinter) -> None:
    assert "2172031708950003" in opened(printer.print(builders.letter()).pdf).pages[0].extract_text()


def test_no_ligature_stands_in_the_text(printer: LetterPrinter) -> None:
    text = lines_of(
        printer.print(builders.letter(name="AFFIF FITRI", occupation="Staf fasilitas office")).pdf
    )
    assert "Staf fasilitas office" in text
    assert not re.search("[ﬀ-ﬆ]", text)


def test_without_neighbourhood_and_blood_type_there_are_dashes(printer: LetterPrinter) -> None:
    text = lines_of(printer.print(builders.letter(rt=0, rw=0, blood_type="")).pdf)
    assert "RT/RW : - " in text
    assert "Golongan Darah: - " in text


def test_a_woman_is_perempuan(printer: LetterPrinter) -> None:
    assert "PEREMPUAN" in lines_of(printer.print(builders.letter(sex=Sex.FEMALE)).pdf)


def test_a_letter_until_the_card_says_so(printer: LetterPrinter) -> None:
    assert "Berlaku sampai KTP-el diterbitkan" in lines_of(
        printer.print(builders.letter(valid_until=None)).pdf
    )


def test_without_a_legal_basis_the_sentence_closes(printer: LetterPrinter) -> None:
    assert "sebagai pengganti KTP-el, dengan alasan:" in lines_of(
        printer.print(builders.letter(legal_basis="")).pdf
    )


def test_without_a_portrait_there_is_a_frame(printer: LetterPrinter) -> None:
    assert "Tempel foto 3 × 4" in lines_of(printer.print(builders.letter(portrait=None)).pdf)


def test_with_a_portrait_there_is_no_frame(printer: LetterPrinter) -> None:
    assert "Tempel foto" not in lines_of(printer.print(builders.letter()).pdf)


@pytest.mark.parametrize("capacity", [Capacity.ACTING, Capacity.STAND_IN, Capacity.ON_BEHALF])
def test_the_capacity_stands_before_the_post(printer: LetterPrinter, capacity: Capacity) -> None:
    text = lines_of(printer.print(builders.letter(capacity=capacity)).pdf)
    assert f"2026 {capacity.value} Kepala Dinas" in text


def test_a_seal_without_link_names_no_host(printer: LetterPrinter) -> None:
    text = lines_of(printer.print(builders.letter(seal_text="1" * 357)).pdf)
    assert "Periksa di" not in text
    assert "alat pindai petugas. GRATIS" in text


def test_markup_in_a_fact_is_printed_as_it_stands(printer: LetterPrinter) -> None:
    hostile = "<img src=file:///etc/passwd> & {{ 7*7 }}"
    assert hostile in lines_of(printer.print(builders.letter(reason=hostile)).pdf)


def test_only_the_demo_says_that_it_is_one(printer: LetterPrinter, demo_printer: LetterPrinter) -> None:
    band = "CONTOH — LINGKUNGAN PERAGAAN, BUKAN DOKUMEN RESMI"
    assert band in lines_of(demo_printer.print(builders.letter()).pdf)
    assert "CONTOH" not in lines_of(printer.print(builders.letter()).pdf)


@pytest.mark.parametrize("letter", [builders.letter(), builders.hardest(), builders.letter(portrait=None)])
def test_it_is_one_a4_page(printer: LetterPrinter, letter: Letter) -> None:
    pages = opened(printer.print(letter).pdf).pages
    assert len(pages) == 1
    assert [round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:]] == [210, 297]


def test_only_source_serif_is_embedded_and_as_subsets(printer: LetterPrinter) -> None:
    names = fonts_of(printer.print(builders.letter()).pdf)
    assert names
    assert all(re.fullmatch(r"/[A-Z]{6}\+Source-Serif-Pro(-Semi-Bold|-Bold)?", name) for name in names)


def test_it_is_tagged_pdf_a_2a_with_title_and_language(printer: LetterPrinter) -> None:
    document = opened(printer.print(builders.letter()).pdf)
    root = document.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert document.metadata is not None
    assert document.metadata.title == "SURAT KETERANGAN PENGGANTI KTP-EL Nomor 471.13/0001/SKP/2172/2026"
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("id", True)
    assert 'part="2"' in metadata
    assert 'conformance="A"' in metadata
    assert "/OutputIntents" in root


def test_its_dates_and_identifier_are_the_letters(printer: LetterPrinter) -> None:
    letter = builders.letter()
    document = opened(printer.print(letter).pdf)
    assert document.metadata is not None
    assert document.metadata.creation_date == document.metadata.modification_date == letter.issued_at
    assert document.trailer["/ID"][0].original_bytes == letter.id.encode()


def test_it_holds_no_link_target_and_no_action(printer: LetterPrinter) -> None:
    root = opened(printer.print(builders.letter()).pdf).trailer["/Root"]
    assert not {"/Names", "/OpenAction", "/AA", "/AcroForm"} & set(root)


def test_the_digest_is_that_of_the_bytes(printer: LetterPrinter) -> None:
    printed = printer.print(builders.letter())
    assert printed.sha256 == hashlib.sha256(printed.pdf).hexdigest()
    assert printed.renderer.startswith("WeasyPrint 70")


def test_other_letters_in_between_change_nothing(printer: LetterPrinter) -> None:
    first = printer.print(builders.letter())
    printer.print(builders.hardest())
    assert printer.print(builders.letter()) == first


def test_the_same_instant_in_another_zone_changes_nothing(printer: LetterPrinter) -> None:
    letter = builders.letter()
    elsewhere = replace(letter, issued_at=letter.issued_at.astimezone(builders.JAYAPURA))
    assert printer.print(elsewhere).sha256 == printer.print(letter).sha256


def test_another_process_gives_the_same_bytes(printer: LetterPrinter) -> None:
    script = (
        "from hashlib import sha256; from tests.paper import builders as b;"
        "from suket_service.paper.letter_pdf import LetterPrinter; printer = LetterPrinter(b.TEMPLATES, demo=False);"
        "print(printer.print(b.hardest()).sha256);"
        "print(sha256(printer.print_together([b.hardest(), b.letter(id='f' * 32)])).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=builders.ROOT,
        env={"PYTHONPATH": str(builders.ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Jayapura", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    together = printer.print_together([builders.hardest(), builders.letter(id="f" * 32)])
    assert other.stdout.split() == [
        printer.print(builders.hardest()).sha256,
        hashlib.sha256(together).hexdigest(),
    ]


def test_together_each_letter_has_its_own_page_in_order(printer: LetterPrinter) -> None:
    letters = [builders.letter(id=f"{n:032x}", number=f"471.13/{n:04d}/SKP/2172/2026") for n in (3, 1, 2)]
    pdf = printer.print_together(letters)
    for page, letter in enumerate(letters):
        assert letter.number in lines_of(pdf, page)


def test_together_no_letter_takes_the_portrait_of_another(printer: LetterPrinter) -> None:
    other = builders.face(colour=(20, 90, 30))
    pdf = printer.print_together([builders.letter(), builders.letter(id="f" * 32, portrait=other)])
    colours = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=1).to_pil()
        colours.append(picture.getpixel((62, 600)))
    assert colours[0][0] > colours[0][1]
    assert colours[1][1] > colours[1][0]


def test_together_gives_the_same_bytes_again(printer: LetterPrinter) -> None:
    letters = [builders.letter(), builders.hardest(id="f" * 32)]
    assert printer.print_together(letters) == printer.print_together(letters)


def test_no_letters_cannot_be_printed_together(printer: LetterPrinter) -> None:
    with pytest.raises(ValueError, match="no letters"):
        printer.print_together([])


def refusal_of(printer: LetterPrinter, letter: Letter) -> PrinterError:
    with pytest.raises(PrinterError) as refusal:
        printer.print(letter)
    return refusal.value


def test_a_character_that_the_fonts_lack_refuses_the_letter(printer: LetterPrinter) -> None:
    refusal = refusal_of(printer, builders.letter(name="BUDI Ŋ"))
    assert refusal.code == "glyph_missing"
    assert "U+014A" in refusal.text.id
    assert "BUDI" not in refusal.text.id + refusal.text.en


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "Blangko habis dan perangkat rusak. " * 20},
        {"legal_basis": "Peraturan Menteri Dalam Negeri Nomor 1 Tahun 2026 " * 14},
        {"post": "Kepala Dinas\n" * 9},
        {"government": "PEMERINTAH " * 40},
    ],
)
def test_a_letter_that_does_not_fit_is_refused(printer: LetterPrinter, changes: dict[str, str]) -> None:
    assert refusal_of(printer, builders.letter(**changes)).code == "letter_overflows"


@pytest.mark.parametrize(
    "template", ["", "..", "../letters", "pengganti-ktp-el/", "/etc", "belum-ada", "A b"]
)
def test_a_template_that_is_no_known_slug_is_refused(printer: LetterPrinter, template: str) -> None:
    assert refusal_of(printer, builders.letter(template=template)).code == "template_unknown"


def test_a_damaged_stored_portrait_refuses_the_letter(printer: LetterPrinter) -> None:
    assert refusal_of(printer, builders.letter(portrait=b"\xff\xd8\xff broken")).code == "renderer_warned"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/a.png", "file:///etc/hostname", "data:image/png;base64,AA", "letter:other.svg"],
)
def test_a_template_that_fetches_anything_is_refused(tmp_path: Path, address: str) -> None:
    source = builders.TEMPLATES / "letters" / "pengganti-ktp-el"
    folder = tmp_path / "letters" / "pengganti-ktp-el"
    folder.mkdir(parents=True)
    for name in ("v1.html", "letter.css", "emblem.svg"):
        (folder / name).write_bytes((source / name).read_bytes())
    page = folder / "v1.html"
    page.write_text(page.read_text().replace('src="letter:emblem.svg"', f'src="{address}"'))
    assert refusal_of(LetterPrinter(tmp_path, demo=False), builders.letter()).code == "asset_refused"


def test_another_librarys_check_finds_no_fault_in_the_file(printer: LetterPrinter, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(printer.print(builders.hardest()).pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_pdftotext_too_reads_nik_name_and_number_whole(printer: LetterPrinter, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(printer.print(builders.letter()).pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    for fact in ("2172031708950003", "BUDI SANTOSO", "471.13/0001/SKP/2172/2026", "21 November 2026"):
        assert fact in text
