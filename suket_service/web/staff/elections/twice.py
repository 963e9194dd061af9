"""Letters shown twice, as they come to light, and codes that are no letter on record. Names nobody.

The page is loaded again every ten seconds by its script; without one, by its reader.
"""

from flask import render_template

from suket_service import presenting
from suket_service.errors import Text
from suket_service.presenting import Conflict
from suket_service.web.context import context
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.elections.planning import found
from suket_service.web.staff.elections.words import ago, outcome, standing, to_the_second

PAGE = 50
#: Codes without a letter that the page shows, the newest.
MOST_UNPROVEN = 100


def twice(election: int) -> str:
    """What was shown twice, the newest first."""
    me, held = signed_in(), found(election)
    registry = context().registry
    cases = presenting.conflicts(registry, me.office.code, election)
    others = sorted(
        presenting.unproven(registry, me.office.code, election),
        key=lambda each: (each.received_at, each.at),
        reverse=True,
    )
    shown = paged(len(cases), PAGE)
    return render_template(
        "staff/elections/twice.html",
        held=held,
        standing=standing(held, me.at),
        cases=[(each, title(each)) for each in shown.of(cases)],
        total=len(cases),
        lines=sum(len(each.shown) for each in cases) + len(others),
        others=others[:MOST_UNPROVEN],
        unproven=len(others),
        outcome=outcome,
        ago=lambda moment: ago(moment, me.at),
        to_the_second=lambda moment: to_the_second(moment, me.office),
        page=shown.page,
        pages=shown.pages,
    )


def title(case: Conflict) -> Text:
    """What the showings of a case have in common, in a few words."""
    stations = len({each.station.id for each in case.shown})
    if case.same_person:
        letters = len({each.letter for each in case.shown})
        where = "di satu TPS" if stations == 1 else f"di {stations} TPS"
        place = "at one station" if stations == 1 else f"at {stations} stations"
        return Text(
            f"Orang yang sama, {letters} surat, {where}", f"The same person, {letters} letters, {place}"
        )
    if stations > 1:
        return Text(f"Surat yang sama di {stations} TPS", f"The same letter at {stations} stations")
    return Text(
        f"Surat yang sama, {len(case.shown)} kali di satu TPS",
        f"The same letter, {len(case.shown)} times at one station",
    )
