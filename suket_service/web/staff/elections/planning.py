"""Elections listed, planned, changed, cancelled. Shows no station."""

from datetime import date, datetime, time

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import PlannedElection
from suket_service.administering.elections import (
    NAME_CHARACTERS,
    REASON_CHARACTERS,
    USUAL_CLOSING,
    USUAL_OPENING,
)
from suket_service.core.resident import parse_date
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import elections, polling_stations
from suket_service.registry.elections import Election
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.elections.words import standing, zone
from suket_service.web.staff.reports.choosing import villages as known_villages

PAGE = 25
ALL, CHOSEN = "all", "chosen"


def index() -> str:
    """Every election of the office, the latest first."""
    me = signed_in()
    with context().registry.reading() as tx:
        held = elections.of_office(tx, me.office.code)
        stations = polling_stations.how_many(tx, me.office.code)
    shown = paged(len(held), PAGE)
    return render_template(
        "staff/elections/index.html",
        held=shown.of(held),
        standing=lambda each: standing(each, me.at),
        stations=stations,
        page=shown.page,
        pages=shown.pages,
    )


def new_form() -> ResponseReturnValue:
    """The form for another election."""
    return _page(Form({"opens": _clock(USUAL_OPENING), "closes": _clock(USUAL_CLOSING), "scope": ALL}), None)


def new() -> ResponseReturnValue:
    """Enter an election."""
    me, form = signed_in(), Form.given()
    plan = _plan(form)
    if plan is not None:
        with form.catching():
            made = administering.create_election(context().registry, me.office.code, plan, me.username, me.at)
            told = Text("Pemilihan sudah disimpan.", "The election is saved.")
            return done(told, url_for("elections.election", election=made))
    return _page(form, None)


def change_form(election: int) -> ResponseReturnValue:
    """The form for an election as it is planned."""
    held = found(election)
    return _page(_form(administering.planned(held, signed_in().office)), held)


def change(election: int) -> ResponseReturnValue:
    """Put a new plan in its place."""
    me, form, held = signed_in(), Form.given(), found(election)
    plan = _plan(form)
    if plan is not None:
        with form.catching():
            administering.change_election(
                context().registry, me.office.code, election, plan, me.username, me.at
            )
            told = Text(
                "Perubahan disimpan. Ponsel di TPS menerimanya saat tersambung berikutnya.",
                "The change is saved. Phones at the stations receive it when they next connect.",
            )
            return done(told, url_for("elections.election", election=election))
    return _page(form, held)


def cancel_form(election: int) -> ResponseReturnValue:
    """What cancelling means, and the reason for it."""
    return _cancelling(found(election), Form())


def cancel(election: int) -> ResponseReturnValue:
    """Say that it will not be held here."""
    me, form, held = signed_in(), Form.given(), found(election)
    with form.catching():
        administering.cancel_election(
            context().registry, me.office.code, election, form["reason"], me.username, me.at
        )
        told = Text("Pemilihan dibatalkan.", "The election is cancelled.")
        return done(told, url_for("elections.election", election=election))
    return _cancelling(held, form)


def found(election: int) -> Election:
    """An election of the reader's office.

    Raises:
        NotFound: also for another office's.
    """
    with context().registry.reading() as tx:
        return elections.by_id(tx, signed_in().office.code, election)


def _plan(form: Form) -> PlannedElection | None:
    """What was typed; None when a field of it cannot be understood, which then stands with the field."""
    day, issuing_day = _day(form, "day"), _day(form, "issuing_closes_day")
    opens, closes = _time(form, "opens"), _time(form, "closes")
    issuing = _time(form, "issuing_closes")
    chosen = tuple(form.all("villages")) if form["scope"] == CHOSEN else ()
    if form["scope"] == CHOSEN and not chosen:
        form.refuse("villages", _NO_VILLAGE)
    if not (day and issuing_day and opens is not None and closes is not None and issuing is not None):
        return None
    if not form.ok:
        return None
    return PlannedElection(form["name"], day, opens, closes, issuing_day, issuing, chosen)


def _day(form: Form, field: str) -> date | None:
    with form.catching():
        return parse_date(form[field], field)
    return None


def _time(form: Form, field: str) -> time | None:
    with form.catching():
        try:
            typed = datetime.strptime(form[field].replace(".", ":")[:5], "%H:%M")  # noqa: DTZ007 - a time alone
        except ValueError:
            raise FieldError(Problem(field, "time_form", _TIME)) from None
        return typed.time()
    return None


def _form(plan: PlannedElection) -> Form:
    return Form(
        {
            "name": plan.name,
            "day": plan.day.isoformat(),
            "opens": _clock(plan.opens),
            "closes": _clock(plan.closes),
            "issuing_closes_day": plan.issuing_closes_day.isoformat(),
            "issuing_closes": _clock(plan.issuing_closes),
            "scope": CHOSEN if plan.villages else ALL,
            "villages": plan.villages,
        }
    )


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _page(form: Form, held: Election | None) -> ResponseReturnValue:
    return render_template(
        "staff/elections/plan.html",
        form=form,
        held=held,
        zone=zone(),
        villages=known_villages(),
        most=NAME_CHARACTERS,
    ), 200 if form.ok else 422


def _cancelling(held: Election, form: Form) -> ResponseReturnValue:
    me = signed_in()
    return render_template(
        "staff/elections/cancel.html",
        form=form,
        held=held,
        standing=standing(held, me.at),
        most=REASON_CHARACTERS,
    ), 200 if form.ok else 422


_TIME = Text("Tulis jamnya, misalnya 07:00.", "Write the time, such as 07:00.")
_NO_VILLAGE = Text(
    "Pilih paling sedikit satu kelurahan, atau semuanya.", "Choose at least one village, or all of them."
)
