"""The status list of a million letters, a tenth of them revoked: read, packed, signed; and then fetched as stored.

Takes a minute to fill the registry: run only when asked for by name.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

from flask import Flask, Response
from sqlalchemy import create_engine, text

from benchmarks.filling import fill
from benchmarks.measure import Line, WrongAnswer, alternate, cpu_seconds, goal, milliseconds
from benchmarks.office import DemoOffice, demo_office, now
from suket_service import publishing
from suket_service.core.keyring import Purpose
from suket_service.core.status_list import CAPACITY, Status, StatusList
from suket_service.publishing import Publisher
from suket_service.registry import keys, status
from suket_service.registry.status import ListContents
from suket_service.web.app import create_app
from tests.postgresql import SUPERUSER, Cluster, NoServer

GOAL_SECONDS = 1.0
PATH = "/api/v1/status-lists/1"
FETCHES = 100
#: A tenth in no order that would deflate well.
_STEP, _ROUND = 7_919, 10_007


def run(*, quick: bool) -> Iterator[Line]:
    """The steps of making the list, and what serving it costs, on either database."""
    letters, rounds = (CAPACITY // 20, 1) if quick else (CAPACITY, 5)
    with demo_office() as office:
        _fill(office, office.settings.database_url, letters)
        yield from _lines(office, "SQLite", letters, rounds)
    try:
        with Cluster() as cluster, ExitStack() as stack:
            cluster.create_database("office")
            office = stack.enter_context(demo_office(database_url=cluster.url("office")))
            owner = cluster.url("office", role=SUPERUSER).replace("postgresql:", "postgresql+psycopg:")
            _fill(office, owner, letters)
            yield from _lines(office, "PostgreSQL", letters, rounds)
    except NoServer as reason:
        yield Line(f"on PostgreSQL: {reason}", "–")


def _fill(office: DemoOffice, url: str, letters: int) -> None:
    fill(office, url, letters, lambda _how_far: None)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE letter SET state = 'revoked', closed_at = issued_at "
                f"WHERE CAST(status_index AS bigint) * {_STEP} % {_ROUND} < {_ROUND // 10}"
            )
        )
    engine.dispose()


def _lines(office: DemoOffice, database: str, letters: int, rounds: int) -> Iterator[Line]:
    passphrase, turns = office.settings.key_passphrase, count()
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, now().date(), passphrase)

    def made() -> str:
        return key.publish("statuslist+jwt", repr(_packed(_read(office), next(turns))).encode())

    revoked = sum(index * _STEP % _ROUND < _ROUND // 10 for index in range(letters))
    if len(_read(office).exceptions) != revoked:
        raise WrongAnswer("the list does not tell of every revoked letter")
    whole, read = alternate(rounds, made, lambda: _read(office))
    what = f"a status list of {letters:,} letters, a tenth revoked, {database}: read, packed, signed"
    yield Line(what, milliseconds(whole), goal=goal("< 1 s", met=whole < GOAL_SECONDS))
    yield Line("of that, read from the registry", milliseconds(read))
    publisher = Publisher(passphrase, office.settings.base_url, office.settings.host)
    [publish] = alternate(1, lambda: publishing.publish(office.registry, publisher, now()))
    yield Line("all that is published, signed and stored durably", milliseconds(publish))
    yield from _served(office, database, rounds)


def _read(office: DemoOffice) -> ListContents:
    with office.registry.reading() as tx:
        return next(each for each in status.contents(tx) if each.number == 1)


def _packed(contents: ListContents, turn: int) -> dict[str, object]:
    # One letter is another's fate each time: what was packed before is kept.
    exceptions = {**contents.exceptions, turn * 10: Status.SUSPENDED}
    return StatusList.of_letters(contents.next_index, exceptions, contents.capacity).to_claim()


def _served(office: DemoOffice, database: str, rounds: int) -> Iterator[Line]:
    ours = create_app(office.settings).test_client()
    first = ours.get(PATH)
    bare = Flask("bare")
    bare.add_url_rule(PATH, "list", lambda: Response(first.data, mimetype=first.mimetype))
    constant, known = bare.test_client(), {"If-None-Match": first.headers["ETag"]}
    if ours.get(PATH, headers=known).status_code != 304 or ours.get(PATH).data != first.data:
        raise WrongAnswer("the list was not served as stored")
    mine, theirs, unchanged = cpu_seconds(
        rounds,
        lambda: [ours.get(PATH) for _ in range(FETCHES)],
        lambda: [constant.get(PATH) for _ in range(FETCHES)],
        lambda: [ours.get(PATH, headers=known) for _ in range(FETCHES)],
    )
    size = f"{len(first.data) / 1000:,.0f} KB"
    yield Line(
        f"fetch it ({size}), {database} / an empty Flask route with the same bytes, processor time",
        milliseconds(mine / FETCHES),
        milliseconds(theirs / FETCHES),
        theirs / mine,
    )
    yield Line(
        "ask for it again (304)",
        milliseconds(unchanged / FETCHES),
        milliseconds(theirs / FETCHES),
        theirs / unchanged,
    )
