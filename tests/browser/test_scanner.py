"""The scanner in a real browser, online, with letters photographed by its camera: every outcome and caution.

Nothing is given to the page but light: the fake camera plays what lies on the table.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.camera import Camera
from tests.browser.office import barriers
from tests.browser.polls import FOREIGN, Polls
from tests.browser.scanning import PHONE, arguments, opened, scan
from tests.browser.serving import CHROMIUM

pytestmark = pytest.mark.browser


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
        ("extended", "valid", "green"),
        ("foreign_host", "valid", "amber"),
        ("issued_outside_window", "valid", "amber"),
        ("key_revoked", "valid", "amber"),
        ("revoked", "revoked", "red"),
        ("superseded", "superseded", "red"),
        ("suspended", "suspended", "amber"),
        ("expired", "expired", "amber"),
        ("unregistered", "unregistered", "red"),
        (
            "mismatch",
            "unregistered",
            "red",
        ),  # without a station's fingerprints: not on record under these facts
        ("forged", "forged", "red"),
        ("unknown_issuer", "unknown_issuer", "amber"),
        ("unreadable", "unreadable", "grey"),
    ],
)
def test_a_letter_held_before_the_camera_is_judged_by_the_registrys_word(
    page: Page, polls: Polls, camera: Camera, fate: str, outcome: str, tone: str
) -> None:
    verdict = scan(page, camera, polls.text(fate))
    expect(verdict).to_have_attribute("data-outcome", outcome, timeout=15_000)
    expect(verdict).to_have_attribute("data-tone", tone)
    assert barriers(page) == ""


def test_a_foreign_host_is_named_and_never_followed(page: Page, polls: Polls, camera: Camera) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    verdict = scan(page, camera, polls.text("foreign_host"))
    expect(verdict.locator("#advisories")).to_contain_text(FOREIGN)
    assert verdict.locator("a").count() == 0
    assert not [each for each in asked if FOREIGN in each]


def test_facts_stand_in_the_order_of_the_paper(page: Page, polls: Polls, camera: Camera) -> None:
    verdict = scan(page, camera, polls.text("valid"))
    names = ["Nama", "NIK", "Lahir", "Kelamin", "Kel./desa", "RT/RW", "Terbit", "Berlaku"]
    assert verdict.locator("#facts dt").all_inner_texts() == names
    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", verdict.locator("#facts").inner_text())


def test_the_next_scan_starts_by_itself(page: Page, polls: Polls, camera: Camera) -> None:
    verdict = scan(page, camera, polls.text("valid"))
    expect(verdict).to_have_attribute("data-outcome", "valid")
    verdict = scan(page, camera, polls.text("revoked"))
    expect(verdict).to_have_attribute("data-outcome", "revoked")


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
