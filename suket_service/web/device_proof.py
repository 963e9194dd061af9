"""A device's own calls: let through when proven, refused as problems. Knows no event and no letter.

A proof is neither logged nor sent back.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, request

from suket_service import presenting
from suket_service.core.device_proof import Call, ProofRefused
from suket_service.errors import Text
from suket_service.presenting import Caller
from suket_service.web.bearer import SCHEME, bearer_token
from suket_service.web.context import context, now
from suket_service.web.error_pages import problem

#: On a call that agencies' programs make as well, their key in another form is the commonest mistake.
_OR_A_KEY = Text(
    "Program instansi lain mengirim kuncinya sebagai Authorization: Bearer suket_…",
    "Another agency's program sends its key as Authorization: Bearer suket_…",
)


def by_device(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view for confirmed devices alone; it is given ``caller``, before anything of the body is read."""

    @wraps(view)
    def admitted(*args: Any, **kwargs: Any) -> Any:
        return view(*args, caller=_caller(), **kwargs)

    return admitted


def caller_if_any() -> Caller | None:
    """The device that calls; None for whoever claims to be none. The call is one that programs make as well."""
    return _caller(_OR_A_KEY) if "Authorization" in request.headers else None


def _caller(or_else: Text | None = None) -> Caller:
    call = Call(request.method, request.path, request.get_data())
    try:
        return presenting.who_calls(context().registry, bearer_token(), call, now())
    except ProofRefused as refused:
        abort(_unproven(refused, or_else if refused.code == "proof_invalid" else None))


def _unproven(refused: ProofRefused, or_else: Text | None) -> Response:
    told = refused.text
    if or_else is not None:
        told = Text(f"{told.id} {or_else.id}", f"{told.en} {or_else.en}")
    answer = problem(401, refused.code, told)
    answer.headers["WWW-Authenticate"] = SCHEME
    return answer
