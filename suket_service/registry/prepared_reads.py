"""Statements that PostgreSQL keeps ready for one connection, by libpq as psycopg offers it. Knows no table.

psycopg's own cursor takes three times the processor time for one row.
"""

from collections.abc import Sequence
from typing import Any


class PreparedReads:
    """One connection, used by one thread at a time; each statement is a view of its own."""

    def __init__(self, driver: Any, connection: Any) -> None:
        """``driver``: the module psycopg, which is loaded only where there is a server."""
        connection.autocommit = True
        self._driver, self._connection = driver, connection
        self._values = driver.adapt.Transformer(connection)
        self._names: dict[str, bytes] = {}

    def first(self, text: str, parameters: Sequence[Any]) -> Sequence[Any] | None:
        """The first row of a statement with ``$1`` … in it; None when there is none.

        Raises:
            psycopg.Error: the server refused it, or is gone.
        """
        name = self._names.get(text) or self._prepare(text)
        # As text: the server reads it as whatever type the statement has there.
        sent = self._values.dump_sequence(parameters, [self._driver.adapt.PyFormat.TEXT] * len(parameters))
        found = self._connection.pgconn.exec_prepared(name, sent, result_format=self._driver.pq.Format.BINARY)
        if found.status != self._driver.pq.ExecStatus.TUPLES_OK:
            raise self._driver.errors.error_from_result(found)
        if not found.ntuples:
            return None
        self._values.set_pgresult(found)
        row: Sequence[Any] = self._values.load_row(0, tuple)
        return row

    def _prepare(self, text: str) -> bytes:
        name = f"suket_{len(self._names)}".encode()
        done = self._connection.pgconn.prepare(name, text.encode())
        if done.status != self._driver.pq.ExecStatus.COMMAND_OK:
            raise self._driver.errors.error_from_result(done)
        self._names[text] = name
        return name

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
