"""A device's own calls: let through when proven, refused as problems. Knows no event and no letter.

A proof is neither logged nor sent back.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, request

from suket_service import presenting
from suket_service.core.device_proof import Call, ProofRefused
from suket_service.presenting import Caller
from suket_service.web.bearer import SCHEME, bearer_token
from suket_service.web.context import context, now
from suket_service.web.error_pages import problem


def by_device(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view for confirmed devices alone; it is given ``caller``, before anything of the body is read."""

    @wraps(view)
    def admitted(*args: Any, **kwargs: Any) -> Any:
        return view(*args, caller=_caller(), **kwargs)

    return admitted


def caller_if_any() -> Caller | None:
    """The device that calls; None for whoever claims to be none."""
    return _caller() if "Authorization" in request.headers else None


def _caller() -> Caller:
    call = Call(request.method, request.path, request.get_data())
    try:
        return presenting.who_calls(context().registry, bearer_token(), call, now())
    except ProofRefused as refused:
        abort(_unproven(refused))


def _unproven(refused: ProofRefused) -> Response:
    answer = problem(401, refused.code, refused.text)
    answer.headers["WWW-Authenticate"] = SCHEME
    return answer
