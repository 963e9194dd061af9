"""The page of letters shown twice in a real browser: what comes to light comes in by itself, and makes no sound unasked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from suket_service.registry import polling_stations
from tests.browser.office import DEMO_OFFICE, an_office, signed_in
from tests.presenting.polls import Phone
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples.elections import a_phone, prepare, send, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: The page asks every ten seconds, which nobody waits for here; a busy machine takes its time for the answer.
ROUND_MS, SOON_MS = 10_500, 30_000


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, OfficeAtWork, int]]:
    """A served office with an election."""
    with an_office(tmp_path_factory.mktemp("findings") / "var") as (url, office):
        yield url, office, int(prepare(office)["election"])


def phones(office: OfficeAtWork, election: int, at: datetime) -> list[Phone]:
    with office.registry.reading() as tx:
        stations = polling_stations.of_office(tx, DEMO_OFFICE)
    return [a_phone(office, election, each.id, at) for each in stations[:2]]


def test_a_finding_comes_in_by_itself(browser: Browser, at_work: tuple[str, OfficeAtWork, int]) -> None:
    url, office, election = at_work
    at = datetime.now(UTC)
    here, there = phones(office, election, at)
    send(office, here, [shown(office, here, 5, at)], at)
    context = signed_in(browser, url, office.registry, "operator")
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.clock.install()
    page.goto(f"{url}/pemilu/{election}/ganda")
    before = int(page.locator("#live").get_attribute("data-total") or "")
    sound = page.locator("[data-sound]")
    expect(sound).to_have_text("Bunyikan bila ada yang baru")
    sound.click()
    expect(sound).to_have_text("Matikan bunyi")
    send(office, there, [shown(office, there, 5, at)], at)
    page.clock.run_for(ROUND_MS)
    expect(page.locator("#live")).to_have_attribute("data-total", str(before + 1), timeout=SOON_MS)
    expect(page.locator("[data-news]")).to_contain_text(str(before + 1))
    expect(page.locator("#live")).to_contain_text(str(office.letters[5].number))
    assert complaints == []
    context.clear_cookies()  # the session is over: the page says so instead of going stale unnoticed
    page.clock.run_for(ROUND_MS)
    expect(page.locator("#told")).to_contain_text("Sesi Anda berakhir", timeout=SOON_MS)
    context.close()


def test_without_scripts_it_is_loaded_again_by_its_link(
    browser: Browser, at_work: tuple[str, OfficeAtWork, int]
) -> None:
    url, office, election = at_work
    context = signed_in(browser, url, office.registry, "auditor", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/pemilu/{election}/ganda")
    expect(page.locator("[data-sound]")).to_be_hidden()
    page.get_by_role("link", name="Muat ulang").click()
    expect(page.locator("#live")).to_contain_text("Surat yang sama di 2 TPS")
    context.close()
