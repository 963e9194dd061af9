"""The account of usage that agencies owe every half-year, on either database."""

from datetime import date, timedelta

import pytest

from suket_service import administering
from suket_service.administering import USAGE_HEADERS, Semester, Usage
from suket_service.errors import FieldError
from suket_service.registry import calls
from suket_service.registry.session import Registry
from suket_service.sheets.write import write_csv
from tests.administering.elsewhere import another_office
from tests.administering.test_clients import add
from tests.builders import NOON, OFFICE


def usage(registry: Registry, first: date | None = None, last: date | None = None) -> Usage:
    return administering.usage_of(registry, OFFICE.code, first, last, NOON)


def ask(registry: Registry, account: str, day: date, asked: int = 1, refused: int = 0) -> None:
    with registry.writing() as tx:
        calls.count(tx, account, OFFICE.code, day, "verifications.batch", asked=asked, refused=refused)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_every_day_is_in_one_half_year(day: date, first: date, last: date) -> None:
    semester = Semester.of(day)
    assert (semester.first, semester.last) == (first, last)
    assert semester.before.last == first - timedelta(days=1)


def test_without_days_it_is_the_present_half_year(registry: Registry) -> None:
    account = add(registry).client.account
    ask(registry, account, date(2026, 6, 30), 7)
    ask(registry, account, date(2026, 7, 1), 20, 3)
    found = usage(registry)
    assert (found.first, found.last) == (date(2026, 7, 1), date(2026, 12, 31))
    [program] = found.programs
    assert (program.asked, program.refused) == (20, 3)


def test_a_program_that_asked_nothing_is_there_too(registry: Registry) -> None:
    add(registry)
    assert [row[4:] for row in administering.usage_rows(usage(registry))] == [
        ["tidak ada panggilan", "", 0, 0]
    ]


def test_a_program_without_a_key_is_there_for_what_it_asked_and_not_otherwise(registry: Registry) -> None:
    for name in ("Bank", "Rumah Sakit"):
        new = add(registry, name=name)
        administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
    ask(registry, new.client.account, NOON.date())
    assert [each.client.name for each in usage(registry).programs] == ["Rumah Sakit"]


def test_the_usage_follows_a_program_over_its_renewals(registry: Registry) -> None:
    old = add(registry)
    ask(registry, old.client.account, NOON.date())
    new = administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON + timedelta(hours=1))
    ask(registry, new.client.account, NOON.date())
    [program] = usage(registry).programs
    assert (program.asked, program.client.id) == (2, new.client.id)


def test_an_office_sees_no_program_of_another(registry: Registry) -> None:
    ask(registry, add(registry).client.account, NOON.date())
    other = another_office(registry).code
    assert administering.usage_of(registry, other, None, None, NOON).programs == ()


def test_days_the_wrong_way_round_are_refused(registry: Registry) -> None:
    with pytest.raises(FieldError) as refused:
        usage(registry, date(2026, 2, 1), date(2026, 1, 31))
    assert refused.value.problem.field == "last"


def test_a_registry_without_programs_has_an_empty_account(registry: Registry) -> None:
    assert usage(registry).programs == ()
    assert administering.usage_rows(usage(registry)) == []


def test_a_name_is_no_formula_in_the_file(registry: Registry) -> None:
    add(registry, name='=HYPERLINK("http://x")', purpose="@PKS")
    file = write_csv(USAGE_HEADERS, administering.usage_rows(usage(registry))).decode()
    assert "'=HYPERLINK" in file
    assert "'@PKS" in file
