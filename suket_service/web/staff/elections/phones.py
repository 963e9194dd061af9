"""A phone at the desk: its code compared with the one on its screen, confirmed or revoked. Reads no letter."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import presenting
from suket_service.errors import NotFound, Text
from suket_service.presenting import Device
from suket_service.registry import devices, staff
from suket_service.registry.polling_stations import PollingStation
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.elections.planning import found
from suket_service.web.staff.elections.readiness import data_age
from suket_service.web.staff.elections.words import ago, standing

REASONS = (
    Text("Ponsel hilang", "Phone lost"),
    Text("Ponsel rusak atau diganti", "Phone broken or replaced"),
    Text("Kode tidak cocok", "The codes differ"),
    Text("Petugas berganti", "Another officer"),
)
MOST_REASON_CHARACTERS = 200


def phone(election: int, device: str) -> ResponseReturnValue:
    """A phone with its code."""
    return _page(election, device, Form())


def confirm(election: int, device: str) -> ResponseReturnValue:
    """Let a phone take part."""
    me, form = signed_in(), Form.given()
    _find(election, device)
    with form.catching():
        presenting.confirm_device(context().registry, me.office.code, device, me.username, me.at)
        told = Text(
            "Ponsel disahkan. Minta petugas KPPS membuka aplikasinya selagi ada internet.",
            "The phone is confirmed. Ask the officer to open the app while there is a network.",
        )
        return done(told, url_for("elections.election", election=election))
    return _page(election, device, form)


def revoke(election: int, device: str) -> ResponseReturnValue:
    """Let a phone take part no more."""
    me, form = signed_in(), Form.given()
    _find(election, device)
    with form.catching():
        presenting.revoke_device(
            context().registry, me.office.code, device, form["reason"], me.username, me.at
        )
        told = Text("Ponsel dicabut.", "The phone is revoked.")
        return done(told, url_for("elections.phone", election=election, device=device))
    return _page(election, device, form)


def _find(election: int, device: str) -> tuple[PollingStation, Device]:
    with context().registry.reading() as tx:
        found_device = devices.by_id(tx, signed_in().office.code, device)
        if found_device.election != election:
            raise NotFound(
                "no_device",
                Text("Ponsel itu tidak ada di pemilihan ini.", "This election has no such phone."),
            )
        return devices.stations(tx, [found_device.station])[found_device.station], found_device


def _page(election: int, device: str, form: Form) -> ResponseReturnValue:
    me, held = signed_in(), found(election)
    station, each = _find(election, device)
    with context().registry.reading() as tx:
        names = staff.names(tx, me.office.code)
    return render_template(
        "staff/elections/phone.html",
        form=form,
        held=held,
        standing=standing(held, me.at),
        station=station,
        phone=each,
        is_own_sheet=each.sheet_by == me.username,
        names=names,
        age=data_age(each, me.at),
        ago=lambda moment: ago(moment, me.at),
        reasons=REASONS,
        most=MOST_REASON_CHARACTERS,
    ), 200 if form.ok else 422
