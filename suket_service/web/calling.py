"""Agencies' programs at the API's door: let in by key before anything of the body is read, counted, told what is left.

Answers no call. A route with a scope is closed to whoever is not let in here; of a key nothing is logged or
sent back.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, Response, abort, g, request

from suket_service import administering
from suket_service.administering import (
    KEY_PREFIX,
    WINDOW_SECONDS,
    Admitted,
    CallInFlight,
    CallRefused,
    KeptAnswer,
    KeyReused,
    Quota,
    Sent,
)
from suket_service.errors import Text
from suket_service.registry.clients import Client
from suket_service.registry.session import Registry
from suket_service.web.access import guard_of
from suket_service.web.bearer import SCHEME, bearer_token
from suket_service.web.context import context, now
from suket_service.web.error_pages import problem

#: What each call is named in the account of usage.
CALLS = {
    "api.verifications": "verifications",
    "api.verification_batch": "verifications.batch",
    "api.letters": "letters.list",
    "api.create_letter": "letters.create",
    "api.letter": "letters.read",
    "api.letter_pdf": "letters.pdf",
    "api.letter_symbol": "letters.symbol",
    "api.revoke_letter": "letters.revocation",
    "api.suspend_letter": "letters.suspension",
    "api.extend_letter": "letters.extension",
    "api.supersede_letter": "letters.supersession",
}
IDEMPOTENCY_KEY = "Idempotency-Key"
MOST_KEY_CHARACTERS = 80
_KEY = re.compile(f"[ -~]{{1,{MOST_KEY_CHARACTERS}}}")
#: A write that is being done is done in a moment, or its process has died (``answering_once.LEASE``).
_COME_AGAIN_SECONDS = 1
_STATUS_OF = {"client_unknown": 401, "scope_missing": 403, "too_many_calls": 429}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a write is answered with: the body is sent, and kept, as JSON."""

    status: int
    body: dict[str, Any]
    location: str | None = None


def install(app: Flask) -> None:
    """Put the door before every route that takes a scope, and tell each program what it has left."""

    @app.before_request
    def admit() -> None:
        if request.endpoint is not None:
            _admit(request.endpoint)

    app.register_error_handler(CallRefused, _refusal)

    @app.after_request
    def tell_quota(response: Response) -> Response:
        quota: Quota | None = g.get("quota")
        if quota is not None:
            response.headers["RateLimit-Policy"] = f'"minute";q={quota.limit};w={WINDOW_SECONDS}'
            response.headers["RateLimit"] = f'"minute";r={quota.remaining};t={quota.resets_in}'
        return response


def client() -> Client:
    """The program that was let in."""
    return _admitted().client


def client_if_any() -> Client | None:
    """The program that was let in; None for whoever brought no program's key to a call that is open to all."""
    admitted: Admitted | None = g.get("admitted")
    return None if admitted is None else admitted.client


def registry() -> Registry:
    """The registry for the program that was let in, which is refused if its key is revoked before its turn comes.

    Whatever a program is told is put on record first: so none is told anything once that was written.
    """
    return context().registry.requiring(partial(administering.require_still, client=client()))


def charge(more: int) -> None:
    """Take more from the program's limit than the one that each call costs, before the work is done."""
    if more <= 0:
        return
    try:
        g.quota = administering.charge(registry(), client(), CALLS[request.endpoint or ""], more, now())
    except CallRefused as refused:
        abort(_refusal(refused))


def once(work: Callable[[Registry], Answered]) -> Response:
    """Do a write under the key that came with it, or give the answer that it had before.

    Args:
        work: does it, on the registry it is given and no other: in that transaction the answer is kept.
    """
    key = _sent_key()
    parts = (request.method.encode(), request.full_path.encode(), request.get_data())
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()
    sent = Sent(client().account, key, digest)
    try:
        kept = administering.answer_once(registry(), sent, partial(_done, work), now())
    except KeyReused as reused:
        abort(problem(422, reused.code, reused.text))
    except CallInFlight as busy:
        answer = problem(409, busy.code, busy.text)
        answer.headers["Retry-After"] = str(_COME_AGAIN_SECONDS)
        abort(answer)
    return _sent_again(kept)


def _admit(endpoint: str) -> None:
    guard = guard_of(endpoint)
    if guard.scope is None:
        return
    key = bearer_token()
    if guard.keyless and not key.startswith(KEY_PREFIX):
        return  # for anyone, or for a device with its own proof
    try:
        admitted = administering.admit(context().registry, key, guard.scope, CALLS[endpoint], 1, now())
    except CallRefused as refused:
        abort(_refusal(refused))
    g.admitted, g.quota = admitted, admitted.quota


def _admitted() -> Admitted:
    admitted: Admitted | None = g.get("admitted")
    if admitted is None:  # a view that asks for a program, on a route without a scope
        abort(401)
    return admitted


def _refusal(refused: CallRefused) -> Response:
    answer = problem(_STATUS_OF[refused.code], refused.code, refused.text)
    g.quota = refused.quota
    if refused.code == "client_unknown":
        answer.headers["WWW-Authenticate"] = SCHEME
    elif refused.code == "too_many_calls" and refused.quota is not None:
        answer.headers["Retry-After"] = str(refused.quota.resets_in)
    return answer


def _sent_key() -> str:
    # The draft's own form is a quoted string; most programs send it bare. Either is only a name.
    key = request.headers.get(IDEMPOTENCY_KEY, "").strip()
    if not _KEY.fullmatch(key):
        abort(problem(400, "idempotency_key_missing", _KEY_MISSING))
    return key


def _done(work: Callable[[Registry], Answered], registry: Registry) -> KeptAnswer:
    answered = work(registry)
    # Where the thing is found stands in a line of its own before the body: it is sent again too.
    body = json.dumps(answered.body, ensure_ascii=False, separators=(",", ":"))
    return KeptAnswer(answered.status, f"{answered.location or ''}\n{body}\n".encode())


def _sent_again(kept: KeptAnswer) -> Response:
    location, _, body = kept.body.partition(b"\n")
    response = Response(body, kept.status, mimetype="application/json")
    if location:
        response.headers["Location"] = location.decode()
    if kept.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


_KEY_MISSING = Text(
    f"Kirim Idempotency-Key: 1 sampai {MOST_KEY_CHARACTERS} karakter ASCII, baru untuk setiap permintaan dan sama bila dikirim ulang.",
    f"Send an Idempotency-Key: 1 to {MOST_KEY_CHARACTERS} ASCII characters, new for each request and the same when it is sent again.",
)
