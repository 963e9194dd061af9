"""Files of requests: uploaded, looked at, mended, and their good rows drafted. Judges no row itself."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.issuing import RowFate, UploadPreview
from suket_service.registry import letters, offices, uploads
from suket_service.registry.letters import LetterRecord
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets.table import Row
from suket_service.web.context import context, now
from suket_service.web.forms import Form, done
from suket_service.web.language import number
from suket_service.web.paper_checks import PaperChecks
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.judged import Judged
from suket_service.web.staff.people_files import (
    bad_rows,
    by_field,
    chosen_pictures,
    chosen_table,
    page_of,
    rows_to_mend,
    so_far,
)
from suket_service.web.staff.people_templates import template_file

blueprint = APIBlueprint("batches", __name__, enable_openapi=False)

#: How long a preview may lay out letters with long texts on trial, in seconds.
_PATIENCE = 3.0
_MOST_LISTED = 50
_MOST_BAD_SHOWN = 100
_judged: Judged[tuple[UploadPreview, int]] = Judged()


@blueprint.get("/batches")
def start() -> str:
    """A file to upload, the template for it, and what was uploaded before."""
    return _start(Form())


@blueprint.post("/batches")
def upload() -> ResponseReturnValue:
    """Keep a file and its portraits, to be looked at. Nothing of it is drafted yet."""
    me, form = signed_in(), Form.given()
    with form.catching(), by_field():
        kept = issuing.keep_upload(
            context().registry,
            me.office.code,
            me.username,
            chosen_table(form),
            chosen_pictures(),
            me.at,
            upload_id=form.once,
            mends=form["mends"] or None,
        )
        return redirect(url_for("batches.batch", upload=kept), 303)
    return _start(form), 422


def _start(form: Form) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        listed = uploads.of_office(tx, me.office.code, Purpose.REQUESTS, _MOST_LISTED)
    return render_template(
        "staff/batches/start.html", form=form, uploads=listed, may_upload=may("batches.upload")
    )


@blueprint.get("/batches/<upload>")
def batch(upload: str) -> str:
    """A file as it stands: what its rows would become, how far they are, or what became of them."""
    return _batch(upload, Form())


def _batch(upload_id: str, form: Form) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        upload = uploads.by_id(tx, me.office.code, Purpose.REQUESTS, upload_id)
    if not upload.is_held:
        return render_template(
            "staff/batches/gone.html", upload=upload, drafts=_drafts_of(upload), most=_MOST_LISTED
        )
    seen, unmeasured = _judged.of(upload, me.at, lambda: _judge(upload_id))
    return render_template(
        "staff/batches/batch.html",
        form=form,
        seen=seen,
        upload=seen.upload,
        counts=seen.counts,
        bad=bad_rows(_refused(seen)[:_MOST_BAD_SHOWN]),
        good=page_of([*seen.of(RowFate.READY), *seen.of(RowFate.DRAFTED, RowFate.UNCHANGED)]),
        unmeasured=unmeasured,
        may_change=may("batches.confirm"),
        RowFate=RowFate,
    )


def _judge(upload_id: str) -> tuple[UploadPreview, int]:
    me = signed_in()
    checks = PaperChecks(me, _PATIENCE)
    seen = issuing.preview_upload(context().registry, me.office.code, upload_id, me.at, checks)
    return seen, checks.left


def _refused(seen: UploadPreview) -> list[tuple[Row, Sequence[Problem]]]:
    return [(each.row, each.outcome.problems) for each in seen.of(RowFate.REFUSED)]


def _drafts_of(upload: Upload) -> list[LetterRecord]:
    with context().registry.reading() as tx:
        return letters.search(tx, upload.office, batch=upload.sha256, limit=_MOST_LISTED)


@blueprint.post("/batches/<upload>/photos")
def add_photos(upload: str) -> ResponseReturnValue:
    """Add the photographs that were missing."""
    me, form = signed_in(), Form.given()
    with form.catching(), by_field():
        pictures = chosen_pictures()
        if not pictures:
            raise FieldError(Problem("photos", "no_file", _NO_PHOTOS))
        used = issuing.add_photos(context().registry, me.office.code, upload, me.username, pictures, me.at)
        text = Text(f"{used} foto ditambahkan.", f"{used} photographs added.")
        return done(text, url_for("batches.batch", upload=upload))
    return _batch(upload, form), 422


@blueprint.post("/batches/<upload>/confirm")
def confirm(upload: str) -> ResponseReturnValue:
    """Draft the next good rows; asked again, by a button or a script, until all are through."""
    me, form = signed_in(), Form.given()
    with form.catching():
        current = issuing.draft_upload(
            context().registry, me.office.code, upload, me.username, now, PaperChecks(me)
        )
        return so_far(current, _drafted(current), url_for("batches.batch", upload=upload))
    return _batch(upload, form), 422


def _drafted(upload: Upload) -> Text:
    made = number((upload.counts or {}).get(RowFate.DRAFTED.value, 0))
    return Text(f"{made} konsep menunggu persetujuan.", f"{made} drafts wait for approval.")


@blueprint.post("/batches/<upload>/discard")
def discard(upload: str) -> ResponseReturnValue:
    """Let go of a file before it is confirmed."""
    me, form = signed_in(), Form.given()
    with form.catching():
        issuing.discard_upload(context().registry, me.office.code, upload, me.username, me.at)
        text = Text(
            "Isi berkas dihapus; tidak ada konsep yang dihapus.",
            "The file's contents are deleted; no draft is.",
        )
        return done(text, url_for("batches.start"))
    return _batch(upload, form), 422


@blueprint.post("/batches/<upload>/refused")
def refused(upload: str) -> ResponseReturnValue:
    """The rows that cannot be used, as they were typed, each with what is wrong with it."""
    me, form = signed_in(), Form.given()
    seen = issuing.preview_upload(
        context().registry, me.office.code, upload, me.at, PaperChecks(me, _PATIENCE)
    )
    rows = _refused(seen)
    with form.catching():
        if not rows:
            raise FileRefused("no_bad_rows", Text("Tidak ada baris yang ditolak.", "No row is refused."))
        issuing.record_given_back(context().registry, me.office.code, upload, me.username, len(rows), me.at)
        everything = [each.row for each in seen.rows]
        return rows_to_mend("perbaikan-permohonan", rows, everything, form["type"])
    return _batch(upload, form), 422


@blueprint.get("/batches/template.<any(xlsx, csv):file_type>")
def template(file_type: str) -> ResponseReturnValue:
    """An empty file of requests to fill in."""
    me = signed_in()
    with context().registry.reading() as tx:
        villages, kinds = offices.villages_of(tx, me.office), offices.kinds(tx)
    return template_file("permohonan", villages, kinds.values(), file_type, register=False)


_NO_PHOTOS = Text("Pilih fotonya dahulu.", "Choose the photographs first.")
