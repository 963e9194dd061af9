"""A resident's facts, the recording states of the KTP-el, and who may get a letter. Reads no register.

Texts are taken as the civil registry writes them; only white space and Unicode composition are
mended. Sources: the states of SIAK, UU 23/2006 article 63 (age), Permendagri 73/2022 (names).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from suket_service.core.region import Village
from suket_service.errors import FieldError, Problem, Text

T = TypeVar("T")

NAME_BYTES = 80  # the seal's limit
NAME_CHARACTERS = 60  # Permendagri 73/2022 Art. 4
ADDRESS_CHARACTERS = 120
SHORT_TEXT_CHARACTERS = 60
MOST_RT_RW = 999
KTP_AGE = 17  # UU 24/2013 Art. 63: from 17, or married, or ever married
FIRST_BIRTH_YEAR = 1900

# Letters and marks of Indonesian names: Latin-1 and Latin Extended-A letters without the two signs.
_NAME = re.compile(r"[A-Za-z0-9 .,'\-/()\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u017F]+")
# Other texts: what a keyboard types, and the same letters. No controls, no marks that turn the line.
_PLAIN = re.compile(r"[ -~\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u017F]+")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")


class Sex(StrEnum):
    """As the civil registry records it; the value is also the letter in the vectors."""

    MALE = "M"
    FEMALE = "F"


class MaritalStatus(StrEnum):
    """Permendagri 118/2017; the values are what the letter prints."""

    SINGLE = "BELUM KAWIN"
    MARRIED = "KAWIN"
    MARRIED_REGISTERED = "KAWIN TERCATAT"
    MARRIED_UNREGISTERED = "KAWIN BELUM TERCATAT"
    DIVORCED = "CERAI HIDUP"
    DIVORCED_REGISTERED = "CERAI HIDUP TERCATAT"
    DIVORCED_UNREGISTERED = "CERAI HIDUP BELUM TERCATAT"
    WIDOWED = "CERAI MATI"


class RecordingState(StrEnum):
    """Where a person's biometric record stands on its way to a card."""

    UNREGISTERED = "UNREGISTERED"
    BIO_CAPTURED = "BIO_CAPTURED"
    PROCESSING = "PROCESSING"
    SENT_FOR_ENROLLMENT = "SENT_FOR_ENROLLMENT"
    RECEIVED_AT_CENTRAL = "RECEIVED_AT_CENTRAL"
    PRINT_READY_RECORD = "PRINT_READY_RECORD"
    ENROLL_FAILURE_AT_CENTRAL = "ENROLL_FAILURE_AT_CENTRAL"
    SEARCH_FAILURE_AT_CENTRAL = "SEARCH_FAILURE_AT_CENTRAL"
    ENROLL_FAILURE_AT_REGIONAL = "ENROLL_FAILURE_AT_REGIONAL"
    DUPLICATE_RECORD = "DUPLICATE_RECORD"

    @property
    def may_get_letter(self) -> bool:
        """Whether the biometrics are recorded and nothing says that they are someone else's."""
        return self in _MAY_GET_LETTER


_MAY_GET_LETTER = frozenset(
    {
        RecordingState.BIO_CAPTURED,
        RecordingState.PROCESSING,
        RecordingState.SENT_FOR_ENROLLMENT,
        RecordingState.RECEIVED_AT_CENTRAL,
        RecordingState.PRINT_READY_RECORD,
    }
)
#: What people call each state.
RECORDING_NAMES = {
    RecordingState.UNREGISTERED: Text("belum merekam", "not recorded"),
    RecordingState.BIO_CAPTURED: Text("sudah direkam", "recorded"),
    RecordingState.PROCESSING: Text("sedang diproses", "being processed"),
    RecordingState.SENT_FOR_ENROLLMENT: Text("dikirim ke pusat (SFE)", "sent to the centre (SFE)"),
    RecordingState.RECEIVED_AT_CENTRAL: Text("diterima di pusat", "received at the centre"),
    RecordingState.PRINT_READY_RECORD: Text("siap cetak (PRR)", "ready to print (PRR)"),
    RecordingState.ENROLL_FAILURE_AT_CENTRAL: Text(
        "gagal didaftarkan di pusat", "enrolment failed at the centre"
    ),
    RecordingState.SEARCH_FAILURE_AT_CENTRAL: Text(
        "gagal dicocokkan di pusat", "matching failed at the centre"
    ),
    RecordingState.ENROLL_FAILURE_AT_REGIONAL: Text(
        "gagal didaftarkan di daerah", "enrolment failed in the region"
    ),
    RecordingState.DUPLICATE_RECORD: Text("rekaman ganda", "double record"),
}
_RELIGIONS = {
    "ISLAM": "ISLAM",
    "KRISTEN": "KRISTEN",
    "KRISTEN PROTESTAN": "KRISTEN",
    "KATOLIK": "KATOLIK",
    "KATHOLIK": "KATOLIK",
    "HINDU": "HINDU",
    "BUDDHA": "BUDDHA",
    "BUDHA": "BUDDHA",
    "KHONGHUCU": "KHONGHUCU",
    "KONGHUCU": "KHONGHUCU",
    "KEPERCAYAAN TERHADAP TUHAN YME": "KEPERCAYAAN TERHADAP TUHAN YME",
    "KEPERCAYAAN TERHADAP TUHAN YANG MAHA ESA": "KEPERCAYAAN TERHADAP TUHAN YME",
    "KEPERCAYAAN": "KEPERCAYAAN TERHADAP TUHAN YME",
}
#: As the civil registry writes them.
RELIGIONS = tuple(dict.fromkeys(_RELIGIONS.values()))
_SEXES = {
    **dict.fromkeys(("L", "LK", "LAKI-LAKI", "LAKI LAKI", "M", "MALE"), Sex.MALE),
    **dict.fromkeys(("P", "PR", "PEREMPUAN", "F", "FEMALE"), Sex.FEMALE),
}
#: In the order in which they are offered; an unknown one is the empty text.
BLOOD_TYPES = tuple(f"{group}{sign}" for group in ("A", "B", "AB", "O") for sign in ("", "+", "-"))
CITIZENSHIPS = ("WNI", "WNA")
_BLOOD_UNKNOWN = frozenset({"", "-", "TIDAK TAHU", "UNKNOWN"})
_STATE_SHORT_FORMS = {"PRR": RecordingState.PRINT_READY_RECORD, "SFE": RecordingState.SENT_FOR_ENROLLMENT}


