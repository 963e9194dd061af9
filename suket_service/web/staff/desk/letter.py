"""One draft looked at closely: approved from its own page, or sent back to the counter with a note."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.resident import RECORDING_NAMES
from suket_service.errors import Text
from suket_service.paper.wording import SEXES
from suket_service.registry import letters, staff
from suket_service.registry.letters import Waiting
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.desk.cards import cards_of
from suket_service.web.staff.desk.place import ID, Place, chosen_in
from suket_service.web.staff.words import EVENT_NAMES


def show(letter: str) -> str:
    """One draft with its history, to be approved or sent back."""
    return _page(letter, Form())


def send_back(letter: str) -> ResponseReturnValue:
    """Send one draft back to the counter with a note."""
    form, me = Form.given(), signed_in()
    [(_, revision)] = chosen_in([f"{letter}.{form['revision']}"])
    with form.catching():
        issuing.send_back(
            context().registry, me.office.code, letter, revision, me.username, form["note"], me.at
        )
        return done(_SENT_BACK, url_for("desk.queue", **Place.asked().arguments))
    return _page(letter, form), 422


def _page(letter: str, form: Form) -> str:
    me = signed_in()
    if not ID.fullmatch(letter):
        raise letters.no_letter()
    with context().registry.reading() as tx:
        record = letters.by_id(tx, me.office.code, letter)
        [card] = cards_of(tx, [record], me)
        events = letters.events(tx, letter)
        names = staff.names(tx, me.office.code)
    return render_template(
        "staff/desk/letter.html",
        form=form,
        card=card,
        place=Place.asked(),
        events=events,
        event_words=EVENT_NAMES,
        names=names,
        sexes=SEXES,
        decides=may("desk.approve"),
        may_go_back=letters.waiting_for(record) is Waiting.SUBMITTED and not card.is_own,
        recording=RECORDING_NAMES,
    )


_SENT_BACK = Text("Konsep dikembalikan ke loket.", "The draft was sent back to the counter.")
