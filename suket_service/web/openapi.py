"""The OpenAPI document made true where the framework cannot know: who may call, headers, problems. Serves nothing.

Who may call is read from the table of routes itself, so that the document cannot say otherwise.
"""

import re
from typing import Any

from apiflask import APIFlask
from werkzeug.routing import Map

from suket_service.web import openapi_parts as parts
from suket_service.web.access import Guard, guard_of
from suket_service.web.calling import CALLS

_PLACE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_ANSWERS = {
    "api.verifications": "The verdict",
    "api.verification_batch": "The verdicts, in the order of the seals",
    "station.enrol": "The device, which waits for its confirmation",
}


def install(app: APIFlask) -> None:
    """Complete the application's document, whenever it is made."""

    @app.spec_processor  # type: ignore[arg-type]  # it may be text there; ours is JSON
    def complete_it(spec: dict[str, Any]) -> dict[str, Any]:
        return complete(spec, app.url_map)


def complete(spec: dict[str, Any], routes: Map) -> dict[str, Any]:
    """The document with what is really sent."""
    components = spec["components"]
    components["schemas"] |= {"Problem": parts.PROBLEM, "FieldProblem": parts.FIELD_PROBLEM}
    components["securitySchemes"] = parts.SECURITY_SCHEMES
    components["headers"] = parts.HEADERS
    for name in ("HTTPError", "ValidationError"):
        components["schemas"].pop(name, None)
    spec["tags"] = parts.TAGS
    endpoints = _endpoints(routes)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict):
                _complete(path, method, operation, endpoints[method.upper(), path])
    return spec


def _endpoints(routes: Map) -> dict[tuple[str, str], str]:
    """The endpoint behind every method and path of the document."""
    return {
        (method, _PLACE.sub(r"{\1}", rule.rule)): rule.endpoint
        for rule in routes.iter_rules()
        for method in rule.methods or ()
    }


def _complete(path: str, method: str, operation: dict[str, Any], endpoint: str) -> None:
    responses, guard = operation["responses"], guard_of(endpoint)
    if path in parts.MEDIA_TYPES:
        _as_stored(path, responses)
    else:
        _say_in_words(endpoint, responses)
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True  # no call takes none
        _add(responses, "413", "422")
    if any(each["in"] == "query" for each in operation.get("parameters", ())):
        _add(responses, "422")
    if guard.scope is not None:
        _for_programs(operation, endpoint, guard, is_write=method == "post")
    _for_devices(operation, endpoint)
    _add(responses, "503")
    _finish(operation, endpoint, guard)


def _as_stored(path: str, responses: dict[str, Any]) -> None:
    media = {name: {"schema": schema} for name, schema in parts.MEDIA_TYPES[path].items()}
    responses["200"] = {"description": "As signed and stored", "content": media}
    responses["304"] = {"description": parts.WORDS["304"]}
    responses["404"] = _problem("Not published")


def _say_in_words(endpoint: str, responses: dict[str, Any]) -> None:
    for status in ("200", "201", "202"):
        if responses.get(status, {}).get("description") == "Successful response":
            responses[status]["description"] = _ANSWERS.get(endpoint, parts.WORDS[status])


def _for_programs(operation: dict[str, Any], endpoint: str, guard: Guard, *, is_write: bool) -> None:
    responses, call = operation["responses"], CALLS[endpoint]
    key: dict[str, list[str]] = {"client": [str(guard.scope)]}
    operation["security"] = [{}, key] if guard.keyless else [key]
    _add(responses, "401", "403", "429")
    if not call.startswith("letters."):
        return
    if call not in ("letters.list", "letters.create"):
        _add(responses, "404")
    if call in ("letters.pdf", "letters.symbol"):
        responses["409"] = _problem(parts.NOT_IN_FORCE)
    if is_write:
        _take(operation, parts.KEY_PARAMETER)
        _add(responses, "400", "409", "422")
    else:
        responses.setdefault("304", {"description": parts.WORDS["304"]})


def _for_devices(operation: dict[str, Any], endpoint: str) -> None:
    responses = operation["responses"]
    if endpoint == parts.ENROLMENT:
        responses["403"] = _problem("The code is unknown, used, ended, or its election is over")
    elif endpoint in (*parts.BY_DEVICE, parts.ALSO_BY_DEVICE):
        operation["security"] = [*operation.get("security", []), {"device": []}]
        for status, told in (
            ("401", "proof_invalid, proof_stale or device_unknown"),
            ("403", "device_waiting, device_revoked or election_over"),
        ):
            before = responses.get(status)
            responses[status] = _problem(f"{before['description']}; {told}" if before else told)


def _finish(operation: dict[str, Any], endpoint: str, guard: Guard) -> None:
    responses = operation["responses"]
    if "304" in responses:
        _take(operation, parts.CONDITION)
    for status in responses:
        if status >= "4":
            responses[status] = _problem(responses[status]["description"])
        headers = _headers(status, endpoint, guard, has_etag="304" in responses)
        if headers:
            where = "#/components/headers/"
            responses[status]["headers"] = {name: {"$ref": f"{where}{name}"} for name in headers}
    operation["responses"] = dict(sorted(responses.items()))


def _headers(status: str, endpoint: str, guard: Guard, *, has_etag: bool) -> list[str]:
    found = []
    if has_etag and status in ("200", "304"):
        found.append("ETag")
    if status == "200" and endpoint == "api.letters":
        found.append("Link")
    if status in ("429", "503") or (status == "409" and not has_etag):
        found.append("Retry-After")
    if status == "401":
        return ["WWW-Authenticate"]
    if guard.scope is None:
        return found
    if status in ("201", "202"):
        found.append("Location")
    if status < "3" and CALLS[endpoint].startswith("letters.") and not has_etag:
        found.append("Idempotency-Replayed")
    return [*found, "RateLimit-Policy", "RateLimit"]


def _take(operation: dict[str, Any], parameter: dict[str, Any]) -> None:
    known = operation.setdefault("parameters", [])
    if parameter["name"] not in [each["name"] for each in known]:
        known.append(parameter)


def _add(responses: dict[str, Any], *statuses: str) -> None:
    for status in statuses:
        responses.setdefault(status, _problem(parts.WORDS[status]))


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
