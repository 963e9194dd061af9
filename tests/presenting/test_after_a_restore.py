"""A registry that came back from a backup: phones go on, unused codes have ended, and what was lost comes again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suket_service import administering, presenting
from suket_service.administering import Order
from suket_service.errors import NotAllowed
from suket_service.registry.session import Registry
from tests.databases import Databases, SqliteDatabases
from tests.presenting.polls import HERE, OPENS, Phone, Polls


@pytest.fixture
def new(databases: Databases) -> Iterator[Registry]:
    """An empty place, of either kind."""
    with databases.nothing_yet() as registry:
        yield registry


@pytest.fixture
def polls(sqlite_databases: SqliteDatabases) -> Iterator[Polls]:
    with sqlite_databases.a_registry() as registry:
        polls = Polls.opened(registry)
        polls.office.clock = OPENS
        yield polls


@pytest.fixture
def restored(polls: Polls, new: Registry, tmp_path: Path) -> Callable[[Callable[[], None]], None]:
    """Backs up, lets something happen, and brings the backup back."""

    def run(meanwhile: Callable[[], None]) -> None:
        file = polls.office.back_up(tmp_path / "registry.backup").file
        meanwhile()
        place = new.file or tmp_path / "work"
        administering.restore(new, place, Order(file, "production"), polls.office.tick())
        polls.office.registry = new

    return run


def nothing() -> None:
    pass


def test_a_code_that_was_used_since_does_not_work_twice(
    polls: Polls, restored: Callable[[Callable[[], None]], None]
) -> None:
    [sheet] = polls.sheets(polls.stations[0])
    phone = Phone()

    def enrol(who: Phone) -> None:
        presenting.enrol(polls.registry, sheet.code, who.public, "x", polls.at)

    restored(lambda: enrol(phone))
    for who in (Phone(), phone):
        with pytest.raises(NotAllowed) as refused:
            enrol(who)
        assert refused.value.code == "enrolment_code_unknown"
    states = presenting.stations_state(polls.registry, HERE, polls.election)
    assert (states[0].sheet, states[0].devices) == ("none", ())
    assert polls.phone(polls.stations[0]).id


def test_an_enrolled_phone_goes_on(polls: Polls, restored: Callable[[Callable[[], None]], None]) -> None:
    phone = polls.phone(polls.stations[0])
    restored(nothing)
    assert polls.results(phone, polls.scan(phone, polls.papers[0])) == [("stored", None)]


def test_what_was_acknowledged_and_lost_is_asked_for_again(
    polls: Polls, restored: Callable[[Callable[[], None]], None]
) -> None:
    phone, other = polls.phone(1), polls.phone(2)
    kept, lost, theirs = (
        polls.scan(phone, polls.papers[0]),
        polls.scan(phone, polls.papers[1]),
        polls.scan(other, polls.papers[1]),
    )
    polls.send(phone, kept)
    cursors: list[int] = []

    def meanwhile() -> None:
        polls.send(other, theirs)
        cursors.append(polls.send(phone, lost).news.cursor)

    restored(meanwhile)
    reply = polls.send(phone, after=cursors[0])
    assert reply.news.resend
    assert polls.results(phone, kept, lost) == [("known", None), ("stored", None)]
    news = polls.send(phone, after=reply.news.cursor).news
    assert (news.resend, news.cursor > reply.news.cursor, news.cursor < 2**53) == (False, True, True)
    assert polls.conflicts() == []
    polls.send(other, theirs)
    assert polls.conflicts() == [frozenset({lost["id"], theirs["id"]})]


def test_a_phone_that_comes_for_the_first_time_has_nothing_to_send_again(
    polls: Polls, restored: Callable[[Callable[[], None]], None]
) -> None:
    restored(nothing)
    assert not polls.send(polls.phone(1)).news.resend
