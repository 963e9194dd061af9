"""What other agencies' programs asked in a half-year, on a page and as a file. Names nobody and changes nothing."""

import re
from datetime import date

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from suket_service import administering
from suket_service.administering import USAGE_HEADERS, Semester, Usage
from suket_service.sheets.write import write_csv, write_xlsx
from suket_service.web import attachments
from suket_service.web.language import t
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.administration.area import asking, blueprint

#: Half-years that the page offers, the present one first.
_OFFERED = 6
_SEMESTER = re.compile("([0-9]{4})-([12])", re.ASCII)


@blueprint.get("/administration/clients/usage")
def client_usage() -> str:
    """Every program with what it asked, by month and call."""
    chosen = _chosen()
    return render_template(
        "staff/administration/client_usage.html",
        usage=_usage(chosen),
        chosen=chosen,
        offered=_offered(),
        named=_named,
        key=_key,
        month_words=_month_words,
        call_words=administering.call_words,
    )


@blueprint.get("/administration/clients/usage/<form>")
def client_usage_file(form: str) -> Response:
    """The same as a file."""
    if form not in ("csv", "xlsx"):
        abort(404)
    chosen = _chosen()
    name = f"pemakaian-{signed_in().office.code}-{_key(chosen)}.{form}"
    rows = administering.usage_rows(_usage(chosen))
    if form == "csv":
        return attachments.attachment(write_csv(USAGE_HEADERS, rows), name, attachments.CSV)
    book = write_xlsx(f"Pemakaian {_key(chosen)}", USAGE_HEADERS, rows)
    return attachments.attachment(book, name, attachments.XLSX)


def _usage(chosen: Semester) -> Usage:
    ask = asking()
    return administering.usage_of(ask.registry, ask.office, chosen.first, chosen.last, ask.at)


def _chosen() -> Semester:
    asked = request.args.get("semester")
    if asked is None:
        return Semester.of(signed_in().today)
    typed = _SEMESTER.fullmatch(asked)
    if typed is None or int(typed[1]) < date.min.year:
        abort(404)
    return Semester(int(typed[1]), int(typed[2]))


def _offered() -> list[Semester]:
    offered = [Semester.of(signed_in().today)]
    while len(offered) < _OFFERED:
        offered.append(offered[-1].before)
    return offered


def _key(semester: Semester) -> str:
    return f"{semester.year:04}-{semester.half}"


def _named(semester: Semester) -> str:
    months = ("Januari–Juni", "January–June"), ("Juli–Desember", "July–December")
    return f"{t(*months[semester.half - 1])} {semester.year}"


def _month_words(month: date) -> str:
    return t(administering.month_words(month), f"{month:%B %Y}")
