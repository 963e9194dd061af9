"""What is worth a second look before a letter is asked for. Refuses nothing and writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from suket_service.core import request as requests
from suket_service.core import resident as people
from suket_service.core.nik import Nik
from suket_service.core.resident import Resident
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import letters, residents
from suket_service.registry.letters import LetterRecord
from suket_service.registry.residents import Entry
from suket_service.registry.session import Transaction
from suket_service.web.forms import Form
from suket_service.web.language import grouped
from suket_service.web.signed_in import signed_in

#: Of people who share a name and a birth date so many are told of.
MOST_NAMESAKES = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Namesakes:
    """Others of the same name and birth date, under another NIK: perhaps one person recorded twice."""

    entries: Sequence[Entry]
    letters: Sequence[LetterRecord]

    def __bool__(self) -> bool:
        return bool(self.entries or self.letters)


def namesakes(tx: Transaction, person: Resident) -> Namesakes:
    """Others of this office, in its register or with a letter of it, who might be this person."""
    return _namesakes(tx, person.nik, person.name, person.birth_date)


def _namesakes(tx: Transaction, nik: str, name: str, born: date) -> Namesakes:
    asked = (signed_in().office.code, nik, name, born, MOST_NAMESAKES)
    return Namesakes(residents.namesakes(tx, *asked), letters.namesakes(tx, *asked))


def hints(form: Form) -> list[Problem]:
    """Where the NIK disagrees with what is typed so far. Refuses nothing."""
    try:
        nik = Nik.parse(_nik(form))
    except FieldError as refused:
        return [refused.problem] if len(form["nik"]) >= residents.LEAST_DIGITS else []
    sex = _or_none(lambda: people.parse_sex(form["jenis_kelamin"]))
    return [*requests.disagreements(nik, _born(form), sex, form["kode_wilayah"] or None)]


def doubles(tx: Transaction, form: Form) -> list[Problem]:
    """Whether someone of the name and birth date typed so far is known under another NIK."""
    name, born = _or_none(lambda: people.parse_name(form["nama"])), _born(form)
    if name is None or born is None:
        return []
    found = _namesakes(tx, _nik(form), name, born)
    known = [other.resident.nik for other in found.entries] + [other.resident.nik for other in found.letters]
    return [Problem("nama", "same_person", same_person(known))] if known else []


def same_person(niks: Sequence[str]) -> Text:
    """That someone of the same name and birth date is known under these NIKs."""
    others = ", ".join(map(grouped, list(dict.fromkeys(niks))[:MOST_NAMESAKES]))
    return Text(
        f"Nama dan tanggal lahir yang sama tercatat dengan NIK lain: {others}. Pastikan ini dua orang yang berbeda.",
        f"The same name and birth date stand under another NIK: {others}. Make sure that these are two people.",
    )


def _nik(form: Form) -> str:
    return "".join(form["nik"].split())


def _born(form: Form) -> date | None:
    return _or_none(lambda: people.parse_birth_date(form["tanggal_lahir"], signed_in().today))


def _or_none(parse: Callable[[], T]) -> T | None:
    try:
        return parse()
    except FieldError:
        return None
