"""Letters for other agencies' programs: asked for, listed, looked at, printed. Contract: design.md section 8.

A program of one office reaches that office's letters and no other's. Each answer is put on record before it
is given. Part of the office's own processes alone: it brings in the printer.
"""

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from apiflask import APIFlask
from flask import Response, current_app, request
from pydantic import BaseModel

from suket_service import issuing
from suket_service.paper import symbol
from suket_service.printing.for_program import print_for_program
from suket_service.registry.letters.pages import Asked, Status
from suket_service.web.api import letter_changes, letter_requests
from suket_service.web.api.area import LETTERS, blueprint
from suket_service.web.api.letter_answers import brief, whole
from suket_service.web.api.letter_cursors import after, cursor
from suket_service.web.api.letter_shapes import (
    LetterOut,
    LettersOut,
    LettersQuery,
    as_json,
)
from suket_service.web.calling import client, registry
from suket_service.web.context import now
from suket_service.web.signing import press


def install(app: APIFlask) -> None:
    """Add the calls to an application of the office's own."""
    base = "/api/v1/letters"
    for method, path, endpoint, view in (
        ("GET", base, "letters", letters),
        ("POST", base, "create_letter", letter_requests.create_letter),
        ("GET", f"{base}/<letter>", "letter", letter),
        ("GET", f"{base}/<letter>/pdf", "letter_pdf", letter_pdf),
        ("GET", f"{base}/<letter>/qr.svg", "letter_symbol", letter_symbol),
        ("POST", f"{base}/<letter>/revocation", "revoke_letter", letter_changes.revoke_letter),
        ("POST", f"{base}/<letter>/suspension", "suspend_letter", letter_changes.suspend_letter),
        ("POST", f"{base}/<letter>/supersession", "supersede_letter", letter_changes.supersede_letter),
        ("POST", f"{base}/<letter>/extension", "extend_letter", letter_changes.extend_letter),
    ):
        app.add_url_rule(path, f"api.{endpoint}", view, methods=[method])


@blueprint.input(LettersQuery, location="query")
@blueprint.output(LettersOut)
@blueprint.doc(summary="List letters", operation_id="listLetters", tags=LETTERS)
def letters(query_data: LettersQuery) -> Response:
    """The office's letters in the order in which they were issued, without their holders.

    Go on with `next`, or with the `Link` header: no letter is missed or met twice, whatever is issued meanwhile.
    """
    me, asked = client(), query_data
    page = issuing.tell_page(
        registry(),
        me.office,
        Asked(asked.status and Status(asked.status), asked.village, asked.issued_from, asked.issued_until),
        after(me.office, asked),
        asked.limit,
        me.account,
        now(),
    )
    following = cursor(me.office, asked, page.letters[-1].id) if page.more else None
    shown = [brief(each, page.kinds[each.kind], page.today) for each in page.letters]
    response = _private(LettersOut(letters=shown, next=following))
    if following is not None:
        there = urlencode({**request.args.to_dict(), "cursor": following})
        response.headers["Link"] = f'<{request.path}?{there}>; rel="next"'
    return response


@blueprint.output(LetterOut)
@blueprint.doc(summary="Read a letter", operation_id="readLetter", tags=LETTERS)
def letter(letter: str) -> Response:
    """One letter with its holder and its history. Each reading stands in the office's audit."""
    me = client()
    return _private(whole(issuing.tell(registry(), me.office, letter, me.account, now())))


def _files(media: str, what: str) -> Any:
    return {
        200: {"description": what, "content": {media: {"schema": {"type": "string", "format": "binary"}}}}
    }


@blueprint.doc(
    summary="A letter's PDF",
    operation_id="letterPdf",
    tags=LETTERS,
    responses=_files("application/pdf", "The letter"),
)
def letter_pdf(letter: str) -> Response:
    """The letter as it is printed, of one that is in force. It counts as a printing by the program."""
    me = client()
    original, paper = print_for_program(
        *(registry(), me.office, letter, me.account, press(), now()),
        lambda sha256: request.method == "HEAD" or request.if_none_match.contains(sha256),
    )
    response = _kept_private(Response(paper.pdf, mimetype="application/pdf"), paper.sha256)
    response.headers["Content-Disposition"] = f'inline; filename="{original.file_name}"'
    return response


@blueprint.doc(
    summary="A letter's symbol",
    operation_id="letterSymbol",
    tags=LETTERS,
    responses=_files("image/svg+xml", "The symbol"),
)
def letter_symbol(letter: str) -> Response:
    """The QR symbol of a letter that is in force, with its quiet zone, as SVG."""
    me = client()
    text = issuing.tell_symbol(registry(), me.office, letter, me.account, now())
    drawn = symbol.svg(text).encode()
    return _kept_private(Response(drawn, mimetype="image/svg+xml"), sha256(drawn).hexdigest())


def _private(shape: BaseModel) -> Response:
    body = current_app.json.dumps(as_json(shape)).encode()
    return _kept_private(Response(body, mimetype="application/json"), sha256(body).hexdigest())


def _kept_private(response: Response, digest: str) -> Response:
    """Kept by whoever asked, and by no one between, and asked for anew each time."""
    response.set_etag(digest)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
