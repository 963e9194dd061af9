"""RT and RW, as a polling station's list names them. Knows no station and no letter.

Written ``001/003`` everywhere: RT first, three digits each, as on the card.
"""

import re

from suket_service.core.resident import MOST_RT_RW
from suket_service.errors import FieldError, Problem, Text

#: More than any village has.
MOST = 400
_PARTS = re.compile(r"[;,\n]")
#: "1/3", "001/003", "RT 1/RW 3", "RT 001-004 / RW 003"
_PART = re.compile(
    r"(?:RT\s*)?([0-9]{1,3})(?:\s*-\s*([0-9]{1,3}))?\s*(?:/|/?\s*RW)\s*([0-9]{1,3})", re.IGNORECASE
)


def neighbourhood(rt: int, rw: int) -> str:
    """One of them as it is kept: ``001/003``; ``000/000`` where there is none."""
    return f"{rt:03d}/{rw:03d}"


def parse_neighbourhoods(text: str, field: str) -> tuple[str, ...]:
    """A list such as ``001/003, 002/003``, or ``001-004/003`` for four of them; empty for the whole village.

    Raises:
        FieldError: ``neighbourhood_form`` or ``too_many``.
    """
    found: dict[str, None] = {}
    for part in _PARTS.split(text):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise _form(field)
        first, rw = int(match[1]), int(match[3])
        last = int(match[2] or match[1])
        if not 0 < rw <= MOST_RT_RW or not 0 < first <= last <= MOST_RT_RW:
            raise _form(field)
        found |= dict.fromkeys(neighbourhood(rt, rw) for rt in range(first, last + 1))
        if len(found) > MOST:
            raise FieldError(
                Problem(field, "too_many", Text(f"Paling banyak {MOST} RT.", f"At most {MOST} of them."))
            )
    return tuple(sorted(found, key=lambda each: (each[4:], each[:3])))


def _form(field: str) -> FieldError:
    return FieldError(
        Problem(
            field,
            "neighbourhood_form",
            Text(
                "Tulis RT/RW dipisah koma, misalnya 001/003, 002/003 atau 001-004/003; kosongkan untuk seluruh kelurahan.",
                "Write RT/RW parted by commas, for example 001/003, 002/003 or 001-004/003; leave it empty for the whole village.",
            ),
        )
    )
