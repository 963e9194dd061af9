"""The register of the recorded: what the office holds, and lists looked at before they are imported. Judges no row."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import ListChange, ListPreview
from suket_service.core.request import COLUMN_OF
from suket_service.core.resident import RECORDING_NAMES, parse_date
from suket_service.errors import FileRefused, Problem, Text
from suket_service.registry import offices, register_lists, uploads
from suket_service.registry.residents import Import
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets.table import Row
from suket_service.web.context import context, now
from suket_service.web.forms import Form, done
from suket_service.web.language import number
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.judged import Judged
from suket_service.web.staff.people_files import (
    bad_rows,
    by_field,
    chosen_table,
    page_of,
    rows_to_mend,
    so_far,
)
from suket_service.web.staff.people_templates import template_file

blueprint = APIBlueprint("register", __name__, enable_openapi=False)

_MOST_LISTED = 50
_MOST_BAD_SHOWN = 100
_judged: Judged[ListPreview] = Judged()


@blueprint.get("/register")
def start() -> str:
    """What the office holds today, a list to upload, and the lists before it."""
    return _start(Form({"as_of": signed_in().today.isoformat()}))


@blueprint.post("/register")
def upload() -> ResponseReturnValue:
    """Keep a list, to be looked at. Nothing of it is imported yet."""
    me, form = signed_in(), Form.given()
    with form.catching(), by_field():
        as_of = parse_date(form["as_of"], "as_of")
        origin = Import(me.office.code, form["source"], as_of, me.username, me.at)
        table = chosen_table(form)
        kept = administering.keep_list(context().registry, table.name, table.data, origin, form.once)
        return redirect(url_for("register.incoming", upload=kept), 303)
    return _start(form), 422


def _start(form: Form) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        held = register_lists.held(tx, me.office.code)
        listed = uploads.of_office(tx, me.office.code, Purpose.RESIDENTS, _MOST_LISTED)
    return render_template("staff/register/start.html", form=form, held=held, uploads=listed)


@blueprint.get("/register/<upload>")
def incoming(upload: str) -> str:
    """A list as it stands: what it would change, how far it is, or what it changed."""
    return _incoming(upload, Form())


def _incoming(upload_id: str, form: Form) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        upload = uploads.by_id(tx, me.office.code, Purpose.RESIDENTS, upload_id)
    seen = _judged.of(
        upload,
        me.at,
        lambda: administering.preview_list(context().registry, me.office.code, upload_id, me.at),
    )
    counts = seen.counts
    return render_template(
        "staff/register/incoming.html",
        form=form,
        upload=seen.upload,
        counts=counts,
        state_changes=administering.state_changes(counts),
        bad=bad_rows(_refused(seen)[:_MOST_BAD_SHOWN]),
        older=len(seen.of(ListChange.OLDER)),
        changing=page_of(seen.of(ListChange.CHANGED, ListChange.NEW)),
        state_words=RECORDING_NAMES,
        column_of=COLUMN_OF,
        ListChange=ListChange,
    )


def _refused(seen: ListPreview) -> list[tuple[Row, Sequence[Problem]]]:
    return [(each.row, each.outcome.problems) for each in seen.of(ListChange.REFUSED)]


@blueprint.post("/register/<upload>/confirm")
def confirm(upload: str) -> ResponseReturnValue:
    """Import the next rows; asked again, by a button or a script, until all are through."""
    me, form = signed_in(), Form.given()
    with form.catching():
        current = administering.import_list(context().registry, me.office.code, upload, me.username, now)
        return so_far(current, _imported(current), url_for("register.incoming", upload=upload))
    return _incoming(upload, form), 422


def _imported(upload: Upload) -> Text:
    counts = upload.counts or {}
    new, changed = (number(counts.get(each.value, 0)) for each in (ListChange.NEW, ListChange.CHANGED))
    return Text(
        f"Daftar diimpor: {new} orang baru, {changed} berubah.",
        f"The list is imported: {new} people are new, {changed} changed.",
    )


@blueprint.post("/register/<upload>/discard")
def discard(upload: str) -> ResponseReturnValue:
    """Let go of a list before it is imported."""
    me, form = signed_in(), Form.given()
    with form.catching():
        administering.discard_list(context().registry, me.office.code, upload, me.username, me.at)
        text = Text("Isi daftar dihapus.", "The list's contents are deleted.")
        return done(text, url_for("register.start"))
    return _incoming(upload, form), 422


@blueprint.post("/register/<upload>/refused")
def refused(upload: str) -> ResponseReturnValue:
    """The rows that cannot be used, as they were typed, each with what is wrong with it."""
    me, form = signed_in(), Form.given()
    seen = administering.preview_list(context().registry, me.office.code, upload, me.at)
    rows = _refused(seen)
    with form.catching():
        if not rows:
            raise FileRefused("no_bad_rows", Text("Tidak ada baris yang ditolak.", "No row is refused."))
        administering.record_list_given_back(
            context().registry, me.office.code, upload, me.username, len(rows), me.at
        )
        return rows_to_mend("perbaikan-daftar", rows, [each.row for each in seen.rows], form["type"])
    return _incoming(upload, form), 422


@blueprint.get("/register/template.<any(xlsx, csv):file_type>")
def template(file_type: str) -> ResponseReturnValue:
    """An empty list to fill in."""
    me = signed_in()
    with context().registry.reading() as tx:
        villages, kinds = offices.villages_of(tx, me.office), offices.kinds(tx)
    return template_file("daftar-penduduk", villages, kinds.values(), file_type, register=True)
