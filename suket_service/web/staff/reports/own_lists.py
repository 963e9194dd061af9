"""The office's own lists of letters as files; each one taken out is on record. Changes no letter."""

from flask import Response

from suket_service import administering
from suket_service.administering import FileFormat, OwnList
from suket_service.paper.report_pdf import MOST_LINES
from suket_service.paper.wording import rt_rw
from suket_service.registry.listing import Choice, ListedLetter
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports.files import Field, Table, table_file, wanted_format

#: What every list of the office's own letters tells; without a width in files alone.
FIELDS: tuple[Field[ListedLetter], ...] = (
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


def list_file(
    form: Form, which: OwnList, choice: Choice, *, name: str, title: str, subtitle: str, of: str = "surat"
) -> Response:
    """One of the lists in the format that the form names; ``of`` is what its total counts.

    Raises:
        NotAllowed: the reader may not see people's data.
        FieldError: ``too_many_letters``.
        FileRefused: ``too_many_rows``.
        PrinterError: it cannot be put on paper.
    """
    me, wanted = signed_in(), wanted_format(form["format"])
    found = administering.export_letters(
        context().registry,
        me.office.code,
        which,
        choice,
        wanted,
        MOST_LINES if wanted is FileFormat.PDF else None,
        me.username,
        me.at,
    )
    total = f"Jumlah: {len(found)} {of}."
    return table_file(Table(f"{name}-{me.office.code}", title, subtitle, FIELDS, found, total), wanted)
