"""The rows of a file of polling stations, read one by one. Writes nothing and knows no letter."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from suket_service.core.neighbourhood import parse_neighbourhoods
from suket_service.core.region import Village, parse_village_code
from suket_service.core.request import EXTRA_CELLS, NUMERIC_CELLS, UNREADABLE_CELLS
from suket_service.core.resident import parse_text
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry.polling_stations import NewStation
from suket_service.sheets.read import Columns, Row

CODE_CHARACTERS = 20
ADDRESS_CHARACTERS = 200
HEADERS = {
    "tps": "tps",
    "kode": "tps",
    "kode_tps": "tps",
    "nomor_tps": "tps",
    "station": "tps",
    "kelurahan": "kelurahan",
    "kode_kelurahan": "kelurahan",
    "kode_wilayah": "kelurahan",
    "village": "kelurahan",
    "rt_rw": "rt_rw",
    "neighbourhoods": "rt_rw",
    "alamat": "alamat",
    "address": "alamat",
}
COLUMNS = Columns(HEADERS, frozenset({"tps", "kelurahan", "rt_rw"}), codes=frozenset({"kelurahan"}))
_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class StationRow:
    """One row of a file: a station, or what is wrong with it. The texts are as written."""

    number: int
    tps: str
    village: str
    station: NewStation | None
    problems: tuple[Problem, ...]


def read_stations(rows: Iterable[Row], villages: Mapping[str, Village]) -> tuple[StationRow, ...]:
    """Every row understood, or what is wrong with it by field.

    Args:
        rows: of a file, by the fields of :data:`COLUMNS`.
        villages: the office's own by code; another one's is refused.
    """
    first_row_of: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        read = _read(row, villages)
        if read.station is not None:
            first = first_row_of.setdefault((read.station.village, read.station.code), row.number)
            if first != row.number:
                read = replace(read, station=None, problems=(_twice(first),))
        found.append(read)
    return tuple(found)


def shared(stations: Sequence[NewStation]) -> tuple[tuple[str, str], ...]:
    """(village, neighbourhood) that more than one station serves; "" for a whole village."""
    served = Counter((each.village, part) for each in stations for part in each.neighbourhoods or ("",))
    return tuple(sorted(each for each, count in served.items() if count > 1))


def _read(row: Row, villages: Mapping[str, Village]) -> StationRow:
    cells, problems = row.fields, list(_marked(row.fields))
    marked = {problem.field for problem in problems}
    values: dict[str, str] = {"alamat": ""}
    neighbourhoods: tuple[str, ...] = ()
    for field in ("tps", "kelurahan", "rt_rw", "alamat"):
        text = cells.get(field, "")
        if field in marked or (field == "alamat" and not text.strip()):
            continue
        try:
            if field == "tps":
                values[field] = _code(text)
            elif field == "kelurahan":
                values[field] = _village(text, villages)
            elif field == "rt_rw":
                neighbourhoods = parse_neighbourhoods(text, field)
            else:
                values[field] = parse_text(text, field, ADDRESS_CHARACTERS)
        except FieldError as refused:
            problems.append(refused.problem)
    station = None
    if not problems:
        station = NewStation(values["kelurahan"], values["tps"], values["alamat"], neighbourhoods)
    return StationRow(row.number, cells.get("tps", ""), cells.get("kelurahan", ""), station, tuple(problems))


def _code(text: str) -> str:
    code = parse_text(text, "tps", CODE_CHARACTERS)
    return code.zfill(3) if _NUMBER.fullmatch(code) else code  # a spreadsheet turns 001 into 1


def _village(text: str, villages: Mapping[str, Village]) -> str:
    code = parse_village_code(text, "kelurahan")
    if code not in villages:
        raise FieldError(
            Problem(
                "kelurahan",
                "region_unknown",
                Text("Kelurahan ini tidak dilayani kantor ini.", "This office does not serve that village."),
            )
        )
    return code


def _marked(cells: Mapping[str, str]) -> Iterable[Problem]:
    for field in cells.get(NUMERIC_CELLS, "").split():
        yield Problem(field, "numeric_cell", _NUMERIC_CELL)
    for field in cells.get(UNREADABLE_CELLS, "").split():
        yield Problem(field, "unreadable_cell", _UNREADABLE_CELL)
    if cells.get(EXTRA_CELLS):
        yield Problem("", "too_many_cells", _TOO_MANY_CELLS)


def _twice(first: int) -> Problem:
    return Problem(
        "tps",
        "duplicate_in_file",
        Text(f"TPS ini sudah ada pada baris {first}.", f"This station already stands in row {first}."),
    )


_NUMERIC_CELL = Text(
    "Sel ini berisi angka atau tanggal, bukan teks: Excel mengubah 1/3 menjadi tanggal. Format kolomnya sebagai Teks, "
    "lalu ketik ulang.",
    "This cell holds a number or a date, not text: Excel turns 1/3 into a date. Format the column as Text and type it again.",
)
_UNREADABLE_CELL = Text(
    "Sel ini berisi kesalahan rumus atau TRUE/FALSE. Ganti dengan isi yang benar.",
    "This cell holds a formula's error or TRUE/FALSE. Put the right content there.",
)
_TOO_MANY_CELLS = Text(
    "Baris ini berisi lebih banyak kolom daripada baris judul; periksa koma tanpa tanda kutip.",
    "This row holds more cells than the header; look for a comma that is not quoted.",
)
