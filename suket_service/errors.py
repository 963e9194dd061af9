"""Every error this product raises on purpose: one tree, by who is to blame. Imports nothing.

An error carries its evidence as fields and its sentence in both languages; it never carries a NIK,
a name, a seal or a token, because errors end up in logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people: what happened and what to do, in Indonesian and in English."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``language`` (``"id"`` or ``"en"``; anything else reads as ``"id"``)."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of what was given, or (as a warning) worth a second look."""

    field: str
    code: str
    text: Text


class SuketError(Exception):
    """The root. ``code`` is for programs, ``text`` for people."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.id)
        self.code = code
        self.text = text

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders whole: a printer's worker raises them too."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[SuketError], args: tuple[Any, ...], state: dict[str, Any]) -> SuketError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(SuketError):
    """What was given cannot be used: a field, a row, a file, a picture."""


class FieldError(InputError):
    """One field cannot be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code, problem.text)
        self.problem = problem


class RequestRefused(InputError):
    """A request for a letter is refused; ``problems`` says why, field by field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.code, first.text)
        self.problems = tuple(problems)


class FileRefused(InputError):
    """A whole file cannot be read as what it should be."""


class SealError(InputError):
    """A text is not a seal that can be read. ``code`` is the reason code of steps 1 to 3."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, Text("Kode ini bukan segel surat.", "This code is not a letter's seal."))
        self.reason = reason


class KeyTrouble(SuketError):
    """A signing key is missing, locked, out of its dates or does not fit."""


class RegistryError(SuketError):
    """The registry cannot be reached, or holds something it should not."""


class RegistryConflict(RegistryError):
    """The database's own rules refused a write: nothing of the transaction remains."""


class PrinterError(SuketError):
    """A letter cannot be put on paper."""


class CallerError(SuketError):
    """The caller asks for something they may not do, or that does not exist."""


class NotAllowed(CallerError):
    """This person may not do this."""


class NotFound(CallerError):
    """No such thing in this office. Another office's thing answers the same."""


class WrongState(CallerError):
    """The letter is not in a state that allows this. ``state`` is the one it is in."""

    def __init__(self, code: str, text: Text, state: str) -> None:
        super().__init__(code, text)
        self.state = state


class SettingsError(CallerError):
    """A setting is missing or cannot be used."""
