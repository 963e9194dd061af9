"""Elections planned in the office's own time, on either database: what is kept, who may, what is refused."""

import csv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from suket_service import administering, publishing
from suket_service.administering import PlannedElection, planned
from suket_service.cli.office_file import read_office
from suket_service.core.trust_bundle import open_bundle
from suket_service.errors import (
    CallerError,
    InputError,
    NotAllowed,
    NotFound,
    RegistryError,
    RequestRefused,
)
from suket_service.registry import elections, polling_stations
from suket_service.registry.elections import Election
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.session import Registry
from suket_service.settings import DEMO, HOME
from tests.administering.elsewhere import another_office
from tests.administering.office import PUBLISHER
from tests.administering.test_kinds import codes_of, entries
from tests.builders import NOON, OFFICE, PASSPHRASE, VILLAGE

EXAMPLES = HOME / "examples"
DAY = date(2026, 12, 9)
PLAN = PlannedElection("Pilkada 2026", DAY, time(7), time(13), DAY - timedelta(days=1), time(16))
LATER = NOON + timedelta(days=2)
NOT_PLANNERS = ["operator", "auditor", "nobody"]


def create(registry: Registry, plan: PlannedElection = PLAN, by: str = "admin") -> int:
    return administering.create_election(registry, OFFICE.code, plan, by, NOON)


def change(registry: Registry, election: int, plan: PlannedElection, at: datetime = LATER) -> None:
    administering.change_election(registry, OFFICE.code, election, plan, "kepala", at)


def cancel(registry: Registry, election: int, reason: str = "Ditunda KPU", by: str = "kepala") -> None:
    administering.cancel_election(registry, OFFICE.code, election, reason, by, LATER)


def held(registry: Registry, election: int) -> Election:
    with registry.reading() as tx:
        return elections.by_id(tx, OFFICE.code, election)


