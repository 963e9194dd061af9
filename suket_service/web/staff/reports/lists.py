"""Lists handed to another body: asked for, on record, fetched as files. Decides nothing about who may have one.

A list is kept as facts. Its lines are found again from the audit chain as of the list's own entry, so a
file that is fetched later tells what was handed over then, and is refused where that can no longer be known.
"""

from dataclasses import replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import (
    USUAL_COLUMNS,
    DisclosedList,
    FileFormat,
    ListColumn,
    ListLine,
    ListOrder,
)
from suket_service.core.resident import parse_date
from suket_service.errors import FieldError, Problem, Text
from suket_service.paper.report_pdf import MOST_LINES
from suket_service.paper.wording import long_date, rt_rw
from suket_service.registry import disclosures, listing, offices
from suket_service.registry.listing import Choice, Fate
from suket_service.sheets.write import Value
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import t
from suket_service.web.paging import paged
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.reports.choosing import villages
from suket_service.web.staff.reports.files import Field, Table, table_file, wanted_format

PAGE = 20
COLUMNS: dict[ListColumn, Text] = {
    ListColumn.NUMBER: Text("Nomor surat", "Letter number"),
    ListColumn.NAME: Text("Nama", "Name"),
    ListColumn.NIK: Text("NIK", "NIK"),
    ListColumn.ADDRESS: Text("Alamat", "Address"),
    ListColumn.NEIGHBOURHOOD: Text("RT/RW", "RT/RW"),
    ListColumn.VILLAGE: Text("Kelurahan", "Village"),
    ListColumn.ISSUED_ON: Text("Terbit", "Issued"),
    ListColumn.VALID_UNTIL: Text("Berlaku s.d.", "Valid until"),
}
EXTRA = tuple(column for column in ListColumn if column not in USUAL_COLUMNS)
#: In millimetres on paper; name and address share what these leave of the page.
_WIDTHS = {
    ListColumn.NUMBER: 42,
    ListColumn.NAME: 6,
    ListColumn.NIK: 30,
    ListColumn.ADDRESS: 5,
    ListColumn.NEIGHBOURHOOD: 15,
    ListColumn.VILLAGE: 27,
    ListColumn.ISSUED_ON: 18,
    ListColumn.VALID_UNTIL: 19,
}
_FLEXIBLE = (ListColumn.NAME, ListColumn.ADDRESS)
_CHANGE, _WHY = 17, 23
#: Of a standing page and of one across, less the running number.
_ROOM, _WIDE_ROOM = 164, 257
#: More columns do not stand beside each other on a standing page.
_MOST_STANDING = 4


def lists() -> ResponseReturnValue:
    """The lists handed over so far, and the form for another."""
    return _page(Form({"scope": "all"}))


def make_list() -> ResponseReturnValue:
    """Put a list on record; its page then gives the files."""
    me, form = signed_in(), Form.given()
    with form.catching():
        made = administering.disclose_list(
            context().registry, me.office.code, _order(form), me.username, me.at
        )
        told = Text(
            "Daftar sudah dicatat. Unduh berkasnya di bawah.", "The list is on record. Download it below."
        )
        return done(told, url_for("reports.one_list", disclosure=made.id))
    return _page(form)


def one_list(disclosure: str) -> ResponseReturnValue:
    """A list's facts, and the ways to fetch it."""
    return _facts(disclosure, Form())


def list_file(disclosure: str) -> ResponseReturnValue:
    """A list as a file; on record each time."""
    me, form = signed_in(), Form.given()
    wanted = wanted_format(form["format"])
    with context().registry.reading() as tx:
        facts = disclosures.by_id(tx, me.office.code, disclosure)
    with form.catching():
        if wanted is FileFormat.PDF and facts.letters > MOST_LINES:
            raise FieldError(_TOO_LONG)
        told = administering.fetch_list(
            context().registry, me.office.code, disclosure, wanted, me.username, me.at
        )
        return table_file(_table(told), wanted)
    return _facts(disclosure, form)


def _order(form: Form) -> ListOrder:
    known = {each.value: each for each in EXTRA}
    day = parse_date(form["basis_date"], "basis_date") if form["basis_date"] else None
    return ListOrder(
        id=form.once,
        receiver=form["receiver"],
        columns=frozenset(known[name] for name in form.all("columns") if name in known),
        basis=form["basis"],
        basis_date=day,
        village=form["village"] or None,
        since_last=form["scope"] == "since",
    )


