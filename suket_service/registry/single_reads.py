"""One row by one statement, on the driver itself: for what a whole nation asks within one hour. Writes nothing.

A single statement is one view by itself, on both databases, so it takes no transaction; and it goes past
SQLAlchemy's pool, whose ping and reset would cost more than the answer. The query is still SQLAlchemy's:
its text is made from it once a database, and each value is read the way its column says.
"""

import os
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect, Engine, Select

from suket_service.registry.prepared_reads import PreparedReads


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
        by_place = "qmark" if dialect.name == "sqlite" else "numeric_dollar"
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


class _Line(Protocol):
    """A connection of the driver's, used by one thread at a time."""

    def first(self, text: str, parameters: Sequence[Any]) -> Sequence[Any] | None:
        """The first row."""

    def close(self) -> None:
        """Let go of it."""


class _SqliteLine:
    def __init__(self, connection: Any) -> None:
        self._cursor = connection.cursor()

    def first(self, text: str, parameters: Sequence[Any]) -> Sequence[Any] | None:
        self._cursor.execute(text, parameters)
        rows = self._cursor.fetchall()  # to the end: until then SQLite holds its lock
        return rows[0] if rows else None

    def close(self) -> None:
        self._cursor.connection.close()


class SingleReads:
    """The connections for it: as many as were ever asked on at once, each used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._process = os.getpid()
        self._idle: deque[_Line] = deque()

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
        line = self._idle_line()
        if line is not None:
            try:
                return self._ask(line, form, parameters)
            except self.troubles:
                # It may have been the connection's trouble alone: a server that was restarted costs nobody an answer.
                line.close()
        line = self._fresh_line()
        try:
            return self._ask(line, form, parameters)
        except self.troubles:
            line.close()
            raise

    def _ask(self, line: _Line, form: _Form, parameters: list[Any]) -> Sequence[Any] | None:
        row = line.first(form.text, parameters)
        self._idle.append(line)
        return None if row is None else form.read(row)

    def _idle_line(self) -> _Line | None:
        if self._process != os.getpid():  # a forked child must not speak on its parent's connections
            self._process, self._idle = os.getpid(), deque()
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _fresh_line(self) -> _Line:
        pooled = self._engine.raw_connection()  # made with the engine's own settings
        connection: Any = pooled.dbapi_connection
        pooled.detach()  # ours from here on
        if self._is_sqlite:
            return _SqliteLine(connection)
        return PreparedReads(self._engine.dialect.loaded_dbapi, connection)

    def close(self) -> None:
        """Let go of every connection."""
        while (line := self._idle_line()) is not None:
            line.close()
