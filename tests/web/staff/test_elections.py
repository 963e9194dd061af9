"""Elections at the office: planned by form, watched, sheets that enrol, phones confirmed, findings, signed reports."""

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pypdf
import pypdfium2
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from suket_service import administering, presenting, publishing
from suket_service.administering import PlannedElection
from suket_service.core.trust_bundle import open_bundle
from suket_service.errors import KeyTrouble, NotAllowed
from suket_service.presenting import Device, StationState, SyncReport
from suket_service.presenting.reporting import make_report
from suket_service.publishing import Publisher
from suket_service.registry import audit, elections, keys, polling_stations, presentation_reports
from suket_service.registry.elections import Election
from suket_service.registry.polling_stations import NewStation
from suket_service.web.staff.elections.readiness import counts, is_unheard
from suket_service.web.staff.elections.words import CANCELLED, CLOSED, OPEN, OVER, standing
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE
from tests.decoders import by_zxing
from tests.presenting.polls import Phone
from tests.registry.builders import tampering
from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.examples.elections import STATIONS, a_phone, send, shown

HERE = OFFICE.code
FORM = {
    "name": "Pemilihan Wali Kota",
    "opens": "07:00",
    "closes": "13:00",
    "issuing_closes": "16:00",
    "scope": "all",
}


@dataclass
class Polls:
    """An office with an election tomorrow and two stations."""

    office: OfficeAtWork
    election: int
    stations: list[int]
    at: datetime

    @property
    def path(self) -> str:
        return f"/pemilu/{self.election}"

    def phone(self, station: int = 0, *, confirmed: bool = True) -> Phone:
        return a_phone(self.office, self.election, self.stations[station], self.at, confirmed=confirmed)

    def shows(self, phone: Phone, letter: int = 0, minutes: int = 0) -> dict[str, object]:
        """A letter is scanned and sent at once; minutes later by the phone's clock."""
        event = shown(self.office, phone, letter, self.at + timedelta(minutes=minutes))
        self.sends(phone, event)
        return event

    def sends(self, phone: Phone, *events: dict[str, object], unsent: int = 0) -> None:
        send(self.office, phone, list(events), self.at, unsent)

    def twice(self) -> list[Phone]:
        """The same letter at both stations."""
        phones = [self.phone(0), self.phone(1)]
        for phone in phones:
            self.shows(phone)
        return phones

    def states(self) -> list[StationState]:
        return presenting.stations_state(self.office.registry, HERE, self.election)

    def device(self, phone: Phone) -> Device:
        return next(each for state in self.states() for each in state.devices if each.id == phone.id)

    def held(self) -> Election:
        with self.office.registry.reading() as tx:
            return elections.by_id(tx, HERE, self.election)


@pytest.fixture
def polls(office: OfficeAtWork) -> Polls:
    at = datetime.now(UTC)
    today = OFFICE.local_date(at)
    with office.registry.writing() as tx:
        polling_stations.replace_all(tx, HERE, STATIONS, at)
        stations = [each.id for each in polling_stations.of_office(tx, HERE)]
    plan = PlannedElection("Pilkada contoh", today + timedelta(days=1), time(7), time(13), today, time(0, 1))
    election = administering.create_election(office.registry, HERE, plan, "kepala", at)
    return Polls(office, election, stations, at)


def tomorrow() -> date:
    return OFFICE.local_date(datetime.now(UTC)) + timedelta(days=1)


def form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    day = tomorrow()
    days = {"day": day.isoformat(), "issuing_closes_day": (day - timedelta(days=1)).isoformat()}
    return {**FORM, **days, **changes}


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def of_office(office: OfficeAtWork) -> list[Election]:
    with office.registry.reading() as tx:
        return elections.of_office(tx, HERE)


def actions(office: OfficeAtWork) -> list[str]:
    with office.registry.reading() as tx:
        return [entry.action for entry in audit.stretch(tx, 0, 10_000)]


