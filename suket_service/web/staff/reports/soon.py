"""What the office must think of soon: letters that end, and cards that are ready. Changes no letter."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import OwnList
from suket_service.paper.wording import long_date
from suket_service.registry import counting, listing, offices
from suket_service.registry.listing import Choice
from suket_service.web.context import context
from suket_service.web.forms import Form, page_number
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports.files import Table, table_file, wanted_format
from suket_service.web.staff.reports.register import PAGE, REGISTER_FIELDS, most

#: How many days ahead; the longest is what a page shows unless told otherwise.
AHEAD = (7, 14, 30)


def expiring() -> ResponseReturnValue:
    """The letters that end within the days asked for, the first to end first."""
    return _expiring(Form({"days": request.args.get("days", "")}), page_number())


def export_expiring() -> ResponseReturnValue:
    """All of them as a file; on record."""
    me, form = signed_in(), Form.given()
    wanted, days = wanted_format(form["format"]), _days(form)
    until = me.today + timedelta(days=days)
    with form.catching():
        found = administering.export_letters(
            *(context().registry, me.office.code, OwnList.EXPIRING, Choice(last=until), wanted),
            *(most(wanted), me.username, me.at),
        )
        return table_file(
            Table(
                name=f"akan-berakhir-{me.office.code}",
                title="Surat keterangan yang akan berakhir",
                subtitle=f"Berakhir sampai {long_date(until)} ({days} hari), yang paling dekat dahulu",
                fields=REGISTER_FIELDS,
                items=found,
                total=f"Jumlah: {len(found)} surat.",
            ),
            wanted,
        )
    return _expiring(form, 1)


def cards_ready() -> ResponseReturnValue:
    """The letters whose holder's card can be printed, the oldest letter first."""
    return _cards_ready(Form(), page_number())


def export_cards_ready() -> ResponseReturnValue:
    """All of them as a file; on record."""
    me, form = signed_in(), Form.given()
    wanted = wanted_format(form["format"])
    with form.catching():
        found = administering.export_letters(
            *(context().registry, me.office.code, OwnList.CARDS_READY, Choice(), wanted),
            *(most(wanted), me.username, me.at),
        )
        return table_file(
            Table(
                name=f"ktp-el-siap-{me.office.code}",
                title="Pemegang surat yang KTP-elnya siap dicetak",
                subtitle=f"Menurut daftar penduduk pada {long_date(me.today)}, surat terlama dahulu",
                fields=REGISTER_FIELDS,
                items=found,
                total=f"Jumlah: {len(found)} orang.",
            ),
            wanted,
        )
    return _cards_ready(form, 1)


def _expiring(form: Form, page: int) -> ResponseReturnValue:
    me, days = signed_in(), _days(form)
    with context().registry.reading() as tx:
        ends = {each: me.today + timedelta(days=each) for each in AHEAD}
        counts = {
            each: counting.nearing_expiry(tx, me.office.code, me.today, until) for each, until in ends.items()
        }
        pages = max(1, -(-counts[days] // PAGE))
        page = min(page, pages)
        letters = listing.expiring(tx, me.office.code, me.today, ends[days], (page - 1) * PAGE, PAGE)
    return render_template(
        "staff/reports/expiring.html",
        form=form,
        days=days,
        counts=counts,
        letters=letters,
        page=page,
        pages=pages,
    ), 200 if form.ok else 422


def _cards_ready(form: Form, page: int) -> ResponseReturnValue:
    me = signed_in()
    with context().registry.reading() as tx:
        count = listing.how_many_cards_ready(tx, me.office.code)
        pages = max(1, -(-count // PAGE))
        page = min(page, pages)
        letters = listing.cards_ready(tx, me.office.code, me.today, (page - 1) * PAGE, PAGE)
        stock = offices.cards_in_stock(tx, me.office.code)
    return render_template(
        "staff/reports/cards_ready.html",
        form=form,
        letters=letters,
        count=count,
        stock=stock,
        page=page,
        pages=pages,
    ), 200 if form.ok else 422


def _days(form: Form) -> int:
    given = form["days"]
    return next((each for each in AHEAD if str(each) == given), AHEAD[-1])
