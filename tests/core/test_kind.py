"""How long a letter is valid, when a kind may be issued, and what is wrong with a kind as given."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.kind import (
    MOST_BASIS_CHARACTERS,
    MOST_DAYS,
    MOST_MONTHS,
    MOST_TITLE_CHARACTERS,
    IssuingWindow,
    Kind,
    SignatureMode,
    ValidityRule,
    is_open,
    problems,
)

KIND = Kind(1, "Surat Keterangan", "SKP", "pengganti-ktp-el/v1", "dasar hukum", ValidityRule.MONTHS, amount=6)
DAYS = st.dates(date(1900, 1, 1), date(2079, 1, 1))
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def by_months(months: int) -> Kind:
    return replace(KIND, amount=months)


@pytest.mark.parametrize(
    ("issued", "months", "until"),
    [
        ("2018-06-01", 6, "2018-11-30"),
        ("2026-11-22", 6, "2027-05-21"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-08-30", 6, "2027-02-28"),
        ("2026-08-29", 6, "2027-02-28"),
        ("2026-08-28", 6, "2027-02-27"),
        ("2026-09-01", 6, "2027-02-28"),
        ("2027-09-01", 6, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-28"),
        ("2026-12-31", 6, "2027-06-30"),
        ("2026-07-01", 6, "2026-12-31"),
        ("2026-01-01", 12, "2026-12-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-15", 1, "2026-02-14"),
        ("2026-03-31", 1, "2026-04-30"),
    ],
)
def test_months_end_the_day_before_the_same_day(issued: str, months: int, until: str) -> None:
    assert by_months(months).valid_until(date.fromisoformat(issued)) == date.fromisoformat(until)


@given(DAYS, st.integers(1, 24))
def test_a_later_issue_never_ends_earlier(issued: date, months: int) -> None:
    kind = by_months(months)
    today, tomorrow = kind.valid_until(issued), kind.valid_until(issued + timedelta(days=1))
    assert today is not None
    assert tomorrow is not None
    assert issued < today <= tomorrow
    assert today - issued <= timedelta(days=31 * months)


@given(DAYS, st.integers(1, MOST_MONTHS))
def test_months_end_before_the_same_day_or_with_a_month_that_lacks_it(issued: date, months: int) -> None:
    until = by_months(months).valid_until(issued)
    assert until is not None
    years, month = divmod(issued.month - 1 + months, 12)
    year, month = issued.year + years, month + 1
    if issued.day <= calendar.monthrange(year, month)[1]:
        assert until + DAY == date(year, month, issued.day)
    else:  # 31 August and six months, or 29 February and a year
        assert (until.year, until.month, (until + DAY).day) == (year, month, 1)


@given(DAYS, st.integers(1, MOST_MONTHS // 12))
def test_whole_years_end_before_the_anniversary(issued: date, years: int) -> None:
    until = by_months(12 * years).valid_until(issued)
    assert until is not None
    if (issued.month, issued.day) == (2, 29) and not calendar.isleap(issued.year + years):
        assert until == date(issued.year + years, 2, 28)
    else:
        assert until + DAY == issued.replace(year=issued.year + years)


@given(DAYS, st.integers(1, MOST_DAYS))
def test_a_letter_by_days_is_valid_on_exactly_so_many(issued: date, days: int) -> None:
    until = replace(KIND, rule=ValidityRule.DAYS, amount=days).valid_until(issued)
    assert until is not None
    assert (until - issued).days + 1 == days


@given(DAYS, st.sampled_from([ValidityRule.MONTHS, ValidityRule.DAYS]), st.integers(1, MOST_MONTHS))
def test_no_kind_by_months_or_days_ever_ends(issued: date, rule: ValidityRule, amount: int) -> None:
    assert not replace(KIND, rule=rule, amount=amount).has_ended(issued)


@given(DAYS, DAYS)
def test_a_fixed_date_has_ended_from_the_day_after_it(last: date, on: date) -> None:
    kind = replace(KIND, rule=ValidityRule.FIXED_DATE, amount=None, fixed_date=last)
    assert kind.has_ended(on) == (on > last)


def test_until_the_card_never_ends() -> None:
    assert not replace(KIND, rule=ValidityRule.UNTIL_CARD, amount=None).has_ended(date.max)


@pytest.mark.parametrize(
    ("amount", "until"), [(1, "2028-02-28"), (2, "2028-02-29"), (3, "2028-03-01"), (90, "2028-05-27")]
)
def test_days_count_the_day_of_issue(amount: int, until: str) -> None:
    kind = replace(KIND, rule=ValidityRule.DAYS, amount=amount)
    assert kind.valid_until(date(2028, 2, 28)) == date.fromisoformat(until)


@given(DAYS)
def test_a_fixed_date_is_the_same_for_all(issued: date) -> None:
    kind = replace(KIND, rule=ValidityRule.FIXED_DATE, amount=None, fixed_date=date(2018, 12, 31))
    assert kind.valid_until(issued) == date(2018, 12, 31)


@given(DAYS)
def test_until_the_card_has_no_last_day(issued: date) -> None:
    assert replace(KIND, rule=ValidityRule.UNTIL_CARD, amount=None).valid_until(issued) is None


@pytest.mark.parametrize("rule", [ValidityRule.MONTHS, ValidityRule.DAYS, ValidityRule.FIXED_DATE])
def test_a_rule_without_its_amount_or_date_is_an_error(rule: ValidityRule) -> None:
    with pytest.raises(ValueError, match="without its amount or date"):
        replace(KIND, rule=rule, amount=None).valid_until(date(2026, 11, 22))


def window(opens: str, closes: str | None = None, office: str = "2172", kind: int = 1) -> IssuingWindow:
    return IssuingWindow(
        office, kind, date.fromisoformat(opens), date.fromisoformat(closes) if closes else None
    )


def on(windows: list[IssuingWindow], day: str) -> bool:
    return is_open(windows, "2172", 1, date.fromisoformat(day))


class TestWindows:
    def test_without_any_window_every_day_is_open(self) -> None:
        assert on([], "1999-01-01")

    @pytest.mark.parametrize("others", [{"office": "2101"}, {"kind": 2}])
    def test_the_windows_of_others_close_nothing(self, others: dict[str, Any]) -> None:
        assert on([window("2026-01-01", "2026-01-31", **others)], "2026-11-22")

    @pytest.mark.parametrize(
        ("day", "is_in"),
        [("2025-12-31", False), ("2026-01-01", True), ("2026-01-31", True), ("2026-02-01", False)],
    )
    def test_both_ends_belong_to_a_window(self, day: str, is_in: bool) -> None:
        assert on([window("2026-01-01", "2026-01-31")], day) == is_in

    def test_a_window_without_end_stays_open(self) -> None:
        assert on([window("2026-01-01")], "2079-01-01")

    def test_one_open_window_of_several_is_enough(self) -> None:
        assert on([window("2026-01-01", "2026-01-31"), window("2026-01-15", "2026-03-31")], "2026-02-10")

    @given(DAYS)
    def test_a_window_closed_before_it_opened_never_opens_and_closes_all_other_days(self, day: date) -> None:
        assert not is_open([window("2026-02-01", "2026-01-31")], "2172", 1, day)


def codes(**changes: Any) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in problems(replace(KIND, **changes), TODAY)]


class TestProblems:
    def test_a_good_kind_has_none(self) -> None:
        assert codes() == []

    @pytest.mark.parametrize("code", [1, 127])
    def test_codes_reach_as_far_as_the_seals_seven_bits(self, code: int) -> None:
        assert codes(code=code) == []

    @pytest.mark.parametrize("code", [-1, 0, 128])
    def test_other_codes_are_refused(self, code: int) -> None:
        assert codes(code=code) == [("code", "out_of_range")]

    @pytest.mark.parametrize(
        ("field", "most"), [("title", MOST_TITLE_CHARACTERS), ("legal_basis", MOST_BASIS_CHARACTERS)]
    )
    def test_texts_are_one_line_of_a_length_that_fits(self, field: str, most: int) -> None:
        assert codes(**{field: "S" * most}) == []
        assert codes(**{field: "S" * (most + 1)}) == [(field, "too_long")]
        assert codes(**{field: "dua\nbaris"}) == [(field, "not_printable")]
        assert codes(**{field: "  "}) == [(field, "missing")]

    @pytest.mark.parametrize("series", ["A", "SKP-2", "ABCDEFGHIJ12"])
    def test_a_series_may_be(self, series: str) -> None:
        assert codes(series=series) == []

    @pytest.mark.parametrize("series", ["", "skp", "SKP/2", "S P", "ABCDEFGHIJ123", "SKP\n", "Ä"])
    def test_a_series_may_not_be(self, series: str) -> None:
        assert codes(series=series) == [("series", "series_form")]

    @pytest.mark.parametrize(
        ("rule", "most"), [(ValidityRule.MONTHS, MOST_MONTHS), (ValidityRule.DAYS, MOST_DAYS)]
    )
    def test_amounts_go_from_one_to_the_most(self, rule: ValidityRule, most: int) -> None:
        assert codes(rule=rule, amount=1) == codes(rule=rule, amount=most) == []
        for amount in (None, -1, 0, most + 1):
            assert codes(rule=rule, amount=amount) == [("amount", "out_of_range")]

    @pytest.mark.parametrize("rule", [ValidityRule.MONTHS, ValidityRule.DAYS, ValidityRule.UNTIL_CARD])
    def test_only_a_fixed_date_takes_a_date(self, rule: ValidityRule) -> None:
        amount = None if rule is ValidityRule.UNTIL_CARD else 6
        assert codes(rule=rule, amount=amount, fixed_date=TODAY) == [("until", "not_with_this_rule")]

    @pytest.mark.parametrize("rule", [ValidityRule.FIXED_DATE, ValidityRule.UNTIL_CARD])
    def test_only_months_and_days_take_an_amount(self, rule: ValidityRule) -> None:
        last = TODAY if rule is ValidityRule.FIXED_DATE else None
        assert codes(rule=rule, amount=6, fixed_date=last) == [("amount", "not_with_this_rule")]

    @pytest.mark.parametrize(
        ("last", "found"),
        [
            (None, [("until", "missing")]),
            (TODAY - DAY, [("until", "date_past")]),
            (TODAY, []),
            (TODAY + MOST_DAYS * DAY, []),
            (TODAY + (MOST_DAYS + 1) * DAY, [("until", "out_of_range")]),
        ],
    )
    def test_a_fixed_date_lies_between_today_and_five_years_from_now(
        self, last: date | None, found: list[tuple[str, str]]
    ) -> None:
        assert codes(rule=ValidityRule.FIXED_DATE, amount=None, fixed_date=last) == found

    @given(st.sampled_from(ValidityRule), st.none() | st.integers(-3, 2000), st.none() | DAYS)
    def test_a_kind_without_problems_issues_letters_that_hold_today(
        self, rule: ValidityRule, amount: int | None, last: date | None
    ) -> None:
        kind = replace(KIND, rule=rule, amount=amount, fixed_date=last)
        if not problems(kind, TODAY):
            until = kind.valid_until(TODAY)
            assert until is None or TODAY <= until <= TODAY + timedelta(days=366 * 5)

    def test_every_problem_says_in_both_languages_what_is_wrong(self) -> None:
        bad = replace(KIND, code=0, title="", series="", amount=0, fixed_date=TODAY)
        assert all(each.text.id and each.text.en for each in problems(bad, TODAY))


def test_letters_are_signed_by_hand_unless_a_kind_says_otherwise() -> None:
    assert KIND.signature is SignatureMode.WET
