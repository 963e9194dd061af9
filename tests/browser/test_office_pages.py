"""Every page of the office in a real browser, wide and narrow: accessible, in bounds, of few sizes, and light."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from suket_service.registry.staff import Role
from tests.browser.office import an_office, signed_in
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_matrix import EXAMPLES, GUARDED, MODULES, USERS, roles_of

pytestmark = pytest.mark.browser

WIDE = ViewportSize(width=1366, height=768)
NARROW = ViewportSize(width=360, height=640)
#: Answers that are no pages.
FILES = {
    *("text/csv", "application/pdf", "image/jpeg", "image/png", "application/json", "application/jose"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FIRST_PAGE_BYTES = 100 * 1024
_AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_SIZES = """() => [...new Set([...document.querySelectorAll('main *, nav *, header *, footer *')]
  .filter(each => each.checkVisibility() && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(each => getComputedStyle(each).fontSize))]"""
_BEYOND = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: One of each kind of page; ``script/browser`` walks them all.
_OFTEN = {
    *("account.account", "administration.new_client", "audit.entries", "batches.batch", "counter.form"),
    *("desk.letter", "desk.queue", "drafts.draft", "elections.election", "front.home", "letters.find"),
    *("letters.letter", "printing.run", "printing.test_page", "reports.index", "reports.stations"),
}
PAGES = [
    pytest.param(
        endpoint,
        role,
        example.path,
        id=f"{endpoint}-{role}",
        marks=[] if endpoint in _OFTEN else [pytest.mark.slow],
    )
    for endpoint, found in EXAMPLES.items()
    if endpoint in GUARDED
    for example in [each for each in found if each.method == "GET"][:1]
    for role in [min(roles_of(endpoint), key=list(USERS).index)]
]


@dataclass
class Walk:
    """The office, and a browser for each of its roles."""

    url: str
    office: OfficeAtWork
    contexts: dict[Role, BrowserContext]
    values: dict[str, str]

    def path(self, path: str) -> str:
        for name, value in self.values.items():
            path = path.replace(f"{{{name}}}", value)
        return self.url + path


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, OfficeAtWork]]:
    """An office of this module's own: whoever else works there would change what the examples speak of."""
    with an_office(tmp_path_factory.mktemp("walked") / "var") as office:
        yield office


@pytest.fixture(scope="module")
def walk(browser: Browser, at_work: tuple[str, OfficeAtWork]) -> Iterator[Walk]:
    url, office = at_work
    values = dict(office.values)
    for module in MODULES:
        if hasattr(module, "prepare"):
            values |= module.prepare(office)
    contexts = {
        role: signed_in(browser, url, office.registry, user, viewport=WIDE) for role, user in USERS.items()
    }
    yield Walk(url, office, contexts, values)
    for context in contexts.values():
        context.close()


def opened(walk: Walk, role: Role, path: str) -> tuple[Page, list[str], int]:
    page, complaints, weight = walk.contexts[role].new_page(), list[str](), [0]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfinished", lambda request: weight.append(request.sizes()["responseBodySize"]))
    answer = page.goto(walk.path(path))
    assert answer is not None
    assert answer.status in (200, 409), (path, answer.status)  # a refusal is a page for people too
    return page, complaints, sum(weight)  # `goto` has waited for all that the page loads


@pytest.mark.parametrize(
    "size", [NARROW, pytest.param(WIDE, marks=pytest.mark.slow)], ids=["telephone", "desk"]
)
@pytest.mark.parametrize(("endpoint", "role", "path"), PAGES)
def test_a_page_is_accessible_and_in_bounds(
    walk: Walk, endpoint: str, role: Role, path: str, size: ViewportSize
) -> None:
    answer = walk.contexts[role].request.get(walk.path(path))
    if answer.headers["content-type"].partition(";")[0] in FILES:
        assert answer.ok
        return
    page, complaints, _ = opened(walk, role, path)
    try:
        page.set_viewport_size(size)
        found = Axe().run(page, options=_AXE)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate(_BEYOND) <= 0
        assert page.locator("h1").count() == 1
        sizes = page.evaluate(_SIZES)
        assert len(sizes) <= 5, sizes
        assert [each for each in complaints if "409 (CONFLICT)" not in each] == []  # a refusal, as above
    finally:
        page.close()


@pytest.mark.few(2)
@pytest.mark.parametrize("role", list(USERS))
def test_the_first_page_is_light(walk: Walk, role: Role) -> None:
    page, _, weight = opened(walk, role, "/")
    page.close()
    assert weight < FIRST_PAGE_BYTES


@pytest.mark.parametrize("path", ["/login", "/demo/codes", "/"])
def test_the_way_in_is_accessible(browser: Browser, at_work: tuple[str, OfficeAtWork], path: str) -> None:
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    page.goto(at_work[0] + path)
    found = Axe().run(page, options=_AXE)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(_BEYOND) <= 0
    context.close()


def test_the_menu_is_walked_by_keyboard_with_a_visible_focus(walk: Walk) -> None:
    page, _, _ = opened(walk, Role.OPERATOR, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Langsung ke isi"
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert set(seen) == {"solid"}
    page.close()


def test_every_page_for_people_is_walked(walk: Walk) -> None:
    rules = list(walk.office.app.url_map.iter_rules())
    with_get = {rule.endpoint for rule in rules if "GET" in (rule.methods or ()) and rule.endpoint in GUARDED}
    assert {case.values[0] for case in PAGES} == with_get
