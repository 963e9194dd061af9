"""The public check as a phone's browser shows it, and the demo's front page."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from suket_service.core.nik import mask_nik
from suket_service.core.resident import mask_name
from suket_service.core.seal import Seal, check_code
from tests.browser.conftest import PHONE, Site, on_phone_and_desk, watched
from tests.cli.builders import read_seal

pytestmark = pytest.mark.browser

#: The page with all that checks a seal, unpacked; a proxy's compression makes about a third of it.
FIRST_PAGE_BYTES = 130 * 1024
BUNDLE, STATES = "**/scan/trust-bundle", "**/api/v1/letter-states"
NO_SUCH = "471.13/7777/SKP/2172/2026"
WRONG = "0000-0000"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all that need none of their own: nothing is kept in it, and to make one takes longer than a check."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of its own in that browser, at a phone's width or at what is asked for."""
    width, height = getattr(request, "param", PHONE)
    with watched(context.new_page()) as opened:
        opened.set_viewport_size({"width": width, "height": height})
        yield opened
        opened.close()


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    """A page in a browser that was never here: with a clock of its own, and nothing loaded before."""
    made = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    with watched(made.new_page()) as opened:
        yield opened
        made.close()


def sealed(site: Site, state: str = "issued") -> Seal:
    """The seal of that state's letter, read by the core."""
    return read_seal(site.seals[state])


def number_of(site: Site, page: Page, state: str = "issued") -> str:
    """That letter's number, as the demo's front page lists it."""
    listed = page.request.get(site.url).text()
    link = rf'/s#{site.seals[state]}">Periksa<span class="visually-hidden"> surat ([^<]+)</span>'
    found = re.search(link, listed)
    assert found is not None
    return found[1]


def says(page: Page, word: str, tone: str) -> None:
    """Whether the verdict is that word in that colour."""
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    expect(page.locator(f".banner.{tone}")).to_be_visible()


def with_state(page: Page, **answer: Any) -> None:
    """The service answers this of every letter."""
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    whole = {"issued_on": None, "valid_until": None, "extended_to": None, "checked_at": moment, **answer}
    page.route(STATES, lambda route: route.fulfill(json=whole))


def type_code(page: Page, site: Site, number: str, code: str) -> None:
    page.goto(f"{site.url}/s")
    page.get_by_label("Nomor surat").fill(number)
    page.get_by_label("Kode periksa").fill(code)
    page.get_by_role("button", name="Cari surat").click()


def paste(page: Page, site: Site, text: str) -> None:
    page.goto(f"{site.url}/s")
    page.get_by_label("Tempelkan isi kode QR").fill(text)
    page.get_by_role("button", name="Periksa", exact=True).click()


