"""The scanner as an officer holds it: opened, and letters held before its camera."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.camera import Camera
from tests.browser.serving import chromium_arguments

PHONE: ViewportSize = {"width": 360, "height": 740}
#: Asks the service itself, past everything that is kept.
_PROBE = "() => fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)"


def arguments(camera: Camera) -> list[str]:
    """What Chromium is started with, so that its camera sees what that one photographs."""
    return [*chromium_arguments(), f"--use-file-for-fake-video-capture={camera.file}"]


@contextmanager
def opened(context: BrowserContext, address: str = "/scan/", screen: str = "start") -> Iterator[Page]:
    """The scanner in a page of its own; a complaint of the browser's policies fails the test."""
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    expect(page.locator("body")).to_have_attribute("data-screen", screen)
    yield page
    page.close()
    assert not [each for each in complaints if "Content Security Policy" in each or "TypeError" in each]


def scan(page: Page, camera: Camera, text: str) -> Locator:
    """Hold the letter of that text before the camera; returns the verdict."""
    camera.show(text)
    page.locator("#begin:visible, #next:visible").first.click()
    verdict = page.locator("#verdict")
    expect(verdict).to_be_visible(timeout=20_000)
    return verdict


def is_offline(page: Page) -> bool:
    """Whether nothing answers: asked for real."""
    return page.evaluate(_PROBE) is False
