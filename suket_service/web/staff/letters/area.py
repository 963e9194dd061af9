"""Where the routes about letters hang, and what they share. Shows nothing itself."""

import re

from apiflask import APIBlueprint

from suket_service.core.letter import LetterState
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Transaction
from suket_service.web.forms import Form
from suket_service.web.signed_in import signed_in

blueprint = APIBlueprint("letters", __name__, enable_openapi=False)
_ID = re.compile(r"[0-9a-f]{32}")


def own(tx: Transaction, letter: str) -> LetterRecord:
    """The letter of the reader's office that an address names.

    Raises:
        NotFound: also for another office's letter, and for what is no letter's id at all.
    """
    if not _ID.fullmatch(letter):
        raise letters.no_letter()
    return letters.by_id(tx, signed_in().office.code, letter)


def standing_of(record: LetterRecord) -> str:
    """The word for how a letter stands today: its state, or that it has lapsed."""
    lapsed = record.state is LetterState.ISSUED and record.has_lapsed(signed_in().today)
    return "expired" if lapsed else record.state.value


def gather(form: Form, *fields: str) -> Form:
    """Tell at the top of the form what concerns none of these fields."""
    for name in [name for name in form.problems if name not in fields]:
        texts = form.problems.pop(name)
        form.problems.setdefault("", []).extend(texts)
    return form
