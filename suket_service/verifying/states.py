"""What has become of a letter, for whoever checked its seal themselves. Sees no seal, writes and logs nothing.

Contract: design.md section 8. Only who knows the fingerprint, and so has read the letter, is told anything;
a wrong fingerprint, a free position and a list that never was get one and the same answer.
"""

import hmac
from datetime import UTC, date, datetime
from typing import Any

from suket_service.registry.letter_states import standing_at
from suket_service.registry.session import Registry

FINGERPRINT_BYTES = 32
UNKNOWN, UNDECIDED = "unknown", "undecided"
_NO_FINGERPRINT = bytes(FINGERPRINT_BYTES)


def letter_state(
    registry: Registry, status_list: int, status_index: int, fingerprint: bytes, at: datetime
) -> dict[str, Any]:
    """The state and dates of the letter at a position, as plain JSON values.

    Raises:
        RegistryError: it cannot be asked; that is no answer about the letter.
    """
    position = standing_at(registry, status_list, status_index)
    letter = position.letter
    # Also compared where nothing stands: both answers take the same steps.
    on_record = letter.fingerprint if letter is not None else _NO_FINGERPRINT
    is_this = hmac.compare_digest(on_record, fingerprint)
    if letter is None or not is_this:
        return _answer(UNDECIDED if position.is_lost else UNKNOWN, at)
    return _answer(letter.state.value, at, letter.issued_on, letter.valid_until, letter.extended_to)


def _answer(
    status: str,
    at: datetime,
    issued_on: date | None = None,
    valid_until: date | None = None,
    extended_to: date | None = None,
) -> dict[str, Any]:
    return {
        "status": status,
        "issued_on": _day(issued_on),
        "valid_until": _day(valid_until),
        "extended_to": _day(extended_to),
        "checked_at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
