"""What the office must think of soon: letters that end, and cards that are ready. Changes no letter."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from suket_service.administering import OwnList
from suket_service.paper.wording import long_date
from suket_service.registry import counting, listing, offices
from suket_service.registry.listing import Choice
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports.own_lists import list_file
from suket_service.web.staff.reports.register import PAGE

#: How many days ahead; the longest is what a page shows unless told otherwise.
AHEAD = (7, 14, 30)


def expiring() -> ResponseReturnValue:
    """The letters that end within the days asked for, the first to end first."""
    return _expiring(Form({"days": request.args.get("days", "")}))


def export_expiring() -> ResponseReturnValue:
    """All of them as a file; on record."""
    form = Form.given()
    days = _days(form)
    until = signed_in().today + timedelta(days=days)
    with form.catching():
        return list_file(
            form,
            OwnList.EXPIRING,
            Choice(last=until),
            name="akan-berakhir",
            title="Surat keterangan yang akan berakhir",
            subtitle=f"Berakhir sampai {long_date(until)} ({days} hari), yang paling dekat dahulu",
        )
    return _expiring(form)


def cards_ready() -> ResponseReturnValue:
    """The letters whose holder's card can be printed, the oldest letter first."""
    return _cards_ready(Form())


def export_cards_ready() -> ResponseReturnValue:
    """All of them as a file; on record."""
    form, today = Form.given(), signed_in().today
    with form.catching():
        return list_file(
            form,
            OwnList.CARDS_READY,
            Choice(),
            name="ktp-el-siap",
            title="Pemegang surat yang KTP-elnya siap dicetak",
            subtitle=f"Menurut daftar penduduk pada {long_date(today)}, surat terlama dahulu",
            of="orang",
        )
    return _cards_ready(form)


def _expiring(form: Form) -> ResponseReturnValue:
    me, days = signed_in(), _days(form)
    with context().registry.reading() as tx:
        ends = {each: me.today + timedelta(days=each) for each in AHEAD}
        counts = {
            each: counting.nearing_expiry(tx, me.office.code, me.today, until) for each, until in ends.items()
        }
        at = paged(counts[days], PAGE)
        letters = listing.expiring(tx, me.office.code, me.today, ends[days], at.offset, PAGE)
    return render_template(
        "staff/reports/expiring.html",
        form=form,
        days=days,
        counts=counts,
        letters=letters,
        page=at.page,
        pages=at.pages,
    ), 200 if form.ok else 422


def _cards_ready(form: Form) -> ResponseReturnValue:
    me = signed_in()
    with context().registry.reading() as tx:
        count = listing.how_many_cards_ready(tx, me.office.code)
        at = paged(count, PAGE)
        letters = listing.cards_ready(tx, me.office.code, me.today, at.offset, PAGE)
        stock = offices.cards_in_stock(tx, me.office.code)
    return render_template(
        "staff/reports/cards_ready.html",
        form=form,
        letters=letters,
        count=count,
        stock=stock,
        page=at.page,
        pages=at.pages,
    ), 200 if form.ok else 422


def _days(form: Form) -> int:
    given = form["days"]
    return next((each for each in AHEAD if str(each) == given), AHEAD[-1])
