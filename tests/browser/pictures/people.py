"""Invented people of the demo's villages, for an office that has issued for weeks. Every NIK is nobody's."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

_GIVEN = {
    "LAKI-LAKI": (
        "AGUS",
        "BAMBANG",
        "DEDI",
        "FAJAR",
        "HENDRA",
        "IRWAN",
        "JOKO",
        "RIZAL",
        "SYAHRUL",
        "TAUFIK",
        "YUDI",
        "ZAINAL",
    ),
    "PEREMPUAN": (
        "AYU",
        "DEWI",
        "ENDANG",
        "FITRI",
        "INDAH",
        "KARTIKA",
        "LESTARI",
        "MELATI",
        "NURHAYATI",
        "RATNA",
        "SARI",
        "WULAN",
    ),
}
_FAMILY = (
    "EFENDI",
    "HARAHAP",
    "HIDAYAT",
    "KURNIAWAN",
    "LUBIS",
    "MAULANA",
    "NASUTION",
    "PRATAMA",
    "RAMADHAN",
    "SAPUTRA",
    "SIREGAR",
    "WIJAYA",
)
_STREETS = (
    "JALAN MERDEKA",
    "JALAN KAMBOJA",
    "JALAN BINTAN",
    "GANG KELAPA",
    "JALAN PEMUDA",
    "JALAN TEUKU UMAR",
)
_WORK = (
    "NELAYAN/PERIKANAN",
    "PEDAGANG",
    "WIRASWASTA",
    "KARYAWAN SWASTA",
    "PELAJAR/MAHASISWA",
    "BURUH HARIAN LEPAS",
)
_REASONS = (
    "Blangko KTP-el habis",
    "Blangko KTP-el habis",
    "Blangko KTP-el habis",
    "KTP-el hilang",
    "KTP-el rusak",
)
_STATES = ("PRINT_READY_RECORD", "PROCESSING", "SENT_FOR_ENROLLMENT", "RECEIVED_AT_CENTRAL", "BIO_CAPTURED")
_FIRST_SERIAL = 5000  # above those of the example files
_WOMEN = 40  # added to the day of birth in a NIK


def requests(count: int, villages: list[str], seed: int = 7) -> Iterator[dict[str, str]]:
    """Rows of a file of requests, the same every time."""
    chance = random.Random(seed)
    for number in range(count):
        sex = chance.choice(tuple(_GIVEN))
        born = date(1955, 1, 1) + timedelta(days=chance.randrange(19_000))
        village = chance.choice(villages[: 3 + number % (len(villages) - 2)])
        day = born.day + (_WOMEN if sex == "PEREMPUAN" else 0)
        yield {
            "nik": f"{village[:6]}{day:02d}{born:%m%y}{_FIRST_SERIAL + number:04d}",
            "nama": f"{chance.choice(_GIVEN[sex])} {chance.choice(_FAMILY)}",
            "tempat_lahir": "TANJUNGPINANG",
            "tanggal_lahir": born.isoformat(),
            "jenis_kelamin": sex,
            "alamat": f"{chance.choice(_STREETS)} NO. {chance.randrange(1, 90)}",
            "rt": f"{chance.randrange(1, 7):03d}",
            "rw": f"{chance.randrange(1, 5):03d}",
            "kode_wilayah": village,
            "agama": "ISLAM",
            "status_perkawinan": "KAWIN TERCATAT" if number % 3 else "BELUM KAWIN",
            "pekerjaan": chance.choice(_WORK),
            "kewarganegaraan": "WNI",
            "golongan_darah": "",
            "status_perekaman": chance.choice(_STATES),
            "alasan": chance.choice(_REASONS),
            "foto": "",
        }
