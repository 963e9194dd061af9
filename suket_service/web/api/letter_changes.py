"""What other agencies' programs change of issued letters: one is ended at once, an extension is asked for.

Resuming, revoking many, and whatever else takes two people is no call here.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Response, abort, url_for

from suket_service import issuing
from suket_service.core.letter import Action, CardHandOver, Receiver, next_state
from suket_service.errors import Problem, RequestRefused
from suket_service.issuing import TooManyEndings
from suket_service.registry import letters, offices, proposals
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.web.api.area import LETTERS, blueprint
from suket_service.web.api.letter_answers import brief, iso
from suket_service.web.api.letter_shapes import (
    CardIn,
    ExtensionIn,
    LetterBrief,
    ProposalOut,
    ReasonIn,
    SupersessionIn,
    as_json,
)
from suket_service.web.calling import Answered, client, once
from suket_service.web.context import now
from suket_service.web.error_pages import problem
from suket_service.web.signing import publish_if_due

#: Does it: in that registry, for that office, to the letter of that number, by whom, why, when.
_Change = Callable[[Registry, str, str, str, str, datetime], LetterRecord]


@blueprint.input(ReasonIn)
@blueprint.output(LetterBrief)
@blueprint.doc(summary="Revoke a letter", operation_id="revokeLetter", tags=LETTERS)
def revoke_letter(letter: str, json_data: ReasonIn) -> Response:
    """End one letter for good. Outsiders are told at once."""
    return _ended(letter, Action.REVOKE, issuing.revoke, json_data.reason)


@blueprint.input(ReasonIn)
@blueprint.output(LetterBrief)
@blueprint.doc(summary="Suspend a letter", operation_id="suspendLetter", tags=LETTERS)
def suspend_letter(letter: str, json_data: ReasonIn) -> Response:
    """Let one letter not count while something is looked into. Two people of the office let it count again."""
    return _ended(letter, Action.SUSPEND, issuing.suspend, json_data.reason)


@blueprint.input(SupersessionIn)
@blueprint.output(LetterBrief)
@blueprint.doc(summary="End a letter that the card replaced", operation_id="supersedeLetter", tags=LETTERS)
def supersede_letter(letter: str, json_data: SupersessionIn) -> Response:
    """End one letter because its holder has the card. Outsiders are told at once."""
    given = json_data.card
    card = None if given is None else _card(given)
    return _ended(letter, Action.SUPERSEDE, partial(issuing.supersede, card=card), json_data.reason)


@blueprint.input(ExtensionIn)
@blueprint.output(ProposalOut, status_code=202)
@blueprint.doc(summary="Ask for an extension", operation_id="extendLetter", tags=LETTERS)
def extend_letter(letter: str, json_data: ExtensionIn) -> Response:
    """Ask for one letter to count longer than its paper says: an approver of the office decides on it."""
    me, at = client(), now()

    def work(registry: Registry) -> Answered:
        with registry.reading() as tx:
            number = _number(letters.by_id(tx, me.office, letter), Action.EXTEND)
        try:
            made = issuing.propose(
                *(registry, me.office, Action.EXTEND, [letter], json_data.reason, me.account, at),
                json_data.until,
            )
        except RequestRefused as refused:
            raise RequestRefused([_of_this_letter(each) for each in refused.problems]) from None
        with registry.reading() as tx:
            until = proposals.by_id(tx, me.office, made).until
        told = ProposalOut(
            id=made, letter=letter, number=number, action="extend", until=iso(until), waits_for="approver"
        )
        return Answered(202, as_json(told), url_for("api.letter", letter=letter))

    return once(work)


def _ended(letter: str, action: Action, change: _Change, reason: str) -> Response:
    me, at = client(), now()

    def work(registry: Registry) -> Answered:
        with registry.reading() as tx:
            number = _number(letters.by_id(tx, me.office, letter), action)
        changed = change(registry, me.office, number, me.account, reason, at)
        with registry.reading() as tx:
            kind, today = offices.kinds(tx)[changed.kind], offices.office(tx, me.office).local_date(at)
        return Answered(200, as_json(brief(changed, kind, today)))

    try:
        answer = once(work)
    except TooManyEndings as refused:
        answer = problem(429, refused.code, refused.text)
        answer.headers["Retry-After"] = str(refused.retry_after)
        abort(answer)
    publish_if_due()
    return answer


def _card(given: CardIn) -> CardHandOver:
    to = Receiver(given.receiver)
    return CardHandOver(to, given.old_letter_returned, given.proxy_name, given.proxy_relation)


def _number(record: LetterRecord, action: Action) -> str:
    """The number of a letter that can take the action.

    Raises:
        WrongState: it cannot; only what was issued has a number.
    """
    next_state(record.state, action)
    return record.number or ""


def _of_this_letter(each: Problem) -> Problem:
    # The use case takes many letters and names each; this call is about one.
    return each if each.field in ExtensionIn.model_fields else Problem("", each.code, each.text)
