"""How numbers are written, when the office is open, how many blank cards there are. Issues nothing."""

from datetime import time

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.core.kind import Kind
from suket_service.errors import InputError, Problem, RequestRefused, Text
from suket_service.registry import offices
from suket_service.registry.offices import DAYS, Hours, OpeningHours
from suket_service.web.forms import Form, done
from suket_service.web.language import number
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.administration.area import asking, blueprint, typed_count

_DAY_NAMES = dict(
    zip(
        DAYS,
        (
            Text("Senin", "Monday"),
            Text("Selasa", "Tuesday"),
            Text("Rabu", "Wednesday"),
            Text("Kamis", "Thursday"),
            Text("Jumat", "Friday"),
            Text("Sabtu", "Saturday"),
            Text("Minggu", "Sunday"),
        ),
        strict=True,
    )
)


@blueprint.get("/administration/numbering")
def numbering() -> str:
    """The pattern, and the next number of each series."""
    pattern = signed_in().office.number_pattern
    return _numbering(Form({"number_pattern": pattern}), _next_numbers(pattern))


@blueprint.post("/administration/numbering")
def change_numbering() -> ResponseReturnValue:
    """Show what a pattern would give, or use it from now on."""
    ask, form = asking(), Form.given()
    shown: list[tuple[Kind, str]] = []
    with form.catching():
        shown = _next_numbers(form["number_pattern"])
        if form["look"]:
            return _numbering(form, shown)
        administering.change_number_pattern(ask.registry, ask.office, form["number_pattern"], ask.by, ask.at)
        told = Text(
            "Pola nomor dipakai mulai surat berikutnya. Nomor surat yang sudah ada tidak berubah.",
            "The pattern is used from the next letter on. Letters that exist keep their numbers.",
        )
        return done(told, url_for("administration.numbering"))
    return _numbering(form, shown), 422


def _next_numbers(pattern: str) -> list[tuple[Kind, str]]:
    ask = asking()
    try:
        return administering.next_numbers(ask.registry, ask.office, pattern, ask.at)
    except InputError:
        if pattern == signed_in().office.number_pattern:  # given at a time when less was asked of one
            return []
        raise


def _numbering(form: Form, shown: list[tuple[Kind, str]]) -> str:
    return render_template(
        "staff/administration/numbering.html",
        form=form,
        shown=shown,
        current=signed_in().office.number_pattern,
        may_change=may("administration.change_numbering"),
    )


@blueprint.get("/administration/hours")
def hours() -> str:
    """When the office is open."""
    ask = asking()
    with ask.registry.reading() as tx:
        return _hours(_hours_form(offices.opening_hours(tx, ask.office)))


@blueprint.post("/administration/hours")
def change_hours() -> ResponseReturnValue:
    """Say when the office is open."""
    ask, form = asking(), Form.given()
    with form.catching():
        administering.set_opening_hours(ask.registry, ask.office, _typed_hours(form), ask.by, ask.at)
        told = Text("Jam buka disimpan.", "Opening hours are saved.")
        return done(told, url_for("administration.hours"))
    return _hours(form), 422


def _hours(form: Form) -> str:
    return render_template(
        "staff/administration/hours.html",
        form=form,
        days=_DAY_NAMES,
        may_change=may("administration.change_hours"),
    )


def _hours_form(held: OpeningHours) -> Form:
    values = {}
    for name, each in zip(DAYS, held.days, strict=True):
        values[f"{name}_opens"] = f"{each.opens:%H:%M}" if each else ""
        values[f"{name}_closes"] = f"{each.closes:%H:%M}" if each else ""
    return Form(values)


def _typed_hours(form: Form) -> OpeningHours:
    days, problems = list[Hours | None](), list[Problem]()
    for name in DAYS:
        opens, closes = form[f"{name}_opens"], form[f"{name}_closes"]
        try:
            given = Hours(_time(opens), _time(closes)) if opens or closes else None
        except ValueError:
            told = Text(
                "Isi kedua jam, misalnya 07:30 dan 16:00, atau kosongkan keduanya bila tutup.",
                "Give both times, such as 07:30 and 16:00, or leave both empty where it is closed.",
            )
            problems.append(Problem(name, "time_form", told))
            continue
        days.append(given)
    if problems:
        raise RequestRefused(problems)
    return OpeningHours(tuple(days))


def _time(text: str) -> time:
    # To the minute: what a browser's field gives, and all that is kept.
    return time.fromisoformat(text.replace(".", ":")).replace(second=0, microsecond=0, tzinfo=None)


@blueprint.get("/administration/stock")
def stock() -> str:
    """How many blank cards there are."""
    held = _held()
    return _stock(Form({"cards": "" if held is None else str(held)}))


@blueprint.post("/administration/stock")
def change_stock() -> ResponseReturnValue:
    """Say how many there are, or that nobody counts them."""
    ask, form = asking(), Form.given()
    cards = None if form["unknown"] else typed_count(form, "cards", needed=True)
    with form.catching():
        if form.ok:
            administering.set_cards_in_stock(ask.registry, ask.office, cards, ask.by, ask.at)
            return done(_stock_told(cards), url_for("administration.stock"))
    return _stock(form), 422


def _held() -> int | None:
    ask = asking()
    with ask.registry.reading() as tx:
        return offices.cards_in_stock(tx, ask.office)


def _stock(form: Form) -> str:
    return render_template(
        "staff/administration/stock.html",
        form=form,
        held=_held(),
        may_change=may("administration.change_stock"),
    )


def _stock_told(cards: int | None) -> Text:
    if cards is None:
        return Text("Blangko kartu: belum dihitung.", "Blank cards: not counted.")
    return Text(f"Blangko kartu: {number(cards)} keping.", f"Blank cards: {number(cards)}.")
