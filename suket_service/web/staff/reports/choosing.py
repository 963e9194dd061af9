"""Which letters a report is about, as an address or a form says it. Reads no letter."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request

from suket_service.core.reason import Reason
from suket_service.core.region import Village
from suket_service.core.resident import parse_date, parse_rt_rw
from suket_service.errors import Text
from suket_service.registry import offices
from suket_service.registry.listing import IN_WORDS, Choice, Fate, Grouping
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import say, t
from suket_service.web.signed_in import signed_in

FIELDS = ("first", "last", "village", "rt", "rw", "fate", "reason")


def from_address() -> Form:
    """What the address asks for; without anything the present month."""
    asked = {name: request.args.get(name, "") for name in (*FIELDS, "by")}
    if "first" not in request.args and "last" not in request.args:
        today = signed_in().today
        asked |= {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
    return Form(asked)


def choice(form: Form, villages: Mapping[str, Village]) -> Choice:
    """The letters that a form asks for; what cannot be understood stands with its field, and is left open."""
    first, last = _day(form, "first"), _day(form, "last")
    if first and last and last < first:
        form.refuse(
            "last", Text("Hari terakhir mendahului hari pertama.", "The last day is before the first.")
        )
    village = form["village"] or None
    if village is not None and village not in villages:
        form.refuse(
            "village",
            Text("Kelurahan ini tidak dilayani kantor ini.", "This office does not serve that village."),
        )
    return Choice(
        first,
        last,
        village,
        _neighbourhood(form, "rt"),
        _neighbourhood(form, "rw"),
        _one_of(form, "fate", {each.value: each for each in Fate}),
        _one_of(form, "reason", {**{each.value: each.value for each in Reason}, IN_WORDS: IN_WORDS}),
    )


def grouping(form: Form) -> Grouping:
    """By what the register is counted; by day unless told otherwise."""
    return _one_of(form, "by", {each.value: each for each in Grouping}) or Grouping.DAY


def asked(form: Form) -> dict[str, str]:
    """The filled fields, for addresses and forms that ask for the same letters."""
    return {name: form[name] for name in FIELDS if form[name]}


def villages() -> dict[str, Village]:
    """The villages of the reader's office by code."""
    with context().registry.reading() as tx:
        return offices.villages_of(tx, signed_in().office)


def options(known: Mapping[str, Village]) -> dict[str, Any]:
    """What the choices of the filter offer, in the reader's language."""
    reasons = [(each.value, say(each.label)) for each in Reason]
    return {
        "village_options": [("", t("semua", "all")), *((code, each.name) for code, each in known.items())],
        "fate_options": [("", t("semua", "all")), *((each.value, say(each.label)) for each in Fate)],
        "reason_options": [
            ("", t("semua", "all")),
            *reasons,
            (IN_WORDS, t("dengan kata-kata sendiri", "in words alone")),
        ],
        "by_options": [(each.value, say(_GROUPINGS[each])) for each in Grouping],
    }


def in_words(chosen: Choice, known: Mapping[str, Village], day_words: Any) -> str:
    """A choice as a report's subtitle, in Indonesian."""
    parts = []
    if chosen.first and chosen.last and chosen.first == chosen.last:
        parts.append(f"terbit {day_words(chosen.first)}")
    elif chosen.first or chosen.last:
        first = f" dari {day_words(chosen.first)}" if chosen.first else ""
        last = f" sampai {day_words(chosen.last)}" if chosen.last else ""
        parts.append(f"terbit{first}{last}")
    if chosen.village:
        parts.append(f"kelurahan {known[chosen.village].name}" if chosen.village in known else chosen.village)
    if chosen.rt is not None:
        parts.append(f"RT {chosen.rt:03d}")
    if chosen.rw is not None:
        parts.append(f"RW {chosen.rw:03d}")
    if chosen.fate:
        parts.append(f"status {chosen.fate.label.id}")
    if chosen.reason:
        words = "dengan kata-kata sendiri" if chosen.reason == IN_WORDS else Reason(chosen.reason).label.id
        parts.append(f"alasan {words}")
    told = ", ".join(parts) or "semua surat"
    return told[0].upper() + told[1:]


def _day(form: Form, field: str) -> date | None:
    if not form[field]:
        return None
    with form.catching():
        return parse_date(form[field], field)
    return None


def _neighbourhood(form: Form, field: str) -> int | None:
    if not form[field]:
        return None
    with form.catching():
        return parse_rt_rw(form[field], field)
    return None


def _one_of(form: Form, field: str, known: Mapping[str, Any]) -> Any:
    given = form[field]
    if not given:
        return None
    if given not in known:
        form.refuse(field, Text("Pilihan ini tidak dikenal.", "This choice is not known."))
    return known.get(given)


_GROUPINGS = {
    Grouping.DAY: Text("Hari", "Day"),
    Grouping.MONTH: Text("Bulan", "Month"),
    Grouping.VILLAGE: Text("Kelurahan", "Village"),
    Grouping.NEIGHBOURHOOD: Text("RT/RW", "RT/RW"),
}
