"""How letter numbers are written, on either database: patterns that could give one number twice are refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service import administering
from suket_service.core.letter import Office
from suket_service.errors import FieldError, InputError, NotAllowed
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.administering.test_kinds import NOT_ADMINS, entries
from tests.builders import NOON, OFFICE, a_row
from tests.conftest import IssueRows
from tests.registry.builders import tampering

NEW = "470/{serial}/{series}/{year}"


def change(registry: Registry, pattern: str = NEW, by: str = "admin") -> Office:
    return administering.change_number_pattern(registry, OFFICE.code, pattern, by, NOON)


def code_of(refused: pytest.ExceptionInfo[FieldError]) -> tuple[str, str]:
    return refused.value.problem.field, refused.value.code


class TestChanging:
    def test_letters_from_now_on_bear_the_new_form_and_the_series_goes_on(
        self, registry: Registry, issued: LetterRecord, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        change(registry)
        register(a_row(serial=9))
        [outcome] = issue_rows(a_row(serial=9), digest="e" * 64)
        assert issued.number == "471.13/0001/SKP/2172/2026"
        assert outcome.letter is not None
        assert outcome.letter.number == "470/0002/SKP/2026"

    def test_a_letter_that_exists_keeps_its_number(self, registry: Registry, issued: LetterRecord) -> None:
        change(registry)
        with registry.reading() as tx:
            assert letters.by_id(tx, OFFICE.code, issued.id).number == issued.number

    def test_its_entry_holds_the_pattern_of_before_and_after(self, registry: Registry) -> None:
        before = len(entries(registry))
        change(registry)
        details = f'{{"from":"{OFFICE.number_pattern}","to":"{NEW}"}}'
        assert entries(registry)[before:] == [("admin", "office.numbering", OFFICE.code, details)]

    def test_the_same_pattern_is_no_change(self, registry: Registry) -> None:
        with pytest.raises(InputError) as refused:
            change(registry, OFFICE.number_pattern)
        assert refused.value.code == "nothing_to_change"

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_changes_it(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            change(registry, by=by)

    def test_the_next_numbers_are_told_of_every_kind(self, registry: Registry, issued: LetterRecord) -> None:
        told = administering.next_numbers(registry, OFFICE.code, NEW, NOON)
        assert [(kind.code, number) for kind, number in told] == [
            (1, "470/0002/SKP/2026"),
            (2, "470/0001/SKR/2026"),
        ]


class TestColliding:
    @pytest.fixture
    def given_once(self, registry: Registry, issued: LetterRecord) -> Callable[[str], None]:
        """Lets the one letter bear a number of another time."""

        def bear(number: str) -> None:
            with tampering(registry) as connection:
                connection.execute("UPDATE letter SET number = ? WHERE id = ?", (number, issued.id))

        return bear

    def test_a_number_that_was_given_is_never_given_again(
        self, registry: Registry, given_once: Callable[[str], None]
    ) -> None:
        given_once("470/0002/SKP/2026")  # the series has come to 1
        with pytest.raises(FieldError) as refused:
            change(registry)
        assert code_of(refused) == ("number_pattern", "pattern_collides")

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        "number",
        [
            "470/0001/SKP/2026",  # behind the series: its counter never comes back
            "470/2/SKP/2026",  # not how a serial is written
            "470/00002/SKP/2026",
            "470/0002/XXX/2026",  # nobody's series
            "471/0002/SKP/2026",
        ],
    )
    def test_a_number_that_cannot_come_again_hinders_nothing(
        self, registry: Registry, given_once: Callable[[str], None], number: str
    ) -> None:
        given_once(number)
        assert change(registry).number_pattern == NEW


class TestForms:
    @pytest.mark.parametrize(
        ("pattern", "code"),
        [
            ("", "pattern_fields"),
            ("471/{series}/{year}", "pattern_fields"),
            ("471/{serial}/{year}", "pattern_fields"),
            ("471/{serial}/{series}", "pattern_fields"),
            ("{serial}/{series}/{year}/{village}", "pattern_fields"),
            ("{serial}/{serial}/{series}/{year}", "pattern_fields"),
            ("{serial}/{series}/{year}/{}", "pattern_fields"),
            ("{serial:9}/{series}/{year}", "pattern_fields"),
            ("{serial!r}/{series}/{year}", "pattern_fields"),
            ("{serial.real}/{series}/{year}", "pattern_fields"),
            ("{serial/{series}/{year}", "pattern_fields"),
            ("{{serial}}/{series}/{year}", "pattern_fields"),
            ("{serial}{series}/{year}", "pattern_adjoins"),
            ("{series}{serial}/{year}", "pattern_adjoins"),
            ("{series}0{serial}/{year}", "pattern_adjoins"),
            ("{series}{year}{serial}", "pattern_adjoins"),
            ("{series}{office}1{serial}/{year}", "pattern_adjoins"),
            ("{serial}/{series}\n{year}", "pattern_signs"),
            ("{serial}/{series}/{year}#", "pattern_signs"),
            ("../{serial}/{series}/{year}", "pattern_signs"),
            ("{serial}/{series}/{year}/", "pattern_signs"),
            ("{{{serial}/{series}/{year}", "pattern_signs"),
            ("x" * 100 + "{serial}/{series}/{year}", "too_long"),
        ],
    )
    def test_a_pattern_that_will_not_do_is_refused_by_its_field(self, pattern: str, code: str) -> None:
        with pytest.raises(FieldError) as refused:
            administering.require_number_pattern(pattern)
        assert code_of(refused) == ("number_pattern", code)

    @pytest.mark.parametrize(
        "pattern",
        ["{serial}/{series}/{year}", "{series}-{year}{serial}", "470/{serial}/{series}.{office}/{year}"],
    )
    def test_a_pattern_that_will_do_is_taken(self, pattern: str) -> None:
        administering.require_number_pattern(pattern)

    @given(st.text(alphabet="{}serialyofc/.-0 A", max_size=40))
    def test_whatever_is_typed_is_refused_or_makes_numbers(self, pattern: str) -> None:
        with suppress(FieldError):
            administering.require_number_pattern(pattern)
            replace(OFFICE, number_pattern=pattern).number(1, "S", 2026)

    @given(
        order=st.permutations(["{serial}", "{series}", "{year}", "{office}"]),
        between=st.lists(st.sampled_from(["", "/", "-", "0", "A"]), min_size=3, max_size=3),
        one=st.tuples(st.integers(1, 123456), st.from_regex(r"\A[A-Z0-9-]{1,3}\Z"), st.integers(2024, 2027)),
        other=st.tuples(
            st.integers(1, 123456), st.from_regex(r"\A[A-Z0-9-]{1,3}\Z"), st.integers(2024, 2027)
        ),
    )
    def test_under_a_pattern_that_is_taken_two_letters_have_two_numbers(
        self, order: list[str], between: list[str], one: tuple[int, str, int], other: tuple[int, str, int]
    ) -> None:
        pattern = "".join(part + sign for part, sign in zip(order, [*between, ""], strict=True))
        try:
            administering.require_number_pattern(pattern)
        except FieldError:
            return
        office = replace(OFFICE, number_pattern=pattern)
        assert (office.number(*one) == office.number(*other)) is (one == other)


def test_an_office_is_read_with_its_pattern(registry: Registry) -> None:
    changed = change(registry)
    with registry.reading() as tx:
        assert offices.office(tx, OFFICE.code) == changed
