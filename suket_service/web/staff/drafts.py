"""Drafts at the counter: looked at as they will be printed, corrected, submitted, withdrawn. Approves none."""

from collections.abc import Mapping
from dataclasses import dataclass

from apiflask import APIBlueprint
from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing, printing
from suket_service.core import reason as reasons
from suket_service.core import request as requests
from suket_service.core.letter import LetterState
from suket_service.core.nik import Nik
from suket_service.core.resident import RECORDING_NAMES
from suket_service.errors import PrinterError, Text, WrongState
from suket_service.issuing.applying import FIXED, fields_of
from suket_service.issuing.drafting import DRAFT_CHANGED
from suket_service.paper.wording import SEXES
from suket_service.registry import clients, letters, offices, residents, staff
from suket_service.registry.clients import Client
from suket_service.registry.letters import LetterRecord, Waiting, waiting_for
from suket_service.registry.residents import Entry
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.paging import paged
from suket_service.web.signed_in import may, signed_in
from suket_service.web.signing import press
from suket_service.web.staff.counter import asking, second_look
from suket_service.web.staff.counter.routes import HELD, SUBMITTED
from suket_service.web.staff.words import EVENT_NAMES, FIELD_NAMES

blueprint = APIBlueprint("drafts", __name__, enable_openapi=False)

PAGE_SIZE = 25
#: Whose drafts an address may ask for beside one's own: everybody's, or those of agencies' programs.
_EVERYBODY, _PROGRAMS = _WHOSE = ("kantor", "program")
_DRAFTS = (LetterState.DRAFT, LetterState.APPROVED, LetterState.WITHDRAWN)
WAITING_NAMES = {
    Waiting.RETURNED: Text("dikembalikan", "sent back"),
    Waiting.HELD: Text("belum diajukan", "not submitted"),
    Waiting.SUBMITTED: Text("menunggu persetujuan", "waiting for approval"),
    Waiting.APPROVED: Text("disetujui, belum terbit", "approved, not issued"),
}


@blueprint.get("/drafts")
def mine() -> str:
    """What is not issued yet: one's own, everybody's at this office, or what agencies' programs asked for."""
    me, office = signed_in(), signed_in().office.code
    whose = next((each for each in _WHOSE if each == request.args.get("siapa")), "")
    wanted = next((each for each in Waiting if each == request.args.get("keadaan")), None)
    by, theirs = None if whose else me.username, whose == _PROGRAMS
    with context().registry.reading() as tx:
        counts = letters.unissued(tx, office, by, wanted, 0, of_programs=theirs).counts
        at = paged(counts[wanted] if wanted else sum(counts.values()), PAGE_SIZE)
        found = letters.unissued(tx, office, by, wanted, PAGE_SIZE, at.offset, of_programs=theirs)
        unseen = letters.unissued(tx, office, None, None, 0, of_programs=True).at_the_counter
        names = staff.names(tx, office)
    return render_template(
        "staff/drafts/mine.html",
        found=found,
        wanted=wanted,
        whose=whose,
        unseen=unseen,
        names=names,
        page=at.page,
        pages=at.pages,
        waiting_for=waiting_for,
        waiting_names=WAITING_NAMES,
    )


@blueprint.get("/drafts/<letter>")
def draft(letter: str) -> ResponseReturnValue:
    """A draft with its preview; what is issued has a page of its own."""
    me = signed_in()
    with context().registry.reading() as tx:
        record = letters.by_id(tx, me.office.code, letter)
        if record.state not in _DRAFTS:
            return redirect(url_for("letters.letter", letter=letter))
        return _page(tx, record, Form())


@blueprint.get("/drafts/<letter>/preview.png")
def preview_picture(letter: str) -> Response:
    """The letter as it would be printed, as a picture."""
    return _preview(letter, "png")


@blueprint.get("/drafts/<letter>/preview.pdf")
def preview_pdf(letter: str) -> Response:
    """The letter as it would be printed, as PDF."""
    return _preview(letter, "pdf")


@blueprint.route("/drafts/<letter>/edit", methods=["GET", "POST"])
def edit(letter: str) -> ResponseReturnValue:
    """Correct a draft, also one that was sent back."""
    with context().registry.reading() as tx:
        editing = _editing(tx, letter)
    if editing.record.state is not LetterState.DRAFT:
        return redirect(url_for("drafts.draft", letter=letter), 303)
    if request.method == "GET":
        return _edit_page(editing, Form(editing.stored))
    given, me, held = Form.given(), signed_in(), request.form.get("aksi") == "simpan"
    picture, kept = None, asking.kept_in(given)
    with given.catching():
        picture = given.file(asking.PICTURE)
        stored = None if given[asking.NO_PICTURE] else editing.portrait
        application = asking.application(
            given, picture, kept or stored, editing.fixed, in_words=editing.record.papers is None
        )
        try:
            issuing.amend(
                context().registry,
                me.office.code,
                letter,
                application,
                _revision(given),
                by=me.username,
                at=me.at,
                held=held,
            )
        except WrongState as refused:
            if refused.code != DRAFT_CHANGED:
                raise
            return _edit_page(editing, given, asking.keep(given, picture, kept), changed=True), 409
        return done(HELD if held else SUBMITTED, url_for("drafts.draft", letter=letter))
    changed = _revision(given) != editing.record.revision
    return _edit_page(editing, given, asking.keep(given, picture, kept), changed=changed), 422


@blueprint.post("/drafts/<letter>/submit")
def submit(letter: str) -> ResponseReturnValue:
    """Hand a draft to the approver as it is."""
    form, me = Form.given(), signed_in()
    with form.catching():
        issuing.submit(context().registry, me.office.code, letter, _revision(form), me.username, me.at)
        return done(SUBMITTED, url_for("drafts.draft", letter=letter))
    return _refused(letter, form)