def refused_for(registry: Registry, plan: PlannedElection) -> set[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        create(registry, plan)
    return codes_of(refused)


class TestPlanning:
    def test_times_are_of_the_offices_own_clock(self, registry: Registry) -> None:
        kept = held(registry, create(registry))
        assert kept.opens_at == datetime(2026, 12, 9, 0, 0, tzinfo=UTC)
        assert kept.closes_at == datetime(2026, 12, 9, 6, 0, tzinfo=UTC)
        assert kept.issuing_closes_at == datetime(2026, 12, 8, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize("hours", [7, 8, 9])
    def test_what_is_kept_reads_as_it_was_planned_in_every_zone(self, hours: int, registry: Registry) -> None:
        kept = held(registry, create(registry))
        office = replace(OFFICE, utc_offset=timedelta(hours=hours))
        new = PLAN.at(office)
        moved = replace(
            kept,
            opens_at=new.opens_at,
            closes_at=new.closes_at,
            issuing_closes_at=new.issuing_closes_at,
        )
        assert planned(moved, office) == PLAN

    @pytest.mark.parametrize("by", ["admin", "kepala"])
    def test_administrators_and_approvers_plan(self, registry: Registry, by: str) -> None:
        assert held(registry, create(registry, by=by)).created_by == by

    @pytest.mark.parametrize("by", NOT_PLANNERS)
    def test_nobody_else_does(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            create(registry, by=by)

    def test_it_is_on_record_and_goes_out_with_the_next_bundle(self, registry: Registry) -> None:
        publishing.publish(registry, PUBLISHER, NOON)
        election = create(registry)
        [*_, entry] = entries(registry)
        assert entry[:3] == ("admin", "election.create", str(election))
        assert publishing.publish_if_due(registry, PUBLISHER, NOON + timedelta(seconds=1))
        stored = publishing.stored(registry, publishing.TRUST_BUNDLE)
        assert stored is not None
        [told] = open_bundle(stored.body).bundle.elections
        assert (told.id, told.name) == (election, "Pilkada 2026")

    def test_villages_are_kept_once_each(self, registry: Registry) -> None:
        kept = held(registry, create(registry, replace(PLAN, villages=(VILLAGE.code, VILLAGE.code))))
        assert kept.villages == (VILLAGE.code,)

    def test_a_plan_may_be_for_today_while_the_polls_are_not_closed(self, registry: Registry) -> None:
        today = replace(PLAN, day=date(2026, 11, 22), issuing_closes_day=date(2026, 11, 21))
        assert held(registry, create(registry, today)).is_running(NOON)


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"name": "  "}, "name", "missing"),
            ({"name": "P" * 121}, "name", "too_long"),
            ({"name": "Pilkada\u0000"}, "name", "not_printable"),
            ({"name": "Pilkada 2172031708950003"}, "name", "names_someone"),
            ({"closes": time(7)}, "closes", "closes_first"),
            ({"closes": time(6, 59)}, "closes", "closes_first"),
            ({"day": date(2026, 11, 21)}, "day", "day_past"),
            ({"day": date(2062, 12, 9)}, "day", "day_far"),
            ({"day": date.max}, "day", "day_far"),
            ({"day": date.min}, "day", "day_far"),
            ({"issuing_closes_day": date.max}, "day", "day_far"),
            ({"issuing_closes_day": DAY}, "issuing_closes_day", "issuing_after_polls"),
            ({"issuing_closes_day": DAY - timedelta(days=40)}, "issuing_closes_day", "issuing_early"),
            ({"villages": ("2101011001",)}, "villages", "village_unknown"),
        ],
    )
    def test_what_cannot_be_is_told_by_field(
        self, registry: Registry, changes: dict[str, object], field: str, code: str
    ) -> None:
        assert (field, code) in refused_for(registry, replace(PLAN, **changes))  # type: ignore[arg-type]

    def test_every_mistake_is_told_at_once(self, registry: Registry) -> None:
        wrong = replace(PLAN, name="", closes=time(6), villages=("9999999999",))
        assert {field for field, _ in refused_for(registry, wrong)} == {"name", "closes", "villages"}

    def test_a_button_pressed_twice_makes_one_election(self, registry: Registry) -> None:
        create(registry)
        assert refused_for(registry, replace(PLAN, name="pilkada  2026", opens=time(6))) == {
            ("name", "election_known")
        }

    def test_the_same_name_on_another_day_is_another_election(self, registry: Registry) -> None:
        create(registry)
        create(registry, replace(PLAN, day=DAY + timedelta(days=7)))

    def test_a_cancelled_one_leaves_its_name(self, registry: Registry) -> None:
        cancel(registry, create(registry))
        create(registry)


class TestChanging:
    def test_polls_that_opened_late_may_close_late(self, registry: Registry) -> None:
        election = create(registry)
        change(registry, election, replace(PLAN, closes=time(15)))
        assert held(registry, election).closes_at == datetime(2026, 12, 9, 8, 0, tzinfo=UTC)
        assert entries(registry)[-1][:3] == ("kepala", "election.change", str(election))

    def test_the_same_again_changes_nothing_and_is_no_entry(self, registry: Registry) -> None:
        election = create(registry)
        before = entries(registry)
        with pytest.raises(InputError) as refused:
            change(registry, election, PLAN)
        assert refused.value.code == "nothing_to_change"
        assert entries(registry) == before

    def test_one_that_is_over_stays_as_it_was(self, registry: Registry) -> None:
        election = create(registry)
        with pytest.raises(CallerError) as refused:
            change(registry, election, replace(PLAN, closes=time(15)), datetime(2026, 12, 12, tzinfo=UTC))
        assert refused.value.code == "election_over"

    def test_another_offices_is_not_there(self, registry: Registry) -> None:
        office, election = another_office(registry), create(registry)
        with pytest.raises(NotFound):
            administering.change_election(registry, office.code, election, PLAN, "lain", LATER)
        with pytest.raises(NotFound):
            administering.cancel_election(registry, office.code, election, "Salah", "lain", LATER)


