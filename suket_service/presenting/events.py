"""Events as phones send them, read field by field: one that is malformed is refused alone. Keeps nothing."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from suket_service.core.seal import MOST_STATUS_INDEX, MOST_STATUS_LIST
from suket_service.core.verdict import Outcome
from suket_service.registry.presentations import Event, Kind, Position

_ID = re.compile(r"[0-9a-f]{32}")
_PROOF = re.compile(r"[0-9a-f]{64}")
_MOST_SEQ = 2**31 - 1
#: The last second of the year 9999. A phone's clock may say anything, and is believed in nothing.
MOST_SECONDS = 253_402_300_799
_OUTCOMES = frozenset(each.value for each in Outcome)


@dataclass(frozen=True, slots=True)
class Told:
    """A well-formed event, with the proof that it came with."""

    event: Event
    proof: bytes | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event that cannot be kept: which field is at fault, and whose it is where even that can be told."""

    id: str | None
    code: str


class _FieldWrong(Exception):
    """``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(sent: object) -> Told | Malformed:
    """One event of a call. Members that are not known are passed over; nothing of them is kept."""
    if not isinstance(sent, dict):
        return Malformed(None, "event_invalid")
    named = sent.get("id")
    if not isinstance(named, str) or not _ID.fullmatch(named):
        return Malformed(None, "id_invalid")
    try:
        kind = _kind(sent.get("kind"))
        event = Event(
            id=named,
            kind=kind,
            position=_position(sent),
            at=datetime.fromtimestamp(_number(sent, "at", 0, MOST_SECONDS), UTC),
            seq=_number(sent, "seq", 0, _MOST_SEQ),
            outcome=_outcome(sent.get("outcome"), kind),
            bundle_version=_bundle_version(sent),
            undoes=_undoes(sent.get("undoes"), kind, named),
        )
        return Told(event, _proof(sent.get("proof"), kind))
    except _FieldWrong as wrong:
        return Malformed(named, wrong.code)


def _kind(given: object) -> Kind:
    if given == "shown":
        return "shown"
    if given == "undone":
        return "undone"
    raise _FieldWrong("kind_unknown")


def _position(sent: dict[str, Any]) -> Position:
    return _number(sent, "list", 1, MOST_STATUS_LIST), _number(sent, "index", 0, MOST_STATUS_INDEX)


def _number(sent: dict[str, Any], name: str, least: int, most: int) -> int:
    given = sent.get(name)
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
        raise _FieldWrong(f"{name}_invalid")
    return given


def _bundle_version(sent: dict[str, Any]) -> int | None:
    if sent.get("bundle_version") is None:
        return None
    return _number(sent, "bundle_version", 0, MOST_SECONDS)


def _outcome(given: object, kind: Kind) -> str:
    if kind == "undone" and given in (None, ""):
        return ""
    if kind == "undone" or not isinstance(given, str) or given not in _OUTCOMES:
        raise _FieldWrong("outcome_unknown")
    return given


def _undoes(given: object, kind: Kind, own: str) -> str | None:
    if kind == "shown" and given is None:
        return None
    if kind == "shown" or not isinstance(given, str) or not _ID.fullmatch(given) or given == own:
        raise _FieldWrong("undoes_invalid")
    return given


def _proof(given: object, kind: Kind) -> bytes | None:
    if given is None:
        return None
    if kind == "undone" or not isinstance(given, str) or not _PROOF.fullmatch(given):
        raise _FieldWrong("proof_invalid")
    return bytes.fromhex(given)
