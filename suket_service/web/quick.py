"""The check of a letter ahead of Flask: the one request that a whole nation sends within one hour. Judges nothing.

It takes up a ``POST /api/v1/verifications`` of someone who shows no credential and whose body has exactly the
shape that the API describes. Whatever else comes, and whatever goes wrong, goes on to Flask as it came, and
Flask's answer is the answer. Both ways ask the same desk and the same report, and bear the same headers; a test
compares the two over every outcome. Where every request is to be logged, Flask answers them all.
"""

import json
import logging
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import SecurityError
from werkzeug.sansio.utils import get_host

from suket_service.settings import Settings
from suket_service.verifying import Answer, Desk, report
from suket_service.web import metrics, watching
from suket_service.web.access import headers_of
from suket_service.web.api.verifications import MOST_SEAL_CHARACTERS
from suket_service.web.context import now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/api/v1/verifications"
ENDPOINT = "api.verifications"
#: A seal's link has 500 characters; longer texts are no seals, and Flask has time for them.
MOST_BODY_BYTES = 4_096
#: Who sends one of these asks for more than a check, or sends the body in another way.
_FOR_FLASK = ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "HTTP_IDEMPOTENCY_KEY")
_OWN_SITES = (None, "same-origin", "none")  # as the gate has it: web/gate.py
_log = logging.getLogger("suket.requests")


def install(app: Flask, settings: Settings, desk: Desk) -> None:
    """Put it ahead of the application, unless every request is to leave a line: it leaves none."""
    if settings.logs.requests != "all":
        app.wsgi_app = QuickCheck(app, settings, desk)  # type: ignore[method-assign]  # what Flask recommends


class QuickCheck:
    """A WSGI application in front of another."""

    def __init__(self, app: Flask, settings: Settings, desk: Desk) -> None:
        self._flask: WSGIApplication = app.wsgi_app
        self._desk = desk
        self._headers = list(headers_of(ENDPOINT, settings).items())
        self._encode = json.JSONEncoder(
            ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
        ).encode
        trusted = app.config["TRUSTED_HOSTS"]

        @lru_cache(maxsize=64)
        def is_ours(scheme: str, host: str) -> bool:
            try:
                return bool(get_host(scheme, host, None, trusted))
            except SecurityError:
                return False

        self._is_ours = is_ours

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer what is plainly a check; leave the rest to Flask."""
        text = self._seal_text(environ) if self._is_plain(environ) else None
        if text is None:
            return self._flask(environ, start_response)
        began = perf_counter()
        try:
            answer = self._desk.check_text(text, now())
            body = f"{self._encode(report(answer, masked=True))}\n".encode()
        except Exception:  # noqa: BLE001 - Flask meets the same trouble, tells of it and notes it
            return self._flask(environ, start_response)
        _note(answer, perf_counter() - began)
        length = ("Content-Length", str(len(body)))
        start_response("200 OK", [("Content-Type", "application/json"), length, *self._headers])
        return [body]

    def _is_plain(self, environ: "WSGIEnvironment") -> bool:
        host, origin = environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN")
        return (
            environ["PATH_INFO"] == PATH
            and environ["REQUEST_METHOD"] == "POST"
            and not environ.get("SCRIPT_NAME")
            and environ.get("CONTENT_TYPE") == "application/json"
            and not any(name in environ for name in _FOR_FLASK)
            and environ.get("HTTP_SEC_FETCH_SITE") in _OWN_SITES
            and host is not None
            and (origin is None or origin.partition("://")[2] == host)
            and self._is_ours(environ["wsgi.url_scheme"], host)
        )

    @staticmethod
    def _seal_text(environ: "WSGIEnvironment") -> str | None:
        """The text to check; None when the body is anything but that, and is left to be read again."""
        length = environ.get("CONTENT_LENGTH", "")
        if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(asked, dict) or asked.keys() != {"seal"}:
            return None
        text = asked["seal"]
        return (
            text if isinstance(text, str) and text.isascii() and len(text) <= MOST_SEAL_CHARACTERS else None
        )


def _note(answer: Answer, took: float) -> None:
    """Count it as ``watching`` counts what Flask answers: no seal, no name, nothing that was sent."""
    metrics.verdict(answer.verdict.outcome.value)
    metrics.request(PATH, "POST", 200, took)
    if took > watching.SLOW_SECONDS:
        facts = {"route": PATH, "method": "POST", "status": 200, "ms": round(took * 1000, 1)}
        _log.info("answered", extra={"facts": facts})