class TestDemo:
    """What a visitor of the demo finds at once: an election today with three stations."""

    @pytest.fixture
    def demo(self, tmp_path: Path) -> Iterator[Registry]:
        new = read_office(EXAMPLES / "kantor-2172.toml", EXAMPLES / "wilayah-2172.csv", demo=True)
        with closing(Registry(f"sqlite:///{tmp_path / 'demo.sqlite3'}")) as registry:
            administering.initialise(registry, DEMO, PASSPHRASE, NOON, new)
            yield registry

    def found(self, registry: Registry) -> tuple[list[Election], list[PollingStation]]:
        with registry.reading() as tx:
            return elections.of_office(tx, "2172"), polling_stations.of_office(tx, "2172")

    def test_an_election_is_on_today_in_villages_of_example_letters(self, demo: Registry) -> None:
        administering.hold_demo_elections(demo, NOON)
        [election], stations = self.found(demo)
        assert election.opens_at <= NOON < election.closes_at
        assert len(stations) == 3
        with (EXAMPLES / "permohonan.csv").open(encoding="utf-8", newline="") as file:
            asked = [(each["kode_wilayah"], each["rt"], each["rw"]) for each in csv.DictReader(file)]
        for station in stations:
            assert any(station.serves(village, int(rt), int(rw)) for village, rt, rw in asked if rt), (
                station.code
            )

    def test_again_on_the_same_day_adds_nothing(self, demo: Registry) -> None:
        administering.hold_demo_elections(demo, NOON)
        before = self.found(demo)
        administering.hold_demo_elections(demo, NOON + timedelta(hours=6))
        assert self.found(demo) == before

    def test_the_next_day_has_its_own_and_the_same_stations(self, demo: Registry) -> None:
        administering.hold_demo_elections(demo, NOON)
        _, stations = self.found(demo)
        administering.hold_demo_elections(demo, NOON + timedelta(days=1))
        held, still = self.found(demo)
        assert len(held) == 2
        assert still == stations

    @pytest.mark.parametrize("minute", [0, 58, 59])
    def test_the_last_minutes_of_a_day_are_no_trouble(self, demo: Registry, minute: int) -> None:
        at = NOON + timedelta(hours=11, minutes=minute)  # 23.00 and on in WIB
        administering.hold_demo_elections(demo, at)
        [election], _ = self.found(demo)
        assert election.closes_at > at

    def test_no_production_registry_gets_one(self, registry: Registry) -> None:
        with pytest.raises(RegistryError):
            administering.hold_demo_elections(registry, NOON)


class TestCancelling:
    def test_it_ends_and_says_why(self, registry: Registry) -> None:
        election = create(registry)
        cancel(registry, election)
        assert held(registry, election).cancelled_at == LATER
        assert not held(registry, election).is_running(LATER)
        assert "Ditunda KPU" in entries(registry)[-1][3]

    @pytest.mark.parametrize("reason", ["", "x" * 201, "NIK 2172031708950003"])
    def test_a_reason_is_needed_and_names_nobody(self, registry: Registry, reason: str) -> None:
        election = create(registry)
        with pytest.raises(RequestRefused):
            cancel(registry, election, reason)
        assert held(registry, election).cancelled_at is None

    def test_twice_is_refused(self, registry: Registry) -> None:
        election = create(registry)
        cancel(registry, election)
        with pytest.raises(CallerError) as refused:
            cancel(registry, election)
        assert refused.value.code == "election_cancelled"

    @pytest.mark.parametrize("by", NOT_PLANNERS)
    def test_nobody_else_may(self, registry: Registry, by: str) -> None:
        election = create(registry)
        with pytest.raises(NotAllowed):
            cancel(registry, election, by=by)