@dataclass(frozen=True, slots=True)
class Resident:
    """The facts a letter prints about its holder, in the order of the KTP-el."""

    nik: str
    name: str
    birth_place: str
    birth_date: date
    sex: Sex
    blood_type: str  # "" when not known
    address: str
    rt: int  # 0 when there is none
    rw: int
    village: Village
    religion: str
    marital_status: MaritalStatus
    occupation: str
    citizenship: str


def name_problem(name: str) -> str | None:
    """Why ``name`` cannot be sealed: ``length``, ``characters`` or ``spaces``; None when it can."""
    if not 1 <= len(name) <= NAME_CHARACTERS or len(name.encode("utf-8", "replace")) > NAME_BYTES:
        return "length"
    if not _NAME.fullmatch(name) or unicodedata.normalize("NFC", name) != name:
        return "characters"
    if name != name.strip(" ") or "  " in name:
        return "spaces"
    return None


def mask_name(name: str) -> str:
    """Initials for a public answer: ``BUDI SANTOSO`` as ``B*** S******``."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split(" "))


def tidy(text: str) -> str:
    """Composed Unicode, single spaces, none at the ends. Other characters stay as they are."""
    return re.sub(r" {2,}", " ", unicodedata.normalize("NFC", text).strip(" "))


def parse_name(text: str, field: str = "nama") -> str:
    """A name as it will be sealed.

    Raises:
        FieldError: ``name_missing``, ``name_too_long`` or ``name_characters``.
    """
    name = tidy(text)
    if not name:
        raise _refuse(field, "name_missing", "Nama belum diisi.", "The name is missing.")
    problem = name_problem(name)
    if problem == "length":
        raise _refuse(
            field,
            "name_too_long",
            f"Nama paling panjang {NAME_CHARACTERS} karakter ({NAME_BYTES} bila banyak huruf beraksen, yang dihitung dua); "
            f"yang diberikan {len(name)} karakter.",
            f"A name has at most {NAME_CHARACTERS} characters ({NAME_BYTES} counting accented ones twice); this one has {len(name)}.",
        )
    if problem or not name[0].isalpha():
        raise _refuse(
            field,
            "name_characters",
            "Nama diawali huruf dan hanya boleh berisi huruf Latin, angka, spasi dan tanda . , ' - / ( ).",
            "A name starts with a letter and holds only Latin letters, digits, spaces and . , ' - / ( ).",
        )
    return name


def parse_text(text: str, field: str, most: int = SHORT_TEXT_CHARACTERS) -> str:
    """A short line of text.

    Raises:
        FieldError: ``missing``, ``too_long`` or ``characters``.
    """
    line = tidy(text)
    if not line:
        raise _refuse(field, "missing", "Kolom ini belum diisi.", "This field is missing.")
    if len(line) > most:
        raise _refuse(
            field,
            "too_long",
            f"Paling panjang {most} karakter; yang diberikan {len(line)}.",
            f"At most {most} characters; this has {len(line)}.",
        )
    if not _PLAIN.fullmatch(line) or line[0] in "=+@":
        raise _refuse(
            field,
            "characters",
            "Ada karakter yang tidak dapat dicetak, atau isinya diawali = + atau @.",
            "It holds characters that cannot be printed, or starts with = + or @.",
        )
    return line


def parse_date(text: str, field: str) -> date:
    """A date as ``YYYY-MM-DD`` or ``DD-MM-YYYY``.

    Raises:
        FieldError: ``date_missing``, ``date_form`` or ``date_impossible``.
    """
    line = text.strip()
    if not line:
        raise _refuse(field, "date_missing", "Tanggal belum diisi.", "The date is missing.")
    if match := _ISO_DATE.fullmatch(line):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.fullmatch(line):
        day, month, year = map(int, match.groups())
    else:
        raise _refuse(
            field,
            "date_form",
            "Tulis tanggal sebagai TTTT-BB-HH atau HH-BB-TTTT, misalnya 1995-08-17.",
            "Write the date as YYYY-MM-DD or DD-MM-YYYY, for example 1995-08-17.",
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise _refuse(
            field,
            "date_impossible",
            "Tanggal ini tidak ada di kalender.",
            "There is no such day in the calendar.",
        ) from None


def parse_birth_date(text: str, today: date, field: str = "tanggal_lahir") -> date:
    """A birth date between 1900 and today.

    Raises:
        FieldError: as :func:`parse_date`, and ``birth_date_range``.
    """
    born = parse_date(text, field)
    if not born.year >= FIRST_BIRTH_YEAR or born > today:
        raise _refuse(
            field,
            "birth_date_range",
            f"Tanggal lahir harus antara tahun {FIRST_BIRTH_YEAR} dan hari ini.",
            f"The birth date must lie between {FIRST_BIRTH_YEAR} and today.",
        )
    return born


def parse_sex(text: str, field: str = "jenis_kelamin") -> Sex:
    """Laki-laki or perempuan, also L/P and M/F."""
    return _choose(_SEXES, text, field, "LAKI-LAKI atau PEREMPUAN", "LAKI-LAKI or PEREMPUAN")


def parse_religion(text: str, field: str = "agama") -> str:
    """A religion or belief as the civil registry lists it."""
    allowed = ", ".join(dict.fromkeys(_RELIGIONS.values()))
    return _choose(_RELIGIONS, text, field, f"salah satu dari {allowed}", f"one of {allowed}")


def parse_marital_status(text: str, field: str = "status_perkawinan") -> MaritalStatus:
    """A marital status as the civil registry lists it."""
    allowed = ", ".join(MaritalStatus)
    choices = {status.value: status for status in MaritalStatus}
    return _choose(choices, text, field, f"salah satu dari {allowed}", f"one of {allowed}")


def parse_citizenship(text: str, field: str = "kewarganegaraan") -> str:
    """WNI or WNA; foreigners with permanent stay hold a KTP-el too (UU 24/2013 Art. 63)."""
    choices = {**{each: each for each in CITIZENSHIPS}, "INDONESIA": "WNI"}
    return _choose(choices, text, field, "WNI atau WNA", "WNI or WNA")


def parse_blood_type(text: str, field: str = "golongan_darah") -> str:
    """A blood type, or the empty text when it is not known."""
    line = tidy(text).upper()
    if line in _BLOOD_UNKNOWN:
        return ""
    if line not in BLOOD_TYPES:
        raise _unknown(
            field, "A, B, AB atau O (boleh dengan + atau -), atau kosong", "A, B, AB or O, or empty"
        )
    return line


def parse_rt_rw(text: str, field: str) -> int:
    """An RT or RW number; empty, ``-`` and ``000`` mean that there is none (0)."""
    line = text.strip()
    if line in ("", "-"):
        return 0
    if not re.fullmatch(r"[0-9]{1,3}", line):
        raise _refuse(
            field,
            "rt_rw_form",
            f"{field.upper()} harus angka 0 sampai {MOST_RT_RW}; kosongkan bila tidak ada.",
            f"{field.upper()} must be a number from 0 to {MOST_RT_RW}; leave it empty if there is none.",
        )
    return int(line)


def parse_recording_state(text: str, field: str = "status_perekaman") -> RecordingState:
    """A recording state by its registry name; PRR and SFE are accepted for the two long ones."""
    choices = {**{state.value: state for state in RecordingState}, **_STATE_SHORT_FORMS}
    allowed = ", ".join(RecordingState)
    return _choose(
        choices, tidy(text).replace(" ", "_"), field, f"salah satu dari {allowed}", f"one of {allowed}"
    )


def may_hold_card(born: date, marital_status: MaritalStatus, today: date) -> bool:
    """Whether the law gives this person a KTP-el at all: 17 years old, or married, or ever married."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    age = today.year - born.year - (not had_birthday)
    return age >= KTP_AGE or marital_status is not MaritalStatus.SINGLE


def _choose(choices: Mapping[str, T], text: str, field: str, id: str, en: str) -> T:
    chosen = choices.get(tidy(text).upper())
    if chosen is None:
        raise _unknown(field, id, en)
    return chosen


def _unknown(field: str, id: str, en: str) -> FieldError:
    return _refuse(field, "unknown_value", f"Isi dengan {id}.", f"Give {en}.")


def _refuse(field: str, code: str, id: str, en: str) -> FieldError:
    return FieldError(Problem(field, code, Text(id, en)))
