"""The page that everyone begins on: what waits for them, how many letters there are, how the system is. Changes nothing.

Written for 200,000 letters: every number is counted by an index or over a few weeks, and what the page
looks for in the audit it looks for among the last entries only.
"""

from datetime import timedelta

from flask import render_template

from suket_service.core.letter import STATE_NAMES, LetterState
from suket_service.registry import counting, offices
from suket_service.registry.counting import InForce
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.language import day, say, t
from suket_service.web.signed_in import SignedIn, signed_in
from suket_service.web.staff import charts
from suket_service.web.staff.overview import condition, polls, waiting
from suket_service.web.staff.overview.waiting import NEAR_DAYS, Known

#: Days that the charts look back.
DAYS = 30
_MOST_VILLAGES = 8


def home() -> str:
    """The page of whoever is signed in."""
    me, registry = signed_in(), context().registry
    with registry.reading() as tx:
        parts = condition.parts(tx, me)
        soon = me.today + timedelta(days=NEAR_DAYS)
        counted = counting.now_in_force(tx, me.office.code, me.today, soon)
        tasks = waiting.tasks(tx, me, Known(parts, counted.ending))
        numbers, figures = _letters(tx, me, counted)
        held = polls.near(tx, me)
    step = waiting.NEXT_STEP[me.role]
    return render_template(
        "staff/overview/home.html",
        tasks=[(task, waiting.way(task.endpoint, task.arguments, task.anchor)) for task in tasks],
        elections_near=[polls.at_a_glance(registry, me, each) for each in held],
        numbers=numbers,
        figures=figures,
        condition=waiting.CONDITION,
        parts=[*parts, *condition.machine(registry, context().settings.data_dir)],
        next_step=step,
        next_url=waiting.way(step.endpoint) or "",
    )


def _letters(
    tx: Transaction, me: SignedIn, counted: InForce
) -> tuple[list[tuple[str, int]], list[tuple[str, str, charts.Figure]]]:
    """The four numbers, and the figures with their titles and what one bar is."""
    office, today = me.office.code, me.today
    first = today - timedelta(days=DAYS - 1)
    begins = today.replace(day=1)
    per_day = counting.issued_per_day(tx, office, min(first, begins), today)
    month = sum(count for each, count in per_day.items() if each >= begins)
    numbers = [
        (t("terbit hari ini", "issued today"), per_day.get(today, 0)),
        (t("terbit bulan ini", "issued this month"), month),
        (t("surat berlaku", "letters in force"), counted.letters),
        (t(f"berakhir dalam {NEAR_DAYS} hari", f"ending within {NEAR_DAYS} days"), counted.ending),
    ]
    days = [first + timedelta(days=step) for step in range(DAYS)]
    villages = offices.villages_of(tx, me.office)
    lived = [
        (villages[code].name if code in villages else code, count)
        for code, count in counting.by_village(tx, office, first, today).items()
    ]
    return numbers, [
        (
            t(f"Terbit per hari, {DAYS} hari terakhir", f"Issued per day, last {DAYS} days"),
            t("Hari", "Day"),
            charts.columns([(day(each), per_day.get(each, 0)) for each in days]),
        ),
        (
            t("Semua surat menurut keadaan", "All letters by state"),
            t("Keadaan", "State"),
            charts.rows(_by_state(tx, office, counted.letters)),
        ),
        (
            t(f"Terbit per kelurahan, {DAYS} hari terakhir", f"Issued per village, last {DAYS} days"),
            t("Kelurahan", "Village"),
            charts.rows(charts.greatest(lived, _MOST_VILLAGES, t("lainnya", "others"))),
        ),
    ]


def _by_state(tx: Transaction, office: str, active: int) -> list[tuple[str, int]]:
    counts = counting.by_state(tx, office)
    issued = counts.pop(LetterState.ISSUED, 0)
    named = [
        (t("berlaku", "in force"), active),
        (t("lewat masa", "expired"), issued - active),
        *((say(STATE_NAMES[state]), count) for state, count in counts.items()),
    ]
    return [each for each in named if each[1]]
