"""Polling stations imported after a look, and who is to come where on an election day."""

import json
from datetime import date

import pytest

from suket_service import administering
from suket_service.administering import Assignment
from suket_service.errors import CallerError, FileRefused, NotAllowed, NotFound, RequestRefused
from suket_service.registry import audit, polling_stations
from suket_service.registry.session import Registry
from suket_service.sheets.write import write_xlsx
from tests.administering.office import OfficeAtWork
from tests.builders import NOON, OFFICE

HERE, UPLOAD = OFFICE.code, "a" * 32
HEADER = "tps,kelurahan,rt_rw,alamat\n"
ELECTION = date(2027, 2, 14)
KOTA, DOMPAK = "2172031001", "2172041002"


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(registry)


def upload(registry: Registry, text: str, key: str = UPLOAD, by: str = "operator") -> str:
    data = (HEADER + text).encode()
    return administering.upload_stations(registry, HERE, key, "tps.csv", data, by, NOON)


def take_over(registry: Registry, text: str, key: str = UPLOAD) -> int:
    return administering.confirm_stations(registry, HERE, upload(registry, text, key), "operator", NOON)


def codes(registry: Registry) -> list[tuple[str, str]]:
    with registry.reading() as tx:
        return [(each.village, each.code) for each in polling_stations.of_office(tx, HERE)]


def problems(registry: Registry, text: str) -> list[tuple[int, str, str]]:
    found = administering.preview_stations(registry, HERE, upload(registry, text))
    return [(row.number, each.field, each.code) for row in found.bad for each in row.problems]


def test_a_file_that_was_looked_at_takes_the_place_of_all_stations(registry: Registry) -> None:
    take_over(registry, f"1,{KOTA},001/002,\n2,{KOTA},,\n")
    assert take_over(registry, f"7,{DOMPAK},1/1,Balai\n", "b" * 32) == 1
    assert codes(registry) == [(DOMPAK, "007")]


def test_looking_writes_nothing(registry: Registry) -> None:
    found = administering.preview_stations(registry, HERE, upload(registry, f"1,{KOTA},1/1,\n"))
    assert len(found.stations) == 1
    assert codes(registry) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (f",{KOTA},1/1,", [(2, "tps", "missing")]),
        (f"{'9' * 21},{KOTA},1/1,", [(2, "tps", "too_long")]),
        ("1,217203,1/1,", [(2, "kelurahan", "region_code_form")]),
        ("1,2171011001,1/1,", [(2, "kelurahan", "region_unknown")]),
        (f"1,{KOTA},satu,", [(2, "rt_rw", "neighbourhood_form")]),
        (f"1,{KOTA},1/1,=1+1", [(2, "alamat", "characters")]),
        (f"1,{KOTA},1/1,Balai,lagi", [(2, "", "too_many_cells")]),
        (f"1,{KOTA},1/1,\n001,{KOTA},2/1,", [(3, "tps", "duplicate_in_file")]),
        ("1,x,x,", [(2, "kelurahan", "region_code_form"), (2, "rt_rw", "neighbourhood_form")]),
    ],
)
def test_what_is_wrong_is_told_by_row_and_field(
    registry: Registry, row: str, expected: list[tuple[int, str, str]]
) -> None:
    assert problems(registry, f"{row}\n") == expected


def test_one_bad_row_keeps_the_whole_file_out(registry: Registry) -> None:
    take_over(registry, f"1,{KOTA},1/1,\n")
    with pytest.raises(RequestRefused):
        take_over(registry, f"2,{KOTA},2/1,\n3,x,1/1,\n", "b" * 32)
    assert codes(registry) == [(KOTA, "001")]


def test_a_neighbourhood_that_a_spreadsheet_made_a_date_is_refused(registry: Registry) -> None:
    data = write_xlsx("TPS", ["tps", "kelurahan", "rt_rw"], [[1, KOTA, date(2026, 3, 1)]])
    administering.upload_stations(registry, HERE, UPLOAD, "tps.xlsx", data, "operator", NOON)
    found = administering.preview_stations(registry, HERE, UPLOAD)
    assert [each.code for row in found.bad for each in row.problems] == ["numeric_cell"]


def test_a_workbook_reads_like_a_csv(registry: Registry) -> None:
    data = write_xlsx("TPS", ["TPS", "Kode Kelurahan", "RT/RW"], [[1, KOTA, "001-002/003"]])
    administering.upload_stations(registry, HERE, UPLOAD, "tps.xlsx", data, "operator", NOON)
    [station] = administering.preview_stations(registry, HERE, UPLOAD).stations
    assert (station.code, station.neighbourhoods) == ("001", ("001/003", "002/003"))


def test_neighbourhoods_of_several_stations_are_told(registry: Registry) -> None:
    text = f"1,{KOTA},1/1 ; 2/1,\n2,{KOTA},1/1,\n3,{DOMPAK},,\n4,{DOMPAK},,\n"
    found = administering.preview_stations(registry, HERE, upload(registry, text))
    assert found.shared == ((KOTA, "001/001"), (DOMPAK, ""))