class TestPlanning:
    def test_an_office_without_elections_is_told_what_they_are_for(self, office: OfficeAtWork) -> None:
        assert "Belum ada pemilihan" in office.client("admin").page("/pemilu")

    @pytest.mark.parametrize("who", ["admin", "kepala"])
    def test_what_is_typed_is_the_offices_own_time(self, office: OfficeAtWork, who: str) -> None:
        answer = office.client(who).post("/pemilu/baru", form())
        assert answer.status_code == 303
        [held] = of_office(office)
        assert OFFICE.local_date(held.opens_at) == tomorrow()
        assert (held.opens_at.hour, held.closes_at.hour) == (0, 6)  # 7 and 13 in WIB
        page = text_of(office.client(who).page("/pemilu"))
        assert "07.00–13.00 WIB" in page

    def test_the_form_begins_with_the_usual_hours_and_names_the_zone(self, office: OfficeAtWork) -> None:
        page = office.client("admin").page("/pemilu/baru")
        assert 'value="07:00"' in page
        assert 'value="13:00"' in page
        assert "(WIB)" in page

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"name": ""}, "Belum diisi."),
            ({"day": "2026-02-30"}, "f-day"),
            ({"opens": "pagi"}, "Tulis jamnya, misalnya 07:00."),
            ({"closes": "06:00"}, "TPS harus tutup sesudah dibuka."),
            ({"scope": "chosen"}, "Pilih paling sedikit satu kelurahan"),
            ({"scope": "chosen", "villages": ["2171011001"]}, "tidak dilayani kantor ini"),
        ],
    )
    def test_a_mistake_stands_with_its_field_and_nothing_typed_is_lost(
        self, office: OfficeAtWork, changes: dict[str, str | list[str]], told: str
    ) -> None:
        answer = office.client("admin").post("/pemilu/baru", form(**{"issuing_closes": "15:45", **changes}))
        assert answer.status_code == 422
        assert told in answer.text
        assert 'value="15:45"' in answer.text
        assert of_office(office) == []

    def test_a_time_may_be_typed_with_a_point(self, office: OfficeAtWork) -> None:
        office.client("admin").post("/pemilu/baru", form(opens="06.30"))
        [held] = of_office(office)
        assert (held.opens_at.hour, held.opens_at.minute) == (23, 30)

    def test_ticks_count_only_where_villages_are_chosen(self, office: OfficeAtWork) -> None:
        office.client("admin").post("/pemilu/baru", form(villages=["2172031001"]))
        [held] = of_office(office)
        assert held.villages == ()

    def test_a_change_begins_with_what_is_planned(self, polls: Polls) -> None:
        browser = polls.office.client("admin")
        page = browser.page(f"{polls.path}/ubah")
        assert "Pilkada contoh" in page
        assert f'value="{tomorrow().isoformat()}"' in page
        answer = browser.post(f"{polls.path}/ubah", form(closes="15:00"))
        assert answer.status_code == 303
        assert polls.held().closes_at.hour == 8

    def test_cancelling_says_what_it_means_and_asks_why(self, polls: Polls) -> None:
        browser = polls.office.client("kepala")
        assert "tidak dapat ditarik" in browser.page(f"{polls.path}/batal")
        assert browser.post(f"{polls.path}/batal", {"reason": " "}).status_code == 422
        assert polls.held().cancelled_at is None
        browser.post(f"{polls.path}/batal", {"reason": "Ditunda oleh KPU"})
        assert polls.held().cancelled_at is not None
        assert "dibatalkan" in browser.page("/pemilu")
        assert "sudah dibatalkan" in browser.page(f"{polls.path}/batal")

    def test_operators_see_no_way_to_plan(self, polls: Polls) -> None:
        browser = polls.office.client("operator")
        assert "/pemilu/baru" not in browser.page("/pemilu")
        assert f"{polls.path}/ubah" not in browser.page(polls.path)

    def test_how_an_election_stands_is_by_its_hours(self, polls: Polls) -> None:
        held = polls.held()
        assert standing(held, held.opens_at) == OPEN
        assert standing(held, held.closes_at) == CLOSED
        assert standing(held, held.closes_at + timedelta(days=2)) == OVER
        assert standing(replace(held, cancelled_at=NOON), held.opens_at) == CANCELLED


