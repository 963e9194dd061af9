"""Signing in and out, and one's own account: password, one-time codes, devices. Knows no other's account."""

from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup

from suket_service import administering
from suket_service.errors import FieldError, Problem, Text
from suket_service.paper import symbol
from suket_service.registry import credentials, sessions
from suket_service.web.context import context, now
from suket_service.web.device import device_of
from suket_service.web.forms import Form, done
from suket_service.web.language import choose
from suket_service.web.signed_in import forget, signed_in, take_over, who

blueprint = APIBlueprint("account", __name__, enable_openapi=False)
#: How long a proposed secret may wait for the code that confirms it, in seconds.
_PROPOSAL_SECONDS = 3600


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The sign-in page; in the demo with its accounts and their codes."""
    form = Form.given()
    if request.method == "POST":
        with form.catching():
            token, proof = administering.sign_in(
                *(context().registry, form["username"], request.form.get("password", ""), form["code"]),
                *(_secret_key(), device_of(request.user_agent.string), now()),
            )
            before = who()
            if before is not None:  # whoever sat here before signed in at this browser is so no more
                administering.sign_out(context().registry, before.present, before.at)
            session.clear()  # form tokens of whoever sat here before are worth nothing
            take_over(token)
            onward = _local(form["next"]) if proof.complete else url_for("account.enrol")
            return redirect(onward, 303)
    elif who() is not None:
        return redirect(url_for("front.home"), 303)
    onward = _local(request.values.get("next", ""))
    accounts = administering.demo_accounts(context().registry, _secret_key(), now()) if _is_demo() else []
    page = render_template("staff/account/sign_in.html", form=form, onward=onward, accounts=accounts)
    return page, 200 if form.ok else 401


@blueprint.get("/demo/codes")
def codes() -> str:
    """The demo's accounts with their current codes, for whoever is asked for one in the middle of something."""
    if not _is_demo():
        abort(404)
    accounts = administering.demo_accounts(context().registry, _secret_key(), now())
    return render_template("staff/account/codes.html", accounts=accounts)


@blueprint.post("/language")
def language() -> ResponseReturnValue:
    """Go on in the other language."""
    response = redirect(_local(request.form.get("back", "")), 303)
    choose(response, request.form.get("language", ""))
    return response


@blueprint.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    me = who()
    if me is not None:
        administering.sign_out(context().registry, me.present, me.at)
    forget()
    response = redirect(url_for("account.sign_in"), 303)
    # What the browser kept of our pages. Not its storage: the scanner of this host keeps a station's records there.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/enrol")
def enrol() -> ResponseReturnValue:
    """What is left to do before the first day: a password of one's own, and codes where the role has them."""
    me = signed_in()
    if me.present.session.complete:
        return redirect(url_for("account.account"), 303)
    with context().registry.reading() as tx:
        credential = credentials.find(tx, me.username)
    if credential is None or credential.must_change:
        return render_template("staff/account/password.html", form=Form(), first=True)
    return render_template("staff/account/code.html", form=Form(), **_proposed())


@blueprint.route("/account/password", methods=["GET", "POST"])
def set_password() -> ResponseReturnValue:
    """Another password; where one was given by another, the first of one's own."""
    me, form = signed_in(), Form.given()
    first = not me.present.session.complete
    if request.method == "POST":
        with form.catching():
            chosen = request.form.get("password", "")
            if chosen != request.form.get("repeated", ""):
                raise FieldError(Problem("repeated", "differs", _DIFFERS))
            if not first:
                _prove_by_password("old")
            administering.set_password(
                *(context().registry, me.office.code, me.username, chosen, me.username, me.at),
                keep=me.present.session.token_hash,
            )
            return _go_on(Text("Kata sandi diganti.", "The password is changed."))
    page = render_template("staff/account/password.html", form=form, first=first)
    return page, 200 if form.ok else 422


@blueprint.route("/account/code", methods=["GET", "POST"])
def set_code() -> ResponseReturnValue:
    """One-time codes from a phone: a secret to scan, and the code that shows it arrived; then recovery codes."""
    me, form = signed_in(), Form.given()
    if request.method == "GET":
        return render_template("staff/account/code.html", form=form, **_proposed())
    with form.catching():
        secret = _confirmed_secret(form["proposal"], me.username)
        _require_first_time(form)
        if me.present.session.complete:  # or whoever finds a desk unlocked could take the account over
            now_held = form["now"] if _has_code() else None
            _prove_by_password("old", now_held)
        administering.enrol_totp(
            *(context().registry, me.office.code, me.username, secret, form["code"]),
            *(_secret_key(), me.username, me.at),
            keep=me.present.session.token_hash,
        )
        codes = administering.renew_recovery_codes(context().registry, me.present, me.at)
        _go_on(None)
        _note_done(form)
        return render_template("staff/account/recovery.html", codes=codes)
    return render_template("staff/account/code.html", form=form, **_proposed(form["proposal"])), 422


@blueprint.get("/account")
def account() -> str:
    """One's own account: what one signs in with, and where one is signed in."""
    me = signed_in()
    with context().registry.reading() as tx:
        credential = credentials.find(tx, me.username)
        left = credentials.recovery_codes_left(tx, me.username)
        mine = sessions.open_of(tx, me.username)
    devices = [each for each in mine if each.created_at + administering.LONGEST > me.at]
    here = me.present.session.token_hash
    return render_template(
        "staff/account/account.html",
        credential=credential,
        codes_left=left,
        devices=devices,
        here=here,
    )


