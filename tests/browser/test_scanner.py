"""The scanner in a real browser, online, with letters photographed by its camera: every outcome and caution.

Nothing is given to the page but light: the fake camera plays what lies on the table.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from suket_service.core.seal import check_code, parse, read_digits, read_text
from tests.browser.camera import Camera
from tests.browser.office import barriers
from tests.browser.polls import FOREIGN, Polls
from tests.browser.scanning import PHONE, arguments, contrast, opened, scan
from tests.browser.serving import CHROMIUM

pytestmark = pytest.mark.browser


#: In CSS pixels, each way (WCAG 2.2, 2.5.5).
LEAST_TARGET = 44
_TARGETS = """() => [...document.querySelectorAll("button, .button, summary, select")]
  .filter((each) => each.checkVisibility())
  .map((each) => ({ id: each.id || each.textContent, ...each.getBoundingClientRect().toJSON() }))"""


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: Camera) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments(camera))
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def context(browser: Browser, polls: Polls) -> Iterator[BrowserContext]:
    with polls.served():
        made = browser.new_context(viewport=PHONE, base_url=polls.url, permissions=["camera"])
        yield made
        made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with opened(context) as page:
        yield page


@pytest.mark.parametrize(
    ("fate", "outcome", "tone"),
    [
        ("valid", "valid", "green"),
        pytest.param("extended", "valid", "green", marks=pytest.mark.slow),
        pytest.param("foreign_host", "valid", "amber", marks=pytest.mark.slow),
        pytest.param("issued_outside_window", "valid", "amber", marks=pytest.mark.slow),
        pytest.param("key_revoked", "valid", "amber", marks=pytest.mark.slow),
        ("revoked", "revoked", "red"),
        pytest.param("superseded", "superseded", "red", marks=pytest.mark.slow),
        pytest.param("suspended", "suspended", "amber", marks=pytest.mark.slow),
        pytest.param("expired", "expired", "amber", marks=pytest.mark.slow),
        ("unregistered", "unregistered", "red"),
        pytest.param(  # without a station's fingerprints: not on record under these facts
            "mismatch", "unregistered", "red", marks=pytest.mark.slow
        ),
        ("forged", "forged", "red"),
        pytest.param("unknown_issuer", "unknown_issuer", "amber", marks=pytest.mark.slow),
        pytest.param("unreadable", "unreadable", "grey", marks=pytest.mark.slow),
    ],
)
def test_a_letter_held_before_the_camera_is_judged_by_the_registrys_word(
    page: Page, polls: Polls, camera: Camera, fate: str, outcome: str, tone: str
) -> None:
    verdict = scan(page, camera, polls.text(fate))
    expect(verdict).to_have_attribute("data-outcome", outcome, timeout=15_000)
    expect(verdict).to_have_attribute("data-tone", tone)
    assert barriers(page) == ""
    assert contrast(page) >= 7


def test_a_foreign_host_is_named_and_never_followed(page: Page, polls: Polls, camera: Camera) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    verdict = scan(page, camera, polls.text("foreign_host"))
    expect(verdict.locator("#advisories")).to_contain_text(FOREIGN)
    assert verdict.locator("a").count() == 0
    assert not [each for each in asked if FOREIGN in each]


def test_of_two_letters_in_one_picture_neither_is_judged(page: Page, polls: Polls, camera: Camera) -> None:
    camera.show_two(polls.text("valid"), polls.text("revoked"))
    page.locator("#begin").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-outcome", "unreadable", timeout=20_000)
    expect(verdict).to_have_attribute("data-genuine", "false")
    assert verdict.locator("#facts").count() == 0


def test_facts_stand_in_the_order_of_the_paper(page: Page, polls: Polls, camera: Camera) -> None:
    verdict = scan(page, camera, polls.text("valid"))
    names = ["Nama", "NIK", "Lahir", "Kelamin", "Kel./desa", "RT/RW", "Terbit", "Berlaku"]
    assert verdict.locator("#facts dt").all_inner_texts() == names
    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", verdict.locator("#facts").inner_text())


@pytest.mark.slow
def test_the_next_scan_starts_by_itself(page: Page, polls: Polls, camera: Camera) -> None:
    verdict = scan(page, camera, polls.text("valid"))
    expect(verdict).to_have_attribute("data-outcome", "valid")
    verdict = scan(page, camera, polls.text("revoked"))
    expect(verdict).to_have_attribute("data-outcome", "revoked")


def test_one_thumb_reaches_what_is_pressed_and_does_not_miss_it(
    page: Page, polls: Polls, camera: Camera
) -> None:
    for way in ("#begin", "#next"):
        if way == "#next":
            scan(page, camera, polls.text("valid"))
        box = page.locator(way).bounding_box()
        assert box is not None
        assert box["y"] > PHONE["height"] / 2
        assert [
            each for each in page.evaluate(_TARGETS) if min(each["width"], each["height"]) < LEAST_TARGET
        ] == []


def test_a_scan_takes_no_pointer(page: Page, polls: Polls, camera: Camera) -> None:
    camera.show(polls.text("valid"))
    page.locator("#begin").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_attribute("data-outcome", "valid", timeout=20_000)
    expect(page.locator("#next")).to_be_focused()
    camera.show(polls.text("revoked"))
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_attribute("data-outcome", "revoked", timeout=20_000)


def test_a_letter_is_read_from_a_photograph_and_from_a_keyboard_scanner(
    page: Page, polls: Polls, camera: Camera
) -> None:
    camera.show(polls.text("valid"))
    photograph = {"name": "surat.jpg", "mimeType": "image/jpeg", "buffer": camera.file.read_bytes()}
    camera.show_nothing()
    page.locator("#begin").click()
    page.locator("#photo").set_input_files(photograph)  # type: ignore[arg-type]
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-outcome", "valid", timeout=20_000)
    page.keyboard.type(polls.text("revoked"))
    page.keyboard.press("Enter")
    expect(verdict).to_have_attribute("data-outcome", "revoked", timeout=20_000)


def test_the_last_letters_verdict_never_stands_there_for_the_next(
    page: Page, polls: Polls, camera: Camera
) -> None:
    """A check that hangs must not leave a green on the screen while another letter is in the officer's hand."""
    verdict = scan(page, camera, polls.text("valid"))
    expect(verdict).to_have_attribute("data-tone", "green")
    page.evaluate("() => { SubtleCrypto.prototype.verify = () => new Promise(() => {}); }")
    page.keyboard.type(polls.text("revoked"))
    page.keyboard.press("Enter")
    expect(verdict).not_to_have_attribute("data-tone", "green")
    expect(verdict).to_be_empty()


