"""A Chromium with the scanner's decoder."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.reading.frames import frame
from tests.reading.scanner_page import ScannerPage, a_browser, scanner_page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium for one module; its camera looks at a letter, and nobody has to be asked."""
    film, picture = tmp_path_factory.mktemp("camera") / "letter.mjpeg", BytesIO()
    Image.open(BytesIO(frame("as printed", "mid", 0).jpeg)).convert("RGB").save(picture, "JPEG", quality=85)
    film.write_bytes(picture.getvalue() * 4)  # MJPEG: pictures one after the other, played in a loop
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with a_browser(*fake, f"--use-file-for-fake-video-capture={film}") as launched:
        yield launched


@pytest.fixture(scope="module")
def started(browser: Browser) -> Iterator[ScannerPage]:
    """A page with a decoder; what a test changes in the page is gone before the next."""
    with scanner_page(browser) as opened:
        yield opened


@pytest.fixture
def scanner(started: ScannerPage) -> ScannerPage:
    """That page, freshly loaded."""
    started.start()
    return started
