"""The service as it is started, by what it believes of its callers and says of itself (A36)."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.browser.serving import served
from tests.cli.builders import World
from tests.serving import free_port


@pytest.fixture(scope="module")
def port(world: World) -> Iterator[int]:
    """Where a process for the public listens."""
    env = {"SUKET_DATA_DIR": str(world.data), "SUKET_ROLE": "public"}
    with served(env, found := free_port()):
        yield found


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text; with headers as a client writes them, underscores and all."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


MOVES = {
    "SCRIPT_NAME": "/x",
    "PATH_INFO": "/readyz",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/x",
    "X-Script-Name": "/x",
    "Forwarded": "host=evil.example",
}


def test_a_client_moves_no_route_and_no_link_by_its_headers(port: int) -> None:
    plain = ask(port, "/s")[2]
    for name, value in MOVES.items():
        assert ask(port, "/s", **{name: value})[2] == plain, name
        assert ask(port, "/healthz", **{name: value})[2] == ask(port, "/healthz")[2], name
        # As a proxy on this machine hands it on, which knows the address by another name.
        assert ask(port, "/x/healthz", **{name: value})[0] == 404, name


@pytest.mark.parametrize("path", ["/healthz", "/none", "/%00", "/s?" + "x" * 9_000])
def test_it_names_no_version_of_what_it_runs_on(port: int, path: str) -> None:
    _, headers, text = ask(port, path)
    assert not re.search(r"[0-9]\.[0-9]", headers.get("Server", ""))
    assert "X-Powered-By" not in headers
    assert "Traceback" not in text