@pytest.mark.slow
def test_nobody_is_left_in_the_page_once_the_verdict_is_left(
    page: Page, polls: Polls, camera: Camera
) -> None:
    verdict = scan(page, camera, polls.text("valid"))
    expect(verdict.locator("#facts")).to_be_visible()
    camera.show_nothing()
    page.locator("#next").click()
    expect(page.locator("#video")).to_be_visible()
    expect(verdict).to_be_empty()


def test_every_screen_can_be_used_by_everyone_and_what_is_typed_is_never_more_than_amber(
    page: Page, polls: Polls, camera: Camera
) -> None:
    camera.show_nothing()
    assert barriers(page) == ""
    page.locator("#to-enrol").click()
    assert barriers(page) == ""
    page.locator("#enrol-back").click()
    page.locator("#begin").click()
    expect(page.locator("#video")).to_be_visible()
    assert barriers(page) == ""
    page.locator("#to-typed").click()
    assert barriers(page) == ""
    paper = polls.papers["valid"]
    code = check_code(parse(read_digits(read_text(paper.seal_text, allow_http=True).digits)).fingerprint)
    page.locator("#typed-number").fill(paper.number)
    page.locator("#typed-code").fill(code.lower().replace("-", " "))
    page.locator("#typed-check").click()
    expect(page.locator("#verdict")).to_have_attribute("data-tone", "amber")
    expect(page.locator("#verdict-message")).to_contain_text("cocok dengan surat yang tercatat")
    assert barriers(page) == ""
    assert contrast(page) >= 7


def test_the_seal_is_in_no_address_and_no_request_and_nothing_of_the_person_is_kept(
    page: Page, polls: Polls, camera: Camera
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    text = polls.text("second")
    scan(page, camera, text)
    expect(page.locator("#verdict")).to_have_attribute("data-source", "registry", timeout=15_000)
    digits = text.partition("#")[2]
    kept = page.evaluate(_EVERYTHING_KEPT)
    nik = page.locator("#facts").inner_text().split("NIK")[1].strip()[:19].replace(" ", "")
    assert nik.isdigit()
    for secret in (digits, nik, "SUHARTINI"):
        assert not [each for each in sent if secret in each]
        assert secret not in kept


#: All that lies in this origin's IndexedDB, storages and caches' addresses, as text.
_EVERYTHING_KEPT = """async () => {
  const told = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      told.push(JSON.stringify(await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); })));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) told.push(request.url);
  }
  return told.join("\\n");
}"""
