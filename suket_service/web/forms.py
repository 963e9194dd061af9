"""Forms: what was typed, what is wrong with it, and nothing of it lost. Decides nothing about its meaning."""

import re
import secrets
from collections.abc import Mapping, Sequence

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from suket_service.errors import (
    CallerError,
    FieldError,
    InputError,
    KeyTrouble,
    NotFound,
    PrinterError,
    Problem,
    RegistryConflict,
    RequestRefused,
    SuketError,
    Text,
)
from suket_service.web.language import say

#: A field of a file that was chosen before the session ended: it has to be chosen again.
LOST_FILES = "_lost"
ONCE = "_once"
_KEY = re.compile(r"[0-9a-f]{32}")
_MOST_PAGES = 1_000_000
_MOST_DIGITS = 7
#: What a form shows beside its fields. Anything else is a fault of ours and has a page of its own.
_SHOWN = (InputError, CallerError, KeyTrouble, PrinterError, RegistryConflict)


class Form:
    """The fields of a form as text, with what is wrong with them."""

    def __init__(self, values: Mapping[str, str | Sequence[str]] | None = None) -> None:
        """A form that starts with these values."""
        self._values: dict[str, list[str]] = {
            name: [value] if isinstance(value, str) else list(value) for name, value in (values or {}).items()
        }
        self.problems: dict[str, list[Text]] = {}
        self._once: str | None = None

    @classmethod
    def given(cls) -> "Form":
        """What was posted."""
        return cls({name: request.form.getlist(name) for name in request.form})

    def __getitem__(self, name: str) -> str:
        """The value of a field, stripped; empty when it is not there."""
        return (self._values.get(name) or [""])[0].strip()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> list[str]:
        """Every value of a field that may come more than once."""
        return [value.strip() for value in self._values.get(name, [])]

    def values(self) -> dict[str, str]:
        """Every field's first value, but for those that belong to the page and not to its reader."""
        return {
            name: self[name] for name in self._values if not name.startswith("_") and name != "csrf_token"
        }

    def file(self, name: str) -> bytes | None:
        """The bytes of an uploaded file; None when none was chosen.

        Raises:
            FieldError: ``choose_again``.
        """
        sent = request.files.get(name)
        if sent is not None and sent.filename:
            return sent.stream.read()
        if name in self.all(LOST_FILES):
            raise FieldError(Problem(name, "choose_again", _CHOOSE_AGAIN))
        return None

    @property
    def once(self) -> str:
        """The key that this page's form was drawn with, the same however often it is sent."""
        if self._once is None:
            self._once = self[ONCE] if _KEY.fullmatch(self[ONCE]) else new_key()
        return self._once

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.problems

    def refuse(self, field: str, text: Text) -> None:
        """Note what is wrong with a field; with "" of the whole form."""
        self.problems.setdefault(field, []).append(text)

    def why(self, field: str) -> str:
        """What is wrong with a field, in the reader's language."""
        return " ".join(say(text) for text in self.problems.get(field, ()))

    def catching(self) -> "_Catching":
        """Keep what the block refuses, by field; what is not found, and our own faults, pass."""
        return _Catching(self)


class _Catching:
    """A block whose refusals a form keeps."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, NotFound) or not isinstance(error, _SHOWN):
            return False
        for problem in _problems_of(error):
            self._form.refuse(problem.field, problem.text)
        return True


def _problems_of(error: SuketError) -> Sequence[Problem]:
    if isinstance(error, RequestRefused):
        return error.problems
    return [error.problem if isinstance(error, FieldError) else Problem("", error.code, error.text)]


def done(text: Text, url: str) -> Response:
    """Say that it is done, on the page that follows: back and reload repeat nothing."""
    flash(say(text))
    return redirect(url, 303)


def page_number() -> int:
    """The page of a list that was asked for; 1 for anything that is no number of a page."""
    asked = request.values.get("page", "")
    fits = asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS
    return min(max(int(asked), 1), _MOST_PAGES) if fits else 1


def new_key() -> str:
    """A fresh key for a form that must not count twice."""
    return secrets.token_hex(16)


_CHOOSE_AGAIN = Text(
    "Sesi Anda sempat berakhir, dan berkas tidak ikut tersimpan. Pilih lagi berkasnya; isian lain masih ada.",
    "Your session had ended, and files are not kept. Choose the file again; everything else is still here.",
)
