"""The project's own letters, worn and photographed, through the scanner's real decoder in a real Chromium."""

import pytest

from tests.reading.frames import KINDS, frame
from tests.reading.lens import PROFILES
from tests.reading.rates import FRAMES_OF_A_KIND, GOALS, Rate, measured, table, whole
from tests.reading.scanner_page import ScannerPage

pytestmark = pytest.mark.browser

_FEW = range(500, 501)  # the whole table has other seeds


@pytest.fixture(scope="module")
def few(started: ScannerPage) -> list[Rate]:
    """A frame of each kind and profile."""
    return list(measured(started, _FEW))


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_most_of_a_few_frames_of_each_kind_are_read(few: list[Rate], profile: str) -> None:
    # So few frames differ from the whole by some percent: what must not happen is a decoder gone blind.
    assert whole(few, profile) >= GOALS[profile] - 0.1, table(few)


@pytest.mark.slow
def test_no_frame_is_read_wrong(few: list[Rate]) -> None:
    assert sum(rate.wrong for rate in few) == 0, table(few)


def test_there_are_ten_kinds_of_trouble_and_more() -> None:
    assert len(KINDS) >= 10


def test_the_same_seed_makes_the_same_frame() -> None:
    assert frame("worn", "harsh", 7) == frame("worn", "harsh", 7)


def test_another_seed_makes_another_frame() -> None:
    assert frame("worn", "harsh", 7) != frame("worn", "harsh", 10)


@pytest.mark.slow
def test_the_whole_table_meets_its_goals_and_holds_no_wrong_text(started: ScannerPage) -> None:
    rates = list(measured(started, range(FRAMES_OF_A_KIND)))
    print(table(rates))
    assert sum(rate.wrong for rate in rates) == 0
    for profile, least in GOALS.items():
        assert whole(rates, profile) >= least, table(rates)
