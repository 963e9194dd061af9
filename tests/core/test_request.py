"""A request read from a row: every problem at once, by field and code; disagreement only warns."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.request import (
    CODES,
    DATES,
    DEFAULT_REASON,
    HEADERS,
    NUMERIC_CELLS,
    OPTIONAL,
    REQUIRED,
    UNREADABLE_CELLS,
    Request,
    read,
)
from suket_service.core.resident import RecordingState, Sex
from tests.builders import TODAY, VILLAGES, a_resident, a_row

ROW = dict(a_row().fields)
ENGLISH = {
    "name": "nama",
    "birth_place": "tempat_lahir",
    "place_of_birth": "tempat_lahir",
    "birth_date": "tanggal_lahir",
    "date_of_birth": "tanggal_lahir",
    "sex": "jenis_kelamin",
    "gender": "jenis_kelamin",
    "address": "alamat",
    "region_code": "kode_wilayah",
    "village_code": "kode_wilayah",
    "religion": "agama",
    "marital_status": "status_perkawinan",
    "occupation": "pekerjaan",
    "citizenship": "kewarganegaraan",
    "nationality": "kewarganegaraan",
    "blood_type": "golongan_darah",
    "recording_status": "status_perekaman",
    "recording_state": "status_perekaman",
    "reason": "alasan",
    "photo": "foto",
    "kind": "jenis_surat",
}


def request_of(**changes: str) -> Request:
    reading = read({**ROW, **changes}, VILLAGES, TODAY)
    assert reading.problems == ()
    assert reading.request is not None
    return reading.request


def problems_of(**changes: str) -> list[tuple[str, str]]:
    reading = read({**ROW, **changes}, VILLAGES, TODAY)
    assert reading.request is None
    return [(problem.field, problem.code) for problem in reading.problems]


def test_a_whole_row_becomes_a_request() -> None:
    assert request_of() == Request(
        resident=a_resident(),
        reason="Blangko habis",
        photo=None,
        recording_state=RecordingState.PROCESSING,
        kind=None,
        warnings=(),
    )


# Headers


def test_every_field_of_the_contract_is_a_header_of_its_own_name() -> None:
    contract = [
        *("nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "alamat", "rt", "rw"),
        *("kode_wilayah", "agama", "status_perkawinan", "pekerjaan", "kewarganegaraan", "golongan_darah"),
        *("status_perekaman", "alasan", "foto"),
    ]
    assert {name: HEADERS.get(name) for name in contract} == {name: name for name in contract}
    assert set(HEADERS.values()) - {"jenis_surat", "menggantikan", "pengecualian"} == set(contract)


def test_an_english_header_means_the_same_field() -> None:
    assert {english: HEADERS.get(english) for english in ENGLISH} == ENGLISH


def test_no_field_is_both_required_and_optional() -> None:
    assert set(HEADERS.values()) == REQUIRED | OPTIONAL
    assert not REQUIRED & OPTIONAL


# Problems


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("nik", "", "nik_missing"),
        ("nik", "217203170895003", "nik_length"),
        ("nik", "217203170895000X", "nik_not_digits"),
        ("nik", "0072031708950003", "nik_region"),
        ("nik", "2172033208950003", "nik_date"),
        ("nik", "2172031708950000", "nik_serial"),
        ("nama", "", "name_missing"),
        ("nama", "A" * 61, "name_too_long"),
        ("nama", "SITI\u202e", "name_characters"),
        ("tempat_lahir", "", "missing"),
        ("tempat_lahir", "=1+1", "characters"),
        ("tanggal_lahir", "", "date_missing"),
        ("tanggal_lahir", "17/08/1995", "date_form"),
        ("tanggal_lahir", "1995-02-30", "date_impossible"),
        ("tanggal_lahir", "2026-11-23", "birth_date_range"),
        ("tanggal_lahir", "2010-01-01", "too_young"),
        ("jenis_kelamin", "X", "unknown_value"),
        ("alamat", "", "missing"),
        ("alamat", "A" * 121, "too_long"),
        ("rt", "1000", "rt_rw_form"),
        ("rw", "x", "rt_rw_form"),
        ("kode_wilayah", "", "region_code_form"),
        ("kode_wilayah", "217203100", "region_code_form"),
        ("kode_wilayah", "2172039999", "region_unknown"),
        ("kode_wilayah", "3171011001", "region_unknown"),
        ("agama", "", "unknown_value"),
        ("status_perkawinan", "JOMBLO", "unknown_value"),
        ("pekerjaan", "", "missing"),
        ("pekerjaan", "A" * 61, "too_long"),
        ("kewarganegaraan", "MALAYSIA", "unknown_value"),
        ("golongan_darah", "C", "unknown_value"),
        ("status_perekaman", "SUDAH", "unknown_value"),
        ("alasan", "A" * 121, "too_long"),
        ("alasan", "@HYPERLINK", "characters"),
        ("jenis_surat", "SKP", "kind_form"),
        ("jenis_surat", "1000", "kind_form"),
        ("jenis_surat", "²", "kind_form"),
        ("jenis_surat", "-1", "kind_form"),
    ],
)
def test_a_bad_field_is_told_by_name_and_code(field: str, text: str, code: str) -> None:
    assert problems_of(**{field: text}) == [(field, code)]


def test_all_problems_of_a_row_are_told_at_once() -> None:
    told = problems_of(nik="1", nama="", tanggal_lahir="x", kode_wilayah="9999999999", rt="x")
    assert told == [
        ("nik", "nik_length"),
        ("nama", "name_missing"),
        ("tanggal_lahir", "date_form"),
        ("rt", "rt_rw_form"),
        ("kode_wilayah", "region_unknown"),
    ]


def test_an_empty_row_misses_every_required_field_and_no_other() -> None:
    reading = read({}, VILLAGES, TODAY)
    # RT and RW must have their columns, but there are places without them.
    assert {problem.field for problem in reading.problems} == REQUIRED - {"rt", "rw"}


def test_no_problem_repeats_what_was_given() -> None:
    secret = {"nik": "9999999999999999X", "nama": "RAHASIA\u202e", "alamat": "=RAHASIA", "alasan": "@RAHASIA"}
    reading = read({**ROW, **secret}, VILLAGES, TODAY)
    told = " ".join(problem.text.id + problem.text.en for problem in reading.problems)
    assert len(reading.problems) == len(secret)
    assert not [text for text in (*secret.values(), "RAHASIA", "99999") if text in told]


@given(st.dictionaries(st.sampled_from(sorted(set(HEADERS.values()))), st.text(max_size=30)))
def test_any_row_is_read_or_refused(changes: dict[str, str]) -> None:
    reading = read({**ROW, **changes}, VILLAGES, TODAY)
    assert (reading.request is None) is bool(reading.problems)
    assert {problem.field for problem in reading.problems} <= set(changes)


# Cells that are not what was written


@pytest.mark.parametrize(
    ("mark", "code"), [(NUMERIC_CELLS, "numeric_cell"), (UNREADABLE_CELLS, "unreadable_cell")]
)
@pytest.mark.parametrize("field", sorted(set(HEADERS.values())))
def test_a_marked_cell_is_refused_by_its_field(mark: str, code: str, field: str) -> None:
    assert problems_of(**{mark: field}) == [(field, code)]


def test_marked_cells_are_told_beside_the_other_problems_in_the_order_of_the_columns() -> None:
    told = problems_of(**{NUMERIC_CELLS: "kode_wilayah nik", UNREADABLE_CELLS: "foto alamat"}, nama="")
    assert told == [
        ("nik", "numeric_cell"),
        ("nama", "name_missing"),
        ("alamat", "unreadable_cell"),
        ("kode_wilayah", "numeric_cell"),
        ("foto", "unreadable_cell"),
    ]


def test_what_a_spreadsheet_must_hold_as_text_or_as_a_date_are_fields() -> None:
    assert set(HEADERS.values()) > CODES | DATES
    assert not CODES & DATES


# What may be left out


@pytest.mark.parametrize("field", sorted(OPTIONAL))
@pytest.mark.parametrize("text", ["", "  "])
def test_an_optional_field_may_be_empty(field: str, text: str) -> None:
    assert request_of(**{field: text}) is not None


def test_what_is_left_out_has_a_default() -> None:
    request = request_of(golongan_darah="", status_perekaman="", alasan=" ", foto=" ", jenis_surat="")
    left_out: list[Any] = [request.resident.blood_type, request.recording_state, request.photo, request.kind]
    assert left_out == ["", None, None, None]
    assert request.reason == DEFAULT_REASON


def test_what_is_given_is_kept() -> None:
    request = request_of(foto=" foto/1.jpg ", jenis_surat="12", alasan="Rusak  berat", rt="", rw="-")
    assert (request.photo, request.kind, request.reason) == ("foto/1.jpg", 12, "Rusak berat")
    assert (request.resident.rt, request.resident.rw) == (0, 0)


def test_someone_under_17_who_is_married_may_ask() -> None:
    young = {"nik": "2172030101100001", "tanggal_lahir": "2010-01-01"}
    assert problems_of(**young) == [("tanggal_lahir", "too_young")]
    assert request_of(**young, status_perkawinan="KAWIN").warnings == ()


# Warnings


@pytest.mark.parametrize(
    ("changes", "warnings"),
    [
        ({}, []),
        ({"nik": "2172035708950003", "jenis_kelamin": "P"}, []),
        ({"tanggal_lahir": "1995-08-18"}, [("tanggal_lahir", "nik_birth_date_differs")]),
        ({"tanggal_lahir": "1994-08-17"}, [("tanggal_lahir", "nik_birth_date_differs")]),
        ({"jenis_kelamin": "P"}, [("jenis_kelamin", "nik_sex_differs")]),
        ({"nik": "2172035708950003"}, [("jenis_kelamin", "nik_sex_differs")]),
        ({"nik": "2172041708950003"}, [("kode_wilayah", "nik_region_differs")]),
        ({"nik": "3171011708950003"}, [("kode_wilayah", "nik_region_differs")]),
        ({"kode_wilayah": "2172041002"}, [("kode_wilayah", "nik_region_differs")]),
        (
            {"nik": "3171014101000001"},
            [
                ("tanggal_lahir", "nik_birth_date_differs"),
                ("jenis_kelamin", "nik_sex_differs"),
                ("kode_wilayah", "nik_region_differs"),
            ],
        ),
    ],
)
def test_a_nik_that_disagrees_warns_and_never_refuses(
    changes: dict[str, str], warnings: list[tuple[str, str]]
) -> None:
    request = request_of(**changes)
    assert [(warning.field, warning.code) for warning in request.warnings] == warnings


def test_the_person_is_recorded_as_asked_and_not_as_the_nik_says() -> None:
    assert request_of(jenis_kelamin="P").resident == a_resident(sex=Sex.FEMALE)
