"""An election at a glance: its stations, sheets and phones, and who has not been heard of. Changes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import render_template, request

from suket_service import presenting
from suket_service.presenting import Device, StationState
from suket_service.registry.elections import Election
from suket_service.web.context import context
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.elections.planning import found
from suket_service.web.staff.elections.words import SHEET_STATES, ago, standing

PAGE = 25


@dataclass(frozen=True, slots=True)
class Counts:
    """An election's stations and phones in numbers."""

    stations: int
    sheets: int  # stations that have one, used or not
    waiting: int
    active: int
    revoked: int
    unheard: int  # stations
    unsent: int  # events that phones said they still hold
    shown: int


def election(election: int) -> str:
    """How ready an election is."""
    me, held = signed_in(), found(election)
    states = presenting.stations_state(context().registry, me.office.code, election)
    village, which = request.args.get("village", ""), request.args.get("which", "")
    narrowed = [each for each in states if _belongs(each, village, which, held, me.at)]
    at = paged(len(narrowed), PAGE)
    return render_template(
        "staff/elections/election.html",
        held=held,
        standing=standing(held, me.at),
        counts=counts(states, held, me.at),
        waiting=[(each, phone) for each in states for phone in each.devices if phone.state == "waiting"],
        states=at.of(narrowed),
        villages={each.station.village: each.station.village_name for each in states},
        village=village,
        which=which,
        asked={name: value for name, value in (("village", village), ("which", which)) if value},
        sheet_states=SHEET_STATES,
        data_age=lambda phone: data_age(phone, me.at),
        is_old=lambda phone: is_old(phone, held, me.at),
        ago=lambda moment: ago(moment, me.at),
        page=at.page,
        pages=at.pages,
    )


def counts(states: Sequence[StationState], held: Election, at: datetime) -> Counts:
    """An election's stations and phones counted."""
    phones = [each for state in states for each in state.devices]
    by_state = Counter(each.state for each in phones)
    return Counts(
        stations=len(states),
        sheets=sum(each.sheet != "none" for each in states),
        waiting=by_state["waiting"],
        active=by_state["active"],
        revoked=by_state["revoked"],
        unheard=sum(is_unheard(each, held, at) for each in states),
        unsent=sum(each.unsent or 0 for each in phones if each.state == "active"),
        shown=sum(each.shown for each in states),
    )


def is_unheard(state: StationState, held: Election, at: datetime) -> bool:
    """Whether no phone of a station is confirmed, in touch, with the latest data, and rid of what it holds."""
    active = [each for each in state.devices if each.state == "active"]
    return not any(
        each.synced_at is not None and not each.unsent and not is_old(each, held, at) for each in active
    )


def is_old(phone: Device, held: Election, at: datetime) -> bool:
    """Whether a phone's data were made before issuing closed, and so miss letters that count."""
    made = _made_at(phone)
    return at >= held.issuing_closes_at and (made is None or made < held.issuing_closes_at)


def data_age(phone: Device, at: datetime) -> str | None:
    """How old a phone's data are; None while it has said nothing of them."""
    made = _made_at(phone)
    return None if made is None else ago(made, at)


def _made_at(phone: Device) -> datetime | None:
    # A bundle's version is the second in which it was made; what is beyond every calendar is none of ours.
    try:
        return None if phone.bundle_version is None else datetime.fromtimestamp(phone.bundle_version, UTC)
    except (ValueError, OverflowError):
        return None


def _belongs(state: StationState, village: str, which: str, held: Election, at: datetime) -> bool:
    if village and state.station.village != village:
        return False
    match which:
        case "unheard":
            return is_unheard(state, held, at)
        case "waiting":
            return any(each.state == "waiting" for each in state.devices)
        case "no_sheet":
            return state.sheet == "none"
    return True
