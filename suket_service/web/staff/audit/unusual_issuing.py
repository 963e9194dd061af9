"""Unusual issuing, for days of the auditor's choice. Judges nobody: it says what stands out, and by which rule."""

from collections.abc import Mapping
from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.core.unusual import RULES, Finding, Rule
from suket_service.errors import Text
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.paging import paged
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
    Rule.UNCONFIRMED: Text(
        "Program sering ditolak daftar penduduk", "A program often refused by the register"
    ),
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
            found, judged = administering.unusual_issuing(tx, me.office, first, last)
            people = asking.actors(tx, me.office)
    at = paged(len(found), PAGE)
    return (
        render_template(
            "staff/audit/unusual.html",
            form=Form({"first": first.isoformat(), "last": last.isoformat()}) if form.ok else form,
            findings=at.of(found),
            count=len(found),
            page=at.page,
            pages=at.pages,
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


_TOO_LONG = Text(
    f"Pilih paling banyak {MOST_DAYS} hari, dari yang lebih dulu sampai yang kemudian.",
    f"Choose at most {MOST_DAYS} days, from the earlier one to the later.",
)
