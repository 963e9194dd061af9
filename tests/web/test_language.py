"""Times as Indonesia's three zones say them, whoever reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask

from suket_service.web.language import clock, moment
from tests.builders import OFFICE

each_zone = pytest.mark.parametrize(
    ("hours", "said"), [(7, "00.30 WIB"), (8, "01.30 WITA"), (9, "02.30 WIT")], ids=["west", "middle", "east"]
)
LATE = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


@each_zone
def test_a_time_is_told_in_the_offices_zone(demo_app: APIFlask, hours: int, said: str) -> None:
    office = replace(OFFICE, utc_offset=timedelta(hours=hours))
    with demo_app.test_request_context():
        assert clock(LATE, office) == said


@each_zone
def test_a_moment_has_the_day_of_the_offices_zone(demo_app: APIFlask, hours: int, said: str) -> None:
    office = replace(OFFICE, utc_offset=timedelta(hours=hours))
    with demo_app.test_request_context():
        assert moment(LATE, office) == f"23 November 2026 {said}"
