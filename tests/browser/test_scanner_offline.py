"""The scanner where nothing answers: the service is gone, and the browser was closed in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.camera import Camera
from tests.browser.polls import Polls
from tests.browser.scanning import PHONE, arguments, is_offline, opened, scan
from tests.browser.serving import CHROMIUM

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cold(
    playwright: Playwright, polls: Polls, camera: Camera, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The scanner on a phone that was there once, was closed, and is opened again."""
    folder = tmp_path_factory.mktemp("phone")

    def switched_on() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            args=arguments(camera),
            viewport=PHONE,
            base_url=polls.url,
            permissions=["camera"],
        )

    with polls.served():
        visit = switched_on()
        with opened(visit) as page:
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            for line in ("app", "data"):
                ready = page.locator(f"#readiness [data-ready={line}]")
                expect(ready).to_have_attribute("data-state", "good", timeout=20_000)
        visit.close()
    again = switched_on()
    with opened(again) as page:
        yield page
    again.close()


@pytest.mark.parametrize(
    ("fate", "outcome", "tone"),
    [
        ("valid", "valid", "green"),
        pytest.param("extended", "valid", "green", marks=pytest.mark.slow),
        pytest.param("foreign_host", "valid", "amber", marks=pytest.mark.slow),
        pytest.param("issued_outside_window", "valid", "amber", marks=pytest.mark.slow),
        ("key_revoked", "indeterminate", "amber"),
        ("revoked", "revoked", "red"),
        pytest.param(
            "superseded", "revoked", "red", marks=pytest.mark.slow
        ),  # a list cannot tell the two apart
        pytest.param("suspended", "suspended", "amber", marks=pytest.mark.slow),
        pytest.param("expired", "expired", "amber", marks=pytest.mark.slow),
        pytest.param("not_yet_valid", "not_yet_valid", "amber", marks=pytest.mark.slow),
        ("unregistered", "unregistered", "red"),
        ("newer_than_list", "indeterminate", "amber"),
        ("forged", "forged", "red"),
        pytest.param("unknown_issuer", "unknown_issuer", "amber", marks=pytest.mark.slow),
        pytest.param("unreadable", "unreadable", "grey", marks=pytest.mark.slow),
    ],
)
def test_with_the_service_gone_and_after_a_cold_start_the_held_data_judges(
    cold: Page, polls: Polls, camera: Camera, fate: str, outcome: str, tone: str
) -> None:
    assert is_offline(cold)
    verdict = scan(cold, camera, polls.text(fate))
    expect(verdict).to_have_attribute("data-outcome", outcome)
    expect(verdict).to_have_attribute("data-tone", tone)
    if verdict.get_attribute("data-genuine") == "true":
        expect(verdict).to_contain_text("FOTO BELUM DIPERIKSA")
        expect(verdict.locator("#facts")).to_contain_text("Tanjungpinang Kota")  # as on the paper


@pytest.mark.parametrize(
    ("days", "outcome"), [(4, "indeterminate"), pytest.param(-2, "indeterminate", marks=pytest.mark.slow)]
)
def test_data_that_is_stale_or_from_the_future_decides_nothing(
    cold: Page, polls: Polls, camera: Camera, days: int, outcome: str
) -> None:
    cold.clock.set_system_time(datetime.now(UTC) + timedelta(days=days))
    verdict = scan(cold, camera, polls.text("valid"))
    expect(verdict).to_have_attribute("data-outcome", outcome)
    cold.clock.set_system_time(datetime.now(UTC))