def _page(form: Form) -> ResponseReturnValue:
    me, known = signed_in(), villages()
    with context().registry.reading() as tx:
        at = paged(disclosures.how_many(tx, me.office.code), PAGE)
        made = disclosures.newest(tx, me.office.code, at.offset, PAGE)
        receivers = disclosures.receivers(tx, me.office.code)
        standing = listing.how_many(tx, me.office.code, Choice(fate=Fate.IN_FORCE), me.today)
    return render_template(
        "staff/reports/lists.html",
        form=form,
        made=made,
        receivers=receivers,
        standing=standing,
        may_make=may("reports.make_list"),
        may_tell_more=me.role in administering.roles_for(EXTRA),
        extra=EXTRA,
        columns=COLUMNS,
        known=known,
        village_options=[("", t("seluruh wilayah kantor", "the whole area"))]
        + [(code, each.name) for code, each in known.items()],
        page=at.page,
        pages=at.pages,
    ), 200 if form.ok else 422


def _facts(disclosure: str, form: Form) -> ResponseReturnValue:
    me = signed_in()
    with context().registry.reading() as tx:
        made = disclosures.by_id(tx, me.office.code, disclosure)
        previous = disclosures.by_id(tx, me.office.code, made.previous) if made.previous else None
    return render_template(
        "staff/reports/list.html",
        form=form,
        made=made,
        previous=previous,
        columns=[COLUMNS[ListColumn(name)] for name in made.columns],
        known=villages(),
        may_fetch=me.role in administering.roles_for(made.columns),
        on_paper=made.letters <= MOST_LINES,
    ), 200 if form.ok else 422


def _table(told: DisclosedList) -> Table[ListLine]:
    facts, office = told.facts, signed_in().office
    columns = [ListColumn(name) for name in facts.columns]
    fields = [_field(column) for column in columns]
    on = long_date(office.local_date(facts.at))
    subtitle = f"Untuk {facts.receiver}; keadaan {on}"
    if told.previous:
        since = long_date(office.local_date(told.previous.at))
        subtitle = f"Untuk {facts.receiver}; perubahan sejak {since} sampai {on}"
        fields += [
            Field("Perubahan", _CHANGE, lambda line: "berakhir" if line.ended else "baru"),
            Field("Sebab", _WHY, lambda line: line.ended.label.id if line.ended else ""),
        ]
    if facts.village:
        with context().registry.reading() as tx:
            village = offices.villages_of(tx, office)[facts.village]
        subtitle += f"; kelurahan {village.name}"
    if facts.basis:
        subtitle += f". Dasar: {facts.basis}"
    ended = sum(line.ended is not None for line in told.lines)
    total = f"Jumlah: {len(told.lines)} surat."
    if told.previous:
        total = f"Baru: {len(told.lines) - ended} surat. Berakhir: {ended} surat."
    return Table(
        name=f"daftar-surat-{office.local_date(facts.at)}-{facts.id[:8]}",
        title="Daftar surat keterangan pengganti KTP-el",
        subtitle=subtitle,
        fields=_fitted(fields, columns),
        items=told.lines,
        total=total,
        wide=len(fields) > _MOST_STANDING,
    )


def _field(column: ListColumn) -> Field[ListLine]:
    digits = column not in (ListColumn.NAME, ListColumn.ADDRESS, ListColumn.VILLAGE)
    return Field(
        COLUMNS[column].id, _WIDTHS[column], lambda line: _told(line, column), "digits" if digits else ""
    )


def _told(line: ListLine, column: ListColumn) -> Value:
    letter = line.letter
    match column:
        case ListColumn.NEIGHBOURHOOD:
            return rt_rw(letter.rt, letter.rw)
        case ListColumn.VILLAGE:
            return letter.village_name
        case ListColumn.VALID_UNTIL:
            return line.valid_until
        case _:
            value: Value = getattr(letter, column.value)
            return value


def _fitted(fields: list[Field[ListLine]], columns: list[ListColumn]) -> list[Field[ListLine]]:
    """The fields with name and address as wide as the page lets them be."""
    flexible = [place for place, column in enumerate(columns) if column in _FLEXIBLE]
    parts = sum(fields[place].width for place in flexible)
    fixed = sum(field.width for field in fields) - parts
    room = (_WIDE_ROOM if len(fields) > _MOST_STANDING else _ROOM) - fixed
    return [
        replace(field, width=room * field.width // parts) if place in flexible else field
        for place, field in enumerate(fields)
    ]


_TOO_LONG = Problem(
    "",
    "too_many_letters",
    Text(
        f"PDF memuat paling banyak {MOST_LINES:,} surat.".replace(",", ".")
        + " Ambil daftar ini sebagai XLSX atau CSV.",
        f"A PDF holds at most {MOST_LINES:,} letters. Take this list as XLSX or CSV.",
    ),
)
