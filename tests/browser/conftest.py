"""A real server, as `suket serve` starts it, and a real Chromium, Debian's own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from suket_service.registry import letters
from suket_service.registry.session import Registry
from tests.browser.camera import Camera
from tests.browser.office import an_office
from tests.browser.phones import Phone, a_phone
from tests.browser.polling_day import PollingDay, a_polling_day
from tests.browser.polls import Polls, an_election_day, print_letter
from tests.browser.serving import CHROMIUM, ROOT, chromium_arguments, served, suket
from tests.serving import free_port
from tests.web.staff.conftest import OfficeAtWork


@dataclass(frozen=True)
class Site:
    """A served demo: its address, its letters' seals by state, and the process behind it."""

    url: str
    seals: dict[str, str]  # state -> the digits of one letter's seal
    process: "subprocess.Popen[bytes]"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("site") / "var"
    url = f"http://localhost:{(port := free_port())}"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUKET_")},
        "SUKET_DATA_DIR": str(data_dir),
        "SUKET_BASE_URL": url,
    }
    suket(env, "init", "--demo")
    suket(
        env,
        "issue",
        f"{ROOT}/examples/permohonan.csv",
        "--requested-by",
        "operator",
        "--approved-by",
        "kepala",
    )
    year = (datetime.now(UTC) + timedelta(hours=7)).year  # the office's own
    suket(env, "revoke", f"471.13/0002/SKP/2172/{year}", "--by", "operator", "--reason", "contoh")
    suket(env, "supersede", f"471.13/0003/SKP/2172/{year}", "--by", "operator", "--reason", "contoh")
    with served(env, port) as process:
        yield Site(url, _seals(data_dir), process)
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, OfficeAtWork]]:
    """A served demo of an office at work, and its registry."""
    with an_office(tmp_path_factory.mktemp("office") / "var") as office:
        yield office


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for one module: while it is there, nothing else in the process may run an event loop."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments())
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def polls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polls]:
    """An election day that nothing serves: whoever needs an answer serves it, and ends that too."""
    with an_election_day(tmp_path_factory.mktemp("polls") / "var") as made:
        yield made


@pytest.fixture(scope="session")
def camera(polls: Polls, tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """A camera over a letter of that day."""
    folder = tmp_path_factory.mktemp("camera")
    print_letter(polls, "valid", folder / "letter.pdf")
    return Camera(folder / "camera.mjpeg", folder / "letter.pdf")


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PollingDay]:
    """A served election day for phones."""
    with a_polling_day(tmp_path_factory.mktemp("day") / "var") as made:
        yield made


@pytest.fixture
def phone(browser: Browser, day: PollingDay) -> Iterator[Phone]:
    """A fresh phone."""
    with a_phone(browser, day.url) as made:
        yield made


@pytest.fixture
def phones(phone: Phone, browser: Browser, day: PollingDay) -> Iterator[list[Phone]]:
    """Two phones, fresh."""
    with a_phone(browser, day.url) as another:
        yield [phone, another]


@pytest.fixture
def seal(day: PollingDay) -> str:
    """A letter that no other test shows."""
    return day.seals.pop()


@pytest.fixture(scope="module")
def playwright(camera: Camera) -> Iterator[Playwright]:
    """For a module that starts browsers of its own, with that camera."""
    with sync_playwright() as started:
        yield started


PHONE, DESK = (360, 640), (1366, 768)
#: For what may look right on the one screen and wrong on the other; ``script/browser`` looks at both.
on_phone_and_desk = pytest.mark.parametrize(
    "page", [PHONE, pytest.param(DESK, marks=pytest.mark.slow)], ids=["phone", "desk"], indirect=True
)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page at a phone's width; any complaint of the browser fails the test."""
    width, height = getattr(request, "param", PHONE)
    context = browser.new_context(viewport={"width": width, "height": height})
    with watched(context.new_page()) as opened:
        yield opened
        context.close()


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """That page; what the browser complained of while it was looked at fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert not [each for each in complaints if "Content Security Policy" in each or "TypeError" in each]


def _seals(data_dir: Path) -> dict[str, str]:
    registry = Registry(f"sqlite:///{data_dir / 'suket.sqlite3'}")
    with registry.reading() as tx:
        found = {
            record.state.value: letters.seal_text(tx, record.id).partition("#")[2]
            for record in letters.search(tx, "2172")
        }
    registry.close()
    return found
