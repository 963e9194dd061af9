from datetime import date

from suket_service.core.letter import Capacity
from suket_service.paper.wording import MONTHS, check_address, long_date, rt_rw, wording
from tests.paper import builders

POST = "Kepala Dinas Kependudukan"


def test_a_date_is_written_with_the_indonesian_month() -> None:
    assert long_date(date(1995, 8, 17)) == "17 Agustus 1995"


def test_every_month_has_its_own_name() -> None:
    assert len(set(MONTHS)) == 12


def test_neighbourhood_numbers_take_three_digits() -> None:
    assert rt_rw(1, 2) == "001/002"


def test_no_neighbourhood_is_a_dash() -> None:
    assert rt_rw(0, 0) == "-"


def test_an_unknown_blood_type_is_a_dash() -> None:
    assert wording(builders.letter(blood_type="")).blood_type == "-"


def test_a_letter_until_the_card_has_no_last_day() -> None:
    assert wording(builders.letter(valid_until=None)).valid_until is None


def test_the_groups_of_the_nik_are_the_nik() -> None:
    assert "".join(wording(builders.letter()).nik_groups) == builders.RESIDENT.nik


def test_the_check_address_is_host_and_path() -> None:
    assert check_address("http://localhost:8000/s#123") == "localhost:8000/s"


def test_bare_digits_have_no_check_address() -> None:
    assert check_address("123") == ""


def test_an_officeholder_signs_with_the_plain_post() -> None:
    words = wording(builders.letter(post=POST))
    assert (words.capacity, words.posts, words.undersigned) == ("", (POST,), POST)


def test_an_acting_head_names_the_capacity_before_the_post() -> None:
    words = wording(builders.letter(post=POST, capacity=Capacity.ACTING))
    assert (words.capacity, words.undersigned) == ("Plt.", f"Plt. {POST}")


def test_on_behalf_the_first_line_is_the_head_and_the_last_the_signatory() -> None:
    words = wording(builders.letter(post=f"{POST}\nSekretaris", capacity=Capacity.ON_BEHALF))
    assert words.posts == (POST, "Sekretaris")
    assert words.undersigned == f"Sekretaris atas nama {POST}"


def test_on_behalf_with_one_line_still_names_the_head() -> None:
    assert wording(builders.letter(post=POST, capacity=Capacity.ON_BEHALF)).undersigned == f"atas nama {POST}"
