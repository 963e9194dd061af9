"""A registry's own database, as someone with a SQL prompt reaches it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from suket_service.registry.session import Registry

LETTER = "1" * 32
#: What both databases raise when a rule of their own refuses something.
Refused = (sqlite3.IntegrityError, psycopg.IntegrityError)
#: Every column of ``letter`` that may not be empty, for a letter that no use case made.
_DRAFT = {
    "office": "2172",
    "kind": 1,
    "state": "draft",
    "reason": "Blangko habis",
    "requested_by": "operator",
    "created_at": "2026-11-22 05:00:00.000000",
    "nik": "2172031708950003",
    "name": "SUHARTINI",
    "birth_place": "TANJUNGPINANG",
    "birth_date": "1995-08-17",
    "sex": "M",
    "blood_type": "O",
    "address": "JALAN MERDEKA NOMOR 5",
    "rt": 1,
    "rw": 2,
    "village": "2172031001",
    "religion": "ISLAM",
    "marital_status": "BELUM KAWIN",
    "occupation": "NELAYAN",
    "citizenship": "WNI",
}


class Raw:
    """A connection past every line of our code; the same SQL on both databases, marked with ``?``."""

    def __init__(self, connection: sqlite3.Connection | psycopg.Connection[Any]) -> None:
        self._connection = connection

    @property
    def is_sqlite(self) -> bool:
        return isinstance(self._connection, sqlite3.Connection)

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """A cursor: ``fetchone``, ``fetchall``, or rows by iterating."""
        if isinstance(self._connection, sqlite3.Connection):
            return self._connection.execute(statement, parameters)
        marked = statement.replace("?", "%s").encode() if parameters else statement.encode()
        return self._connection.execute(marked, parameters or None)

    def commit(self) -> None:
        self._connection.commit()

    def triggers(self) -> list[tuple[str, str]]:
        """Name and table of each trigger that our migrations made."""
        query = (
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
            if self.is_sqlite
            else "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        )
        return [(name, table) for name, table in self.execute(query).fetchall()]

    def trigger_texts(self) -> list[str]:
        """The statements that make those triggers."""
        query = (
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if self.is_sqlite
            else "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        )
        return [text for (text,) in self.execute(query).fetchall()]

    def drop_trigger(self, name: str, table: str) -> None:
        self.execute(f"DROP TRIGGER {name}" + ("" if self.is_sqlite else f" ON {table}"))

    def refuse_inserts(self, name: str, table: str, when: str) -> None:
        """A trigger of that name which refuses new rows of ``table`` for which ``when`` holds (of ``NEW``)."""
        if self.is_sqlite:
            self.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
            return
        self.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        self.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


@contextmanager
def raw(database: Registry | Path) -> Iterator[Raw]:
    """The database of a registry, or a SQLite file, as its owner has it; committed at the end."""
    file = database.file if isinstance(database, Registry) else database
    if file is not None:
        connection: sqlite3.Connection | psycopg.Connection[Any] = sqlite3.connect(file)
    else:
        assert isinstance(database, Registry)
        url = database.url.set(drivername="postgresql")
        connection = psycopg.connect(url.render_as_string(hide_password=False))
    try:
        yield Raw(connection)
        connection.commit()
    finally:
        connection.close()


@contextmanager
def tampering(database: Registry | Path) -> Iterator[Raw]:
    """The same without the triggers: an insider with the database in hand."""
    with raw(database) as connection:
        made = connection.trigger_texts()
        for name, table in connection.triggers():
            connection.drop_trigger(name, table)
        yield connection
        for text in made:  # who knows what they do covers their tracks
            connection.execute(text)


def insert_letter(connection: Raw, **columns: object) -> None:
    """A letter's row written by hand."""
    row = {"id": LETTER, **_DRAFT, **columns}
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO letter ({', '.join(row)}) VALUES ({marks})", list(row.values()))
