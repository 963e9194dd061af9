"""A resident's facts: what is mended, what is taken as it stands, what is refused and with which code."""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core import resident
from suket_service.core.resident import MaritalStatus, RecordingState, Sex
from suket_service.errors import FieldError
from tests.builders import TODAY
from tests.core.builders import names, refusal_of

# Names


@pytest.mark.parametrize(
    "name",
    [
        "SUHARTINI",
        "Y",
        "Dr. Hj. NUR'AINI BINTI ABDULLAH, S.Pd., M.M.",
        "JOSÉ ÑAÑEZ",
        "MUHAMMAD (ALM)",
        "A. A. NGURAH-PUTRA",
        "ABDUL/ABDOEL",
        "BUDI 2",
        "Łukasz Żółć",
        "A" * 60,
    ],
)
def test_a_name_is_taken_as_it_stands(name: str) -> None:
    assert resident.parse_name(name) == name


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("  SUHARTINI ", "SUHARTINI"),
        ("SITI   AMINAH", "SITI AMINAH"),
        ("JOSE\u0301", "JOSÉ"),
        ("A" * 30 + " " * 40 + "B" * 29, "A" * 30 + " " + "B" * 29),
    ],
    ids=["blanks at the ends", "blanks inside", "decomposed", "long only by its blanks"],
)
def test_only_blanks_and_composition_are_mended(given: str, taken: str) -> None:
    assert resident.parse_name(given) == taken


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_missing"),
        ("   ", "name_missing"),
        ("A" * 61, "name_too_long"),
        ("É" * 41, "name_too_long"),
        ("SITI\tAMINAH", "name_characters"),
        ("SITI\nAMINAH", "name_characters"),
        ("SITI\x00", "name_characters"),
        ("SITI\u202eHANIMA", "name_characters"),
        ("SITI\u200fAMINAH", "name_characters"),
        ("SITI\u200dAMINAH", "name_characters"),
        ("SITI\u00a0AMINAH", "name_characters"),
        ("\ufeffSITI", "name_characters"),
        ("=CMD()", "name_characters"),
        ("+62", "name_characters"),
        ("@SITI", "name_characters"),
        ("-SITI", "name_characters"),
        ("'SITI", "name_characters"),
        (".", "name_characters"),
        ("2 SITI", "name_characters"),
        ("SITI & BUDI", "name_characters"),
        ('SITI "ANI"', "name_characters"),
        ("SITI’AINI", "name_characters"),
        ("SITI×", "name_characters"),
        ("СИТИ", "name_characters"),
        ("سيتي", "name_characters"),
        ("SITI 😀", "name_characters"),
        ("SITI\ud800", "name_characters"),
        ("q\u0301", "name_characters"),
    ],
)
def test_a_name_that_cannot_be_sealed_is_refused(name: str, code: str) -> None:
    assert refusal_of(resident.parse_name, name) == code


def test_a_name_too_long_by_its_bytes_is_told_so() -> None:
    with pytest.raises(FieldError) as refused:
        resident.parse_name("É" * 41)
    assert "beraksen" in refused.value.text.id


@given(names())
def test_whatever_a_seal_can_hold_passes_but_for_its_first_character(name: str) -> None:
    assert resident.name_problem(name) is None
    assert refusal_of(resident.parse_name, name) == (None if name[0].isalpha() else "name_characters")


@given(st.text(max_size=70))
def test_any_name_taken_can_be_sealed(text: str) -> None:
    if refusal_of(resident.parse_name, text) is None:
        name = resident.parse_name(text)
        assert resident.name_problem(name) is None
        assert unicodedata.is_normalized("NFC", name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("", "length"), ("A" * 61, "length"), ("É" * 41, "length"), ("A\tB", "characters"), ("A  B", "spaces")],
)
def test_a_name_problem_has_a_kind(name: str, problem: str) -> None:
    assert resident.name_problem(name) == problem


@pytest.mark.parametrize(
    ("name", "masked"), [("BUDI SANTOSO", "B*** S******"), ("Y", "Y"), ("NUR'AINI, S.Pd.", "N******** S****")]
)
def test_a_masked_name_shows_initials_and_lengths(name: str, masked: str) -> None:
    assert resident.mask_name(name) == masked


# Other texts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("JALAN MERDEKA NOMOR 5", None),
        ("A" * 60, None),
        ("-", None),
        ('GANG "MAWAR" #2; RT=1', None),
        ("", "missing"),
        ("  ", "missing"),
        ("A" * 61, "too_long"),
        ("=1+1", "characters"),
        ("+1", "characters"),
        ("@SUM(A1)", "characters"),
        ("A\nB", "characters"),
        ("A\x1bB", "characters"),
        ("A\u202eB", "characters"),
        ("A\ud800", "characters"),
        ("中", "characters"),
    ],
)
def test_a_short_text_is_one_printable_line(text: str, code: str | None) -> None:
    assert refusal_of(resident.parse_text, text, "pekerjaan") == code