def test_the_same_file_twice_is_one(registry: Registry) -> None:
    take_over(registry, f"1,{KOTA},1/1,\n")
    assert administering.confirm_stations(registry, HERE, UPLOAD, "operator", NOON) == 1


def test_a_file_that_is_no_table_of_stations_is_refused(registry: Registry) -> None:
    with pytest.raises(FileRefused):
        administering.upload_stations(registry, HERE, UPLOAD, "a.csv", b"nik,nama\n1,2\n", "operator", NOON)


@pytest.mark.parametrize("by", ["admin", "auditor"])
def test_only_officers_bring_stations_in(registry: Registry, by: str) -> None:
    with pytest.raises(NotAllowed):
        upload(registry, f"1,{KOTA},1/1,\n", by=by)


def lists(office: OfficeAtWork, station: int | None = None, village: str | None = None) -> Assignment:
    return administering.station_lists(
        office.registry, HERE, station, village, ELECTION, "both", "operator", office.tick()
    )


def numbers(assigned: Assignment) -> list[list[str]]:
    return [[letter.number for letter in each.letters] for each in assigned.lists]


def test_people_are_listed_where_their_neighbourhood_votes_by_name(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},1/1,\n2,{KOTA},2/1,\n3,{DOMPAK},,\n")
    [zaenab] = office.issue(1, nama="ZAENAB", rt="001", rw="001")
    [aminah] = office.issue(1, nama="AMINAH", rt="001", rw="001")
    [dompak] = office.issue(1, rt="009", rw="009", kode_wilayah=DOMPAK)
    assigned = lists(office)
    assert numbers(assigned) == [[aminah.number, zaenab.number], [], [dompak.number]]
    assert assigned.nowhere == ()
    [_, last] = assigned.lists[0].letters
    assert len(last.check_code) == 9


def test_whom_no_station_serves_is_listed_apart(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},1/1,\n")
    forgotten = [
        *office.issue(1, rt="005", rw="001"),
        *office.issue(1, rt="", rw=""),
        *office.issue(1, kode_wilayah=DOMPAK),
    ]
    assert sorted(each.number for each in lists(office).nowhere) == sorted(each.number for each in forgotten)


def test_only_letters_that_count_on_the_day_are_listed(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},,\n")
    kept, revoked, suspended = office.issue(3)
    office.revoke(revoked)
    office.suspend(suspended)
    assert numbers(lists(office)) == [[kept.number]]
    late = administering.station_lists(
        office.registry, HERE, None, None, date(2027, 5, 22), "list", "operator", office.tick()
    )
    assert numbers(late) == [[]]


def test_counts_are_those_of_the_lists(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},1/1 ; 2/1,\n2,{KOTA},1/1,\n3,{DOMPAK},,\n")
    for rt, village in (("001", KOTA), ("002", KOTA), ("003", KOTA), ("007", DOMPAK), ("", KOTA)):
        office.issue(1, rt=rt, rw="001" if rt else "", kode_wilayah=village)
    office.suspend(office.papers[1])
    assigned = lists(office)
    counted = administering.station_counts(office.registry, HERE, ELECTION)
    assert (
        [count for _, count in counted.stations]
        == [len(each.letters) for each in assigned.lists]
        == [1, 1, 1]
    )
    assert counted.nowhere == {(KOTA, 0, 0): 1, (KOTA, 3, 1): 1}
    assert len(assigned.nowhere) == 2


def test_a_village_or_a_station_can_be_listed_alone(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},1/2,\n2,{KOTA},2/2,\n3,{DOMPAK},,\n")
    [here] = office.issue(1)
    office.issue(1, kode_wilayah=DOMPAK)
    assert numbers(lists(office, village=KOTA)) == [[here.number], []]
    with office.registry.reading() as tx:
        first = polling_stations.of_office(tx, HERE)[0].id
    assert numbers(lists(office, first)) == [[here.number]]


def test_making_lists_is_on_record_without_people(office: OfficeAtWork) -> None:
    take_over(office.registry, f"1,{KOTA},,\n")
    office.issue(2)
    lists(office)
    with office.registry.reading() as tx:
        head = audit.head(tx)
        [entry] = audit.stretch(tx, head.entries - 1, 1)
    assert (entry.action, entry.subject) == ("stations.list", "all stations")
    assert json.loads(entry.details) == {"as": "both", "day": "2027-02-14", "letters": 2, "stations": 1}


def test_without_stations_there_are_no_lists(office: OfficeAtWork) -> None:
    with pytest.raises(CallerError):
        lists(office)


@pytest.mark.parametrize("station", [1, 2**31, 10**30])
def test_a_station_that_is_not_there_is_not_found(office: OfficeAtWork, station: int) -> None:
    with pytest.raises(NotFound):
        lists(office, station)
