"""What is asked of the databases meanwhile, through SQLAlchemy and past it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from suket_service.registry.single_reads import SingleReads


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement from here on, as the drivers are given it."""
    seen: list[str] = []
    ask = SingleReads._ask

    def note(*args: Any) -> None:
        seen.append(args[2])

    def noted(self: SingleReads, cursor: Any, form: Any, parameters: list[Any]) -> Any:
        seen.append(form.text)
        return ask(self, cursor, form, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SingleReads, "_ask", noted)
        event.listen(Engine, "before_cursor_execute", note)
        yield seen
        event.remove(Engine, "before_cursor_execute", note)
