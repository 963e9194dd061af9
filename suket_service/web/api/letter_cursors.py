"""Where a list of letters goes on: signed, for one office and one filter. Knows no letter."""

import hashlib
import json

from itsdangerous import BadData, URLSafeSerializer

from suket_service.errors import FieldError, Problem, Text
from suket_service.web.api.letter_shapes import LettersQuery
from suket_service.web.context import context


def cursor(office: str, asked: LettersQuery, last: str) -> str:
    """What goes on behind that letter, with the same filter."""
    return str(_signer().dumps([last, _of(office, asked)]))


def after(office: str, asked: LettersQuery) -> str | None:
    """The letter behind which a page is asked for; None for the first page.

    Raises:
        FieldError: ``cursor_invalid``: no cursor of ours, another office's, or one of another filter.
    """
    if asked.cursor is None:
        return None
    try:
        given = _signer().loads(asked.cursor)
    except BadData:
        given = None
    match given:
        case [str(last), str(of)] if of == _of(office, asked):
            return last
    raise FieldError(Problem("cursor", "cursor_invalid", _INVALID))


def _of(office: str, asked: LettersQuery) -> str:
    # How many stand on a page may change on the way; what the list is narrowed by may not.
    filtered = asked.model_dump(mode="json", exclude={"cursor", "limit"})
    return hashlib.sha256(json.dumps([office, filtered], sort_keys=True).encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        context().settings.own_secret_key,
        salt="letters-cursor",
        signer_kwargs={"digest_method": hashlib.sha256},
    )


_INVALID = Text(
    "Kursor ini bukan dari daftar ini. Mulai lagi tanpa kursor, dan ulangi saringan yang sama di setiap halaman.",
    "This cursor is not of this list. Begin again without one, and repeat the same filter on every page.",
)
