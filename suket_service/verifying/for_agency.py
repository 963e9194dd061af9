"""A check for an agency's program: whole, with the stored portrait, and on record. Knows no key and no limit.

What is on record is which program asked, about how many seals and how many were genuine, never about whom.
The portrait comes with the letters of the office that the agency has its agreement with, and no other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suket_service.registry import audit
from suket_service.registry.session import Registry
from suket_service.verifying.desk import Answer, Desk
from suket_service.verifying.portraits import as_data_url, stored_portrait
from suket_service.verifying.report import report

#: So many portraits are read in one view: a view that stays open holds up SQLite's writers.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Agency:
    """Whose program asks: its account, its key, and the office that gave the key."""

    account: str
    client: str
    office: str


def check_for_agency(
    registry: Registry, desk: Desk, texts: Sequence[str], agency: Agency, at: datetime
) -> list[dict[str, Any]]:
    """The whole reports on symbols' texts, in order, each with ``portrait``: a small JPEG as a data URL, or None.

    Raises:
        RegistryError: nothing is told that could not be put on record.
    """
    told, genuine = [], 0
    for first in range(0, len(texts), _AT_ONCE):
        answers = [desk.check_text(text, at) for text in texts[first : first + _AT_ONCE]]
        genuine += sum(answer.verdict.genuine for answer in answers)
        # Made small after the view is closed, and before the writers' turn.
        portraits = [as_data_url(each) for each in _stored(registry, answers, agency)]
        told += [
            report(answer, masked=False) | {"portrait": portrait}
            for answer, portrait in zip(answers, portraits, strict=True)
        ]
    details = {"client": agency.client, "seals": len(told), "genuine": genuine}
    with registry.writing() as tx:
        audit.append(tx, at, agency.account, "client.verify", agency.account, agency.office, details)
    return told


def _stored(registry: Registry, answers: Sequence[Answer], agency: Agency) -> list[bytes | None]:
    if not any(_is_own(answer, agency) for answer in answers):
        return [None] * len(answers)
    with registry.reading() as tx:
        return [stored_portrait(tx, answer) if _is_own(answer, agency) else None for answer in answers]


def _is_own(answer: Answer, agency: Agency) -> bool:
    return answer.registered is not None and answer.registered.office == agency.office
