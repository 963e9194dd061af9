"""What the pages of elections call things: how an election stands, a phone, an outcome, an age. Decides nothing."""

from datetime import datetime, timedelta

from suket_service.core.letter import Office
from suket_service.core.verdict import WORDS, Outcome
from suket_service.errors import Text
from suket_service.presenting.reporting import local
from suket_service.registry.elections import Election
from suket_service.web.language import clock, t
from suket_service.web.signed_in import signed_in

#: How an election stands.
CANCELLED, AHEAD, OPEN, CLOSED, OVER = "cancelled", "ahead", "open", "closed", "over"
SHEET_STATES = {
    "none": Text("belum dibuat", "not made"),
    "open": Text("belum dipakai", "not used yet"),
    "used": Text("sudah dipakai", "used"),
}
#: What the officer saw, in small words.
_OUTCOMES = {each: Text(word.id.lower(), word.en.lower()) for each, word in WORDS.items()}


def standing(election: Election, at: datetime) -> str:
    """How an election stands at that moment."""
    if election.cancelled_at is not None:
        return CANCELLED
    if not election.is_running(at):
        return OVER
    if at < election.opens_at:
        return AHEAD
    return OPEN if at < election.closes_at else CLOSED


def outcome(told: str) -> Text:
    """What an outcome is called; one of a newer app stands as it is."""
    return _OUTCOMES[Outcome(told)] if told in set(Outcome) else Text(told or "–", told or "–")


def to_the_second(at: datetime, office: Office) -> str:
    """An instant as two officers compare it, ``22-11-2026 13.05.09``, in the office's own time."""
    return f"{local(at, office):%d-%m-%Y %H.%M.%S}"


def zone() -> str:
    """The office's time zone as people call it: WIB, WITA or WIT."""
    me = signed_in()
    return clock(me.at, me.office).partition(" ")[2]


def ago(since: datetime, at: datetime) -> str:
    """How long ago something was, in the unit that people would say."""
    passed = max(at - since, timedelta(0))
    for unit, said, one in _UNITS:
        count = passed // unit
        if count:
            return t(f"{count} {said} lalu", f"{count} {one}{'' if count == 1 else 's'} ago")
    return t("baru saja", "just now")


_UNITS = (
    (timedelta(days=1), "hari", "day"),
    (timedelta(hours=1), "jam", "hour"),
    (timedelta(minutes=1), "menit", "minute"),
)
