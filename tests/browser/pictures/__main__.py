"""Make the office, serve it, walk its pages, write the pictures: ``script/pictures [NAME…]``."""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from suket_service.administering import demo_accounts
from suket_service.registry.session import Registry
from suket_service.settings import HOME
from tests.browser.pictures import camera
from tests.browser.pictures.office import Made, make
from tests.browser.pictures.pages import PAGES, Page
from tests.browser.serving import served
from tests.serving import free_port

DOCS = HOME / "docs"
_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
MOST_BYTES = 60_000
#: Scripts that draw something begin at once; one that asks on and on (a run that is printing) never ends.
SETTLE_MILLISECONDS = 300
_Taken: TypeAlias = dict[int, list[tuple[str, Image.Image]]]


def main(names: list[str]) -> int:
    """Picture those pages, or all; returns how many answered with anything but a page."""
    wanted = [page for page in PAGES if not names or page.name in names]
    with (
        TemporaryDirectory(prefix="suket-pictures-") as folder,
        _served(Path(folder) / "var") as made,
        sync_playwright() as playwright,
    ):
        executable = next(
            (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None
        )
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(_CHROMIUM), env=_surroundings()
        )
        wrong, taken = _walk(browser, made, wanted)
        browser.close()
    if not names:
        for left_over in {*(DOCS / "pages").glob("*.png")} - {
            _file(page, width) for page in PAGES for width in camera.SIZES
        }:
            left_over.unlink()
        for width, pictures in taken.items():
            size = camera.save(camera.contact_sheet(width, pictures), DOCS / f"contact-sheet-{width}.png")
            print(f"contact-sheet-{width}.png  {size // 1000} kB")
    return wrong


def _file(page: Page, width: int) -> Path:
    return DOCS / "pages" / f"{page.name}-{width}.png"


def _walk(browser: Browser, made: Made, wanted: list[Page]) -> tuple[int, _Taken]:
    wrong: int = 0
    taken: _Taken = {width: [] for width in camera.SIZES}
    people: dict[str | None, BrowserContext] = {}
    for page in wanted:
        if page.who not in people:
            people[page.who] = browser.new_context(locale="id-ID")
            if page.who is not None:
                _sign_in(people[page.who], made, page.who)
        problems, shots = _shoot(people[page.who], made, page)
        wrong += bool(problems)
        for width, png in shots.items():
            picture = camera.small(png)
            size = camera.save(picture, _file(page, width))
            taken[width].append((page.name, picture))
            if size > MOST_BYTES:
                print(f"{page.name}-{width}: {size // 1000} kB")
        if problems:
            print(f"{page.name}: {'; '.join(problems)}")
    return wrong, taken


def _shoot(context: BrowserContext, made: Made, page: Page) -> tuple[list[str], dict[int, bytes]]:
    """What is wrong with a page, and its picture at each width."""
    tab = context.new_page()
    tab.set_viewport_size({"width": min(camera.SIZES), "height": camera.SIZES[min(camera.SIZES)]})
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    answer = tab.goto(made.settings.base_url + page.path.format(**made.places))
    if answer is None or answer.status != 200:
        complaints.insert(0, f"answered {answer.status if answer else 'nothing'}")
    elif page.do is not None:
        page.do(tab)
    shots = {}
    for width, height in camera.SIZES.items():
        tab.set_viewport_size({"width": width, "height": height})
        tab.wait_for_timeout(SETTLE_MILLISECONDS)
        over = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            complaints.append(f"wider than {width} px by {over}")
        shots[width] = tab.screenshot()
    tab.close()
    return complaints, shots


def _sign_in(context: BrowserContext, made: Made, username: str) -> None:
    """By the demo's own page, with the account's password and its present code."""
    with closing(Registry(made.settings.database_url)) as registry:
        while True:
            accounts = demo_accounts(registry, made.settings.secret_key or "", datetime.now(UTC))
            account = next(each for each in accounts if each.member.username == username)
            if account.code is not None:
                break
            time.sleep(1)  # a code counts once: the next one comes within half a minute
    tab = context.new_page()
    tab.goto(f"{made.settings.base_url}/login")
    tab.fill("input[name=username]", username)
    tab.fill("input[name=password]", account.password)
    if tab.locator("input[name=code]").count():
        tab.fill("input[name=code]", account.code)
    tab.click("main button[type=submit]")
    tab.wait_for_load_state()
    if re.search(r"/(login|enrol)", tab.url):
        raise SystemExit(f"{username} could not sign in")
    tab.close()


@contextmanager
def _served(data_dir: Path) -> Iterator[Made]:
    port = free_port()
    made = make(data_dir, f"http://localhost:{port}", datetime.now(UTC))
    env = {
        **_surroundings(),
        "SUKET_DATA_DIR": str(data_dir),
        "SUKET_BASE_URL": made.settings.base_url,
    }
    with served(env, port):
        yield made


def _surroundings() -> dict[str, Any]:
    """This process's own, without settings of ours, and without the letters' fonts that printing has put there."""
    ours = ("SUKET_", "FONTCONFIG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


if __name__ == "__main__":
    raise SystemExit(1 if main(sys.argv[1:]) else 0)
