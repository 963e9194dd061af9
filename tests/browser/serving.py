"""A real server: as `suket serve` starts it, or in this process where it must come and go."""

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from click.testing import CliRunner
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from suket_service.cli import main

ROOT = Path(__file__).resolve().parents[2]
_SUKET = [sys.executable, "-c", "from suket_service.cli import main; main()"]
START_SECONDS = 60
#: Debian's own; None: the one that Playwright brought itself.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def chromium_arguments() -> list[str]:
    """What Chromium is started with: it asks the network of its own accord, and the tests have none."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        # A camera that is always there, and nobody who has to be asked.
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    ]


def suket(env: Mapping[str, str], *arguments: str) -> None:
    """Run the command with that environment's settings, here: a Python of its own takes longer to start than most run.

    It must succeed.
    """
    others: dict[str, str | None] = {name: None for name in os.environ if name.startswith("SUKET_")}
    given = {name: value for name, value in env.items() if name.startswith("SUKET_")}
    done = CliRunner(env={**others, **given}).invoke(main, list(arguments))
    assert done.exit_code == 0, done.output


@contextmanager
def served(env: Mapping[str, str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The service on that port, for as long as the block lasts."""
    process = subprocess.Popen(
        [*_SUKET, "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://localhost:{port}/healthz")
        yield process
    finally:
        process.terminate()
        process.wait(30)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        logging.getLogger("tests").debug(message, *args)


class Service:
    """The service in this process, which can be stopped and started again on the same port: that takes no time."""

    def __init__(self, app: APIFlask, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.sent: list[str] = []  # the addresses of which it sent the contents
        self._app, self._port = app, port
        self._server: BaseWSGIServer | None = None

    def start(self) -> None:
        self._server = make_server(
            "127.0.0.1", self._port, self._noting, threaded=True, request_handler=_Silent
        )
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}).start()

    def _noting(self, environ: Any, start_response: Any) -> Any:
        def noted(status: str, *more: Any) -> Any:
            if status.startswith("200"):
                self.sent.append(environ["PATH_INFO"])
            return start_response(status, *more)

        return self._app(environ, noted)

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def answering(self) -> Iterator[None]:
        """It is there for as long as the block lasts, unless it is stopped before."""
        self.start()
        try:
            yield
        finally:
            self.stop()


def _wait_for(url: str) -> None:
    last = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.2)
