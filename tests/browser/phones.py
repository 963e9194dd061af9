"""An officer's phone as the scanner's modules make it, in a real Chromium, with a store of its own and no page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request

#: A page of the service that runs nothing of its own.
_EMPTY = "/healthz"
_MODULES = """async (names) => {
  const found = await Promise.all(names.map((name) => import(`/static/scan/${name}.js`)));
  window.m = Object.assign({}, ...found);
  window.store = await m.openStore();
}"""
_NAMES = ["store", "clock", "line", "trust-store", "device", "presentations", "sync", "verifier", "bytes"]
#: Scripts for ``run`` and ``refusal``; ``given`` is what an enrolment sheet says, or the text of a symbol.
ENROL = "return m.enrol(store, given, 'Ponsel Pak Budi');"
JUDGED = """
  if ((await m.heldTrust(store)) === null) await m.refresh(store, new Date());
  const { bundle } = await m.heldTrust(store);
  const verdict = await m.verify(given, m.trustOf(bundle), m.bundleRecords(bundle), new Date());
"""
MARK = f"{JUDGED} return m.markShown(store, verdict, new Date());"


class Phone:
    """One phone. ``run`` has ``m``, what the modules export, and ``store``; another tab is another ``Page``."""

    def __init__(self, context: BrowserContext, url: str, quota: int | None = None) -> None:
        self.context, self.url, self._quota = context, url, quota
        self.complaints: list[str] = []
        self.tab = self.new_tab()

    def new_tab(self) -> Page:
        """Another tab of the same browser, with the modules loaded."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if self._quota is not None:
            room = {"origin": self.url, "quotaSize": self._quota}
            self.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", room)
        page.goto(f"{self.url}{_EMPTY}")
        page.evaluate(_MODULES, _NAMES)
        return page

    def start_again(self) -> None:
        """Close the app and open it again: nothing is left but what was stored."""
        self.tab.close()
        self.tab = self.new_tab()

    def run(self, code: str, given: object = None, *, tab: Page | None = None) -> Any:
        """What that body of an asynchronous function returns."""
        return (tab or self.tab).evaluate(f"async (given) => {{ {code} }}", given)

    def refusal(self, code: str, given: object = None) -> str | None:
        """The code with which it is refused; None when it is not."""
        code_of: str | None = self.run(
            f"try {{ await (async () => {{ {code} }})(); return null; }}"
            " catch (error) { return error.code ?? String(error); }",
            given,
        )
        return code_of

    def listen(self) -> list[Request]:
        """The requests that it makes from now on."""
        asked: list[Request] = []
        self.context.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a method of C is refused
        return asked

    def mark(self, seal: str) -> dict[str, Any]:
        """The event that a letter was shown."""
        event: dict[str, Any] = self.run(MARK, seal)
        return event

    def undo(self, event: str) -> dict[str, Any]:
        """The event that another was a mistake."""
        undone: dict[str, Any] = self.run("return m.undo(store, given, new Date());", event)
        return undone

    def before(self, seal: str) -> dict[str, Any]:
        """Whether that letter was shown before, as far as the phone knows."""
        told: dict[str, Any] = self.run(
            f"{JUDGED} const {{ statusList, statusIndex }} = verdict.seal.facts;"
            " return m.shownBefore(store, statusList, statusIndex);",
            seal,
        )
        return told

    def sync(self) -> dict[str, Any]:
        """One exchange with the service."""
        told: dict[str, Any] = self.run("return m.synchronise(store, new Date());")
        return told

    def events(self) -> list[dict[str, Any]]:
        """All that it keeps."""
        kept: list[dict[str, Any]] = self.run(
            "return store.transact(['events'], 'readonly', (at) => m.answerOf(at('events').getAll()));"
        )
        return kept


@contextmanager
def a_phone(browser: Browser, url: str, quota: int | None = None) -> Iterator[Phone]:
    """A new phone at that service, with room for so many bytes; whatever it complained of fails the test."""
    context = browser.new_context()
    phone = Phone(context, url, quota)
    yield phone
    context.close()
    assert phone.complaints == []
