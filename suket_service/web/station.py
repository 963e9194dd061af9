"""What officers' phones call: enrol, fetch their village's bundle, send what was shown. Decides nothing.

Everything but enrolling takes the device's own proof (``web.device_proof``).
"""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from suket_service import presenting, publishing
from suket_service.core.device_proof import DeviceKey
from suket_service.errors import NotFound, Text
from suket_service.presenting import Caller, Reply, StationConflict, SyncReport
from suket_service.web.context import context, now
from suket_service.web.device_proof import by_device
from suket_service.web.station_shapes import DeviceIn, DeviceOut, PresentationsIn, PresentationsOut

blueprint = APIBlueprint("station", __name__, tag="Station")


@blueprint.post("/api/v1/devices")
@blueprint.input(DeviceIn)
@blueprint.output(DeviceOut, status_code=201)
@blueprint.doc(summary="Enrol a device", operation_id="enrolDevice")
def enrol(json_data: DeviceIn) -> dict[str, Any]:
    """Enrol a phone with a single-use code. The same code with the same key again answers the same."""
    key = DeviceKey.of_jwk(json_data.key.x, json_data.key.y)
    made = presenting.enrol(context().registry, json_data.code, key, json_data.name, now())
    station, election = made.station, made.election
    return {
        "device": made.device.id,
        "state": made.device.state,
        "confirmation": made.device.confirmation,
        "station": {
            "id": station.id,
            "code": station.code,
            "village": station.village,
            "village_name": station.village_name,
            "neighbourhoods": list(station.neighbourhoods),
            "address": station.address,
        },
        "election": {
            "id": election.id,
            "name": election.name,
            "opens_at": int(election.opens_at.timestamp()),
            "closes_at": int(election.closes_at.timestamp()),
            "issuing_closes_at": int(election.issuing_closes_at.timestamp()),
        },
    }


@blueprint.get("/api/v1/station/trust-bundle")
@by_device
@blueprint.doc(summary="The trust bundle of a station", operation_id="stationTrustBundle")
def trust_bundle(caller: Caller) -> Response:
    """The bundle of the device's village: also the beginnings of its letters' fingerprints."""
    name = publishing.station_bundle_name(caller.election.id, caller.station.village)
    publication = publishing.stored(context().registry, name)
    if publication is None:
        raise NotFound("not_published", _NOT_PUBLISHED)
    response = Response(publication.body, mimetype=publication.media_type)
    response.set_etag(publication.etag)
    response.last_modified = publication.published_at
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


@blueprint.post("/api/v1/presentations")
@by_device
@blueprint.input(PresentationsIn)
@blueprint.output(PresentationsOut)
@blueprint.doc(summary="Send what was shown", operation_id="present")
def presentations(caller: Caller, json_data: PresentationsIn) -> dict[str, Any]:
    """Keep a device's events and tell it of conflicts. Always safe to send again."""
    report = SyncReport(json_data.bundle_version, json_data.unsent, json_data.app)
    reply = presenting.present(
        context().registry, caller.device.id, json_data.events, json_data.after, report, now()
    )
    return _told(reply)


def _told(reply: Reply) -> dict[str, Any]:
    return {
        "answers": [{"id": each.id, "result": each.result, "code": each.code} for each in reply.answers],
        "conflicts": [_conflict(each) for each in reply.conflicts],
        "seen": reply.news.seen,
        "unseen": reply.news.unseen,
        "cursor": reply.news.cursor,
        "more": reply.news.more,
        "resend": reply.news.resend,
        "now": int(reply.now.timestamp()),
    }


def _conflict(each: StationConflict) -> dict[str, Any]:
    return {
        "list": each.position[0],
        "index": each.position[1],
        "same_person": each.same_person,
        "here": {"at": int(each.here.at.timestamp()), "device": each.here.device},
        "elsewhere": [
            {
                "station": other.station,
                "village": other.village,
                "village_name": other.village_name,
                "at": int(other.at.timestamp()),
            }
            for other in each.elsewhere
        ],
    }


_NOT_PUBLISHED = Text(
    "Bundel untuk kelurahan TPS ini belum diterbitkan. Coba lagi sebentar.",
    "No bundle is published for this station's village yet. Try again shortly.",
)
