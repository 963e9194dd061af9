"""A real server, as `suket serve` starts it."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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
    """Run the command in that environment; it must succeed."""
    subprocess.run([*_SUKET, *arguments], env=dict(env), cwd=ROOT, check=True, capture_output=True)


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


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
