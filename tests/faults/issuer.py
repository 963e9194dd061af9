"""A desk, or several, each a process of its own: ``python -m tests.faults.issuer DATABASE_URL …``.

It issues letters one by one and says each on a line of its own, which leaves the process only after
the commit: ``ack KEY NUMBER``, ``refused KEY CODE``, ``trouble KEY CODE`` (to be tried again), ``died``
(one of its lives ended by kill -9), ``done``.
"""

import argparse
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, event

from suket_service.errors import RegistryError
from suket_service.registry import letters
from suket_service.registry import session as registry_session
from suket_service.registry.session import Registry
from tests.builders import OFFICE
from tests.faults.desk import Desk, Refused, Way

#: Between two tries of the same request, in seconds.
_PAUSE = 0.1
#: On a slower machine than one that issues a letter in so many seconds, lives last longer by as much.
_USUAL = 0.1
#: Letters a mortal issuer is heard of, before its lives are over.
_LEAST = 5


@dataclass(frozen=True, slots=True)
class Order:
    """What one process is to do."""

    database_url: str
    series: str
    first: int
    count: int
    way: Way
    retry_seconds: float  # how long one request is tried again; 0: the first trouble counts
    acknowledge_early: bool  # the control: say it before the commit
    fresh_keys: bool  # the control: every try is a new request
    tell: tuple[str, ...]  # statements that every new connection is told after the registry's own
    wait_for_ever: bool  # the control: no deadline in the queue
    most_bytes: int | None  # no file grows beyond: a disk that refuses to write
    lives: tuple[float, float] | None  # each life ends by kill -9 after so many seconds
    seconds: float  # of all lives together; on a slow machine longer, until something was heard
    seed: int
    processes: int  # the order is shared among so many


class HastyRegistry(Registry):
    """The protection removed: what is about to be committed is already told."""

    desk: Desk
    number: int

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as tx:
            yield tx
            key = self.desk.key(self.number)
            known = letters.by_request_keys(tx, OFFICE.code, [key]).get(key)
            if known is not None and known.number is not None:
                _say("ack", key, known.number)
                time.sleep(0.05)


def a_desk(order: Order) -> Desk:
    """The desk that such an order is for."""
    registry = (HastyRegistry if order.acknowledge_early else Registry)(order.database_url)
    _tell(registry, order.tell)
    return Desk(registry, order.series, order.way)


def _tell(registry: Registry, statements: Sequence[str]) -> None:
    @event.listens_for(registry._engine, "connect")
    def tell(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()


def run(desk: Desk, order: Order) -> None:
    """Issue everything that was ordered, from ``first`` on."""
    for number in range(order.first, order.first + order.count):
        _one(desk, number, order)
    desk.registry.close()


def _one(desk: Desk, number: int, order: Order) -> None:
    if isinstance(desk.registry, HastyRegistry):
        desk.registry.desk, desk.registry.number = desk, number
    give_up = time.monotonic() + order.retry_seconds
    tries = 0
    while True:
        tries += 1
        if order.fresh_keys:
            desk = Desk(desk.registry, f"{order.series}try{tries}x", order.way)
        try:
            told = desk.issue(number)
        except RegistryError as error:
            _say("trouble", desk.key(number), error.code)
            if time.monotonic() >= give_up:
                return
            time.sleep(_PAUSE)
        except Refused as refusal:
            _say("refused", desk.key(number), refusal.args[0])
            return
        else:
            if not order.acknowledge_early:
                _say("ack", desk.key(number), told)
            return


def live_and_die(order: Order, lives: tuple[float, float]) -> None:
    """Life after life, each ended by kill -9 at a random moment; each goes on where the last was heard."""
    chance = random.Random(order.seed)
    # Warmed up, or a life is over before its first letter; no connection goes through a fork.
    desk = a_desk(order)
    run(desk, replace(order, count=1))
    began = time.monotonic()
    run(desk, replace(order, first=order.first + 1, count=1))
    slowness = max(1.0, (time.monotonic() - began) / _USUAL)
    left = _after(order, order.first + 1)
    end = time.monotonic() + order.seconds
    heard_of = 0
    while left.count > 0 and (time.monotonic() < end or heard_of < _LEAST):
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            os.dup2(write_end, 1)
            desk.open()
            _say("open")
            run(desk, left)
            os._exit(0)
        os.close(write_end)
        os.read(read_end, len("open\n"))
        time.sleep(slowness * chance.uniform(*lives))
        os.kill(child, signal.SIGKILL)
        with os.fdopen(read_end, encoding="utf-8") as heard:
            lines = [line for line in heard if line.endswith("\n")]
        os.waitpid(child, 0)
        for line in lines:
            _say(*line.split())
        told = [line.split()[1] for line in lines if line.startswith(("ack", "refused"))]
        _say("died")
        heard_of += len(told)
        if told:
            left = _after(order, int(told[-1].rpartition(":")[2]))


def _after(order: Order, number: int) -> Order:
    return replace(order, first=number + 1, count=order.first + order.count - number - 1)


def _say(*words: str) -> None:
    os.write(1, f"{' '.join(words)}\n".encode())


def _order() -> Order:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--series", default="a")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--way", type=Way, default=Way.ROWS)
    parser.add_argument("--retry-seconds", type=float, default=0.0)
    parser.add_argument("--acknowledge-early", action="store_true")
    parser.add_argument("--fresh-keys", action="store_true")
    parser.add_argument("--tell", action="append", default=[])
    parser.add_argument("--most-bytes", type=int)
    parser.add_argument("--lives", type=float, nargs=2)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--wait-for-ever", action="store_true")
    given = vars(parser.parse_args())
    lives = given.pop("lives")
    tell = tuple(given.pop("tell"))
    return Order(**given, tell=tell, lives=tuple(lives) if lives else None)


def _shares(order: Order) -> list[Order]:
    count = order.count // order.processes
    return [
        replace(order, first=order.first + place * count, count=count, seed=order.seed + place)
        for place in range(order.processes)
    ]


def _do(order: Order) -> None:
    if order.lives:
        live_and_die(order, order.lives)
    else:
        run(a_desk(order), order)


def _in_a_child(order: Order) -> int:
    """Do it in a process of its own, which has nothing left to import; its id."""
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            _do(order)
            failed = 0
        except BaseException:  # noqa: BLE001 - a child must not go on as its parent
            traceback.print_exc()
        os._exit(failed)
    return child


def main() -> None:
    """The command."""
    order = _order()
    if order.wait_for_ever:
        registry_session.WAIT_SECONDS = sys.maxsize
    if order.most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.most_bytes, resource.RLIM_INFINITY))
    if order.processes == 1:
        _do(order)
        _say("done")
        return
    children = [_in_a_child(share) for share in _shares(order)]
    if any([os.waitpid(child, 0)[1] for child in children]):  # noqa: C419 - each is waited for
        sys.exit("a process of this issuer broke down")
    _say("done")


if __name__ == "__main__":
    main()
