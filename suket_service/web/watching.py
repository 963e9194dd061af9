"""Every request is given an id, counted and, where it failed or took long, logged. Answers none.

The id is made here and taken from nobody. Where there is a line in the log, the answer's header bears its id, so
that whoever asks for help can name it. What is logged is the route's rule, never the address: that may hold anything.
"""

import logging
import secrets
from time import perf_counter

from flask import Flask, Response, g, request

from suket_service.settings import Settings
from suket_service.web import logs, metrics

HEADER = "X-Request-Id"
#: Answers that took longer are logged whatever they were.
SLOW_SECONDS = 5.0
_MISTAKE, _FAULT = 400, 500
_ANSWERS = {401: "unknown", 429: "limited"}
_log = logging.getLogger("suket.requests")


def install(app: Flask, settings: Settings) -> None:
    """Watch this application; before anything else is hooked onto it."""
    every_one = settings.logs.requests == "all"

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        g.request_id = secrets.token_hex(8)
        logs.about({"request": g.request_id, "route": route(), "method": metrics.method_name(request.method)})

    @app.after_request
    def end(response: Response) -> Response:
        if "began" not in g:  # refused before it was begun
            return response
        took, status = perf_counter() - g.began, response.status_code
        metrics.request(route(), request.method, status, took)
        if "quota" in g:  # a program of an agency asked, or someone who would pass for one
            metrics.client_call(_answer_to_client(response))
        if every_one or status >= _FAULT or took > SLOW_SECONDS:
            response.headers[HEADER] = g.request_id
            _tell(status, took)
        logs.about(None)
        return response


def route() -> str:
    """The rule of the route that took the request."""
    return request.url_rule.rule if request.url_rule is not None else metrics.NO_ROUTE


def _answer_to_client(response: Response) -> str:
    if "Idempotency-Replayed" in response.headers:
        return "replayed"
    status = response.status_code
    if status >= _FAULT:
        return "failed"
    return _ANSWERS.get(status, "answered" if status < _MISTAKE else "refused")


def _tell(status: int, took: float) -> None:
    level = logging.ERROR if status >= _FAULT else logging.INFO
    facts = {"status": status, "ms": round(took * 1000, 1), "role": _role()}
    _log.log(level, "answered", extra={"facts": facts})


def _role() -> str:
    who = g.get("who")
    return str(who.role.value) if who is not None else "-"
