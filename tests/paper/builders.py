"""A valid letter by default; each test changes one thing."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from suket_service.core.kind import Kind, ValidityRule
from suket_service.core.letter import Capacity, Letter, Letterhead, Office
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.paper import portrait

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
VECTORS = ROOT / "tests" / "vectors" / "seal_v1.json"

VILLAGE = Village("2172031001", "TANJUNG UNGGAT", "BUKIT BESTARI", "Kota Tanjungpinang", "Kepulauan Riau")
RESIDENT = Resident(
    nik="2172031708950003",
    name="BUDI SANTOSO",
    birth_place="TANJUNGPINANG",
    birth_date=date(1995, 8, 17),
    sex=Sex.MALE,
    blood_type="O",
    address="JL. HANG TUAH NO. 12",
    rt=1,
    rw=2,
    village=VILLAGE,
    religion="ISLAM",
    marital_status=MaritalStatus.SINGLE,
    occupation="KARYAWAN SWASTA",
    citizenship="WNI",
)
KIND = Kind(
    code=1,
    title="SURAT KETERANGAN PENGGANTI KTP-EL",
    series="SKP",
    template="pengganti-ktp-el/v1",
    legal_basis="Surat Direktur Jenderal Kependudukan dan Pencatatan Sipil Nomor 471.13/10231/Dukcapil "
    "tanggal 29 September 2016",
    rule=ValidityRule.MONTHS,
    amount=6,
)
OFFICE = Office("2172", "Disdukcapil Kota Tanjungpinang", timedelta(hours=7), "{serial}", ("2172",))
LETTERHEAD = Letterhead(
    version=1,
    government="PEMERINTAH KOTA TANJUNGPINANG",
    agency="DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL",
    address="Jalan Raya Senggarang, Kompleks Perkantoran Pemerintah Kota, Tanjungpinang 29125",
    contact="Telepon (0771) 000000 · Pos-el disdukcapil@contoh.go.id · Laman disdukcapil.contoh.go.id",
    place="Tanjungpinang",
    post="Kepala Dinas Kependudukan dan Pencatatan Sipil Kota Tanjungpinang",
    capacity=Capacity.IN_OFFICE,
    signatory="Drs. H. RAJA AHMAD HAMDANI, M.Si.",
    rank="Pembina Utama Muda (IV/c)",
    nip="196805121990031004",
)

JAYAPURA = timezone(timedelta(hours=9))
LONG_NAME = "RADEN AYU SITI NURHALIZA KUSUMANINGRUM WIDYASTUTI HADIKUSUMO"
LONG_ADDRESS = (
    "JL. RAYA KAMPUNG BUGIS GANG MAWAR MERAH III NO. 117 PERUMAHAN GRIYA PERMATA SENGGARANG INDAH BLOK "
    "AA-12 NOMOR 9 LANTAI 2"
)
LONGEST = "KARYAWAN BADAN USAHA MILIK DAERAH BIDANG AIR MINUM DAN LIMBA"
assert (len(LONG_NAME), len(LONG_ADDRESS), len(LONGEST)) == (60, 120, 60)


@cache
def seal_cases() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(VECTORS.read_text(encoding="utf-8"))["cases"])


def seal_text() -> str:
    return str(seal_cases()[0]["text"])


def longest_seal_text() -> str:
    """A text with the 465 digits of the largest seal; no seal, but as large."""
    return "https://suket.example.go.id/s#" + "1234567890" * 46 + "12345"


def letter(**changes: Any) -> Letter:
    """A letter; ``changes`` go to the letter, its resident, its letterhead or its kind, by field name."""
    whole = Letter(
        id="0123456789abcdef0123456789abcdef",
        number="471.13/0001/SKP/2172/2026",
        kind=_with(KIND, changes),
        office=OFFICE,
        resident=_with(RESIDENT, changes),
        letterhead=_with(LETTERHEAD, changes),
        reason="Blangko KTP-el tidak tersedia",
        issued_on=date(2026, 11, 21),
        valid_until=date(2027, 5, 20),
        issued_at=datetime(2026, 11, 21, 2, 30, tzinfo=UTC),
        seal_text=seal_text(),
        check_code="V55G-4F9D",
        portrait=face(),
    )
    return replace(whole, **changes)


def hardest(**changes: Any) -> Letter:
    """The letter with the longest of everything that residents and kinds may hold."""
    long: dict[str, Any] = {
        "name": LONG_NAME,
        "address": LONG_ADDRESS,
        "birth_place": "KEPULAUAN SERIBU SELATAN",
        "religion": "KEPERCAYAAN TERHADAP TUHAN YME",
        "marital_status": MaritalStatus.DIVORCED_UNREGISTERED,
        "occupation": LONGEST,
        "sex": Sex.FEMALE,
        "blood_type": "AB+",
        "village": Village(
            "2172031001",
            "PULAU MUDA SUNGAI KAMPUNG BUGIS TUA",
            "TANJUNGPINANG BARAT DAN KEPULAUAN",
            "Kabupaten Kepulauan Siau Tagulandang Biaro",
            "Daerah Istimewa Yogyakarta",
        ),
        "title": "SURAT KETERANGAN PENGGANTI KARTU TANDA PENDUDUK ELEKTRONIK",
        "number": "471.13/10231/SKPKTPEL/DISDUKCAPIL-2172/XI/2026",
        "reason": "Perangkat perekaman dan pencetakan di seluruh kecamatan rusak dan blangko KTP-el dari pusat belum "
        "diterima, Nov.",
        "seal_text": longest_seal_text(),
    }
    return letter(**{**long, **changes})


def _with(part: Any, changes: dict[str, Any]) -> Any:
    # A change belongs to the first part that has the field; the rest are the letter's own.
    mine = {name: changes.pop(name) for name in list(changes) if name in part.__dataclass_fields__}
    return replace(part, **mine)


@cache
def face(colour: tuple[int, int, int] = (178, 34, 34)) -> bytes:
    """A stored portrait: a drawn head, by default on the red that odd birth years get."""
    picture = Image.new("RGB", (600, 800), colour)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 560, 540, 1100), fill=(40, 55, 90))
    draw.polygon([(240, 560), (360, 560), (300, 680)], fill=(245, 245, 245))
    draw.rectangle((255, 480, 345, 590), fill=(214, 168, 130))
    draw.ellipse((175, 180, 425, 540), fill=(222, 178, 140))
    draw.chord((165, 150, 435, 420), 180, 360, fill=(25, 20, 18))
    return portrait.normalise(encoded(picture))


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
