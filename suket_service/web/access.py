"""Who may reach which route, and the headers every answer carries. Denies what the table does not name."""

from enum import StrEnum

from flask import Flask, Response, abort, request

from suket_service.settings import Settings


class Access(StrEnum):
    """Who may reach a route."""

    PUBLIC = "public"


#: Every endpoint by name. A route that is missing here answers 404; a test walks the map both ways.
ROUTES: dict[str, Access] = {
    "static": Access.PUBLIC,
    "openapi.spec": Access.PUBLIC,
    "api.verifications": Access.PUBLIC,
    "api.docs": Access.PUBLIC,
    "published.jwks": Access.PUBLIC,
    "published.status_list": Access.PUBLIC,
    "published.trust_bundle": Access.PUBLIC,
    "front.home": Access.PUBLIC,
    "public.check": Access.PUBLIC,
    "public.healthz": Access.PUBLIC,
    "public.readyz": Access.PUBLIC,
    "demo.home": Access.PUBLIC,
    "demo.pdf": Access.PUBLIC,
    "demo.letter_symbol": Access.PUBLIC,
    "demo.trial_symbol": Access.PUBLIC,
}
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def guard(app: Flask, settings: Settings) -> None:
    """Put the table and the headers in force."""

    @app.before_request
    def deny_by_default() -> None:
        if request.endpoint is not None and request.endpoint not in ROUTES:
            abort(404)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.base_url.startswith("https:"):
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        response.headers.setdefault("Cache-Control", "no-store")
        return response
