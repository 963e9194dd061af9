"""The register searched as people ask for themselves: by the first digits of a NIK, by parts of a name."""

from collections.abc import Callable

import pytest

from suket_service.errors import NotFound
from suket_service.registry import residents
from suket_service.registry.residents import Hits
from suket_service.registry.session import Registry
from tests.builders import OFFICE, a_resident, a_row

ELSEWHERE = "2101"
Register = Callable[..., None]


@pytest.fixture
def people(register: Register) -> None:
    names = ("BUDI SANTOSO", "Siti Aminah", "SITI NURBAYA", "ANDRÉ TAN", "O'BRIEN (ALM.)")
    register(*(a_row(2 + i, serial=11 + i, nama=name) for i, name in enumerate(names)))


def search(registry: Registry, wanted: str, most: int = 30, office: str = OFFICE.code) -> Hits:
    with registry.reading() as tx:
        return residents.search(tx, office, wanted, most)


def names(hits: Hits) -> list[str]:
    return [entry.resident.name for entry in hits.entries]


@pytest.mark.usefixtures("people")
class TestSearch:
    def test_a_whole_nik_finds_its_person(self, registry: Registry) -> None:
        assert names(search(registry, "2172031708950011")) == ["BUDI SANTOSO"]

    def test_six_first_digits_find_all_that_begin_so(self, registry: Registry) -> None:
        assert len(search(registry, "217203").entries) == 5

    def test_digits_may_be_written_in_groups(self, registry: Registry) -> None:
        assert names(search(registry, " 217203 170895 0012 ")) == ["Siti Aminah"]

    @pytest.mark.few(4)
    @pytest.mark.parametrize("wanted", ["", "  ", "21720", "si", "12345678901234567", "siti\0", "\n\n\n"])
    def test_too_little_or_nonsense_finds_nobody(self, registry: Registry, wanted: str) -> None:
        assert search(registry, wanted) == Hits((), more=False)

    @pytest.mark.parametrize("wanted", ["siti nur", "NURBAYA SITI", "nurb", "baya"])
    def test_parts_of_a_name_find_it_in_any_order_and_case(self, registry: Registry, wanted: str) -> None:
        assert names(search(registry, wanted)) == ["SITI NURBAYA"]

    def test_every_word_has_to_be_there(self, registry: Registry) -> None:
        assert names(search(registry, "siti santoso")) == []

    @pytest.mark.parametrize("wanted", ["andré", "ANDRÉ"])
    def test_letters_beyond_ascii_are_found_in_either_case(self, registry: Registry, wanted: str) -> None:
        assert names(search(registry, wanted)) == ["ANDRÉ TAN"]

    def test_signs_of_patterns_stand_for_themselves(self, registry: Registry) -> None:
        assert names(search(registry, "(alm.)")) == ["O'BRIEN (ALM.)"]
        assert names(search(registry, "%%%")) == []
        assert names(search(registry, "___")) == []

    def test_half_a_character_finds_nobody(self, registry: Registry) -> None:
        assert names(search(registry, "ab\ud800c")) == []

    def test_no_more_are_told_than_wanted_and_that_there_are_more(self, registry: Registry) -> None:
        first = search(registry, "217203", most=2)
        assert (names(first), first.more) == (["ANDRÉ TAN", "BUDI SANTOSO"], True)

    def test_as_many_as_wanted_are_not_more(self, registry: Registry) -> None:
        assert search(registry, "217203", most=5).more is False

    def test_another_office_finds_none_of_them(self, registry: Registry) -> None:
        assert search(registry, "siti", office=ELSEWHERE).entries == ()


@pytest.mark.usefixtures("people")
class TestOne:
    def test_a_person_is_found_by_the_number_of_their_row(self, registry: Registry) -> None:
        [entry] = search(registry, "budi").entries
        with registry.reading() as tx:
            assert residents.by_id(tx, OFFICE.code, entry.id) == entry

    @pytest.mark.parametrize("resident", [0, -1, 2**31, 2**63, 10**30])
    def test_a_number_that_no_row_has_is_not_found(self, registry: Registry, resident: int) -> None:
        with registry.reading() as tx, pytest.raises(NotFound):
            residents.by_id(tx, OFFICE.code, resident)

    def test_another_offices_person_is_not_found(self, registry: Registry) -> None:
        [entry] = search(registry, "budi").entries
        with registry.reading() as tx, pytest.raises(NotFound):
            residents.by_id(tx, ELSEWHERE, entry.id)


class TestNamesakes:
    def of(self, registry: Registry, **changes: object) -> list[str]:
        person = a_resident(**{"name": "SUHARTINI", "nik": "2172031708950099", **changes})
        with registry.reading() as tx:
            asked = (OFFICE.code, person.nik, person.name, person.birth_date)
            return [entry.resident.nik for entry in residents.namesakes(tx, *asked, most=5)]

    def test_the_same_name_and_birth_date_under_another_nik_is_one(
        self, registry: Registry, register: Register
    ) -> None:
        register(
            a_row(serial=1), a_row(3, serial=2, tanggal_lahir="1990-01-01"), a_row(4, serial=3, nama="ADI")
        )
        assert self.of(registry) == ["2172031708950001"]

    def test_the_person_themselves_is_none(self, registry: Registry, register: Register) -> None:
        register(a_row(serial=99))
        assert self.of(registry) == []

    def test_capitals_make_no_other_person(self, registry: Registry, register: Register) -> None:
        register(a_row(serial=1))
        assert self.of(registry, name="Suhartini") == ["2172031708950001"]
