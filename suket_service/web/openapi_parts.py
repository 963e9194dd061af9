"""Parts of the OpenAPI document that do not depend on any one call: the problem, headers, keys. Completes nothing."""

from typing import Any

from suket_service.web.calling import IDEMPOTENCY_KEY, MOST_KEY_CHARACTERS

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "In English"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In Indonesian"},
        "code": {"type": "string", "description": "For programs; it stays the same"},
        "fields": {"type": "array", "items": {"type": "string"}, "description": "Which fields are at fault"},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FieldProblem"},
            "description": "What is wrong, field by field",
        },
    },
}
FIELD_PROBLEM = {
    "type": "object",
    "description": "What is wrong with one field",
    "required": ["field", "code", "message", "message_en"],
    "properties": {
        "field": {"type": "string", "description": "Its name; parts.0 of a part; empty or body: the whole"},
        "code": {"type": "string", "description": "For programs; it stays the same"},
        "message": {"type": "string", "description": "In Indonesian"},
        "message_en": {"type": "string", "description": "In English"},
    },
}
SECURITY_SCHEMES = {
    "client": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "suket_…",
        "description": "The key of an agency's program, with scopes, an expiry and a limit a minute. "
        "Unknown, expired and revoked keys are answered alike.",
    },
    "device": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWS",
        "description": "A compact JWS (ES256, typ suket-device+jwt, kid the device) over htm, htu, iat, jti and bh.",
    },
}


def _header(description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind, **more}}


HEADERS = {
    "RateLimit-Policy": _header('The program\'s limit a minute: "minute";q=600;w=60'),
    "RateLimit": _header('What is left of it, and for how many seconds: "minute";r=599;t=37'),
    "Retry-After": _header("Seconds until it is worth another try", "integer", minimum=1),
    "ETag": _header("Names these bytes; send it as If-None-Match"),
    "Location": _header("Where what was made is found"),
    "Link": _header('The next page: <…>; rel="next"'),
    "Idempotency-Replayed": _header("The answer of before, to a request that was sent again", enum=["true"]),
    "WWW-Authenticate": _header("Bearer"),
}
KEY_PARAMETER = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": True,
    "description": "New for each request, the same when it is sent again within 24 hours: it is done once",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": MOST_KEY_CHARACTERS,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
CONDITION = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of before: 304 when nothing has changed since",
    "schema": {"type": "string"},
}
_COMPACT = {"type": "string", "description": "A compact JWS (RFC 7515)"}
_SIGNED_TWICE = {
    "type": "object",
    "description": "A JWS that two keys signed (RFC 7515, 7.2.1), while the next publication key is introduced",
    "required": ["payload", "signatures"],
    "properties": {
        "payload": {"type": "string"},
        "signatures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["protected", "signature"],
                "properties": {"protected": {"type": "string"}, "signature": {"type": "string"}},
            },
        },
    },
}
_KEY_SET = {
    "type": "object",
    "description": "RFC 7517",
    "required": ["keys"],
    "properties": {
        "keys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kty", "crv", "x", "y", "kid"],
                "properties": {name: {"type": "string"} for name in ("kty", "crv", "x", "y", "kid", "use")},
            },
        }
    },
}
_BUNDLE: dict[str, dict[str, Any]] = {"application/jose": _COMPACT, "application/jose+json": _SIGNED_TWICE}
#: What is served as it was signed and stored.
MEDIA_TYPES: dict[str, dict[str, dict[str, Any]]] = {
    "/.well-known/jwks.json": {"application/jwk-set+json": _KEY_SET},
    "/api/v1/status-lists/{number}": {"application/statuslist+jwt": _COMPACT},
    "/scan/trust-bundle": _BUNDLE,
    "/api/v1/station/trust-bundle": _BUNDLE,
}
TAGS = [
    {"name": "Verification", "description": "Memeriksa surat · Checking letters"},
    {
        "name": "Letters",
        "description": "Surat kantor, dengan kunci program · An office's letters, with a program's key",
    },
    {
        "name": "Published",
        "description": "Yang diterbitkan untuk pemeriksaan tanpa jaringan · For checks without a network",
    },
    {"name": "Station", "description": "Perangkat petugas TPS · Officers' devices at polling stations"},
]
#: Calls that take a device's proof, and one that may come with it.
BY_DEVICE = ("station.trust_bundle", "station.presentations")
ALSO_BY_DEVICE = "api.verifications"
ENROLMENT = "station.enrol"
NOT_IN_FORCE = "The letter is in a state that does not allow it"
#: What each status is in words, where a call has no words of its own.
WORDS = {
    "200": "The answer",
    "201": "Made",
    "202": "Taken in; someone else decides",
    "304": "Not changed since the ETag that was sent",
    "400": "idempotency_key_missing: the key is missing or malformed",
    "401": "client_unknown: no key, or one that is unknown, expired or revoked",
    "403": "scope_missing: the key lacks the scope",
    "404": "Not there; another office's is answered alike",
    "409": "call_in_flight: the same request is being done; or the thing is in a state that does not allow it",
    "413": "The body is too large",
    "422": "wrong_shape or refused, field by field",
    "429": "too_many_calls: over the program's limit a minute",
    "503": "The registry is out of reach; see Retry-After",
}
