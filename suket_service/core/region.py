"""Region codes and the places they name. Knows no list of regions: the registry holds that.

Source: Permendagri 137/2017 Art. 4: province 2 digits, regency or city 2, district 2, village 4.
"""

import re
from dataclasses import dataclass

from suket_service.errors import FieldError, Problem, Text

FIRST_VILLAGE = 1101010001
LAST_VILLAGE = 9999999999
_VILLAGE = re.compile(r"[1-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Village:
    """A kelurahan or desa with the places it lies in, as printed on a letter."""

    code: str  # 10 digits, no dots
    name: str
    district: str  # kecamatan
    regency: str  # "Kota …" or "Kabupaten …"
    province: str


def parse_village_code(text: str, field: str = "kode_wilayah") -> str:
    """The 10-digit code of a village, from ``2172031001`` or ``21.72.03.1001``.

    Raises:
        FieldError: it is not such a code. Whether the village exists is the registry's to say.
    """
    code = text.strip().replace(".", "")
    if not _VILLAGE.fullmatch(code) or int(code) < FIRST_VILLAGE:
        raise FieldError(
            Problem(
                field,
                "region_code_form",
                Text(
                    "Kode wilayah harus 10 digit kelurahan/desa, misalnya 2172031001.",
                    "The region code must be the village's 10 digits, for example 2172031001.",
                ),
            )
        )
    return code