@blueprint.post("/drafts/<letter>/withdraw")
def withdraw(letter: str) -> ResponseReturnValue:
    """Give a draft up."""
    form, me = Form.given(), signed_in()
    with form.catching():
        issuing.withdraw(context().registry, me.office.code, letter, me.username, form["reason"], me.at)
        return done(Text("Konsep ditarik.", "The draft was withdrawn."), url_for("drafts.mine"))
    return _refused(letter, form)


@dataclass(frozen=True)
class _Editing:
    """A draft that is being corrected: what is stored, and what of it is not the form's to say."""

    record: LetterRecord
    entry: Entry | None
    portrait: bytes | None
    stored: Mapping[str, str]
    fixed: Mapping[str, str]


def _editing(tx: Transaction, letter: str) -> _Editing:
    office = signed_in().office.code
    record = letters.by_id(tx, office, letter)
    nik = record.resident.nik
    entry = residents.find(tx, office, [nik]).get(nik)
    person = fields_of(record.resident)
    code = None if record.papers is None else record.reason_code  # of a row of a file the words alone count
    stored = {
        **person,
        "jenis_surat": str(record.kind),
        reasons.CODE_FIELD: code or "",
        reasons.WORDS_FIELD: record.reason,
        **(record.papers or {}),
        "pengecualian": record.override_reason or "",
    }
    # The register's word on a person is today's, not that of the day on which the draft was made.
    fixed = {field: fields_of(entry.resident)[field] for field in FIXED} if entry else {"nik": nik}
    fixed["menggantikan"] = ""  # whose place it takes is the draft's own, and stays
    jpeg = letters.portrait(tx, record.portrait) if record.portrait else None
    return _Editing(record, entry, jpeg, {**stored, **fixed}, fixed)


def _edit_page(editing: _Editing, form: Form, kept: str = "", *, changed: bool = False) -> str:
    with context().registry.reading() as tx:
        now = _editing(tx, editing.record.id)  # by now someone else may have saved theirs
        kinds = [*asking.kinds_open(tx)]
        kinds += [kind for kind in [offices.kinds(tx)[now.record.kind]] if kind not in kinds]
        return render_template(
            "staff/drafts/edit.html",
            form=form,
            record=now.record,
            entry=now.entry,
            fixed=now.fixed,
            choices=asking.choices(tx, kinds),
            cards=offices.cards_in_stock(tx, signed_in().office.code),
            needs_override=now.entry is None or not now.entry.state.may_get_letter,
            theirs=_differences(now.stored, form) if changed else None,
            by=letters.events(tx, now.record.id)[-1] if changed else None,
            names=staff.names(tx, signed_in().office.code),
            program=program_of(tx, now.record),
            hints=second_look.hints(Form({**now.stored, **form.values()})),
            kept=kept,
            all_reasons=tuple(reasons.Reason),
            reason_of=asking.reason_of,
            recording=RECORDING_NAMES,
            field_names=_field_names(),
        )


def _differences(stored: Mapping[str, str], form: Form) -> list[tuple[str, str, str]]:
    """Field by field, where they differ: what is stored by now, and what was typed."""
    named = [field for field in _field_names() if field in form]
    return [
        (field, stored.get(field, ""), form[field]) for field in named if stored.get(field, "") != form[field]
    ]


def _field_names() -> dict[str, Text]:
    return {**FIELD_NAMES, **{field: paper.label for field, paper in reasons.PAPERS.items()}}


def _refused(letter: str, form: Form) -> ResponseReturnValue:
    with context().registry.reading() as tx:
        record = letters.by_id(tx, signed_in().office.code, letter)
        if record.state not in _DRAFTS:  # issued meanwhile: its own page says so
            return redirect(url_for("letters.letter", letter=letter), 303)
        return _page(tx, record, form), 422


def _page(tx: Transaction, record: LetterRecord, form: Form) -> str:
    me, nik = signed_in(), record.resident.nik
    entry = residents.find(tx, me.office.code, [nik]).get(nik)
    ready = entry is not None and entry.card_is_ready
    cards = offices.cards_in_stock(tx, me.office.code)
    return render_template(
        "staff/drafts/draft.html",
        form=form,
        record=record,
        entry=entry,
        waits=waiting_for(record),
        kind=offices.kinds(tx)[record.kind],
        replaces=letters.by_id(tx, me.office.code, record.replaces) if record.replaces else None,
        events=letters.events(tx, record.id),
        names=staff.names(tx, me.office.code),
        program=program_of(tx, record),
        sexes=SEXES,
        namesakes=second_look.namesakes(tx, record.resident),
        hints=requests.warnings(Nik(nik), record.resident),
        card_ready=ready and bool(cards),
        cards=cards,
        reasons=reasons,
        recording=RECORDING_NAMES,
        waiting_names=WAITING_NAMES,
        event_names=EVENT_NAMES,
        may_change=may("drafts.edit"),
    )


def program_of(tx: Transaction, record: LetterRecord) -> Client | None:
    """The agency's program that asked for a letter, by its newest key; None where a person did."""
    keys = clients.of_office(tx, record.office)
    return next((each for each in keys if each.account == record.requested_by), None)


def _preview(letter: str, kind: str) -> Response:
    me, settings = signed_in(), context().settings
    drawn = printing.draft_picture if kind == "png" else printing.draft_pdf
    try:
        body = drawn(context().registry, me.office.code, letter, press(), settings.base_url, me.at)
    except (WrongState, PrinterError):
        abort(404)
    return Response(body, mimetype="image/png" if kind == "png" else "application/pdf")


def _revision(form: Form) -> int:
    given = form["revision"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1  # noqa: PLR2004