@contextmanager
def without_scripts(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


class TestTheVerdict:
    def test_a_genuine_letter_is_shown_as_genuine_and_masked(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        facts = sealed(site).facts
        shown = page.locator("dl.facts.card").inner_text()
        assert mask_name(facts.name) in shown
        assert mask_nik(facts.nik) in shown
        assert str(facts.birth_date.year) in shown

    def test_nothing_on_the_page_tells_more_than_a_public_answer(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        facts, whole = sealed(site).facts, page.content()
        assert facts.name not in whole
        assert facts.nik not in whole
        assert facts.nik[6:] not in whole
        assert facts.birth_date.isoformat() not in whole
        assert site.seals["issued"][-30:] not in whole

    @pytest.mark.few(1)
    @pytest.mark.parametrize(
        ("state", "word", "tone"), [("revoked", "DICABUT", "red"), ("superseded", "DIGANTIKAN", "red")]
    )
    def test_a_letter_that_no_longer_holds_says_so(
        self, site: Site, page: Page, state: str, word: str, tone: str
    ) -> None:
        page.goto(f"{site.url}/s#{site.seals[state]}")
        says(page, word, tone)

    def test_a_changed_digit_is_never_green(self, site: Site, page: Page) -> None:
        digits = site.seals["issued"]
        page.goto(f"{site.url}/s#{digits[:-1]}{(int(digits[-1]) + 1) % 10}")
        says(page, "SEGEL TIDAK SAH", "red")
        assert page.locator("dl.facts.card").count() == 0

    def test_something_else_is_not_readable_and_refuses_nobody(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#2172031708950003")
        says(page, "TIDAK TERBACA", "grey")

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        ("answer", "word", "tone"),
        [
            ({"status": "suspended"}, "DITANGGUHKAN", "amber"),
            # Its position was given out, so what is sealed here is not what was issued there.
            ({"status": "unknown"}, "ISI BERBEDA", "red"),
            ({"status": "undecided"}, "BELUM DAPAT DIPASTIKAN", "amber"),
            # Words that nobody knows are no answer: the list's word, never plain green.
            ({"status": "fine"}, "ASLI DAN BERLAKU", "amber"),
            ({"status": "issued", "checked_at": "soon"}, "ASLI DAN BERLAKU", "amber"),
        ],
    )
    def test_the_services_word_counts(
        self, site: Site, page: Page, answer: dict[str, Any], word: str, tone: str
    ) -> None:
        with_state(page, **answer)
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, word, tone)

    @pytest.mark.slow
    def test_a_letter_whose_record_was_lost_is_known_by_its_list_to_be_revoked(
        self, site: Site, page: Page
    ) -> None:
        with_state(page, status="undecided")
        page.goto(f"{site.url}/s#{site.seals['revoked']}")
        says(page, "DICABUT", "red")

    @pytest.mark.slow
    def test_an_extension_is_shown(self, site: Site, page: Page) -> None:
        with_state(page, status="issued", valid_until="2031-01-31", extended_to="2031-01-31")
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        expect(page.locator("dl.facts.card")).to_contain_text("31 Januari 2031")
        expect(page.locator(".notes")).to_contain_text("sudah diperpanjang")

    def test_a_host_that_is_not_ours_is_named_loudly_and_never_linked(self, site: Site, page: Page) -> None:
        paste(page, site, f"https://suket-palsu.example.com/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "amber")
        expect(page.locator("#verdict .warning strong")).to_contain_text("suket-palsu.example.com")
        assert page.locator("a[href*='palsu']").count() == 0

    def test_no_word_of_any_outcome_breaks(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        broken = """async () => {
          const { WORDS } = await import("/static/scan/verdict.js");
          const title = document.querySelector("h1:not(#ask-title)");
          title.style.whiteSpace = "nowrap";
          const fits = (word) => { title.textContent = word; return title.scrollWidth <= title.clientWidth; };
          return Object.values(WORDS).flatMap(({ id }) => id.split(" ")).filter((word) => !fits(word));
        }"""
        assert page.evaluate(broken) == []


class TestWhereTheSealGoes:
    def test_it_is_taken_out_of_the_address(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        expect(page.locator(".banner")).to_be_visible()
        assert page.url == f"{site.url}/s"
        assert page.evaluate("history.length") <= 2

    def test_it_is_taken_out_of_the_address_even_where_nothing_can_check_it(
        self, site: Site, page: Page
    ) -> None:
        page.route("**/check/main.js", lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        expect(page.locator("#typed")).to_be_visible()
        expect(page.locator("#no-script")).to_be_visible()
        assert page.url == f"{site.url}/s"

    @pytest.mark.parametrize("way", ["address", "pasted"])
    def test_it_is_sent_nowhere(self, site: Site, page: Page, way: str) -> None:
        sent: list[Request] = []

        def note(request: Request) -> None:
            sent.append(request)

        page.on("request", note)
        if way == "address":
            page.goto(f"{site.url}/s#{site.seals['issued']}")
        else:
            paste(page, site, f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        asked = [each for each in sent if each.method == "POST"]
        assert [each.url for each in asked] == [f"{site.url}/api/v1/letter-states"]
        assert set(asked[0].post_data_json or {}) == {"list", "index", "fingerprint"}
        digits, facts = site.seals["issued"], sealed(site).facts
        for each in sent:
            # Playwright tells of the fragment, which no browser sends.
            told = each.url.partition("#")[0] + (each.post_data or "") + str(each.headers)
            assert digits[-30:] not in told
            assert facts.nik not in told
            assert facts.name not in told

    @pytest.mark.few(1)
    @pytest.mark.parametrize("what", ["forged", "unreadable"])
    def test_of_what_is_no_seal_of_ours_nothing_at_all_is_asked(
        self, site: Site, page: Page, what: str
    ) -> None:
        digits = site.seals["issued"]
        text = {"forged": f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}", "unreadable": "2172031708950003"}[
            what
        ]
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method))
        page.goto(f"{site.url}/s#{text}")
        expect(page.locator(".banner")).to_be_visible()
        assert "POST" not in asked

    def test_nothing_of_it_is_stored(self, site: Site, fresh: Page) -> None:
        fresh.goto(f"{site.url}/s#{site.seals['issued']}")
        says(fresh, "ASLI DAN BERLAKU", "green")
        kept = "[localStorage.length, sessionStorage.length, document.cookie, 'suketFragment' in window]"
        assert fresh.evaluate(kept) == [0, 0, "", False]
        assert fresh.evaluate("indexedDB.databases().then((found) => found.length)") == 0


class TestWithoutTheService:
    def test_the_lists_word_is_shown_with_its_age_and_never_plain_green(self, site: Site, page: Page) -> None:
        page.route(STATES, lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "amber")
        expect(page.locator("#verdict .warning")).to_contain_text("Layanan tidak menjawab")
        expect(page.locator("#verdict .warning")).to_contain_text("menurut daftar per")

    @pytest.mark.few(1)
    @pytest.mark.parametrize("status", [404, 429, 500, 503])
    def test_a_refusal_is_no_answer_either(self, site: Site, page: Page, status: int) -> None:
        page.route(STATES, lambda route: route.fulfill(status=status, json={"status": "issued"}))
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "amber")

    @pytest.mark.slow
    def test_a_revoked_letter_is_red_all_the_same(self, site: Site, page: Page) -> None:
        page.route(STATES, lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['revoked']}")
        says(page, "DICABUT", "red")

    def test_it_can_be_asked_again(self, site: Site, page: Page) -> None:
        page.route(STATES, lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "amber")
        page.unroute(STATES)
        page.get_by_role("button", name="Coba lagi").click()
        says(page, "ASLI DAN BERLAKU", "green")
        expect(page.get_by_role("button", name="Coba lagi")).to_have_count(0)

    def test_without_any_list_nothing_can_be_told_and_it_can_be_tried_again(
        self, site: Site, page: Page
    ) -> None:
        page.route(BUNDLE, lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "BELUM DAPAT DIPASTIKAN", "amber")
        assert page.locator("dl.facts.card").count() == 0
        page.unroute(BUNDLE)
        page.get_by_role("button", name="Coba lagi").click()
        says(page, "ASLI DAN BERLAKU", "green")

    def test_a_list_that_somebody_changed_is_no_list(self, site: Site, page: Page) -> None:
        def change(route: Route) -> None:
            body = route.fetch().text()
            middle = len(body) // 2
            route.fulfill(body=f"{body[:middle]}{'A' if body[middle] != 'A' else 'B'}{body[middle + 1 :]}")

        page.route(BUNDLE, change)
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "BELUM DAPAT DIPASTIKAN", "amber")

    def test_a_stale_list_decides_nothing_and_says_so(self, site: Site, fresh: Page) -> None:
        fresh.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=10))
        fresh.route(STATES, lambda route: route.abort())
        fresh.goto(f"{site.url}/s#{site.seals['issued']}")
        says(fresh, "BELUM DAPAT DIPASTIKAN", "amber")
        expect(fresh.locator(".notes")).to_contain_text("sudah terlalu lama")

    @pytest.mark.slow
    def test_a_clock_before_the_list_decides_nothing_and_says_so(self, site: Site, fresh: Page) -> None:
        fresh.clock.set_fixed_time(datetime.now(UTC) - timedelta(days=1))
        fresh.route(STATES, lambda route: route.abort())
        fresh.goto(f"{site.url}/s#{site.seals['issued']}")
        says(fresh, "BELUM DAPAT DIPASTIKAN", "amber")
        expect(fresh.locator(".notes")).to_contain_text("Jam perangkat ini")

    @pytest.mark.few(1)
    @pytest.mark.parametrize("days", [-10, 10, 4_000])
    def test_with_the_service_at_hand_its_clock_counts_and_not_the_phones(
        self, site: Site, fresh: Page, days: int
    ) -> None:
        fresh.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=days))
        fresh.goto(f"{site.url}/s#{site.seals['issued']}")
        says(fresh, "ASLI DAN BERLAKU", "green")

    def test_once_a_list_was_had_it_serves_when_the_service_falls_silent(
        self, site: Site, page: Page
    ) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        page.route(BUNDLE, lambda route: route.abort())
        page.route(STATES, lambda route: route.abort())
        page.evaluate(f"location.hash = {json.dumps(site.seals['revoked'])}")
        says(page, "DICABUT", "red")