class TestReadiness:
    def test_an_election_is_counted_at_a_glance(self, polls: Polls) -> None:
        polls.phone(0)
        polls.phone(1, confirmed=False)
        page = text_of(polls.office.client("auditor").page(polls.path))
        for told in (
            "Menunggu disahkan: 1",
            "ponsel menunggu 1",
            "ponsel disahkan 1",
            "TPS dengan lembar 2",
        ):
            assert told in page, told

    def test_the_waiting_codes_stand_first_for_whoever_confirms(self, polls: Polls) -> None:
        phone = polls.phone(0, confirmed=False)
        page = polls.office.client("operator").page(polls.path)
        assert polls.device(phone).confirmation in page
        assert f"{polls.path}/ponsel/{phone.id}" in page

    def test_the_table_can_be_narrowed_to_a_village(self, polls: Polls) -> None:
        page = polls.office.client("operator").page(f"{polls.path}?village=2172041002")
        table = page[page.index("<tbody>") :]
        assert "Dompak" in table
        assert "Tanjungpinang Kota" not in table

    def test_the_table_can_be_narrowed_to_who_is_not_in_step(self, polls: Polls) -> None:
        phone = polls.phone(0)
        polls.sends(phone)
        page = polls.office.client("operator").page(f"{polls.path}?which=unheard")
        table = page[page.index("<tbody>") :]
        assert "Dompak" in table
        assert "Tanjungpinang Kota" not in table

    def test_without_stations_it_leads_to_their_import(self, office: OfficeAtWork) -> None:
        office.client("admin").post("/pemilu/baru", form())
        [held] = of_office(office)
        page = office.client("operator").page(f"/pemilu/{held.id}")
        assert "/reports/stations" in page
        assert "Belum ada TPS" in page

    def test_stations_and_elections_lead_to_each_other(self, polls: Polls) -> None:
        browser = polls.office.client("operator")
        assert 'href="/pemilu"' in browser.page("/reports/stations")
        assert "/reports/stations" in browser.page(polls.path)

    def test_many_stations_stand_on_pages(self, polls: Polls) -> None:
        many = [NewStation("2172041002", f"{each:03}", "", ()) for each in range(1, 61)]
        with polls.office.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, many, polls.at)
        browser = polls.office.client("operator")
        assert "Halaman 1 dari 3" in browser.page(polls.path)
        assert "060" in browser.page(f"{polls.path}?page=3&village=2172041002")

    @pytest.mark.parametrize(
        ("synced", "unsent", "bundle", "unheard"),
        [
            (True, 0, timedelta(hours=1), False),
            (False, 0, timedelta(hours=1), True),
            (True, 1, timedelta(hours=1), True),
            (True, 0, -timedelta(hours=1), True),
            (True, 0, None, True),
        ],
    )
    def test_a_station_is_in_step_with_a_phone_in_touch_that_holds_nothing_back_and_has_the_last_data(
        self, polls: Polls, synced: bool, unsent: int, bundle: timedelta | None, unheard: bool
    ) -> None:
        held, device = polls.held(), polls.device(polls.phone())
        version = None if bundle is None else int((held.issuing_closes_at + bundle).timestamp())
        device = replace(
            device, synced_at=polls.at if synced else None, unsent=unsent, bundle_version=version
        )
        state = replace(polls.states()[0], devices=(device,))
        assert is_unheard(state, held, held.opens_at) is unheard
        assert counts([state], held, held.opens_at).unheard == unheard

    def test_before_issuing_closed_any_data_will_do(self, polls: Polls) -> None:
        held, device = polls.held(), polls.device(polls.phone())
        device = replace(device, synced_at=polls.at, unsent=0, bundle_version=1)
        state = replace(polls.states()[0], devices=(device,))
        assert not is_unheard(state, held, held.issuing_closes_at - timedelta(seconds=1))

    def test_a_lost_phone_beside_a_good_one_leaves_the_station_in_step(self, polls: Polls) -> None:
        held, device = polls.held(), polls.device(polls.phone())
        made = int(held.issuing_closes_at.timestamp())
        good = replace(device, synced_at=polls.at, unsent=0, bundle_version=made)
        state = replace(polls.states()[0], devices=(replace(device, revoked_at=polls.at), good))
        assert not is_unheard(state, held, held.opens_at)


