"""The register of the recorded, imported from lists. Judges no one's right to a letter."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from suket_service.core import request as requests
from suket_service.core.region import Village
from suket_service.errors import FileRefused, Problem, Text
from suket_service.registry import audit, offices, residents, staff
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.sheets.read import Row

#: Rows a commit.
PORTION = 200
MOST_SOURCE_CHARACTERS = 120
_NIK = re.compile(r"[0-9]{16}")


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one row of a list."""

    row: int
    imported: bool
    problems: tuple[Problem, ...] = ()


def import_residents(
    registry: Registry, office_code: str, rows: Iterable[Row], by: str, source: str, as_of: date, at: datetime
) -> Iterator[ImportOutcome]:
    """Import a list of the recorded, row by row; a row without a recording state changes nothing.

    Raises:
        NotAllowed: ``by`` is no operator or administrator of this office.
        FileRefused: ``as_of_in_future``, ``source_form``.
    """
    fits = 0 < len(source) <= MOST_SOURCE_CHARACTERS and source.isprintable()
    if not fits or _NIK.search(source):  # it goes into the audit chain, which can never be cleaned
        raise FileRefused("source_form", _SOURCE_FORM)
    with registry.reading() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.ADMIN)
        office = offices.office(tx, office_code)
        villages = offices.villages_of(tx, office)
    if as_of > office.local_date(at):
        raise FileRefused(
            "as_of_in_future",
            Text(
                "Tanggal keadaan daftar belum tiba; daftar berikutnya akan ditolak karenanya. Betulkan tanggalnya.",
                "The list's date is still to come; every later list would be refused for it. Mend the date.",
            ),
        )
    origin = Import(office_code, source, as_of, by, at)
    everything, first_row_of = list(rows), dict[str, int]()
    for start in range(0, len(everything), PORTION):
        outcomes = []
        with registry.writing() as tx:
            for row in everything[start : start + PORTION]:
                problems = _import_row(tx, row, villages, origin, office.local_date(at), first_row_of)
                outcomes.append(ImportOutcome(row.number, not problems, problems))
            taken = sum(outcome.imported for outcome in outcomes)
            details = {"rows": taken, "source": source, "as_of": as_of.isoformat()}
            audit.append(tx, at, by, "residents.import", f"{taken} residents", office_code, details)
        yield from outcomes


def _import_row(
    tx: Transaction,
    row: Row,
    villages: Mapping[str, Village],
    origin: Import,
    today: date,
    first_row_of: dict[str, int],
) -> tuple[Problem, ...]:
    reading = requests.read(row.fields, villages, today)
    asked = reading.request
    if asked is None:
        return reading.problems
    if asked.recording_state is None:
        return (_NO_STATE,)
    first = first_row_of.setdefault(asked.resident.nik, row.number)
    if first != row.number:
        return (requests.twice(first),)
    if not residents.put(tx, asked.resident, asked.recording_state, origin):
        return (_LIST_OLDER,)
    return ()


_LIST_OLDER = Problem(
    "",
    "list_older",
    Text(
        "Data orang ini sudah berasal dari daftar yang lebih baru; tidak diubah.",
        "This person is already held from a newer list; nothing was changed.",
    ),
)
_NO_STATE = Problem(
    "status_perekaman",
    "missing",
    Text("Status perekaman belum diisi.", "The recording state is missing."),
)
_SOURCE_FORM = Text(
    f"Asal daftar ditulis dengan 1 sampai {MOST_SOURCE_CHARACTERS} karakter yang dapat dicetak, tanpa NIK.",
    f"Where a list comes from is said in 1 to {MOST_SOURCE_CHARACTERS} printable characters, without a NIK.",
)
