"""The printer's test page: drawn, and judged by a photograph or scan of its print. Keeps neither."""

from dataclasses import dataclass

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.paper import printer_test_page, printer_test_reading
from suket_service.paper.printer_test import LARGEST, RULER, SMALLEST
from suket_service.paper.printer_test_reading import Basis, Report
from suket_service.web.attachments import PDF, attachment
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.signed_in import may
from suket_service.web.staff.printing.area import blueprint

_SHORTEST, _LONGEST = 50, 250  # millimetres that a ruler of 150 can be off by, and still be that ruler
_MOST_CHARACTERS = 6
BASES = {
    Basis.RULER: Text("diukur dengan penggaris", "measured with a ruler"),
    Basis.RESOLUTION: Text("menurut resolusi pemindai", "by the scanner's resolution"),
    Basis.PAPER: Text("menurut tepi kertas", "by the paper's edges"),
    Basis.SHEET: Text("gambar dianggap tepat selembar A4", "taking the picture for exactly one A4 sheet"),
}
CORNERS = {
    "SUKETUJI1A": Text("kiri atas", "top left"),
    "SUKETUJI1B": Text("kanan atas", "top right"),
    "SUKETUJI1C": Text("kiri bawah", "bottom left"),
    "SUKETUJI1D": Text("kanan bawah", "bottom right"),
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of the page: what it is called, how wide its modules came out, who read it."""

    name: Text
    full_size: float  # millimetres of a module at full size
    across: float | None  # as printed
    read: printer_test_reading.Read | None


@blueprint.get("/printing/test")
def test_page() -> str:
    """How to test a printer."""
    return _page(Form())


@blueprint.get("/printing/test.pdf")
def test_pdf() -> Response:
    """The test page itself; it names nobody."""
    settings = context().settings
    drawn = printer_test_page.page_pdf(settings.templates, settings.base_url)
    return attachment(drawn, "halaman-uji-pencetak.pdf", PDF, inline=True)


@blueprint.post("/printing/test")
def check_print() -> ResponseReturnValue:
    """The judgement on a print; nothing of it is kept, so that sending it again repeats nothing."""
    form = Form.given()
    with form.catching():
        ruler = _millimetres(form["ruler"])
        picture = form.file("picture")
        if picture is None:
            raise _refused("picture", _NO_PICTURE)
        try:
            report = printer_test_reading.read(picture, ruler)
        except FileRefused as refused:
            raise FieldError(Problem("picture", refused.code, refused.text)) from None
        return _page(form, report)
    return _page(form), 422


def _page(form: Form, report: Report | None = None) -> str:
    return render_template(
        "staff/printing/test.html",
        form=form,
        report=report,
        symbols=_symbols(report) if report else [],
        advice=printer_test_reading.ADVICE,
        bases=BASES,
        corners=CORNERS,
        limits=printer_test_reading,
        may_see_runs=may("printing.runs"),
    )


def _symbols(report: Report) -> list[Symbol]:
    sizes = printer_test_page.module_sizes(context().settings.base_url)
    found = []
    for which, full in ((SMALLEST, sizes.smallest), (LARGEST, sizes.largest)):
        across = full * report.scale.across / 100 if report.scale else None
        read = report.reads.get(which) if report.reads else None
        found.append(Symbol(printer_test_reading.NAMES[which], full, across, read))
    return found


def _millimetres(text: str) -> float | None:
    """A length as people write it, with comma or point.

    Raises:
        FieldError: ``ruler_length``.
    """
    if not text:
        return None
    digits = text.removesuffix("mm").strip().replace(",", ".", 1)
    plain = digits.replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit() and len(digits) <= _MOST_CHARACTERS):
        raise _refused("ruler", _NO_LENGTH)
    length = float(digits)
    if not _SHORTEST <= length <= _LONGEST:
        raise _refused("ruler", _NO_LENGTH)
    return length


def _refused(field: str, text: Text) -> FieldError:
    return FieldError(Problem(field, f"{field}_unusable", text))


_NO_PICTURE = Text(
    "Pilih foto atau pindaian halaman uji yang sudah dicetak.",
    "Choose a photograph or scan of the printed test page.",
)
_NO_LENGTH = Text(
    f"Isi panjang garis 0–{RULER.width:.0f} dalam milimeter, misalnya 149,5; atau kosongkan.",
    f"Give the length of the line 0–{RULER.width:.0f} in millimetres, 149.5 for instance; or leave it empty.",
)