class TestPhones:
    def test_the_desk_sees_the_code_large_and_confirms(self, polls: Polls) -> None:
        phone, browser = polls.phone(0, confirmed=False), polls.office.client("kepala")
        page = browser.page(f"{polls.path}/ponsel/{phone.id}")
        assert "Sama dengan di ponsel?" in page
        assert f'<p class="code large">{phone.public.confirmation}</p>' in page
        browser.post(f"{polls.path}/ponsel/{phone.id}/sahkan")
        assert polls.device(phone).state == "active"
        assert "device.confirm" in actions(polls.office)

    def test_whoever_made_the_sheet_is_told_that_a_colleague_confirms(self, polls: Polls) -> None:
        phone, browser = polls.phone(0, confirmed=False), polls.office.client("operator")
        path = f"{polls.path}/ponsel/{phone.id}"
        assert "rekan lain" in browser.page(path)
        assert browser.post(f"{path}/sahkan").status_code == 422
        assert polls.device(phone).state == "waiting"

    def test_revoking_takes_a_reason(self, polls: Polls) -> None:
        phone, browser = polls.phone(), polls.office.client("kepala")
        path = f"{polls.path}/ponsel/{phone.id}"
        assert browser.post(f"{path}/cabut", {"reason": ""}).status_code == 422
        assert polls.device(phone).state == "active"
        browser.post(f"{path}/cabut", {"reason": "Ponsel hilang"})
        assert polls.device(phone).state == "revoked"
        page = text_of(browser.page(path))
        assert "Ponsel hilang" in page
        assert "Buat lembar baru" in page

    def test_a_phone_of_another_election_is_not_in_this_one(self, polls: Polls) -> None:
        phone = polls.phone(0, confirmed=False)
        plan = administering.planned(polls.held(), OFFICE)
        other = administering.create_election(
            polls.office.registry, HERE, replace(plan, name="Lain"), "kepala", polls.at
        )
        browser = polls.office.client("operator")
        assert browser.get(f"/pemilu/{other}/ponsel/{phone.id}").status_code == 404
        assert browser.post(f"/pemilu/{other}/ponsel/{phone.id}/sahkan").status_code == 404
        assert polls.device(phone).state == "waiting"

    def test_auditors_look_and_cannot_confirm(self, polls: Polls) -> None:
        phone = polls.phone(0, confirmed=False)
        page = polls.office.client("auditor").page(f"{polls.path}/ponsel/{phone.id}")
        assert "/sahkan" not in page
        assert "/cabut" not in page

    def test_once_the_election_is_cancelled_nothing_is_confirmed(self, polls: Polls) -> None:
        phone = polls.phone(0, confirmed=False)
        administering.cancel_election(
            polls.office.registry, HERE, polls.election, "Ditunda", "kepala", polls.at
        )
        browser = polls.office.client("operator")
        assert "/sahkan" not in browser.page(f"{polls.path}/ponsel/{phone.id}")
        assert browser.post(f"{polls.path}/ponsel/{phone.id}/sahkan").status_code in (409, 422)


def links_of(pdf: bytes) -> list[str]:
    return [by_zxing(page.render(scale=2).to_pil())[0] for page in pypdfium2.PdfDocument(pdf)]


