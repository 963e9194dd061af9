"""What waits on a phone is sent by the scanner's service worker when the browser finds a line, with no page open."""

import time
from typing import Any

import pytest
from playwright.sync_api import CDPSession

from tests.browser.phones import Phone
from tests.browser.polling_day import PollingDay, enrolled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_SECONDS = 20


@pytest.fixture
def phone(phone: Phone) -> Phone:
    """A phone on which the scanner was opened once, and is closed."""
    visit = phone.context.new_page()
    visit.goto(f"{phone.url}/scan/")
    visit.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    visit.close()
    return phone


def registration_of(phone: Phone, session: CDPSession) -> str:
    """The browser's own name for the scanner's service worker."""
    found: list[str] = []

    def note(told: Any) -> None:
        found.extend(
            each["registrationId"] for each in told["registrations"] if each["scopeURL"].endswith("/scan/")
        )

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    end = time.monotonic() + PATIENCE_SECONDS
    while not found and time.monotonic() < end:
        phone.tab.wait_for_timeout(100)
    return found[0]


def answered(phone: Phone) -> int:
    """How many of its marks wait no longer."""
    return len([event for event in phone.events() if "waiting" not in event])


@pytest.mark.parametrize(("tag", "sent"), [("suket-presentations", 1), ("another", 0)])
def test_what_waits_is_sent_with_no_page_open(
    phone: Phone, day: PollingDay, seal: str, tag: str, sent: int
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)
    assert day.kept(device["id"]) == 0
    session = phone.context.new_cdp_session(phone.tab)
    line = {
        "origin": day.url,
        "registrationId": registration_of(phone, session),
        "tag": tag,
        "lastChance": False,
    }
    session.send("ServiceWorker.dispatchSyncEvent", line)
    end = time.monotonic() + (PATIENCE_SECONDS if sent else 2)
    while answered(phone) != 1 and time.monotonic() < end:
        phone.tab.wait_for_timeout(100)
    assert (answered(phone), day.kept(device["id"])) == (sent, sent)
