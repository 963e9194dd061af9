"""The description of the API, for people. Answers no call."""

from typing import Any

from flask import current_app, render_template

from suket_service.web.api.area import blueprint


@blueprint.get("/api/docs")
@blueprint.doc(hide=True)
def docs() -> str:
    """The description of this API, for people."""
    spec = current_app.spec  # type: ignore[attr-defined]
    return render_template("public/api_docs.html", spec=spec, example_of=lambda call: _example(spec, call))


def _example(spec: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What may be sent to a call: the first example of its shape, else its members with nothing in them."""
    shape = operation["requestBody"]["content"]["application/json"]["schema"]
    name = shape.get("$ref", "").rpartition("/")[2]
    described: dict[str, Any] = spec["components"]["schemas"].get(name, shape)
    found: list[dict[str, Any]] = described.get("examples", [])
    return found[0] if found else dict.fromkeys(described.get("properties", {}), "…")
