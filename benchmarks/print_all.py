"""All the letters of a town, really printed: 2,400 in one run on two processes."""

import os
import time
from collections.abc import Iterator

from benchmarks.measure import Line, goal, seconds
from benchmarks.office import demo_office
from benchmarks.print_batch import ALL_OF_TANJUNGPINANG, GOAL, Workers, peak, people, print_run
from suket_service.printing import Press
from suket_service.printing.press import dismiss
from suket_service.settings import HOME


def run(*, quick: bool) -> Iterator[Line]:
    """Seconds from the button to the one file; the worker processes start within them."""
    number = ALL_OF_TANJUNGPINANG // (12 if quick else 1)
    with demo_office() as office:
        office.issue(people(office, number), "a" * 64)
        dismiss()  # those of a subject before this one
        workers, begun, sizes = Workers(), time.process_time(), []
        taken = seconds(
            lambda: sizes.append(print_run(office, number, Press(HOME / "templates", True, processes=2)))
        )
        here = time.process_time() - begun
    most = workers.most_memory()
    dismiss()
    reached = f"≤ {GOAL} s" if not quick else f"≤ {GOAL / 12:.0f} s for a twelfth"
    yield Line(
        f"{number:,} letters in a run on 2 processes, really printed, {sizes[0] / 1e6:.0f} MB",
        f"{taken:.1f} s",
        goal=goal(reached, met=taken <= GOAL * number / ALL_OF_TANJUNGPINANG),
    )
    there = workers.ended()
    yield Line(
        "processor time: this process (fetching, joining, recording) / both workers, from their start",
        f"{here:.1f} s",
        f"{there:.1f} s, {there / number * 1000:.0f} ms a letter",
    )
    yield Line(
        "most memory: this process / a worker process", f"{peak(os.getpid()):.0f} MB", f"{most:.0f} MB"
    )
