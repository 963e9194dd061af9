"""Letter numbers as people read them off paper, back into their series. Changes nothing."""

import re
from collections.abc import Mapping, Sequence
from string import Formatter

from suket_service.core.checkpoint import SeriesKey
from suket_service.core.letter import Office
from suket_service.errors import InputError, Text
from suket_service.registry import letters, offices
from suket_service.registry.session import Transaction

#: A number said to be the last that is this far beyond what is known is a slip of the pen.
MOST_AHEAD = 100_000


def highest_given(
    tx: Transaction, published: Mapping[SeriesKey, int], last_numbers: Sequence[str]
) -> dict[SeriesKey, int]:
    """The highest serial known to be given out in each series, by publications and by paper.

    Raises:
        InputError: ``number_unknown`` or ``number_implausible``.
    """
    given = dict(published)
    held = {(office, kind, year): last for office, kind, year, last in letters.series(tx)}
    for number in last_numbers:
        key, serial = _read_number(tx, number)
        known = max(given.get(key, 0), held.get(key, 0))
        if serial > known + MOST_AHEAD:
            raise InputError(
                "number_implausible",
                Text(
                    f"Nomor {number} jauh melampaui nomor terakhir yang diketahui ({known}). Periksa penulisannya.",
                    f"The number {number} is far beyond the last one known ({known}). Check how it is written.",
                ),
            )
        given[key] = max(serial, given.get(key, 0))
    return given


def _read_number(tx: Transaction, number: str) -> tuple[SeriesKey, int]:
    for office in offices.offices(tx):
        for kind in offices.kinds(tx).values():
            read = re.fullmatch(pattern_of(office, kind.series), number)
            if read is None:
                continue
            serial, year = int(read["serial"]), int(read["year"])
            if office.number(serial, kind.series, year) == number:
                return (office.code, kind.code, year), serial
    raise InputError(
        "number_unknown",
        Text(
            f"{number} bukan nomor surat dari kantor yang ada di cadangan ini. Tulis lengkap seperti pada suratnya.",
            f"{number} is no letter number of an office in this backup. Write it in full, as on the letter.",
        ),
    )


def pattern_of(office: Office, series: str) -> str:
    """The numbers of one series as a regular expression with the groups ``serial`` and ``year``."""
    parts, seen = [], set[str]()
    fields = {
        "serial": "[0-9]{4,9}",
        "year": "[0-9]{4}",
        "series": re.escape(series),
        "office": re.escape(office.code),
    }
    for literal, name, _, _ in Formatter().parse(office.number_pattern):
        parts.append(re.escape(literal))
        if name in ("serial", "year"):
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{fields[name]})")
            seen.add(name)
        elif name is not None:
            parts.append(fields[name])
    return "".join(parts)
