"""The day's counts of letters issued and revoked, for anyone, with the latest checkpoint. Names nobody."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, make_response, render_template

from suket_service import publishing
from suket_service.core.checkpoint import SignedCheckpoint
from suket_service.core.letter import Office
from suket_service.registry import checkpoints, counting, offices, publications
from suket_service.registry.session import Transaction
from suket_service.web.context import context, now

#: Days shown, today among them.
DAYS = 14
#: Anyone may keep these for this long without asking again, in seconds.
MAX_AGE_SECONDS = 300

blueprint = APIBlueprint("figures", __name__, enable_openapi=False)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What an office did on a day."""

    day: date
    issued: int
    revoked: int


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """An office's last days, the newest first."""

    office: Office
    days: tuple[DayFigures, ...]


@blueprint.get("/angka")
def page() -> Response:
    """The counts as a page."""
    told, signed = _figures()
    answer = make_response(render_template("public/figures.html", told=told, signed=signed))
    answer.vary.add("Cookie")  # the reader's language: whoever keeps a copy must not give it to another
    return _public(answer)


@blueprint.get("/angka.json")
def as_json() -> Response:
    """The counts for programs."""
    told, signed = _figures()
    answer = jsonify(
        offices=[
            {
                "code": each.office.code,
                "name": each.office.name,
                "days": [
                    {"day": day.day.isoformat(), "issued": day.issued, "revoked": day.revoked}
                    for day in each.days
                ],
            }
            for each in told
        ],
        checkpoint=None if signed is None else _told(signed),
    )
    return _public(answer)


def _figures() -> tuple[list[OfficeFigures], SignedCheckpoint | None]:
    at = now()
    with context().registry.reading() as tx:
        told = [_of_office(tx, each, each.local_date(at)) for each in offices.offices(tx)]
        stored = publications.stored(tx, publishing.CHECKPOINT)
        return told, checkpoints.opened(tx, stored[0].body.decode()) if stored else None


def _of_office(tx: Transaction, office: Office, today: date) -> OfficeFigures:
    first = today - timedelta(days=DAYS - 1)
    issued = counting.issued_per_day(tx, office.code, first, today)
    revoked = counting.revoked_per_day(tx, office.code, first, today)
    days = (today - timedelta(days=back) for back in range(DAYS))
    return OfficeFigures(
        office, tuple(DayFigures(day, issued.get(day, 0), revoked.get(day, 0)) for day in days)
    )


def _told(signed: SignedCheckpoint) -> dict[str, Any]:
    return {
        "at": signed.checkpoint.at.isoformat(),
        "entries": signed.checkpoint.entries,
        "head": signed.checkpoint.head,
        "kid": signed.signer.kid,
    }


def _public(answer: Response) -> Response:
    answer.cache_control.public = True
    answer.cache_control.max_age = MAX_AGE_SECONDS
    return answer
