"""How an office writes its letter numbers. Gives none out, and changes none that was given."""

import re
import string
from dataclasses import replace
from datetime import datetime

from suket_service.administering.kinds import nothing_to_change
from suket_service.administering.paper_numbers import pattern_of
from suket_service.core.kind import Kind
from suket_service.core.letter import Office
from suket_service.core.request import NUMBER_CHARACTERS
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import audit, letters, offices, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

FIELD = "number_pattern"
_NEEDED = frozenset({"serial", "series", "year"})
_KNOWN = _NEEDED | {"office"}
#: A number becomes a file's name, and is typed and spoken.
_LITERAL = re.compile(r"[A-Za-z0-9 ./_-]*")


def require_number_pattern(pattern: str) -> None:
    """Refuse a pattern under which two letters could get one number, or that is no number's form at all.

    Raises:
        FieldError: ``pattern_fields``, ``pattern_signs``, ``pattern_adjoins`` or ``too_long``.
    """
    try:
        parts = [(literal, name, form, conversion) for literal, name, form, conversion in _parsed(pattern)]
    except ValueError:  # a brace without its other half
        raise _refuse("pattern_fields") from None
    names = [name for _, name, _, _ in parts if name is not None]
    if len(set(names)) < len(names) or not set(names) >= _NEEDED or not set(names) <= _KNOWN:
        raise _refuse("pattern_fields")
    if any(form or conversion for _, _, form, conversion in parts):
        raise _refuse("pattern_fields")
    if not all(_LITERAL.fullmatch(literal) for literal, *_ in parts) or pattern != pattern.strip(" ./-"):
        raise _refuse("pattern_signs")
    if not _between_serial_and_series(parts):
        raise _refuse("pattern_adjoins")
    if len(pattern.format(serial="9999999", series="S" * 12, office="0000", year=2026)) > NUMBER_CHARACTERS:
        raise _refuse("too_long")


def next_numbers(registry: Registry, office_code: str, pattern: str, at: datetime) -> list[tuple[Kind, str]]:
    """The number that the next letter of each kind would bear under a pattern.

    Raises:
        FieldError: as :func:`require_number_pattern`.
        NotFound: no such office.
    """
    require_number_pattern(pattern)
    with registry.reading() as tx:
        office = offices.office(tx, office_code)
        year = office.local_date(at).year
        last = _last_serials(tx, office_code)
        renamed = replace(office, number_pattern=pattern)
        return [
            (kind, renamed.number(last.get((kind.code, year), 0) + 1, kind.series, year))
            for kind in offices.kinds(tx).values()
        ]


def change_number_pattern(
    registry: Registry, office_code: str, pattern: str, by: str, at: datetime
) -> Office:
    """Let an office's letters from now on be numbered by this pattern; series go on counting.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        FieldError: as :func:`require_number_pattern`, or ``pattern_collides``: it would give a number that a
            letter bears already.
        InputError: ``nothing_to_change``.
    """
    require_number_pattern(pattern)
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        before = offices.office(tx, office_code)
        if before.number_pattern == pattern:
            raise nothing_to_change()
        after = replace(before, number_pattern=pattern)
        _require_no_collision(tx, after)
        offices.set_number_pattern(tx, office_code, pattern)
        details = {"from": before.number_pattern, "to": pattern}
        audit.append(tx, at, by, "office.numbering", office_code, office_code, details)
        return after


def _parsed(pattern: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(string.Formatter().parse(pattern))


def _between_serial_and_series(parts: list[tuple[str, str | None, str | None, str | None]]) -> bool:
    # Both are of any length, and a series may end in digits: without a sign between them that is no digit,
    # SK1 and 0001 would read as SK and 10001. Year and office have four digits each, always.
    places = {name: place for place, (_, name, _, _) in enumerate(parts)}
    first, last = sorted((places["serial"], places["series"]))
    return any(sign not in "0123456789" for literal, *_ in parts[first + 1 : last + 1] for sign in literal)


def _last_serials(tx: Transaction, office_code: str) -> dict[tuple[int, int], int]:
    return {(kind, year): last for _, kind, year, last in letters.series(tx, office_code)}


def _require_no_collision(tx: Transaction, office: Office) -> None:
    last = _last_serials(tx, office.code)
    forms = [(kind, re.compile(pattern_of(office, kind.series))) for kind in offices.kinds(tx).values()]
    for number in letters.numbers_of(tx, office.code):
        for kind, form in forms:
            read = form.fullmatch(number)
            if read is None:
                continue
            serial, year = int(read["serial"]), int(read["year"])
            to_come = serial > last.get((kind.code, year), 0)
            if to_come and office.number(serial, kind.series, year) == number:
                raise _refuse("pattern_collides")


_TEXTS = {
    "pattern_fields": Text(
        "Pola harus memuat {serial}, {series} dan {year} masing-masing satu kali, dan boleh memuat {office}; tanpa "
        "isian lain.",
        "A pattern holds {serial}, {series} and {year} once each, may hold {office}, and no other field.",
    ),
    "pattern_signs": Text(
        "Selain isian, pola hanya boleh memuat huruf, angka, spasi dan tanda . / - _ (tidak di awal atau akhir).",
        "Beside the fields a pattern holds letters, digits, spaces and the signs . / - _ alone (not first or last).",
    ),
    "pattern_adjoins": Text(
        "Di antara {serial} dan {series} harus ada tanda yang bukan angka, misalnya /. Tanpa itu dua surat dapat "
        "bernomor sama.",
        "Between {serial} and {series} there must be a sign that is no digit, such as /. Without one, two letters "
        "could get one number.",
    ),
    "too_long": Text(
        f"Nomor paling panjang {NUMBER_CHARACTERS} karakter.",
        f"A number has at most {NUMBER_CHARACTERS} characters.",
    ),
    "pattern_collides": Text(
        "Pola ini akan memberi nomor yang sudah dimiliki surat lain. Pakai pola yang berbeda bentuknya.",
        "This pattern would give a number that another letter bears already. Use one of another form.",
    ),
}


def _refuse(code: str) -> FieldError:
    return FieldError(Problem(FIELD, code, _TEXTS[code]))
