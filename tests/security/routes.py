"""One request for every route of the service, whoever it is for; the tests of the web have the examples."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from apiflask import APIFlask
from werkzeug.test import TestResponse

from suket_service.settings import Settings
from tests.web.staff.conftest import Client, OfficeAtWork, at_work
from tests.web.staff.examples import Example
from tests.web.staff.test_matrix import EXAMPLES, GUARDED, USERS, fill, roles_of
from tests.web.test_routes import PAGES


@contextmanager
def begun(
    prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings]
) -> Iterator[OfficeAtWork]:
    """The office with all that the examples speak of, for as long as the block lasts."""
    folder, values = prepared
    with at_work(served_office, folder / "suket.sqlite3") as found:
        shutil.copytree(folder, found.settings.data_dir, dirs_exist_ok=True)
        yield replace(found, values=values)


def asked(office: OfficeAtWork) -> Iterator[tuple[str, Example, Client]]:
    """Endpoint, request and a browser of somebody who may."""
    browsers = {role: office.client(username) for role, username in USERS.items()}
    nobody = office.client()
    for endpoint, found in EXAMPLES.items():
        browser = browsers[min(roles_of(endpoint))] if endpoint in GUARDED else nobody
        for example in found:
            if "logout" not in example.path:
                yield endpoint, fill(example, office.values), browser
    for endpoint, path in PAGES.items():
        if endpoint not in EXAMPLES and not endpoint.startswith("demo."):
            yield endpoint, Example("GET", path), nobody


def answer_to(browser: Client, example: Example) -> TestResponse:
    """What a page is; what a form sent without its page's token gets, so that nothing is done."""
    if example.method == "GET":
        return browser.client.get(example.path, buffered=True)
    return browser.client.post(example.path, data=dict(example.form))
