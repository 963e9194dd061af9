"""What outsiders hold, served exactly as signed and stored. Signs nothing."""

from apiflask import APIBlueprint
from flask import Response, abort, request

from suket_service import publishing
from suket_service.web.context import context

#: Holders may keep these for this long without asking again, in seconds.
MAX_AGE_SECONDS = 300

blueprint = APIBlueprint("published", __name__, tag="Published")


@blueprint.get("/.well-known/jwks.json")
@blueprint.doc(summary="The public keys (RFC 7517)", operation_id="jwks")
def jwks() -> Response:
    """Every key with its purpose, scope and dates."""
    return _serve(publishing.JWKS)


@blueprint.get("/api/v1/status-lists/<int:number>")
@blueprint.doc(summary="A Token Status List", operation_id="statusList")
def status_list(number: int) -> Response:
    """The status of every letter of a list, as a signed JWT (``application/statuslist+jwt``)."""
    return _serve(publishing.list_name(number))


@blueprint.get("/scan/trust-bundle")
@blueprint.doc(summary="The public trust bundle", operation_id="trustBundle")
def trust_bundle() -> Response:
    """All that a check needs without a network, as one JWS."""
    return _serve(publishing.TRUST_BUNDLE)


def _serve(name: str) -> Response:
    publication = context().published.newest(name)
    if publication is None:
        abort(404)
    response = Response(publication.body, mimetype=publication.media_type)
    response.set_etag(publication.etag)
    response.last_modified = publication.published_at
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_SECONDS
    # Anyone may hold these: other sites' verifiers read them from the browser.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
