"""A request for a letter, read field by field from a row of text. Asks no register and opens no file.

Headers are Indonesian, as on the KTP-el, with English beside them (design.md section 7).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, TypeVar

from suket_service.core import resident as fields
from suket_service.core.nik import Nik
from suket_service.core.region import Village, parse_village_code
from suket_service.core.resident import RecordingState, Resident
from suket_service.errors import FieldError, Problem, Text

T = TypeVar("T")

NUMBER_CHARACTERS = 120
OVERRIDE_CHARACTERS = 200
DEFAULT_REASON = "Blangko KTP-el belum tersedia"

#: Accepted header -> our field. The Indonesian name is also the name errors use.
HEADERS: dict[str, str] = {
    "nik": "nik",
    "nama": "nama",
    "name": "nama",
    "tempat_lahir": "tempat_lahir",
    "birth_place": "tempat_lahir",
    "place_of_birth": "tempat_lahir",
    "tanggal_lahir": "tanggal_lahir",
    "birth_date": "tanggal_lahir",
    "date_of_birth": "tanggal_lahir",
    "jenis_kelamin": "jenis_kelamin",
    "sex": "jenis_kelamin",
    "gender": "jenis_kelamin",
    "alamat": "alamat",
    "address": "alamat",
    "rt": "rt",
    "rw": "rw",
    "kode_wilayah": "kode_wilayah",
    "region_code": "kode_wilayah",
    "village_code": "kode_wilayah",
    "agama": "agama",
    "religion": "agama",
    "status_perkawinan": "status_perkawinan",
    "marital_status": "status_perkawinan",
    "pekerjaan": "pekerjaan",
    "occupation": "pekerjaan",
    "kewarganegaraan": "kewarganegaraan",
    "citizenship": "kewarganegaraan",
    "nationality": "kewarganegaraan",
    "golongan_darah": "golongan_darah",
    "blood_type": "golongan_darah",
    "status_perekaman": "status_perekaman",
    "recording_status": "status_perekaman",
    "recording_state": "status_perekaman",
    "alasan": "alasan",
    "reason": "alasan",
    "foto": "foto",
    "photo": "foto",
    "jenis_surat": "jenis_surat",
    "kind": "jenis_surat",
    "menggantikan": "menggantikan",
    "replaces": "menggantikan",
    "pengecualian": "pengecualian",
    "override_reason": "pengecualian",
}
#: What may be said otherwise of a person, who is found by the NIK: our name -> the column that it stands in.
COLUMN_OF: dict[str, str] = {
    "name": "nama",
    "birth_place": "tempat_lahir",
    "birth_date": "tanggal_lahir",
    "sex": "jenis_kelamin",
    "blood_type": "golongan_darah",
    "address": "alamat",
    "rt": "rt",
    "rw": "rw",
    "village": "kode_wilayah",
    "religion": "agama",
    "marital_status": "status_perkawinan",
    "occupation": "pekerjaan",
    "citizenship": "kewarganegaraan",
}
#: Set by a table's reader where a row holds more cells than the header.
EXTRA_CELLS = "_extra"
#: Set by a table's reader: the fields, parted by blanks, whose cells hold a number or a date where only
#: text is safe; and those whose cells hold an error or a truth value. Their text is not given.
NUMERIC_CELLS = "_numeric"
UNREADABLE_CELLS = "_unreadable"
#: Fields of digits, which are no numbers: a spreadsheet keeps 15 of them (design.md section 7).
CODES = frozenset({"nik", "kode_wilayah"})
DATES = frozenset({"tanggal_lahir"})
OPTIONAL = frozenset(
    {
        "golongan_darah",
        "status_perekaman",
        "alasan",
        "foto",
        "jenis_surat",
        "menggantikan",
        "pengecualian",
    }
)
REQUIRED = frozenset(HEADERS.values()) - OPTIONAL


@dataclass(frozen=True, slots=True)
class Request:
    """One row, understood."""

    resident: Resident
    reason: str
    photo: str | None  # a path beside the file
    recording_state: RecordingState | None  # only an import may use it
    kind: int | None  # None: the office's usual kind
    warnings: tuple[Problem, ...]
    replaces: str | None = None  # number of the letter whose place this one is to take
    override_reason: str | None = None  # why this person should get a letter against the register's word


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a row: a request, or the problems that refuse it."""

    request: Request | None
    problems: tuple[Problem, ...]


