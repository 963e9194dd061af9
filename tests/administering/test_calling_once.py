"""Writes of agencies' programs that are sent again, on either database: done once, answered alike every time."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import Connection

from suket_service import administering
from suket_service.administering import CallInFlight, KeptAnswer, KeyReused, Sent
from suket_service.errors import InputError, RegistryError, Text
from suket_service.registry import audit
from suket_service.registry.session import Registry
from tests.administering.test_clients import add
from tests.administering.test_kinds import entries
from tests.builders import NOON
from tests.registry.builders import raw

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LEASE = timedelta(seconds=60)
ANSWER = KeptAnswer(201, b"/letters/1\n{}\n")
KEY = "a-key-of-a-program"
Work = Callable[[Registry], KeptAnswer]


@pytest.fixture
def account(registry: Registry) -> str:
    return add(registry).client.account


def sent(account: str, body: bytes = b"{}", key: str = KEY) -> Sent:
    return Sent(account, key, sha256(body).digest())


def a_note(registry: Registry) -> KeptAnswer:
    """Some work: an entry in the audit."""
    with registry.writing() as tx:
        audit.append(tx, NOON, "a program", "test.work", "x")
    return ANSWER


def refuse(registry: Registry) -> KeptAnswer:
    """Work that is refused after it has begun."""
    a_note(registry)
    raise InputError("refused", Text("Tidak.", "No."))


def works(registry: Registry) -> int:
    """How often the work was done."""
    return sum(action == "test.work" for _, action, *_ in entries(registry))


def once(registry: Registry, what: Sent, at: datetime = NOON, work: Work = a_note) -> KeptAnswer:
    return administering.answer_once(registry, what, work, at)


def held(registry: Registry) -> int:
    with raw(registry) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM idempotent_call").fetchall()
    return int(count)


class TestAgain:
    def test_it_is_done_once_and_answered_alike(self, registry: Registry, account: str) -> None:
        first = once(registry, sent(account))
        again = once(registry, sent(account), NOON + HOUR)
        assert (first.replayed, again.replayed) == (False, True)
        assert (again.status, again.body) == (first.status, first.body) == (201, ANSWER.body)
        assert works(registry) == 1

    def test_a_key_with_something_else_is_refused_and_nothing_is_done(
        self, registry: Registry, account: str
    ) -> None:
        once(registry, sent(account))
        with pytest.raises(KeyReused) as error:
            once(registry, sent(account, b"[]"))
        assert error.value.code == "idempotency_key_reused"
        assert works(registry) == 1

    def test_two_keys_are_two_works(self, registry: Registry, account: str) -> None:
        once(registry, sent(account))
        once(registry, sent(account, key="another"))
        assert works(registry) == 2

    def test_one_key_of_two_programs_is_two(self, registry: Registry, account: str) -> None:
        once(registry, sent(account))
        once(registry, sent(add(registry, name="Lain").client.account, b"[]"))
        assert works(registry) == 2

    def test_the_key_itself_is_nowhere_in_the_registry(self, registry: Registry, account: str) -> None:
        once(registry, sent(account))
        with raw(registry) as connection:
            rows = connection.execute("SELECT * FROM idempotent_call").fetchall()
        assert KEY not in repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in rows[0]])
        assert KEY not in repr(sent(account))


class TestRefused:
    def test_what_is_refused_leaves_nothing_and_lets_go_of_the_key(
        self, registry: Registry, account: str
    ) -> None:
        with pytest.raises(InputError):
            once(registry, sent(account), work=refuse)
        assert (works(registry), held(registry)) == (0, 0)
        assert once(registry, sent(account, b"mended")) == ANSWER

    def test_work_that_cannot_be_put_on_record_lets_go_of_the_key(
        self, registry: Registry, account: str
    ) -> None:
        def spoil(within: Registry) -> KeptAnswer:
            a_note(within)
            raise RegistryError("registry_unavailable", Text("Rusak.", "Broken."))

        with pytest.raises(RegistryError):
            once(registry, sent(account), work=spoil)
        assert once(registry, sent(account)) == ANSWER
        assert works(registry) == 1


class TestInFlight:
    def test_a_process_that_dies_in_the_middle_holds_the_key_for_the_lease_and_no_longer(
        self, registry: Registry, account: str
    ) -> None:
        url = registry.url.render_as_string(hide_password=False)
        dying = multiprocessing.get_context("fork").Process(target=die_at_work, args=(url, account))
        dying.start()
        dying.join()
        assert dying.exitcode == 3
        for body in (b"{}", b"[]"):
            with pytest.raises((CallInFlight, KeyReused)):
                once(registry, sent(account, body), NOON + LEASE)
        assert works(registry) == 0
        assert once(registry, sent(account), NOON + LEASE + SECOND) == ANSWER
        assert works(registry) == 1

    def test_whoever_was_only_slow_finds_its_claim_gone_and_leaves_nothing(
        self, registry: Registry, account: str
    ) -> None:
        taken: list[KeptAnswer] = []
        slow = Halting(registry, lambda: taken.append(once(registry, sent(account), NOON + LEASE + SECOND)))
        with pytest.raises(CallInFlight):
            once(slow, sent(account))
        assert taken == [ANSWER]
        assert works(registry) == 1
        assert once(registry, sent(account), NOON + HOUR).replayed

    @pytest.mark.both
    def test_twenty_at_once_are_one_piece_of_work(self, registry: Registry, account: str) -> None:
        together = threading.Barrier(20)

        def post(_: int) -> str:
            together.wait()
            try:
                return "again" if once(registry, sent(account)).replayed else "done"
            except CallInFlight:
                return "busy"

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(post, range(20)))
        assert answers.count("done") == 1
        assert works(registry) == 1
        assert once(registry, sent(account)).replayed


class TestForgetting:
    def test_an_answer_is_kept_for_a_day(self, registry: Registry, account: str) -> None:
        once(registry, sent(account))
        administering.forget_old_answers(registry, NOON + 24 * HOUR)
        assert once(registry, sent(account), NOON + 24 * HOUR).replayed
        administering.forget_old_answers(registry, NOON + 24 * HOUR + SECOND)
        assert held(registry) == 0

    def test_after_a_day_a_key_is_free_also_where_nobody_let_go_of_it(
        self, registry: Registry, account: str
    ) -> None:
        once(registry, sent(account))
        assert not once(registry, sent(account, b"[]"), NOON + 25 * HOUR).replayed


def die_at_work(url: str, account: str) -> None:
    """Another process, whose power is cut while it works."""

    def die(within: Registry) -> KeptAnswer:
        a_note(within)
        os._exit(3)

    once(Registry(url), sent(account), work=die)


class Halting(Registry):
    """A registry whose user is held up between claiming a key and the work."""

    def __init__(self, registry: Registry, meanwhile: Callable[[], object]) -> None:
        vars(self).update(vars(registry))
        self._meanwhile, self._turns = meanwhile, 0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self._turns += 1
        if self._turns == 2:
            self._meanwhile()
        with super().writing() as tx:
            yield tx
