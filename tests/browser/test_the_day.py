"""A day at the office in a real browser: from signing in to the closing report, by several people.

Nothing is taken from the inside: codes are read off the demo's own sign-in page, the camera is Chromium's
fake one, the QR is decoded out of the PDF that the browser was given.
"""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from suket_service.paper import reader
from suket_service.paper.portrait import HEIGHT, WIDTH
from suket_service.registry import letters
from tests.browser.office import DEMO_OFFICE
from tests.web.staff.conftest import OfficeAtWork

pytestmark = pytest.mark.browser

#: Someone of the demo's register who has no letter yet.
CITIZEN = "ABDUL KARIM"
BATCH, BAD = 50, 3


@pytest.fixture
def people(browser: Browser, at_work: tuple[str, OfficeAtWork]) -> Iterator[dict[str, Page]]:
    """A browser each for the operator and the approver, signed in as people do."""
    url, _ = at_work
    contexts = [browser.new_context(viewport={"width": 1366, "height": 768}, base_url=url) for _ in range(2)]
    pages = {}
    for username, context in zip(("operator", "kepala"), contexts, strict=True):
        context.grant_permissions(["camera"], origin=url)
        pages[username] = sign_in(context.new_page(), username)
    yield pages
    for context in contexts:
        context.close()


def sign_in(page: Page, username: str) -> Page:
    page.goto("/login")
    account = page.locator("table tbody tr", has=page.get_by_text(username, exact=True))
    password, code = account.locator("code").all_inner_texts()[1:]
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_label("Kode sekali pakai").fill(code)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    return page


def ask_for_a_letter(page: Page) -> int:
    """From an empty search to a submitted draft; returns how often something was pressed."""
    pressed = 0

    def press(target: Locator) -> None:
        nonlocal pressed
        pressed += 1
        target.click()

    page.goto("/counter")
    page.get_by_label("NIK atau nama").fill(CITIZEN)
    press(page.get_by_role("button", name="Cari"))
    press(page.get_by_role("link", name="Buat permohonan"))
    for seen in page.locator("[data-papers] input[type=checkbox]").all():
        press(seen)
    press(page.get_by_role("button", name="Buka kamera"))
    expect(page.get_by_role("button", name="Ambil foto")).to_be_enabled()
    press(page.get_by_role("button", name="Ambil foto"))
    expect(page.locator("[data-canvas]")).to_be_visible()
    press(page.get_by_role("button", name="Ajukan"))
    expect(page.locator(".flash")).to_be_visible()
    return pressed


def approve(page: Page, name: str) -> None:
    page.goto("/desk")
    card = page.locator("article, li, section").filter(has=page.get_by_text(name, exact=True)).last
    card.get_by_role("checkbox").check()
    page.get_by_role("button", name="Setujui yang ditandai").click()
    expect(page.locator("main")).to_contain_text(re.compile("terbit"))


def open_letter(page: Page, name: str) -> str:
    """Open the letter of that person; returns its number."""
    page.goto("/letters")
    page.get_by_label("Nomor, nama, NIK, atau kode periksa").fill(name)
    page.keyboard.press("Enter")
    page.locator("table.list a", has_text="471.13").first.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("471.13/")
    return heading.inner_text().replace("\u200b", "")


