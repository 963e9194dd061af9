"""Other agencies' programs: given a key that is shown once, limited, renewed, revoked; let count again after a
restore. Answers no program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import NewClient
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import clients as client_store
from suket_service.registry.clients import Client, ClientScope
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.administration.area import asking, blueprint, one_line, typed_count, typed_day

#: Offered here: phones at polling stations prove themselves by keys of their own, so ``station`` opens nothing.
_SCOPES = {
    ClientScope.VERIFY: Text(
        "memeriksa surat dan melihat data pemegangnya", "check letters and see their holders' data"
    ),
    ClientScope.READ: Text("membaca surat kantor ini", "read this office's letters"),
    ClientScope.ISSUE: Text(
        "mengajukan konsep surat; dua orang tetap menyetujui", "submit drafts; two people still approve"
    ),
    ClientScope.MANAGE: Text("menangguhkan, mencabut, menggantikan", "suspend, revoke, supersede"),
}


class _Standing(Enum):
    IN_USE = auto()
    ENDS_SOON = auto()
    RENEWED = auto()  # counts for some days more; another key has taken over
    WAITING = auto()  # since a restore
    EXPIRED = auto()
    REVOKED = auto()


@dataclass(frozen=True, slots=True)
class _Shown:
    client: Client
    standing: _Standing

    @property
    def has_ended(self) -> bool:
        return self.standing in (_Standing.EXPIRED, _Standing.REVOKED)


@blueprint.get("/administration/clients")
def clients() -> str:
    """Every program, with what it may ask and when it was last heard of."""
    return _page(Form())


def _page(form: Form, tried: str | None = None) -> str:
    """``tried``: the program that ``form`` is about."""
    ask = asking()
    held = administering.list_clients(ask.registry, ask.office)
    listed = sorted((_Shown(each, _standing(each, held)) for each in held), key=lambda each: each.has_ended)
    return render_template(
        "staff/administration/clients.html",
        form=form,
        tried=tried,
        listed=listed,
        waiting=sum(each.standing is _Standing.WAITING for each in listed),
        Standing=_Standing,
        scopes=_SCOPES,
        both_days=administering.BOTH_DAYS,
        most=administering.MOST_A_MINUTE,
        may_change=may("administration.renew_client"),
    )


def _standing(client: Client, held: Sequence[Client]) -> _Standing:
    today = signed_in().today
    if client.revoked_at is not None:
        return _Standing.REVOKED
    if client.has_ended(today):
        return _Standing.EXPIRED
    if administering.is_renewed(client, held, today):
        return _Standing.RENEWED
    if client.waiting_since is not None:
        return _Standing.WAITING
    return _Standing.ENDS_SOON if administering.ends_soon(client, held, today) else _Standing.IN_USE


@blueprint.get("/administration/clients/new")
def new_client() -> str:
    """The form for another program."""
    until = signed_in().today + administering.USUAL_TERM
    usual = {
        "scopes": ClientScope.VERIFY.value,
        "expires_on": until.isoformat(),
        "calls_a_minute": str(administering.USUAL_A_MINUTE),
    }
    return _form_page(Form(usual))


@blueprint.post("/administration/clients/new")
def add_client() -> ResponseReturnValue:
    """Give a program a key, and show it once."""
    ask, form = asking(), Form.given()
    expires_on = typed_day(form, "expires_on")
    limit = typed_count(form, "calls_a_minute") if "calls_a_minute" in form else None
    with form.catching():
        scopes = _typed_scopes(form)
        if form.ok:
            made = administering.add_client(
                ask.registry,
                ask.office,
                one_line(form["name"]),
                one_line(form["purpose"]),
                scopes,
                expires_on=expires_on,
                by=ask.by,
                at=ask.at,
                calls_a_minute=administering.USUAL_A_MINUTE if limit is None else limit,
            )
            return _show_key(made)
    return _form_page(form), 422


@blueprint.post("/administration/clients/<client>/renew")
def renew_client(client: str) -> ResponseReturnValue:
    """Give a program another key, and show it once; the old one counts for some days more."""
    ask, form = asking(), Form.given()
    expires_on = typed_day(form, "expires_on")
    with form.catching():
        if form.ok:
            made = administering.renew_client(
                ask.registry,
                ask.office,
                client,
                ask.by,
                ask.at,
                expires_on=expires_on,
                no_end="expires_on" in form and not form["expires_on"],
            )
            return _show_key(made, renewed=client)
    return _page(form, client), 422


@blueprint.post("/administration/clients/<client>/revoke")
def revoke_client(client: str) -> ResponseReturnValue:
    """Let a program's key count no more."""
    ask, form = asking(), Form.given()
    with form.catching():
        administering.revoke_client(ask.registry, ask.office, client, ask.by, ask.at)
        return done(
            Text("Kunci dicabut, berlaku seketika.", "The key is revoked, from this moment."),
            url_for("administration.clients"),
        )
    return _page(form, client), 422


@blueprint.post("/administration/clients/<client>/limit")
def limit_client(client: str) -> ResponseReturnValue:
    """Let a program ask so much in a minute."""
    ask, form = asking(), Form.given()
    limit = typed_count(form, "calls_a_minute", needed=True)
    with form.catching():
        if limit is not None:
            administering.limit_client(ask.registry, ask.office, client, limit, ask.by, ask.at)
            return done(
                Text("Batas diubah, berlaku seketika.", "The limit is changed, from this moment."),
                url_for("administration.clients"),
            )
    return _page(form, client), 422


@blueprint.post("/administration/clients/<client>/confirm")
def confirm_client(client: str) -> ResponseReturnValue:
    """Let a key that waits since a restore count again."""
    ask, form = asking(), Form.given()
    with form.catching():
        administering.confirm_clients(ask.registry, ask.office, client, ask.by, ask.at)
        return done(
            Text("Kunci berlaku lagi, seketika.", "The key counts again, from this moment."),
            url_for("administration.clients"),
        )
    return _page(form, client), 422


def _form_page(form: Form) -> str:
    return render_template(
        "staff/administration/client.html", form=form, scopes=_SCOPES, most=administering.MOST_A_MINUTE
    )


def _typed_scopes(form: Form) -> frozenset[ClientScope]:
    given = form.all("scopes")
    if not set(given) <= set(_SCOPES):
        raise FieldError(Problem("scopes", "unknown", Text("Pilih dari daftar.", "Choose from the list.")))
    return frozenset(ClientScope(each) for each in given)


def _show_key(made: NewClient, renewed: str | None = None) -> str:
    ask, until = asking(), None
    if renewed is not None:
        with ask.registry.reading() as tx:
            old = client_store.find(tx, ask.office, renewed)
            until = None if old.waiting_since else old.expires_on
    return render_template("staff/administration/client_key.html", made=made, old_until=until)
