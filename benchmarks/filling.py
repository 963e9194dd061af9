"""A registry with as many letters as it should hold. A sample is issued by the product itself, at positions spread
over all of them; the rest are rows of the same shape and size that no symbol leads to, put in by the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from benchmarks.office import DemoOffice
from suket_service.core.status_list import CAPACITY

GROUPS, TOGETHER = 50, 20  # real letters: so many places of so many in a row
#: What differs from row to row; all else is as in one real letter. ``i``: the row's place among all positions.
_OWN = {
    "postgresql": {
        "id": "md5(i::text)",
        "nik": "'9' || lpad(i::text, 15, '0')",
        "name": "'SUHARTINI ' || translate(md5((-i)::text), '0123456789', 'ghijklmnop')",
        "number": "'471.13/' || i || '/SKX/2172/2026'",
        "fingerprint": "sha256(i::text::bytea)",
    },
    "sqlite": {
        "id": "lower(hex(randomblob(16)))",
        "nik": "'9' || printf('%015d', i)",
        "name": "'SUHARTINI ' || hex(randomblob(16))",
        "number": "'471.13/' || i || '/SKX/2172/2026'",
        "fingerprint": "randomblob(32)",
    },
}
_PLACE = {"status_list": f"i / {CAPACITY} + 1", "status_index": f"i % {CAPACITY}", "request_key": "NULL"}
_SERIES = {
    "postgresql": "generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS series(i)",
    "sqlite": "(WITH RECURSIVE series(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM series WHERE i < :last) "
    "SELECT i FROM series)",
}
#: A row written again stands behind all others: so the real ones are spread over the table too.
_MOVE = {
    "postgresql": "UPDATE letter SET reason = reason",
    "sqlite": "UPDATE letter SET rowid = (SELECT max(rowid) FROM letter) + 1 + status_index - :index",
}


def fill(office: DemoOffice, url: str, letters: int, told: Callable[[str], None]) -> list[str]:
    """Let the registry hold so many letters; the texts of the real ones' symbols.

    ``url``: of its database, for someone to whom its rules do not apply.
    """
    step = letters // GROUPS
    engine = _fast_engine(url)
    texts: list[str] = []
    for first in range(0, letters, step):
        with engine.begin() as connection:
            _go_on_at(connection, first)
        texts += office.seal_texts(TOGETHER)
    with engine.connect() as connection, _without_rules(connection):
        for first in range(0, letters, step):
            with connection.begin():
                _put_rows(connection, first + TOGETHER, first + step - 1)
                _move(connection, first)
            if first * 10 % letters == 0:
                told(f"{first:,} of {letters:,} letters")
    with engine.begin() as connection:
        _go_on_at(connection, letters)
    if engine.dialect.name == "postgresql":  # as its own caretaker would have done by now
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE letter"))
    engine.dispose()
    return texts


def _go_on_at(connection: Connection, position: int) -> None:
    number, index = position // CAPACITY + 1, position % CAPACITY
    connection.execute(
        text("UPDATE status_list SET next_index = capacity WHERE number < :number"), {"number": number}
    )
    connection.execute(
        text("UPDATE status_list SET next_index = :index WHERE number = :number"),
        {"number": number, "index": index},
    )


def _put_rows(connection: Connection, first: int, last: int) -> None:
    kind = connection.dialect.name
    names = _columns(connection)
    own = {**_OWN[kind], **_PLACE}
    values = ", ".join(own.get(name, f"model.{name}") for name in names)
    connection.execute(
        text(
            f"INSERT INTO letter ({', '.join(names)}) SELECT {values} FROM {_SERIES[kind]}, "
            "(SELECT * FROM letter WHERE status_list = 1 AND status_index = 0) AS model"
        ),
        {"first": first, "last": last},
    )


def _move(connection: Connection, first: int) -> None:
    number, index = first // CAPACITY + 1, first % CAPACITY
    connection.execute(
        text(
            f"{_MOVE[connection.dialect.name]} WHERE status_list = :number AND status_index BETWEEN :index AND :last"
        ),
        {"number": number, "index": index, "last": index + TOGETHER - 1},
    )


def _columns(connection: Connection) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns("letter")]


def _fast_engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def hasten(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            for pragma in (
                "synchronous=OFF",
                "journal_mode=MEMORY",
                "cache_size=-1000000",
                "locking_mode=NORMAL",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine


@contextmanager
def _without_rules(connection: Connection) -> Iterator[None]:
    """Every copied row refers to what its model refers to: there is nothing to look up a hundred million times."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        connection.commit()
    yield
