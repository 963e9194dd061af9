"""Empty tables of people to fill in, with what may stand in each column. Judges no row."""

from collections.abc import Iterable, Mapping

from flask import Response

from suket_service.core.kind import Kind
from suket_service.core.region import Village
from suket_service.core.request import HEADERS, REQUIRED
from suket_service.core.resident import BLOOD_TYPES, CITIZENSHIPS, RECORDING_NAMES, RELIGIONS, MaritalStatus
from suket_service.errors import Text
from suket_service.sheets.template import TemplateColumn, write_template
from suket_service.sheets.write import write_csv
from suket_service.web.attachments import CSV, XLSX, attachment
from suket_service.web.language import say, t

#: What a list of the recorded says of nobody.
_NOT_IN_A_REGISTER = frozenset({"alasan", "foto", "jenis_surat", "menggantikan", "pengecualian"})


def template_file(
    name: str, villages: Mapping[str, Village], kinds: Iterable[Kind], file_type: str, *, register: bool
) -> Response:
    """An empty table to fill in: a workbook with lists to choose from, or the bare titles as CSV."""
    columns = [
        each
        for each in _columns(villages, kinds, register=register)
        if not (register and each.field in _NOT_IN_A_REGISTER)
    ]
    examples = [_example(each, next(iter(villages), "")) for each in _EXAMPLES]
    if file_type == "csv":
        return attachment(write_csv([each.field for each in columns], []), f"{name}.csv", CSV)
    title = "Daftar penduduk" if register else "Permohonan"
    return attachment(write_template(title, columns, examples), f"{name}.xlsx", XLSX)


def _columns(
    villages: Mapping[str, Village], kinds: Iterable[Kind], *, register: bool
) -> list[TemplateColumn]:
    choices = {
        "jenis_kelamin": (("LAKI-LAKI", ""), ("PEREMPUAN", "")),
        "agama": tuple((religion, "") for religion in RELIGIONS),
        "status_perkawinan": tuple((status.value, "") for status in MaritalStatus),
        "kewarganegaraan": tuple((each, "") for each in CITIZENSHIPS),
        "golongan_darah": tuple((each, "") for each in BLOOD_TYPES),
        "status_perekaman": tuple((state.value, say(words)) for state, words in RECORDING_NAMES.items()),
        "kode_wilayah": tuple((code, f"{each.name}, {each.district}") for code, each in villages.items()),
        "jenis_surat": tuple((str(kind.code), kind.title) for kind in kinds),
    }
    required = REQUIRED | {"status_perekaman"} if register else REQUIRED
    return [
        TemplateColumn(
            each,
            _note(each, is_required=each in required, register=register),
            each in required,
            choices.get(each, ()),
        )
        for each in dict.fromkeys(HEADERS.values())
    ]


def _note(field: str, *, is_required: bool, register: bool) -> str:
    must = t("Wajib diisi.", "Required.") if is_required else t("Boleh kosong.", "May be left empty.")
    note = _STATE_IN_A_REGISTER if register and field == "status_perekaman" else _NOTES.get(field)
    return f"{say(note)} {must}" if note else must


_NOTES = {
    "nik": Text(
        "16 digit, sebagai teks. Kolom ini sudah berformat Teks; jangan diubah menjadi Angka.",
        "16 digits, as text. This column is formatted as Text already; do not make it a number.",
    ),
    "nama": Text("Seperti pada KTP-el atau KK, paling panjang 60 karakter.", "As on the KTP-el or the family card, at most 60 characters."),
    "tanggal_lahir": Text("TTTT-BB-HH atau HH-BB-TTTT, misalnya 1995-08-17.", "YYYY-MM-DD or DD-MM-YYYY, for example 1995-08-17."),
    "alamat": Text("Jalan dan nomor, tanpa RT/RW; paling panjang 120 karakter.", "Street and number, without RT/RW; at most 120 characters."),
    "rt": Text("0 sampai 999; kosongkan bila tidak ada.", "0 to 999; leave empty where there is none."),
    "rw": Text("0 sampai 999; kosongkan bila tidak ada.", "0 to 999; leave empty where there is none."),
    "kode_wilayah": Text("Kode kelurahan/desa, 10 digit, dari daftar.", "The village's code, 10 digits, from the list."),
    "status_perekaman": Text(
        "Dari daftar. Dalam berkas permohonan kolom ini tidak dipakai: yang berlaku daftar penduduk.",
        "From the list. In a file of requests it is not used: what counts is the register.",
    ),
    "alasan": Text(
        "Alasan surat diminta, seperti akan tercetak. Laporan mengenali kata-kata yang sama dengan pilihan alasan di loket.",
        "Why the letter is asked for, as it will be printed. Reports know words that are one of the counter's reasons.",
    ),
    "foto": Text("Nama berkas foto yang ikut diunggah, misalnya siti.jpg.", "The name of a photograph that is uploaded too, for example siti.jpg."),
    "jenis_surat": Text("Kode jenis surat; kosong berarti jenis yang biasa.", "The code of the kind of letter; empty means the usual one."),
    "menggantikan": Text("Nomor surat lama yang digantikan surat ini.", "The number of the old letter whose place this one takes."),
    "pengecualian": Text(
        "Alasan tertulis bila daftar penduduk belum membolehkan; penyetuju yang memutuskan.",
        "The written reason where the register does not allow it; the approver decides.",
    ),
}  # fmt: skip
_STATE_IN_A_REGISTER = Text(
    "Sejauh mana perekamannya, dari daftar.", "How far the recording is, from the list."
)
_EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "nik": "2172011708950003",
        "nama": "CONTOH SATU",
        "tempat_lahir": "TANJUNGPINANG",
        "tanggal_lahir": "1995-08-17",
        "jenis_kelamin": "LAKI-LAKI",
        "alamat": "JALAN CONTOH NO. 5",
        "rt": "001",
        "rw": "002",
        "agama": "ISLAM",
        "status_perkawinan": "BELUM KAWIN",
        "pekerjaan": "NELAYAN/PERIKANAN",
        "kewarganegaraan": "WNI",
        "golongan_darah": "O",
        "status_perekaman": "PRINT_READY_RECORD",
        "alasan": "Blangko KTP-el habis",
        "foto": "contoh-satu.jpg",
    },
    {
        "nik": "2172015708900004",
        "nama": "CONTOH DUA",
        "tempat_lahir": "KIJANG",
        "tanggal_lahir": "17-08-1990",
        "jenis_kelamin": "PEREMPUAN",
        "alamat": "KAMPUNG CONTOH",
        "rt": "",
        "rw": "",
        "agama": "KRISTEN",
        "status_perkawinan": "KAWIN TERCATAT",
        "pekerjaan": "GURU",
        "kewarganegaraan": "WNI",
        "status_perekaman": "PROCESSING",
        "alasan": "KTP-el hilang",
    },
)


def _example(example: Mapping[str, str], village: str) -> dict[str, str]:
    return {**example, "kode_wilayah": village}
