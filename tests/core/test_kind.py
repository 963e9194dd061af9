"""How long a letter is valid."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.kind import Kind, ValidityRule

KIND = Kind(1, "Surat Keterangan", "SKP", "pengganti-ktp-el/v1", "dasar hukum", ValidityRule.MONTHS, amount=6)
DAYS = st.dates(date(1900, 1, 1), date(2079, 1, 1))


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
