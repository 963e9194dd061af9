"""Unusual issuing, for days of the auditor's choice. Judges nobody: it says what stands out, and by which rule."""

from collections.abc import Mapping
from datetime import date, timedelta, timezone

from flask import render_template
from flask.typing import ResponseReturnValue

from suket_service.core.letter import Office
from suket_service.core.unusual import (
    LOOK_BACK,
    RULES,
    Finding,
    Period,
    Rule,
    can_judge_rushes,
    fresh_recordings,
    newest_first,
    outside_hours,
    overrides,
    rushes,
)
from suket_service.errors import Text
from suket_service.registry import offices
from suket_service.registry import unusual as issuing
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form, page_number
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.audit import asking

#: Days that are judged when nothing else is asked for, the last one today.
USUAL_DAYS = 30
MOST_DAYS = 92
PAGE = 20
#: Letters that a finding names; the rest stand in the list of that day.
MOST_NAMED = 20


NAMES = {
    Rule.OUTSIDE_HOURS: Text("Di luar jam buka", "Outside opening hours"),
    Rule.RUSH: Text("Lonjakan dalam satu jam", "A rush within one hour"),
    Rule.OVERRIDES: Text("Banyak pengecualian", "Many overrides"),
    Rule.FRESH_RECORDING: Text("Status perekaman baru saja diubah", "Recording state changed just before"),
}


def unusual() -> ResponseReturnValue:
    """What stands out among the letters of some days."""
    form, me = asking.from_address(), signed_in()
    last = asking.day(form, "last") or me.today
    first = asking.day(form, "first") or last - timedelta(days=USUAL_DAYS - 1)
    if form.ok and not first <= last < first + timedelta(days=MOST_DAYS):
        form.refuse("last", _TOO_LONG)
    found: list[Finding] = []
    people: Mapping[str, str] = {}
    judged = True
    if form.ok:
        with context().registry.reading() as tx:
            found, judged = findings(tx, me.office, first, last)
            people = asking.actors(tx, me.office)
    page = page_number()
    return (
        render_template(
            "staff/audit/unusual.html",
            form=Form({"first": first.isoformat(), "last": last.isoformat()}) if form.ok else form,
            findings=found[(page - 1) * PAGE : page * PAGE],
            count=len(found),
            page=page,
            pages=-(-len(found) // PAGE),
            rules=RULES,
            names=NAMES,
            people=people,
            judged=judged,
            first=first,
            last=last,
            most=MOST_NAMED,
        ),
        200 if form.ok else 422,
    )


def findings(tx: Transaction, office: Office, first: date, last: date) -> tuple[list[Finding], bool]:
    """What stands out on those days, latest first, and whether rushes could be told from their first day on."""
    opening = {
        weekday: (hours.opens, hours.closes)
        for weekday, hours in enumerate(offices.opening_hours(tx, office.code).days)
        if hours is not None
    }
    period = Period(first, last, timezone(office.utc_offset), opening)
    letters = issuing.issued(tx, office.code, first, last)
    earlier = issuing.issue_times(tx, office.code, first - LOOK_BACK, first - timedelta(days=1))
    changes = issuing.recording_changes(tx, office.code, first, last)
    found = [
        *outside_hours(letters, period),
        *rushes(letters, earlier, period),
        *overrides(letters, period),
        *fresh_recordings(letters, changes, period),
    ]
    return newest_first(found), can_judge_rushes(earlier, period)


_TOO_LONG = Text(
    f"Pilih paling banyak {MOST_DAYS} hari, dari yang lebih dulu sampai yang kemudian.",
    f"Choose at most {MOST_DAYS} days, from the earlier one to the later.",
)
