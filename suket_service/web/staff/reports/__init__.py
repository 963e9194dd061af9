"""Registers and reports: counts, lists, the day's end, what other bodies are given. Issues and changes no letter.

Counts are for everyone in the office; pages with people on them for officers and the auditor. Whatever
takes people's data out of the office is a POST and leaves an entry in the audit.
"""

from apiflask import APIBlueprint

from suket_service.web.staff.reports import closing, counts, lists, register, soon, stations

blueprint = APIBlueprint("reports", __name__, enable_openapi=False)
blueprint.get("/reports")(counts.index)
blueprint.get("/reports/counts/<form>")(counts.counts_file)
blueprint.get("/reports/register")(register.register)
blueprint.post("/reports/register/export")(register.export_register)
blueprint.get("/reports/expiring")(soon.expiring)
blueprint.post("/reports/expiring/export")(soon.export_expiring)
blueprint.get("/reports/cards-ready")(soon.cards_ready)
blueprint.post("/reports/cards-ready/export")(soon.export_cards_ready)
blueprint.get("/reports/closing")(closing.closing)
blueprint.post("/reports/closing")(closing.close)
blueprint.get("/reports/closing/<day>")(closing.closed_day)
blueprint.get("/reports/closing/<day>/report.pdf")(closing.closing_pdf)
blueprint.get("/reports/closing/<day>/checkpoint.jws")(closing.checkpoint)
blueprint.get("/reports/lists")(lists.lists)
blueprint.post("/reports/lists")(lists.make_list)
blueprint.get("/reports/lists/<disclosure>")(lists.one_list)
blueprint.post("/reports/lists/<disclosure>/file")(lists.list_file)
blueprint.get("/reports/stations")(stations.stations)
blueprint.get("/reports/stations/template.csv")(stations.template)
blueprint.post("/reports/stations/import")(stations.upload)
blueprint.get("/reports/stations/import/<upload>")(stations.preview)
blueprint.post("/reports/stations/import/<upload>")(stations.confirm)
blueprint.post("/reports/stations/papers")(stations.papers)
