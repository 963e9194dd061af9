"""Places of service as the office keeps them: what works there today, by one press. The public reads another page."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import POINT_CHARACTERS, Today
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import service_points
from suket_service.registry.service_points import PointFacts, PointKind, ServicePoint
from suket_service.web.forms import Form, done
from suket_service.web.service_points import KIND_NAMES, STALE
from suket_service.web.signed_in import may
from suket_service.web.staff.administration.area import (
    asking,
    blueprint,
    one_line,
    options,
    typed_day,
)

#: The one press: which button says what.
_SAYS = {
    "open": Today(open=True),
    "close": Today(open=False),
    "records": Today(records=True),
    "no_records": Today(records=False),
    "prints": Today(prints=True),
    "no_prints": Today(prints=False),
    "same": Today(),
}


@blueprint.get("/administration/points")
def points() -> str:
    """Every place with its switches."""
    return _page(Form())


def _page(form: Form) -> str:
    ask = asking()
    with ask.registry.reading() as tx:
        held = service_points.of_office(tx, ask.office)
    return render_template(
        "staff/administration/points.html",
        form=form,
        listed=[each for each in held if not each.removed],
        removed=[each for each in held if each.removed],
        kind_names=KIND_NAMES,
        is_old=lambda point: ask.at - point.at > STALE,
        may_keep=may("administration.change_point"),
        may_say=may("administration.say_today"),
        notice_characters=POINT_CHARACTERS["notice"],
    )


@blueprint.route("/administration/points/new", methods=["GET", "POST"])
def new_point() -> ResponseReturnValue:
    """Add a place."""
    ask, form = asking(), Form.given()
    if request.method == "GET":
        return _form_page(Form({"kind": PointKind.DISTRICT.value, "records": "1"}), None)
    facts = _typed(form)
    with form.catching():
        if form.ok and facts is not None:
            administering.add_service_point(ask.registry, ask.office, facts, ask.by, ask.at)
            return done(
                Text("Tempat layanan ditambahkan.", "The place of service is added."),
                url_for("administration.points"),
            )
    return _form_page(form, None), 422


@blueprint.route("/administration/points/<int:point>", methods=["GET", "POST"])
def change_point(point: int) -> ResponseReturnValue:
    """Change whatever is said of a place."""
    ask, form, held = asking(), Form.given(), _find(point)
    if request.method == "GET":
        return _form_page(_starting_with(held.facts), held)
    facts = _typed(form)
    with form.catching():
        if form.ok and facts is not None:
            administering.change_service_point(ask.registry, ask.office, point, facts, ask.by, ask.at)
            return done(Text("Disimpan.", "Saved."), url_for("administration.points"))
    return _form_page(form, held), 422


@blueprint.post("/administration/points/<int:point>/today")
def say_today(point: int) -> ResponseReturnValue:
    """Say by one press what works there today."""
    ask, form = asking(), Form.given()
    with form.catching():
        today = Today(notice=one_line(form["notice"])) if form["say"] == "notice" else _SAYS.get(form["say"])
        if today is None:
            raise FieldError(Problem("say", "unknown", Text("Pilih dari tombolnya.", "Use the buttons.")))
        administering.say_today(ask.registry, ask.office, point, today, ask.by, ask.at)
        told = Text(
            "Disimpan; halaman umum sudah menunjukkannya.", "Saved; the public page shows it already."
        )
        return done(told, f"{url_for('administration.points')}#t-{point}")
    return _page(form), 422


@blueprint.post("/administration/points/<int:point>/remove")
def remove_point(point: int) -> ResponseReturnValue:
    """Take a place off the list."""
    return _set_removed(point, removed=True)


@blueprint.post("/administration/points/<int:point>/restore")
def restore_point(point: int) -> ResponseReturnValue:
    """Put a place back on the list."""
    return _set_removed(point, removed=False)


def _set_removed(point: int, *, removed: bool) -> ResponseReturnValue:
    ask, form = asking(), Form.given()
    with form.catching():
        administering.remove_service_point(ask.registry, ask.office, point, ask.by, ask.at, removed=removed)
        told = (
            Text(
                "Tempat dihapus dari daftar. Di bawah halaman ini ada tombol untuk mengembalikannya.",
                "The place is off the list. Further down there is a button that puts it back.",
            )
            if removed
            else Text("Tempat dikembalikan ke daftar.", "The place is back on the list.")
        )
        return done(told, url_for("administration.points"))
    return _page(form), 422


def _find(point: int) -> ServicePoint:
    ask = asking()
    with ask.registry.reading() as tx:
        return service_points.find(tx, ask.office, point)


def _form_page(form: Form, held: ServicePoint | None) -> str:
    return render_template(
        "staff/administration/point.html",
        form=form,
        held=held,
        kinds=options(KIND_NAMES.items()),
        most=POINT_CHARACTERS,
    )


def _starting_with(facts: PointFacts) -> Form:
    return Form(
        {
            "kind": facts.kind.value,
            "name": facts.name,
            "address": facts.address,
            "hours": facts.hours,
            "records": "1" if facts.records else "",
            "prints": "1" if facts.prints else "",
            "closed_since": facts.closed_since.isoformat() if facts.closed_since else "",
            "notice": facts.notice,
        }
    )


def _typed(form: Form) -> PointFacts | None:
    closed_since = typed_day(form, "closed_since")
    with form.catching():
        if form["kind"] not in list(PointKind):
            raise FieldError(Problem("kind", "unknown", Text("Pilih dari daftar.", "Choose from the list.")))
        return PointFacts(
            kind=PointKind(form["kind"]),
            name=one_line(form["name"]),
            address=one_line(form["address"]),
            hours=one_line(form["hours"]),
            records=bool(form["records"]),
            prints=bool(form["prints"]),
            closed_since=closed_since,
            notice=one_line(form["notice"]),
        )
    return None
