"""A letter shown to the desk's camera, or its photo or file: straight to it, or what was scanned instead.

Keeps no picture. Whatever is no letter of this office is told in the words of the public check.
"""

from dataclasses import dataclass

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service.core.seal import FEWEST_DIGITS, MOST_DIGITS
from suket_service.core.verdict import WORDS, Caution, Note, Outcome, Reason
from suket_service.core.verifier import unread
from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.paper import reader
from suket_service.verifying import Answer, report
from suket_service.web.access import MB
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import say
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, gather

#: A frame of the camera; a file may have what the reader takes.
MOST_FRAME_BYTES = 4 * MB
#: Codes on one picture that are looked up at all.
_MOST_CODES = 8
ADVISORIES = {
    Caution.FOREIGN_HOST: Text(
        "Tautan pada kode menyebut alamat lain. Yang diperiksa adalah isinya.",
        "The code's link names another address. What it holds was checked.",
    ),
    Caution.ISSUED_OUTSIDE_WINDOW: Text(
        "Surat ini terbit di luar masa penerbitan yang dibuka.",
        "This letter was issued outside an open issuing window.",
    ),
    Caution.KEY_REVOKED: Text(
        "Kunci yang menandatangani surat ini sudah dicabut; surat ini sendiri tercatat.",
        "The key that signed this letter was revoked; the letter itself is on record.",
    ),
    Caution.PDF_DIFFERS: Text(
        "Berkas ini bukan berkas yang dicetak kantor; isinya tetap diperiksa dari segelnya.",
        "This is not the file that the office printed; what it says was checked by its seal all the same.",
    ),
    Note.EXTENDED: Text("Masa berlaku surat ini sudah diperpanjang.", "This letter's validity was extended."),
    Note.PORTRAIT_UNCHECKED: Text("Foto belum diperiksa.", "The portrait was not checked."),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """What came of a scan: a letter of the reader's office, or the verdict on something else."""

    answer: Answer

    @property
    def letter(self) -> str | None:
        """The id of the office's own letter."""
        found = self.answer.registered
        return found.letter if found is not None and found.office == signed_in().office.code else None

    @property
    def url(self) -> str | None:
        """Where the reader wants to be now."""
        return url_for("letters.letter", letter=self.letter) if self.letter else None


def symbol_in(typed: str) -> str | None:
    """The text of a symbol as a keyboard scanner typed it; None for anything a person would type.

    A scanner set to another keyboard types wrong signs but right digits: then these alone count.
    """
    text = "".join(typed.split())
    digits = text[len(text.rstrip("0123456789")) :]
    if text.startswith(("https://", "http://")):
        return text
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else None


def look_up(text: str) -> Scan:
    """What the text of one symbol stands for."""
    return Scan(context().desk.check_text(text, signed_in().at))


def look_through(picture: bytes) -> Scan | None:
    """What a picture or PDF shows; None where it shows no code at all.

    Raises:
        FileRefused: it is neither PDF nor PNG nor JPEG, or too large.
    """
    scans = [look_up(text) for text in reader.read(picture).texts[:_MOST_CODES]]
    readable = [scan for scan in scans if scan.answer.verdict.outcome is not Outcome.UNREADABLE]
    if len(readable) > 1:
        return Scan(Answer(unread(Reason.SEVERAL_CODES, signed_in().at, signed_in().at)))
    return next(iter(readable or scans), None)


def told(scan: Scan) -> str:
    """The page that says what was scanned, where it is no letter of this office."""
    verdict = scan.answer.verdict
    facts = report(scan.answer, masked=True)
    return render_template(
        "staff/letters/scanned.html", verdict=verdict, facts=facts, words=WORDS, advisories=ADVISORIES
    )


@blueprint.post("/letters/picture")
def find_by_picture() -> ResponseReturnValue:
    """One frame of the desk's camera: for its script, in JSON."""
    sent = request.files.get("picture")
    try:
        scan = look_through(sent.stream.read()) if sent is not None else None
    except FileRefused as refused:
        return jsonify(refused=say(refused.text)), 422
    if scan is None:
        return jsonify(nothing=True)
    if scan.url is not None:
        return jsonify(url=scan.url)
    verdict = scan.answer.verdict
    return jsonify(tone=verdict.tone.value, word=say(WORDS[verdict.outcome]), message=say(verdict.message))


@blueprint.route("/letters/file", methods=["GET", "POST"])
def find_by_file() -> ResponseReturnValue:
    """A photo, scan or PDF of a letter, without a script."""
    form = Form.given()
    if request.method == "POST":
        with form.catching():
            picture = form.file("picture")
            if picture is None:
                raise FieldError(Problem("picture", "missing", _CHOOSE))
            scan = look_through(picture)
            if scan is None:
                raise FieldError(Problem("picture", "no_code", _NO_CODE))
            return redirect(scan.url, 303) if scan.url else told(scan)
    if "" in form.problems:  # what the reader refuses concerns the file
        form.problems["picture"] = form.problems.pop("")
    page = render_template("staff/letters/file.html", form=gather(form, "picture"))
    return page, 200 if form.ok else 422


_CHOOSE = Text(
    "Pilih dahulu foto, pindaian atau PDF surat.", "Choose a photo, scan or PDF of the letter first."
)
_NO_CODE = Text(
    "Tidak ada kode QR yang terbaca. Foto ulang tegak lurus, terang dan datar, atau ketik nomor suratnya.",
    "No QR code could be read. Photograph it again from straight above, flat and well lit, or type the letter number.",
)
