"""Who is signed in to this request, by which cookie. What they may do is the route table's to say.

Two cookies: one holds the session's token; the other is Flask's own, signed, with nothing in it but the
secret of this browser's form tokens and when it was last here (so that a GET writes nothing).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from flask import Flask, Response, abort, g, request, session

from suket_service import administering
from suket_service.administering import Present
from suket_service.core.letter import Office
from suket_service.registry.staff import Role
from suket_service.settings import Settings
from suket_service.web.access import ROUTES
from suket_service.web.context import context, now

_SEEN = "seen"
#: How exactly it is known when a browser was last here, in seconds.
_SEEN_EVERY = 60


@dataclass(frozen=True)
class SignedIn:
    """The member of staff who asks, and when."""

    present: Present
    at: datetime

    @property
    def username(self) -> str:
        """Their user name."""
        return self.present.member.username

    @property
    def name(self) -> str:
        """Their name."""
        return self.present.member.name

    @property
    def role(self) -> Role:
        """Their role."""
        return self.present.member.role

    @property
    def office(self) -> Office:
        """Where they work, and whose things alone they may see."""
        return self.present.office

    @cached_property
    def today(self) -> date:
        """The office's calendar day."""
        return self.office.local_date(self.at)

    @property
    def is_fresh(self) -> bool:
        """Whether a one-time code was given in this sitting."""
        return self.present.is_fresh(self.at)


def signed_in() -> SignedIn:
    """Who asks; only for routes that are for members of staff."""
    found = who()
    if found is None:
        abort(404)
    return found


def may(endpoint: str) -> bool:
    """Whether that route is for the reader, too."""
    return ROUTES[endpoint].admits(signed_in().role)


def who() -> SignedIn | None:
    """Who asks, if anyone is signed in; looked up once a request."""
    if "who" not in g:
        g.who = _look_up()
    found: SignedIn | None = g.who
    return found


def _look_up() -> SignedIn | None:
    token = sent_token()
    if token is None:
        return None
    at = now()
    present = administering.who_is(context().registry, token, _last_here(token), at)
    return None if present is None else SignedIn(present, at)


def sent_token() -> str | None:
    """The session token that the browser sent."""
    return request.cookies.get(cookie_name(context().settings))


def _last_here(token: str) -> datetime | None:
    # Of this very session: a cookie that was signed for a colleague keeps nobody else's alive.
    match session.get(_SEEN):
        case [int(seen), str(of)] if of == _name_of(administering.token_hash(token)):
            return datetime.fromtimestamp(seen, UTC)
    return None


def _note_here(token_hash: bytes, at: datetime) -> None:
    session[_SEEN] = [int(at.timestamp()), _name_of(token_hash)]


def _name_of(token_hash: bytes) -> str:
    return token_hash.hex()[:16]


def take_over(token: str) -> SignedIn | None:
    """Go on, in this request and with this browser, in the session of that token."""
    at = now()
    _note_here(administering.token_hash(token), at)
    present = administering.who_is(context().registry, token, None, at)
    g.new_token, g.who = token, None if present is None else SignedIn(present, at)
    return who()


def forget() -> None:
    """Let this browser know nothing of anyone: both cookies begin anew."""
    session.clear()
    g.new_token, g.who = "", None


def cookie_name(settings: Settings) -> str:
    """The cookie's name; with its prefix a browser takes it from nobody but this very host."""
    return "__Host-suket" if settings.base_url.startswith("https:") else "suket"


def install(app: Flask, settings: Settings) -> None:
    """Send the cookies that a request has earned, and let pages ask whom their links are for."""
    app.jinja_env.globals["may"] = may
    secure = settings.base_url.startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME=f"{cookie_name(settings)}-form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )

    @app.after_request
    def send(response: Response) -> Response:
        token: str | None = g.get("new_token")
        if token:
            response.set_cookie(
                cookie_name(settings), token, secure=secure, httponly=True, samesite="Lax", path="/"
            )
        elif token is not None:
            response.delete_cookie(cookie_name(settings), secure=secure, httponly=True, samesite="Lax")
        elif g.get("who") is not None:
            me: SignedIn = g.who
            token_hash = me.present.session.token_hash
            match session.get(_SEEN):
                case [int(seen), str(of)] if of == _name_of(token_hash):
                    due = me.at.timestamp() - seen >= _SEEN_EVERY
                case _:
                    due = True
            if due:
                _note_here(token_hash, me.at)
        return response
