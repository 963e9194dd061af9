"""What a request may reach: the registry, the desk and the settings, kept on the application."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import current_app

from suket_service.publishing import Held
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.verifying import Desk

_KEY = "suket"


@dataclass(frozen=True)
class Context:
    """Made once an application."""

    settings: Settings
    registry: Registry
    desk: Desk
    published: Held


def context() -> Context:
    """The application's own."""
    return cast("Context", current_app.extensions[_KEY])


def install(extensions: dict[str, object], made: Context) -> None:
    """Keep it where :func:`context` finds it."""
    extensions[_KEY] = made


def now() -> datetime:
    """The clock, read once a request."""
    return datetime.now(UTC)
