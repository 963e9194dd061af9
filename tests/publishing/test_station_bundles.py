"""What a polling station's phones hold: an election, the village's stations, and its letters' fingerprints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from suket_service import administering, publishing
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.seal import parse, read_digits, read_text
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS, TrustBundle, open_bundle
from suket_service.publishing import TRUST_BUNDLE, is_for_anyone, station_bundle_name
from suket_service.registry import elections, keys, polling_stations
from suket_service.registry.elections import NewElection
from suket_service.registry.polling_stations import NewStation
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.administering.office import PUBLISHER, OfficeAtWork
from tests.builders import OFFICE

KOTA, DOMPAK = "2172031001", "2172041002"
#: Letters of the tests' office are issued to people of KOTA.
POLLS_OPEN = datetime(2026, 12, 9, 0, 0, tzinfo=UTC)  # 07:00 there
ELECTION = NewElection(
    name="Pilkada 2026",
    opens_at=POLLS_OPEN,
    closes_at=POLLS_OPEN + timedelta(hours=6),
    issuing_closes_at=POLLS_OPEN - timedelta(hours=12),
)


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(registry)


def plan(office: OfficeAtWork, planned: NewElection = ELECTION) -> int:
    at = office.tick()
    with office.registry.writing() as tx:
        stations = [NewStation(KOTA, "001", "", ("001/002",)), NewStation(KOTA, "002", "", ())]
        polling_stations.replace_all(tx, OFFICE.code, [*stations, NewStation(DOMPAK, "001", "", ())], at)
        return elections.add(tx, OFFICE.code, planned, "kepala", at)


def held(registry: Registry, name: str, at: datetime) -> TrustBundle:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, name)
    assert stored is not None
    return open_bundle(stored.body).bundle


def public(registry: Registry, at: datetime) -> TrustBundle:
    return held(registry, TRUST_BUNDLE, at)


def test_without_an_election_there_are_no_station_bundles(office: OfficeAtWork) -> None:
    made = publishing.publish(office.registry, PUBLISHER, office.tick())
    assert all(is_for_anyone(each) for each in made)


def test_each_village_with_stations_has_a_bundle(office: OfficeAtWork) -> None:
    election = plan(office)
    made = publishing.publish(office.registry, PUBLISHER, office.tick())
    assert [each.name for each in made if not is_for_anyone(each)] == [
        station_bundle_name(election, KOTA),
        station_bundle_name(election, DOMPAK),
    ]


def test_an_election_of_some_villages_makes_bundles_for_those(office: OfficeAtWork) -> None:
    election = plan(office, replace(ELECTION, villages=(DOMPAK,)))
    publishing.publish(office.registry, PUBLISHER, office.tick())
    assert publishing.stored(office.registry, station_bundle_name(election, KOTA)) is None
    assert publishing.stored(office.registry, station_bundle_name(election, DOMPAK)) is not None


def test_a_villages_bundle_holds_the_first_bytes_of_its_letters_fingerprints_alone(
    office: OfficeAtWork,
) -> None:
    election, [paper] = plan(office), office.issue(1)
    seal = parse(read_digits(read_text(paper.seal_text, allow_http=True).digits))
    number, index = paper.position
    here = held(office.registry, station_bundle_name(election, KOTA), office.tick())
    assert here.lists[number].fingerprints == {index: seal.fingerprint[:8]}
    elsewhere = held(office.registry, station_bundle_name(election, DOMPAK), office.tick())
    assert elsewhere.lists[number].fingerprints == {}


def test_the_public_bundle_tells_of_the_election_and_names_no_station_or_fingerprint(
    office: OfficeAtWork,
) -> None:
    election = plan(office)
    office.issue(1)
    bundle = public(office.registry, office.tick())
    assert [each.id for each in bundle.elections] == [election]
    assert bundle.stations == ()
    assert all(each.fingerprints == {} for each in bundle.lists.values())


def test_every_bundle_names_the_villages_that_offices_serve(office: OfficeAtWork) -> None:
    assert public(office.registry, office.tick()).villages == {KOTA: "Tanjungpinang Kota", DOMPAK: "Dompak"}


def test_a_station_bundle_names_the_villages_stations(office: OfficeAtWork) -> None:
    election = plan(office)
    bundle = held(office.registry, station_bundle_name(election, KOTA), office.tick())
    assert [(each.code, each.village, each.neighbourhoods) for each in bundle.stations] == [
        ("001", KOTA, ("001/002",)),
        ("002", KOTA, ()),
    ]
    assert [each.name for each in bundle.elections] == [ELECTION.name]


def test_an_election_that_is_over_is_told_of_for_two_days_more(office: OfficeAtWork) -> None:
    election = plan(office)
    last = ELECTION.closes_at + timedelta(days=2)
    assert public(office.registry, last - timedelta(seconds=1)).elections
    assert public(office.registry, last).elections == ()
    assert publishing.stored(office.registry, station_bundle_name(election, KOTA)) is None


def test_a_cancelled_election_is_told_of_no_more(office: OfficeAtWork) -> None:
    election = plan(office)
    with office.registry.writing() as tx:
        elections.cancel(tx, election, office.tick())
    assert public(office.registry, office.tick()).elections == ()


# Freshness (design.md section 5)


def test_a_bundle_from_before_issuing_closed_is_fresh_for_three_days(office: OfficeAtWork) -> None:
    plan(office)
    at = ELECTION.issuing_closes_at - timedelta(seconds=1)
    assert public(office.registry, at).stale_after == at + DEFAULT_FRESHNESS


@pytest.mark.parametrize("days_before", [4, 10])
def test_a_bundle_from_after_issuing_closed_is_fresh_until_the_polls_close(
    office: OfficeAtWork, days_before: int
) -> None:
    closes = POLLS_OPEN - timedelta(days=days_before)
    election = plan(office, replace(ELECTION, issuing_closes_at=closes))
    assert public(office.registry, closes).stale_after == ELECTION.closes_at
    station = held(office.registry, station_bundle_name(election, KOTA), closes + timedelta(minutes=1))
    assert station.stale_after == ELECTION.closes_at


def test_a_bundle_of_the_eve_is_fresh_at_noon_of_the_day(office: OfficeAtWork) -> None:
    plan(office)
    eve = POLLS_OPEN - timedelta(hours=11)  # 20:00
    assert public(office.registry, eve).stale_after > POLLS_OPEN + timedelta(hours=5, minutes=30)


def test_another_office_that_goes_on_issuing_keeps_the_public_bundle_to_three_days(
    office: OfficeAtWork,
) -> None:
    closes = POLLS_OPEN - timedelta(days=10)
    election = plan(office, replace(ELECTION, issuing_closes_at=closes))
    another_office(office.registry)
    assert public(office.registry, closes).stale_after == closes + DEFAULT_FRESHNESS
    station = held(office.registry, station_bundle_name(election, KOTA), closes + timedelta(minutes=1))
    assert station.stale_after == ELECTION.closes_at


def test_a_station_bundle_introduces_the_next_publication_key_too(office: OfficeAtWork) -> None:
    election = plan(office)
    with office.registry.reading() as tx:
        [old] = [each for each in keys.ring(tx) if each.purpose is Purpose.PUBLICATION]
    coming = administering.new_key(
        office.registry, Purpose.PUBLICATION, None, PUBLISHER.passphrase, office.tick()
    ).key
    assert coming.state is KeyState.STANDBY
    publishing.publish(office.registry, PUBLISHER, office.tick())
    stored = publishing.stored(office.registry, station_bundle_name(election, KOTA))
    assert stored is not None
    assert open_bundle(stored.body, [old.kid]).introduced == (coming.kid,)
