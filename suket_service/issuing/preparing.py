"""A file's rows read before any lock is taken: fields understood, portraits drawn. Asks no registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from suket_service.core import request as requests
from suket_service.core.region import Village
from suket_service.errors import FieldError, Problem
from suket_service.issuing.rules import Application
from suket_service.sheets.read import Row

#: The bytes of a file that a row names in ``foto``.
PhotoOpener = Callable[[str], bytes]
#: The portrait as it will be stored, of a file that a row names in ``foto``.
PortraitOpener = Callable[[str], bytes]
PaperCheck = Callable[[requests.Request], Problem | None]


@dataclass(frozen=True, slots=True)
class Intake:
    """What every row of a file is read with."""

    office: str
    file_digest: str
    portrait_of: PortraitOpener
    check_paper: PaperCheck


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row read outside the lock: an application, or the problems that refuse it."""

    row: int
    application: Application | None
    problems: tuple[Problem, ...] = ()


def prepare(row: Row, villages: Mapping[str, Village], today: date, intake: Intake) -> Prepared:
    """One row, and its portrait, as far as they can be judged without the registry."""
    reading = requests.read(row.fields, villages, today)
    problems = reading.problems
    picture, photo = None, row.fields.get("foto", "").strip()
    if photo:
        try:
            picture = intake.portrait_of(photo)
        except FieldError as error:
            problems += (error.problem,)
    if not problems and reading.request is not None:
        unprintable = intake.check_paper(reading.request)
        problems += () if unprintable is None else (unprintable,)
    if problems or reading.request is None:
        return Prepared(row.number, None, problems)
    key = f"{intake.file_digest}:{row.number}"
    application = Application(intake.office, reading.request, picture, key, intake.file_digest)
    return Prepared(row.number, application)
