"""Kinds of letter and the windows in which the office issues them. Changes no letter that exists."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering, printing
from suket_service.administering import KindChange, KindListing
from suket_service.core.kind import IssuingWindow, Kind, SignatureMode, ValidityRule
from suket_service.errors import FieldError, NotFound, Problem, Text
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import day
from suket_service.web.signed_in import may, signed_in
from suket_service.web.signing import press
from suket_service.web.staff.administration.area import (
    asking,
    blueprint,
    one_line,
    options,
    typed_count,
    typed_day,
)

_Choice = TypeVar("_Choice", bound=StrEnum)
_USUAL_TEMPLATE = "pengganti-ktp-el/v1"
_RULES = (
    (ValidityRule.MONTHS, Text("sekian bulan", "so many months")),
    (ValidityRule.DAYS, Text("sekian hari", "so many days")),
    (ValidityRule.FIXED_DATE, Text("sampai tanggal tertentu", "until a fixed date")),
    (ValidityRule.UNTIL_CARD, Text("sampai KTP-el diterbitkan", "until the card is issued")),
)
_SIGNATURES = (
    (SignatureMode.WET, Text("tanda tangan basah dan cap", "by hand, with a stamp")),
    (
        SignatureMode.PADES,
        Text("sertifikat elektronik kantor (PAdES)", "by the office's certificate (PAdES)"),
    ),
)


@blueprint.get("/administration/kinds")
def kinds() -> str:
    """Every kind as the office sees it, with its windows."""
    return _page(Form())


def _page(form: Form, tried: str = "") -> str:
    """The page; ``tried`` is the part of it whose form was refused."""
    ask = asking()
    listed = administering.list_kinds(ask.registry, ask.office, ask.at)
    windows = administering.list_windows(ask.registry, ask.office)
    return render_template(
        "staff/administration/kinds.html",
        form=form,
        tried=tried,
        listed=listed,
        windows_of={
            each.kind.code: {
                number: window for number, window in windows.items() if window.kind == each.kind.code
            }
            for each in listed
        },
        validity=_validity,
        signatures=dict(_SIGNATURES),
        today=signed_in().today,
        may_change=may("administration.change_kind"),
        are_shared=_are_shared(),
    )


def _are_shared() -> bool:
    with asking().registry.reading() as tx:
        return administering.are_kinds_shared(tx)


def _validity(kind: Kind) -> Text:
    match kind.rule:
        case ValidityRule.MONTHS:
            return Text(f"{kind.amount} bulan", f"{kind.amount} months")
        case ValidityRule.DAYS:
            return Text(f"{kind.amount} hari", f"{kind.amount} days")
        case ValidityRule.FIXED_DATE:
            return Text(f"sampai {day(kind.fixed_date)}", f"until {day(kind.fixed_date)}")
        case ValidityRule.UNTIL_CARD:
            return Text("sampai KTP-el diterbitkan", "until the card is issued")


@blueprint.route("/administration/kinds/new", methods=["GET", "POST"])
def new_kind() -> ResponseReturnValue:
    """Add a kind of letter for the whole registry."""
    ask, form = asking(), Form.given()
    if request.method == "GET" and _are_shared():
        return redirect(url_for("administration.kinds"), 303)
    if request.method == "GET":
        form = Form({"rule": ValidityRule.MONTHS.value, "signature": SignatureMode.WET.value})
        return _form_page(form, None)
    code = typed_count(form, "code", needed=True)
    change = _typed(form)
    with form.catching():
        if form.ok and change is not None and code is not None:
            kind = change.of(
                Kind(code, "", form["series"].upper(), _USUAL_TEMPLATE, "", ValidityRule.UNTIL_CARD)
            )
            templates = context().settings.templates
            administering.add_kind(ask.registry, ask.office, kind, ask.by, ask.at, templates, _printable())
            return done(
                Text(f"Jenis surat {code} ditambahkan.", f"Kind of letter {code} is added."),
                url_for("administration.kinds"),
            )
    return _form_page(form, None), 422


@blueprint.route("/administration/kinds/<int:code>", methods=["GET", "POST"])
def change_kind(code: int) -> ResponseReturnValue:
    """Change a kind for letters issued from now on."""
    ask, form, listing = asking(), Form.given(), _find(code)
    if request.method == "GET" and _are_shared():
        return redirect(url_for("administration.kinds"), 303)
    if request.method == "GET":
        return _form_page(_starting_with(listing.kind), listing)
    change = _typed(form, listing.kind)
    with form.catching():
        if form.ok and change is not None:
            templates = context().settings.templates
            administering.change_kind(
                ask.registry, ask.office, code, change, ask.by, ask.at, templates, _printable()
            )
            told = Text(
                "Perubahan berlaku mulai surat berikutnya. Surat yang sudah terbit tidak berubah.",
                "The change counts from the next letter on. Letters issued already stay as they are.",
            )
            return done(told, url_for("administration.kinds"))
    return _form_page(form, listing), 422


@blueprint.post("/administration/kinds/<int:code>/usual")
def usual_kind(code: int) -> ResponseReturnValue:
    """Let the office issue that kind where a request names none."""
    ask, form = asking(), Form.given()
    with form.catching():
        kind = administering.set_usual_kind(ask.registry, ask.office, code, ask.by, ask.at)
        told = Text(f"Jenis biasa sekarang: {kind.title}.", f"The usual kind is now: {kind.title}.")
        return done(told, url_for("administration.kinds"))
    return _page(form), 422


@blueprint.post("/administration/kinds/<int:code>/windows")
def add_window(code: int) -> ResponseReturnValue:
    """Let the office issue a kind only within a window."""
    ask, form = asking(), Form.given()
    _find(code)
    opens, closes = typed_day(form, "opens", needed=True), typed_day(form, "closes")
    with form.catching():
        if form.ok and opens is not None:
            administering.add_window(
                ask.registry, IssuingWindow(ask.office, code, opens, closes), ask.by, ask.at
            )
            return done(
                Text("Masa penerbitan ditambahkan.", "The issuing window is added."),
                url_for("administration.kinds"),
            )
    return _page(form, f"kind {code}"), 422


@blueprint.post("/administration/windows/<int:window>/close")
def close_window(window: int) -> ResponseReturnValue:
    """Let today be a window's last day."""
    ask, form = asking(), Form.given()
    with form.catching():
        closed = administering.close_window(ask.registry, ask.office, window, ask.by, ask.at)
        last = day(closed.closes_on)
        told = Text(f"Hari terakhir masa itu: {last}.", f"Its last day: {last}.")
        return done(told, url_for("administration.kinds"))
    return _page(form, f"window {window}"), 422


