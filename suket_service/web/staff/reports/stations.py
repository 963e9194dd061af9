"""Polling stations: imported after a look, and their papers for an election day. Decides nobody's right to vote."""

from datetime import date

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import Assignment, FileFormat
from suket_service.core.resident import parse_date
from suket_service.errors import FieldError, Problem, Text
from suket_service.paper.report_pdf import MOST_STATION_LINES, StationPaper, StationPapers
from suket_service.paper.wording import long_date, rt_rw
from suket_service.registry.listing import ListedLetter
from suket_service.registry.polling_stations import PollingStation
from suket_service.sheets.write import write_csv
from suket_service.web.context import context
from suket_service.web.forms import LOST_FILES, ONCE, Form, done
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports.choosing import villages as known_villages
from suket_service.web.staff.reports.files import (
    Field,
    Table,
    attachment,
    letterhead,
    made_by,
    printer,
    table_file,
)

#: What the papers of a station are; NOWHERE lists whom no station serves.
LIST, FORM, BOTH, NOWHERE = "list", "form", "both", "nowhere"
#: Bad rows that a page shows.
MOST_BAD = 100


def stations() -> ResponseReturnValue:
    """The stations with how many letters each may be shown on a day."""
    day = signed_in().today.isoformat()
    return _page(Form({"day": request.args.get("day", day), "what": BOTH}))


def template() -> Response:
    """A file to fill in."""
    rows = [
        ["001", next(iter(known_villages()), "2172031001"), "001/001, 002/001", "Halaman SD Negeri 1"],
        ["002", next(iter(known_villages()), "2172031001"), "003-005/001", "Balai RW 001"],
    ]
    body = write_csv(["tps", "kelurahan", "rt_rw", "alamat"], rows)
    return attachment(body, FileFormat.CSV, "contoh-daftar-tps")


def upload() -> ResponseReturnValue:
    """Keep a file for a look before anything of it counts."""
    me, sent = signed_in(), Form.given()
    form = Form(
        {"day": me.today.isoformat(), "what": BOTH, ONCE: sent.once, LOST_FILES: sent.all(LOST_FILES)}
    )
    with form.catching():
        data = form.file("file")
        if data is None:
            raise FieldError(_NO_FILE)
        name = request.files["file"].filename or ""
        kept = administering.upload_stations(
            context().registry, me.office.code, form.once, name, data, me.username, me.at
        )
        told = Text("Periksa dahulu sebelum disimpan.", "Look at it before it counts.")
        return done(told, url_for("reports.preview", upload=kept))
    return _page(form)


def preview(upload: str) -> ResponseReturnValue:
    """What a file would do."""
    return _preview(upload, Form())


def confirm(upload: str) -> ResponseReturnValue:
    """Let a file's stations take the place of all there were."""
    me, form = signed_in(), Form.given()
    with form.catching():
        count = administering.confirm_stations(context().registry, me.office.code, upload, me.username, me.at)
        told = Text(
            f"Daftar TPS diganti: sekarang {count} TPS.", f"Stations replaced: there are {count} now."
        )
        return done(told, url_for("reports.stations"))
    return _preview(upload, form)


def papers() -> ResponseReturnValue:
    """The papers of one station, of a village's, or of all; on record each time."""
    me, form = signed_in(), Form.given()
    with form.catching():
        day = parse_date(form["day"], "day")
        if day < me.today:
            raise FieldError(_DAY_PAST)
        what = form["what"] if form["what"] in (LIST, FORM, BOTH, NOWHERE) else BOTH
        station, village = _station(form["station"]), form["village"] or None
        assigned = administering.station_lists(
            context().registry, me.office.code, station, village, day, what, me.username, me.at
        )
        if what == NOWHERE:
            return table_file(_nowhere(assigned), FileFormat.XLSX)
        return _pdf(assigned, what, day)
    return _page(form)


def _station(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - as long as an id can be
        raise FieldError(_NO_STATION)
    return int(text)


def _pdf(assigned: Assignment, what: str, day: date) -> Response:
    lines = sum(len(each.letters) for each in assigned.lists)
    if lines > MOST_STATION_LINES:
        raise FieldError(_TOO_MANY)
    common = StationPapers(
        letterhead(), long_date(day), what != FORM, what != LIST, made_by(), signed_in().at
    )
    pdf = printer().stations(
        common,
        [
            StationPaper(
                village=each.station.village_name,
                code=each.station.code,
                address=each.station.address,
                serves=serves(each.station),
                rows=tuple((letter.number, letter.name, letter.check_code) for letter in each.letters),
            )
            for each in assigned.lists
        ],
    )
    return attachment(pdf, FileFormat.PDF, f"tps-{day}")


def serves(station: PollingStation) -> str:
    """The neighbourhoods of a station in words."""
    return ", ".join(station.neighbourhoods) or "seluruh kelurahan"


def _nowhere(assigned: Assignment) -> Table[ListedLetter]:
    return Table(
        name=f"tanpa-tps-{assigned.day}",
        title="Surat tanpa TPS",
        subtitle="",
        fields=(
            Field("Nomor surat", 44, lambda each: each.number),
            Field("Nama", 60, lambda each: each.name),
            Field("RT/RW", 15, lambda each: rt_rw(each.rt, each.rw)),
            Field("Kelurahan", 40, lambda each: each.village_name),
            Field("Kode kelurahan", 30, lambda each: each.village),
        ),
        items=assigned.nowhere,
        total="",
    )


def _page(form: Form) -> ResponseReturnValue:
    me = signed_in()
    day = me.today
    shown = Form()
    with shown.catching():
        day = max(parse_date(form["day"], "day"), me.today)
    found = administering.station_counts(context().registry, me.office.code, day)
    known = known_villages()
    return render_template(
        "staff/reports/stations.html",
        form=form,
        day=day,
        stations=found.stations,
        nowhere=[
            (known[village].name if village in known else village, rt_rw(rt, rw), count)
            for (village, rt, rw), count in found.nowhere.items()
        ],
        villages={each.village: each.village_name for each, _ in found.stations},
        most=MOST_STATION_LINES,
    ), 200 if form.ok else 422


def _preview(upload: str, form: Form) -> ResponseReturnValue:
    me = signed_in()
    found = administering.preview_stations(context().registry, me.office.code, upload)
    return render_template(
        "staff/reports/stations_preview.html",
        form=form,
        found=found,
        bad=found.bad[:MOST_BAD],
        known=known_villages(),
    ), 200 if form.ok else 422


_NO_FILE = Problem("file", "no_file", Text("Pilih dahulu berkasnya.", "Choose the file first."))
_NO_STATION = Problem("station", "no_station", Text("TPS itu tidak dikenal.", "No such polling station."))
_DAY_PAST = Problem(
    "day",
    "day_past",
    Text("Hari pemungutan suara sudah lewat.", "The election day is past."),
)
_TOO_MANY = Problem(
    "village",
    "too_many_letters",
    Text(
        "Terlalu banyak surat untuk satu PDF. Buat per kelurahan.",
        "Too many letters for one PDF. Make one a village.",
    ),
)
