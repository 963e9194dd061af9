"""What the proxy itself refuses, as programs and people are told it. ``script/deployment`` runs it."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.serving import free_port
from tests.test_deployment.conftest import ROOT
from tests.test_deployment.proxy import holding_answers

pytestmark = pytest.mark.slow

_HOST = "suket.example.go.id"
_MEGABYTE = 1_000_000
_STARTS_IN_SECONDS = 20


class _Reading(BaseHTTPRequestHandler):
    """A service that takes whatever it is sent."""

    def do_POST(self) -> None:
        with suppress(OSError):  # the proxy lets go of a body that is too long
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a proxy before an office's process that answers, and a public one that is away."""
    if shutil.which("caddy") is None:
        pytest.skip("no Caddy on this machine: apt-get install caddy")
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Reading) as office:
        threading.Thread(target=office.serve_forever, daemon=True).start()
        process = subprocess.Popen(
            ["caddy", "run", "--config", str(ROOT / "deploy/Caddyfile"), "--adapter", "caddyfile"],
            env=_settings(folder, port, office.server_address[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait()
            office.shutdown()


def _settings(folder: Path, port: int, office: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SUKET_HOST": _HOST,
        "SUKET_TLS": "internal",
        "SUKET_OFFICE_NETWORKS": "127.0.0.1",
        "SUKET_OFFICE": f"127.0.0.1:{office}",
        "SUKET_PUBLIC": f"127.0.0.1:{free_port()}",
        **holding_answers(),
        "SUKET_CERTIFICATES": str(folder / "certificates"),
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(port),
    }


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_IN_SECONDS
    while True:
        try:
            return _connected(port).close()
        except OSError:
            assert time.monotonic() < until, "the proxy does not answer"
            time.sleep(0.2)


def _connected(port: int) -> ssl.SSLSocket:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # an authority of its own, made just now
    return trust.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname=_HOST)


def _answer(port: int, path: str, megabytes: int = 0) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPSConnection(_HOST, port)
    connection.sock = _connected(port)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(megabytes * _MEGABYTE))
        connection.endheaders()
        with suppress(OSError):  # it answers before it has read all
            for _ in range(megabytes):
                connection.send(bytes(_MEGABYTE))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "megabytes", "status", "code", "later"),
    [
        ("/api/v1/verifications", 0, 502, "unreachable", "10"),
        ("/.well-known/jwks.json", 0, 502, "unreachable", "10"),
        ("/api/v1/letters", 28, 413, "too_large", None),
    ],
)
def test_a_program_is_told_a_problem(
    proxy: int, path: str, megabytes: int, status: int, code: str, later: str | None
) -> None:
    answered, headers, body = _answer(proxy, path, megabytes)
    assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
    problem = json.loads(body)
    assert set(problem) == {"type", "title", "status", "detail", "code"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert headers["Retry-After"] == later


@pytest.mark.parametrize(
    ("path", "megabytes", "status", "told"),
    [("/s", 0, 502, "tidak dapat dihubungi"), ("/desk", 28, 413, "terlalu besar")],
)
def test_people_are_told_a_sentence(proxy: int, path: str, megabytes: int, status: int, told: str) -> None:
    answered, headers, body = _answer(proxy, path, megabytes)
    assert (answered, headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert told in body
    assert "{" not in body


def test_an_error_of_the_proxy_names_no_server(proxy: int) -> None:
    assert _answer(proxy, "/s")[1]["Server"] is None


def test_what_is_not_too_large_passes(proxy: int) -> None:
    assert _answer(proxy, "/api/v1/letters", 26)[0] == 204
