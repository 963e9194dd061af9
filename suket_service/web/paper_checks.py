"""Whether requests' letters fit on their page, remembered: laying one out on trial takes half a second.

Only texts that are longer than surely fits are laid out (``printing``). A preview may leave some for
later; what is drafted never does.
"""

import hashlib
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from suket_service import printing
from suket_service.core.letter import Office
from suket_service.core.request import Request
from suket_service.errors import Problem
from suket_service.printing.beforehand import SURELY_FIT, PaperCheck
from suket_service.registry import offices
from suket_service.registry.offices import Circumstances
from suket_service.web.context import context
from suket_service.web.signing import press

_MOST_REMEMBERED = 50_000
_Key = tuple[int, str, date]


@dataclass
class _Office:
    """What this process knows of an office's letters under one letterhead and the same kinds, for one day."""

    key: _Key
    check: PaperCheck
    answers: dict[bytes, Problem | None] = field(default_factory=dict)


_offices: dict[str, _Office] = {}


class Asking(Protocol):
    """For whose office letters are asked for, and when: a member of staff's request or a program's."""

    @property
    def office(self) -> Office:
        """Whose letterhead and kinds count."""

    @property
    def at(self) -> datetime:
        """The moment of the request."""


class PaperChecks:
    """Asks ``printing`` what this process does not know yet, for at most ``patience`` seconds (None: all)."""

    def __init__(self, me: Asking, patience: float | None = None) -> None:
        self._known = _known(me)
        self._patience = patience
        self._spent = 0.0
        self.left = 0  # requests that were left for later

    def __call__(self, request: Request) -> Problem | None:
        """Why a request's letter cannot be printed; None also where that was left for later."""
        key = _digest(request)
        if key in self._known.answers:
            return self._known.answers[key]
        is_long = sum(map(len, _texts(request))) > SURELY_FIT
        if is_long and self._patience is not None and self._spent >= self._patience:
            self.left += 1
            return None
        began = time.monotonic()
        answer = self._known.check(request)
        self._spent += time.monotonic() - began
        if is_long:
            if len(self._known.answers) >= _MOST_REMEMBERED:
                self._known.answers.clear()
            self._known.answers[key] = answer
        return answer


def _known(me: Asking) -> _Office:
    with context().registry.reading() as tx:
        under = offices.circumstances(tx, me.office.code, me.at)
    key = _key(under)
    known = _offices.get(me.office.code)
    if known is None or known.key != key:
        check = printing.paper_check(context().registry, me.office.code, press(), me.at)
        known = _offices[me.office.code] = _Office(key, check)
    return known


def _key(under: Circumstances) -> _Key:
    return under.letterhead, repr((under.office, sorted(under.kinds.items()), under.usual_kind)), under.today


def _digest(request: Request) -> bytes:
    return hashlib.sha256(repr((request.kind, _texts(request))).encode("utf-8", "replace")).digest()


def _texts(request: Request) -> tuple[str, ...]:
    person = request.resident
    return person.name, person.address, person.birth_place, person.occupation, request.reason
