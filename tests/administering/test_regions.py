"""Villages brought in from lists, on either database: looked at first, and none ever taken away."""

from typing import Any

import pytest

from suket_service import administering
from suket_service.administering import MOST_VILLAGES, RegionFate
from suket_service.core.request import EXTRA_CELLS, NUMERIC_CELLS
from suket_service.errors import InputError, NotAllowed
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from tests.administering.test_kinds import NOT_ADMINS, entries
from tests.builders import NOON, OFFICE, VILLAGE, VILLAGES

KNOWN = {
    "kode_wilayah": VILLAGE.code,
    "nama": VILLAGE.name,
    "kecamatan": VILLAGE.district,
    "kab_kota": VILLAGE.regency,
    "provinsi": VILLAGE.province,
}


def of_fields(number: int, changes: dict[str, str]) -> Row:
    return Row(number, {**KNOWN, **changes})


def row(number: int = 2, **changes: str) -> Row:
    return of_fields(number, changes)


NEW = row(kode_wilayah="2172031002", nama="Kampung Bugis")
RENAMED = row(3, nama="Kota Lama")


def judged(registry: Registry, *rows: Row) -> list[tuple[RegionFate, list[tuple[str, str]]]]:
    return [
        (each.fate, [(problem.field, problem.code) for problem in each.problems])
        for each in administering.check_regions(registry, OFFICE.code, rows)
    ]


def write(registry: Registry, *rows: Row, by: str = "admin") -> Any:
    return administering.import_regions(registry, OFFICE.code, rows, by, NOON)


def names(registry: Registry) -> dict[str, str]:
    return {each.code: each.name for each in administering.list_regions(registry, OFFICE.code)}


def test_each_row_is_new_or_renamed_or_the_same(registry: Registry) -> None:
    fates = [fate for fate, _ in judged(registry, NEW, RENAMED)]
    assert fates == [RegionFate.NEW, RegionFate.RENAMED]
    assert judged(registry, row()) == [(RegionFate.SAME, [])]


def test_looking_writes_nothing(registry: Registry) -> None:
    before = (names(registry), entries(registry))
    judged(registry, NEW, RENAMED)
    assert (names(registry), entries(registry)) == before


def test_good_rows_are_written_and_bad_ones_left_out(registry: Registry) -> None:
    written = write(registry, NEW, RENAMED, row(4, kode_wilayah="x"))
    assert (written.added, written.renamed) == (1, 1)
    assert names(registry) == {
        **{code: each.name for code, each in VILLAGES.items()},
        "2172031002": "Kampung Bugis",
        VILLAGE.code: "Kota Lama",
    }


def test_a_village_that_the_list_leaves_out_stays(registry: Registry) -> None:
    write(registry, NEW)
    assert set(VILLAGES) < set(names(registry))


def test_a_letter_keeps_the_names_of_its_day(registry: Registry, issued: LetterRecord) -> None:
    write(registry, RENAMED)
    with registry.reading() as tx:
        assert letters.as_printed(tx, issued).resident.village == VILLAGE


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kode_wilayah": ""}, ("kode_wilayah", "region_code_form")),
        ({"kode_wilayah": "2172"}, ("kode_wilayah", "region_code_form")),
        ({"kode_wilayah": "2101011001"}, ("kode_wilayah", "not_of_this_office")),
        ({"nama": " "}, ("nama", "missing")),
        ({"provinsi": "x" * 81}, ("provinsi", "too_long")),
        ({"kecamatan": "a\x00b"}, ("kecamatan", "not_printable")),
        ({EXTRA_CELLS: "1"}, ("", "row_too_long")),
    ],
)
def test_what_is_wrong_is_told_by_row_and_field(
    registry: Registry, changes: dict[str, str], problem: tuple[str, str]
) -> None:
    assert judged(registry, of_fields(2, changes)) == [(RegionFate.BAD, [problem])]


def test_a_code_in_a_number_cell_is_told_as_such_alone(registry: Registry) -> None:
    fields = {name: value for name, value in KNOWN.items() if name != "kode_wilayah"}
    marked = Row(2, {**fields, NUMERIC_CELLS: "kode_wilayah"})
    assert judged(registry, marked) == [(RegionFate.BAD, [("kode_wilayah", "numeric_cell")])]


def test_a_code_twice_in_a_list_is_told_at_the_second(registry: Registry) -> None:
    assert judged(registry, row(), row(3)) == [
        (RegionFate.SAME, []),
        (RegionFate.BAD, [("kode_wilayah", "twice")]),
    ]


def test_a_code_with_dots_is_the_same_code(registry: Registry) -> None:
    assert judged(registry, row(kode_wilayah="21.72.03.1001")) == [(RegionFate.SAME, [])]


@pytest.mark.parametrize("rows", [[row()], [row(kode_wilayah="x")]])
def test_a_list_that_says_nothing_new_is_refused(registry: Registry, rows: list[Row]) -> None:
    with pytest.raises(InputError) as refused:
        write(registry, *rows)
    assert refused.value.code == "nothing_to_import"


def test_a_list_that_is_no_offices_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError) as refused:
        judged(registry, *[row()] * (MOST_VILLAGES + 1))
    assert refused.value.code == "too_many_villages"


def test_one_entry_tells_how_many(registry: Registry) -> None:
    before = len(entries(registry))
    write(registry, NEW, RENAMED)
    details = f'{{"added":1,"renamed":["{VILLAGE.code}"]}}'
    assert entries(registry)[before:] == [("admin", "regions.import", "1 villages", details)]


@pytest.mark.parametrize("by", NOT_ADMINS)
def test_only_an_administrator_imports(registry: Registry, by: str) -> None:
    with pytest.raises(NotAllowed):
        write(registry, NEW, by=by)
    assert names(registry) == {code: each.name for code, each in VILLAGES.items()}
