"""Letterheads succeeded, hours and stock kept, on either database; letters keep their letterhead."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest

from suket_service import administering
from suket_service.administering import LETTERHEAD_CHARACTERS, MOST_CARDS
from suket_service.core.letter import Capacity, Letterhead
from suket_service.errors import FieldError, InputError, NotAllowed, PrinterError, RequestRefused, Text
from suket_service.registry import audit, letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.offices import USUAL_HOURS, Hours, OpeningHours
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.administering.test_kinds import NOT_ADMINS, codes_of, entries
from tests.builders import LETTERHEAD, NOON, OFFICE

NEW = replace(LETTERHEAD, signatory="Dra. Pengganti, M.Si.", capacity=Capacity.ACTING)


def change(registry: Registry, head: Letterhead = NEW, by: str = "admin", **more: Any) -> Letterhead:
    return administering.change_letterhead(registry, OFFICE.code, head, by, NOON, **more)


def current(registry: Registry) -> Letterhead:
    [listed] = administering.list_offices(registry)
    return listed.letterhead


def test_an_office_is_listed_with_its_letterhead_and_usual_kind(registry: Registry) -> None:
    [listed] = administering.list_offices(registry)
    assert (listed.office, listed.letterhead, listed.usual_kind) == (OFFICE, LETTERHEAD, 1)


def test_a_new_letterhead_is_the_next_version(registry: Registry) -> None:
    assert change(registry) == current(registry) == replace(NEW, version=2)


def test_versions_say_who_made_them_and_the_first_came_with_the_office(registry: Registry) -> None:
    change(registry)
    told = administering.letterhead_versions(registry, OFFICE.code)
    assert [(each.head.version, each.since, each.by) for each in told] == [
        (2, NOON, "admin"),
        (1, told[1].since, None),
    ]


def test_another_offices_change_makes_no_version_its_own(registry: Registry) -> None:
    with registry.writing() as tx:
        offices.add_office(tx, replace(OFFICE, code="2101"), 1)
        offices.add_letterhead(tx, "2101", LETTERHEAD, NOON)
        audit.append(tx, NOON, "lain", "office.letterhead", "2101", "2101", {"version": 1})
    [first] = administering.letterhead_versions(registry, OFFICE.code)
    assert first.by is None


def test_letters_keep_the_letterhead_of_their_issue(registry: Registry, issued: LetterRecord) -> None:
    change(registry)
    with registry.reading() as tx:
        assert letters.as_printed(tx, issued).letterhead == LETTERHEAD


def test_its_audit_entry_holds_no_name(registry: Registry) -> None:
    before = entries(registry)
    change(registry)
    assert entries(registry)[len(before) :] == [("admin", "office.letterhead", OFFICE.code, '{"version":2}')]


def test_the_same_letterhead_again_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError) as refused:
        change(registry, replace(LETTERHEAD, version=9))
    assert refused.value.code == "nothing_to_change"


@pytest.mark.parametrize("by", NOT_ADMINS)
def test_only_an_administrator_changes_it(registry: Registry, by: str) -> None:
    with pytest.raises(NotAllowed):
        change(registry, by=by)


@pytest.mark.parametrize("field", LETTERHEAD_CHARACTERS)
def test_a_line_is_filled_and_no_longer_than_the_registry_keeps(
    sqlite_registry: Registry, field: str
) -> None:
    assert Base.metadata.tables["letterhead"].c[field].type.length == LETTERHEAD_CHARACTERS[field]  # type: ignore[attr-defined]
    for text, code in (
        ("  ", "missing"),
        ("x" * (LETTERHEAD_CHARACTERS[field] + 1), "too_long"),
        ("Ŋ", "glyph_missing"),
    ):
        with pytest.raises(RequestRefused) as refused:
            administering.require_letterhead(replace(NEW, **_line(field, text)))
        with pytest.raises(RequestRefused) as refused_as_well:
            change(sqlite_registry, replace(NEW, **_line(field, text)))
        assert refused_as_well.value.problems == refused.value.problems
        assert [(each.field, each.code) for each in refused.value.problems] == [(field, code)]
    change(sqlite_registry, replace(NEW, **_line(field, "x" * LETTERHEAD_CHARACTERS[field])))


def _line(field: str, text: str) -> dict[str, Any]:
    return {field: text}


def test_what_paper_cannot_hold_is_not_kept(registry: Registry) -> None:
    def refuse(head: Letterhead) -> None:
        raise PrinterError("letter_overflows", Text(head.agency, head.agency))

    with pytest.raises(PrinterError):
        change(registry, require_printable=refuse)
    assert current(registry) == LETTERHEAD


MORNING = Hours(time(8), time(12))
MORNINGS = OpeningHours((*(MORNING,) * 6, None))


def hours(registry: Registry) -> OpeningHours:
    with registry.reading() as tx:
        return offices.opening_hours(tx, OFFICE.code)


def stock(registry: Registry) -> int | None:
    with registry.reading() as tx:
        return offices.cards_in_stock(tx, OFFICE.code)


class TestHours:
    def test_an_office_that_has_said_nothing_has_the_usual_ones(self, registry: Registry) -> None:
        assert hours(registry) == USUAL_HOURS

    def test_they_are_kept_day_by_day(self, registry: Registry) -> None:
        administering.set_opening_hours(registry, OFFICE.code, MORNINGS, "admin", NOON)
        assert hours(registry) == MORNINGS

    def test_an_office_may_be_closed_every_day(self, registry: Registry) -> None:
        never = OpeningHours((None,) * 7)
        administering.set_opening_hours(registry, OFFICE.code, never, "admin", NOON)
        assert hours(registry) == never

    @pytest.mark.parametrize(
        ("moment", "open_"),
        [
            (datetime(2026, 11, 20, 7, 29), False),  # a Friday
            (datetime(2026, 11, 20, 7, 30), True),
            (datetime(2026, 11, 20, 15, 59, 59), True),
            (datetime(2026, 11, 20, 16, 0), False),
            (datetime(2026, 11, 21, 9, 0), False),
        ],
    )
    def test_they_hold_from_opening_to_just_before_closing(self, moment: datetime, open_: bool) -> None:
        assert USUAL_HOURS.is_open(moment) is open_

    def test_closing_before_opening_is_told_by_its_day(self, registry: Registry) -> None:
        backwards = OpeningHours((MORNING, Hours(time(12), time(8)), *(None,) * 5))
        with pytest.raises(RequestRefused) as refused:
            administering.set_opening_hours(registry, OFFICE.code, backwards, "admin", NOON)
        assert codes_of(refused) == {("tue", "closes_before_opens")}

    def test_the_same_again_is_no_change(self, registry: Registry) -> None:
        with pytest.raises(InputError) as refused:
            administering.set_opening_hours(registry, OFFICE.code, USUAL_HOURS, "admin", NOON)
        assert refused.value.code == "nothing_to_change"

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_says_them(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            administering.set_opening_hours(registry, OFFICE.code, MORNINGS, by, NOON)


class TestStock:
    def test_nobody_has_counted_at_first(self, registry: Registry) -> None:
        assert stock(registry) is None

    @pytest.mark.parametrize("by", ["operator", "admin"])
    def test_whoever_counts_says_so(self, registry: Registry, by: str) -> None:
        before = len(entries(registry))
        administering.set_cards_in_stock(registry, OFFICE.code, 0, by, NOON)
        assert stock(registry) == 0
        administering.set_cards_in_stock(registry, OFFICE.code, None, by, NOON)
        assert stock(registry) is None
        assert entries(registry)[before:] == [
            (by, "office.stock", OFFICE.code, '{"cards":0}'),
            (by, "office.stock", OFFICE.code, '{"cards":null}'),
        ]

    @pytest.mark.parametrize("cards", [-1, MOST_CARDS + 1])
    def test_a_count_out_of_range_is_refused(self, registry: Registry, cards: int) -> None:
        with pytest.raises(FieldError) as refused:
            administering.set_cards_in_stock(registry, OFFICE.code, cards, "admin", NOON)
        assert (refused.value.problem.field, refused.value.code) == ("cards", "out_of_range")

    @pytest.mark.parametrize("by", ["kepala", "auditor", "nobody"])
    def test_nobody_else_does(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            administering.set_cards_in_stock(registry, OFFICE.code, 5, by, NOON)
