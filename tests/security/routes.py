"""One request for every route of the service, whoever it is for; the tests of the web have the examples."""

from collections.abc import Iterator

from werkzeug.test import TestResponse

from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.examples import Example
from tests.web.staff.test_matrix import EXAMPLES, GUARDED, USERS, fill, roles_of
from tests.web.test_routes import PAGES


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
