"""Letters in force and those that soon end, counted once: the same as counted apart."""

from datetime import timedelta

import pytest

from suket_service.registry import counting
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.registry.standing import Standing, standing
from tests.builders import OFFICE, TODAY

UNTIL = TODAY + timedelta(days=180)  # the last day of a letter of six months


@pytest.mark.parametrize(
    ("days", "until", "counted"),
    [
        (0, UNTIL - timedelta(days=1), Standing(1, 0)),
        (0, UNTIL, Standing(1, 1)),
        (180, UNTIL, Standing(1, 1)),
        (181, UNTIL + timedelta(days=9), Standing(0, 0)),
    ],
)
def test_both_counts_are_those_counted_apart(
    registry: Registry, issued: LetterRecord, days: int, until: object, counted: Standing
) -> None:
    assert issued.valid_until == UNTIL
    today = TODAY + timedelta(days=days)
    with registry.reading() as tx:
        assert standing(tx, OFFICE.code, today, until) == counted  # type: ignore[arg-type]
        assert counting.active(tx, OFFICE.code, today) == counted.in_force
        assert standing(tx, "2171", today, UNTIL) == Standing(0, 0)
