"""The scanner as an officer holds it: opened, and letters held before its camera."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.camera import Camera
from tests.browser.serving import chromium_arguments

PHONE: ViewportSize = {"width": 360, "height": 740}
#: Asks the service itself, past everything that is kept.
_PROBE = "() => fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)"
#: The least contrast (WCAG 2.2, 1.4.6) between a verdict's words and the colour that they stand on.
_CONTRAST = """() => {
  const linear = (level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[0-9.]+/g).map((each) => linear(each / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const banner = document.querySelector("#verdict .banner");
  const ground = light(getComputedStyle(banner).backgroundColor);
  const inks = [...banner.querySelectorAll("h1, p, strong")].map((each) => light(getComputedStyle(each).color));
  return Math.min(...inks.map((ink) => (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05)));
}"""


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


def contrast(page: Page) -> float:
    """How well the words of the verdict stand out from its colour."""
    measured: float = page.evaluate(_CONTRAST)
    return measured


def is_offline(page: Page) -> bool:
    """Whether nothing answers: asked for real."""
    return page.evaluate(_PROBE) is False