@pytest.mark.parametrize(("length", "code"), [(120, None), (121, "too_long")])
def test_an_address_has_120_characters(length: int, code: str | None) -> None:
    assert refusal_of(resident.parse_text, "A" * length, "alamat", resident.ADDRESS_CHARACTERS) == code


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1995-08-17", date(1995, 8, 17)),
        ("17-08-1995", date(1995, 8, 17)),
        (" 1995-08-17 ", date(1995, 8, 17)),
        ("29-02-2024", date(2024, 2, 29)),
        ("01-02-2003", date(2003, 2, 1)),
    ],
)
def test_a_date_is_read_year_first_or_day_first(text: str, day: date) -> None:
    assert resident.parse_date(text, "tanggal_lahir") == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date_missing"),
        (" ", "date_missing"),
        ("17/08/1995", "date_form"),
        ("1995/08/17", "date_form"),
        ("17-8-1995", "date_form"),
        ("17-08-95", "date_form"),
        ("19950817", "date_form"),
        ("1995-08-17T00:00", "date_form"),
        ("34928", "date_form"),
        ("17 Agustus 1995", "date_form"),
        ("１９９５-08-17", "date_form"),
        ("2023-02-29", "date_impossible"),
        ("1995-13-01", "date_impossible"),
        ("31-04-1995", "date_impossible"),
        ("0000-01-01", "date_impossible"),
    ],
)
def test_another_date_says_what_is_wrong(text: str, code: str) -> None:
    assert refusal_of(resident.parse_date, text, "tanggal_lahir") == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1900-01-01", None),
        ("2026-11-22", None),
        ("1899-12-31", "birth_date_range"),
        ("2026-11-23", "birth_date_range"),
        ("1995-02-30", "date_impossible"),
    ],
)
def test_a_birth_date_lies_between_1900_and_today(text: str, code: str | None) -> None:
    assert refusal_of(resident.parse_birth_date, text, TODAY) == code


# RT and RW


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("001", 1), ("999", 999), ("0", 0), ("000", 0), ("", 0), ("-", 0), (" 7 ", 7)],
)
def test_an_rt_is_a_number_or_none_at_all(text: str, number: int) -> None:
    assert resident.parse_rt_rw(text, "rt") == number


@pytest.mark.parametrize("text", ["1000", "0001", "-1", "1a", "1.0", "001/002", "١", "--"])
def test_another_rt_is_refused(text: str) -> None:
    assert refusal_of(resident.parse_rt_rw, text, "rw") == "rt_rw_form"


# Lists of the civil registry

CHOICES: list[tuple[Callable[[str], Any], dict[str, Any]]] = [
    (
        resident.parse_sex,
        {
            **dict.fromkeys(["L", "laki-laki", "LAKI LAKI", "Lk", "M", "male"], Sex.MALE),
            **dict.fromkeys(["P", "Perempuan", "PR", "F", "female"], Sex.FEMALE),
        },
    ),
    (
        resident.parse_religion,
        {
            "Islam": "ISLAM",
            "KRISTEN PROTESTAN": "KRISTEN",
            "katholik": "KATOLIK",
            "HINDU": "HINDU",
            "Budha": "BUDDHA",
            "KONGHUCU": "KHONGHUCU",
            "Kepercayaan": "KEPERCAYAAN TERHADAP TUHAN YME",
            "KEPERCAYAAN TERHADAP TUHAN YANG MAHA ESA": "KEPERCAYAAN TERHADAP TUHAN YME",
        },
    ),
    (resident.parse_marital_status, {status.value.lower(): status for status in MaritalStatus}),
    (resident.parse_citizenship, {"wni": "WNI", "Indonesia": "WNI", "WNA": "WNA"}),
    (
        resident.parse_blood_type,
        {"a": "A", "AB+": "AB+", "o-": "O-", "": "", "-": "", "Tidak  tahu": "", "unknown": ""},
    ),
    (
        resident.parse_recording_state,
        {
            **{state.value.lower(): state for state in RecordingState},
            "print ready record": RecordingState.PRINT_READY_RECORD,
            "PRR": RecordingState.PRINT_READY_RECORD,
            "sfe": RecordingState.SENT_FOR_ENROLLMENT,
        },
    ),
]


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [(parse, text, value) for parse, good in CHOICES for text, value in good.items()],
)
def test_a_listed_value_is_read_in_any_case(parse: Callable[[str], Any], text: str, value: Any) -> None:
    assert parse(text) == value
    assert parse(f"  {text}  ") == value


@pytest.mark.parametrize("text", ["X", "?", "A B", "0", "\u202e", "L\n"])
@pytest.mark.parametrize("parse", [parse for parse, _ in CHOICES])
def test_a_value_that_is_not_listed_is_refused(parse: Callable[[str], Any], text: str) -> None:
    assert refusal_of(parse, text) == "unknown_value"


@pytest.mark.parametrize("parse", [parse for parse, good in CHOICES if "" not in good])
def test_a_listed_value_is_never_left_out(parse: Callable[[str], Any]) -> None:
    assert refusal_of(parse, "") == "unknown_value"


@pytest.mark.parametrize("state", RecordingState)
def test_only_the_recorded_may_get_a_letter(state: RecordingState) -> None:
    assert state.may_get_letter is (
        state
        in {
            "BIO_CAPTURED",
            "PROCESSING",
            "SENT_FOR_ENROLLMENT",
            "RECEIVED_AT_CENTRAL",
            "PRINT_READY_RECORD",
        }
    )


# Age


@pytest.mark.parametrize(
    ("born", "today", "old_enough"),
    [
        (date(2009, 11, 22), date(2026, 11, 22), True),
        (date(2009, 11, 23), date(2026, 11, 22), False),
        (date(2009, 12, 1), date(2026, 11, 22), False),
        (date(2008, 2, 29), date(2025, 2, 28), False),
        (date(2008, 2, 29), date(2025, 3, 1), True),
        (date(1900, 1, 1), date(2026, 11, 22), True),
    ],
)
def test_a_card_is_due_from_the_seventeenth_birthday(born: date, today: date, old_enough: bool) -> None:
    assert resident.may_hold_card(born, MaritalStatus.SINGLE, today) is old_enough


@pytest.mark.parametrize("status", MaritalStatus)
def test_whoever_is_or_was_married_needs_no_seventeenth_birthday(status: MaritalStatus) -> None:
    assert resident.may_hold_card(date(2012, 1, 1), status, TODAY) is (status is not MaritalStatus.SINGLE)