def _parsers(villages: Mapping[str, Village], today: date) -> dict[str, Callable[[str], Any]]:
    """How each field is read, in the order of the columns."""
    return {
        "nik": Nik.parse,
        "nama": fields.parse_name,
        "tempat_lahir": partial(fields.parse_text, field="tempat_lahir"),
        "tanggal_lahir": partial(fields.parse_birth_date, today=today),
        "jenis_kelamin": fields.parse_sex,
        "alamat": partial(fields.parse_text, field="alamat", most=fields.ADDRESS_CHARACTERS),
        "rt": partial(fields.parse_rt_rw, field="rt"),
        "rw": partial(fields.parse_rt_rw, field="rw"),
        "kode_wilayah": partial(_known_village, villages=villages),
        "agama": fields.parse_religion,
        "status_perkawinan": fields.parse_marital_status,
        "pekerjaan": partial(fields.parse_text, field="pekerjaan"),
        "kewarganegaraan": fields.parse_citizenship,
        "golongan_darah": fields.parse_blood_type,
        "status_perekaman": _optional(fields.parse_recording_state),
        "alasan": _reason,
        "jenis_surat": _kind,
        "menggantikan": _optional(partial(fields.parse_text, field="menggantikan", most=NUMBER_CHARACTERS)),
        "pengecualian": _optional(partial(fields.parse_text, field="pengecualian", most=OVERRIDE_CHARACTERS)),
    }


