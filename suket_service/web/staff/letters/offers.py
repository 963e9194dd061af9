"""What a reader may do with a letter in its state: the buttons of its page. Does none of it."""

from dataclasses import dataclass

from flask import url_for

from suket_service.core import letter as rules
from suket_service.core.letter import Action, LetterState
from suket_service.errors import Text
from suket_service.web.signed_in import may
from suket_service.web.staff.letters.whole import Whole

PRIMARY, SECONDARY, DANGER = "", "secondary", "danger"
#: Each with a page of its own, the likeliest first and what cannot be undone last.
_STEPS = (
    ("drafts.draft", Text("Lihat konsep", "See the draft"), PRIMARY),
    ("letters.hand_over", Text("Serahkan surat", "Hand the letter over"), PRIMARY),
    ("letters.resume", Text("Berlakukan lagi", "Resume"), PRIMARY),
    ("letters.card", Text("KTP-el sudah terbit", "The card is here"), SECONDARY),
    ("letters.extend", Text("Perpanjang", "Extend"), SECONDARY),
    ("counter.form", Text("Ganti dengan surat baru", "Replace by a new letter"), SECONDARY),
    ("letters.suspend", Text("Tangguhkan", "Suspend"), SECONDARY),
    ("letters.withdraw", Text("Tarik konsep", "Withdraw the draft"), SECONDARY),
    ("letters.revoke", Text("Cabut", "Revoke"), DANGER),
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something the reader may do with the letter now."""

    url: str
    label: Text
    look: str


def offers(found: Whole) -> list[Step]:
    """What this reader may do with this letter in its state."""
    fitting = _fitting(found)
    return [
        Step(_address(endpoint, found), label, _look(endpoint, look, found))
        for endpoint, label, look in _STEPS
        if endpoint in fitting and may(endpoint)
    ]


def _fitting(found: Whole) -> set[str]:
    state, asked = found.record.state, {each.action for each in found.proposals}
    stands = rules.may(state, Action.SUPERSEDE)
    replaceable = stands and found.record.closed_at is None and found.replaced_by is None
    fits = {
        "drafts.draft": state in (LetterState.DRAFT, LetterState.APPROVED),
        "letters.hand_over": found.is_in_hand,
        "letters.resume": rules.may(state, Action.RESUME) and Action.RESUME not in asked,
        "letters.card": stands,
        "letters.extend": found.is_extendable and Action.EXTEND not in asked,
        "counter.form": replaceable and found.entry is not None,
        "letters.suspend": rules.may(state, Action.SUSPEND),
        "letters.withdraw": rules.may(state, Action.WITHDRAW),
        "letters.revoke": rules.may(state, Action.REVOKE),
    }
    return {endpoint for endpoint, now in fits.items() if now}


def _address(endpoint: str, found: Whole) -> str:
    if (
        endpoint == "counter.form" and found.entry is not None
    ):  # begins with the person as the register has them
        return url_for(endpoint, resident=found.entry.id, gantikan=found.record.id)
    return url_for(endpoint, letter=found.record.id)


def _look(endpoint: str, look: str, found: Whole) -> str:
    # What was never printed is printed first, and one button at a time is the primary one.
    return SECONDARY if endpoint == "letters.hand_over" and found.printed is None else look