class TestSheets:
    def make(self, polls: Polls, **fields: str) -> bytes:
        answer = polls.office.client("operator").post(f"{polls.path}/lembar", fields)
        assert answer.status_code == 200, text_of(answer.text)
        assert answer.mimetype == "application/pdf"
        return bytes(answer.data)

    def test_what_is_printed_enrols_a_phone_that_trusts_the_right_key(self, polls: Polls) -> None:
        [first, second] = links_of(self.make(polls))
        link, _, fragment = first.partition("#")
        code, _, kid = fragment.removeprefix("enrol=").partition(".")
        assert link == f"{BASE_URL}/scan/"
        phone = Phone()
        made = presenting.enrol(polls.office.registry, code, phone.public, phone.name, polls.at)
        assert made.station.id == polls.stations[0]
        assert code not in second
        publishing.publish(polls.office.registry, Publisher(PASSPHRASE, BASE_URL, HOST), polls.at)
        stored = publishing.stored(polls.office.registry, publishing.TRUST_BUNDLE)
        assert stored is not None
        assert open_bundle(stored.body).signer.kid == kid

    def test_a_page_is_printed_for_each_station_that_has_none(self, polls: Polls) -> None:
        polls.phone(0)
        pdf = self.make(polls, which="missing")
        [page] = [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf)).pages]
        assert "DOMPAK" in page

    def test_older_sheets_end_only_after_a_person_agreed(self, polls: Polls) -> None:
        [sheet] = presenting.make_sheets(
            polls.office.registry, HERE, polls.election, polls.stations[:1], "operator", polls.at
        )
        station = {"station": str(polls.stations[0])}
        browser = polls.office.client("operator")
        page = browser.page(f"{polls.path}/lembar?station={polls.stations[0]}")
        assert "membatalkan lembar lama" in page
        answer = browser.post(f"{polls.path}/lembar", station)
        assert answer.status_code == 422
        assert "Centang dahulu" in answer.text
        phone = Phone()
        presenting.enrol(polls.office.registry, sheet.code, phone.public, phone.name, polls.at)

    def test_a_newer_sheet_ends_the_older_one(self, polls: Polls) -> None:
        [old] = links_of(self.make(polls, station=str(polls.stations[0])))
        self.make(polls, station=str(polls.stations[0]), agreed="1")
        phone, code = Phone(), old.partition("enrol=")[2].partition(".")[0]
        with pytest.raises(NotAllowed):
            presenting.enrol(polls.office.registry, code, phone.public, phone.name, polls.at)

    def test_what_cannot_be_printed_leaves_the_older_sheets_as_they_are(self, polls: Polls) -> None:
        [sheet] = presenting.make_sheets(
            polls.office.registry, HERE, polls.election, polls.stations[:1], "operator", polls.at
        )
        strange = [replace(STATIONS[0], address="Balai 你好"), STATIONS[1]]
        with polls.office.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, strange, polls.at)
        answer = polls.office.client("operator").post(
            f"{polls.path}/lembar", {"which": "every", "agreed": "1"}
        )
        assert answer.status_code == 422
        assert "你" in answer.text
        phone = Phone()
        presenting.enrol(polls.office.registry, sheet.code, phone.public, phone.name, polls.at)

    def test_more_than_a_pdf_holds_is_asked_for_by_village(self, polls: Polls) -> None:
        many = [NewStation("2172041002", f"{each:03}", "", ()) for each in range(1, 203)]
        with polls.office.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, many, polls.at)
        answer = polls.office.client("operator").post(f"{polls.path}/lembar", {"which": "every"})
        assert answer.status_code == 422
        assert "Buat per kelurahan" in answer.text
        assert {each.sheet for each in polls.states()} == {"none"}

    def test_without_a_publication_key_nothing_is_made(self, polls: Polls) -> None:
        with polls.office.registry.writing() as tx:
            tx.exec_driver_sql("UPDATE signing_key SET state = 'retired' WHERE purpose = 'publication'")
        answer = polls.office.client("operator").post(f"{polls.path}/lembar", {"which": "every"})
        assert answer.status_code == 422
        assert {each.sheet for each in polls.states()} == {"none"}

    def test_the_codes_stand_in_no_page_and_no_audit_entry(self, polls: Polls) -> None:
        links = links_of(self.make(polls))
        codes = [each.partition("enrol=")[2].partition(".")[0] for each in links]
        page = polls.office.client("operator").page(f"{polls.path}/lembar?which=every")
        with polls.office.registry.reading() as tx:
            entries = repr(audit.stretch(tx, 0, 10_000))
        for code in codes:
            assert code not in page.replace("-", "")
            assert code not in entries.replace("-", "")


