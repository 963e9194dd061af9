"""The register of letters (buku register), page by page and as a file. Changes no letter."""

from flask import render_template
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import FileFormat, OwnList
from suket_service.paper.report_pdf import MOST_LINES
from suket_service.paper.wording import long_date, rt_rw
from suket_service.registry import listing
from suket_service.registry.listing import Choice, ListedLetter
from suket_service.web.context import context
from suket_service.web.forms import Form, page_number
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports import choosing
from suket_service.web.staff.reports.files import Field, Table, table_file, wanted_format

PAGE = 50


def register() -> ResponseReturnValue:
    """The letters of a choice."""
    return _page(choosing.from_address(), page_number())


def export_register() -> ResponseReturnValue:
    """All letters of a choice as a file; on record."""
    me, form, known = signed_in(), Form.given(), choosing.villages()
    chosen, wanted = choosing.choice(form, known), wanted_format(form["format"])
    if form.ok:
        with form.catching():
            found = administering.export_letters(
                *(context().registry, me.office.code, OwnList.REGISTER, chosen, wanted),
                *(most(wanted), me.username, me.at),
            )
            return table_file(
                Table(
                    name=f"register-surat-{me.office.code}",
                    title="Buku register surat keterangan pengganti KTP-el",
                    subtitle=choosing.in_words(chosen, known, long_date),
                    fields=REGISTER_FIELDS,
                    items=found,
                    total=f"Jumlah: {len(found)} surat.",
                ),
                wanted,
            )
    return _page(form, 1)


def most(form: FileFormat) -> int | None:
    """How many letters a file of that format may hold."""
    return MOST_LINES if form is FileFormat.PDF else None


def _page(form: Form, page: int) -> ResponseReturnValue:
    me, known = signed_in(), choosing.villages()
    chosen = choosing.choice(form, known)
    if not form.ok:
        chosen = _NOTHING
    with context().registry.reading() as tx:
        count = listing.how_many(tx, me.office.code, chosen, me.today)
        pages = max(1, -(-count // PAGE))
        page = min(page, pages)
        letters = listing.register(tx, me.office.code, chosen, me.today, (page - 1) * PAGE, PAGE)
    return render_template(
        "staff/reports/register.html",
        form=form,
        letters=letters,
        count=count,
        page=page,
        pages=pages,
        most_on_paper=MOST_LINES,
        asked=choosing.asked(form),
        **choosing.options(known),
    ), 200 if form.ok else 422


#: What is shown of a choice that cannot be understood.
_NOTHING = Choice(village="")
#: What every list of the office's own letters tells; without a width in files alone.
REGISTER_FIELDS: tuple[Field[ListedLetter], ...] = (
    Field("Nomor surat", 42, lambda each: each.number, "digits"),
    Field("Terbit", 18, lambda each: each.issued_on, "digits"),
    Field("NIK", 30, lambda each: each.nik, "digits"),
    Field("Nama", 46, lambda each: each.name),
    Field("Alamat", 38, lambda each: each.address),
    Field("RT/RW", 14, lambda each: rt_rw(each.rt, each.rw), "digits"),
    Field("Kelurahan", 28, lambda each: each.village_name),
    Field("Kode kelurahan", 0, lambda each: each.village),
    Field("Berlaku s.d.", 19, lambda each: each.valid_until, "digits"),
    Field("Status", 22, lambda each: each.fate.label.id),
    Field("Alasan", 0, lambda each: each.reason),
    Field("Diajukan oleh", 0, lambda each: each.requested_by),
    Field("Disetujui oleh", 0, lambda each: each.approved_by),
)
