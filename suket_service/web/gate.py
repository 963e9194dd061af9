"""Who is let through to a route: the page's token, the session, the role, a fresh code. Answers no request itself.

Whoever is asked for something on the way loses nothing: the page that asks carries on what was posted,
and the answer to it goes on to where the first one was going.
"""

import hmac
import unicodedata
from hashlib import sha256

from apiflask import APIFlask
from flask import abort, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from itsdangerous import Signer
from werkzeug.wrappers import Response

from suket_service import administering
from suket_service.errors import NotAllowed, Text
from suket_service.web.access import Guard, guard_of
from suket_service.web.context import context, now
from suket_service.web.device import device_of
from suket_service.web.forms import LOST_FILES, Form
from suket_service.web.signed_in import SignedIn, sent_token, take_over, who

#: Fields by which a page that stands in between asks; never a form's own.
PASSWORD, CODE = "_password", "_code"
#: Which session's end such a page speaks of: the page sent again later, by another cookie, is no answer.
_FOR = "_for"
#: Fields that no page carries on.
_NEVER_KEPT = frozenset(
    {PASSWORD, CODE, _FOR, LOST_FILES, "csrf_token", "password", "repeated", "old", "code"}
)
_READS = ("GET", "HEAD", "OPTIONS")
_TEXT_CONTROLS = "\t\n\r"


def install(app: APIFlask) -> None:
    """Put the gate before every route."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked below, in our own order
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session: a form may lie open all morning
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which public pages do not send; see _require_same_site
    )
    csrf = CSRFProtect(app)

    @app.before_request
    def admit() -> Response | None:
        if request.endpoint is None:
            return None
        guard = guard_of(request.endpoint)
        if request.method not in _READS:
            _require_same_site()
            # Whoever was never signed in has nothing to lose: of what they send, up to 25 MB, nothing is read.
            if guard.roles is not None and _owner() is None:
                return _ask_to_sign_in()
            if guard.csrf:
                csrf.protect()
        if guard.csrf:
            _refuse_control_characters()
        return None if guard.roles is None else _admit(guard)


def _require_same_site() -> None:
    # Beside the token (OWASP: Fetch Metadata): browsers say where a request comes from; programs say nothing.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin.partition("://")[2] != request.host:
        abort(403)


def _refuse_control_characters() -> None:
    # Nobody can type them, PostgreSQL keeps no NUL, and a log line must stay one line.
    for given in (request.args, request.form):
        for name, values in given.lists():
            for text in (name, *values):
                if not text.isprintable() and any(
                    unicodedata.category(each) in ("Cc", "Cs") and each not in _TEXT_CONTROLS for each in text
                ):
                    abort(400)


def _admit(guard: Guard) -> Response | None:
    me = who() or _back_again()
    if me is None:
        return _ask_to_sign_in()
    if not me.present.session.complete and not guard.enrolling:
        return redirect(url_for("account.enrol"), 303)
    if guard.roles is not None and me.role not in guard.roles:
        abort(403)
    if guard.fresh and not me.is_fresh:
        return _ask_for_code(me)
    if request.method not in _READS:
        administering.note_use(context().registry, me.present, me.at)
    return None


def _back_again() -> SignedIn | None:
    """Whoever's session ended in the middle of a form, and who has now given their password with it."""
    owner, form = _owner(), Form.given()
    if request.method in _READS or owner is None or PASSWORD not in form:
        return None
    if not hmac.compare_digest(request.form.get(_FOR, "").encode(), _ended_session().encode()):
        return None
    settings = context().settings
    try:
        token, _ = administering.sign_in(
            *(context().registry, owner, request.form[PASSWORD], form[CODE]),
            *(settings.own_secret_key, device_of(request.user_agent.string), now()),
        )
    except NotAllowed as refused:
        abort(_again("sign-in", owner, refused.text))
    return take_over(token)


def _ended_session() -> str:
    """A sign for the session whose token was sent, which nobody can make who does not hold our secret."""
    signer = Signer(context().settings.own_secret_key, salt="suket-again", digest_method=sha256)
    return signer.get_signature(administering.token_hash(sent_token() or "")).decode()


def _owner() -> str | None:
    token = sent_token()
    return None if token is None else administering.whose_was(context().registry, token)


def _ask_to_sign_in() -> Response:
    owner = _owner()
    if request.method in _READS:
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")), 303)
    if owner is None:
        return redirect(url_for("account.sign_in"), 303)
    return _again("sign-in", owner)


def _ask_for_code(me: SignedIn) -> Response | None:
    form = Form.given()
    if CODE not in form:
        return _again("code", me.username)
    try:
        administering.confirm(
            context().registry, me.present, form[CODE], context().settings.own_secret_key, me.at
        )
    except NotAllowed as refused:
        return _again("code", me.username, refused.text)
    return None


def _again(what: str, username: str, problem: Text | None = None) -> Response:
    kept = [
        (name, value) for name, values in request.form.lists() for value in values if name not in _NEVER_KEPT
    ]
    lost = {
        *request.form.getlist(LOST_FILES),
        *(name for name, file in request.files.items() if file.filename),
    }
    kept += [(LOST_FILES, name) for name in sorted(lost)]
    if what == "sign-in":
        kept.append((_FOR, _ended_session()))
    page = render_template("staff/again.html", what=what, username=username, kept=kept, problem=problem)
    return make_response(page, 401)
