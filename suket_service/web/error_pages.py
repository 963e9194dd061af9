"""Errors as pages or as problems (RFC 9457): the only place that knows status codes for errors.

Nothing that was sent is ever echoed: a seal is a NIK and a name.
"""

import errno
import logging
from collections.abc import Sequence
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from suket_service.errors import (
    CallerError,
    FieldError,
    InputError,
    KeyTrouble,
    NotAllowed,
    NotFound,
    PrinterError,
    Problem,
    RegistryError,
    RequestRefused,
    SuketError,
    Text,
    WrongState,
)
from suket_service.web.shape_errors import WHOLE, shape_problems

_log = logging.getLogger("suket")

#: First match counts.
_STATUS_OF: tuple[tuple[type[SuketError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (WrongState, 409),
    (InputError, 422),
    (CallerError, 400),
    (KeyTrouble, 503),
    (RegistryError, 503),
    (PrinterError, 500),
)
_TEXTS = {
    400: Text("Permintaan ini tidak dapat dipahami.", "This request cannot be understood."),
    401: Text("Masuk dahulu.", "Sign in first."),
    403: Text("Anda tidak berwenang untuk ini.", "You may not do this."),
    404: Text("Halaman ini tidak ada.", "There is no such page."),
    405: Text("Cara itu tidak berlaku di sini.", "That method does not apply here."),
    409: Text(
        "Keadaannya sudah lain. Muat ulang, lalu coba lagi.",
        "Things have changed. Look again, then try again.",
    ),
    413: Text(
        "Kiriman terlalu besar. Kembali, lalu pilih berkas yang lebih kecil.",
        "What was sent is too large. Go back and choose a smaller file.",
    ),
    422: Text("Isi kiriman tidak sesuai bentuknya.", "What was sent does not have the right shape."),
    429: Text("Terlalu banyak permintaan. Coba lagi nanti.", "Too many requests. Try again later."),
    500: Text("Terjadi kesalahan pada layanan. Coba lagi nanti.", "The service failed. Try again later."),
    503: Text("Layanan belum siap. Coba lagi sebentar.", "The service is not ready. Try again shortly."),
}


_OLD_PAGE = Text(
    "Halaman ini dibuka sebelum Anda masuk atau keluar. Kembali, muat ulang halamannya, lalu kirim lagi.",
    "This page was opened before you signed in or out. Go back, reload it, and send it again.",
)
_NOT_JSON = Problem(
    WHOLE,
    "not_json",
    Text("Bukan JSON (UTF-8) yang dapat dibaca.", "Not JSON (UTF-8) that can be read."),
)
_PAGES = ("error.html", "base.html", "staff/base.html")
#: What passes: no descriptor, no memory or no room on the disk is left.
_WORN_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC)


def install(app: APIFlask) -> None:
    """Answer every error in one of the two forms."""
    for name in _PAGES:  # now: without a free file descriptor it could not be read any more
        app.jinja_env.get_template(name)

    @app.errorhandler(SuketError)
    def ours(error: SuketError) -> Response:
        status = next((code for kind, code in _STATUS_OF if isinstance(error, kind)), 500)
        return _answer(status, error.code, error.text, _problems_of(error))

    @app.errorhandler(CSRFError)
    def old_page(_error: CSRFError) -> Response:
        return _answer(400, "old_page", _OLD_PAGE)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if isinstance(error.response, Response):  # a page that was cut short on purpose
            return error.response
        status = _shape_status(error.code or 500)
        answer = _answer(status, _slug(status), _text(status))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(error.valid_methods)
        return answer

    _answer_faults(app)

    @app.error_processor
    def shape(error: HTTPError) -> Any:
        status = _shape_status(error.status_code)
        cause = error.__cause__
        problems = shape_problems(cause) if isinstance(cause, ValidationError) else []
        if status != error.status_code:  # no shape was asked after: it could not even be parsed
            problems = [_NOT_JSON]
        answer = _answer(status, _slug(status), _text(status), problems)
        if allowed := dict(error.headers or {}).get("Allow"):
            answer.headers["Allow"] = str(allowed)
        return answer


def _answer_faults(app: APIFlask) -> None:
    """What nobody refused: too deep a nesting, a worn-out machine, a fault of ours."""

    @app.errorhandler(RecursionError)
    def nested(_error: RecursionError) -> Response:
        return _answer(422, _slug(422), _text(422))

    @app.errorhandler(OSError)
    def worn_out(error: OSError) -> Response:
        if error.errno not in _WORN_OUT:
            return unforeseen(error)
        return _answer(503, _slug(503), _text(503))

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        # The type alone: a message or a local may hold a seal.
        _log.error("unforeseen %s at %s", type(error).__name__, request.endpoint)
        return _answer(500, _slug(500), _text(500))


def _shape_status(status: int) -> int:
    # A body that is no JSON at all and JSON of another shape are one mistake to whoever sent it. A
    # foreign Host is a 400 too, but it has reached no route.
    sent = request.method == "POST" and request.url_rule is not None and _wants_json()
    return 422 if status == 400 and sent else status  # noqa: PLR2004


def _problems_of(error: SuketError) -> Sequence[Problem]:
    if isinstance(error, FieldError):
        return (error.problem,)
    return error.problems if isinstance(error, RequestRefused) else ()


def _answer(status: int, code: str, text: Text, problems: Sequence[Problem] = ()) -> Response:
    if _wants_json():
        answer = problem(status, code, text, problems)
    elif request.url_rule is None and isinstance(request.routing_exception, SecurityError):
        # A foreign Host header: there is no address to build a page's links from.
        answer = Response(f"{text.id}\n", status, mimetype="text/plain")
    else:
        answer = make_response(render_template("error.html", status=status, text=text), status)
    if status == 503:  # noqa: PLR2004
        answer.headers["Retry-After"] = "5"
    return answer


def problem(status: int, code: str, text: Text, problems: Sequence[Problem] = ()) -> Response:
    """An error as RFC 9457 has it; ``problems``: where it lies, field by field."""
    told: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": text.en,
        "status": status,
        "detail": text.id,
        "code": code,
    }
    if problems:
        told["fields"] = sorted({each.field for each in problems if each.field})
        told["errors"] = [
            {"field": each.field, "code": each.code, "message": each.text.id, "message_en": each.text.en}
            for each in problems
        ]
    answer = jsonify(told)
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/.well-known/", "/scan/", "/healthz", "/readyz"))


def _text(status: int) -> Text:
    return _TEXTS.get(status, _TEXTS[500 if status >= 500 else 400])  # noqa: PLR2004


def _slug(status: int) -> str:
    return {
        401: "not_signed_in",
        403: "not_allowed",
        404: "not_found",
        405: "method_not_allowed",
        409: "conflict",
        413: "too_large",
        422: "wrong_shape",
        429: "too_many_requests",
        503: "not_ready",
    }.get(
        status,
        "failed" if status >= 500 else "bad_request",  # noqa: PLR2004
    )