class TestShownTwice:
    def test_nothing_found_is_said(self, polls: Polls) -> None:
        polls.shows(polls.phone())
        assert "Belum ada surat yang diketahui" in polls.office.client("operator").page(f"{polls.path}/ganda")

    def test_a_letter_at_two_stations_is_told_with_both_and_leads_to_the_letter(self, polls: Polls) -> None:
        polls.twice()
        page = polls.office.client("auditor").page(f"{polls.path}/ganda")
        told = text_of(page)
        assert "Surat yang sama di 2 TPS" in told
        assert told.count(str(polls.office.letters[0].number)) == 2
        assert "001 Tanjungpinang Kota" in told
        assert "001 Dompak" in told
        assert f"/letters/{polls.office.letters[0].id}" in page

    def test_it_names_nobody(self, polls: Polls) -> None:
        polls.twice()
        page = polls.office.client("operator").page(f"{polls.path}/ganda")
        resident = polls.office.letters[0].resident
        assert resident.name not in page
        assert resident.nik not in page

    def test_twice_at_one_station_is_told_so(self, polls: Polls) -> None:
        phone = polls.phone()
        polls.shows(phone)
        polls.shows(phone, minutes=11)
        page = text_of(polls.office.client("operator").page(f"{polls.path}/ganda"))
        assert "Surat yang sama, 2 kali di satu TPS" in page

    def test_what_an_officer_undoes_is_gone(self, polls: Polls) -> None:
        here, there = polls.phone(0), polls.phone(1)
        polls.shows(here)
        mistake = polls.shows(there)
        polls.sends(there, there.undoes(mistake))
        assert "Belum ada surat yang diketahui" in polls.office.client("operator").page(f"{polls.path}/ganda")

    def test_a_code_that_is_no_letter_stands_apart(self, polls: Polls) -> None:
        phone = polls.phone()
        polls.sends(phone, phone.event(proof="0" * 64, outcome="mismatch"))
        page = polls.office.client("operator").page(f"{polls.path}/ganda")
        assert 'data-total="0" data-lines="1"' in page
        apart = text_of(page[page.index("Bukan surat yang tercatat") :])
        assert "isi berbeda" in apart

    @pytest.mark.parametrize("clock", [0, 253_402_300_799])
    def test_a_phones_clock_may_stand_at_either_end_of_time(self, polls: Polls, clock: int) -> None:
        here, there = polls.phone(0), polls.phone(1)
        polls.shows(here)
        polls.sends(there, shown(polls.office, there, 0, datetime.fromtimestamp(clock, UTC)))
        browser = polls.office.client("kepala")
        assert "Surat yang sama di 2 TPS" in browser.page(f"{polls.path}/ganda")
        assert browser.post(f"{polls.path}/laporan", {"_once": "6" * 32}).status_code == 303
        assert browser.get(f"{polls.path}/laporan/{'6' * 32}.pdf").status_code == 200

    def test_an_outcome_of_a_newer_app_stands_as_it_is(self, polls: Polls) -> None:
        here, there = polls.phone(0), polls.phone(1)
        polls.shows(here)
        polls.shows(there)
        with tampering(polls.office.registry) as connection:
            connection.execute("UPDATE presentation SET outcome = 'brand_new'")
        assert "brand_new" in polls.office.client("operator").page(f"{polls.path}/ganda")


