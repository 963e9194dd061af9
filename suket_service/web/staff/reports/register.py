"""The register of letters (buku register), page by page and as a file. Changes no letter."""

from flask import render_template
from flask.typing import ResponseReturnValue

from suket_service.administering import OwnList
from suket_service.paper.report_pdf import MOST_LINES
from suket_service.paper.wording import long_date
from suket_service.registry import listing
from suket_service.registry.listing import Choice
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports import choosing
from suket_service.web.staff.reports.own_lists import list_file

PAGE = 50


def register() -> ResponseReturnValue:
    """The letters of a choice."""
    return _page(choosing.from_address())


def export_register() -> ResponseReturnValue:
    """All letters of a choice as a file; on record."""
    form, known = Form.given(), choosing.villages()
    chosen = choosing.choice(form, known)
    if form.ok:
        with form.catching():
            return list_file(
                form,
                OwnList.REGISTER,
                chosen,
                name="register-surat",
                title="Buku register surat keterangan pengganti KTP-el",
                subtitle=choosing.in_words(chosen, known, long_date),
            )
    return _page(form)


def _page(form: Form) -> ResponseReturnValue:
    me, known = signed_in(), choosing.villages()
    chosen = choosing.choice(form, known)
    if not form.ok:
        chosen = _NOTHING
    with context().registry.reading() as tx:
        count = listing.how_many(tx, me.office.code, chosen, me.today)
        at = paged(count, PAGE)
        letters = listing.register(tx, me.office.code, chosen, me.today, at.offset, PAGE)
    return render_template(
        "staff/reports/register.html",
        form=form,
        letters=letters,
        count=count,
        page=at.page,
        pages=at.pages,
        most_on_paper=MOST_LINES,
        asked=choosing.asked(form),
        **choosing.options(known),
    ), 200 if form.ok else 422


#: What is shown of a choice that cannot be understood.
_NOTHING = Choice(village="")
