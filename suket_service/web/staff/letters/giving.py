"""A letter given out at the counter: to its holder or to someone who came for them. Prints nothing."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import Receiver
from suket_service.errors import Text, WrongState
from suket_service.registry import letters
from suket_service.registry.letters import lists
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, gather, own, standing_of
from suket_service.web.staff.letters.changes import RELATIONS, collector_of, receivers


@blueprint.route("/letters/<letter>/hand-over", methods=["GET", "POST"])
def hand_over(letter: str) -> ResponseReturnValue:
    """Record to whom the letter goes."""
    me, form = signed_in(), Form({"receiver": Receiver.HOLDER.value})
    if request.method == "POST":
        form = Form.given()
        with form.catching():
            issuing.hand_over(
                context().registry, me.office.code, letter, collector_of(form), me.username, me.at
            )
            return done(_DONE, url_for("letters.letter", letter=letter))
    with context().registry.reading() as tx:
        record = own(tx, letter)
        given = letters.hand_overs(tx, letter)
        printed = letters.printings_of(tx, [letter]).get(letter)
        ready = lists.cards_ready(tx, me.office.code, [record.resident.nik])
    impossible = None
    try:
        issuing.require_in_hand(record, given, printed)
    except WrongState as refused:
        impossible = refused.text
    page = render_template(
        "staff/letters/hand_over.html",
        record=record,
        standing=standing_of(record),
        form=gather(form, "receiver", "proxy_name", "proxy_relation"),
        impossible=impossible,
        printed=printed,
        card_is_ready=bool(ready),
        receivers=receivers(),
        relations=RELATIONS,
    )
    return page, 422 if not form.ok else 409 if impossible else 200


_DONE = Text("Penyerahan surat dicatat.", "The hand-over is on record.")
