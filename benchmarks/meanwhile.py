"""Verifications and single drafts while another process issues a large file, beside the idle figures."""

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

from benchmarks.issue import applications
from benchmarks.measure import Line, WrongAnswer, goal, milliseconds, percentile, seconds
from benchmarks.office import DemoOffice, demo_office, now, working_on
from suket_service import issuing
from suket_service.core.verdict import Outcome
from suket_service.sheets.read import Row
from suket_service.verifying import Desk

GOAL_SECONDS = 0.1
#: Between two verifications, in seconds: an officer's phone does not ask in a tight loop.
PAUSE = 0.002


def run(*, quick: bool) -> Iterator[Line]:
    """The 99th percentile of single verifications, and how long a second writer waits."""
    many = 500 if quick else 5_000
    with demo_office() as office:
        texts = cycle(office.seal_texts(50))
        desk = Desk(office.registry, office.settings.environment, office.settings.host)

        def check() -> None:
            if desk.check_text(next(texts), now()).verdict.outcome is not Outcome.VALID:
                raise WrongAnswer("a good letter did not verify")

        drafts = iter(applications(office, 400))

        def draft() -> None:
            issuing.draft(office.registry, next(drafts), "operator", now())

        idle = [_timed(check) for _ in range(200 if quick else 1_000)]
        idle_drafts = [_timed(draft) for _ in range(40)]
        busy, busy_drafts = _meanwhile(office, office.registered(many), check, draft)
        rate = many / busy_drafts.pop()
        for what, now_taken, then in (
            (f"verify one letter, {len(busy):,} times while {many:,} rows are issued", busy, idle),
            (f"draft one letter, {len(busy_drafts)} times meanwhile", busy_drafts, idle_drafts),
        ):
            for name, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0)):
                ours, theirs = percentile(now_taken, share), percentile(then, share)
                is_goal = now_taken is busy and name == "p99"
                yield Line(
                    f"{what}, {name} / idle",
                    milliseconds(ours),
                    milliseconds(theirs),
                    theirs / ours,
                    goal("< 100 ms", met=ours < GOAL_SECONDS) if is_goal else "–",
                )
        yield Line("the file meanwhile", f"{rate:,.0f} letters/s")


def _timed(work: Callable[[], object]) -> float:
    time.sleep(PAUSE)
    return seconds(work)


def _meanwhile(
    office: DemoOffice, rows: list[Row], check: Callable[[], None], draft: Callable[[], None]
) -> tuple[list[float], list[float]]:
    checks: list[float] = []
    drafts: list[float] = []
    child = get_context("spawn").Process(target=_issue, args=(office.settings.data_dir, rows))
    child.start()
    began = time.perf_counter()
    turn = 0
    while child.is_alive():
        checks.append(_timed(check))
        turn += 1
        if turn % 40 == 0 and len(drafts) < 300:
            drafts.append(_timed(draft))
    if child.exitcode != 0:
        raise WrongAnswer("the file was not issued")
    return checks, [*drafts, time.perf_counter() - began]


def _issue(data_dir: Path, rows: list[Row]) -> None:
    with working_on(data_dir) as office:
        if len(office.issue(rows, "e" * 64)) != len(rows):
            raise WrongAnswer("a letter is missing")