def print_letter(page: Page) -> bytes:
    form = page.locator("form[action$='/print']").first
    action, token = form.get_attribute("action"), form.locator("[name=csrf_token]").get_attribute("value")
    assert action
    answer = page.request.post(action, form={"csrf_token": token or ""})
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def check_in_public(browser: Browser, text: str) -> str:
    """The word that anyone's phone shows for that symbol."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(text)
    expect(page.locator(".banner")).to_be_visible()
    word = page.get_by_role("heading", level=1).inner_text()
    context.close()
    return word


def test_the_day(browser: Browser, people: dict[str, Page], at_work: tuple[str, OfficeAtWork]) -> None:
    operator, kepala, (url, office) = people["operator"], people["kepala"], at_work

    assert ask_for_a_letter(operator) <= 6
    approve(kepala, CITIZEN)

    number = open_letter(operator, CITIZEN)
    pdf = print_letter(operator)
    [text] = reader.read(pdf).texts
    assert text.startswith(f"{url}/s#")
    assert check_in_public(browser, text) == "ASLI DAN BERLAKU"
    with office.registry.reading() as tx:
        record = letters.by_number(tx, DEMO_OFFICE, number)
        assert record.portrait is not None
        jpeg = letters.portrait(tx, record.portrait)
    assert jpeg is not None
    assert _size_of(jpeg) == (WIDTH, HEIGHT)

    operator.get_by_role("link", name="Cabut").click()
    operator.get_by_label("Alasan").fill("Data salah")
    operator.get_by_role("button", name=re.compile("[Cc]abut")).click()
    expect(operator.locator("main")).to_contain_text("dicabut")
    assert check_in_public(browser, text) == "DICABUT"

    import_the_register(operator)
    upload_the_batch(operator)
    issue_the_batch(kepala)
    with office.registry.reading() as tx:
        issued = [each for each in letters.search(tx, DEMO_OFFICE) if each.number]
    assert len({each.number for each in issued}) == len(issued) >= 30 + BATCH - BAD
    assert close_the_day(kepala) == len(issued)


def import_the_register(page: Page) -> None:
    page.goto("/register")
    page.get_by_label("Daftar (Excel atau CSV)").set_input_files(
        {"name": "penduduk.csv", "mimeType": "text/csv", "buffer": rows(BATCH)}
    )
    page.get_by_label("Asalnya").fill("SIAK")
    page.get_by_label("Keadaan per tanggal").fill("2026-01-31")
    page.get_by_role("button", name="Unggah dan periksa").click()
    page.get_by_role("button", name=f"Impor {BATCH} orang").click()
    expect(page.get_by_text("Lihat yang dipegang kantor")).to_be_visible(timeout=30_000)


def upload_the_batch(page: Page) -> None:
    page.goto("/batches")
    page.get_by_label("Berkas permohonan (Excel atau CSV)").set_input_files(
        {"name": "permohonan.csv", "mimeType": "text/csv", "buffer": rows(BATCH, BAD)}
    )
    page.get_by_role("button", name="Unggah dan periksa").click()
    bad = page.locator("section[aria-labelledby=bad]")
    expect(bad).to_contain_text("NIK")
    expect(bad).to_contain_text("wilayah")
    page.get_by_role("button", name=f"Buat {BATCH - BAD} konsep").click()
    expect(page.get_by_text("Konsepnya kini di meja persetujuan")).to_be_visible(timeout=60_000)


def issue_the_batch(page: Page) -> None:
    """Every draft that waits, page by page, in one sitting."""
    page.goto("/desk")
    for _ in range(8):
        if page.locator("main .empty").count():
            break
        everything = page.get_by_role("button", name=re.compile("Setujui semua"))
        if everything.count():
            everything.click()
        else:  # what wants a look of its own is marked singly
            for box in page.locator(".drafts input[name=letter]").all():
                box.check()
            page.get_by_role("button", name="Setujui yang ditandai").click()
        page.wait_for_load_state()
        page.goto("/desk")
    expect(page.locator("main .empty")).to_be_visible()


def close_the_day(page: Page) -> int:
    """Returns how many letters the closing report says were issued."""
    page.goto("/reports")
    page.get_by_role("link", name="Penutupan hari").click()
    page.get_by_role("button", name=re.compile("^Tutup")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan penutupan")
    expect(page.locator("section.proof")).to_contain_text(re.compile(r"[0-9a-f]{64}"))
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Diterbitkan"))
    return int(row.get_by_role("cell").inner_text().replace(".", ""))


def rows(count: int, bad: int = 0) -> bytes:
    """A file of so many people; the first ``bad`` rows are wrong, each in another field."""
    out = io.StringIO()
    fields = (
        *(
            "nik",
            "nama",
            "tempat_lahir",
            "tanggal_lahir",
            "jenis_kelamin",
            "alamat",
            "rt",
            "rw",
            "kode_wilayah",
        ),
        *("agama", "status_perkawinan", "pekerjaan", "kewarganegaraan", "status_perekaman", "alasan"),
    )
    table = csv.DictWriter(out, fields)
    table.writeheader()
    for serial in range(1, count + 1):
        person = {
            "nik": f"217203170895{8000 + serial}",
            "nama": f"WARGA {'ABCDEFGHIJ'[serial % 10]} {'KLMNOPQRST'[serial // 10]}",
            "tempat_lahir": "TANJUNGPINANG",
            "tanggal_lahir": "1995-08-17",
            "jenis_kelamin": "LAKI-LAKI",
            "alamat": f"JALAN MERDEKA NOMOR {serial}",
            "rt": "001",
            "rw": "002",
            "kode_wilayah": "2172031001",
            "agama": "ISLAM",
            "status_perkawinan": "BELUM KAWIN",
            "pekerjaan": "NELAYAN/PERIKANAN",
            "kewarganegaraan": "WNI",
            "status_perekaman": "PROCESSING",
            "alasan": "Blangko KTP-el habis",
        }
        wrong = [{"nik": "12345"}, {"kode_wilayah": "9999999999"}, {"tanggal_lahir": "17/08/1995"}]
        table.writerow({**person, **(wrong[serial - 1] if serial <= bad else {})})
    return out.getvalue().encode()


def _size_of(jpeg: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(jpeg)).size