class TestReport:
    def made(self, polls: Polls, who: str = "kepala") -> Client:
        browser = polls.office.client(who)
        answer = browser.post(f"{polls.path}/laporan", {"_once": "6" * 32})
        assert answer.status_code == 303, text_of(answer.text)
        return browser

    def file(self, browser: Client, polls: Polls, ending: str) -> bytes:
        answer = browser.get(f"{polls.path}/laporan/{'6' * 32}.{ending}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return bytes(answer.data)

    def test_anyone_can_check_it_with_the_public_keys_alone(self, polls: Polls) -> None:
        polls.twice()
        browser = self.made(polls)
        token, table = self.file(browser, polls, "jws"), self.file(browser, polls, "csv")
        publishing.publish(polls.office.registry, Publisher(PASSPHRASE, BASE_URL, HOST), polls.at)
        served = polls.office.client().get("/.well-known/jwks.json").json
        ring = KeySet.import_key_set(served)  # type: ignore[arg-type]
        opened = jws.deserialize_compact(token, ring, algorithms=["ES256"])
        head, told = opened.headers(), json.loads(opened.payload)
        [key] = [each for each in served["keys"] if each["kid"] == head["kid"]]  # type: ignore[index]
        assert (head["typ"], key["purpose"]) == ("suket-presentation-report+jws", "publication")
        assert told["csv_sha256"] == hashlib.sha256(table).hexdigest()
        assert told["counts"]["same_letter"] == 1
        assert told["election"]["id"] == polls.election
        [case] = told["conflicts"]
        assert {each["station"]["id"] for each in case["shown"]} == set(polls.stations)
        assert {each["number"] for each in case["shown"]} == {polls.office.letters[0].number}

    def test_the_table_has_a_line_for_each_showing(self, polls: Polls) -> None:
        [here, _] = polls.twice()
        polls.sends(here, here.event(proof="0" * 64, outcome="mismatch"))
        table = self.file(self.made(polls), polls, "csv").decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(table)))
        assert [each["jenis"] for each in lines] == ["surat sama", "surat sama", "bukan surat yang tercatat"]
        assert [each["kasus"] for each in lines] == ["1", "1", ""]
        assert {each["tps"] for each in lines} == {"001"}
        assert all(each["ditunjukkan_menurut_ponsel"].endswith("+07:00") for each in lines)

    def test_nothing_in_it_names_anyone(self, polls: Polls) -> None:
        polls.twice()
        browser = self.made(polls)
        payload = self.file(browser, polls, "jws").split(b".")[1]
        pdf = pypdf.PdfReader(io.BytesIO(self.file(browser, polls, "pdf")))
        padded = payload + b"=" * (-len(payload) % 4)
        everything = (
            base64.urlsafe_b64decode(padded).decode()
            + self.file(browser, polls, "csv").decode()
            + "".join(page.extract_text() for page in pdf.pages)
        )
        resident = polls.office.letters[0].resident
        for secret in (resident.nik, resident.name, "Pak Budi"):
            assert secret not in everything

    def test_no_text_of_it_becomes_a_formula(self, polls: Polls) -> None:
        strange = [NewStation("2172031001", "=1+1", "", ()), STATIONS[1]]
        with polls.office.registry.writing() as tx:
            polling_stations.replace_all(tx, HERE, strange, polls.at)
            by_code = {each.code: each.id for each in polling_stations.of_office(tx, HERE)}
        polls.stations = [by_code["=1+1"], by_code["001"]]
        polls.twice()
        assert ",'=1+1," in self.file(self.made(polls), polls, "csv").decode()

    def test_the_paper_tells_what_was_found_and_how_to_check_it(self, polls: Polls) -> None:
        polls.twice()
        browser = self.made(polls)
        pdf = self.file(browser, polls, "pdf")
        told = " ".join(
            " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf)).pages).split()
        )
        digest = hashlib.sha256(self.file(browser, polls, "csv")).hexdigest()
        number = str(polls.office.letters[0].number)
        for words in (
            "Surat yang sama",
            number,
            "Dompak",
            digest,
            "6" * 32,
            f"{BASE_URL}/.well-known/jwks.json",
        ):
            assert words in told, words
        assert pdf == self.file(browser, polls, "pdf")  # the same each time

    def test_it_stays_as_it_was_made(self, polls: Polls) -> None:
        [_, there] = polls.twice()
        browser = self.made(polls)
        before = self.file(browser, polls, "csv")
        polls.shows(there, 1)
        polls.shows(polls.phone(0), 1)
        assert self.file(browser, polls, "csv") == before
        assert '<td class="n" data-label="Surat sama">1</td>' in browser.page(f"{polls.path}/laporan")

    def test_a_button_pressed_twice_makes_one_report(self, polls: Polls) -> None:
        self.made(polls)
        self.made(polls)
        with polls.office.registry.reading() as tx:
            assert len(presentation_reports.of_election(tx, polls.election)) == 1
        assert actions(polls.office).count("presentations.report") == 1

    def test_a_process_that_cannot_sign_says_why(self, polls: Polls, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(KeyTrouble) as refused:
            make_report(polls.office.registry, HERE, polls.election, "6" * 32, None, "kepala", polls.at)
        assert refused.value.code == "no_passphrase"
        with polls.office.registry.reading() as tx:
            assert presentation_reports.of_election(tx, polls.election) == []
        with polls.office.app.app_context():
            from suket_service.web import context as web

            held = web.context()
            without = replace(held, settings=replace(held.settings, key_passphrase=None))
            monkeypatch.setitem(polls.office.app.extensions, web._KEY, without)
        browser = polls.office.client("kepala")
        assert "SUKET_KEY_PASSPHRASE" in browser.page(f"{polls.path}/laporan")
        answer = browser.post(f"{polls.path}/laporan", {"_once": "7" * 32})
        assert answer.status_code == 422
        assert "SUKET_KEY_PASSPHRASE" in answer.text

    @pytest.mark.parametrize("by", ["admin", "auditor", "nobody"])
    def test_only_officers_make_one(self, polls: Polls, by: str) -> None:
        with pytest.raises(NotAllowed):
            make_report(polls.office.registry, HERE, polls.election, "6" * 32, PASSPHRASE, by, polls.at)

    def test_auditors_read_what_was_made(self, polls: Polls) -> None:
        self.made(polls)
        auditor = polls.office.client("auditor")
        assert "Buat dan tanda tangani" not in auditor.page(f"{polls.path}/laporan")
        assert self.file(auditor, polls, "jws")

    def test_a_report_of_another_election_is_not_in_this_one(self, polls: Polls) -> None:
        browser = self.made(polls)
        plan = replace(administering.planned(polls.held(), OFFICE), name="Lain")
        other = administering.create_election(polls.office.registry, HERE, plan, "kepala", polls.at)
        assert browser.get(f"/pemilu/{other}/laporan/{'6' * 32}.csv").status_code == 404
        assert browser.get(f"{polls.path}/laporan/tidak-ada.csv").status_code == 404

    def test_an_unfinished_key_change_signs_with_the_active_key(self, polls: Polls) -> None:
        with polls.office.registry.reading() as tx:
            [active] = [each for each in keys.ring(tx) if each.purpose == "publication"]
        report = make_report(
            polls.office.registry, HERE, polls.election, "6" * 32, PASSPHRASE, "kepala", polls.at
        )
        assert jws.extract_compact(report.token.encode()).headers()["kid"] == active.kid


class TestOverview:
    @pytest.mark.few(2)
    @pytest.mark.parametrize("who", ["operator", "kepala", "admin", "auditor"])
    def test_an_election_that_is_near_stands_on_everyones_first_page(self, polls: Polls, who: str) -> None:
        polls.twice()
        told = text_of(polls.office.client(who).page("/"))
        for words in ("Pilkada contoh", "2 ponsel disahkan", "2 surat ditunjukkan", "1 ditunjukkan dua kali"):
            assert words in told, words

    def test_one_that_is_far_ahead_does_not(self, office: OfficeAtWork) -> None:
        later = tomorrow() + timedelta(days=60)
        office.client("admin").post(
            "/pemilu/baru",
            form(day=later.isoformat(), issuing_closes_day=later.isoformat(), issuing_closes="06:00"),
        )
        assert "Pemilihan Wali Kota" not in office.client("operator").page("/")

    def test_one_that_was_cancelled_does_not(self, polls: Polls) -> None:
        administering.cancel_election(
            polls.office.registry, HERE, polls.election, "Ditunda", "kepala", polls.at
        )
        assert "Pilkada contoh" not in polls.office.client("operator").page("/")


def test_a_phone_that_only_reports_is_seen_as_in_touch(polls: Polls) -> None:
    phone = polls.phone()
    presenting.present(polls.office.registry, phone.id, [], 0, SyncReport(None, 3, "1.0"), polls.at)
    page = text_of(polls.office.client("operator").page(polls.path))
    assert "3 belum terkirim" in page


@pytest.mark.parametrize("version", [2**53 - 1, 253_402_300_799])
def test_a_phone_that_claims_data_of_no_calendar_blinds_nobody_and_can_be_revoked(
    polls: Polls, version: int
) -> None:
    phone, browser = polls.phone(), polls.office.client("operator")
    presenting.present(polls.office.registry, phone.id, [], 0, SyncReport(version, 0, "1.0"), polls.at)
    path = f"{polls.path}/ponsel/{phone.id}"
    for page in ("/", polls.path, path):
        assert browser.get(page).status_code == 200, page
    browser.post(f"{path}/cabut", {"reason": "Ponsel hilang"})
    assert polls.device(phone).state == "revoked"
