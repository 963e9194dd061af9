"""Small screens, and pages that only a form leads to: what one came for is in sight, and nobody is kept out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from suket_service import administering, issuing
from suket_service.administering.proving import Proof
from suket_service.core.request import Request
from suket_service.issuing import Application
from suket_service.registry import residents, staff
from suket_service.sheets.write import write_csv
from tests.browser.office import DEMO_OFFICE, barriers, signed_in
from tests.builders import a_row
from tests.web.staff.conftest import OfficeAtWork

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = ViewportSize(width=360, height=640)
#: Two of the demo's register who have no letter yet: one asks for it, the other stands at the counter.
CITIZEN, NEXT = "2172035908919117", "2172014510919115"
STAFF = ("operator", "kepala", "admin", "auditor")
BAD_FILE = write_csv(
    list(a_row().fields), [list(a_row(serial=number, rt="x").fields.values()) for number in (30, 31)]
)
#: Who comes to which page, and the button or link that they come for.
FORMS = [
    ("operator", "/counter", "Cari"),
    ("operator", "/counter/{resident}", "Ajukan"),
    ("kepala", "/desk", "Setujui yang ditandai"),
    ("operator", "/letters", "Cari"),
    ("operator", "/batches", "Unggah dan periksa"),
    ("operator", "/register", "Unggah dan periksa"),
    ("operator", "/printing", "Mulai mencetak|Cari surat"),  # where nothing waits for the printer
    ("operator", "/administration/points", "Tutup: |Buka lagi: "),
    ("admin", "/administration/points", "Tambah tempat"),
]
_ON_TOP = """each => {
  const box = each.getBoundingClientRect();
  return each.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
People: TypeAlias = dict[str, BrowserContext]


@pytest.fixture(scope="module")
def people(browser: Browser, at_work: tuple[str, OfficeAtWork]) -> Iterator[People]:
    """A phone for each role, one for the public, and one of someone whose code was given long ago."""
    url, office = at_work
    _ask_for_a_letter(office)
    phones = {
        each: signed_in(browser, url, office.registry, each, viewport=PHONE, base_url=url) for each in STAFF
    }
    phones["nobody"] = browser.new_context(viewport=PHONE, base_url=url)
    phones["unproven"] = browser.new_context(viewport=PHONE, base_url=url)
    phones["unproven"].add_cookies([{"name": "suket", "value": _without_code(office), "url": url}])
    yield phones
    for phone in phones.values():
        phone.close()


def _ask_for_a_letter(office: OfficeAtWork) -> None:
    """So that something waits on the desk, whatever was issued before."""
    with office.registry.reading() as tx:
        person = residents.find(tx, DEMO_OFFICE, [CITIZEN])[CITIZEN].resident
    asked = Application(DEMO_OFFICE, Request(person, "Hilang", None, None, None, ()), None)
    issuing.draft(office.registry, asked, "operator", datetime.now(UTC))


def _resident(office: OfficeAtWork) -> int:
    with office.registry.reading() as tx:
        return residents.find(tx, DEMO_OFFICE, [NEXT])[NEXT].id


def _without_code(office: OfficeAtWork) -> str:
    with office.registry.reading() as tx:
        member = staff.find(tx, "operator")
    assert member is not None
    proof = Proof(member, with_code=False, complete=True)
    return administering.begin_session(office.registry, proof, "Chromium", datetime.now(UTC))


@pytest.fixture
def page(people: People, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page on the phone of whoever the test names."""
    opened = people[request.param].new_page()
    yield opened
    opened.close()


def on_the_phone_of(who: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", [who], indirect=True)


@pytest.mark.parametrize(
    ("page", "path", "action"), FORMS, ids=[f"{who}{path}" for who, path, _ in FORMS], indirect=["page"]
)
def test_what_one_comes_for_is_on_the_first_screen(
    page: Page, at_work: tuple[str, OfficeAtWork], path: str, action: str
) -> None:
    page.goto(path.format(resident=_resident(at_work[1])))
    name = re.compile(f"^({action})")
    main = page.locator("main")
    found = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first
    expect(found).to_be_in_viewport(ratio=1)
    # In sight is not enough: nothing may lie over it.
    assert found.evaluate(_ON_TOP)


@on_the_phone_of("operator")
def test_the_people_whom_a_search_finds_can_be_read_by_everyone(page: Page) -> None:
    page.goto("/counter")
    page.get_by_label("NIK atau nama").fill("AHMAD")
    page.keyboard.press("Enter")
    expect(page.locator("article.hit").first).to_be_visible()
    assert barriers(page) == ""


@on_the_phone_of("operator")
def test_a_refused_form_can_be_read_by_everyone(page: Page, at_work: tuple[str, OfficeAtWork]) -> None:
    page.goto(f"/counter/{_resident(at_work[1])}")
    page.locator("form.request").evaluate("form => { form.noValidate = true }")
    with page.expect_navigation() as sent:
        page.get_by_role("button", name="Ajukan").click()
    assert sent.value is not None
    assert sent.value.status == 422
    expect(page.get_by_role("alert").first).to_be_visible()
    assert barriers(page) == ""


@on_the_phone_of("operator")
def test_letters_found_by_name_can_be_read_by_everyone(page: Page) -> None:
    page.goto("/letters")
    page.get_by_label("Nomor, nama, NIK, atau kode periksa").fill("TENGKU")
    page.keyboard.press("Enter")
    expect(page.locator("table.list").get_by_text("TENGKU SYARIFAH")).to_be_visible()
    assert barriers(page) == ""


@on_the_phone_of("operator")
def test_recovery_codes_can_be_read_by_everyone(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Buat yang baru").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Simpan kode pemulihan ini")
    assert barriers(page) == ""


@on_the_phone_of("unproven")
def test_the_page_that_asks_for_a_code_can_be_used_by_everyone(page: Page) -> None:
    page.goto("/account")
    with page.expect_navigation() as sent:
        page.get_by_role("button", name="Buat yang baru").click()
    assert sent.value is not None
    assert sent.value.status == 401
    expect(page.get_by_label("Kode sekali pakai")).to_be_focused()
    assert barriers(page) == ""


@on_the_phone_of("operator")
def test_the_bad_rows_of_a_batch_can_be_read_by_everyone(page: Page) -> None:
    page.goto("/batches")
    page.get_by_label("Berkas permohonan (Excel atau CSV)").set_input_files(
        {"name": "permohonan.csv", "mimeType": "text/csv", "buffer": BAD_FILE}
    )
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.locator("section[aria-labelledby=bad]")).to_contain_text("RT")
    assert barriers(page) == ""
    page.get_by_role("button", name="Buang berkas ini").click()


@on_the_phone_of("nobody")
@pytest.mark.parametrize("path", ["/angka", "/layanan", "/s"])
def test_what_the_public_reads_can_be_read_by_everyone(page: Page, path: str) -> None:
    page.goto(path)
    assert barriers(page) == ""
