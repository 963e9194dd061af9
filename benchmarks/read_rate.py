"""How many frames of worn letters the scanner reads, in both looks of a live scan and in the plain one alone."""

from collections.abc import Iterator

from benchmarks.measure import Line, WrongAnswer, goal
from tests.reading.lens import PROFILES
from tests.reading.rates import FRAMES_OF_A_KIND, GOALS, Rate, measured, table, whole
from tests.reading.scanner_page import a_browser, scanner_page


def run(*, quick: bool) -> Iterator[Line]:
    """Percent of the frames of a profile; the kinds one by one in a table of their own."""
    with a_browser() as browser, scanner_page(browser) as scanner:
        rates = list(measured(scanner, range(2 if quick else FRAMES_OF_A_KIND)))
    if any(rate.wrong for rate in rates):
        raise WrongAnswer("a frame was read as another text")
    print(table(rates), end="\n\n", flush=True)
    for profile in PROFILES:
        yield _line(rates, profile)


def _line(rates: list[Rate], profile: str) -> Line:
    mine = [rate for rate in rates if rate.profile == profile]
    frames, least = sum(rate.frames for rate in mine), GOALS[profile]
    read = whole(rates, profile)
    return Line(
        f"{frames} worn letters read, {profile} / the plain look alone",
        f"{read:.1%}",
        f"{sum(rate.plain for rate in mine) / frames:.1%}",
        goal=goal(f"≥ {least:.0%}, none wrong", met=read >= least),
    )
