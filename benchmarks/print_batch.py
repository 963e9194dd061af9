"""Many letters to PDF on two processes, beside the same printer in one process."""

from collections.abc import Iterator

from benchmarks.measure import Line, WrongAnswer, goal, per_second, seconds
from benchmarks.office import CODE, demo_office, now
from suket_service import printing
from suket_service.core.letter import Letter
from suket_service.printing import Press
from suket_service.settings import HOME

ALL_OF_TANJUNGPINANG = 2_400
GOAL_200, GOAL_ALL = 30, 60


def run(*, quick: bool) -> Iterator[Line]:
    """Seconds for all, worker processes started anew."""
    number, alone = (40, 8) if quick else (200, 40)
    press = Press(HOME / "templates", demo=True, processes=2)
    single = Press(HOME / "templates", demo=True, processes=1)
    with demo_office() as office:
        numbers = office.issue(office.registered(number, photos=True), "a" * 64)
        originals = office.letters(numbers)
        _render(originals[:2], single)  # warm; the worker processes of the other start cold every time
        one = seconds(lambda: _render(originals[:alone], single)) / alone
        two = seconds(lambda: _render(originals, press))
        recorded = seconds(
            lambda: list(printing.print_letters(office.registry, CODE, numbers, "operator", press, now()))
        )
    whole = two * ALL_OF_TANJUNGPINANG / number
    baseline = f"{per_second(1 / one)} on one process ({alone} letters)"
    yield Line(
        f"{number} letters to PDF, printing.render on 2 processes: letters/s",
        per_second(number / two),
        baseline,
        one * number / two,
    )
    yield Line(
        f"{number} letters handed out, printing.print_letters (fetched, rendered, recorded): letters/s",
        per_second(number / recorded),
        baseline,
        one * number / recorded,
    )
    reached = goal(f"≤ {GOAL_200} s for 200", met=two * 200 / number <= GOAL_200)
    yield Line(f"{number} letters, printing.render, seconds", f"{two:.1f} s", goal=reached)
    yield Line(
        f"{ALL_OF_TANJUNGPINANG:,} letters, printing.render, EXTRAPOLATED in proportion",
        f"{whole:.0f} s",
        goal=goal(f"≤ {GOAL_ALL} s", met=whole <= GOAL_ALL),
    )
    yield Line(
        f"{ALL_OF_TANJUNGPINANG:,} letters, printing.print_letters, EXTRAPOLATED in proportion",
        f"{recorded * ALL_OF_TANJUNGPINANG / number:.0f} s",
    )


def _render(originals: list[Letter], press: Press) -> None:
    if len(printing.render(originals, press)) != len(originals):
        raise WrongAnswer("a letter was not printed")
