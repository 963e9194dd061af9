"""What programs asked, by month and call, and the writes that may be asked for twice, on either database."""

from datetime import date, datetime, timedelta

import pytest

from suket_service import administering
from suket_service.registry import calls
from suket_service.registry.calls import CallCount, KeptCall, Window
from suket_service.registry.clients import ClientScope
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.builders import NOON, OFFICE

DIGEST, HASH = b"d" * 32, b"h" * 32
JANUARY = date(2026, 1, 1)


def an_account(registry: Registry, name: str = "Bank", office: str = OFFICE.code, by: str = "admin") -> str:
    scopes = frozenset({ClientScope.VERIFY})
    return administering.add_client(registry, office, name, "PKS", scopes, None, by, NOON).client.account


@pytest.fixture
def account(registry: Registry) -> str:
    return an_account(registry)


def put(registry: Registry, account: str, day: date, asked: int, refused: int = 0, **changes: str) -> None:
    facts = {"office": OFFICE.code, "call": "letters.read", **changes}
    with registry.writing() as tx:
        calls.count(tx, account, facts["office"], day, facts["call"], asked=asked, refused=refused)


def counted(registry: Registry, first: date, last: date, office: str = OFFICE.code) -> list[CallCount]:
    with registry.reading() as tx:
        return calls.counted(tx, office, first, last)


def test_counts_are_summed_by_month_and_call(registry: Registry, account: str) -> None:
    for day, asked, refused in ((1, 2, 0), (31, 3, 1), (31, 4, 0)):
        put(registry, account, JANUARY.replace(day=day), asked, refused)
    put(registry, account, JANUARY.replace(month=2), 1)
    put(registry, account, JANUARY, 7, call="letters.list")
    assert counted(registry, JANUARY, date(2026, 12, 31)) == [
        CallCount(account, JANUARY, "letters.list", 7, 0),
        CallCount(account, JANUARY, "letters.read", 9, 1),
        CallCount(account, JANUARY.replace(month=2), "letters.read", 1, 0),
    ]


def test_the_first_and_the_last_day_count_and_none_beyond(registry: Registry, account: str) -> None:
    for day in (1, 2, 3, 4):
        put(registry, account, JANUARY.replace(day=day), 10**day)
    [found] = counted(registry, JANUARY.replace(day=2), JANUARY.replace(day=3))
    assert found.asked == 100 + 1000


def test_more_than_32_bits_can_count_is_counted(registry: Registry, account: str) -> None:
    put(registry, account, JANUARY, 2**40)
    assert counted(registry, JANUARY, JANUARY)[0].asked == 2**40


def test_an_office_sees_its_own_programs_alone(registry: Registry, account: str) -> None:
    other = another_office(registry).code
    theirs = an_account(registry, "Bank", other, "lain")
    put(registry, account, JANUARY, 1)
    put(registry, theirs, JANUARY, 2, office=other)
    assert [each.account for each in counted(registry, JANUARY, JANUARY)] == [account]
    assert [each.account for each in counted(registry, JANUARY, JANUARY, other)] == [theirs]


def test_a_window_holds_one_minute(registry: Registry, account: str) -> None:
    seen = []
    for now in (Window(7, 1), Window(7, 2), Window(8, 1)):
        with registry.writing() as tx:
            calls.set_window(tx, account, now)
            seen.append(calls.window(tx, account))
    assert seen == [Window(7, 1), Window(7, 2), Window(8, 1)]


def test_a_program_that_never_asked_has_used_nothing(registry: Registry, account: str) -> None:
    with registry.reading() as tx:
        assert calls.window(tx, account).used == 0


def claim(registry: Registry, account: str, at: datetime) -> None:
    with registry.writing() as tx:
        calls.claim(tx, account, HASH, DIGEST, at)


def kept(registry: Registry, account: str) -> KeptCall | None:
    with registry.reading() as tx:
        return calls.kept(tx, account, HASH)


def test_a_claim_is_kept_to_the_microsecond_and_then_its_answer(registry: Registry, account: str) -> None:
    at = NOON + timedelta(microseconds=123_457)
    claim(registry, account, at)
    assert kept(registry, account) == KeptCall(DIGEST, at, None, None)
    with registry.writing() as tx:
        calls.keep_answer(tx, account, HASH, 201, b"{}")
    assert kept(registry, account) == KeptCall(DIGEST, at, 201, b"{}")


def test_a_later_claim_takes_the_place_of_an_earlier(registry: Registry, account: str) -> None:
    claim(registry, account, NOON)
    with registry.writing() as tx:
        calls.keep_answer(tx, account, HASH, 201, b"{}")
    claim(registry, account, NOON + timedelta(days=2))
    assert kept(registry, account) == KeptCall(DIGEST, NOON + timedelta(days=2), None, None)


def test_what_is_older_is_forgotten_and_nothing_else(registry: Registry, account: str) -> None:
    claim(registry, account, NOON)
    for than, is_held in ((NOON, True), (NOON + timedelta(seconds=1), False)):
        with registry.writing() as tx:
            assert calls.holds_older(tx, than) is not is_held
            calls.forget_older(tx, than)
        assert (kept(registry, account) is not None) is is_held
