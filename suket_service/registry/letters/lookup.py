"""One letter found by what stands on its paper or by whose it is. Changes nothing; looks into no other office.

Written for 200,000 letters: every query leans on an index.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from suket_service.core.letter import LetterState, Office
from suket_service.registry import offices
from suket_service.registry.letters.finding import by_numbers
from suket_service.registry.letters.records import LetterRecord, record_of, records
from suket_service.registry.schema import LetterRow, NumberSeriesRow

#: Letters that are shown where what was typed is only a part of their numbers.
MOST_ALIKE = 20
_NIK = re.compile(r"[0-9]{16}")
_DIGITS = re.compile(r"[0-9]+")
_MOST_SERIAL_DIGITS = 7
_MOST_NUMBER_CHARACTERS = 120  # the column's width
_MOST_LOOKED_AT = 500
_BETWEEN_DIGITS = re.compile(r"[ .-]")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", "- ")
_CODE_CHARACTERS, _CODE_BYTES, _FINGERPRINT_BYTES = 8, 5, 32


def named(tx: Connection, office: Office, typed: str) -> list[LetterRecord]:
    """The letters that a NIK, a letter number or a check code names, newest first; none: perhaps a name.

    A number may come without its fixed parts and zeros (``17``, ``0017/2026``); a check code in any case
    and with the letters that it is misread by.
    """
    if _NIK.fullmatch(digits := _BETWEEN_DIGITS.sub("", typed)):
        return of_person(tx, office.code, digits)
    return by_check_code(tx, office.code, typed) or by_typed_number(tx, office, typed)


def of_person(tx: Connection, office: str, nik: str) -> list[LetterRecord]:
    """Everything an office ever drafted or issued for a person, newest first."""
    query = records().where(LetterRow.office == office, LetterRow.nik == nik)
    return _records(tx, query.order_by(LetterRow.created_at.desc(), LetterRow.id))


def by_check_code(tx: Connection, office: str, typed: str) -> list[LetterRecord]:
    """The letters whose check code that is: one, or by the rarest chance (40 bits) two."""
    code = typed.upper().translate(_MISREAD)
    if len(code) != _CODE_CHARACTERS or not set(code) <= set(_CROCKFORD):
        return []
    number = 0
    for each in code:
        number = number << 5 | _CROCKFORD.index(each)
    first = number.to_bytes(_CODE_BYTES, "big")
    last = first.ljust(_FINGERPRINT_BYTES, b"\xff")
    return _records(
        tx, records().where(LetterRow.office == office, LetterRow.fingerprint.between(first, last))
    )


def by_typed_number(tx: Connection, office: Office, typed: str) -> list[LetterRecord]:
    """The letters whose number that may be, newest first: fixed parts and leading zeros may be missing."""
    parts = [part for each in typed.split("/") if (part := each.strip())]
    if len(typed) > _MOST_NUMBER_CHARACTERS or not typed.isprintable():
        return []
    if not any(_DIGITS.search(part) for part in parts):
        return []
    found = list(by_numbers(tx, office.code, [typed.strip(), *_candidates(tx, office, parts)]).values())
    found = found or _of_other_patterns(tx, office, parts)
    return sorted(found, key=lambda record: record.created_at, reverse=True)


def _of_other_patterns(tx: Connection, office: Office, typed: Sequence[str]) -> list[LetterRecord]:
    """The letters that the office once numbered by another pattern, with all of these parts in that order."""
    by_this = office.number_pattern.format(serial="%", series="%", office=office.code, year="%")
    query = records().where(
        LetterRow.office == office.code,
        LetterRow.number.not_like(by_this),
        *(LetterRow.number.icontains(part, autoescape=True) for part in map(_plain, typed)),
    )
    given = [_plain(part) for part in typed]
    alike = _records(tx, query.order_by(LetterRow.created_at.desc()).limit(_MOST_LOOKED_AT))
    fitting = [
        each
        for each in alike
        if _runs_through(given, [_plain(part) for part in (each.number or "").split("/")])
    ]
    return fitting[:MOST_ALIKE]


def _candidates(tx: Connection, office: Office, typed: Sequence[str]) -> list[str]:
    """The numbers that this office's pattern gives for what was typed, in every series and year."""
    pattern = office.number_pattern.split("/")
    at = next(place for place, part in enumerate(pattern) if "{serial}" in part)
    found, kinds = [], offices.kinds(tx)
    for kind, year in tx.execute(
        select(NumberSeriesRow.kind, NumberSeriesRow.year).where(NumberSeriesRow.office == office.code)
    ):
        series = kinds[kind].series
        for place, part in enumerate(typed):
            for serial in {int(run) for run in _DIGITS.findall(part) if len(run) <= _MOST_SERIAL_DIGITS}:
                number = office.number(serial, series, year)
                whole = [_plain(each) for each in number.split("/")]
                given = [_plain(each) for each in typed]
                if (
                    given[place] in (whole[at], str(serial))
                    and _runs_through(given[:place], whole[:at])
                    and _runs_through(given[place + 1 :], whole[at + 1 :])
                ):
                    found.append(number)
    return found


def _plain(part: str) -> str:
    return _DIGITS.sub(lambda run: run[0].lstrip("0") or "0", part.strip().casefold())


def _runs_through(given: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether all that was given stands in the whole, in that order."""
    rest = iter(whole)
    return all(part in rest for part in given)


def replacement_of(tx: Connection, record: LetterRecord) -> LetterRecord | None:
    """The letter, or the draft of one, that takes this letter's place."""
    query = records().where(
        LetterRow.office == record.office,
        LetterRow.nik == record.resident.nik,  # the same person's always, and this is what the index holds
        LetterRow.replaces == record.id,
        LetterRow.state != LetterState.WITHDRAWN.value,
    )
    return next(iter(_records(tx, query.order_by(LetterRow.created_at.desc()))), None)


def _records(tx: Connection, query: Select[Any]) -> list[LetterRecord]:
    return [record_of(row) for row in tx.execute(query)]
