"""The database's own file, as someone with a SQL prompt reaches it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LETTER = "1" * 32
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


@contextmanager
def raw(database: Path) -> Iterator[sqlite3.Connection]:
    """The file itself, past every line of our code; what is done is committed at the end."""
    with closing(sqlite3.connect(database)) as connection:
        yield connection
        connection.commit()


@contextmanager
def tampering(database: Path) -> Iterator[sqlite3.Connection]:
    """The same without the triggers: an insider with the file in hand."""
    with raw(database) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


def insert_letter(connection: sqlite3.Connection, **columns: object) -> None:
    """A letter's row written by hand."""
    row = {"id": LETTER, **_DRAFT, **columns}
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO letter ({', '.join(row)}) VALUES ({marks})", list(row.values()))
