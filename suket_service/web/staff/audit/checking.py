"""The chain and the letters checked, saying while it runs how far it is. Changes nothing, mends nothing.

The answer is written out while the check goes on: whoever waits sees true progress, without a script.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum

from flask import render_template, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from suket_service import administering
from suket_service.administering import AuditCheck
from suket_service.core.checkpoint import Checkpoint
from suket_service.errors import FieldError, Problem, SuketError, Text
from suket_service.registry import audit_search
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import moment, number
from suket_service.web.signed_in import signed_in

_MARK = "<!-- the check stands here -->"


class Tone(StrEnum):
    """How a result reads: well, badly, or undecided."""

    GOOD = "green"
    BAD = "red"
    OPEN = "amber"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, what it proves and what to do."""

    tone: Tone
    found: Text
    meaning: Text


def checks() -> str:
    """The form: against which checkpoint, and whether letters are checked too."""
    return render_template("staff/audit/check.html", form=Form())


def check() -> ResponseReturnValue:
    """The check, step by step."""
    form = Form.given()
    given: Checkpoint | None = None
    with form.catching():
        token = _token(form)
        given = None if token is None else administering.open_checkpoint(context().registry, token)
    if not form.ok:
        return render_template("staff/audit/check.html", form=form), 422
    before, _, after = render_template("staff/audit/checking.html", mark=_MARK).partition(_MARK)
    steps = _steps(given, with_letters=bool(form["letters"]))
    response = Response(
        stream_with_context(_pieces(before, steps, after)), content_type="text/html; charset=utf-8"
    )
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that waits for the end would hide the progress
    return response


def _token(form: Form) -> str | None:
    """The checkpoint that was pasted or sent; None where there is none."""
    sent = form.file("file")
    if sent is None:
        return form["checkpoint"] or None
    if form["checkpoint"]:
        raise FieldError(Problem("checkpoint", "two_checkpoints", _TWO))
    return sent.decode("utf-8", "replace")


def _pieces(before: str, steps: Iterator[str], after: str) -> Iterator[str]:
    yield before
    yield from steps
    yield after


def _steps(given: Checkpoint | None, *, with_letters: bool) -> Iterator[str]:
    try:
        found = yield from _chain(given)
        yield render_template("staff/audit/result.html", result=of_chain(found, given))
        if with_letters:
            yield render_template("staff/audit/step.html", done=None, of=None)
            strange = administering.first_strange_letter(context().registry)
            yield render_template("staff/audit/result.html", result=of_letters(strange), **_letter(strange))
    except SuketError as error:
        failed = Result(Tone.BAD, error.text, _STOPPED)
        yield render_template("staff/audit/result.html", result=failed)


def _chain(given: Checkpoint | None) -> Generator[str, None, AuditCheck]:
    steps = administering.check_in_steps(context().registry, given)
    while True:
        try:
            done, of = next(steps)
        except StopIteration as end:
            found: AuditCheck = end.value
            return found
        yield render_template("staff/audit/step.html", done=done, of=of)


def _letter(strange: str | None) -> dict[str, str | bool | None]:
    """Where a strange letter can be looked at; another office's is not named."""
    if strange is None:
        return {}
    with context().registry.reading() as tx:
        found = audit_search.letters_named(tx, signed_in().office.code, [strange]).get(strange)
    return {"letter": found, "number": strange, "foreign": found is None}


def of_chain(found: AuditCheck, given: Checkpoint | None) -> Result:
    """The chain's result in words, with what it proves."""
    if found.first_break is not None:
        return Result(
            Tone.BAD,
            Text(
                f"RANTAI PUTUS pada catatan {number(found.first_break)}.",
                f"CHAIN BROKEN at entry {number(found.first_break)}.",
            ),
            _BROKEN,
        )
    if given is None:
        return Result(
            Tone.GOOD,
            Text(
                f"Rantai utuh dalam dirinya: {number(found.entries)} catatan.",
                f"The chain is whole in itself: {number(found.entries)} entries.",
            ),
            _WHOLE_IN_ITSELF,
        )
    when, entries = moment(given.at), number(given.entries)
    if found.fits_checkpoint:
        return Result(
            Tone.GOOD,
            Text(
                f"Utuh, {number(found.entries)} catatan, dan cocok dengan titik periksa {when} ({entries} catatan).",
                f"Whole, {number(found.entries)} entries, and it fits the checkpoint of {when} ({entries} entries).",
            ),
            _FITS,
        )
    if found.fits_checkpoint is None:
        return Result(
            Tone.OPEN,
            Text(
                f"Rantai utuh, tetapi titik periksa {when} tidak dapat dibandingkan.",
                f"The chain is whole, but the checkpoint of {when} cannot be compared.",
            ),
            Text(
                f"Registri dipulihkan dari cadangan pada catatan {found.lost_in_restore}, dengan titik periksa ini sebagai saksi: "
                "yang dicatat antara cadangan dan kerusakan hilang. Bandingkan dengan titik periksa yang lebih baru.",
                f"Entry {found.lost_in_restore} restored the registry from a backup, with this very checkpoint as witness: "
                "what was noted between backup and crash is lost. Compare with a later checkpoint.",
            ),
        )
    return Result(
        Tone.BAD,
        Text(
            f"TIDAK COCOK dengan titik periksa {when} ({entries} catatan), meskipun utuh dalam dirinya.",
            f"Does NOT FIT the checkpoint of {when} ({entries} entries), although it is whole in itself.",
        ),
        _rewritten(found.lost_in_restore),
    )


