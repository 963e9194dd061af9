"""An election with three stations and three letters, on either database."""

import pytest

from suket_service.registry.session import Registry
from tests.presenting.polls import Polls


@pytest.fixture
def polls(registry: Registry) -> Polls:
    return Polls.opened(registry)


@pytest.fixture
def replaced(polls: Polls) -> Polls:
    """With a fourth letter, in the place of the first one's."""
    polls.office.revoke(polls.papers[0])
    polls.office.serial = 0
    polls.office.issue(1)
    return polls
