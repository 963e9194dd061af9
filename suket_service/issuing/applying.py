"""A form of the counter understood: fields, reason, papers and portrait at once. Asks no registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from suket_service.core import reason as reasons
from suket_service.core import request as requests
from suket_service.core.region import Village
from suket_service.core.resident import Resident
from suket_service.errors import FieldError, Problem, RequestRefused
from suket_service.issuing.preparing import PaperCheck
from suket_service.issuing.rules import Application
from suket_service.paper import portrait
from suket_service.paper.wording import SEXES

#: What the register says of a person, which no request says otherwise.
FIXED = ("nik", "nama", "tanggal_lahir", "jenis_kelamin")
#: What a form of the counter asks for; a recording state never, for only a list may say it.
ASKED = tuple(
    field for field in dict.fromkeys(requests.HEADERS.values()) if field not in ("status_perekaman", "foto")
)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where and when a form is read."""

    office: str
    villages: Mapping[str, Village]
    today: date
    check_paper: PaperCheck


def fields_of(person: Resident) -> dict[str, str]:
    """A person's facts as a form holds them; read again they are the same person."""
    written = {
        "birth_date": person.birth_date.isoformat(),
        "sex": SEXES[person.sex],
        "rt": f"{person.rt:03d}" if person.rt else "",
        "rw": f"{person.rw:03d}" if person.rw else "",
        "village": person.village.code,
        "marital_status": person.marital_status.value,
    }
    facts = {
        column: written[fact] if fact in written else getattr(person, fact)
        for fact, column in requests.COLUMN_OF.items()
    }
    return {"nik": person.nik, **facts}


def read_form(
    given: Mapping[str, str],
    picture: bytes | None,
    counter: Counter,
    key: str | None = None,
    *,
    kept: bytes | None = None,
    in_words: bool = False,
) -> Application:
    """The request that a form makes; what is wrong is told all at once, by field.

    Args:
        given: field name to text as typed.
        picture: a portrait as it came from the desk.
        counter: where and when.
        key: the form's own, under which it never makes a second letter.
        kept: the portrait as it is stored already, where no other has come.
        in_words: the reason may stay without a code, as a row of a file gave it.

    Raises:
        RequestRefused: as ``reason.read``, ``request.read``, ``portrait.normalise`` and the check of the paper.
    """
    row = {field: given[field] for field in ASKED if field in given}
    problems: list[Problem] = []
    stated = None
    if not (in_words and not given.get(reasons.CODE_FIELD)):
        statement = reasons.read(given, counter.today)
        stated, problems = statement.stated, [*statement.problems]
        row[reasons.WORDS_FIELD] = stated.sentence if stated else ""
    reading = requests.read(row, counter.villages, counter.today)
    problems = [*reading.problems, *problems]
    try:
        jpeg = kept if picture is None else portrait.normalise(picture)
    except FieldError as error:
        problems.append(error.problem)
    if problems or reading.request is None:
        raise RequestRefused(problems)
    unprintable = counter.check_paper(reading.request)
    if unprintable is not None:
        raise RequestRefused([unprintable])
    return Application(counter.office, reading.request, jpeg, key, stated=stated)
