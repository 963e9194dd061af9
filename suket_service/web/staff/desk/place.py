"""Where in the queue someone is, and which drafts a form names. Asks no registry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from suket_service.core.letter import LetterState
from suket_service.registry import letters
from suket_service.registry.letters import Narrowed
from suket_service.web.forms import page_number

ID = re.compile(r"[0-9a-f]{32}")
_CHOICE = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})")
_VILLAGE = re.compile(r"[0-9]{10}")
_KIND = re.compile(r"[0-9]{1,3}")
_BATCH = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue someone is: what it is narrowed by, and the page."""

    narrowed: Narrowed
    page: int

    @classmethod
    def asked(cls) -> "Place":
        """Out of the address, or out of a form that came from there; what makes no sense narrows nothing."""
        kind = _sensible("kind", _KIND)
        narrowed = Narrowed(
            village=_sensible("village", _VILLAGE),
            batch=_sensible("batch", _BATCH),
            kind=None if kind is None else int(kind),
            state=LetterState.APPROVED if request.values.get("state") == "approved" else LetterState.DRAFT,
        )
        return cls(narrowed, page_number())

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows it, as it stands in an address."""
        wanted = self.narrowed
        given = {
            "village": wanted.village,
            "batch": wanted.batch,
            "kind": None if wanted.kind is None else str(wanted.kind),
            "state": "approved" if wanted.state is LetterState.APPROVED else None,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything that waits."""
        return bool(self.filters.keys() - {"state"})

    @property
    def arguments(self) -> dict[str, Any]:
        """The whole place, as it stands in an address."""
        return self.filters if self.page == 1 else {**self.filters, "page": str(self.page)}


def _sensible(name: str, shape: re.Pattern[str]) -> str | None:
    given = request.values.get(name, "").strip()
    return given if shape.fullmatch(given) else None


def chosen_in(given: Sequence[str]) -> list[tuple[str, int]]:
    """The letters a form names, each with the revision it showed.

    Raises:
        NotFound: it names what no page of ours offers.
    """
    found = [_CHOICE.fullmatch(each) for each in given]
    if not all(found):
        raise letters.no_letter()
    return [(each[1], int(each[2])) for each in found if each is not None]
