"""The OpenAPI document made true where the framework cannot know: media types and problems. Serves nothing."""

from typing import Any

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "In English"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In Indonesian"},
        "code": {"type": "string"},
        "fields": {"type": "array", "items": {"type": "string"}, "description": "Where a field is at fault"},
    },
}
_MEDIA_TYPES = {
    "/.well-known/jwks.json": ("application/jwk-set+json",),
    "/api/v1/status-lists/{number}": ("application/statuslist+jwt",),
    # In JSON while the next publication key signs beside the present one.
    "/scan/trust-bundle": ("application/jose", "application/jose+json"),
}
_NOT_READY = "The registry is out of reach; see Retry-After"


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with what is really sent."""
    spec["components"]["schemas"]["Problem"] = _PROBLEM
    for name in ("HTTPError", "ValidationError"):
        spec["components"]["schemas"].pop(name, None)
    for path, methods in spec["paths"].items():
        for operation in methods.values():
            if isinstance(operation, dict):
                _complete(path, operation["responses"])
    return spec


def _complete(path: str, responses: dict[str, Any]) -> None:
    if path in _MEDIA_TYPES:
        responses["200"] = {
            "description": "As signed and stored",
            "content": {each: {"schema": {"type": "string"}} for each in _MEDIA_TYPES[path]},
        }
        responses["304"] = {"description": "Not changed since the ETag that was sent"}
        responses["404"] = _problem("Not published")
    else:
        responses["200"]["description"] = "The verdict"
        responses["422"] = _problem("The body is not that shape")
        responses["413"] = _problem("The body is too large")
    responses["503"] = _problem(_NOT_READY)


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
