"""The public page of the places of service: hours and what works, so that nobody travels in vain. Changes nothing.

Hours are free text, so the page never says that a place is open now.
"""

from dataclasses import dataclass
from datetime import timedelta

from apiflask import APIBlueprint
from flask import render_template

from suket_service.core.letter import Office
from suket_service.errors import Text
from suket_service.registry import offices, service_points
from suket_service.registry.service_points import PointKind, ServicePoint
from suket_service.registry.session import Transaction
from suket_service.web.context import context, now

blueprint = APIBlueprint("service_points", __name__, enable_openapi=False)
#: What was said longer ago than this is told with a warning.
STALE = timedelta(days=1)
KIND_NAMES = {
    PointKind.OFFICE: Text("Kantor dinas", "Main office"),
    PointKind.DISTRICT: Text("Kantor kecamatan", "District office"),
    PointKind.MOBILE: Text("Layanan keliling", "Mobile team"),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """An office's places of one sort, those that are not closed first."""

    kind: Text
    points: list[ServicePoint]


@dataclass(frozen=True, slots=True)
class _AtOffice:
    """An office's places, and how to reach it."""

    office: Office
    contact: str
    groups: list[_Group]


@blueprint.get("/layanan")
def page() -> str:
    """Every office's places with what works there, and when that was last said."""
    at = now()
    with context().registry.reading() as tx:
        held = [_at_office(tx, each) for each in offices.offices(tx)]
    return render_template(
        "public/service_points.html",
        held=[each for each in held if each.groups],
        is_old=lambda point: at - point.at > STALE,
    )


def _at_office(tx: Transaction, office: Office) -> _AtOffice:
    head = offices.letterhead(tx, office.code, offices.current_letterhead(tx, office.code))
    return _AtOffice(office, head.contact, _groups(service_points.of_office(tx, office.code)))


def _groups(points: list[ServicePoint]) -> list[_Group]:
    listed = sorted(
        (each for each in points if not each.removed),
        key=lambda each: (each.facts.closed_since is not None, each.facts.name.casefold()),
    )
    groups = [
        _Group(name, [each for each in listed if each.facts.kind is kind])
        for kind, name in KIND_NAMES.items()
    ]
    return [group for group in groups if group.points]
