"""The rules of unusual issuing over what an office has issued, read by its own hours."""

from dataclasses import replace
from datetime import date, timedelta

from suket_service.administering import unusual_issuing
from suket_service.core.letter import Office
from suket_service.core.unusual import LEAST_UNCONFIRMED, Rule
from suket_service.registry import calls
from suket_service.registry.calls import UNCONFIRMED_CALL
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork
from tests.administering.test_clients import add
from tests.builders import NOON, OFFICE

SUNDAY, DAY = NOON.date(), timedelta(days=1)


def rules(registry: Registry, office: Office = OFFICE) -> dict[Rule, list[str]]:
    """The letters of each finding of that Sunday and the Monday after."""
    with registry.reading() as tx:
        found, _ = unusual_issuing(tx, office, SUNDAY, SUNDAY + DAY)
    return {each.rule: [letter.number for letter in each.letters] for each in found}


def test_letters_of_a_sunday_stand_out_and_those_of_people_imported_just_before(registry: Registry) -> None:
    numbers = [paper.number for paper in OfficeAtWork(registry).issue(2)]
    assert rules(registry) == {Rule.OUTSIDE_HOURS: numbers, Rule.FRESH_RECORDING: numbers}


def test_letters_of_a_working_morning_are_in_hours(registry: Registry) -> None:
    OfficeAtWork(registry, NOON + timedelta(hours=21)).issue(2)  # nine, and it takes an hour
    assert Rule.OUTSIDE_HOURS not in rules(registry)


def test_another_offices_letters_are_not_asked_about(registry: Registry) -> None:
    OfficeAtWork(registry).issue(1)
    assert rules(registry, replace(OFFICE, code="2171")) == {}


def test_a_program_that_asks_for_many_whom_the_register_does_not_confirm_stands_out(
    registry: Registry,
) -> None:
    office, account = OfficeAtWork(registry), add(registry).client.account

    def refused(times: int, day: date) -> None:
        with registry.writing() as tx:
            calls.count(tx, account, OFFICE.code, day, UNCONFIRMED_CALL, refused=times)

    refused(LEAST_UNCONFIRMED - 1, SUNDAY)
    refused(100, SUNDAY - DAY)
    assert rules(office.registry) == {}
    refused(1, SUNDAY)
    with registry.reading() as tx:
        [finding] = unusual_issuing(tx, OFFICE, SUNDAY, SUNDAY)[0]
    assert (finding.rule, finding.people, finding.letters) == (Rule.UNCONFIRMED, (account,), ())
    assert finding.first.date() == finding.last.date() == SUNDAY
    assert f"{LEAST_UNCONFIRMED} permintaan" in finding.measure.id


def test_without_a_month_before_rushes_cannot_be_told(registry: Registry) -> None:
    with registry.reading() as tx:
        assert unusual_issuing(tx, OFFICE, SUNDAY, SUNDAY) == ([], False)
