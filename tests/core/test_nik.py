"""The NIK: structure refuses, disagreement does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.nik import Nik, holds_nik, mask_nik
from suket_service.errors import FieldError
from tests.core.builders import refusal_of

GOOD = "2172031708950003"


@pytest.mark.parametrize(
    "digits",
    [
        GOOD,
        "2172035708950003",
        "1101010101000001",
        "9999993112999999",
        "2169030112950001",
        "2171030112950001",
        "2172010112950001",
        "2172033002950001",  # 30 February is no day, but such NIKs exist and cannot be changed
        "2172037112950001",
        "2172034101950001",
    ],
)
def test_a_possible_nik_is_read(digits: str) -> None:
    assert Nik.parse(digits).digits == digits


@pytest.mark.parametrize("around", [" {}", "{} ", "\t{}\n", "\u00a0{}"])
def test_blanks_around_a_nik_are_dropped(around: str) -> None:
    assert Nik.parse(around.format(GOOD)).digits == GOOD


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nik_missing"),
        ("   ", "nik_missing"),
        ("217203170895000X", "nik_not_digits"),
        ("2172 0317 0895 0003", "nik_not_digits"),
        ("217203.170895.0003", "nik_not_digits"),
        ("-217203170895000", "nik_not_digits"),
        ("2.17203170895E+15", "nik_not_digits"),
        ("２１７２０３１７０８９５０００３", "nik_not_digits"),
        ("٢١٧٢٠٣١٧٠٨٩٥٠٠٠٣", "nik_not_digits"),
        ("'2172031708950003", "nik_not_digits"),
        ("217203170895003", "nik_length"),
        ("21720317089500030", "nik_length"),
        ("1", "nik_length"),
        ("0172031708950003", "nik_region"),
        ("1072031708950003", "nik_region"),
        ("2100031708950003", "nik_region"),
        ("2170031708950003", "nik_region"),
        ("2172001708950003", "nik_region"),
        ("2172030008950003", "nik_date"),
        ("2172033208950003", "nik_date"),
        ("2172034008950003", "nik_date"),
        ("2172037208950003", "nik_date"),
        ("2172039908950003", "nik_date"),
        ("2172031700950003", "nik_date"),
        ("2172031713950003", "nik_date"),
        ("2172031708950000", "nik_serial"),
    ],
)
def test_an_impossible_nik_says_what_is_wrong(text: str, code: str) -> None:
    assert refusal_of(Nik.parse, text) == code


def test_the_length_refusal_counts_but_never_repeats_the_digits() -> None:
    with pytest.raises(FieldError) as caught:
        Nik.parse(GOOD[:-1])
    for sentence in (caught.value.text.id, caught.value.text.en, str(caught.value)):
        assert "15" in sentence
        assert GOOD[:-1] not in sentence
    assert caught.value.problem.field == "nik"


@given(st.text() | st.from_regex(r"\A\s*[0-9]{15,17}\s*\Z"))
def test_any_text_is_read_or_refused(text: str) -> None:
    if refusal_of(Nik.parse, text) is None:
        assert len(Nik.parse(text).digits) == 16


@given(st.dates(date(1900, 1, 1), date(2026, 11, 22)), st.booleans())
def test_a_nik_names_the_birth_date_and_sex_it_is_made_of(born: date, woman: bool) -> None:
    nik = Nik.parse(f"217203{born.day + 40 * woman:02d}{born.month:02d}{born.year % 100:02d}0001")
    assert nik.names_birth_date(born)
    assert nik.is_woman is woman


@pytest.mark.parametrize("born", [date(1995, 8, 16), date(1995, 7, 17), date(1994, 8, 17)])
def test_another_birth_date_is_not_named(born: date) -> None:
    assert not Nik.parse(GOOD).names_birth_date(born)


def test_two_digits_do_not_tell_the_century() -> None:
    assert Nik.parse("2172030101050001").names_birth_date(date(1905, 1, 1))
    assert Nik.parse("2172030101050001").names_birth_date(date(2005, 1, 1))


def test_a_masked_nik_shows_its_region_and_nothing_more() -> None:
    assert mask_nik(GOOD) == "217203**********"


class TestFreeText:
    @pytest.mark.parametrize(
        "text",
        [
            GOOD,
            f"KPU {GOOD} Siti",
            "KPU 2172 0317 0895 0003 Siti",
            "217203.170895.0003",
            "2172-0317-0895-0003",
            "2172 - 0317 - 0895 - 0003",
            "2172\u00a00317\u20130895\u20110003",
            "Jalan 5 2172 0317 0895 0003",
            "1234567890123456",  # no possible NIK, but who would write such a number? One that was mistyped
            "12345678901234567",
        ],
    )
    def test_a_nik_is_found_however_its_digits_are_parted(self, text: str) -> None:
        assert holds_nik(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "PKS 12/2026",
            "470/0123/SKP/2026",
            "07.30-12.00 13.00-16.00",
            "0812-3456-7890 0813-4567-8901",
            "17-08-2026 - 01-09-2026",
            "17.08.2026\u201301.09.2026",
            "2026-11-12 2026-12-01",
            "217203 170895 000",
            "217203, 170895, 0003",
        ],
    )
    def test_hours_phone_numbers_days_and_letter_numbers_are_none(self, text: str) -> None:
        assert not holds_nik(text)

    @given(st.lists(st.sampled_from(["", " ", ".", "-", " - "]), min_size=15, max_size=15))
    def test_no_way_of_parting_hides_one(self, between: list[str]) -> None:
        digits = "9171035708950003"
        assert holds_nik(digits[0] + "".join(map("".join, zip(between, digits[1:], strict=True))))
