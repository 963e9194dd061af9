"""Which pages are pictured, as whom and how one comes there, and why the other routes are not.

Every route that answers a GET stands in one of the two; a test holds the route table against them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab

OPERATOR, APPROVER, ADMIN, AUDITOR = "operator", "kepala", "admin", "auditor"


@dataclass(frozen=True)
class Page:
    """A page: its name as a file, its route, who looks at it, where it is, and what they do there first."""

    name: str
    endpoint: str
    who: str | None
    path: str  # with {places} of the office that was made
    do: Callable[[Tab], None] | None = None


def _sent(*fields: tuple[str, str]) -> Callable[[Tab], None]:
    """Fill those fields in and send their form."""

    def do(tab: Tab) -> None:
        for selector, value in fields:
            tab.fill(selector, value)
        tab.press(fields[-1][0], "Enter")
        tab.wait_for_load_state()

    return do


def _pressed(selector: str) -> Callable[[Tab], None]:
    def do(tab: Tab) -> None:
        tab.click(selector)
        tab.wait_for_load_state()

    return do


PAGES = (
    # The front, for anyone
    Page("masuk", "account.sign_in", None, "/login"),
    Page("kode-peragaan", "account.codes", None, "/demo/codes"),
    Page("peragaan", "front.home", None, "/"),
    Page("periksa", "public.check", None, "/s"),
    Page("angka", "figures.page", None, "/angka"),
    Page("layanan", "service_points.page", None, "/layanan"),
    Page("api", "api.docs", None, "/api/docs"),
    # Overview, for each role
    Page("ikhtisar-petugas", "front.home", OPERATOR, "/"),
    Page("ikhtisar-penyetuju", "front.home", APPROVER, "/"),
    Page("ikhtisar-admin", "front.home", ADMIN, "/"),
    Page("ikhtisar-auditor", "front.home", AUDITOR, "/"),
    # One's own account
    Page("akun", "account.account", OPERATOR, "/account"),
    Page("akun-sandi", "account.set_password", OPERATOR, "/account/password"),
    Page("akun-kode", "account.set_code", OPERATOR, "/account/code"),
    # The counter
    Page("loket", "counter.search", OPERATOR, "/counter"),
    Page(
        "loket-hasil",
        "counter.search",
        OPERATOR,
        "/counter",
        _sent(("main input[type=search], main input[type=text]", "AHMAD")),
    ),
    Page("loket-permohonan", "counter.form", OPERATOR, "/counter/{resident}"),
    Page("loket-tak-terdaftar", "counter.unlisted", OPERATOR, "/counter/unlisted"),
    Page("konsep-saya", "drafts.mine", OPERATOR, "/drafts"),
    Page("konsep", "drafts.draft", OPERATOR, "/drafts/{draft}"),
    Page("konsep-perbaiki", "drafts.edit", OPERATOR, "/drafts/{returned}/edit"),
    Page("konsep-program", "drafts.mine", OPERATOR, "/drafts?siapa=program"),
    Page("konsep-program-satu", "drafts.draft", OPERATOR, "/drafts/{asked}"),
    # The desk
    Page("meja", "desk.queue", APPROVER, "/desk"),
    Page("meja-konsep", "desk.letter", APPROVER, "/desk/{draft}"),
    Page("meja-terbit", "desk.issued", APPROVER, "/desk/issued"),
    Page("usulan", "desk.proposals", APPROVER, "/desk/proposals"),
    Page("usulan-satu", "desk.proposal", APPROVER, "/desk/proposals/{proposal}"),
    # Letters
    Page("surat", "letters.find", OPERATOR, "/letters"),
    Page("surat-berkas", "letters.find_by_file", OPERATOR, "/letters/file"),
    Page("surat-satu", "letters.letter", OPERATOR, "/letters/{letter}"),
    Page("surat-serah", "letters.hand_over", OPERATOR, "/letters/{letter}/hand-over"),
    Page("surat-kartu", "letters.card", OPERATOR, "/letters/{letter}/card"),
    Page("surat-perpanjang", "letters.extend", OPERATOR, "/letters/{older}/extend"),
    Page("surat-tangguhkan", "letters.suspend", OPERATOR, "/letters/{letter}/suspend"),
    Page("surat-berlakukan", "letters.resume", OPERATOR, "/letters/{suspended}/resume"),
    Page("surat-cabut", "letters.revoke", OPERATOR, "/letters/{letter}/revoke"),
    Page("surat-cabut-banyak", "letters.revoke_many", OPERATOR, "/letters/revoke"),
    Page("surat-tarik", "letters.withdraw", OPERATOR, "/letters/{draft}/withdraw"),
    Page("surat-menunggu", "letters.waiting", OPERATOR, "/letters/waiting"),
    # Printing
    Page("cetak", "printing.runs", OPERATOR, "/printing"),
    Page("cetak-banyak", "printing.run", OPERATOR, "/printing/{run}"),
    Page("cetak-uji", "printing.test_page", OPERATOR, "/printing/test"),
    # Files
    Page("berkas", "batches.start", OPERATOR, "/batches"),
    Page("berkas-satu", "batches.batch", OPERATOR, "/batches/{batch}"),
    Page("penduduk", "register.start", OPERATOR, "/register"),
    Page("penduduk-berkas", "register.incoming", OPERATOR, "/register/{incoming}"),
    # Reports
    Page("laporan", "reports.index", APPROVER, "/reports"),
    Page("laporan-buku", "reports.register", APPROVER, "/reports/register"),
    Page("laporan-berakhir", "reports.expiring", APPROVER, "/reports/expiring"),
    Page("laporan-kartu", "reports.cards_ready", APPROVER, "/reports/cards-ready"),
    Page("laporan-penutupan", "reports.closing", APPROVER, "/reports/closing"),
    Page("laporan-hari", "reports.closed_day", APPROVER, "/reports/closing/{day}"),
    Page("laporan-daftar", "reports.lists", APPROVER, "/reports/lists"),
    Page("laporan-daftar-satu", "reports.one_list", APPROVER, "/reports/lists/{list}"),
    Page("laporan-tps", "reports.stations", APPROVER, "/reports/stations"),
    Page("laporan-tps-berkas", "reports.preview", APPROVER, "/reports/stations/import/{stations}"),
    # Elections
    Page("pemilihan", "elections.index", APPROVER, "/pemilu"),
    Page("pemilihan-baru", "elections.new_form", ADMIN, "/pemilu/baru"),
    Page("pemilihan-satu", "elections.election", OPERATOR, "/pemilu/{election}"),
    Page("pemilihan-ubah", "elections.change_form", ADMIN, "/pemilu/{election}/ubah"),
    Page("pemilihan-batal", "elections.cancel_form", ADMIN, "/pemilu/{election}/batal"),
    Page("pemilihan-lembar", "elections.sheets", OPERATOR, "/pemilu/{election}/lembar?which=every"),
    Page("pemilihan-ponsel", "elections.phone", OPERATOR, "/pemilu/{election}/ponsel/{phone}"),
    Page("pemilihan-ganda", "elections.twice", AUDITOR, "/pemilu/{election}/ganda"),
    Page("pemilihan-laporan", "elections.reports", APPROVER, "/pemilu/{election}/laporan"),
    # Administration
    Page("pengaturan", "administration.index", ADMIN, "/administration"),
    Page("pengaturan-kop", "administration.letterhead", ADMIN, "/administration/letterhead"),
    Page("pengaturan-nomor", "administration.numbering", ADMIN, "/administration/numbering"),
    Page("pengaturan-jenis", "administration.kinds", ADMIN, "/administration/kinds"),
    Page("pengaturan-jenis-baru", "administration.new_kind", ADMIN, "/administration/kinds/new"),
    Page("pengaturan-jenis-ubah", "administration.change_kind", ADMIN, "/administration/kinds/1"),
    Page("pengaturan-jam", "administration.hours", ADMIN, "/administration/hours"),
    Page("pengaturan-stok", "administration.stock", ADMIN, "/administration/stock"),
    Page("pengaturan-wilayah", "administration.regions", ADMIN, "/administration/regions"),
    Page("pengaturan-layanan", "administration.points", ADMIN, "/administration/points"),
    Page("pengaturan-layanan-baru", "administration.new_point", ADMIN, "/administration/points/new"),
    Page("pengaturan-layanan-ubah", "administration.change_point", ADMIN, "/administration/points/{point}"),
    Page("pengaturan-pengguna", "administration.staff", ADMIN, "/administration/staff"),
    Page("pengaturan-pengguna-baru", "administration.new_member", ADMIN, "/administration/staff/new"),
    Page("pengaturan-kunci", "administration.keys", ADMIN, "/administration/keys"),
    Page("pengaturan-kunci-langkah", "administration.key_step", ADMIN, "/administration/keys/{kid}/retire"),
    Page("pengaturan-aplikasi", "administration.clients", ADMIN, "/administration/clients"),
    Page("pengaturan-aplikasi-baru", "administration.new_client", ADMIN, "/administration/clients/new"),
    Page(
        "pengaturan-aplikasi-pemakaian", "administration.client_usage", ADMIN, "/administration/clients/usage"
    ),
    # Audit
    Page("audit", "audit.entries", AUDITOR, "/audit"),
    Page("audit-tidak-lazim", "audit.unusual", AUDITOR, "/audit/unusual"),
    Page("audit-keutuhan", "audit.checks", AUDITOR, "/audit/check"),
    Page("audit-hasil", "audit.checks", AUDITOR, "/audit/check", _pressed("main button[type=submit]")),
)

_PICTURE, _FILE, _MACHINE = "a picture or a PDF, not a page", "a file to download", "read by programs"
NOT_PICTURED = {
    "account.enrol": "leads on to the password or to the code, which are pictured",
    "administration.client_usage_file": _FILE,
    "administration.letterhead_logo": _PICTURE,
    "api.letter": _MACHINE,
    "api.letter_pdf": _PICTURE,
    "api.letter_symbol": _PICTURE,
    "api.letters": _MACHINE,
    "batches.template": _FILE,
    "demo.letter_symbol": _PICTURE,
    "demo.pdf": _PICTURE,
    "demo.trial_symbol": _PICTURE,
    "drafts.preview_pdf": _PICTURE,
    "drafts.preview_picture": _PICTURE,
    "elections.report_paper": _PICTURE,
    "elections.report_table": _FILE,
    "elections.report_token": _FILE,
    "figures.as_json": _MACHINE,
    "letters.portrait": _PICTURE,
    "metrics.page": _MACHINE,
    "openapi.spec": _MACHINE,
    "printing.copy": _PICTURE,
    "printing.test_pdf": _PICTURE,
    "public.healthz": _MACHINE,
    "public.readyz": _MACHINE,
    "published.jwks": _MACHINE,
    "published.status_list": _MACHINE,
    "published.trust_bundle": _MACHINE,
    "register.template": _FILE,
    "reports.checkpoint": _FILE,
    "reports.closing_pdf": _PICTURE,
    "reports.counts_file": _FILE,
    "reports.template": _FILE,
    "scan.asset": "scripts, styles and icons of the scanner",
    "scan.page": "an application of its own, whose screens follow from what is held before its camera",
    "scan.service_worker": _MACHINE,
    "static": "scripts, styles and icons",
    "station.trust_bundle": _MACHINE,
}
