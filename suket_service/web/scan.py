"""The scanner for phones: its page, its service worker and the files that ``script/scanner`` built.

Checks no letter and knows no phone; what the phone asks for later goes to the API.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, abort, make_response, render_template, request

BUILD = Path(__file__).parent / "static" / "build" / "scan"
_MANIFEST = "asset-manifest.json"
_SERVICE_WORKER = "service-worker.js"
#: What is in no list here is not built for phones, and not served.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
#: By how much they save: the name in HTTP and the ending of the file.
_ENCODINGS = (("br", "br"), ("gzip", "gz"))
blueprint = APIBlueprint("scan", __name__, enable_openapi=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the build."""

    sha256: str
    encodings: tuple[str, ...]  # endings of its compressed forms


@dataclass(frozen=True, slots=True)
class Build:
    """What the last build wrote down of itself."""

    version: str
    assets: dict[str, Asset]  # all that a phone keeps, beside the page
    service_worker: Asset


@blueprint.get("/scan/")
def page() -> Response:
    """The scanner's page: the same bytes for everyone, so that phones can keep it by its digest."""
    if _build() is None:
        return make_response(render_template("station/not_built.html"), 503)
    return _written(_page(), "text/html; charset=utf-8")


@blueprint.get(f"/scan/{_SERVICE_WORKER}")
def service_worker() -> Response:
    """The service worker, preceded by what it is to keep: the version, and each file with its digest."""
    build = _build()
    if build is None:
        abort(404)
    page_digest = hashlib.sha256(_page()).hexdigest()
    kept = {
        # Another page is another version, also where only the settings changed.
        "version": f"{build.version}-{page_digest[:8]}",
        "files": [
            ("/scan/", page_digest),
            *((f"/scan/{name}", asset.sha256) for name, asset in build.assets.items()),
        ],
    }
    first = f"self.BUILD={json.dumps(kept, separators=(',', ':'))};\n".encode()
    return _written(first + (BUILD / _SERVICE_WORKER).read_bytes(), _MEDIA_TYPES[".js"])


@blueprint.get("/scan/<name>")
def asset(name: str) -> Response:
    """A file that the build names."""
    build = _build()
    found = build.assets.get(name) if build else None
    if found is None:
        abort(404)
    encoding, ending = _encoding(found.encodings)
    body = (BUILD / (f"{name}.{ending}" if ending else name)).read_bytes()
    return _answer(body, _MEDIA_TYPES[Path(name).suffix], found.sha256, encoding)


def _page() -> bytes:
    return render_template("station/scan.html").encode()


def _build() -> Build | None:
    try:
        written = (BUILD / _MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(BUILD / _MANIFEST, written)


@lru_cache(maxsize=2)
def _read(manifest: Path, _written_at: int) -> Build:
    said = json.loads(manifest.read_text("utf-8"))
    assets = {name: _asset(each) for name, each in said["assets"].items()}
    return Build(said["version"], assets, _asset(said["service_worker"]))


def _asset(said: dict[str, Any]) -> Asset:
    return Asset(said["sha256"], tuple(said["encodings"]))


def _encoding(endings: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The smallest form that this caller reads."""
    for encoding, ending in _ENCODINGS:
        if ending in endings and request.accept_encodings.quality(encoding) > 0:
            return encoding, ending
    return None, None


def _written(body: bytes, media_type: str) -> Response:
    """An answer that was put together just now."""
    encoding, _ = _encoding(("gz",))
    sent = _compressed(body) if encoding else body
    return _answer(sent, media_type, hashlib.sha256(body).hexdigest(), encoding)


@lru_cache(maxsize=8)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _answer(body: bytes, media_type: str, digest: str, encoding: str | None) -> Response:
    response = Response(body, content_type=media_type)
    if encoding:
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{digest[:32]}-{encoding or 'plain'}")
    # Names stay while their contents change, so each use asks anew; the service worker saves the asking.
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