class TestTurns:
    @pytest.mark.slow
    def test_a_second_code_in_the_same_tab_is_checked_too(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        page.evaluate(f"location.hash = {json.dumps(site.seals['revoked'])}")
        says(page, "DICABUT", "red")
        assert page.url == f"{site.url}/s"

    @pytest.mark.few(1)
    @pytest.mark.parametrize("late", ["answer", "refusal"])
    def test_a_late_answer_to_an_earlier_question_is_not_shown(
        self, site: Site, page: Page, late: str
    ) -> None:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route(STATES, hold, times=1)
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        expect(page.get_by_text("Memeriksa…").and_(page.locator("[role=status]"))).to_be_visible()
        page.wait_for_function(
            "performance.getEntriesByName(location.origin + '/scan/trust-bundle').length > 0"
        )
        page.evaluate(f"location.hash = {json.dumps(site.seals['revoked'])}")
        says(page, "DICABUT", "red")
        for route in held:
            route.abort() if late == "refusal" else route.continue_()
        page.wait_for_timeout(300)
        says(page, "DICABUT", "red")

    def test_another_letter_leaves_nothing_of_the_last_one(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        page.get_by_role("button", name="Periksa surat lain").click()
        expect(page.get_by_label("Tempelkan isi kode QR")).to_be_focused()
        assert page.locator("#verdict").inner_text() == ""
        assert "ASLI" not in page.title()


class TestPasting:
    def test_the_text_of_a_symbol_is_checked_by_keyboard_alone(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s")
        page.get_by_label("Tempelkan isi kode QR").focus()
        page.keyboard.insert_text(f"{site.url}/s#{site.seals['issued']}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("ASLI DAN BERLAKU")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.get_by_role("button", name="Periksa surat lain").press("Enter")
        expect(page.get_by_label("Tempelkan isi kode QR")).to_have_value("")

    def test_nothing_pasted_is_told_at_the_field(self, site: Site, page: Page) -> None:
        paste(page, site, "")
        expect(page.locator("#seal-error")).to_be_visible()
        expect(page.locator("#seal")).to_have_attribute("aria-invalid", "true")

    @pytest.mark.few(2)
    @pytest.mark.parametrize(
        ("typed", "told", "field", "next_field"),
        [
            ("NPDY-ZPD5", "Ini kode periksa", "#code", "#number"),
            ("npdy zpd5", "Ini kode periksa", "#code", "#number"),
            ("471.13/0002/SKP/2172/2026", "Ini nomor surat", "#number", "#code"),
            ("217203 170895 0003", "Ini NIK", None, "#seal"),
        ],
    )
    def test_what_else_stands_on_a_letter_is_put_where_it_belongs(
        self, site: Site, page: Page, typed: str, told: str, field: str | None, next_field: str
    ) -> None:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method))
        paste(page, site, typed)
        expect(page.locator("#seal-error")).to_contain_text(told)
        expect(page.locator(next_field)).to_be_focused()
        if field is not None:
            expect(page.locator(field)).to_have_value(typed)
        assert "POST" not in asked


class TestNumberAndCheckCode:
    def test_a_letter_on_record_is_amber_and_masked(self, site: Site, page: Page) -> None:
        type_code(page, site, number_of(site, page), check_code(sealed(site).fingerprint))
        says(page, "BELUM DAPAT DIPASTIKAN", "amber")
        expect(page.locator("dl.facts.card")).to_contain_text(mask_name(sealed(site).facts.name))
        assert sealed(site).facts.nik not in page.content()

    def test_it_works_without_scripts(self, site: Site, browser: Browser) -> None:
        with without_scripts(browser) as page:
            code = check_code(sealed(site, "revoked").fingerprint)
            type_code(page, site, number_of(site, page, "revoked"), code)
            says(page, "BELUM DAPAT DIPASTIKAN", "amber")
            expect(page.locator("dl.facts.card")).to_contain_text("Dicabut")
            expect(page.get_by_role("button", name="Cetak hasil")).to_be_hidden()

    def test_without_scripts_no_form_can_send_a_seal(self, site: Site, browser: Browser) -> None:
        with without_scripts(browser) as page:
            page.goto(f"{site.url}/s")
            expect(page.locator("#paste")).to_be_hidden()
            expect(page.locator("#seal")).not_to_have_attribute("name", re.compile("."))
            expect(page.locator("#no-script")).to_contain_text("perlu JavaScript")
            expect(page.locator("#typed")).to_be_visible()

    @pytest.mark.parametrize("missing", ["DecompressionStream", "isSecureContext"])
    def test_a_browser_that_cannot_check_offers_it_and_says_why(
        self, site: Site, page: Page, missing: str
    ) -> None:
        page.add_init_script(f"Object.defineProperty(window, '{missing}', {{ value: undefined }})")
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        expect(page.locator("#no-script")).to_be_visible()
        expect(page.locator("#typed")).to_be_visible()
        expect(page.locator("#paste")).to_be_hidden()
        assert page.url == f"{site.url}/s"

    @pytest.mark.slow
    def test_what_was_typed_wrong_stays_to_be_mended(self, site: Site, page: Page) -> None:
        type_code(page, site, "tanpa angka", "7K3")
        for label, value in (("Nomor surat", "tanpa angka"), ("Kode periksa", "7K3")):
            expect(page.get_by_label(label)).to_have_value(value)
            expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")


class TestThePrint:
    def test_paper_tells_word_time_reference_and_site_on_one_page(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "green")
        paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
        assert len(paper) == 1
        text = " ".join(paper[0].get_textpage().get_text_bounded().split())
        for each in (
            "ASLI DAN BERLAKU",
            check_code(sealed(site).fingerprint),
            "data per",
            "WIB",
            site.url.partition("://")[2],
            "bukan pengganti surat",
            "Tidak dijamin oleh segel",
            mask_name(sealed(site).facts.name),
        ):
            assert each in text
        assert "Cetak hasil" not in text
        assert sealed(site).facts.name not in text

    @pytest.mark.slow
    def test_the_word_is_black_on_white(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s#{site.seals['revoked']}")
        says(page, "DICABUT", "red")
        page.emulate_media(media="print")
        style = "getComputedStyle(document.querySelector('.banner'))"
        colours = page.evaluate(f"[{style}.color, {style}.backgroundColor]")
        assert colours == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]

    @pytest.mark.slow
    def test_a_list_that_was_gone_by_is_on_paper_too(self, site: Site, page: Page) -> None:
        page.route(STATES, lambda route: route.abort())
        page.goto(f"{site.url}/s#{site.seals['issued']}")
        says(page, "ASLI DAN BERLAKU", "amber")
        paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
        assert len(paper) == 1
        assert "Layanan tidak menjawab" in paper[0].get_textpage().get_text_bounded()

    @pytest.mark.few(1)
    @pytest.mark.parametrize("way", ["seal", "typed"])
    def test_a_button_prints(self, site: Site, page: Page, way: str) -> None:
        page.add_init_script("window.print = () => { window.wasPrinted = true; }")
        if way == "seal":
            page.goto(f"{site.url}/s#{site.seals['issued']}")
        else:
            type_code(page, site, number_of(site, page), check_code(sealed(site).fingerprint))
        page.get_by_role("button", name="Cetak hasil").click()
        assert page.evaluate("window.wasPrinted") is True


class TestThisSite:
    @pytest.mark.slow
    def test_it_says_how_to_know_it(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s")
        page.get_by_text("Bagaimana saya tahu ini situs resmi?").click()
        told = page.locator("#official").inner_text()
        host = site.url.partition("://")[2]
        assert host in told
        assert f"Periksa di {host}/s" in told
        assert "titik dua" in told
        assert "kata sandi" in told

    @pytest.mark.slow
    def test_officers_find_the_scanner(self, site: Site, page: Page) -> None:
        page.goto(f"{site.url}/s")
        expect(page.get_by_role("link", name="Buka pemindai surat")).to_have_attribute("href", "/scan/")

    def test_it_is_light_and_asks_no_one_else(self, site: Site, fresh: Page) -> None:
        weights: list[int] = []
        hosts: set[str] = set()
        fresh.on("response", lambda response: weights.append(len(response.body())))
        fresh.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        fresh.goto(f"{site.url}/s")
        fresh.wait_for_load_state("networkidle")
        assert sum(weights) < FIRST_PAGE_BYTES
        assert hosts == {site.url.removeprefix("http://")}

    def test_every_module_is_asked_for_at_once(self, site: Site, fresh: Page) -> None:
        listed = set[str]()
        loaded = set[str]()
        fresh.on("request", lambda request: loaded.add(request.url) if request.url.endswith(".js") else None)
        fresh.goto(f"{site.url}/s")
        fresh.wait_for_load_state("networkidle")
        listed |= set(
            fresh.eval_on_selector_all("link[rel=modulepreload]", "found => found.map(e => e.href)")
        )
        listed |= set(fresh.eval_on_selector_all("script[src]", "found => found.map(e => e.src)"))
        assert loaded == listed


@pytest.mark.slow
def test_both_sides_mask_alike(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/s")
    names = ["SUHARTINI", "M. NUR", "I GUSTI NGURAH RAI", "ÉLISE D'ARC", "X", "DR. (HC) A-B, S.H."]
    nik = "2172031708950003"
    masks = "([names, nik]) => import('/static/check/masking.js').then((m) => [names.map(m.maskName), m.maskNik(nik)])"
    assert page.evaluate(masks, [names, nik]) == [[mask_name(name) for name in names], mask_nik(nik)]


@on_phone_and_desk
@pytest.mark.parametrize("path", ["/", "/s", "/s#VALID", "/s#123", "/api/docs", "/nothing-here"])
def test_axe_finds_nothing_to_complain_of_and_the_page_fits_the_screen(
    site: Site, page: Page, path: str
) -> None:
    page.goto(site.url + path.replace("VALID", site.seals["issued"]))
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.slow
@on_phone_and_desk
@pytest.mark.parametrize("what", ["list", "foreign", "nothing", "found", "errors", "closed", "official"])
def test_axe_finds_nothing_in_the_rarer_answers_and_they_fit_the_screen(
    site: Site, page: Page, what: str
) -> None:
    digits = site.seals["issued"]
    if what in ("list", "nothing"):
        page.route(STATES if what == "list" else BUNDLE, lambda route: route.abort())
        page.goto(f"{site.url}/s#{digits}")
    elif what == "foreign":
        paste(page, site, f"https://suket-tanjungpinang-kota.alamat-lain.example.com/s#{digits}")
    elif what == "found":
        type_code(page, site, number_of(site, page), check_code(sealed(site).fingerprint))
    elif what == "errors":
        type_code(page, site, "tanpa angka", "")
    elif what == "closed":
        for _ in range(5):
            page.request.post(f"{site.url}/s", form={"number": NO_SUCH, "code": WRONG})
        type_code(page, site, NO_SUCH, WRONG)
        expect(page.locator(".warning")).to_contain_text("dapat dicoba lagi setelah")
    else:
        page.goto(f"{site.url}/s")
        page.get_by_text("Bagaimana saya tahu ini situs resmi?").click()
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


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


@pytest.mark.slow
def test_the_front_page_leads_to_letters_as_pdf(site: Site, page: Page) -> None:
    page.goto(site.url)
    address = page.get_by_role("link", name="PDF surat").first.get_attribute("href")
    answer = page.request.get(f"{site.url}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
