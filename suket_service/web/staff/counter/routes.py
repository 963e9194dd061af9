"""Pages of the counter: who is asked for, whether they may get a letter, and the request for one.

From the search to a submitted draft takes six interactions: search, open the request, tick the family card,
open the camera, take the picture, submit (an upload takes one less, which leaves room for the preview).
"""

from apiflask import APIBlueprint
from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import Action, may
from suket_service.core.nik import LENGTH
from suket_service.core.reason import Reason
from suket_service.core.resident import RECORDING_NAMES
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.issuing import eligibility
from suket_service.issuing.applying import FIXED, fields_of
from suket_service.issuing.eligibility import Eligibility
from suket_service.registry import letters, offices, residents
from suket_service.registry.residents import Entry, Hits
from suket_service.registry.session import Transaction
from suket_service.web import searches
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import say
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.counter import asking, second_look

blueprint = APIBlueprint("counter", __name__, enable_openapi=False)

MOST_SHOWN = 30
HELD = Text("Konsep disimpan. Periksa, lalu ajukan.", "The draft was saved. Check it, then submit it.")
SUBMITTED = Text("Konsep diajukan kepada penyetuju.", "The draft was submitted to the approver.")


@blueprint.route("/counter", methods=["GET", "POST"])
def search() -> ResponseReturnValue:
    """Look someone up, and say at once whether they may get a letter. By POST: a NIK is in no address."""
    if request.method == "POST":
        searches.keep("counter", {"cari": Form.given()["cari"]})
        return redirect(url_for("counter.search", dicari=1), 303)
    asked = "dicari" in request.args
    form = searches.kept("counter") if asked else Form()
    wanted = form["cari"]
    me = signed_in()
    found, answered, unlisted = Hits((), more=False), [], None
    with context().registry.reading() as tx:
        if residents.is_enough(wanted):
            found = residents.search(tx, me.office.code, wanted, MOST_SHOWN)
            answered = eligibility.of_entries(tx, me.office.code, found.entries, me.at)
        nik = "".join(wanted.split())
        if residents.is_nik(wanted) and len(nik) == LENGTH and not found.entries:
            unlisted = eligibility.of_unlisted(tx, me.office.code, nik, me.at)
    return render_template(
        "staff/counter/search.html",
        form=form,
        asked=asked,
        enough=residents.is_enough(wanted),
        answered=answered,
        more=found.more,
        unlisted=unlisted,
        nik=nik,
        recording=RECORDING_NAMES,
        most=MOST_SHOWN,
    )


@blueprint.route("/counter/<int:resident>", methods=["GET", "POST"])
def form(resident: int) -> ResponseReturnValue:
    """A request for someone of the register; with ``?gantikan=`` for a letter in the place of that one."""
    me, given = signed_in(), Form.given()
    with context().registry.reading() as tx:
        entry = residents.by_id(tx, me.office.code, resident)
        replaced = _replaced(tx, entry)
        usual = asking.usual_reason(entry.state, offices.cards_in_stock(tx, me.office.code))
    fixed = {field: fields_of(entry.resident)[field] for field in FIXED} | {"menggantikan": replaced}
    if request.method == "POST":
        return _take(given, entry, fixed)
    fresh = {**fields_of(entry.resident), "alasan_kode": usual or "", **fixed}
    return _page(Form(fresh), entry, fixed)


@blueprint.route("/counter/unlisted", methods=["GET", "POST"])
def unlisted() -> ResponseReturnValue:
    """A request for someone who is not in the register, which two people must agree to pass over."""
    given = Form.given()
    if request.method == "POST" and "mulai" not in given:
        return _take(given, None, {})
    return _page(Form({"nik": given["nik"], "kewarganegaraan": "WNI"}), None, {})


@blueprint.post("/counter/hints")
def hints() -> ResponseReturnValue:
    """What is worth a second look in a form that is being filled in, by field."""
    given = Form.given()
    with context().registry.reading() as tx:
        found = [*second_look.hints(given), *second_look.doubles(tx, given)]
    return jsonify([{"field": hint.field, "text": say(hint.text)} for hint in found])


def _take(given: Form, entry: Entry | None, fixed: dict[str, str]) -> ResponseReturnValue:
    me, held = signed_in(), given["aksi"] == "simpan"
    picture, kept = None, asking.kept_in(given)
    with given.catching():
        picture = given.file(asking.PICTURE)
        application = asking.application(given, picture, kept, fixed)
        try:
            letter = issuing.draft(context().registry, application, me.username, me.at, held=held)
        except RequestRefused as refused:
            if refused.code != "request_key_reused":
                raise
            raise RequestRefused([_SENT_ALREADY]) from None
        return done(HELD if held else SUBMITTED, url_for("drafts.draft", letter=letter))
    return _page(given, entry, fixed, asking.keep(given, picture, kept)), 422


def _page(given: Form, entry: Entry | None, fixed: dict[str, str], kept: str = "") -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        known = entry or residents.find(tx, me.office.code, [given["nik"]]).get(given["nik"])
        answer = (
            eligibility.of_unlisted(tx, me.office.code, given["nik"], me.at)
            if known is None
            else eligibility.of_entries(tx, me.office.code, [known], me.at)[0][1]
        )
        return render_template(
            "staff/counter/form.html",
            form=given,
            entry=entry,
            known=known,
            fixed=fixed,
            answer=answer,
            offered=request.method == "POST" or _offered(answer, fixed),
            choices=asking.choices(tx, answer.kinds),
            namesakes=second_look.namesakes(tx, entry.resident) if entry else None,
            hints=second_look.hints(Form({**fields_of(entry.resident), **given.values()})) if entry else [],
            kept=kept,
            all_reasons=tuple(Reason),
            reason_of=asking.reason_of,
            recording=RECORDING_NAMES,
        )


def _offered(answer: Eligibility, fixed: dict[str, str]) -> bool:
    """Whether a form is worth filling in; one that is filled in already always stays."""
    replaces = answer.may_be_replaced and fixed.get("menggantikan")
    return answer.may_ask or answer.may_be_overridden or bool(replaces)


def _replaced(tx: Transaction, entry: Entry) -> str:
    """The number of the letter that is to be replaced, where it is this person's; "" where none is.

    Raises:
        NotFound: another person's, or no letter that could be replaced.
    """
    asked = request.args.get("gantikan")
    if asked is None:
        return ""
    record = letters.by_id(tx, signed_in().office.code, asked)
    ours = record.resident.nik == entry.resident.nik and may(record.state, Action.SUPERSEDE)
    if record.number is None or not ours:
        raise letters.no_letter()
    return record.number


_SENT_ALREADY = Problem(
    "",
    "sent_already",
    Text(
        "Permohonan dari halaman ini sudah menjadi konsep. Ubahlah konsep itu.",
        "What this page asked for is a draft already. Change that draft.",
    ),
)
