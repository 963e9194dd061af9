"""What the service logs: one JSON object a line, or plain lines at a terminal, to stderr. Names nobody.

Nothing about a person is handed to a log in the first place: our own events are fixed words with a few
known facts beside them. Of what others log (the server, libraries) the words of their own source are
kept, and of an exception its kind and place: a message, an argument or a local may hold a seal. The mask over
every line is the last line of defence. Imports nothing of the application: the server's first process has it.
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.config import dictConfig
from types import TracebackType
from typing import Any

from suket_service.settings import LogSettings

OURS = "suket"
_SERVER = "gunicorn"
#: How the words of the server's first process begin, which sees no request.
_OF_WORKERS = ("Shutting down: ", "Reason: ", "Worker (pid:", "Handling signal: ")
#: Frames of an exception that are told, innermost last.
_FRAMES = 6
MASKED = "***"
#: What must never be read in a log, in whichever words it came: client keys, bearers, signed tokens, NIKs, seals.
_SECRETS = re.compile(
    r"suket_(?!service\b)[A-Za-z0-9_-]{16,}"
    r"|(?i:bearer)\s+[^\s\"']+"
    r"|eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*"
    r"|(?<![0-9])[0-9]{6}[ .-][0-9]{6}[ .-][0-9]{4}(?![0-9])"
    r"|[0-9]{12,}"
)
#: What the request at hand is called, while there is one.
_about: ContextVar[Mapping[str, str] | None] = ContextVar("about", default=None)


def about(facts: Mapping[str, str] | None) -> None:
    """What every line says from here on, until told otherwise: the request's id, route and method."""
    _about.set(facts)


def masked(text: str) -> str:
    """The text without anything that looks like a NIK, a seal, a key or a token."""
    return _SECRETS.sub(MASKED, text)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says: when, how grave, what, and of which request."""
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": masked(_event(record)),
        "logger": record.name,
        "process": record.process,
        **(_about.get() or {}),
        **getattr(record, "facts", {}),
    }
    if record.exc_info and record.exc_info[0] is not None:
        facts["error"] = record.exc_info[0].__name__
        facts["at"] = _places(record.exc_info[2])
    return {name: masked(value) if isinstance(value, str) else value for name, value in facts.items()}


def _event(record: logging.LogRecord) -> str:
    family, words = record.name.partition(".")[0], str(record.msg)
    if family == OURS or words.startswith(_OF_WORKERS):
        return record.getMessage()
    if family == _SERVER and not words.startswith("Invalid request"):
        return words if not record.args else _with_numbers(words, record.args)
    # An invalid request is quoted by the server; what a library says of its input is not ours to tell.
    return words.partition(" from ")[0] if family == _SERVER else f"{record.module}:{record.lineno}"


def _with_numbers(words: str, arguments: Any) -> str:
    """The server's words with the numbers in them; whatever else was put in stays out."""
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    try:
        return words % tuple(each if isinstance(each, int | float) else MASKED for each in given)
    except (TypeError, ValueError):
        return words


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(facts_of(record), ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts = facts_of(record)
        time, level, event = (facts.pop(name) for name in ("time", "level", "event"))
        rest = " ".join(f"{name}={value}" for name, value in facts.items())
        return f"{time} {level.upper():<7} {event}  {rest}"


def configuration(settings: LogSettings) -> dict[str, Any]:
    """What the standard library's ``dictConfig`` takes: everything to stderr, once, in our form."""
    plain = settings.form == "plain" or (settings.form == "auto" and sys.stderr.isatty())
    level = settings.level.upper()
    others = "INFO" if settings.level == "debug" else "WARNING"
    passed_on = {"level": others, "handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": PlainLines if plain else JsonLines}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "ours", "stream": "ext://sys.stderr"}
        },
        "root": {"level": others, "handlers": ["stderr"]},
        "loggers": {
            OURS: {"level": level, "handlers": [], "propagate": True},
            f"{_SERVER}.error": passed_on,
            f"{_SERVER}.access": {**passed_on, "level": "CRITICAL"},  # it would hold addresses as sent
        },
    }


def install(settings: LogSettings) -> None:
    """Log so in this process, and tell of what nobody caught by its kind and place alone."""
    dictConfig(configuration(settings))
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(OURS).critical("nobody caught an error", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
