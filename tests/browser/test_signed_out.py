"""A shared computer after signing out, and pages over a registry whose every text is markup, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests.browser.office import an_office, signed_in
from tests.security.test_markup import DRAWN, MARKUP, put_everywhere
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_matrix import EXAMPLES, GUARDED, USERS, fill, roles_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, OfficeAtWork]]:
    """A served office in which somebody typed markup wherever one can type."""
    with an_office(tmp_path_factory.mktemp("markup") / "var") as (url, office):
        assert "resident.name" in put_everywhere(office, MARKUP)
        yield url, office


def pages(office: OfficeAtWork) -> Iterator[tuple[str, str]]:
    """Who opens which address."""
    for endpoint, found in EXAMPLES.items():
        for example in (fill(each, office.values) for each in found):
            wanted = example.method == "GET" and "{" not in example.path and not DRAWN.search(example.path)
            if endpoint in GUARDED and wanted:
                yield USERS[min(roles_of(endpoint))], example.path


def test_markup_that_somebody_typed_runs_nowhere(browser: Browser, at_work: tuple[str, OfficeAtWork]) -> None:
    url, office = at_work
    contexts = {user: signed_in(browser, url, office.registry, user) for user in USERS.values()}
    complaints, shown = list[str](), 0
    for user, path in pages(office):
        page = contexts[user].new_page()
        _listen(page, path, complaints)
        page.goto(f"{url}{path}")
        assert page.locator("img[src='x'], script:not([src])").count() == 0, path
        shown += MARKUP[:30] in page.locator("body").inner_text()
        page.close()
    assert complaints == []
    assert shown > 5
    for context in contexts.values():
        context.close()


def _listen(page: Page, path: str, complaints: list[str]) -> None:
    def asked(dialog: Dialog) -> None:
        complaints.append(f"{path}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", asked)
    page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
    page.on(
        "console",
        lambda said: complaints.append(f"{path}: {said.text}") if "Content Security" in said.text else None,
    )


def test_after_signing_out_the_back_button_shows_nothing(
    browser: Browser, at_work: tuple[str, OfficeAtWork]
) -> None:
    url, office = at_work
    context = signed_in(browser, url, office.registry, "operator")
    page, letter = context.new_page(), office.letters[0]
    page.goto(f"{url}/letters/{letter.id}")
    assert letter.resident.name in page.content()
    page.evaluate("localStorage.setItem('kept', 'a record of the scanner')")
    page.goto(f"{url}/account")
    page.locator("form[action='/logout'] button").first.click()
    page.wait_for_url("**/login*")
    for _ in range(2):
        page.go_back()
        assert letter.resident.name not in page.content()
        assert letter.resident.nik not in page.content().replace(" ", "")
    page.goto(f"{url}/letters/{letter.id}")
    assert "/login" in page.url
    assert page.evaluate("localStorage.getItem('kept')") == "a record of the scanner"
    context.close()
