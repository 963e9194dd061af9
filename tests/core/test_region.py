"""Village codes: ten digits, with or without dots."""

import pytest

from suket_service.core.region import parse_village_code
from tests.core.builders import refusal_of


@pytest.mark.parametrize("text", ["2172031001", "21.72.03.1001", " 2172031001 "])
def test_a_village_code_is_read_in_both_ways_of_writing_it(text: str) -> None:
    assert parse_village_code(text) == "2172031001"


@pytest.mark.parametrize("code", ["1101010001", "9999999999"])
def test_the_first_and_the_last_code_are_read(code: str) -> None:
    assert parse_village_code(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "217203100",
        "21720310010",
        "1101010000",
        "0172031001",
        "21-72-03-1001",
        "217203100X",
        "２１７２０３１００１",
        "217203",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    assert refusal_of(parse_village_code, text) == "region_code_form"
