"""One row by one statement, on the driver's own cursor: for what a whole nation asks within one hour. Writes nothing.

A single statement is one view by itself, on both databases, so it takes no transaction; and it goes past
SQLAlchemy's pool, whose ping and reset would cost more than the answer. The query is still SQLAlchemy's:
its text is made from it once a database, and each value is read the way its column says.
"""

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select


class Question:
    """A query of at most one row, with parameters by name."""

    def __init__(self, query: "Select[Any]") -> None:
        self._query = query
        self._forms: dict[str, _Form] = {}

    def of(self, dialect: Dialect) -> "_Form":
        """What a driver of that kind is given, made once."""
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._query, dialect)
        return form

    def within(self, tx: Connection, given: Mapping[str, Any]) -> Sequence[Any] | None:
        """The row as a transaction sees it."""
        return tx.execute(self._query, given).first()


class _Form:
    """A query in one driver's words."""

    def __init__(self, query: "Select[Any]", dialect: Dialect) -> None:
        # By place and not by name: psycopg takes half as long.
        by_place = "qmark" if dialect.name == "sqlite" else "format"
        kind: Any = type(dialect)
        compiled: Any = query.compile(dialect=kind(paramstyle=by_place))
        self.text = str(compiled)
        self._in_order: list[str] = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        readers = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in query.selected_columns
        ]
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

    def parameters(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters as the driver takes them."""
        every_one = {**self._fixed, **given}
        return [every_one[name] for name in self._in_order]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        """The values that the driver's stand for."""
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return values


class SingleReads:
    """The connections for it: as many as were ever asked on at once, each used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._process = os.getpid()
        self._idle: deque[Any] = deque()

    @property
    def troubles(self) -> type[Exception]:
        """What the driver raises."""
        dbapi: Any = self._engine.dialect.loaded_dbapi
        trouble: type[Exception] = dbapi.Error
        return trouble

    def first(self, question: Question, given: Mapping[str, Any]) -> Sequence[Any] | None:
        """The row, in a view of its own; None when there is none.

        Raises:
            SQLAlchemyError: the database cannot be reached.
            Exception: one of :attr:`troubles`.
        """
        form = question.of(self._engine.dialect)
        parameters = form.parameters(given)
        cursor = self._idle_cursor()
        if cursor is not None:
            try:
                return self._ask(cursor, form, parameters)
            except self.troubles:
                # It may have been the connection's trouble alone: a server that was restarted costs nobody an answer.
                _end(cursor)
        cursor = self._fresh_cursor()
        try:
            return self._ask(cursor, form, parameters)
        except self.troubles:
            _end(cursor)
            raise

    def _ask(self, cursor: Any, form: _Form, parameters: list[Any]) -> Sequence[Any] | None:
        if self._is_sqlite:
            cursor.execute(form.text, parameters)
        else:
            cursor.execute(form.text, parameters, prepare=True)
        rows = cursor.fetchall()  # to the end: until then SQLite holds its lock
        self._idle.append(cursor)
        return form.read(rows[0]) if rows else None

    def _idle_cursor(self) -> Any:
        if self._process != os.getpid():  # a forked child must not speak on its parent's connections
            self._process, self._idle = os.getpid(), deque()
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _fresh_cursor(self) -> Any:
        pooled = self._engine.raw_connection()  # made with the engine's own settings
        connection: Any = pooled.dbapi_connection
        pooled.detach()  # ours from here on
        if self._is_sqlite:
            return connection.cursor()
        connection.autocommit = True
        return connection.cursor(binary=True)  # a third less to read than text

    def close(self) -> None:
        """Let go of every connection."""
        while (cursor := self._idle_cursor()) is not None:
            _end(cursor)


def _end(cursor: Any) -> None:
    connection: Callable[[], None] = cursor.connection.close
    connection()
