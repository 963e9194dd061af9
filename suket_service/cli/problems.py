"""What was refused, told field by field."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from suket_service.cli.session import REFUSED, Session
from suket_service.errors import FieldError, Problem, RequestRefused


@contextmanager
def told_by_field(session: Session) -> Iterator[None]:
    """Tell every problem of a refusal on a line of its own, and end with the exit code of one."""
    problems: tuple[Problem, ...]
    try:
        yield
    except RequestRefused as refusal:
        problems = refusal.problems
    except FieldError as error:
        problems = (error.problem,)
    else:
        return
    for each in problems:
        click.echo(f"suket: {each.field}: {each.text.in_language(session.language)}", err=True)
    raise SystemExit(REFUSED)
