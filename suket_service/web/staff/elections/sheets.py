"""Enrolment sheets chosen and made. A code is told once, in the PDF that answers; nothing of it stays here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from suket_service import presenting
from suket_service.administering import FileFormat
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.errors import CallerError, FieldError, Problem, Text
from suket_service.paper.enrolment_sheet import (
    MOST_SHEETS,
    EnrolmentSheets,
    StationSheet,
    print_sheets,
    unprintable,
)
from suket_service.paper.wording import long_date
from suket_service.presenting import Sheet, StationState
from suket_service.registry import keys
from suket_service.registry.elections import Election
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import clock
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.elections.planning import found
from suket_service.web.staff.elections.words import standing
from suket_service.web.staff.reports.files import attachment, letterhead, printer
from suket_service.web.staff.reports.stations import serves

#: Which stations of the choice: those without a sheet, or each of them.
MISSING, EVERY = "missing", "every"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The stations that a choice is about, and those of them whose unused sheet would end."""

    states: Sequence[StationState]

    @property
    def open(self) -> int:
        return sum(each.sheet == "open" for each in self.states)


def sheets(election: int) -> ResponseReturnValue:
    """The choice, and what would be made of it."""
    asked = {name: request.args.get(name, "") for name in ("village", "station", "which")}
    return _page(found(election), Form({**asked, "which": asked["which"] or MISSING}))


def make(election: int) -> ResponseReturnValue:
    """Make new sheets for the stations of the choice; the older ones of the same stations end."""
    me, form, held = signed_in(), Form.given(), found(election)
    with form.catching():
        chosen = _choice(_states(election), form)
        if not chosen.states:
            raise CallerError("no_stations", _NONE)
        if len(chosen.states) > MOST_SHEETS:
            raise FieldError(_TOO_MANY)
        if chosen.open and not form["agreed"]:
            raise FieldError(_NOT_AGREED)
        key = _publication_key()
        _require_printable(chosen.states, held)  # before older sheets give way
        stations = [each.station.id for each in chosen.states]
        made = presenting.make_sheets(
            context().registry, me.office.code, election, stations, me.username, me.at
        )
        pdf = print_sheets(printer(), _papers(held, key), [_sheet(each) for each in made])
        return attachment(pdf, FileFormat.PDF, f"lembar-tps-{me.today}")
    return _page(held, form)


def _states(election: int) -> list[StationState]:
    return presenting.stations_state(context().registry, signed_in().office.code, election)


def _choice(states: Sequence[StationState], form: Form) -> _Chosen:
    if form["station"]:
        return _Chosen([each for each in states if str(each.station.id) == form["station"]])
    village, missing = form["village"], form["which"] != EVERY
    return _Chosen(
        [
            each
            for each in states
            if (not village or each.station.village == village) and (not missing or each.sheet == "none")
        ]
    )


def _publication_key() -> Key:
    with context().registry.reading() as tx:
        active = [
            key
            for key in keys.ring(tx)
            if (key.purpose, key.state) == (Purpose.PUBLICATION, KeyState.ACTIVE)
            and keys.signs_on(key, signed_in().at.date())
        ]
    if not active:
        raise keys.no_key()
    return active[-1]


def _require_printable(states: Sequence[StationState], held: Election) -> None:
    texts = [held.name, *(each.station.address + each.station.code for each in states)]
    if signs := unprintable(texts):
        raise CallerError(
            "glyph_missing",
            Text(
                f"Tanda {' '.join(signs[:5])} pada nama pemilihan atau alamat TPS tidak dapat dicetak. Perbaiki dahulu.",
                f"The signs {' '.join(signs[:5])} in the election's name or an address cannot be printed. Mend them first.",
            ),
        )


def _sheet(made: Sheet) -> StationSheet:
    station = made.station
    return StationSheet(
        station.code, station.village_name, serves(station), " ".join(station.address.split()), made.code
    )


def _papers(held: Election, key: Key) -> EnrolmentSheets:
    me, settings = signed_in(), context().settings
    office = me.office
    opens, closes = clock(held.opens_at, office).partition(" ")[0], clock(held.closes_at, office)
    made = f"{long_date(me.today)} {clock(me.at, office)}"
    return EnrolmentSheets(
        head=letterhead(),
        election=held.name,
        day=f"{long_date(office.local_date(held.opens_at))}, {opens}–{closes}",
        issuing_closes=f"{long_date(office.local_date(held.issuing_closes_at))} {clock(held.issuing_closes_at, office)}",
        base_url=settings.base_url,
        kid=key.kid,
        made=f"Dibuat oleh {me.name} ({me.username}) pada {made}. Lembar yang lebih lama untuk TPS ini tidak berlaku lagi.",
        made_at=me.at,
    )


def _page(held: Election, form: Form) -> ResponseReturnValue:
    me = signed_in()
    states = _states(held.id)
    chosen = _choice(states, form)
    villages: Mapping[str, str] = {each.station.village: each.station.village_name for each in states}
    return render_template(
        "staff/elections/sheets.html",
        form=form,
        held=held,
        standing=standing(held, me.at),
        chosen=chosen.states,
        would_end=chosen.open,
        stations=len(states),
        villages=villages,
        most=MOST_SHEETS,
    ), 200 if form.ok else 422


_NONE = Text("Tidak ada TPS dalam pilihan ini.", "There is no station in this choice.")
_TOO_MANY = Problem(
    "village",
    "too_many_sheets",
    Text(
        f"Satu PDF memuat paling banyak {MOST_SHEETS} lembar. Buat per kelurahan.",
        f"One PDF holds at most {MOST_SHEETS} sheets. Make them by village.",
    ),
)
_NOT_AGREED = Problem(
    "agreed",
    "not_agreed",
    Text(
        "Centang dahulu: lembar lama yang belum dipakai akan batal.",
        "Tick this first: older sheets that were not used will end.",
    ),
)
