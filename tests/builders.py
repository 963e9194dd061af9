"""Values that are valid by default; a test changes the one thing it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from suket_service.administering import NewOffice
from suket_service.core.keyring import Purpose, Scope
from suket_service.core.letter import Capacity, Letterhead, Office
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.core.seal import NO_PORTRAIT, Seal, SealedFacts, digits, pack, parse
from suket_service.core.signing import SigningKey
from suket_service.registry.staff import Role, StaffMember
from suket_service.sheets.read import Row

#: A noon in the office's calendar (WIB) on which every test stands unless it says otherwise.
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BASE_URL = "https://suket.example.go.id"
HOST = "suket.example.go.id"
PASSPHRASE = "a passphrase of the tests alone"

VILLAGE = Village(
    "2172031001", "Tanjungpinang Kota", "Tanjungpinang Kota", "Kota Tanjungpinang", "Kepulauan Riau"
)
VILLAGES = {
    each.code: each
    for each in (
        VILLAGE,
        Village("2172041002", "Dompak", "Bukit Bestari", "Kota Tanjungpinang", "Kepulauan Riau"),
    )
}
OFFICE = Office(
    code="2172",
    name="Disdukcapil Kota Tanjungpinang",
    utc_offset=timedelta(hours=7),
    number_pattern="471.13/{serial}/{series}/{office}/{year}",
    villages=("2172",),
)
LETTERHEAD = Letterhead(
    version=1,
    government="PEMERINTAH KOTA TANJUNGPINANG",
    agency="DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL",
    address="Jalan Contoh Nomor 1, Tanjungpinang",
    contact="Telepon (0771) 000000",
    place="Tanjungpinang",
    post="Kepala Dinas Kependudukan dan Pencatatan Sipil Kota Tanjungpinang",
    capacity=Capacity.IN_OFFICE,
    signatory="Drs. Contoh, M.Si.",
    rank="Pembina Utama Muda",
    nip="197001011995031001",
)
STAFF = (
    StaffMember("operator", "2172", "Petugas", Role.OPERATOR),
    StaffMember("operator2", "2172", "Petugas Kedua", Role.OPERATOR),
    StaffMember("kepala", "2172", "Kepala", Role.APPROVER),
    StaffMember("admin", "2172", "Admin", Role.ADMIN),
    StaffMember("auditor", "2172", "Auditor", Role.AUDITOR),
)
NEW_OFFICE = NewOffice(OFFICE, LETTERHEAD, STAFF, tuple(VILLAGES.values()))


def a_resident(**changes: Any) -> Resident:
    """A resident whose NIK agrees with everything else."""
    person = Resident(
        nik="2172031708950003",
        name="SUHARTINI",
        birth_place="TANJUNGPINANG",
        birth_date=date(1995, 8, 17),
        sex=Sex.MALE,
        blood_type="O",
        address="JALAN MERDEKA NOMOR 5",
        rt=1,
        rw=2,
        village=VILLAGE,
        religion="ISLAM",
        marital_status=MaritalStatus.SINGLE,
        occupation="NELAYAN",
        citizenship="WNI",
    )
    return replace(person, **changes)


def a_row(number: int = 2, serial: int = 3, **changes: str) -> Row:
    """A row of a file of requests; ``serial`` makes another person."""
    fields = {
        "nik": f"217203170895{serial:04d}",
        "nama": "SUHARTINI",
        "tempat_lahir": "TANJUNGPINANG",
        "tanggal_lahir": "1995-08-17",
        "jenis_kelamin": "LAKI-LAKI",
        "alamat": "JALAN MERDEKA NOMOR 5",
        "rt": "001",
        "rw": "002",
        "kode_wilayah": "2172031001",
        "agama": "ISLAM",
        "status_perkawinan": "BELUM KAWIN",
        "pekerjaan": "NELAYAN",
        "kewarganegaraan": "WNI",
        "golongan_darah": "O",
        "status_perekaman": "PROCESSING",
        "alasan": "Blangko habis",
        "foto": "",
    }
    return Row(number, {**fields, **changes})


def a_scope(**changes: Any) -> Scope:
    """What the tests' seal key may sign."""
    scope = Scope("production", "2172", frozenset({1}), ("2172",), date(2018, 1, 1), None)
    return replace(scope, **changes)


def a_seal_key(**changes: Any) -> SigningKey:
    """A fresh seal key."""
    return SigningKey.generate(Purpose.SEAL, a_scope(**changes))


def a_publication_key(environment: str = "production") -> SigningKey:
    """A fresh publication key."""
    scope = Scope(environment, None, frozenset(), (), date(2018, 1, 1), None)
    return SigningKey.generate(Purpose.PUBLICATION, scope)


def some_facts(**changes: Any) -> SealedFacts:
    """The facts of a letter that is valid on ``TODAY``."""
    facts = SealedFacts(
        status_list=1,
        status_index=0,
        nik="2172031708950003",
        birth_date=date(1995, 8, 17),
        issued_on=TODAY,
        valid_until=date(2027, 5, 21),
        kind=1,
        sex=Sex.MALE,
        village="2172031001",
        rt=1,
        rw=2,
        portrait=NO_PORTRAIT,
        name="SUHARTINI",
    )
    return replace(facts, **changes)


def a_sealed(key: SigningKey, **changes: Any) -> Seal:
    """A seal over :func:`some_facts` by that key."""
    return parse(key.seal(pack(some_facts(**changes), key.key.key_id)))


def text_of(seal: Seal, base_url: str = BASE_URL) -> str:
    """The text of a seal's symbol."""
    return f"{base_url}/s#{digits(seal.body + seal.signature)}"
