"""The approver's desk: the queue of drafts, and changes that wait for a second person. Decides nothing itself."""

from apiflask import APIBlueprint

from suket_service.web.staff.desk import changes, letter, queue

blueprint = APIBlueprint("desk", __name__, enable_openapi=False)
for _method, _path, _endpoint, _view in (
    ("GET", "/desk", "queue", queue.show),
    ("POST", "/desk/approve", "approve", queue.approve),
    ("GET", "/desk/issued", "issued", queue.issued),
    ("GET", "/desk/<letter>", "letter", letter.show),
    ("POST", "/desk/<letter>/send-back", "send_back", letter.send_back),
    ("GET", "/desk/proposals", "proposals", changes.waiting),
    ("GET", "/desk/proposals/<proposal>", "proposal", changes.show),
    ("POST", "/desk/proposals/<proposal>/agree", "agree", changes.agree),
    ("POST", "/desk/proposals/<proposal>/decline", "decline", changes.decline),
    ("POST", "/desk/proposals/<proposal>/withdraw", "withdraw", changes.withdraw),
):
    blueprint.add_url_rule(_path, _endpoint, _view, methods=[_method])
