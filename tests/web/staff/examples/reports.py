"""Reports: a day that was closed, a list handed over, two polling stations and a file with another."""

from datetime import UTC, datetime

from suket_service import administering
from suket_service.administering import ListOrder
from suket_service.registry import polling_stations
from suket_service.registry.polling_stations import NewStation
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

LIST, UPLOAD = "7" * 32, "8" * 32
FILE = b"tps,kelurahan,rt_rw,alamat\r\n003,2172031001,001-003/002,Balai RW 002\r\n"
_ORDER = {"receiver": "KPU Kota Tanjungpinang", "scope": "all", "_once": "9" * 32}
EXAMPLES: dict[str, Example | list[Example]] = {
    "reports.index": [
        Example("GET", "/reports"),
        Example("GET", "/reports?first=&last=&by=neighbourhood&village={village}"),
        Example("GET", "/reports?by=month&fate=issued&reason=words&rt=1&rw=2"),
    ],
    "reports.counts_file": [
        Example("GET", "/reports/counts/csv?by=village"),
        Example("GET", "/reports/counts/xlsx?by=month"),
        Example("GET", "/reports/counts/pdf"),
    ],
    "reports.register": [
        Example("GET", "/reports/register"),
        Example("GET", "/reports/register?first=&last=&fate=expired&page=7"),
    ],
    "reports.export_register": [
        Example("POST", "/reports/register/export", {"format": form, "village": "{village}"})
        for form in ("csv", "xlsx", "pdf")
    ],
    "reports.expiring": Example("GET", "/reports/expiring?days=14"),
    "reports.export_expiring": Example("POST", "/reports/expiring/export", {"days": "30", "format": "pdf"}),
    "reports.cards_ready": Example("GET", "/reports/cards-ready"),
    "reports.export_cards_ready": Example("POST", "/reports/cards-ready/export", {"format": "csv"}),
    "reports.closing": Example("GET", "/reports/closing"),
    "reports.close": Example("POST", "/reports/closing", {"day": "{closed}"}),
    "reports.closed_day": Example("GET", "/reports/closing/{closed}", foreign=True),
    "reports.closing_pdf": Example("GET", "/reports/closing/{closed}/report.pdf", foreign=True),
    "reports.checkpoint": Example("GET", "/reports/closing/{closed}/checkpoint.jws", foreign=True),
    "reports.lists": Example("GET", "/reports/lists"),
    "reports.make_list": Example("POST", "/reports/lists", _ORDER),
    "reports.one_list": Example("GET", "/reports/lists/{list}", foreign=True),
    "reports.list_file": [
        Example("POST", "/reports/lists/{list}/file", {"format": form}, foreign=True)
        for form in ("csv", "pdf")
    ],
    "reports.stations": Example("GET", "/reports/stations"),
    "reports.template": Example("GET", "/reports/stations/template.csv"),
    "reports.upload": Example("POST", "/reports/stations/import", files={"file": (FILE, "tps.csv")}),
    "reports.preview": Example("GET", "/reports/stations/import/{stations}", foreign=True),
    "reports.confirm": Example("POST", "/reports/stations/import/{stations}", foreign=True),
    "reports.papers": Example(
        "POST",
        "/reports/stations/papers",
        {"station": "{station}", "day": "2029-02-14", "what": "both"},
        foreign=True,
    ),
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """What the examples name."""
    at = datetime.now(UTC)
    registry, day = office.registry, OFFICE.local_date(at)
    administering.close_day(registry, OFFICE.code, day, office.settings.key_passphrase, "kepala", at)
    order = ListOrder(LIST, "Bawaslu Kota Tanjungpinang", frozenset())
    administering.disclose_list(registry, OFFICE.code, order, "kepala", at)
    administering.upload_stations(registry, OFFICE.code, UPLOAD, "tps.csv", FILE, "operator", at)
    with registry.writing() as tx:
        stations = [
            NewStation("2172031001", "001", "Halaman SDN 001", ("001/002",)),
            NewStation("2172041002", "001", "", ()),
        ]
        polling_stations.replace_all(tx, OFFICE.code, stations, at)
        station = polling_stations.of_office(tx, OFFICE.code)[0].id
    return {"closed": day.isoformat(), "list": LIST, "stations": UPLOAD, "station": str(station)}