def _find(code: int) -> KindListing:
    ask = asking()
    listed = administering.list_kinds(ask.registry, ask.office, ask.at)
    found = next((each for each in listed if each.kind.code == code), None)
    if found is None:
        raise NotFound("no_kind", Text("Jenis surat ini tidak terdaftar.", "No such kind of letter."))
    return found


def _form_page(form: Form, listing: KindListing | None) -> str:
    return render_template(
        "staff/administration/kind.html",
        form=form,
        listing=listing,
        rules=options(_RULES),
        signatures=options(_SIGNATURES),
    )


def _starting_with(kind: Kind) -> Form:
    return Form(
        {
            "title": kind.title,
            "legal_basis": kind.legal_basis,
            "rule": kind.rule.value,
            "amount": "" if kind.amount is None else str(kind.amount),
            "until": kind.fixed_date.isoformat() if kind.fixed_date else "",
            "signature": kind.signature.value,
        }
    )


def _typed(form: Form, before: Kind | None = None) -> KindChange | None:
    """What was typed; None where it cannot even be read."""
    with form.catching():
        rule = _one_of(form, "rule", ValidityRule)
        signature = _one_of(form, "signature", SignatureMode)
        counted = rule in (ValidityRule.MONTHS, ValidityRule.DAYS)
        amount = typed_count(form, "amount", needed=True) if counted else None
        until = typed_day(form, "until", needed=True) if rule is ValidityRule.FIXED_DATE else None
        same = before is not None and (before.rule, before.amount, before.fixed_date) == (rule, amount, until)
        return KindChange(
            title=one_line(form["title"]),
            legal_basis=one_line(form["legal_basis"]),
            signature=signature,
            rule=None if same else rule,  # a last day that has passed since may stand
            amount=amount,
            fixed_date=until,
        )
    return None


def _one_of(form: Form, field: str, known: type[_Choice]) -> _Choice:
    try:
        return known(form[field])
    except ValueError:
        told = Text("Pilih dari daftar.", "Choose from the list.")
        raise FieldError(Problem(field, "unknown", told)) from None


def _printable() -> Callable[[Kind], None]:
    ask = asking()

    def require(kind: Kind) -> None:
        printing.require_printable_kind(ask.registry, kind, press(), ask.at)

    return require