def of_letters(strange: str | None) -> Result:
    """The letters' result in words, with what it proves."""
    if strange is None:
        return Result(
            Tone.GOOD,
            Text(
                "Setiap surat sesuai dengan catatan audit dan dengan segelnya sendiri.",
                "Every letter is as the audit and its own seal have it.",
            ),
            _LETTERS_FIT,
        )
    return Result(
        Tone.BAD,
        Text("Ada surat yang TIDAK SESUAI.", "There is a letter that does NOT FIT."),
        _STRANGE,
    )


def _rewritten(restore: int | None) -> Text:
    if restore is None:
        return _REWRITTEN
    return Text(
        f"{_REWRITTEN.id} Catatan {restore} adalah pemulihan dari cadangan yang mungkin menjelaskannya, tetapi tidak membuktikannya.",
        f"{_REWRITTEN.en} Entry {restore} is a restore from a backup, which might explain it and does not prove it.",
    )


_TWO = Text(
    "Tempel isi titik periksa atau pilih berkasnya, jangan keduanya.",
    "Paste a checkpoint or choose its file, not both.",
)
_BROKEN = Text(
    "Catatan itu diubah, dihapus atau disisipkan sesudah ditulis; yang sebelumnya utuh. Jangan ubah apa pun. "
    "Simpan salinan basis data sekarang, dan bandingkan dengan cadangan yang terakhir utuh.",
    "That entry was changed, removed or put in after it was written; those before it are whole. Change nothing. "
    "Keep a copy of the database now, and compare it with the last backup that was whole.",
)
_WHOLE_IN_ITSELF = Text(
    "Terbukti: tidak ada satu catatan pun yang diubah sendirian. Belum terbukti: seluruh rantai tidak ditulis ulang. "
    "Untuk itu bandingkan dengan titik periksa yang sudah berada di luar, misalnya pada laporan penutupan hari.",
    "Proven: no single entry was changed on its own. Not yet proven: that the whole chain was not written anew. "
    "For that compare it with a checkpoint that is outside already, for example on a day's closing report.",
)
_FITS = Text(
    "Terbukti: sampai titik periksa itu tidak ada catatan yang diubah, dihapus atau disisipkan sejak titik itu diterbitkan, "
    "dan tidak ada nomor surat yang mundur. Sesudah titik itu rantai utuh dalam dirinya.",
    "Proven: up to that checkpoint no entry was changed, removed or put in since it was published, "
    "and no series of letter numbers ran backwards. After it the chain is whole in itself.",
)
_REWRITTEN = Text(
    "Rantai ditulis ulang sesudah titik periksa itu terbit, atau basis data diganti dengan yang lain. Jangan ubah apa pun. "
    "Simpan salinan basis data sekarang, dan bandingkan dengan cadangan.",
    "The chain was written anew after that checkpoint was published, or the database was replaced. Change nothing. "
    "Keep a copy of the database now, and compare it with a backup.",
)
_LETTERS_FIT = Text(
    "Terbukti: tidak ada surat yang ditambah, diubah atau dihidupkan kembali di luar aplikasi ini, selama rantainya utuh.",
    "Proven: no letter was added, changed or revived past this software, as long as the chain is whole.",
)
_STRANGE = Text(
    "Surat itu ditambah, diubah atau dihidupkan kembali di luar aplikasi ini. Jangan ubah apa pun; simpan salinan basis data "
    "sekarang. Pemeriksaan berhenti pada surat pertama: mungkin ada yang lain.",
    "That letter was added, changed or revived past this software. Change nothing; keep a copy of the database now. "
    "The check stops at the first such letter: there may be others.",
)
_STOPPED = Text(
    "Pemeriksaan berhenti di sini dan belum membuktikan apa pun.",
    "The check stopped here and has proven nothing yet.",
)
