"""The NIK: sixteen digits that stay with a person for life. Structure only; existence is the register's to say.

Source: PP 37/2007 Art. 37: PPKKCC region of first registration, DDMMYY birth date with 40 added to
the day for women, SSSS serial. A NIK may legally disagree with its holder's birth date, sex or
address and cannot be changed (PP 40/2019 Art. 30), so disagreement warns and never refuses.
"""

import re
from dataclasses import dataclass
from datetime import date

from suket_service.errors import FieldError, Problem, Text

LENGTH = 16
_WOMAN_DAY_OFFSET = 40
_LAST_REGENCY = 69  # 01-69 kabupaten, 71-99 kota
_FIRST_CITY = 71
_DIGITS = re.compile(r"[0-9]+")
_NO_DIGIT = re.compile(r"[^0-9]+")
_IN_A_ROW = re.compile(r"[0-9]{16}")
#: Whole groups of digits that come to sixteen; ahead, so that each group is tried as the first.
_PARTED = re.compile(r"(?<![0-9])(?=([0-9](?:[\s.\-\u2010-\u2015]*[0-9]){15})(?![0-9]))")
#: Two days beside each other would read as a NIK.
_DATE = re.compile(
    r"(?<![0-9])(?:0?[1-9]|[12][0-9]|3[01])([-. ])(?:0?[1-9]|1[0-2])\1(?:19|20)[0-9]{2}(?![0-9])"
)


def _refuse(code: str, id: str, en: str) -> FieldError:
    return FieldError(Problem("nik", code, Text(id, en)))


@dataclass(frozen=True, slots=True)
class Nik:
    """A structurally possible NIK."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> "Nik":
        """Read a NIK; blanks around it are dropped.

        Raises:
            FieldError: ``nik_missing``, ``nik_not_digits``, ``nik_length``, ``nik_region``,
                ``nik_date`` or ``nik_serial``.
        """
        digits = text.strip()
        if not digits:
            raise _refuse("nik_missing", "NIK belum diisi.", "The NIK is missing.")
        if not _DIGITS.fullmatch(digits):
            raise _refuse(
                "nik_not_digits",
                "NIK hanya boleh berisi angka 0-9, tanpa spasi, titik atau huruf.",
                "A NIK holds only the digits 0-9: no spaces, dots or letters.",
            )
        if len(digits) != LENGTH:
            raise _refuse(
                "nik_length",
                f"NIK harus 16 digit; yang diberikan {len(digits)} digit. Periksa kembali pada KK.",
                f"A NIK has 16 digits; this one has {len(digits)}. Check it against the family card.",
            )
        _check_structure(digits)
        return cls(digits)

    @property
    def is_woman(self) -> bool:
        """Whether the day carries the 40 that marks a woman."""
        return int(self.digits[6:8]) > _WOMAN_DAY_OFFSET

    def names_birth_date(self, born: date) -> bool:
        """Whether day, month and two-digit year are those of ``born``."""
        day = int(self.digits[6:8]) % _WOMAN_DAY_OFFSET if self.is_woman else int(self.digits[6:8])
        return (day, int(self.digits[8:10]), int(self.digits[10:12])) == (
            born.day,
            born.month,
            born.year % 100,
        )


def holds_nik(text: str) -> bool:
    """Whether free text may hold a NIK: sixteen digits in a row, or a possible NIK parted by blanks, dots or dashes.

    Asked of what goes where it can never be taken out again, or where anyone reads it. Phone numbers, hours
    and dates may stand there.
    """
    if _IN_A_ROW.search(text):
        return True
    return any(_is_possible(_NO_DIGIT.sub("", found[1])) for found in _PARTED.finditer(_DATE.sub("/", text)))


def _is_possible(digits: str) -> bool:
    try:
        _check_structure(digits)
    except FieldError:
        return False
    return True


def mask_nik(digits: str) -> str:
    """The first six digits (the region) and ten stars: all that a public answer may show.

    Masking only the last four hides nothing: most serials are below 0010.
    """
    return digits[:6] + "*" * 10


def _check_structure(digits: str) -> None:
    regency = int(digits[2:4])
    if int(digits[:2]) < 11 or regency == 0 or _LAST_REGENCY < regency < _FIRST_CITY or digits[4:6] == "00":  # noqa: PLR2004 - Aceh, 11, is the lowest province code
        raise _refuse(
            "nik_region",
            "Enam digit pertama NIK bukan kode wilayah yang mungkin. Periksa kembali pada KK.",
            "The first six digits of the NIK are no possible region code. Check the family card.",
        )
    day, month = int(digits[6:8]), int(digits[8:10])
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month <= 12:  # noqa: PLR2004
        raise _refuse(
            "nik_date",
            "Digit ke-7 sampai ke-10 NIK bukan tanggal dan bulan yang mungkin. Periksa kembali pada KK.",
            "Digits 7 to 10 of the NIK are no possible day and month. Check the family card.",
        )
    if digits[12:] == "0000":
        raise _refuse(
            "nik_serial",
            "Empat digit terakhir NIK tidak mungkin 0000. Periksa kembali pada KK.",
            "The last four digits of a NIK are never 0000. Check the family card.",
        )
