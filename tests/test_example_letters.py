"""The main path on the example data: from a row of residents to paper, and from pixels back to a verdict."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from suket_service import administering, issuing, printing
from suket_service.cli.letter_files import photos_beside, read_rows
from suket_service.cli.office_file import read_office
from suket_service.core.keyring import Purpose
from suket_service.core.letter import Letter
from suket_service.core.verdict import Outcome
from suket_service.issuing import RowStatus, Sealing, TwoPeople
from suket_service.paper.wording import long_date
from suket_service.printing import Press
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from suket_service.verifying import Desk
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE, TODAY
from tests.decoders import by_zbar, by_zxing

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "examples" / "permohonan.csv"
with FILE.open(encoding="utf-8", newline="") as _file:
    ROWS = [f"{row['nik'][-4:]}" for row in csv.DictReader(_file)]


@dataclass(eq=False)
class Printed:
    """One example letter and its paper."""

    letter: Letter
    pdf: bytes

    @cached_property
    def text(self) -> str:
        document = pypdfium2.PdfDocument(self.pdf)
        text = document[0].get_textpage().get_text_range()
        document.close()
        return re.sub(r"\s+", " ", text)

    @lru_cache(maxsize=2)  # noqa: B019 - one letter at a time is looked at, at two resolutions
    def page(self, dpi: int) -> Image.Image:
        document = pypdfium2.PdfDocument(self.pdf)
        assert len(document) == 1
        picture: Image.Image = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
        document.close()
        return picture


@dataclass
class Office:
    """A desk, and the example letters by the NIK's serial."""

    desk: Desk
    printed: dict[str, Printed]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    registry = Registry(f"sqlite:///{tmp_path_factory.mktemp('examples') / 'suket.sqlite3'}")
    new = read_office(ROOT / "examples/kantor-2172.toml", ROOT / "examples/wilayah-2172.csv", demo=True)
    administering.initialise(registry, "demo", PASSPHRASE, NOON, new)
    everyone, _ = read_rows(ROOT / "examples/penduduk.csv")
    imported = administering.import_residents(registry, "2172", everyone, "operator", "contoh", TODAY, NOON)
    assert all(outcome.imported for outcome in imported)
    rows, digest = read_rows(FILE)
    with registry.reading() as tx:
        sealing = Sealing(keys.unlock(tx, Purpose.SEAL, "2172", TODAY, PASSPHRASE), BASE_URL)
    outcomes = list(
        issuing.issue_rows(
            registry,
            "2172",
            rows,
            people=TwoPeople("operator", "kepala"),
            sealing=sealing,
            open_photo=photos_beside(FILE),
            file_digest=digest,
            now=lambda: NOON,
        )
    )
    assert {outcome.status for outcome in outcomes} == {RowStatus.ISSUED}
    with registry.reading() as tx:
        originals = [letters.as_printed(tx, outcome.letter) for outcome in outcomes if outcome.letter]
    papers = printing.render(originals, Press(ROOT / "templates", demo=True, processes=1))
    yield Office(
        Desk(registry, "demo", HOST),
        {
            letter.resident.nik[-4:]: Printed(letter, paper.pdf)
            for letter, paper in zip(originals, papers, strict=True)
        },
    )
    registry.close()


def at_150_dpi(printed: Printed) -> Image.Image:
    return printed.page(150)


def at_300_dpi(printed: Printed) -> Image.Image:
    return printed.page(300)


def as_poor_jpeg(printed: Printed) -> Image.Image:
    out = BytesIO()
    printed.page(150).save(out, "JPEG", quality=30)
    return Image.open(out)


def askew(printed: Printed) -> Image.Image:
    return printed.page(150).rotate(3, resample=Image.Resampling.BICUBIC, fillcolor=255)


def in_black_and_white(printed: Printed) -> Image.Image:
    return printed.page(300).point(lambda level: 255 if level > 127 else 0)


_HARDER = (at_300_dpi, as_poor_jpeg, askew, in_black_and_white)


@pytest.mark.parametrize(
    ("serial", "treatment"),
    [(serial, at_150_dpi) for serial in ROWS]
    + [
        pytest.param(serial, each, marks=[pytest.mark.slow] if serial in ROWS[4:] else [])
        for serial in ROWS
        for each in _HARDER
    ],
)
def test_two_decoders_read_an_example_letter_and_it_verifies(
    office: Office, serial: str, treatment: Callable[[Printed], Image.Image]
) -> None:
    picture = treatment(office.printed[serial])
    [text] = by_zxing(picture)
    assert by_zbar(picture) == [text]
    assert office.desk.check_text(text, NOON).verdict.outcome is Outcome.VALID


@pytest.mark.parametrize("serial", ROWS)
def test_an_example_letter_says_its_facts_exactly(office: Office, serial: str) -> None:
    printed = office.printed[serial]
    letter, person = printed.letter, printed.letter.resident
    for fact in (
        letter.kind.title,
        f"Nomor: {letter.number}",
        f"NIK : {person.nik} Nama",
        f"Nama : {person.name} Tempat",
        f": {person.birth_place}, {long_date(person.birth_date)} Jenis",
        f"Alamat : {person.address} RT/RW : {_neighbourhood(person.rt, person.rw)} ",
        f"Kelurahan/Desa : {person.village.name.upper()} Kecamatan : {person.village.district.upper()} ",
        f"Agama : {person.religion} ",
        f"Status Perkawinan : {person.marital_status} ",
        f"Pekerjaan : {person.occupation} ",
        f"Kewarganegaraan : {person.citizenship} ",
        f"dengan alasan: {letter.reason.rstrip('.')}.",
        f"Tanggal terbit {long_date(letter.issued_on)}",
        _until(letter.valid_until),
        f"Kode periksa {letter.check_code}",
    ):
        assert fact in printed.text


@pytest.mark.parametrize("serial", ROWS)
def test_the_seal_names_the_stored_portrait_by_the_start_of_its_sha256(office: Office, serial: str) -> None:
    letter = office.printed[serial].letter
    seal = office.desk.check_text(letter.seal_text, NOON).verdict.seal
    assert seal is not None
    stored = letter.portrait
    assert seal.facts.portrait == (hashlib.sha256(stored).digest()[:16] if stored else bytes(16))


def test_an_example_letters_file_is_checked_as_it_is(office: Office) -> None:
    answer = office.desk.check_file(office.printed[ROWS[0]].pdf, NOON)
    assert answer.verdict.outcome is Outcome.VALID


def _neighbourhood(rt: int, rw: int) -> str:
    return f"{rt:03d}/{rw:03d}" if rt or rw else "-"


def _until(day: date | None) -> str:
    return f"Berlaku sampai dengan {long_date(day)}" if day else "Berlaku sampai KTP-el diterbitkan"
