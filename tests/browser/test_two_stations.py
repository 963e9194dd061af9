"""Two polling stations with no line and the same letter, in real browsers: what each is told, and the office.

The service is gone while they scan, and there again for whoever has a line first.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect
from sqlalchemy import func, select

from suket_service import presenting
from suket_service.core.keyring import Purpose
from suket_service.presenting import Conflict
from suket_service.registry import keys, polling_stations
from suket_service.registry.schema import PresentationRow
from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.browser.camera import Camera
from tests.browser.office import barriers
from tests.browser.polls import ELSEWHERE, HERE, Polls
from tests.browser.scanning import PHONE, arguments, is_offline, opened, scan
from tests.browser.serving import CHROMIUM, Service
from tests.builders import OFFICE

pytestmark = pytest.mark.browser

#: Village and number of a station.
FIRST, SECOND, FAR = (HERE, "001"), (HERE, "002"), (ELSEWHERE, "001")


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: Camera) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments(camera))
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def service(polls: Polls) -> Service:
    return Service(create_app(Settings.from_env(polls.env)), polls.port)


@dataclass
class Phones:
    """The phones of stations, and the office that knows them."""

    browser: Browser
    polls: Polls
    closing: ExitStack

    def enrolled(self, place: tuple[str, str]) -> Page:
        """A phone with the sheet of that station, confirmed at the desk; the service has to answer."""
        context: BrowserContext = self.browser.new_context(
            viewport=PHONE, base_url=self.polls.url, permissions=["camera"]
        )
        self.closing.callback(context.close)
        page = self.closing.enter_context(opened(context, f"/scan/#enrol={self._sheet(place)}", "enrol"))
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Nama ponsel ini").fill(f"Ponsel {place[1]}")
        dialog.get_by_role("button", name="Daftarkan", exact=True).click()
        expect(page.locator("#confirmation")).to_be_visible(timeout=20_000)
        assert "enrol" not in page.url
        code = page.locator("#confirmation").inner_text()
        [device] = [each for each in self._devices() if each.confirmation == code]
        assert device.name == f"Ponsel {place[1]}"
        at = datetime.now(UTC)
        presenting.confirm_device(self.polls.registry, OFFICE.code, device.id, "kepala", at)
        expect(page.locator("#confirmation")).to_have_count(0, timeout=40_000)
        page.locator("#enrol-back").click()
        expect(page.locator("#station")).to_contain_text(f"TPS {place[1]}")
        return page

    def _sheet(self, place: tuple[str, str]) -> str:
        registry, at = self.polls.registry, datetime.now(UTC)
        with registry.reading() as tx:
            stations = polling_stations.of_office(tx, OFFICE.code)
            [kid] = [each.kid for each in keys.ring(tx) if each.purpose is Purpose.PUBLICATION]
        [station] = [each.id for each in stations if (each.village, each.code) == place]
        [sheet] = presenting.make_sheets(
            registry, OFFICE.code, self.polls.election, [station], "operator", at
        )
        return f"{sheet.code.replace('-', '')}.{kid}"

    def _devices(self) -> list[presenting.Device]:
        states = presenting.stations_state(self.polls.registry, OFFICE.code, self.polls.election)
        return [device for state in states for device in state.devices]

    def conflicts_over(self, fate: str) -> list[Conflict]:
        """What the office has found of that letter."""
        found = presenting.conflicts(self.polls.registry, OFFICE.code, self.polls.election)
        number = self.polls.papers[fate].number
        return [each for each in found if number in {shown.number for shown in each.shown}]

    def kept(self) -> int:
        """How many events the office holds."""
        with self.polls.registry.reading() as tx:
            return tx.execute(select(func.count()).select_from(PresentationRow)).scalar_one()


@pytest.fixture
def phones(browser: Browser, polls: Polls) -> Iterator[Phones]:
    with ExitStack() as closing:
        yield Phones(browser, polls, closing)


@contextmanager
def gone(page: Page) -> Iterator[None]:
    """Nothing answers, and that is asked for real."""
    assert is_offline(page)
    yield


def mark(page: Page, camera: Camera, text: str) -> Locator:
    """Scan a letter and record that it is used here; returns what became of the record."""
    scan(page, camera, text)
    page.locator("#mark").click()
    marking = page.locator("#marking")
    expect(marking).not_to_have_attribute("data-marking", "open")
    return marking


def send(page: Page) -> None:
    """Back to the start, and everything to the office."""
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-screen", "start")
    page.locator("#to-today").click()
    page.locator("#send").click()
    expect(page.locator("#unsent-count")).to_have_text("Semua catatan sudah terkirim.", timeout=20_000)


@pytest.mark.parametrize(
    ("fate", "order"),
    [("second", (0, 1)), pytest.param("third", (1, 0), marks=pytest.mark.slow)],
    ids=["the first first", "the second first"],
)
def test_the_same_letter_at_two_stations_without_a_line_is_one_conflict_told_to_both(
    phones: Phones, service: Service, polls: Polls, camera: Camera, fate: str, order: tuple[int, int]
) -> None:
    with service.answering():
        pages = [phones.enrolled(FIRST), phones.enrolled(FAR)]
    before = phones.kept()
    for page in pages:
        with gone(page):
            expect(mark(page, camera, polls.text(fate))).to_have_attribute("data-marking", "saved")
    with service.answering():
        for which in (*order, *order):  # and everything once more
            send(pages[which])
        [conflict] = phones.conflicts_over(fate)
        assert {each.station.code + each.station.village for each in conflict.shown} == {
            "001" + HERE,
            "001" + ELSEWHERE,
        }
        assert phones.kept() == before + 2
        for page in pages:
            send(page)
            expect(page.locator("#conflicts")).to_contain_text("TPS 001")
            assert barriers(page) == ""


def test_a_second_showing_is_told_at_once_on_the_same_phone_and_can_be_taken_back(
    phones: Phones, service: Service, polls: Polls, camera: Camera
) -> None:
    with service.answering():
        page = phones.enrolled(FIRST)
    with gone(page):
        mark(page, camera, polls.text("valid"))
        scan(page, camera, polls.text("valid"))
        expect(page.locator("#verdict")).to_contain_text("SUDAH DITUNJUKKAN")
        page.reload()
        page.locator("#to-today").click()
        page.locator("#marks button").first.click()
        page.get_by_role("button", name="Batalkan catatan", exact=True).click()
        expect(page.locator("#marks li")).to_have_count(0)
        page.locator("#today-back").click()
        scan(page, camera, polls.text("valid"))
        expect(page.locator("#verdict")).not_to_contain_text("SUDAH DITUNJUKKAN")


@pytest.mark.slow
def test_a_station_is_told_of_other_facts_of_the_wrong_place_and_of_the_face(
    phones: Phones, service: Service, polls: Polls, camera: Camera
) -> None:
    with service.answering():
        page = phones.enrolled(FIRST)
        scan(page, camera, polls.text("valid"))
        expect(page.locator("#portrait")).to_have_attribute("data-portrait", "shown", timeout=20_000)
        for fate, sentence in (
            ("other_village", "bukan wilayah TPS ini"),
            ("other_neighbourhood", "009 / 009"),
        ):
            verdict = scan(page, camera, polls.text(fate))
            expect(verdict.locator("#advisories")).to_contain_text(sentence)
            expect(verdict).to_have_attribute("data-outcome", "valid")
    with gone(page):
        verdict = scan(page, camera, polls.text("mismatch"))
        expect(verdict).to_have_attribute("data-outcome", "mismatch")
        expect(verdict).to_have_attribute("data-tone", "red")


def test_a_phone_that_never_read_a_letter_cannot_mark_it(
    phones: Phones, service: Service, polls: Polls, camera: Camera
) -> None:
    """The position of every letter is known to every phone; only its seal makes the proof."""
    with service.answering():
        page = phones.enrolled(SECOND)
    number, index = polls.papers["suspended"].position
    with gone(page):
        mark(page, camera, polls.text("extended"))
        page.evaluate(_POINT_ELSEWHERE, [number, index])
    before = phones.kept()
    with service.answering():
        send(page)
    assert phones.kept() == before + 1
    assert phones.conflicts_over("suspended") == []
    unproven = presenting.unproven(polls.registry, OFFICE.code, polls.election)
    assert [(each.status_list, each.status_index) for each in unproven] == [(number, index)]
    states = presenting.stations_state(polls.registry, OFFICE.code, polls.election)
    assert sum(each.shown for each in states if each.station.code == SECOND[1]) == 0


#: Turns the last event that the phone keeps into one of another letter, as a program on it could.
_POINT_ELSEWHERE = """async ([list, index]) => {
  const opening = indexedDB.open("suket-scan");
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  const change = database.transaction("events", "readwrite");
  const events = change.objectStore("events");
  const all = events.getAll();
  const [event] = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
  events.put({ ...event, list, index });
  await new Promise((resolve) => { change.oncomplete = resolve; });
  database.close();
}"""
