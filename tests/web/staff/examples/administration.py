"""Administration and the public page of places of service."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from PIL import Image, ImageDraw

from suket_service import administering
from suket_service.core.keyring import Purpose
from suket_service.core.kind import IssuingWindow
from suket_service.paper import logo
from suket_service.registry import clients
from suket_service.registry.clients import ClientScope
from suket_service.registry.service_points import PointFacts, PointKind
from tests.builders import LETTERHEAD as HEAD
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

LETTERHEAD = {
    "government": "PEMERINTAH KOTA TANJUNGPINANG",
    "agency": "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL",
    "address": "Jalan Contoh Nomor 2, Tanjungpinang",
    "contact": "Telepon (0771) 000000",
    "place": "Tanjungpinang",
    "post": "Kepala Dinas",
    "capacity": "Plt.",
    "signatory": "Dra. Pengganti, M.Si.",
    "rank": "Pembina",
    "nip": "197001011995032001",
}
KIND = {
    "title": "SURAT KETERANGAN BIODATA",
    "legal_basis": "Dasar",
    "rule": "days",
    "amount": "14",
    "signature": "wet",
}
POINT = {"kind": "keliling", "name": "Mobil keliling", "address": "Dermaga", "hours": "09.00–14.00"}
MEMBER = {"name": "Petugas Baru", "username": "baru", "role": "operator"}
CLIENT: dict[str, str | list[str]] = {
    "name": "Bank Contoh",
    "purpose": "PKS 12/2026",
    "scopes": ["verify", "read"],
}
REGIONS = (
    b"kode_wilayah,nama,kecamatan,kab_kota,provinsi\n"
    b"2172031002,Kampung Bugis,Tanjungpinang Kota,Kota Tanjungpinang,Kepulauan Riau\n"
)

_REVOKING = {"word": "CABUT", "reason": "Laptop hilang"}
_PATTERN = "470/{serial}/{series}/{year}"
FACTS = PointFacts(
    PointKind.OFFICE,
    "Kantor cabang contoh",
    "Jalan Contoh 1",
    "Senin–Jumat 07.30–16.00",
    True,
    True,
    None,
    "",
)


def a_logo() -> bytes:
    """A picture such as an office uploads: dark on a transparent ground."""
    picture = Image.new("RGBA", (300, 360), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((20, 20, 280, 340), fill=(120, 20, 20, 255))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """A logo, two places of service (one removed), a window, two clients (one waits), and what the seal key is called."""
    registry, at = office.registry, datetime.now(UTC)
    head = replace(HEAD, logo=logo.normalise(a_logo()))
    administering.change_letterhead(registry, OFFICE.code, head, "admin", at)
    point = administering.add_service_point(registry, OFFICE.code, FACTS, "admin", at)
    removed = administering.add_service_point(registry, OFFICE.code, replace(FACTS, name="Lama"), "admin", at)
    administering.remove_service_point(registry, OFFICE.code, removed, "admin", at, removed=True)
    window = IssuingWindow(OFFICE.code, 2, date(2018, 1, 1), None)
    scopes = frozenset({ClientScope.VERIFY})
    client, waiting = (
        administering.add_client(registry, OFFICE.code, name, "PKS", scopes, None, "admin", at).client
        for name in ("RSUD Contoh", "Bank Contoh")
    )
    with registry.writing() as tx:
        clients.let_wait(tx, OFFICE.code, OFFICE.local_date(at), at)  # as a restore does
        clients.end_waiting(tx, client.id)
    keys = administering.list_keys_of(registry, OFFICE.code)
    return {
        "point": str(point),
        "removed_point": str(removed),
        "window": str(administering.add_window(registry, window, "admin", at)),
        "client": client.id,
        "waiting_client": waiting.id,
        "key": next(each.kid for each in keys if each.purpose is Purpose.SEAL),
    }


EXAMPLES: dict[str, Example | list[Example]] = {
    "service_points.page": Example("GET", "/layanan"),
    "administration.index": Example("GET", "/administration"),
    "administration.letterhead": Example("GET", "/administration/letterhead"),
    "administration.letterhead_logo": Example("GET", "/administration/letterhead/2/logo.png", foreign=True),
    "administration.change_letterhead": [
        Example("POST", "/administration/letterhead", LETTERHEAD, files={"logo": (a_logo(), "logo.png")}),
        Example("POST", "/administration/letterhead", {**LETTERHEAD, "without_logo": "1"}),
    ],
    "administration.letterhead_preview": Example("POST", "/administration/letterhead/preview", LETTERHEAD),
    "administration.numbering": Example("GET", "/administration/numbering"),
    "administration.change_numbering": [
        Example("POST", "/administration/numbering", {"number_pattern": _PATTERN, "look": "1"}),
        Example("POST", "/administration/numbering", {"number_pattern": _PATTERN}),
    ],
    "administration.hours": Example("GET", "/administration/hours"),
    "administration.change_hours": Example(
        "POST", "/administration/hours", {"mon_opens": "08:00", "mon_closes": "15:00"}
    ),
    "administration.stock": Example("GET", "/administration/stock"),
    "administration.change_stock": Example("POST", "/administration/stock", {"cards": "120"}),
    "administration.kinds": Example("GET", "/administration/kinds"),
    "administration.new_kind": [
        Example("GET", "/administration/kinds/new"),
        Example("POST", "/administration/kinds/new", {**KIND, "code": "9", "series": "SKB"}),
    ],
    "administration.change_kind": [
        Example("GET", "/administration/kinds/2"),
        Example("POST", "/administration/kinds/2", KIND),
    ],
    "administration.usual_kind": Example("POST", "/administration/kinds/2/usual"),
    "administration.add_window": Example("POST", "/administration/kinds/2/windows", {"opens": "2026-01-01"}),
    "administration.close_window": Example("POST", "/administration/windows/{window}/close", foreign=True),
    "administration.regions": Example("GET", "/administration/regions"),
    "administration.check_regions": Example(
        "POST", "/administration/regions/check", files={"file": (REGIONS, "wilayah.csv")}
    ),
    "administration.import_regions": Example(
        "POST", "/administration/regions/import", {"rows": REGIONS.decode()}
    ),
    "administration.points": Example("GET", "/administration/points"),
    "administration.new_point": [
        Example("GET", "/administration/points/new"),
        Example("POST", "/administration/points/new", POINT),
    ],
    "administration.change_point": [
        Example("GET", "/administration/points/{point}", foreign=True),
        Example("POST", "/administration/points/{point}", POINT, foreign=True),
    ],
    "administration.say_today": Example(
        "POST", "/administration/points/{point}/today", {"say": "close"}, foreign=True
    ),
    "administration.remove_point": Example("POST", "/administration/points/{point}/remove", foreign=True),
    "administration.restore_point": Example(
        "POST", "/administration/points/{removed_point}/restore", foreign=True
    ),
    "administration.staff": Example("GET", "/administration/staff"),
    "administration.new_member": Example("GET", "/administration/staff/new"),
    "administration.add_member": Example("POST", "/administration/staff/new", MEMBER),
    "administration.reset_member": Example(
        "POST", "/administration/staff/reset", {"username": "operator2", "since": ""}, foreign=True
    ),
    "administration.set_active": Example(
        "POST", "/administration/staff/active", {"username": "operator2", "active": ""}, foreign=True
    ),
    "administration.set_role": Example(
        "POST", "/administration/staff/role", {"username": "operator2", "role": "auditor"}, foreign=True
    ),
    "administration.keys": Example("GET", "/administration/keys"),
    "administration.key_step": Example("GET", "/administration/keys/{key}/retire", foreign=True),
    "administration.new_key": Example("POST", "/administration/keys/new", {"purpose": "seal"}),
    "administration.change_key": [
        Example("POST", "/administration/keys/{key}/retire", foreign=True),
        Example("POST", "/administration/keys/{key}/revoke", _REVOKING, foreign=True),
    ],
    "administration.clients": Example("GET", "/administration/clients"),
    "administration.new_client": Example("GET", "/administration/clients/new"),
    "administration.add_client": Example("POST", "/administration/clients/new", CLIENT),
    "administration.renew_client": Example("POST", "/administration/clients/{client}/renew", foreign=True),
    "administration.revoke_client": Example("POST", "/administration/clients/{client}/revoke", foreign=True),
    "administration.limit_client": Example(
        "POST", "/administration/clients/{client}/limit", {"calls_a_minute": "60"}, foreign=True
    ),
    "administration.confirm_client": Example(
        "POST", "/administration/clients/{waiting_client}/confirm", foreign=True
    ),
    "administration.client_usage": Example("GET", "/administration/clients/usage"),
    "administration.client_usage_file": Example("GET", "/administration/clients/usage/xlsx"),
}
