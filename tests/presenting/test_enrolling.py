"""Sheets, the phones enrolled with them, and what the desk says of each."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from suket_service import presenting
from suket_service.core.device_proof import Call, ProofRefused
from suket_service.errors import CallerError, FieldError, NotAllowed, NotFound, SuketError, WrongState
from suket_service.presenting.codes import CHARACTERS, hash_of, new_code
from suket_service.registry import audit, elections, polling_stations
from suket_service.registry.elections import AFTERWARDS
from suket_service.registry.session import Registry
from tests.builders import NOON
from tests.presenting.polls import DOMPAK, HERE, OPENS, STATIONS, Phone, Polls, cancel, plan, planned
from tests.registry.builders import raw


@pytest.fixture
def polls(registry: Registry) -> Polls:
    """Stations where no letter is needed."""
    return Polls.opened(registry, papers=0)


CALL = Call("GET", "/api/v1/station/trust-bundle", b"")


def code_of(run: Callable[[], object], kind: type[SuketError] = SuketError) -> str:
    with pytest.raises(kind) as refused:
        run()
    assert refused.value.text.id
    assert refused.value.text.en
    return refused.value.code


def refused(polls: Polls, code: str, phone: Phone | None = None) -> str:
    phone = phone or Phone()
    return code_of(
        lambda: presenting.enrol(polls.registry, code, phone.public, phone.name, polls.at), NotAllowed
    )


def entries(registry: Registry, action: str) -> list[tuple[str, str, dict[str, object]]]:
    with registry.reading() as tx:
        return [(each.actor, each.subject, json.loads(each.details)) for each in audit.of_action(tx, action)]


class TestCodes:
    def test_a_code_is_sixty_random_bits_in_plain_letters(self) -> None:
        codes = {new_code() for _ in range(200)}
        assert len(codes) == 200
        for code in codes:
            assert [len(part) for part in code.split("-")] == [4, 4, 4]
            assert set(code) <= set("-0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        assert CHARACTERS == 12

    @pytest.mark.parametrize(
        "typed", ["0123456789AB", "o123-4567-89ab", " OI23 4567 89AB ", "0L23.4567.89aB", "0i2-3456-789ab"]
    )
    def test_how_it_is_typed_does_not_matter(self, typed: str) -> None:
        assert hash_of(typed) == hash_of("0123-4567-89AB")

    def test_only_its_hash_is_held(self, polls: Polls) -> None:
        sheets = polls.sheets()
        with raw(polls.registry) as database:
            held = {bytes(row[0]) for row in database.execute("SELECT code_hash FROM enrolment").fetchall()}
        assert held == {hash_of(each.code) for each in sheets}
        assert sheets[0].code not in repr(sheets)


class TestSheets:
    def test_every_station_that_takes_part_gets_one(self, polls: Polls) -> None:
        assert [each.station.id for each in polls.sheets()] == polls.stations

    def test_an_election_in_some_villages_is_for_their_stations(self, registry: Registry) -> None:
        election = plan(registry, planned(villages=(DOMPAK,)))
        [sheet] = presenting.make_sheets(registry, HERE, election, None, "kepala", OPENS)
        assert sheet.station.village == DOMPAK
        [state] = presenting.stations_state(registry, HERE, election)
        assert state.station == sheet.station
        with registry.reading() as tx:
            first = polling_stations.of_office(tx, HERE)[0].id
        assert (
            code_of(
                lambda: presenting.make_sheets(registry, HERE, election, [first], "kepala", OPENS),
                CallerError,
            )
            == "station_elsewhere"
        )

    def test_a_newer_sheet_ends_the_one_before(self, polls: Polls) -> None:
        [old], [new] = polls.sheets(polls.stations[0]), polls.sheets(polls.stations[0])
        assert refused(polls, old.code) == "enrolment_code_unknown"
        phone = Phone()
        assert presenting.enrol(polls.registry, new.code, phone.public, "x", polls.at).station == new.station

    def test_another_stations_sheet_stays(self, polls: Polls) -> None:
        [old] = polls.sheets(polls.stations[0])
        polls.sheets(polls.stations[1])
        presenting.enrol(polls.registry, old.code, Phone().public, "x", polls.at)

    def test_how_a_sheet_stands_is_told(self, polls: Polls) -> None:
        def told() -> list[str]:
            return [each.sheet for each in presenting.stations_state(polls.registry, HERE, polls.election)]

        assert told() == ["none", "none", "none"]
        polls.sheets(*polls.stations[:2])
        polls.enrol(polls.stations[0])
        assert told() == ["used", "open", "none"]
        polls.sheets(polls.stations[0])
        assert told() == ["open", "open", "none"]

    def test_making_them_is_on_record_without_codes(self, polls: Polls) -> None:
        polls.sheets(polls.stations[1])
        [entry] = entries(polls.registry, "station.sheets")
        assert entry == ("operator", f"election {polls.election}", {"stations": [polls.stations[1]]})

    @pytest.mark.parametrize("by", ["admin", "auditor", "nobody", "device"])
    def test_only_operators_and_approvers_make_them(self, polls: Polls, by: str) -> None:
        with pytest.raises(NotAllowed):
            presenting.make_sheets(polls.registry, HERE, polls.election, None, by, polls.at)

    def test_another_offices_election_is_not_there(self, polls: Polls) -> None:
        with pytest.raises(NotAllowed):
            presenting.make_sheets(polls.registry, "2101", polls.election, None, "operator", polls.at)
        with pytest.raises(NotFound):
            presenting.stations_state(polls.registry, "2101", polls.election)

    @pytest.mark.parametrize("station", [0, 99, 2**31, 10**30])
    def test_a_station_that_is_not_there_is_not_found(self, polls: Polls, station: int) -> None:
        assert code_of(lambda: polls.sheets(station), NotFound) == "no_station"

    def test_without_stations_there_are_no_sheets(self, registry: Registry) -> None:
        with registry.writing() as tx:
            election = elections.add(tx, HERE, planned(), "kepala", NOON)
        assert (
            code_of(
                lambda: presenting.make_sheets(registry, HERE, election, None, "operator", OPENS), CallerError
            )
            == "no_stations"
        )

    def test_after_the_election_there_are_none(self, polls: Polls) -> None:
        cancel(polls.registry, polls.election)
        assert code_of(polls.sheets, WrongState) == "election_over"


class TestEnrolling:
    def test_a_phone_waits_for_its_confirmation(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        held = polls.device(phone)
        assert (held.state, held.name, held.confirmation) == (
            "waiting",
            phone.name,
            phone.public.confirmation,
        )

    def test_the_same_key_again_is_the_same_device(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        phone = Phone()
        first = presenting.enrol(polls.registry, sheet.code, phone.public, "a", polls.at)
        again = presenting.enrol(polls.registry, sheet.code.lower(), phone.public, "b", polls.at)
        assert first == again
        assert len(entries(polls.registry, "device.enrol")) == 1

    def test_another_key_with_the_same_code_is_nobody(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        presenting.enrol(polls.registry, sheet.code, Phone().public, "a", polls.at)
        assert refused(polls, sheet.code) == "enrolment_code_unknown"

    @pytest.mark.both
    def test_of_two_phones_at_once_one_is_enrolled(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        start, made, lost = threading.Barrier(4), list[str](), list[str]()

        def enrol() -> None:
            phone = Phone()
            start.wait()
            try:
                made.append(
                    presenting.enrol(polls.registry, sheet.code, phone.public, "x", polls.at).device.id
                )
            except NotAllowed as error:
                lost.append(error.code)

        threads = [threading.Thread(target=enrol) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert (len(made), lost) == (1, ["enrolment_code_unknown"] * 3)

    def test_a_revoked_phone_does_not_come_back_with_its_old_code(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        phone = Phone()
        made = presenting.enrol(polls.registry, sheet.code, phone.public, "a", polls.at)
        presenting.revoke_device(polls.registry, HERE, made.device.id, "Hilang", "operator", polls.at)
        assert refused(polls, sheet.code, phone) == "enrolment_code_unknown"

    def test_a_code_ends_with_its_election(self, polls: Polls) -> None:
        [used], [unused] = polls.sheets(polls.stations[0]), polls.sheets(polls.stations[1])
        phone = Phone()
        presenting.enrol(polls.registry, used.code, phone.public, "a", polls.at)
        polls.at = OPENS + timedelta(hours=6) + AFTERWARDS
        assert refused(polls, unused.code) == "enrolment_code_unknown"
        assert refused(polls, used.code, phone) == "enrolment_code_unknown"

    def test_a_code_ends_with_its_cancelled_election(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        cancel(polls.registry, polls.election)
        assert refused(polls, sheet.code) == "enrolment_code_unknown"

    def test_a_code_ends_with_its_station(self, polls: Polls) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        with polls.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, STATIONS[1:], polls.at)
        assert refused(polls, sheet.code) == "enrolment_code_unknown"

    def test_guessing_writes_nothing_and_waits_for_nobody(self, polls: Polls) -> None:
        with polls.registry.reading() as tx:
            before = audit.head(tx)
        with polls.registry.writing():
            assert refused(polls, new_code()) == "enrolment_code_unknown"
        with polls.registry.reading() as tx:
            assert audit.head(tx) == before

    def test_enrolling_is_on_record_without_the_phones_name(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        where = {"election": polls.election, "station": polls.stations[0]}
        assert entries(polls.registry, "device.enrol") == [("device", phone.id, where)]

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("", "name_unusable"),
            ("  ", "name_unusable"),
            ("x" * 61, "name_unusable"),
            ("a\x00b", "name_unusable"),
            ("Budi 2172031708950003", "names_someone"),
        ],
    )
    def test_a_phone_has_a_plain_name(self, polls: Polls, name: str, code: str) -> None:
        [sheet] = polls.sheets(polls.stations[0])
        assert (
            code_of(
                lambda: presenting.enrol(polls.registry, sheet.code, Phone().public, name, polls.at),
                FieldError,
            )
            == code
        )

    @pytest.mark.few(2)
    @pytest.mark.parametrize("name", ["x" * 60, " Ponsel   Pak Budi ", "Ö" * 60])
    def test_any_other_name_is_kept_in_one_line(self, polls: Polls, name: str) -> None:
        phone = polls.enrol(polls.stations[0], Phone(name))
        assert polls.device(phone).name == " ".join(name.split())


class TestConfirming:
    def test_a_confirmed_phone_takes_part(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        made = presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", polls.at)
        assert (made.state, made.confirmed_at) == ("active", polls.at)
        where = {"election": polls.election, "station": polls.stations[0]}
        assert entries(polls.registry, "device.confirm") == [("kepala", phone.id, where)]

    def test_pressing_the_button_twice_is_confirming_once(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        later = polls.at + timedelta(hours=1)
        again = presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", later)
        assert again.confirmed_at == polls.at
        assert len(entries(polls.registry, "device.confirm")) == 1

    def test_a_revoked_phone_is_not_confirmed(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        presenting.revoke_device(polls.registry, HERE, phone.id, "Hilang", "operator", polls.at)
        assert (
            code_of(
                lambda: presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", polls.at),
                WrongState,
            )
            == "device_revoked"
        )

    def test_after_the_election_nobody_is_confirmed(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        cancel(polls.registry, polls.election)
        assert (
            code_of(
                lambda: presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", polls.at),
                WrongState,
            )
            == "election_over"
        )

    def test_revoking_says_why(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        presenting.revoke_device(polls.registry, HERE, phone.id, " Ponsel  hilang ", "operator", polls.at)
        held = polls.device(phone)
        assert (held.state, held.revoked_reason, held.revoked_at) == ("revoked", "Ponsel hilang", polls.at)
        where = {"election": polls.election, "station": polls.stations[0], "reason": "Ponsel hilang"}
        assert entries(polls.registry, "device.revoke") == [("operator", phone.id, where)]

    def test_pressing_the_button_twice_is_revoking_once(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        for reason in ("Hilang", "Lain"):
            presenting.revoke_device(polls.registry, HERE, phone.id, reason, "operator", polls.at)
        assert polls.device(phone).revoked_reason == "Hilang"

    @pytest.mark.parametrize(
        ("reason", "code"),
        [("", "missing"), ("x" * 201, "too_long"), ("NIK 2172031708950003", "names_someone")],
    )
    def test_a_reason_is_a_line_that_names_nobody(self, polls: Polls, reason: str, code: str) -> None:
        phone = polls.phone(polls.stations[0])
        assert (
            code_of(
                lambda: presenting.revoke_device(
                    polls.registry, HERE, phone.id, reason, "operator", polls.at
                ),
                FieldError,
            )
            == code
        )

    def test_whoever_made_the_sheet_does_not_confirm(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        confirm = lambda: presenting.confirm_device(polls.registry, HERE, phone.id, "operator", polls.at)  # noqa: E731
        assert code_of(confirm, NotAllowed) == "same_person"

    @pytest.mark.parametrize("by", ["admin", "auditor", "device"])
    def test_only_operators_and_approvers_do_either(self, polls: Polls, by: str) -> None:
        phone = polls.enrol(polls.stations[0])
        with pytest.raises(NotAllowed):
            presenting.confirm_device(polls.registry, HERE, phone.id, by, polls.at)
        with pytest.raises(NotAllowed):
            presenting.revoke_device(polls.registry, HERE, phone.id, "x", by, polls.at)

    @pytest.mark.parametrize("device", ["", "x", "0" * 32, "\x00", "\ud800"])
    def test_a_phone_that_is_not_there_is_not_found(self, polls: Polls, device: str) -> None:
        assert (
            code_of(
                lambda: presenting.confirm_device(polls.registry, HERE, device, "kepala", polls.at), NotFound
            )
            == "no_device"
        )


class TestCalling:
    def called(self, polls: Polls, phone: Phone) -> str:
        token = phone.prove(CALL, polls.at)
        return code_of(lambda: presenting.who_calls(polls.registry, token, CALL, polls.at), NotAllowed)

    def test_a_phone_is_known_with_its_station_and_election(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[1])
        caller = presenting.who_calls(polls.registry, phone.prove(CALL, polls.at), CALL, polls.at)
        assert (caller.device.id, caller.station.id, caller.election.id) == (
            phone.id,
            polls.stations[1],
            polls.election,
        )

    def test_a_waiting_phone_is_told_to_wait(self, polls: Polls) -> None:
        assert self.called(polls, polls.enrol(polls.stations[0])) == "device_waiting"

    def test_what_a_phone_is_told_takes_its_key(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        assert self.called(polls, Phone(id=phone.id)) == "proof_invalid"

    def test_a_wrong_clock_is_told_even_to_a_waiting_phone(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        token = phone.prove(CALL, polls.at - timedelta(minutes=6))
        assert (
            code_of(lambda: presenting.who_calls(polls.registry, token, CALL, polls.at), ProofRefused)
            == "proof_stale"
        )

    def test_revoked_is_told_before_all_else(self, polls: Polls) -> None:
        phone = polls.enrol(polls.stations[0])
        presenting.revoke_device(polls.registry, HERE, phone.id, "Hilang", "operator", polls.at)
        cancel(polls.registry, polls.election)
        assert self.called(polls, phone) == "device_revoked"

    def test_a_phone_takes_part_until_two_days_after_the_polls(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        polls.at = OPENS + timedelta(hours=6) + AFTERWARDS - timedelta(seconds=1)
        caller = presenting.who_calls(polls.registry, phone.prove(CALL, polls.at), CALL, polls.at)
        assert caller.device.id == phone.id
        polls.at += timedelta(seconds=1)
        assert self.called(polls, phone) == "election_over"

    def test_a_station_that_a_later_file_leaves_out_keeps_its_phones(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        with polls.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, STATIONS[1:], polls.at)
        caller = presenting.who_calls(polls.registry, phone.prove(CALL, polls.at), CALL, polls.at)
        assert caller.station.code == "001"
        states = presenting.stations_state(polls.registry, HERE, polls.election)
        assert [each.station.id for each in states] == [*polls.stations[1:], polls.stations[0]]

    def test_an_unknown_phone_is_told_so(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        assert self.called(polls, replace(phone, id="0" * 32)) == "device_unknown"
