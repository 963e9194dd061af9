"""The public check as a phone's browser shows it, and the demo's front page."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

FIRST_PAGE_BYTES = 100 * 1024


def test_a_genuine_letter_is_shown_as_genuine_and_masked(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s#{site.seals['issued']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")
    expect(page.locator(".banner.green")).to_be_visible()
    facts = page.locator("dl.facts").inner_text()
    assert "**********" in facts
    assert "471.13/" in facts


def test_the_seal_is_taken_out_of_the_address(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s#{site.seals['issued']}")
    expect(page.locator(".banner")).to_be_visible()
    assert page.url == f"{site.url}/s"
    assert page.evaluate("history.length") <= 2


@pytest.mark.parametrize(
    ("state", "word", "tone"), [("revoked", "DICABUT", "red"), ("superseded", "DIGANTIKAN", "red")]
)
def test_a_letter_that_no_longer_holds_says_so(
    site: Site, page: Page, state: str, word: str, tone: str
) -> None:
    page.goto(f"{site.url}/s#{site.seals[state]}")
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    expect(page.locator(f".banner.{tone}")).to_be_visible()


def test_a_changed_digit_is_never_green(site: Site, page: Page) -> None:
    digits = site.seals["issued"]
    page.goto(f"{site.url}/s#{digits[:-1]}{(int(digits[-1]) + 1) % 10}")
    expect(page.get_by_role("heading", level=1)).to_have_text("SEGEL TIDAK SAH")
    assert page.locator("dl.facts").count() == 0


def test_something_else_is_not_readable_and_refuses_nobody(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s#2172031708950003")
    expect(page.get_by_role("heading", level=1)).to_have_text("TIDAK TERBACA")
    expect(page.locator(".banner.grey")).to_be_visible()


def test_the_pasted_text_of_a_symbol_is_checked_by_keyboard_alone(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s")
    page.get_by_label("Atau tempelkan isi kode QR").focus()
    page.keyboard.insert_text(f"{site.url}/s#{site.seals['issued']}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")
    page.get_by_role("button", name="Periksa surat lain").press("Enter")
    expect(page.get_by_label("Atau tempelkan isi kode QR")).to_be_focused()
    expect(page.get_by_label("Atau tempelkan isi kode QR")).to_have_value("")


def test_nothing_pasted_is_told_at_the_field(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s")
    page.get_by_role("button", name="Periksa").click()
    expect(page.locator("#seal-error")).to_be_visible()
    expect(page.locator("#seal")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("NPDY-ZPD5", "Ini kode periksa"),
        ("npdy zpd5", "Ini kode periksa"),
        ("471.13/0002/SKP/2172/2026", "Ini nomor surat"),
        ("217203 170895 0003", "Ini NIK"),
    ],
)
def test_what_else_stands_on_a_letter_is_recognised_and_says_what_to_do(
    site: Site, page: Page, typed: str, told: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.goto(f"{site.url}/s")
    page.locator("#seal").fill(typed)
    page.get_by_role("button", name="Periksa").click()
    expect(page.locator("#seal-error")).to_contain_text(told)
    expect(page.locator("#seal-error")).to_contain_text("hubungi Disdukcapil penerbit")
    expect(page.locator("#seal")).to_be_focused()
    assert "POST" not in asked


def test_a_service_out_of_reach_is_never_green_and_can_be_tried_again(site: Site, page: Page) -> None:
    page.route("**/api/v1/verifications", lambda route: route.abort())
    page.goto(f"{site.url}/s#{site.seals['issued']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("BELUM DAPAT DIPASTIKAN")
    page.unroute("**/api/v1/verifications")
    page.get_by_role("button", name="Coba lagi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")


def test_a_second_code_in_the_same_tab_is_checked_too(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s#{site.seals['issued']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")
    page.evaluate(f"location.hash = {json.dumps(site.seals['revoked'])}")
    expect(page.get_by_role("heading", level=1)).to_have_text("DICABUT")


def test_a_late_answer_to_an_earlier_question_is_not_shown(site: Site, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/verifications", hold, times=1)
    page.goto(f"{site.url}/s#{site.seals['issued']}")
    expect(page.get_by_text("Memeriksa…")).to_be_visible()
    page.evaluate(f"location.hash = {json.dumps(site.seals['revoked'])}")
    expect(page.get_by_role("heading", level=1)).to_have_text("DICABUT")
    for route in held:
        route.fulfill(json={"outcome": "valid", "tone": "green", "message": {"id": "", "en": ""}})
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", level=1)).to_have_text("DICABUT")


def test_without_scripts_no_form_can_put_a_seal_into_an_address(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/s")
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_text("memerlukan JavaScript")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/", "/s", "/s#VALID", "/s#123", "/api/docs", "/nothing-here"])
def test_axe_finds_nothing_to_complain_of(site: Site, page: Page, path: str) -> None:
    page.goto(site.url + path.replace("VALID", site.seals["issued"]))
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/", "/s", "/s#VALID", "/api/docs", "/nothing-here"])
def test_no_page_is_wider_than_the_screen(site: Site, page: Page, path: str) -> None:
    page.goto(site.url + path.replace("VALID", site.seals["issued"]))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_check_page_is_light_and_asks_no_one_else(site: Site, page: Page) -> None:
    weights: list[int] = []
    hosts: set[str] = set()
    page.on("response", lambda response: weights.append(len(response.body())))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{site.url}/s")
    page.wait_for_load_state("networkidle")
    assert sum(weights) < FIRST_PAGE_BYTES
    assert hosts == {site.url.removeprefix("http://")}


def test_every_trial_of_the_front_page_ends_as_announced(site: Site, page: Page) -> None:
    words = {
        "Nama diubah": "SEGEL TIDAK SAH",
        "Tidak pernah diterbitkan": "TIDAK TERCATAT",
        "Penerbit tidak dikenal": "PENERBIT TIDAK DIKENAL",
        "Barcode lama": "TIDAK TERBACA",
    }
    for title, word in words.items():
        page.goto(site.url)
        page.get_by_role("link", name=f"Periksa {title}", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(word)


def test_the_front_page_leads_to_letters_as_pdf(site: Site, page: Page) -> None:
    page.goto(site.url)
    address = page.get_by_role("link", name="PDF surat").first.get_attribute("href")
    answer = page.request.get(f"{site.url}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
