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
    "/api/v1/station/trust-bundle": ("application/jose", "application/jose+json"),
}
#: Calls that take a device's proof, and one that may come with it.
_BY_DEVICE = ("/api/v1/station/trust-bundle", "/api/v1/presentations")
_ALSO_BY_DEVICE = "/api/v1/verifications"
_DEVICE_PROOF = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWS",
    "description": "A compact JWS (ES256, typ suket-device+jwt, kid the device) over htm, htu, iat, jti and bh.",
}
_ANSWERS = {
    "/api/v1/verifications": "The verdict",
    "/api/v1/devices": "The device, which waits for its confirmation",
}
_NOT_READY = "The registry is out of reach; see Retry-After"


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with what is really sent."""
    spec["components"]["schemas"]["Problem"] = _PROBLEM
    spec["components"]["securitySchemes"] = {"device": _DEVICE_PROOF}
    for name in ("HTTPError", "ValidationError"):
        spec["components"]["schemas"].pop(name, None)
    for path, methods in spec["paths"].items():
        for operation in methods.values():
            if isinstance(operation, dict):
                _complete(path, operation["responses"])
                _say_who(path, operation)
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
        for status in ("200", "201"):
            if status in responses:
                responses[status]["description"] = _ANSWERS.get(path, "The answer")
        responses["422"] = _problem("The body is not that shape")
        responses["413"] = _problem("The body is too large")
    for status in [each for each in responses if each >= "4"]:
        responses[status] = _problem(responses[status]["description"])
    responses["503"] = _problem(_NOT_READY)


def _say_who(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if path == "/api/v1/devices":
        responses["403"] = _problem("The code is unknown, used, ended, or its election is over")
    elif path in (*_BY_DEVICE, _ALSO_BY_DEVICE):
        operation["security"] = [{"device": []}] if path in _BY_DEVICE else [{}, {"device": []}]
        responses["401"] = _problem("proof_invalid, proof_stale or device_unknown")
        responses["403"] = _problem("device_waiting, device_revoked or election_over")


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
