"""The example files are what they say they are: the demo and the README stand on them."""

import csv
import importlib.util
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, UnidentifiedImageError

from suket_service.core.region import Village
from suket_service.core.request import HEADERS, Reading, Request, read
from suket_service.core.resident import ADDRESS_CHARACTERS, NAME_CHARACTERS, MaritalStatus, RecordingState

EXAMPLES = Path(__file__).parents[1] / "examples"
TODAY = date(2026, 11, 22)

Row = Mapping[str, str]


def rows_of(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_row(row: Row) -> Reading:
    villages = {
        region["kode_wilayah"]: Village(
            region["kode_wilayah"],
            region["nama"],
            region["kecamatan"],
            region["kab_kota"],
            region["provinsi"],
        )
        for region in rows_of("wilayah-2172.csv")
    }
    return read(row, villages, TODAY)


def request_of(serial: str) -> Request:
    """The request of the resident whose NIK ends in ``serial``, who must be one that may get a letter."""
    (row,) = (row for row in rows_of("permohonan.csv") if row["nik"].endswith(serial))
    request = read_row(row).request
    assert request is not None
    return request


def may_get_letter(row: Row) -> bool:
    return RecordingState(row["status_perekaman"]).may_get_letter


def drawing_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_portraits", EXAMPLES / "draw_portraits.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.mark.parametrize(
    "name", ["wilayah-2172.csv", "penduduk.csv", "permohonan.csv", "permohonan-salah.csv"]
)
def test_a_file_is_utf8_without_mark_and_ends_its_lines_with_a_newline(name: str) -> None:
    content = (EXAMPLES / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode()


@pytest.mark.parametrize("name", ["penduduk.csv", "permohonan.csv", "permohonan-salah.csv"])
def test_a_request_file_has_every_header_once(name: str) -> None:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert sorted(header) == sorted(set(HEADERS.values()) - {"menggantikan", "pengecualian"})


def test_the_city_has_18_villages_in_4_districts() -> None:
    regions = rows_of("wilayah-2172.csv")
    assert len({region["kode_wilayah"] for region in regions}) == 18
    assert len({(region["kode_wilayah"][:6], region["kecamatan"]) for region in regions}) == 4
    assert {(region["kab_kota"], region["provinsi"]) for region in regions} == {
        ("Kota Tanjungpinang", "Kepulauan Riau")
    }


def test_every_resident_reads_without_a_problem() -> None:
    problems = {row["nik"][-4:]: read_row(row).problems for row in rows_of("penduduk.csv")}
    assert {serial: found for serial, found in problems.items() if found} == {}


def test_there_are_40_residents_with_niks_of_their_own_and_serials_from_9001() -> None:
    niks = [row["nik"] for row in rows_of("penduduk.csv")]
    assert len(set(niks)) == 40
    assert [int(nik[-4:]) for nik in niks] == list(range(9001, 9041))


def test_every_village_has_a_resident() -> None:
    villages = {row["kode_wilayah"] for row in rows_of("wilayah-2172.csv")}
    assert {row["kode_wilayah"] for row in rows_of("penduduk.csv")} == villages


def test_all_ten_recording_states_occur() -> None:
    assert {row["status_perekaman"] for row in rows_of("penduduk.csv")} == set(RecordingState)


def test_at_least_30_residents_may_get_a_letter() -> None:
    assert sum(map(may_get_letter, rows_of("penduduk.csv"))) >= 30


def test_the_requests_are_rows_of_residents_who_may_get_a_letter() -> None:
    residents = rows_of("penduduk.csv")
    requests = rows_of("permohonan.csv")
    assert [row for row in requests if row not in residents] == []
    assert all(map(may_get_letter, requests))


def test_two_residents_who_may_get_a_letter_are_left_for_the_file_with_mistakes() -> None:
    requests, mistakes = rows_of("permohonan.csv"), rows_of("permohonan-salah.csv")
    left = [row for row in rows_of("penduduk.csv") if may_get_letter(row) and row not in requests]
    assert len(left) == 2
    assert all(row in mistakes for row in left)


def test_among_the_requests_is_a_name_of_one_word() -> None:
    assert request_of("9003").resident.name == "SURATMI"


def test_among_the_requests_is_the_longest_name_at_the_longest_address() -> None:
    resident = request_of("9004").resident
    assert (len(resident.name), len(resident.address)) == (NAME_CHARACTERS, ADDRESS_CHARACTERS)


def test_among_the_requests_is_a_name_with_titles_dots_and_commas() -> None:
    assert request_of("9005").resident.name == "Dr. Hj. YUSMANIAR CHANIAGO, S.Pd., M.M."


def test_among_the_requests_is_a_name_with_an_apostrophe() -> None:
    assert "NUR'AINI" in request_of("9002").resident.name


def test_among_the_requests_is_a_name_with_an_acute_accent() -> None:
    assert "RENÉ" in request_of("9015").resident.name


def test_among_the_requests_is_a_nik_that_names_another_birth_date() -> None:
    assert [warning.code for warning in request_of("9006").warnings] == ["nik_birth_date_differs"]


def test_among_the_requests_is_a_nik_of_another_province() -> None:
    request = request_of("9007")
    assert [warning.code for warning in request.warnings] == ["nik_region_differs"]
    assert request.resident.nik[:2] != request.resident.village.code[:2]


def test_no_other_nik_disagrees_with_its_resident() -> None:
    requests = ((row, read_row(row).request) for row in rows_of("penduduk.csv"))
    warned = {row["nik"][-4:] for row, request in requests if request and request.warnings}
    assert warned == {"9006", "9007"}


def test_among_the_requests_is_an_address_without_rt_and_rw() -> None:
    resident = request_of("9008").resident
    assert (resident.rt, resident.rw) == (0, 0)


def test_among_the_requests_is_someone_a_hundred_years_old() -> None:
    assert request_of("9009").resident.birth_date == date(1925, 12, 31)


def test_among_the_requests_is_someone_who_turned_17_two_days_ago() -> None:
    resident = request_of("9010").resident
    assert resident.birth_date == date(2009, 11, 20)
    assert resident.marital_status is MaritalStatus.SINGLE


def test_among_the_requests_is_someone_of_16_who_is_married() -> None:
    resident = request_of("9011").resident
    assert resident.birth_date > date(2009, 11, 22)
    assert resident.marital_status is MaritalStatus.MARRIED_REGISTERED


def test_one_request_names_its_kind_of_letter() -> None:
    assert request_of("9012").kind == 2
    assert [row["nik"][-4:] for row in rows_of("permohonan.csv") if row["jenis_surat"]] == ["9012"]


def test_two_requests_come_without_a_portrait() -> None:
    assert [row["nik"][-4:] for row in rows_of("permohonan.csv") if not row["foto"]] == ["9013", "9014"]


def test_every_named_portrait_is_a_small_3_by_4_picture() -> None:
    for row in rows_of("penduduk.csv"):
        if row["foto"]:
            path = EXAMPLES / row["foto"]
            assert path.stem == row["nik"][-4:]
            assert path.stat().st_size < 12_000
            with Image.open(path) as picture:
                assert (picture.format, picture.size) == ("PNG", (360, 480))


@pytest.mark.few(2)
@pytest.mark.parametrize("serial", ["9001", "9007", "9009", "9012"])
def test_drawing_a_portrait_again_gives_the_same_pixels(serial: str) -> None:
    script = drawing_script()
    born = request_of(serial).resident.birth_date
    with Image.open(EXAMPLES / "portraits" / f"{serial}.png") as stored:
        again = script.draw(script.LOOKS[serial], born).convert("RGB")
        assert again.tobytes() == stored.convert("RGB").tobytes()


@pytest.mark.parametrize(("serial", "blue"), [("9001", True), ("9003", False)])
def test_the_background_is_blue_for_an_even_birth_year_and_red_for_an_odd_one(
    serial: str, blue: bool
) -> None:
    with Image.open(EXAMPLES / "portraits" / f"{serial}.png") as picture:
        corner = picture.convert("RGB").getpixel((2, 2))
    assert isinstance(corner, tuple)
    assert (corner[2] > corner[0]) is blue


#: What each row is refused for when it is read by itself. None: it reads well; the register, the portrait
#: or the rest of the file refuses it, or it is one of the two good rows.
MISTAKES = [
    ("nik", "nik_length"),
    ("nik", "nik_not_digits"),
    ("nik", "nik_not_digits"),
    None,  # good
    ("tanggal_lahir", "date_impossible"),
    ("kode_wilayah", "region_unknown"),
    None,  # UNREGISTERED
    None,  # DUPLICATE_RECORD
    None,  # ENROLL_FAILURE_AT_CENTRAL
    None,  # no such portrait file
    None,  # the portrait is a text
    ("nama", "name_too_long"),
    ("nama", "name_characters"),  # a tab
    None,  # good
    ("nama", "name_characters"),  # a bell
    ("nama", "name_characters"),  # a right-to-left mark
    ("nama", "name_characters"),  # a formula
    ("tanggal_lahir", "too_young"),
    ("agama", "unknown_value"),
    ("tanggal_lahir", "birth_date_range"),
    ("rt", "rt_rw_form"),
    None,  # the same person again
]


@pytest.mark.parametrize(("place", "mistake"), list(enumerate(MISTAKES)))
def test_a_row_with_a_mistake_is_refused_for_that_one_alone(
    place: int, mistake: tuple[str, str] | None
) -> None:
    found = read_row(rows_of("permohonan-salah.csv")[place]).problems
    assert [(problem.field, problem.code) for problem in found] == ([mistake] if mistake else [])


def test_every_row_of_the_file_with_mistakes_is_accounted_for() -> None:
    assert len(rows_of("permohonan-salah.csv")) == len(MISTAKES)


def test_the_mistakes_beyond_a_single_field_are_there() -> None:
    rows = rows_of("permohonan-salah.csv")
    assert {row["status_perekaman"] for row in rows if not may_get_letter(row)} == {
        RecordingState.UNREGISTERED,
        RecordingState.DUPLICATE_RECORD,
        RecordingState.ENROLL_FAILURE_AT_CENTRAL,
    }
    assert [row["foto"] for row in rows if row["foto"] and not (EXAMPLES / row["foto"]).exists()] == [
        "portraits/9106.png"
    ]
    with pytest.raises(UnidentifiedImageError):
        Image.open(EXAMPLES / "portraits" / "bukan-foto.jpg")
    niks = Counter(row["nik"] for row in rows)
    assert [nik[-4:] for nik, times in niks.items() if times > 1] == ["9031"]
