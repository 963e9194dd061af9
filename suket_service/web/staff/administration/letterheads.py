"""Letterhead and signatory: the versions there were, the next one, and how it will look. Prints no letter."""

from dataclasses import fields

from flask import Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering, printing
from suket_service.administering import LetterheadVersion
from suket_service.core.letter import Capacity, Letterhead
from suket_service.errors import FieldError, Problem, Text
from suket_service.paper import logo
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import may
from suket_service.web.signing import press
from suket_service.web.staff.administration.area import asking, blueprint, one_line, options

_LINES = tuple(
    each.name for each in fields(Letterhead) if each.name not in ("version", "capacity", "post", "logo")
)
_CAPACITIES = (
    (Capacity.IN_OFFICE, Text("definitif (tidak dicetak)", "in office (not printed)")),
    (Capacity.ACTING, Text("Plt. (pelaksana tugas)", "Plt. (acting)")),
    (Capacity.STAND_IN, Text("Plh. (pelaksana harian)", "Plh. (standing in)")),
    (Capacity.ON_BEHALF, Text("a.n. (atas nama)", "a.n. (on behalf of)")),
)


@blueprint.get("/administration/letterhead")
def letterhead() -> str:
    """The versions, newest first, and the form for the next one."""
    versions = _versions()
    return _page(_starting_with(versions[0].head), versions)


@blueprint.post("/administration/letterhead")
def change_letterhead() -> ResponseReturnValue:
    """Let letters from now on bear another letterhead and signatory."""
    ask, form = asking(), Form.given()

    def require_printable(head: Letterhead) -> None:
        printing.require_printable_letterhead(ask.registry, ask.office, head, press(), ask.at)

    with form.catching():
        new = administering.change_letterhead(
            ask.registry, ask.office, _typed(form), ask.by, ask.at, require_printable
        )
        told = Text(
            f"Kop surat versi {new.version} dipakai mulai sekarang. Surat yang sudah terbit tidak berubah.",
            f"Version {new.version} of the letterhead is in use from now on. Letters issued already stay as they are.",
        )
        return done(told, url_for("administration.letterhead"))
    return _page(form, _versions()), 422


def _page(form: Form, versions: list[LetterheadVersion]) -> str:
    return render_template(
        "staff/administration/letterhead.html",
        form=form,
        versions=versions,
        capacities=options(_CAPACITIES),
        most=administering.LETTERHEAD_CHARACTERS,
        may_change=may("administration.change_letterhead"),
    )


@blueprint.post("/administration/letterhead/preview")
def letterhead_preview() -> ResponseReturnValue:
    """Head and signatory as they would be printed, as a picture."""
    ask, form = asking(), Form.given()
    with form.catching():
        head = _typed(form)
        administering.require_letterhead(head)  # an empty line would be drawn without a word
        png = printing.letterhead_preview(ask.registry, ask.office, head, press(), ask.at)
        return Response(png, mimetype="image/png")
    return render_template("staff/administration/no_preview.html", form=form), 422


@blueprint.get("/administration/letterhead/<int:version>/logo.png")
def letterhead_logo(version: int) -> ResponseReturnValue:
    """The logo of a version."""
    found = next((each.head.logo for each in _versions() if each.head.version == version), None)
    if found is None:
        abort(404)
    return Response(found, mimetype="image/png")


def _versions() -> list[LetterheadVersion]:
    return administering.letterhead_versions(asking().registry, asking().office)


def _starting_with(head: Letterhead) -> Form:
    values = {name: str(getattr(head, name)) for name in _LINES}
    return Form({**values, "post": head.post, "capacity": head.capacity.value})


def _typed(form: Form) -> Letterhead:
    lines = {name: one_line(form[name]) for name in _LINES}
    post = "\n".join(filter(None, (one_line(line) for line in form["post"].splitlines())))
    if form["capacity"] not in list(Capacity):
        raise FieldError(Problem("capacity", "unknown", Text("Pilih dari daftar.", "Choose from the list.")))
    return Letterhead(version=0, capacity=Capacity(form["capacity"]), post=post, logo=_logo(form), **lines)


def _logo(form: Form) -> bytes | None:
    given = form.file("logo")
    if given is not None:
        return logo.normalise(given)
    return None if form["without_logo"] else _versions()[0].head.logo
