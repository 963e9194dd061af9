"""Elections at the office: plans, stations and their phones, letters shown twice, signed reports. Verifies no letter.

Administrators and approvers plan; operators and approvers make sheets, confirm phones and make reports; the
auditor reads everything. Names of people stand on the letters' own pages alone.
"""

from apiflask import APIBlueprint

from suket_service.web.staff.elections import phones, planning, readiness, reports, sheets, twice

blueprint = APIBlueprint("elections", __name__, url_prefix="/pemilu", enable_openapi=False)
blueprint.get("")(planning.index)
blueprint.get("/baru")(planning.new_form)
blueprint.post("/baru")(planning.new)
blueprint.get("/<int:election>/ubah")(planning.change_form)
blueprint.post("/<int:election>/ubah")(planning.change)
blueprint.get("/<int:election>/batal")(planning.cancel_form)
blueprint.post("/<int:election>/batal")(planning.cancel)
blueprint.get("/<int:election>")(readiness.election)
blueprint.get("/<int:election>/lembar")(sheets.sheets)
blueprint.post("/<int:election>/lembar", endpoint="make_sheets")(sheets.make)
blueprint.get("/<int:election>/ponsel/<device>")(phones.phone)
blueprint.post("/<int:election>/ponsel/<device>/sahkan")(phones.confirm)
blueprint.post("/<int:election>/ponsel/<device>/cabut")(phones.revoke)
blueprint.get("/<int:election>/ganda")(twice.twice)
blueprint.get("/<int:election>/laporan")(reports.reports)
blueprint.post("/<int:election>/laporan", endpoint="make_report")(reports.make)
blueprint.get("/<int:election>/laporan/<report>.csv", endpoint="report_table")(reports.table)
blueprint.get("/<int:election>/laporan/<report>.pdf", endpoint="report_paper")(reports.paper)
blueprint.get("/<int:election>/laporan/<report>.jws", endpoint="report_token")(reports.token)
