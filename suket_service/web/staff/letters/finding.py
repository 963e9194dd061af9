"""Letters found: by whatever is typed or scanned into one field, in lists, and those nobody has collected.

Searches are posted, because they hold names and NIKs; lists by state, village, kind and day are addresses.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service.core.kind import Kind
from suket_service.core.region import Village
from suket_service.core.resident import parse_date
from suket_service.errors import Text
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord, lists, lookup
from suket_service.registry.letters.lists import Listed, Standing, Wanted
from suket_service.registry.session import Transaction
from suket_service.web import searches
from suket_service.web.context import context
from suket_service.web.forms import Form, page_number
from suket_service.web.language import say
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.letters import scanning
from suket_service.web.staff.letters.area import blueprint, standing_of

FILTERS = ("standing", "village", "kind", "from", "until")
_STANDINGS: dict[str, Text] = {
    Standing.VALID: Text("Berlaku", "Valid"),
    Standing.EXPIRED: Text("Lewat masa", "Expired"),
    Standing.SUSPENDED: Text("Ditangguhkan", "Suspended"),
    Standing.REVOKED: Text("Dicabut", "Revoked"),
    Standing.SUPERSEDED: Text("Digantikan", "Superseded"),
    Standing.WAITING: Text("Belum terbit", "Not issued yet"),
    Standing.WITHDRAWN: Text("Konsep ditarik", "Withdrawn drafts"),
}
#: For how many days back uncollected letters are listed: older ones were mostly given out before this was noted.
PERIODS = (7, 30, 90, 365)
_MOST_NAME_CHARACTERS = 200


@blueprint.route("/letters", methods=["GET", "POST"])
def find() -> ResponseReturnValue:
    """The one field, the filters, and the letters that fit."""
    if request.method == "GET" and "dicari" not in request.args:
        return _answer(Form({name: request.args.get(name, "") for name in FILTERS}))
    if request.method == "GET":
        form = searches.kept("letters")
        with context().registry.reading() as tx:
            return _answer(form, lookup.named(tx, signed_in().office, form["q"]) if form["q"] else ())
    form = Form.given()
    if not form["q"]:
        chosen = {name: form[name] for name in FILTERS if form[name]}
        return redirect(url_for("letters.find", **chosen), 303)  # type: ignore[arg-type]
    symbol = scanning.symbol_in(form["q"])
    if symbol is not None:
        scan = scanning.look_up(symbol)
        return redirect(scan.url, 303) if scan.url else scanning.told(scan)
    with context().registry.reading() as tx:
        found = lookup.named(tx, signed_in().office, form["q"])
    if len(found) == 1:
        return redirect(url_for("letters.letter", letter=found[0].id), 303)
    if len(form["q"]) > _MOST_NAME_CHARACTERS:
        return _answer(form)
    searches.keep("letters", {name: form[name] for name in ("q", *FILTERS)})
    return redirect(url_for("letters.find", dicari=1), 303)


def _answer(form: Form, found: Sequence[LetterRecord] = ()) -> ResponseReturnValue:
    me, answer = signed_in(), Listed(tuple(found), 1, len(found), more=False)
    with context().registry.reading() as tx:
        kinds, villages = offices.kinds(tx), offices.villages_of(tx, me.office)
        wanted = _wanted(form, kinds, villages)
        if wanted is not None and not found:
            answer = lists.listed(tx, me.office.code, wanted, me.today, page_number())
    page = render_template(
        "staff/letters/find.html",
        form=form,
        found=answer,
        standing_of=standing_of,
        standings=_options(Text("Semua yang terbit", "All that were issued"), _STANDINGS),
        villages=_options(_ALL, {code: Text(each.name, each.name) for code, each in villages.items()}),
        kinds=_options(_ALL, {str(code): Text(each.title, each.title) for code, each in kinds.items()}),
        filters={name: form[name] for name in FILTERS if form[name]},
        may_choose=may("letters.revoke_many"),
        may_draft=may("counter.search"),
    )
    return page, 200 if form.ok else 422


def _options(none: Text, choices: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [("", say(none)), *((value, say(text)) for value, text in choices.items())]


def _wanted(form: Form, kinds: dict[int, Kind], villages: dict[str, Village]) -> Wanted | None:
    """What a list is to be narrowed by; None where a filter cannot be understood, and the form says which."""
    standing, village, kind = form["standing"], form["village"], form["kind"]
    for field, fits in (
        ("standing", standing in ("", *Standing)),
        ("village", village in ("", *villages)),
        ("kind", kind in ("", *map(str, kinds))),
        ("q", len(form["q"]) <= _MOST_NAME_CHARACTERS),
    ):
        if not fits:
            form.refuse(field, _UNKNOWN)
    since, until = _day(form, "from"), _day(form, "until")
    if not form.ok:
        return None
    return Wanted(
        name=form["q"],
        standing=Standing(standing) if standing else None,
        village=village or None,
        issued_from=since,
        issued_until=until,
        kind=int(kind) if kind else None,
    )


def _day(form: Form, field: str) -> date | None:
    found = None
    if form[field]:
        with form.catching():
            found = parse_date(form[field], field)
    return found


@blueprint.get("/letters/waiting")
def waiting() -> str:
    """Letters that nobody has collected yet, the oldest first."""
    me, days = signed_in(), _period(request.args.get("days", ""))
    with context().registry.reading() as tx:
        since = me.today - timedelta(days=days)
        found = lists.waiting(tx, me.office.code, since, me.today, page_number())
        printed = letters.printings_of(tx, [record.id for record in found.records])
        ready = _ready(tx, found.records)
    return render_template(
        "staff/letters/waiting.html",
        found=found,
        days=days,
        periods=PERIODS,
        printed=printed,
        ready=ready,
        may_give=may("letters.hand_over"),
    )


def _period(asked: str) -> int:
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


def _ready(tx: Transaction, records: Sequence[LetterRecord]) -> frozenset[str]:
    return lists.cards_ready(tx, signed_in().office.code, [record.resident.nik for record in records])


_ALL = Text("Semua", "All")
_UNKNOWN = Text("Pilihan ini tidak dikenal.", "This choice is not known.")
