"""One letter to the printer. The button stands on the letter's own page.

POST puts the printing on record and leads to a GET that shows the PDF and writes nothing. So whoever
reloads the PDF, or goes back to it, sees the same bytes and is not recorded again; whoever presses the
button again is. The GET is good for who printed, and for a quarter of an hour.
"""

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from suket_service import printing
from suket_service.web.attachments import PDF, attachment
from suket_service.web.context import context
from suket_service.web.signed_in import signed_in
from suket_service.web.signing import press
from suket_service.web.staff.printing.area import blueprint, known, shelf


@blueprint.post("/letters/<letter>/print")
def letter(letter: str) -> ResponseReturnValue:
    """Print it, on record."""
    me = signed_in()
    shelf().sweep(me.at)
    printing.print_letter(context().registry, me.office.code, known(letter), me.username, press(), me.at)
    return redirect(url_for("printing.copy", letter=letter), 303)


@blueprint.get("/letters/<letter>/print")
def copy(letter: str) -> Response:
    """The PDF of what was just printed."""
    me = signed_in()
    original, paper = printing.just_printed(
        context().registry, me.office.code, known(letter), me.username, press(), me.at
    )
    return attachment(paper.pdf, original.file_name, PDF, inline=True)
