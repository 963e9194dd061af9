"""The scanner's own decoder in a real Chromium: the built worker and the modules as they are served, no page.

``/scan/`` is the build, ``/static/scan/`` its sources; ``/old/`` is the build in a browser whose workers cannot
draw, ``/half/`` one whose decoder was lost. Whatever a test hands in for a picture is served beside them.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

STATIC = Path(__file__).resolve().parents[2] / "suket_service" / "web" / "static"
BUILD = STATIC / "build" / "scan"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

_MEDIA = {".js": "text/javascript", ".wasm": "application/wasm", ".jpg": "image/jpeg", "": "text/html"}
_WITHOUT_DRAWING = b"delete self.OffscreenCanvas;\n"
_START = """async (worker) => {
  const { createDecoder } = await import("/static/scan/decoder.js");
  window.camera = await import("/static/scan/camera.js");
  window.frames = await import("/static/scan/frames.js");
  window.chosen = (await import("/static/scan/chosen.js")).chosen;
  window.decoder = createDecoder(worker);
  await decoder.ready;
}"""
_LOOKS = """async (turns) => {
  const picture = await createImageBitmap(await (await fetch("/picture.jpg", { cache: "no-store" })).blob());
  const frame = { source: picture, width: picture.width, height: picture.height };
  const found = [];
  for (const turn of turns) found.push(await decoder.look(frame, turn));
  picture.close();
  return found;
}"""
_FILE = """async () => {
  const blob = await (await fetch("/picture.jpg", { cache: "no-store" })).blob();
  return decoder.readFile(blob);
}"""


class ScannerPage:
    """A page with the decoder started."""

    def __init__(self, page: Page, site: "_Site") -> None:
        self.page, self._site = page, site

    def start(self, worker: str = "/scan/decoder-worker.js") -> None:
        """Load the modules and start a decoder; an earlier one is gone with its page."""
        self.page.goto(self._site.url)
        self.page.evaluate(_START, worker)

    def show(self, picture: bytes) -> None:
        """What ``/picture.jpg`` is from now on."""
        self._site.picture = picture

    def looks(self, jpeg: bytes, turns: list[int]) -> list[list[str]]:
        """What the decoder finds in that frame, look by look, as in a live scan."""
        self.show(jpeg)
        found: list[list[str]] = self.page.evaluate(_LOOKS, turns)
        return found

    def read_file(self, picture: bytes) -> list[str]:
        """What the decoder finds in a photograph."""
        self.show(picture)
        found: list[str] = self.page.evaluate(_FILE)
        return found

    def run(self, code: str, given: object = None) -> Any:
        """What that body of an asynchronous function returns."""
        return self.page.evaluate(f"async (given) => {{ {code} }}", given)


@contextmanager
def a_browser(*arguments: str) -> Iterator[Browser]:
    """Debian's Chromium, else the one that Playwright brought."""
    executable = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", *arguments]
        launched = playwright.chromium.launch(executable_path=executable, args=options)
        yield launched
        launched.close()


@contextmanager
def scanner_page(browser: Browser) -> Iterator[ScannerPage]:
    """A page of such a site, with a decoder."""
    assert (BUILD / "decoder-worker.js").is_file(), "the scanner is not built: run script/scanner"
    with _Site() as site:
        context = browser.new_context(permissions=["camera"])
        opened = ScannerPage(context.new_page(), site)
        opened.start()
        yield opened
        context.close()


class _Site:
    """Files of the scanner on this machine's loopback."""

    def __init__(self) -> None:
        self.picture = b""
        site = self

        class _Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.file(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header(
                    "Content-Type", _MEDIA.get(Path(self.path).suffix, "application/octet-stream")
                )
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://localhost:{self._server.server_port}/"

    def file(self, path: str) -> bytes | None:
        """What stands at that path."""
        name = Path(path).name
        match path.rpartition("/")[0]:
            case "/scan":
                return (BUILD / name).read_bytes()
            case "/old":
                body = (BUILD / name).read_bytes()
                return _WITHOUT_DRAWING + body if name.endswith(".js") else body
            case "/half" if name.endswith(".js"):
                return (BUILD / name).read_bytes()
            case "/static/scan":
                return (STATIC / "scan" / name).read_bytes()
        if name == "picture.jpg":
            return self.picture
        return b"<!doctype html><title>-</title><video></video>" if path == "/" else None

    def __enter__(self) -> "_Site":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
