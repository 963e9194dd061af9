"""Letters signed with the office's certificate, judged by pyHanko's own validator and by poppler's."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from suket_service.core.kind import SignatureMode
from suket_service.errors import PrinterError
from suket_service.paper.certificate import Certificate
from suket_service.paper.engine import RENDERER
from suket_service.paper.letter_pdf import LetterPrinter, PrintedLetter
from tests.decoders import by_zxing
from tests.paper import builders
from tests.paper.certificates import FROM, PASSPHRASE, UNTIL, a_certificate, authority

LETTER = builders.letter(signature=SignatureMode.PADES)
HARDEST = builders.hardest(signature=SignatureMode.PADES)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return a_certificate(tmp_path_factory.mktemp("rsa"))


@pytest.fixture(scope="module")
def printer(certificate: Certificate) -> LetterPrinter:
    return LetterPrinter(builders.TEMPLATES, demo=False, certificate=certificate)


@pytest.fixture(scope="module")
def printed(printer: LetterPrinter) -> PrintedLetter:
    return printer.print(LETTER)


@cache
def trust() -> ValidationContext:
    """The tests' own root, trusted on the letter's day of issue."""
    roots = list(load_certs_from_pemder_data(authority().root.public_bytes(Encoding.DER)))
    return ValidationContext(trust_roots=roots, moment=LETTER.issued_at, allow_fetching=False)


def judged(pdf: bytes) -> PdfSignatureStatus:
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, trust())


def test_the_signature_is_valid_trusted_and_covers_the_whole_file(printed: PrintedLetter) -> None:
    status = judged(printed.pdf)
    assert (status.valid, status.intact, status.trusted, status.bottom_line) == (True, True, True, True)
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.signing_cert.subject.native["common_name"] == "Kantor Uji"


def test_it_is_a_pades_signature_of_the_moment_of_issue(printed: PrintedLetter) -> None:
    [signature] = PdfFileReader(BytesIO(printed.pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert judged(printed.pdf).signer_reported_dt == LETTER.issued_at
    attributes = {each["type"].native for each in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= attributes
    assert "signing_time" not in attributes  # PAdES forbids it


def changed_places(pdf: bytes) -> Iterator[int]:
    # In the letter's own part, in the dictionary of the signature, and at the very end.
    yield from (pdf.index(b"/MediaBox"), pdf.index(b"/ByteRange") + 14, len(pdf) - 8)
    yield from range(1000, len(pdf), len(pdf) // 23)


def test_one_changed_byte_anywhere_is_found(printed: PrintedLetter) -> None:
    start, length = (int(edge) for edge in re.findall(rb"/ByteRange \[0 (\d+) (\d+)", printed.pdf)[0])
    missed = []
    for place in changed_places(printed.pdf):
        if start <= place < length:
            continue  # the signature itself: its unused room is zeros that nobody reads
        forged = bytearray(printed.pdf)
        forged[place] ^= 0x01
        try:
            good = judged(bytes(forged)).bottom_line
        except Exception:  # noqa: BLE001 - the validator's word on a file that is no signed PDF any more
            good = False
        if good:
            missed.append(place)
    assert missed == []


def test_what_is_appended_is_found(printed: PrintedLetter) -> None:
    added = pypdf.PdfWriter(BytesIO(printed.pdf), incremental=True)
    added.add_blank_page(100, 100)
    out = BytesIO()
    added.write(out)
    assert not judged(out.getvalue()).bottom_line


def test_poppler_finds_the_signature_valid_too(printed: PrintedLetter, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(printed.pdf)
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def test_qpdf_finds_no_fault_in_the_file(printed: PrintedLetter, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(printed.pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_it_stays_the_pdf_a_that_it_was(printed: PrintedLetter) -> None:
    document: Any = pypdf.PdfReader(BytesIO(printed.pdf))
    root = document.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'part="2"' in metadata
    assert 'conformance="A"' in metadata
    assert document.metadata.creation_date == document.metadata.modification_date == LETTER.issued_at
    assert document.metadata.producer == "WeasyPrint 70.0"
    assert not {"/Names", "/OpenAction", "/AA"} & set(root)
    assert root.get("/Version", "/1.7") == "/1.7"
    form = root["/AcroForm"]
    assert not {"/NeedAppearances", "/XFA"} & set(form)
    [field] = form["/Fields"]
    # ISO 19005-2, 6.3: an annotation without appearance has no area; it is printed and not hidden.
    assert [float(edge) for edge in field.get_object()["/Rect"]] == [0, 0, 0, 0]
    assert field.get_object()["/F"] & 0b111 == 0b100


def test_the_signed_file_begins_with_the_unsigned_one(printed: PrintedLetter, printer: LetterPrinter) -> None:
    drawn = printer._kit(LETTER).engine.pdf(
        printer._lay_out(printer._kit(LETTER), LETTER), LETTER.id.encode()
    )
    assert printed.pdf.startswith(drawn)


def test_the_symbol_still_reads_back_to_the_seal(printed: PrintedLetter) -> None:
    picture = pypdfium2.PdfDocument(printed.pdf)[0].render(scale=150 / 72, grayscale=True).to_pil()
    assert by_zxing(picture) == [LETTER.seal_text]


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


@pytest.mark.parametrize(
    "said",
    [
        "Ditandatangani secara elektronik oleh: Drs. H. RAJA AHMAD HAMDANI, M.Si.",
        "NIP 196805121990031004 Dokumen ini telah ditandatangani secara elektronik menggunakan sertifikat elektronik.",
        "Tanda tangan itu ada dalam berkas PDF surat ini.",
        "Kepala Dinas Kependudukan dan Pencatatan Sipil Kota Tanjungpinang,",
    ],
)
def test_the_paper_says_how_it_is_signed(printed: PrintedLetter, said: str) -> None:
    assert said in text_of(printed.pdf)


def test_the_paper_names_no_certification_authority(printed: PrintedLetter) -> None:
    assert not re.search("BSrE|BSSN|Balai Sertifikasi", text_of(printed.pdf))


def test_a_wet_letter_says_nothing_of_it(printer: LetterPrinter) -> None:
    assert "elektronik oleh" not in text_of(printer.print(builders.letter()).pdf)


def test_the_renderer_on_record_names_what_signed(printer: LetterPrinter, printed: PrintedLetter) -> None:
    assert re.fullmatch(re.escape(RENDERER) + r", pyHanko [0-9.]+", printed.renderer)
    assert len(printed.renderer) <= 60
    assert printer.print(builders.letter()).renderer == RENDERER


def test_the_same_letter_again_is_the_same_file(printer: LetterPrinter, printed: PrintedLetter) -> None:
    printer.print(HARDEST)
    assert printer.print(LETTER) == printed


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(printed: PrintedLetter, certificate: Certificate) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.paper import builders as b;"
        "from suket_service.core.kind import SignatureMode; from suket_service.paper.certificate import Certificate;"
        "from suket_service.paper.letter_pdf import LetterPrinter;"
        "print(LetterPrinter(b.TEMPLATES, False, Certificate(Path(sys.argv[1]), sys.argv[2]))"
        ".print(b.letter(signature=SignatureMode.PADES)).sha256)"
    )
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, certificate.path, PASSPHRASE],
        cwd=builders.ROOT,
        env={"PYTHONPATH": str(builders.ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Jayapura", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == printed.sha256


def test_two_letters_have_signatures_of_their_own(printer: LetterPrinter, printed: PrintedLetter) -> None:
    other = printer.print(replace(LETTER, id="f" * 32))
    assert judged(other.pdf).bottom_line
    assert other.sha256 != printed.sha256


def test_an_ecdsa_signature_is_valid_and_differs_each_time(tmp_path: Path) -> None:
    certificate = a_certificate(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    printer = LetterPrinter(builders.TEMPLATES, demo=False, certificate=certificate)
    first, second = printer.print(LETTER), printer.print(LETTER)
    assert judged(first.pdf).bottom_line
    assert judged(second.pdf).bottom_line
    assert first.sha256 != second.sha256
    document: Any = pypdf.PdfReader(BytesIO(first.pdf))
    assert document.trailer["/Root"].get("/Version", "/1.7") == "/1.7"


def test_a_certificate_younger_than_the_letter_signs_from_its_own_first_moment(tmp_path: Path) -> None:
    younger = a_certificate(tmp_path, valid_from=LETTER.issued_at + timedelta(days=3))
    pdf = LetterPrinter(builders.TEMPLATES, demo=False, certificate=younger).print(LETTER).pdf
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    assert signature.self_reported_timestamp == LETTER.issued_at + timedelta(days=3)


def refusal_of(certificate: Certificate | None, issued_at: datetime = LETTER.issued_at) -> PrinterError:
    printer = LetterPrinter(builders.TEMPLATES, demo=False, certificate=certificate)
    letter = replace(LETTER, issued_at=issued_at)
    with pytest.raises(PrinterError) as before:
        printer.require_printable(letter)
    with pytest.raises(PrinterError) as refusal:
        printer.print(letter)
    assert before.value.code == refusal.value.code
    assert PASSPHRASE not in refusal.value.text.id + refusal.value.text.en
    return refusal.value


def test_without_a_certificate_the_letter_is_refused_and_the_settings_are_named() -> None:
    refusal = refusal_of(None)
    assert refusal.code == "certificate_missing"
    assert "SUKET_PADES_CERTIFICATE" in refusal.text.id


def test_without_a_certificate_wet_letters_are_printed_all_the_same() -> None:
    LetterPrinter(builders.TEMPLATES, demo=False).print(builders.letter())


def test_a_certificate_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal_of(Certificate(tmp_path / "none.p12", PASSPHRASE)).code == "certificate_unreadable"


@pytest.mark.few(1)
@pytest.mark.parametrize("passphrase", ["salah", "", None])
def test_a_wrong_passphrase_is_told(certificate: Certificate, passphrase: str | None) -> None:
    assert refusal_of(replace(certificate, passphrase=passphrase)).code == "certificate_unreadable"


@pytest.mark.few(1)
@pytest.mark.parametrize("content", [b"", b"junk", b"\x30\x82\x01\x00" + bytes(99)])
def test_a_file_that_is_no_certificate_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.p12"
    path.write_bytes(content)
    assert refusal_of(Certificate(path, PASSPHRASE)).code == "certificate_unreadable"


def test_a_certificate_without_passphrase_can_be_opened(tmp_path: Path) -> None:
    open_file = a_certificate(tmp_path, passphrase=None)
    LetterPrinter(builders.TEMPLATES, demo=False, certificate=open_file).require_printable(LETTER)


def test_a_certificate_for_other_uses_is_refused(tmp_path: Path) -> None:
    assert refusal_of(a_certificate(tmp_path, signs_documents=False)).code == "certificate_unsuitable"


def test_a_key_that_pdf_a_2_knows_no_signature_of_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert refusal_of(a_certificate(tmp_path, key)).code == "certificate_unsuitable"


def test_an_expired_certificate_signs_no_letter_issued_after_it(certificate: Certificate) -> None:
    refused = refusal_of(certificate, UNTIL + timedelta(seconds=1))
    assert refused.code == "certificate_expired"


@pytest.mark.parametrize("issued_at", [FROM, UNTIL, datetime(2027, 1, 1, tzinfo=UTC)])
def test_letters_issued_while_it_was_valid_are_signed(printer: LetterPrinter, issued_at: datetime) -> None:
    printer.require_printable(replace(LETTER, issued_at=issued_at))


@pytest.mark.parametrize("place", [0, 1])
def test_letters_signed_apart_cannot_be_printed_together(printer: LetterPrinter, place: int) -> None:
    letters = [builders.letter(), builders.letter(id="e" * 32)]
    letters[place] = LETTER
    with pytest.raises(PrinterError) as refusal:
        printer.print_together(letters)
    assert refusal.value.code == "signed_apart"
    assert "--out" in refusal.value.text.en


def test_the_passphrase_is_shown_nowhere(certificate: Certificate) -> None:
    assert PASSPHRASE not in repr(certificate)


def test_wet_letters_never_load_pyhanko() -> None:
    script = (
        "import sys; from tests.paper import builders as b; from suket_service.paper.letter_pdf import LetterPrinter;"
        "LetterPrinter(b.TEMPLATES, False).print(b.letter()); print(any('pyhanko' in name for name in sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=builders.ROOT,
        env={"PYTHONPATH": str(builders.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
