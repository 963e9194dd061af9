"""A check for a polling station's confirmed phone: whole, with the stored portrait, and on record.

What is on record is that a phone asked, never about whom.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.seal import parse, read_digits, read_text
from suket_service.core.verifier import StationView
from suket_service.errors import SealError
from suket_service.registry import audit, presentations
from suket_service.registry.session import Registry, Transaction
from suket_service.verifying.desk import Desk
from suket_service.verifying.portraits import as_data_url, stored_portrait
from suket_service.verifying.report import report

_ACTOR = "device"


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose phone asks, and where it stands."""

    device: str
    office: str
    station: StationFacts
    election: ElectionFacts


def check_at_station(
    registry: Registry, desk: Desk, text: str, asking: Asking, at: datetime
) -> dict[str, Any]:
    """The whole report on one symbol's text, with ``portrait``: a small JPEG as a data URL, or None.

    Raises:
        RegistryError: nothing is told that could not be put on record.
    """
    with registry.reading() as tx:
        presented = _was_shown(tx, asking.election.id, text)
    answer = desk.check_text(text, at, StationView(asking.station, asking.election, presented))
    portrait = None
    if answer.verdict.genuine:
        with registry.reading() as tx:  # drawn before the writers' turn, which a picture must not take up
            stored = stored_portrait(tx, answer)
        portrait = as_data_url(stored)
        with registry.writing() as tx:
            details = {"portrait": portrait is not None}
            audit.append(tx, at, _ACTOR, "device.check", asking.device, asking.office, details)
    return report(answer, masked=False) | {"portrait": portrait}


def _was_shown(tx: Transaction, election: int, text: str) -> bool:
    try:
        facts = parse(read_digits(read_text(text, allow_http=True).digits)).facts
    except SealError:
        return False
    place = facts.status_list, facts.status_index
    return place in presentations.in_force_at(tx, election, [place])