def read(row: Mapping[str, str], villages: Mapping[str, Village], today: date) -> Reading:
    """Read one row whose keys are our field names; its problems are told all at once.

    Args:
        row: field name to text as given.
        villages: the office's villages by code; another code is refused.
        today: the office's calendar day.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    bad_cells = _bad_cells(row)
    for field, parse in _parsers(villages, today).items():
        if field in bad_cells:
            problems.append(bad_cells.pop(field))
            continue
        try:
            values[field] = parse(row.get(field, ""))
        except FieldError as error:
            problems.append(error.problem)
    problems += bad_cells.values()  # the photograph's, which has no parser
    born, married = values.get("tanggal_lahir"), values.get("status_perkawinan")
    if born and married and not fields.may_hold_card(born, married, today):
        problems.append(_TOO_YOUNG)
    if row.get(EXTRA_CELLS):
        problems.append(_TOO_MANY_CELLS)
    if problems:
        return Reading(None, tuple(problems))
    person = _resident(values)
    return Reading(
        Request(
            resident=person,
            reason=values["alasan"],
            photo=row.get("foto", "").strip() or None,
            recording_state=values["status_perekaman"],
            kind=values["jenis_surat"],
            warnings=warnings(values["nik"], person),
            replaces=values["menggantikan"],
            override_reason=values["pengecualian"],
        ),
        (),
    )


def _bad_cells(row: Mapping[str, str]) -> dict[str, Problem]:
    numeric, unreadable = (row.get(mark, "").split() for mark in (NUMERIC_CELLS, UNREADABLE_CELLS))
    return {
        **{field: replace(_NUMERIC_CELL, field=field) for field in numeric},
        **{field: replace(_UNREADABLE_CELL, field=field) for field in unreadable},
    }


def _resident(values: Mapping[str, Any]) -> Resident:
    return Resident(
        nik=values["nik"].digits,
        name=values["nama"],
        birth_place=values["tempat_lahir"],
        birth_date=values["tanggal_lahir"],
        sex=values["jenis_kelamin"],
        blood_type=values["golongan_darah"],
        address=values["alamat"],
        rt=values["rt"],
        rw=values["rw"],
        village=values["kode_wilayah"],
        religion=values["agama"],
        marital_status=values["status_perkawinan"],
        occupation=values["pekerjaan"],
        citizenship=values["kewarganegaraan"],
    )


def twice(first_row: int) -> Problem:
    """A person who stands in the same file already."""
    return Problem(
        "nik",
        "duplicate_in_file",
        Text(
            f"NIK ini sudah ada pada baris {first_row} berkas ini.",
            f"This NIK already stands in row {first_row} of this file.",
        ),
    )


def warnings(nik: Nik, person: Resident) -> tuple[Problem, ...]:
    """Where the NIK disagrees with the person: legal, unchangeable, worth a second look."""
    return disagreements(nik, person.birth_date, person.sex, person.village.code)


def disagreements(
    nik: Nik, born: date | None, sex: fields.Sex | None, village_code: str | None
) -> tuple[Problem, ...]:
    """The same while a form is being filled in; what is not known yet (None) disagrees with nothing."""
    found = []
    if born is not None and not nik.names_birth_date(born):
        found.append(_NIK_BIRTH_DATE)
    if sex is not None and nik.is_woman is not (sex is fields.Sex.FEMALE):
        found.append(_NIK_SEX)
    if village_code is not None and nik.digits[:6] != village_code[:6]:
        found.append(_NIK_REGION)
    return tuple(found)


def _known_village(text: str, villages: Mapping[str, Village]) -> Village:
    village = villages.get(parse_village_code(text))
    if village is None:
        raise FieldError(
            Problem(
                "kode_wilayah",
                "region_unknown",
                Text(
                    "Kode wilayah ini tidak dikenal atau bukan wilayah kantor ini.",
                    "This region code is unknown or not served by this office.",
                ),
            )
        )
    return village


def _optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: parse(text) if text.strip() else None


def _reason(text: str) -> str:
    return fields.parse_text(text, "alasan", fields.ADDRESS_CHARACTERS) if text.strip() else DEFAULT_REASON


def _kind(text: str) -> int | None:
    line = text.strip()
    if not line:
        return None
    if not (line.isascii() and line.isdigit() and len(line) <= 3):  # noqa: PLR2004 - a kind is at most 127
        raise FieldError(
            Problem(
                "jenis_surat",
                "kind_form",
                Text("Jenis surat ditulis dengan kode angkanya.", "Give the kind of letter by its number."),
            )
        )
    return int(line)


_TOO_MANY_CELLS = Problem(
    "",
    "too_many_cells",
    Text(
        "Baris ini berisi lebih banyak kolom daripada baris judul; periksa koma tanpa tanda kutip.",
        "This row holds more cells than the header; look for a comma that is not quoted.",
    ),
)
_NUMERIC_CELL = Problem(
    "",
    "numeric_cell",
    Text(
        "Sel ini berisi angka atau tanggal, bukan teks; Excel hanya menyimpan 15 digit dan mengganti sisanya dengan nol. "
        "Format kolomnya sebagai Teks, lalu ketik ulang isinya dari dokumen asli.",
        "This cell holds a number or a date, not text; Excel keeps 15 digits and turns the others into zeros. "
        "Format the column as Text, then type its content again from the original document.",
    ),
)
_UNREADABLE_CELL = Problem(
    "",
    "unreadable_cell",
    Text(
        "Sel ini berisi kesalahan rumus (seperti #REF! atau #N/A) atau TRUE/FALSE. Ganti dengan isi yang benar.",
        "This cell holds a formula's error (such as #REF! or #N/A) or TRUE/FALSE. Put the right content there.",
    ),
)
_TOO_YOUNG = Problem(
    "tanggal_lahir",
    "too_young",
    Text(
        f"Belum berusia {fields.KTP_AGE} tahun dan belum pernah kawin, sehingga belum wajib KTP-el.",
        f"Under {fields.KTP_AGE} and never married: not yet due a KTP-el.",
    ),
)
_NIK_BIRTH_DATE = Problem(
    "tanggal_lahir",
    "nik_birth_date_differs",
    Text(
        "Tanggal lahir tidak sama dengan yang tersusun dalam NIK. Ini dapat terjadi; periksa pada KK.",
        "The birth date is not the one in the NIK. That happens; check the family card.",
    ),
)
_NIK_SEX = Problem(
    "jenis_kelamin",
    "nik_sex_differs",
    Text(
        "Jenis kelamin tidak sama dengan yang tersusun dalam NIK. Ini dapat terjadi; periksa pada KK.",
        "The sex is not the one in the NIK. That happens; check the family card.",
    ),
)
_NIK_REGION = Problem(
    "kode_wilayah",
    "nik_region_differs",
    Text(
        "NIK berasal dari kecamatan lain. NIK tidak berubah bila pindah; periksa pada KK.",
        "The NIK comes from another district. A NIK does not change on moving; check the family card.",
    ),
)
