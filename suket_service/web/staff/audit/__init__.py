"""The auditor's pages: who did what, whether the chain is whole, what was issued unusually. Changes no letter.

What a page notes in the chain is that its reader took entries out as a file, and nothing else.
"""

from apiflask import APIBlueprint

from suket_service.web.staff.audit import checking, entries, unusual_issuing

blueprint = APIBlueprint("audit", __name__, enable_openapi=False)
blueprint.get("/audit")(entries.entries)
blueprint.post("/audit")(entries.search)
blueprint.post("/audit/export")(entries.export)
blueprint.get("/audit/check")(checking.checks)
blueprint.post("/audit/check")(checking.check)
blueprint.get("/audit/unusual")(unusual_issuing.unusual)
