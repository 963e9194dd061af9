"""The scanner on a phone that was there once: opens without the service, changes only whole, never on the day.

The service runs in this process, so that it can be stopped and given another release; the phone is a Chromium whose
storage outlives it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from suket_service import administering, publishing
from suket_service.core.election import ElectionFacts
from suket_service.core.keyring import Purpose
from suket_service.core.trust_bundle import TYP, open_bundle
from suket_service.registry import elections, keys
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.web import scan
from suket_service.web.app import create_app
from tests.browser.serving import CHROMIUM, Service, chromium_arguments
from tests.cli.builders import suket
from tests.serving import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What the service worker keeps, by version: {name of the cache: [addresses]}.
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    kept[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
  }
  return kept;
}"""
#: Asks the service itself, past everything that is kept.
PROBE = "() => fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)"
LOOK_FOR_UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/scan/');
  try { await registration.update(); } catch { return 'refused'; }
  const coming = registration.installing;
  if (coming === null) return registration.waiting ? 'waiting' : 'none';
  return new Promise((resolve) => {
    coming.onstatechange = () => resolve(coming.state === 'installed' ? 'waiting' : 'refused');
  });
}"""
PUT_BUNDLE = """async ([token, kid, version]) => {
  const opening = indexedDB.open('suket-scan');
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  const writing = database.transaction('kept', 'readwrite');
  const kept = writing.objectStore('kept');
  kept.put([{ kid, by: 'paper', from: null }], 'pins');
  kept.put(token, 'token:public');
  kept.put({ etag: null, version, signer: kid, fetchedAt: version }, 'trust:public');
  await new Promise((resolve) => { writing.oncomplete = resolve; });
  database.close();
}"""
RELEASE = "() => window.release || 'first'"


class Phone:
    """A Chromium that keeps what it kept when it is closed."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self._playwright, self._folder, self._url = playwright, folder, url
        self._context: BrowserContext | None = None

    def open(self, path: str = "/scan/") -> Page:
        self.close()
        self._context = self._playwright.chromium.launch_persistent_context(
            self._folder,
            executable_path=CHROMIUM,
            args=chromium_arguments(),
            viewport={"width": 360, "height": 640},
        )
        page = self._context.new_page()
        page.goto(self._url + path)
        expect(page.locator("h1:visible").first).to_be_visible()
        return page

    def visit(self) -> Page:
        """Open the app for the first time, and wait until all of it is kept."""
        page = self.open()
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        expect(page.locator("[data-ready=app]")).to_have_attribute("data-state", "good")
        return page

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = tmp_path_factory.mktemp("kept") / "var"
    url = f"http://localhost:{free_port()}"
    assert suket("init", "--demo", data=data, SUKET_BASE_URL=url).exit_code == 0
    made = Settings.from_env({"SUKET_DATA_DIR": str(data), "SUKET_BASE_URL": url})
    with closing(Registry(made.database_url)) as registry:
        _call_off_elections(registry, made)
    return made


def _call_off_elections(registry: Registry, settings: Settings) -> None:
    """The demo holds one every day: here an election day is what a test makes it."""
    now = datetime.now(UTC)
    with registry.reading() as tx:
        held = [each for each in elections.of_office(tx, "2172") if each.closes_at > now]
    for each in held:
        administering.cancel_election(registry, "2172", each.id, "contoh", "kepala", now)
    publisher = publishing.Publisher(settings.key_passphrase, settings.base_url, settings.host)
    publishing.publish(registry, publisher, now)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    running = Service(create_app(settings), int(settings.base_url.rpartition(":")[2]))
    with running.answering():
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def phone(playwright: Playwright, service: Service, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(playwright, tmp_path / "phone", service.url)
    yield made
    made.close()


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the service another release; ``whole=False``: caught while its files are being exchanged."""

    def give(name: str, *, whole: bool = True) -> None:
        folder = tmp_path / name
        shutil.copytree(scan.BUILD, folder)
        said = json.loads((folder / "asset-manifest.json").read_text("utf-8"))
        version = hashlib.sha256(name.encode()).hexdigest()[:12]
        for file, entry in (
            ("main.js", said["assets"]["main.js"]),
            ("service-worker.js", said["service_worker"]),
        ):
            text = (folder / file).read_text("utf-8").replace(said["version"], version)
            text += f'\nself.release="{name}";\n'
            entry.update(sha256=hashlib.sha256(text.encode()).hexdigest(), encodings=[])
            if whole or file == "service-worker.js":
                (folder / file).write_text(text, "utf-8")
        said["version"] = version
        (folder / "asset-manifest.json").write_text(json.dumps(said), "utf-8")
        monkeypatch.setattr(scan, "BUILD", folder)

    return give


@pytest.fixture
def election_day(settings: Settings) -> Any:
    """Gives a phone a bundle in which an election's polls close that long from now."""
    assert settings.key_passphrase is not None
    with closing(Registry(settings.database_url)) as registry, registry.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, datetime.now(UTC).date(), settings.key_passphrase)

    def give(page: Page, closes_in: timedelta) -> None:
        served = open_bundle(page.request.get(f"{settings.base_url}/scan/trust-bundle").body()).bundle
        now = datetime.now(UTC).replace(microsecond=0)
        opens_at = now + closes_in - timedelta(hours=6)
        election = ElectionFacts(1, "2172", "Pemilu contoh", opens_at, now + closes_in, opens_at)
        # Newer than whatever the service publishes meanwhile: the phone refuses that as older.
        version = served.version + 1_000_000 + give.calls  # type: ignore[attr-defined]
        give.calls += 1  # type: ignore[attr-defined]
        token = key.publish(TYP, replace(served, version=version, elections=(election,)).to_payload())
        page.evaluate(PUT_BUNDLE, [token, key.key.kid, version])

    give.calls = 0  # type: ignore[attr-defined]
    return give


