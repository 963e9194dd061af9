"""The villages that the office serves: listed, and brought in from a file that is looked at first."""

from dataclasses import replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import REGION_COLUMNS, RegionFate, RegionRow
from suket_service.core.region import Village
from suket_service.errors import FieldError, InputError, Problem, Text
from suket_service.sheets.read import Row, read_table
from suket_service.sheets.write import as_typed, write_csv
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.administration.area import asking, blueprint

#: The good rows travel on in the page that shows them, and come back with its form.
MOST_BYTES = 400 * 1024
_HEADERS = ("kode_wilayah", "nama", "kecamatan", "kab_kota", "provinsi")


@blueprint.get("/administration/regions")
def regions() -> str:
    """The villages by district."""
    return _page(Form())


def _page(form: Form) -> str:
    ask = asking()
    villages = administering.list_regions(ask.registry, ask.office)
    districts: dict[str, list[Village]] = {}
    for village in villages:
        districts.setdefault(village.district, []).append(village)
    return render_template(
        "staff/administration/regions.html",
        form=form,
        districts=districts,
        count=len(villages),
        prefixes=signed_in().office.villages,
        headers=_HEADERS,
        may_change=may("administration.import_regions"),
    )


@blueprint.post("/administration/regions/check")
def check_regions() -> ResponseReturnValue:
    """What a file would change, row by row, before anything is written."""
    ask, form = asking(), Form.given()
    with form.catching():
        rows = _uploaded(form)
        judged = administering.check_regions(ask.registry, ask.office, rows)
        return _preview(judged)
    return _page(form), 422


@blueprint.post("/administration/regions/import")
def import_regions() -> ResponseReturnValue:
    """Write what the page before has shown."""
    ask, form = asking(), Form.given()
    with form.catching():
        rows = _shown(form["rows"])
        written = administering.import_regions(ask.registry, ask.office, rows, ask.by, ask.at)
        told = Text(
            f"{written.added} kelurahan/desa ditambahkan, {written.renamed} diganti namanya.",
            f"{written.added} villages added, {written.renamed} renamed.",
        )
        return done(told, url_for("administration.regions"))
    return _page(form), 422


def _uploaded(form: Form) -> list[Row]:
    data = form.file("file")
    if data is None:
        raise FieldError(Problem("file", "missing", Text("Pilih berkasnya dahulu.", "Choose a file first.")))
    if len(data) > MOST_BYTES:
        told = Text("Berkas lebih dari 400 KB; bagi menjadi beberapa.", "The file is over 400 KB; split it.")
        raise FieldError(Problem("file", "file_too_large", told))
    try:
        return read_table(data, REGION_COLUMNS)
    except InputError as refused:
        raise FieldError(Problem("file", refused.code, refused.text)) from None


def _preview(judged: list[RegionRow]) -> str:
    by_fate = {fate: [each for each in judged if each.fate is fate] for fate in RegionFate}
    written = [each for each in judged if each.fate in (RegionFate.NEW, RegionFate.RENAMED)]
    return render_template(
        "staff/administration/regions_preview.html",
        new=by_fate[RegionFate.NEW],
        renamed=by_fate[RegionFate.RENAMED],
        same=by_fate[RegionFate.SAME],
        bad=by_fate[RegionFate.BAD],
        rows=_as_csv([each.village for each in written if each.village]),
    )


def _as_csv(villages: list[Village]) -> str:
    rows = ([each.code, each.name, each.district, each.regency, each.province] for each in villages)
    return write_csv(_HEADERS, rows).decode("utf-8-sig")


def _shown(text: str) -> list[Row]:
    """What :func:`_as_csv` wrote into the page."""
    rows = read_table(text.encode("utf-8", "replace"), REGION_COLUMNS)
    return [replace(row, fields={name: as_typed(cell) for name, cell in row.fields.items()}) for row in rows]
