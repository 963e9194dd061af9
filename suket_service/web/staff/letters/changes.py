"""What is done to one letter, each with a page that says what it means: by one person at once, or proposed.

Decides nothing: the use cases do. What the public must know at once is published with it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import Action, CardHandOver, Receiver, next_state
from suket_service.core.resident import parse_date
from suket_service.errors import Problem, RequestRefused, Text, WrongState
from suket_service.issuing import Collector
from suket_service.registry import offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import say
from suket_service.web.signed_in import signed_in
from suket_service.web.signing import publish_if_due
from suket_service.web.staff.letters.area import blueprint, gather, own, standing_of
from suket_service.web.staff.letters.meaning import (
    CARD,
    EXTEND,
    RESUME,
    REVOKE,
    SUSPEND,
    WITHDRAW,
    Change,
)

#: Who took the card, beside the two that the register of hand-overs knows: nobody noted it here.
ELSEWHERE = "elsewhere"
RECEIVERS = {
    Receiver.HOLDER.value: Text("Pemegang sendiri", "The holder"),
    Receiver.PROXY.value: Text("Orang yang mewakili", "A proxy"),
}
RELATIONS = (
    Text("Suami/istri", "Spouse"),
    Text("Orang tua", "Parent"),
    Text("Anak", "Child"),
    Text("Saudara kandung", "Sibling"),
    Text("Ketua RT", "Head of the neighbourhood"),
)
FIELDS = ("reason", "until", "receiver", "proxy_name", "proxy_relation", "returned")


def _change(
    letter: str,
    change: Change,
    carry_out: Callable[[LetterRecord, Form], None],
    start: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The page of a change; when it is posted, the change."""
    with context().registry.reading() as tx:
        record = own(tx, letter)
        furthest = offices.kind(tx, record.kind).valid_until(signed_in().today)
    form = Form(start)
    if request.method == "POST":
        form = Form.given()
        with form.catching():
            next_state(record.state, change.action)  # a draft has no number yet that it could be found by
            carry_out(record, form)
            publish_if_due()
            return done(change.done, url_for("letters.letter", letter=letter))
    impossible = _impossible(change, record, furthest)
    page = render_template(
        "staff/letters/change.html",
        change=change,
        record=record,
        standing=standing_of(record),
        form=gather(form, *FIELDS),
        impossible=impossible,
        furthest=furthest,
        receivers=[*receivers(), (ELSEWHERE, say(_ELSEWHERE))],
        relations=RELATIONS,
    )
    return page, 422 if not form.ok else 409 if impossible else 200


def _impossible(change: Change, record: LetterRecord, furthest: date | None) -> Text | None:
    try:
        next_state(record.state, change.action)
    except WrongState as refused:
        return refused.text
    extends = change.action is Action.EXTEND
    return _AS_FAR_AS_MAY_BE if extends and not is_extendable(record, furthest) else None


def is_extendable(record: LetterRecord, furthest: date | None) -> bool:
    """Whether a later last day is thinkable: it has one, stands, and a new letter would reach further."""
    until = record.valid_until
    return until is not None and record.closed_at is None and (furthest is None or furthest > until)


def _by_number(
    use_case: Callable[[Registry, str, str, str, str, datetime], object],
) -> Callable[[LetterRecord, Form], None]:
    """A change that takes the letter's number and a reason, and nothing else."""

    def carry_out(record: LetterRecord, form: Form) -> None:
        me = signed_in()
        use_case(context().registry, me.office.code, record.number or "", me.username, form["reason"], me.at)

    return carry_out


@blueprint.route("/letters/<letter>/suspend", methods=["GET", "POST"])
def suspend(letter: str) -> ResponseReturnValue:
    """Suspend it while something is looked into: one person, at once."""
    return _change(letter, SUSPEND, _by_number(issuing.suspend))


@blueprint.route("/letters/<letter>/revoke", methods=["GET", "POST"])
def revoke(letter: str) -> ResponseReturnValue:
    """Revoke it for good: one person, at once."""
    return _change(letter, REVOKE, _by_number(issuing.revoke))


@blueprint.route("/letters/<letter>/withdraw", methods=["GET", "POST"])
def withdraw(letter: str) -> ResponseReturnValue:
    """Give up a draft."""

    def carry_out(record: LetterRecord, form: Form) -> None:
        me = signed_in()
        issuing.withdraw(context().registry, me.office.code, record.id, me.username, form["reason"], me.at)

    return _change(letter, WITHDRAW, carry_out)


@blueprint.route("/letters/<letter>/card", methods=["GET", "POST"])
def card(letter: str) -> ResponseReturnValue:
    """The card took its place: to whom it went, and whether the letter came back."""

    def carry_out(record: LetterRecord, form: Form) -> None:
        me, given = signed_in(), _card(form)
        issuing.supersede(
            context().registry,
            me.office.code,
            record.number or "",
            me.username,
            reason=form["reason"],
            at=me.at,
            card=given,
        )

    start = {"receiver": Receiver.HOLDER.value, "reason": say(CARD.reasons[0])}
    return _change(letter, CARD, carry_out, start)


def _card(form: Form) -> CardHandOver | None:
    if form["receiver"] == ELSEWHERE:
        return None
    who = issuing.require_collector(collector_of(form))
    return CardHandOver(who.receiver, bool(form["returned"]), who.proxy_name, who.proxy_relation)


def receivers() -> list[tuple[str, str]]:
    """Who may come for something, for a choice in the reader's language."""
    return [(value, say(text)) for value, text in RECEIVERS.items()]


def collector_of(form: Form) -> Collector:
    """Who came to the counter, as typed.

    Raises:
        RequestRefused: ``receiver_missing``.
    """
    if form["receiver"] not in RECEIVERS:
        raise RequestRefused([_NO_RECEIVER])
    return Collector(Receiver(form["receiver"]), form["proxy_name"], form["proxy_relation"])


@blueprint.route("/letters/<letter>/extend", methods=["GET", "POST"])
def extend(letter: str) -> ResponseReturnValue:
    """Ask for a later last day; another person agrees."""

    def carry_out(record: LetterRecord, form: Form) -> None:
        until = parse_date(form["until"], "until") if form["until"] else None
        _propose(record, form, Action.EXTEND, until=until)

    return _change(letter, EXTEND, carry_out)


@blueprint.route("/letters/<letter>/resume", methods=["GET", "POST"])
def resume(letter: str) -> ResponseReturnValue:
    """Ask that it counts again; another person agrees."""

    def carry_out(record: LetterRecord, form: Form) -> None:
        _propose(record, form, Action.RESUME)

    return _change(letter, RESUME, carry_out)


def _propose(record: LetterRecord, form: Form, action: Action, until: date | None = None) -> None:
    me = signed_in()
    issuing.propose(
        context().registry,
        me.office.code,
        action,
        [record.id],
        form["reason"],
        by=me.username,
        at=me.at,
        until=until,
    )


_ELSEWHERE = Text(
    "Tidak dicatat di sini, misalnya diserahkan di kecamatan", "Not noted here, given out elsewhere"
)
_NO_RECEIVER = Problem(
    "receiver", "receiver_missing", Text("Pilih siapa yang menerima.", "Choose who received it.")
)
_AS_FAR_AS_MAY_BE = Text(
    "Surat ini belum perlu diperpanjang: sudah berlaku sejauh surat baru, sampai KTP-el terbit, atau sudah ditutup.",
    "There is nothing to extend: it holds as far as a new letter would, until the card is here, or is closed.",
)
