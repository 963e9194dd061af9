"""Pages and probes for anyone: the public check and the health of the service. Knows no letter."""

from apiflask import APIBlueprint
from flask import Response, jsonify, render_template

from suket_service import publishing
from suket_service.errors import SuketError
from suket_service.registry import offices
from suket_service.web.context import context

blueprint = APIBlueprint("public", __name__, enable_openapi=False)


@blueprint.get("/s")
def check() -> str:
    """The public check; the seal stays in the address's fragment and never reaches a log."""
    return render_template("public/check.html")


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
