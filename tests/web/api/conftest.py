"""The office at work of the staff's pages, asked by agencies' programs."""

from datetime import UTC, datetime

import pytest

from suket_service.web import calling
from tests.web.staff.conftest import office, office_template, served_office

__all__ = ["office", "office_template", "served_office"]


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute that a limit is of does not turn while a test counts calls."""
    at = datetime.now(UTC)
    monkeypatch.setattr(calling, "now", lambda: at)
