"""Places of service, on either database: who may say what of them, and what is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from suket_service import administering
from suket_service.administering import POINT_CHARACTERS, Today
from suket_service.errors import InputError, NotAllowed, NotFound, RequestRefused
from suket_service.registry import service_points
from suket_service.registry.schema import Base
from suket_service.registry.service_points import PointFacts, PointKind, ServicePoint
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.administering.test_kinds import NOT_ADMINS, codes_of, entries
from tests.builders import NOON, OFFICE, TODAY

FACTS = PointFacts(
    PointKind.DISTRICT,
    "Kecamatan Bukit Bestari",
    "Jalan Contoh 2",
    "Senin–Jumat 08.00–15.00",
    records=True,
    prints=False,
    closed_since=None,
    notice="",
)
LATER = NOON + timedelta(days=2)


def add(registry: Registry, facts: PointFacts = FACTS, by: str = "admin") -> int:
    return administering.add_service_point(registry, OFFICE.code, facts, by, NOON)


def held(registry: Registry, point: int) -> ServicePoint:
    with registry.reading() as tx:
        return service_points.find(tx, OFFICE.code, point)


def say(registry: Registry, point: int, by: str = "operator", **what: Any) -> ServicePoint:
    return administering.say_today(registry, OFFICE.code, point, Today(**what), by, LATER)


class TestKeeping:
    def test_a_place_is_kept_as_it_was_given(self, registry: Registry) -> None:
        point = add(registry)
        assert held(registry, point) == ServicePoint(point, OFFICE.code, FACTS, False, "admin", NOON)

    def test_a_change_says_who_and_when(self, registry: Registry) -> None:
        point, facts = add(registry), replace(FACTS, notice="Bawa KK", prints=True)
        administering.change_service_point(registry, OFFICE.code, point, facts, "admin", LATER)
        assert held(registry, point) == ServicePoint(point, OFFICE.code, facts, False, "admin", LATER)

    def test_a_removed_place_is_kept_and_can_come_back(self, registry: Registry) -> None:
        point = add(registry)
        remove = administering.remove_service_point
        assert remove(registry, OFFICE.code, point, "admin", LATER, removed=True).removed
        assert not remove(registry, OFFICE.code, point, "admin", LATER, removed=False).removed
        assert held(registry, point).facts == FACTS

    def test_what_is_removed_already_is_not_removed_again(self, registry: Registry) -> None:
        point = add(registry)
        administering.remove_service_point(registry, OFFICE.code, point, "admin", NOON, removed=True)
        with pytest.raises(InputError) as refused:
            administering.remove_service_point(registry, OFFICE.code, point, "admin", NOON, removed=True)
        assert refused.value.code == "nothing_to_change"

    def test_each_change_is_one_entry_without_a_name(self, registry: Registry) -> None:
        before = len(entries(registry))
        point = add(registry)
        say(registry, point, open=False, notice="Mesin rusak")
        administering.remove_service_point(registry, OFFICE.code, point, "admin", LATER, removed=True)
        assert entries(registry)[before:] == [
            ("admin", "point.add", str(point), '{"kind":"kecamatan"}'),
            ("operator", "point.today", str(point), '{"open":false,"prints":false,"records":true}'),
            ("admin", "point.remove", str(point), "{}"),
        ]


class TestToday:
    def test_one_thing_said_leaves_the_others(self, registry: Registry) -> None:
        after = say(registry, add(registry), prints=True)
        assert (after.facts, after.by, after.at) == (replace(FACTS, prints=True), "operator", LATER)

    def test_nothing_different_confirms_that_it_is_still_so(self, registry: Registry) -> None:
        after = say(registry, add(registry))
        assert (after.facts, after.by, after.at) == (FACTS, "operator", LATER)

    def test_a_place_is_closed_since_the_day_that_it_was_said(self, registry: Registry) -> None:
        point = add(registry)
        assert say(registry, point, open=False).facts.closed_since == TODAY + timedelta(days=2)
        assert say(registry, point, open=True).facts.closed_since is None

    def test_a_place_that_is_closed_keeps_its_day(self, registry: Registry) -> None:
        point = add(registry, replace(FACTS, closed_since=TODAY))
        assert say(registry, point, open=False, notice="Masih rusak").facts.closed_since == TODAY

    @pytest.mark.parametrize("by", ["kepala", "auditor", "nobody"])
    def test_only_operators_and_administrators_say_it(self, registry: Registry, by: str) -> None:
        point = add(registry)
        with pytest.raises(NotAllowed):
            say(registry, point, by=by, prints=True)
        assert held(registry, point).facts == FACTS


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({"name": " "}, ("name", "missing")),
            ({"address": ""}, ("address", "missing")),
            ({"hours": ""}, ("hours", "missing")),
            ({"notice": "a\nb"}, ("notice", "not_printable")),
            ({"notice": "Hubungi 217203.170895.0003"}, ("notice", "names_someone")),
            ({"closed_since": TODAY + timedelta(days=1)}, ("closed_since", "date_ahead")),
        ],
    )
    def test_what_is_wrong_is_told_by_field(
        self, registry: Registry, changes: dict[str, Any], refused: tuple[str, str]
    ) -> None:
        with pytest.raises(RequestRefused) as error:
            add(registry, replace(FACTS, **changes))
        assert codes_of(error) == {refused}

    @pytest.mark.parametrize("field", POINT_CHARACTERS)
    def test_a_text_is_no_longer_than_the_registry_keeps(self, sqlite_registry: Registry, field: str) -> None:
        most = POINT_CHARACTERS[field]
        assert Base.metadata.tables["service_point"].c[field].type.length == most  # type: ignore[attr-defined]
        texts: dict[str, Any] = {field: "x" * (most + 1)}
        with pytest.raises(RequestRefused) as error:
            add(sqlite_registry, replace(FACTS, **texts))
        assert codes_of(error) == {(field, "too_long")}

    def test_two_places_on_the_list_have_two_names(self, registry: Registry) -> None:
        first = add(registry)
        with pytest.raises(RequestRefused) as error:
            add(registry, replace(FACTS, name=FACTS.name.upper()))
        assert codes_of(error) == {("name", "name_taken")}
        administering.remove_service_point(registry, OFFICE.code, first, "admin", NOON, removed=True)
        add(registry)
        with pytest.raises(RequestRefused) as again:
            administering.remove_service_point(registry, OFFICE.code, first, "admin", NOON, removed=False)
        assert codes_of(again) == {("name", "name_taken")}

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_keeps_the_list(self, registry: Registry, by: str) -> None:
        point = add(registry)
        with pytest.raises(NotAllowed):
            add(registry, replace(FACTS, name="Lain"), by)
        with pytest.raises(NotAllowed):
            administering.change_service_point(registry, OFFICE.code, point, FACTS, by, NOON)
        with pytest.raises(NotAllowed):
            administering.remove_service_point(registry, OFFICE.code, point, by, NOON, removed=True)

    def test_another_offices_place_is_not_found(self, registry: Registry) -> None:
        point, other = add(registry), another_office(registry).code
        with pytest.raises(NotFound):
            administering.change_service_point(registry, other, point, FACTS, "lain", NOON)
        with pytest.raises(NotFound):
            administering.say_today(registry, other, point, Today(open=False), "lain", NOON)
        with pytest.raises(NotFound):
            administering.remove_service_point(registry, other, point, "lain", NOON, removed=True)
        assert held(registry, point) == ServicePoint(point, OFFICE.code, FACTS, False, "admin", NOON)