def versions(page: Page) -> list[str]:
    return [name.removeprefix("suket-scan-").partition("-")[0] for name in page.evaluate(KEPT)]


def built() -> str:
    return str(json.loads((scan.BUILD / "asset-manifest.json").read_text("utf-8"))["version"])


@pytest.mark.parametrize("path", ["/scan/", "/scan/?from=home", "/scan/#enrol=none"])
def test_after_one_visit_it_opens_with_the_service_gone(phone: Phone, service: Service, path: str) -> None:
    phone.visit()
    phone.close()
    service.stop()
    page = phone.open(path)
    assert page.evaluate(PROBE) is False
    assert page.locator("h1:visible").first.is_visible()
    # Its later parts too: the decoder's worker starts from what is kept.
    started = """() => new Promise((resolve) => {
      const worker = new Worker('/scan/decoder-worker.js');
      worker.onmessage = (event) => resolve(event.data.ready);
      worker.onerror = () => resolve(false);
    })"""
    assert page.evaluate(started) is True


def test_only_the_apps_own_files_are_kept(phone: Phone) -> None:
    page = phone.visit()
    page.evaluate("() => fetch('/scan/trust-bundle')")
    page.evaluate("() => fetch('/api/v1/verifications', { method: 'POST', body: '{}' })")
    [addresses] = page.evaluate(KEPT).values()
    said = json.loads((scan.BUILD / "asset-manifest.json").read_text("utf-8"))
    assert sorted(addresses) == sorted(
        ["/scan/", "/scan/whole", *(f"/scan/{name}" for name in said["assets"])]
    )


def test_an_answer_of_the_service_itself_is_never_a_kept_one(phone: Phone, service: Service) -> None:
    page = phone.visit()
    fetched = (
        "() => fetch('/scan/trust-bundle', { cache: 'no-store' }).then((answer) => answer.ok, () => false)"
    )
    assert page.evaluate(fetched) is True
    service.stop()
    assert page.evaluate(fetched) is False


def test_a_newer_release_waits_until_it_is_asked_in(phone: Phone, release: Any) -> None:
    page = phone.visit()
    first = built()
    release("second")
    assert page.evaluate(LOOK_FOR_UPDATE) == "waiting"
    page.reload()
    assert page.evaluate(RELEASE) == "first"
    assert versions(page) == [first, built()]
    with page.expect_event("load"):
        page.locator("#apply-update").click()
    assert page.evaluate(RELEASE) == "second"
    assert versions(page) == [built()]


def test_a_newer_release_is_let_in_when_nobody_has_the_app_open(phone: Phone, release: Any) -> None:
    page = phone.visit()
    release("second")
    assert page.evaluate(LOOK_FOR_UPDATE) == "waiting"
    assert phone.open().evaluate(RELEASE) == "second"


def test_files_of_two_releases_are_never_mixed(phone: Phone, release: Any, service: Service) -> None:
    page = phone.visit()
    first = built()
    release("torn", whole=False)
    assert page.evaluate(LOOK_FOR_UPDATE) == "refused"
    assert versions(page) == [first]
    service.stop()
    assert phone.open().evaluate(RELEASE) == "first"


def test_what_a_newer_release_has_in_common_with_the_last_is_not_sent_again(
    phone: Phone, release: Any, service: Service
) -> None:
    page = phone.visit()
    release("second")
    service.sent.clear()
    assert page.evaluate(LOOK_FOR_UPDATE) == "waiting"
    assert "/scan/main.js" in service.sent
    assert not {"/scan/zxing_reader.wasm", "/scan/decoder-worker.js", "/scan/"} & set(service.sent)


class TestOnAnElectionDay:
    def test_no_newer_release_is_fetched(self, phone: Phone, release: Any, election_day: Any) -> None:
        page = phone.visit()
        first = built()
        election_day(page, timedelta(hours=1))
        release("second")
        assert page.evaluate(LOOK_FOR_UPDATE) == "refused"
        assert phone.open().evaluate(RELEASE) == "first"
        page = phone.open()
        assert versions(page) == [first]

    def test_one_that_already_waits_is_not_let_in_and_the_page_says_so(
        self, phone: Phone, release: Any, election_day: Any
    ) -> None:
        page = phone.visit()
        release("second")
        assert page.evaluate(LOOK_FOR_UPDATE) == "waiting"
        election_day(page, timedelta(hours=1))
        page.reload()
        expect(page.locator("#update")).to_contain_text("sesudah hari pemungutan suara")
        assert page.locator("#apply-update").count() == 0
        said = """() => new Promise((resolve) => navigator.serviceWorker.getRegistration('/scan/').then((found) => {
          const channel = new MessageChannel();
          channel.port1.onmessage = (event) => resolve(event.data);
          found.waiting.postMessage({ type: 'activate' }, [channel.port2]);
        }))"""
        assert page.evaluate(said) == {"postponed": True}
        assert page.evaluate(RELEASE) == "first"

    def test_it_stays_away_even_where_the_browser_lets_it_in_and_comes_when_the_day_is_over(
        self, phone: Phone, release: Any, election_day: Any
    ) -> None:
        page = phone.visit()
        release("second")
        assert page.evaluate(LOOK_FOR_UPDATE) == "waiting"
        election_day(page, timedelta(hours=1))
        page = phone.open()  # all pages were closed: to the browser that is leave enough
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        assert page.evaluate(RELEASE) == "first"
        page.reload()
        assert page.evaluate(RELEASE) == "first"
        election_day(page, timedelta(seconds=-1))
        assert phone.open().evaluate(RELEASE) == "second"
