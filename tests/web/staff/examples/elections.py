"""Elections: one with two stations, a phone of each state, a letter shown at both, a code without a letter, a report."""

from datetime import UTC, datetime, time, timedelta

from suket_service import administering, presenting
from suket_service.administering import PlannedElection
from suket_service.presenting import SyncReport
from suket_service.presenting.reporting import make_report
from suket_service.registry import letters, polling_stations
from suket_service.registry.polling_stations import NewStation
from tests.administering.office import Paper
from tests.builders import OFFICE
from tests.presenting.polls import Phone
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

REPORT = "5" * 32
#: The same as in the examples of reports: whoever comes second changes nothing.
STATIONS = (
    NewStation("2172031001", "001", "Halaman SDN 001", ("001/002",)),
    NewStation("2172041002", "001", "", ()),
)
_PLAN: dict[str, str | list[str]] = {
    "name": "Pemilihan Wali Kota 2029",
    "day": "2029-02-14",
    "opens": "07:00",
    "closes": "13:00",
    "issuing_closes_day": "2029-02-13",
    "issuing_closes": "16:00",
    "scope": "chosen",
    "villages": ["2172031001", "2172041002"],
}
EXAMPLES: dict[str, Example | list[Example]] = {
    "elections.index": Example("GET", "/pemilu"),
    "elections.new_form": Example("GET", "/pemilu/baru"),
    "elections.new": Example("POST", "/pemilu/baru", _PLAN),
    "elections.change_form": Example("GET", "/pemilu/{election}/ubah", foreign=True),
    "elections.change": Example("POST", "/pemilu/{election}/ubah", _PLAN, foreign=True),
    "elections.cancel_form": Example("GET", "/pemilu/{election}/batal", foreign=True),
    "elections.cancel": Example(
        "POST", "/pemilu/{election}/batal", {"reason": "Ditunda oleh KPU"}, foreign=True
    ),
    "elections.election": [
        Example("GET", "/pemilu/{election}", foreign=True),
        Example("GET", "/pemilu/{election}?village={village}&which=unheard&page=9"),
        Example("GET", "/pemilu/{election}?which=waiting"),
    ],
    "elections.sheets": [
        Example("GET", "/pemilu/{election}/lembar?which=every", foreign=True),
        Example("GET", "/pemilu/{election}/lembar?village={village}"),
        Example("GET", "/pemilu/{election}/lembar?station={station}"),
    ],
    "elections.make_sheets": [
        Example("POST", "/pemilu/{election}/lembar", {"which": "every", "village": "{village}"}),
        Example("POST", "/pemilu/{election}/lembar", {"station": "{station}", "agreed": "1"}, foreign=True),
    ],
    "elections.phone": [
        Example("GET", "/pemilu/{election}/ponsel/{waiting_phone}", foreign=True),
        Example("GET", "/pemilu/{election}/ponsel/{active_phone}"),
        Example("GET", "/pemilu/{election}/ponsel/{revoked_phone}"),
    ],
    "elections.confirm": Example("POST", "/pemilu/{election}/ponsel/{waiting_phone}/sahkan", foreign=True),
    "elections.revoke": Example(
        "POST", "/pemilu/{election}/ponsel/{active_phone}/cabut", {"reason": "Ponsel hilang"}, foreign=True
    ),
    "elections.twice": [
        Example("GET", "/pemilu/{election}/ganda", foreign=True),
        Example("GET", "/pemilu/{election}/ganda?page=3"),
    ],
    "elections.reports": Example("GET", "/pemilu/{election}/laporan", foreign=True),
    "elections.make_report": Example("POST", "/pemilu/{election}/laporan", {"_once": "6" * 32}, foreign=True),
    "elections.report_table": Example("GET", f"/pemilu/{{election}}/laporan/{REPORT}.csv", foreign=True),
    "elections.report_paper": Example("GET", f"/pemilu/{{election}}/laporan/{REPORT}.pdf", foreign=True),
    "elections.report_token": Example("GET", f"/pemilu/{{election}}/laporan/{REPORT}.jws", foreign=True),
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """What the examples name: an election of tomorrow."""
    at = datetime.now(UTC)
    registry, today = office.registry, OFFICE.local_date(at)
    with registry.writing() as tx:
        polling_stations.replace_all(tx, OFFICE.code, STATIONS, at)
        first, second = (each.id for each in polling_stations.of_office(tx, OFFICE.code))
    plan = PlannedElection("Pilkada contoh", today + timedelta(days=1), time(7), time(13), today, time(16))
    election = administering.create_election(registry, OFFICE.code, plan, "kepala", at)
    here, there = (a_phone(office, election, each, at) for each in (first, second))
    for phone in (here, there):
        send(office, phone, [shown(office, phone, 0, at)], at)
    send(office, here, [here.event(at=int(at.timestamp()), proof="0" * 64)], at)
    lost = a_phone(office, election, second, at)
    presenting.revoke_device(registry, OFFICE.code, lost.id, "Ponsel hilang", "operator", at)
    waiting = a_phone(office, election, second, at, confirmed=False)
    presenting.make_sheets(registry, OFFICE.code, election, [first], "operator", at)
    make_report(registry, OFFICE.code, election, REPORT, office.settings.key_passphrase, "kepala", at)
    return {
        "election": str(election),
        "waiting_phone": waiting.id,
        "active_phone": here.id,
        "revoked_phone": lost.id,
    }


def a_phone(
    office: OfficeAtWork, election: int, station: int, at: datetime, *, confirmed: bool = True
) -> Phone:
    """A phone enrolled at a station with a sheet of its own."""
    phone = Phone(station=station, began=at)
    [sheet] = presenting.make_sheets(office.registry, OFFICE.code, election, [station], "operator", at)
    phone.id = presenting.enrol(office.registry, sheet.code, phone.public, phone.name, at).device.id
    if confirmed:
        presenting.confirm_device(office.registry, OFFICE.code, phone.id, "kepala", at)
    return phone


def shown(office: OfficeAtWork, phone: Phone, letter: int, at: datetime) -> dict[str, object]:
    """The event of one of the office's letters being scanned."""
    record = office.letters[letter]
    with office.registry.reading() as tx:
        held = letters.by_id(tx, OFFICE.code, record.id)
    assert held.number
    assert held.fingerprint
    assert held.status_list
    assert held.status_index is not None
    assert held.valid_until
    paper = Paper(held.number, (held.status_list, held.status_index), "", held.valid_until)
    return phone.shows(paper, held.fingerprint, at=int(at.timestamp()))


def send(
    office: OfficeAtWork, phone: Phone, events: list[dict[str, object]], at: datetime, unsent: int = 0
) -> None:
    """What a phone sends when it has a line."""
    report = SyncReport(int(at.timestamp()), unsent, "1.0")
    presenting.present(office.registry, phone.id, events, 0, report, at)
