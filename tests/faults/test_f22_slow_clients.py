"""F22: two hundred clients send a byte a second, or over a hundred stop in the middle; everyone else is served as before."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.builders import World, build_world
from tests.faults.conftest import Found
from tests.serving import PATIENCE_SECONDS, ROOT, VERIFICATIONS, Served, free_port, serving
from tests.test_deployment.proxy import holding_answers

SLOW, SECONDS = 200, 8
SILENT, SILENT_SECONDS = 120, 4
_HEAD = (
    f"POST {VERIFICATIONS} HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nContent-Length: 300\r\n"
).encode()
Connect = Callable[[], socket.socket]
_HOST = b"Host: localhost\r\n"
#: What a client without any credential sends before it is silent: each once kept every thread, or all of a worker.
SHAPES = {
    "a head without end": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"X-A: " + b"a" * 17_000,
    "chunks without end": _HEAD.replace(b"Content-Length: 300", b"Transfer-Encoding: chunked")
    + b"\r\n"
    + (b"4000\r\n" + b" " * 0x4000 + b"\r\n") * 4
    + b"10\r\n",
    "an end of chunks within a chunk": _HEAD.replace(b"Content-Length: 300", b"Transfer-Encoding: chunked")
    + b"\r\n10\r\n{\r\n0\r\n\r\n",
    "the beginning of a second request": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"\r\nGET /heal",
    "a connection that is not hung up": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"Connection: close\r\n\r\n",
    "a body too long": _HEAD.replace(b"300", b"5000000") + b"\r\n" + b" " * 65_536,
    "a presentation of no device": b"POST /api/v1/presentations HTTP/1.1\r\n"
    + _HOST
    + b"Content-Type: application/json\r\nContent-Length: 400000\r\n\r\n"
    + b" " * 65_536,
    "an upload of nobody": b"POST /counter/unlisted HTTP/1.1\r\n"
    + _HOST
    + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 20000000\r\n\r\n"
    + b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n"
    + b"a" * 65_536,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(world.data, tmp_path_factory.mktemp("served") / "log") as served:
        yield served


@contextmanager
def slow_clients(connect: Connect) -> Iterator[None]:
    """Half of them are slow over the head of their request, half over its body."""
    with ExitStack() as held:
        sockets = [held.enter_context(connect()) for _ in range(SLOW)]
        for number, each in enumerate(sockets):
            each.sendall(_HEAD + (b"\r\n" if number % 2 else b""))
        over = threading.Event()

        def trickle() -> None:
            while not over.wait(1):
                for each in sockets:
                    with suppress(OSError):
                        each.send(b"a")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def normal_requests(ask: Callable[[], int], seconds: float = SECONDS) -> tuple[list[float], int]:
    """How long each took, and how many were not answered."""
    taken, failed, until = [], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            failed += ask() != 200
        except (OSError, http.client.HTTPException):
            failed += 1
        taken.append(time.monotonic() - began)
        time.sleep(0.05)
    return sorted(taken), failed


def told(taken: list[float], failed: int) -> str:
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    return f"{len(taken)} requests, {failed} failed, p50 {middle * 1000:.0f} ms, p95 {late * 1000:.0f} ms"


def straight_at(served: Served) -> Connect:
    return lambda: socket.create_connection(("127.0.0.1", served.port), timeout=10)


def asking(served: Served) -> Callable[[], int]:
    return lambda: served.ask("POST", VERIFICATIONS, '{"seal": "123"}', timeout=5)[0]


def test_f22_slow_clients_straight_at_the_service(world: World, tmp_path: Path, found: Found) -> None:
    """With 200 clients that send a byte a second, straight at the service, everyone else is answered."""
    with serving(world.data, tmp_path / "log") as served, slow_clients(straight_at(served)):
        taken, failed = normal_requests(asking(served))
    found(told(taken, failed))
    assert failed == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_f22_clients_that_stop_in_the_middle(service: Served, shape: str, found: Found) -> None:
    """While 120 clients without a credential have sent that and say no more, everyone else is answered."""
    connect = straight_at(service)
    with ExitStack() as held:
        for _ in range(SILENT):
            each = held.enter_context(connect())
            with suppress(ConnectionError):  # let go of before all was sent
                each.sendall(SHAPES[shape])
        taken, failed = normal_requests(asking(service), SILENT_SECONDS)
    found(told(taken, failed))
    assert failed == 0


def test_f22_control_a_thread_for_every_first_byte(world: World, tmp_path: Path, found: Found) -> None:
    """gunicorn's own worker gives a thread to whoever has sent a byte: nobody else is answered."""
    with serving(world.data, tmp_path / "log") as ours:
        words = Path(f"/proc/{ours.process.pid}/cmdline").read_bytes().split(b"\0")
        environment = Path(f"/proc/{ours.process.pid}/environ").read_bytes().split(b"\0")
    port = free_port()
    command = [
        word.replace(b"suket_service.web.patient_worker.PatientWorker", b"gthread")
        for word in words
        if word and not word.startswith(b"--bind")
    ]
    env = dict(each.split(b"=", 1) for each in environment if b"=" in each and b"PROMETHEUS" not in each)
    with (tmp_path / "log").open("ab") as log:
        process = subprocess.Popen(
            [*command, f"--bind=127.0.0.1:{port}".encode()], env=env, cwd=ROOT, stderr=log
        )
    served = Served(process, port, tmp_path / "log")
    try:
        served.wait_until_ready()
        with slow_clients(straight_at(served)):
            taken, failed = normal_requests(asking(served))
    finally:
        process.kill()
        process.wait()
    found(told(taken, failed))
    assert failed > 0


