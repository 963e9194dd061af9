"""The villages that an office serves, brought in from lists. Takes none away: NIKs and letters name them.

A list is looked at first (:func:`check_regions`) and written by the same reading of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from suket_service.core.region import Village, parse_village_code
from suket_service.core.request import EXTRA_CELLS, NUMERIC_CELLS, UNREADABLE_CELLS
from suket_service.errors import FieldError, InputError, Problem, Text
from suket_service.registry import audit, offices, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.sheets.read import Columns, Row

#: As many characters as the registry keeps of each name.
MOST_PLACE_CHARACTERS = 80
#: No regency has a thousand villages.
MOST_VILLAGES = 2000
_PLACES = {"nama": "name", "kecamatan": "district", "kab_kota": "regency", "provinsi": "province"}
REGION_COLUMNS = Columns(
    headers={"kode_wilayah": "kode_wilayah", **{name: name for name in _PLACES}},
    required=frozenset({"kode_wilayah", *_PLACES}),
    codes=frozenset({"kode_wilayah"}),
)


class RegionFate(StrEnum):
    """What a row of a list does to the villages that are known."""

    NEW = "new"
    RENAMED = "renamed"
    SAME = "same"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One row of a list: the village that it names and what becomes of it, or what is wrong with it."""

    row: int
    fate: RegionFate
    village: Village | None
    before: Village | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionsImported:
    """How many villages an import added and renamed."""

    added: int
    renamed: int


def list_regions(registry: Registry, office_code: str) -> list[Village]:
    """The villages that an office serves, by code."""
    with registry.reading() as tx:
        return list(offices.villages_of(tx, offices.office(tx, office_code)).values())


def check_regions(registry: Registry, office_code: str, rows: Sequence[Row]) -> list[RegionRow]:
    """What each row of a list would do; writes nothing.

    Raises:
        InputError: ``too_many_villages``.
    """
    with registry.reading() as tx:
        return _judged(tx, office_code, rows)


def import_regions(
    registry: Registry, office_code: str, rows: Sequence[Row], by: str, at: datetime
) -> RegionsImported:
    """Write the good rows of a list: new villages, and other names for known ones.

    Letters that were issued keep the names of their day; villages that the list leaves out stay.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        InputError: ``too_many_villages``, or ``nothing_to_import``: no row is good and says anything new.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        judged = _judged(tx, office_code, rows)
        new = [each.village for each in judged if each.fate is RegionFate.NEW and each.village]
        renamed = [each.village for each in judged if each.fate is RegionFate.RENAMED and each.village]
        if not new and not renamed:
            raise InputError("nothing_to_import", _NOTHING)
        offices.add_villages(tx, new)
        for village in renamed:
            offices.rename_village(tx, village)
        details = {"added": len(new), "renamed": [village.code for village in renamed]}
        audit.append(tx, at, by, "regions.import", f"{len(new)} villages", office_code, details)
        return RegionsImported(len(new), len(renamed))


def _judged(tx: Transaction, office_code: str, rows: Sequence[Row]) -> list[RegionRow]:
    if len(rows) > MOST_VILLAGES:
        raise InputError("too_many_villages", _TOO_MANY)
    office = offices.office(tx, office_code)
    known, first_row_of = offices.villages_of(tx, office), dict[str, int]()
    return [_judge(row, office.villages, known, first_row_of) for row in rows]


def _judge(
    row: Row, prefixes: tuple[str, ...], known: Mapping[str, Village], first_row_of: dict[str, int]
) -> RegionRow:
    problems = _broken(row)
    told = {problem.field for problem in problems}
    code = ""
    try:
        code = parse_village_code(row.fields.get("kode_wilayah", ""))
    except FieldError as error:
        problems += [error.problem] if error.problem.field not in told else []
    if code and not code.startswith(prefixes):
        problems.append(Problem("kode_wilayah", "not_of_this_office", _ELSEWHERE))
    if code and first_row_of.setdefault(code, row.number) != row.number:
        first = first_row_of[code]
        again = Text(f"Kode ini sudah ada pada baris {first}.", f"Row {first} has this code already.")
        problems.append(Problem("kode_wilayah", "twice", again))
    places = {field: " ".join(row.fields.get(column, "").split()) for column, field in _PLACES.items()}
    problems += [
        problem
        for column, field in _PLACES.items()
        if column not in told and (problem := _place_problem(column, places[field]))
    ]
    if problems:
        return RegionRow(row.number, RegionFate.BAD, None, None, tuple(problems))
    village, before = Village(code, **places), known.get(code)
    if before is None:
        return RegionRow(row.number, RegionFate.NEW, village)
    fate = RegionFate.SAME if before == village else RegionFate.RENAMED
    return RegionRow(row.number, fate, village, before)


def _broken(row: Row) -> list[Problem]:
    found = [
        Problem(field, code, told)
        for mark, code, told in _MARKS
        for field in row.fields.get(mark, "").split()
    ]
    if EXTRA_CELLS in row.fields:
        found.append(Problem("", "row_too_long", _ROW_TOO_LONG))
    return found


def _place_problem(column: str, text: str) -> Problem | None:
    if not text:
        return Problem(column, "missing", Text("Belum diisi.", "Is missing."))
    if len(text) > MOST_PLACE_CHARACTERS:
        most = MOST_PLACE_CHARACTERS
        told = Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
        return Problem(column, "too_long", told)
    if not text.isprintable():
        return Problem(column, "not_printable", Text("Harus satu baris teks.", "Must be one line of text."))
    return None


_MARKS = (
    (
        NUMERIC_CELLS,
        "numeric_cell",
        Text(
            "Sel ini berisi angka; ubah formatnya menjadi teks lalu ketik lagi kodenya.",
            "This cell holds a number; make it a text cell and type the code again.",
        ),
    ),
    (
        UNREADABLE_CELLS,
        "unreadable_cell",
        Text("Isi sel ini tidak dapat dibaca.", "What this cell holds cannot be read."),
    ),
)
_ROW_TOO_LONG = Text(
    "Baris ini mempunyai lebih banyak sel daripada judul kolom.", "This row has more cells than columns."
)
_ELSEWHERE = Text(
    "Kode ini di luar wilayah kantor.", "This code lies outside of the area that the office serves."
)
_NOTHING = Text(
    "Tidak ada baris baik yang membawa sesuatu yang baru.", "No good row says anything that is not known yet."
)
_TOO_MANY = Text(
    f"Daftar berisi lebih dari {MOST_VILLAGES} baris; bagi menjadi beberapa berkas.",
    f"The list holds more than {MOST_VILLAGES} rows; split it.",
)