@blueprint.post("/account/recovery-codes")
def recovery_codes() -> ResponseReturnValue:
    """Fresh recovery codes, shown this once."""
    form = Form.given()
    try:
        _require_first_time(form)
    except FieldError as refused:
        return done(refused.text, url_for("account.account"))
    codes = administering.renew_recovery_codes(context().registry, signed_in().present, signed_in().at)
    _note_done(form)
    return render_template("staff/account/recovery.html", codes=codes)


@blueprint.post("/account/devices/end")
def end_session() -> ResponseReturnValue:
    """Sign out on one device."""
    return _end([Form.given()["device"]])


@blueprint.post("/account/devices/end-others")
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    me = signed_in()
    with context().registry.reading() as tx:
        others = [each.token_hash.hex() for each in sessions.open_of(tx, me.username)]
    return _end([each for each in others if each != me.present.session.token_hash.hex()])


def _prove_by_password(field: str, code: str | None = None) -> None:
    me = signed_in()
    given = request.form.get(field, "")
    administering.prove_again(
        context().registry, me.username, _secret_key(), me.at, password=given, code=code
    )


def _has_code() -> bool:
    with context().registry.reading() as tx:
        credential = credentials.find(tx, signed_in().username)
    return credential is not None and credential.totp_locked is not None


def _require_first_time(form: Form) -> None:
    """Refuse a page that is sent again: what it showed has perhaps just been written down.

    Raises:
        FieldError: ``done_already``.
    """
    if form.once == session.get(_DONE):
        raise FieldError(Problem("", "done_already", _DONE_ALREADY))


def _note_done(form: Form) -> None:
    session[_DONE] = form.once


def _end(devices: list[str]) -> ResponseReturnValue:
    hashes = [bytes.fromhex(each) for each in devices if set(each) <= _HEX and len(each) == 64]  # noqa: PLR2004
    ended = administering.end_sessions(context().registry, signed_in().present, hashes, signed_in().at)
    told = Text(f"{ended} perangkat dikeluarkan.", f"Signed out on {ended} device(s).")
    return done(told, url_for("account.account"))


def _go_on(told: Text | None) -> ResponseReturnValue:
    """Onward after a step of enrolling; whoever has finished goes on in a whole session."""
    me = signed_in()
    if me.present.session.complete:
        return done(told or _CODE_SET, url_for("account.account"))
    token = administering.finish_enrolment(
        context().registry, me.present, device_of(request.user_agent.string), me.at
    )
    if token is None:
        return redirect(url_for("account.enrol"), 303)
    take_over(token)
    return done(told or _CODE_SET, url_for("front.home"))


def _proposed(sealed: str = "") -> dict[str, object]:
    """A secret to scan: the one that is waiting for its code, or a fresh one."""
    me = signed_in()
    try:
        secret = _confirmed_secret(sealed, me.username)
    except FieldError:
        secret = ""
    enrolment = administering.propose_totp(context().registry, me.office.code, me.username, secret)
    return {
        "has_code": _has_code(),
        "proposal": _serializer().dumps([me.username, enrolment.secret]),
        "secret": " ".join(
            enrolment.secret[start : start + 4] for start in range(0, len(enrolment.secret), 4)
        ),
        "drawn": Markup(symbol.plain_svg(enrolment.uri)),  # noqa: S704 - drawn by us
    }


def _confirmed_secret(sealed: str, username: str) -> str:
    try:
        owner, secret = _serializer().loads(sealed, max_age=_PROPOSAL_SECONDS)
    except (BadData, ValueError, TypeError):
        owner, secret = None, ""
    if owner != username or not isinstance(secret, str):
        raise FieldError(Problem("code", "proposal_old", _PROPOSAL_OLD))
    return secret


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret_key(), salt="suket-totp-proposal")


def _secret_key() -> str:
    return context().settings.own_secret_key


def _is_demo() -> bool:
    return context().settings.is_demo


def _local(address: str) -> str:
    """Where to go on: a page of ours, or the front page."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return url_for("front.home")
    if (
        not address.isprintable()
        or parts.scheme
        or parts.netloc
        or not parts.path.startswith("/")
        or address.startswith("//")
    ):
        return url_for("front.home")
    return address


#: Under what this browser keeps the key of the page whose codes were shown last.
_DONE = "codes"
_DONE_ALREADY = Text(
    "Kode itu sudah ditampilkan, dan tetap berlaku. Bila tidak tercatat, buatlah yang baru.",
    "Those codes were shown already, and still count. If they were not written down, make new ones.",
)
_HEX = set("0123456789abcdef")
_CODE_SET = Text("Kode sekali pakai sudah dipasang.", "One-time codes are set up.")
_DIFFERS = Text("Kedua kata sandi tidak sama. Ketik ulang.", "The two passwords differ. Type them again.")
_PROPOSAL_OLD = Text(
    "Kode QR ini sudah terlalu lama terbuka. Pindai kode yang baru di bawah.",
    "This QR code has been open for too long. Scan the new one below.",
)