@contextmanager
def behind_caddy(service: int, folder: Path) -> Iterator[int]:
    """The proxy as it is shipped, with an authority of its own; what is handed over is its port."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SUKET_HOST": "localhost",
        "SUKET_TLS": "internal",
        "SUKET_PUBLIC": f"127.0.0.1:{service}",
        **holding_answers(),
        "SUKET_OFFICE": f"127.0.0.1:{service}",
        "SUKET_CERTIFICATES": str(folder / "caddy"),
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(port),
    }
    command = ["caddy", "run", "--config", "deploy/Caddyfile", "--adapter", "caddyfile"]
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log, stdout=log)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with suppress(OSError), over_tls(port)():
                break
            assert process.poll() is None, (folder / "caddy.log").read_text()[-2000:]
            assert time.monotonic() < until
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def over_tls(port: int) -> Connect:
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE

    def connect() -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        return unverified.wrap_socket(plain, server_hostname="localhost")

    return connect


def asking_over(connect: Connect) -> Callable[[], int]:
    """One check over a connection of its own."""

    def ask() -> int:
        connection = http.client.HTTPConnection("localhost", timeout=5)
        connection.sock = connect()
        try:
            body = '{"seal": "123"}'
            connection.request("POST", VERIFICATIONS, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    return ask


@pytest.fixture
def proxied(world: World, tmp_path: Path) -> Iterator[Connect]:
    """How to reach the service through the proxy as it is shipped."""
    if shutil.which("caddy") is None:
        pytest.skip("caddy is not installed")
    with serving(world.data, tmp_path / "log") as served, behind_caddy(served.port, tmp_path) as port:
        yield over_tls(port)


def test_f22_slow_clients_at_the_proxy(proxied: Connect, found: Found) -> None:
    """The same in front of the proxy: everyone else is answered through it."""
    with slow_clients(proxied):
        taken, failed = normal_requests(asking_over(proxied))
    found(told(taken, failed))
    assert failed == 0


def test_f22_phones_on_slow_lines_at_the_proxy(proxied: Connect, found: Found) -> None:
    """More phones than the service has threads ask for the scanner's largest file and take their time: all get it."""
    with ExitStack() as phones:
        waiting = [phones.enter_context(proxied()) for _ in range(40)]
        for each in waiting:
            each.sendall(
                b"GET /scan/zxing_reader.wasm HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
        taken, failed = normal_requests(asking_over(proxied))
        sizes = {_everything(each) for each in waiting}
    found(f"{told(taken, failed)}; {len(waiting)} slow readers got {sizes} bytes")
    assert failed == 0
    assert len(sizes) == 1
    assert min(sizes) > 900_000


def _everything(sock: socket.socket) -> int:
    sock.settimeout(PATIENCE_SECONDS)
    size = 0
    while piece := sock.recv(65_536):
        size += len(piece)
    return size
