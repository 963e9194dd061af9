"""Worker processes: they stay for the next part, are replaced when they die, and never outlive their parent."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import active_children, connection

import pytest

from suket_service.paper.press import print_pages
from suket_service.printing.press import Press, dismiss, running
from tests.paper.builders import ROOT, TEMPLATES, letter

PRESS = Press(TEMPLATES, demo=False, processes=2)
PORTIONS = [[letter(id=f"{number:032x}")] for number in range(2)]


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    dismiss()
    yield
    dismiss()


def part() -> list[bytes]:
    with running(PRESS, 50) as render_all:
        return [pages.pdf for pages in render_all(print_pages, PORTIONS)]


def test_they_stay_for_the_next_part_and_are_replaced_when_one_dies() -> None:
    first = part()
    crew = {child.pid for child in active_children()}
    assert len(crew) == 2
    assert part() == first
    assert {child.pid for child in active_children()} == crew

    dying = active_children()[0]
    dying.kill()
    connection.wait([child.sentinel for child in active_children()])
    dying.join()
    # The pool notices by itself that one of it died; until then it may yet fail a part, as it may in earnest.
    for child in active_children():
        child.join(20)
    assert part() == first
    dismiss()
    assert not active_children()


def test_they_end_with_a_parent_that_is_killed() -> None:
    script = (
        "import os, signal\n"
        "from tests.printing.test_press import part\n"
        "from multiprocessing import active_children\n"
        "if __name__ == '__main__':\n"
        "    part()\n"
        "    print(*[child.pid for child in active_children()], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # Whoever reads its output to the end has waited for the last process that could write there.
    parent = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert parent.returncode == -signal.SIGKILL
    assert len(parent.stdout.split()) == 2
