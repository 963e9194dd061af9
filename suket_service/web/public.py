"""Pages and probes for anyone: the public check, its way without JavaScript, and the health of the service."""

import math
from datetime import date, datetime

from apiflask import APIBlueprint
from flask import Response, jsonify, make_response, render_template, request

from suket_service import publishing
from suket_service.core.letter import STATE_NAMES
from suket_service.errors import SuketError
from suket_service.registry import offices
from suket_service.verifying import TooManyFailures, check_typed, problems_of
from suket_service.web.context import context, now
from suket_service.web.states import with_retry_after

blueprint = APIBlueprint("public", __name__, enable_openapi=False)


@blueprint.get("/s")
def check() -> str:
    """The public check; the seal stays in the address's fragment, in the browser: nothing of it is ever sent here."""
    return render_template("public/check.html")


@blueprint.post("/s")
def check_typed_code() -> Response:
    """A letter by its number and check code, on a page of its own: for browsers that cannot check a seal."""
    at = now()
    given = {name: request.form.get(name, "") for name in ("number", "code")}
    if problems := problems_of(given["number"], given["code"]):
        page = _form(given, problems={problem.field: problem.text for problem in problems})
        return make_response(page, 422)
    try:
        told = check_typed(context().registry, given["number"], given["code"], at)
    except TooManyFailures as error:
        return with_retry_after(make_response(_closed(given, error, at), 429), error, at)
    dates = {name: _day(told["registry"] and told["registry"][name]) for name in ("issued_on", "valid_until")}
    return make_response(
        render_template(
            "public/check_code.html",
            told=told,
            states={state.value: name for state, name in STATE_NAMES.items()},
            given=given,
            at=at,
            **dates,
        )
    )


def _form(given: dict[str, str], **more: object) -> str:
    return render_template("public/check_code.html", given=given, **more)


def _closed(given: dict[str, str], refused: TooManyFailures, at: datetime) -> str:
    minutes = math.ceil((refused.retry_at - at).total_seconds() / 60)
    return _form(given, refused=refused, retry_at=refused.retry_at, minutes=max(1, minutes))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether it can serve: tables in shape, something published."""
    registry = context().registry
    try:
        with registry.reading() as tx:
            offices.require_environment(tx, context().settings.environment)
        ready = registry.is_migrated() and publishing.stored(registry, publishing.TRUST_BUNDLE) is not None
    except SuketError:
        ready = False
    return (jsonify(status="ready"), 200) if ready else (jsonify(status="not ready"), 503)
