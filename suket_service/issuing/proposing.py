"""Changes that take two people, asked for by the first and decided by another. Changes no letter by itself.

What was asked for is judged again when it is agreed to: letters may have changed meanwhile.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from suket_service.core.letter import Action
from suket_service.errors import NotAllowed, Problem, RequestRefused, Text, WrongState
from suket_service.issuing.agreed import Change, Step, carry_out, step_of, steps_of
from suket_service.issuing.life import MOST_AT_ONCE, TOO_MANY, require_note, require_reason
from suket_service.issuing.people import TwoPeople, require_agreeing, require_two
from suket_service.registry import audit, offices, proposals, staff
from suket_service.registry.letters import LetterRecord, no_letter, of_ids
from suket_service.registry.proposals import Decision, Proposal
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: What may be asked for; everything else takes one person, or is a draft's.
PROPOSABLE = (Action.EXTEND, Action.RESUME, Action.REVOKE)


def propose(
    registry: Registry,
    office: str,
    action: Action,
    letters: Sequence[str],
    reason: str,
    by: str,
    at: datetime,
    until: date | None = None,
) -> str:
    """Ask for a change to issued letters that another person must agree to; returns the proposal's id.

    Args:
        registry: where letters are kept.
        office: the issuing office.
        action: extend, resume or revoke.
        letters: ids; all or none will be changed.
        reason: why, for the letters' history.
        by: who asks: an operator or approver; to extend one letter also another agency's program.
        at: now.
        until: of an extension, the new last valid day; None: as far as a new letter of that kind.

    Raises:
        RequestRefused: ``reason_missing``, ``too_many``, ``not_proposable``, ``proposed_already``, and
            what speaks against an extension; of several letters each under its number.
        NotFound: one of the letters is not this office's.
        WrongState: the one letter cannot take the action.
        NotAllowed.
    """
    given, wanted = require_reason(reason), list(dict.fromkeys(letters))
    if action not in PROPOSABLE:
        raise RequestRefused([_NOT_PROPOSABLE])
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise RequestRefused([TOO_MANY])
    with registry.writing() as tx:
        staff.require_member(tx, by, office, *_askers(action, wanted))
        steps = _steps(tx, office, wanted, action, until, at)
        _require_none_open(tx, office, action, steps)
        # The second person agrees to a day, not to whatever the rule says by then.
        ends = {step.until for step in steps}
        asked = Proposal(
            id=secrets.token_hex(16),
            office=office,
            action=action,
            letters=tuple(wanted),
            until=ends.pop() if len(ends) == 1 else None,
            reason=given,
            asked_by=by,
            asked_at=at,
        )
        proposals.add(tx, asked)
        details = {"action": action.value, "letters": len(wanted)}
        audit.append(tx, at, by, "proposal.ask", asked.id, office, details)
        return asked.id


def agree(registry: Registry, office: str, proposal: str, by: str, at: datetime) -> list[LetterRecord]:
    """Agree as the second person: the letters are changed, all or none, and the proposal is closed.

    Raises:
        NotFound: no such proposal here.
        WrongState: it was decided already, or its one letter cannot take the action any more.
        RequestRefused: letters that changed meanwhile, each under its number; the proposal stays open.
        NotAllowed: ``same_person``, ``asker_left``, or no approver of this office.
    """
    with registry.writing() as tx:
        asked = _open(tx, office, proposal)
        people = TwoPeople(asked.asked_by, by)
        _require_decider(tx, office, asked, by)
        require_agreeing(tx, office, people, at)
        steps = _steps(tx, office, asked.letters, asked.action, asked.until, at)
        change = Change(asked.action, asked.reason, asked.asked_by, by, asked.id)
        proposals.decide(tx, asked.id, Decision.AGREED, by, at, None)
        return carry_out(tx, office, steps, change, at)


def decline(registry: Registry, office: str, proposal: str, by: str, note: str, at: datetime) -> None:
    """Decline as the second person; the note says why and stays with the proposal.

    Raises:
        NotFound, NotAllowed, RequestRefused (``note_missing``).
        WrongState: it was decided already.
    """
    given = require_note(note)
    with registry.writing() as tx:
        asked = _open(tx, office, proposal)
        _require_decider(tx, office, asked, by)
        proposals.decide(tx, asked.id, Decision.DECLINED, by, at, given)
        audit.append(tx, at, by, "proposal.decline", asked.id, office)


def withdraw_proposal(registry: Registry, office: str, proposal: str, by: str, at: datetime) -> None:
    """Give up what one asked for oneself.

    Raises:
        NotFound.
        NotAllowed: ``not_the_asker``, or no longer of this office.
        WrongState: it was decided already.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        asked = _open(tx, office, proposal)
        if asked.asked_by != by:
            raise NotAllowed("not_the_asker", _NOT_THE_ASKER)
        proposals.decide(tx, asked.id, Decision.WITHDRAWN, by, at, None)
        audit.append(tx, at, by, "proposal.withdraw", asked.id, office)


def _askers(action: Action, wanted: Sequence[str]) -> tuple[Role, ...]:
    # Another agency's program may ask for one letter to count longer, and for nothing else.
    extends_one = action is Action.EXTEND and len(wanted) == 1
    return (Role.OPERATOR, Role.APPROVER, *((Role.PROGRAM,) if extends_one else ()))


def _require_decider(tx: Transaction, office: str, asked: Proposal, by: str) -> None:
    staff.require_member(tx, by, office, Role.APPROVER)
    require_two(asked.asked_by, by)


def _open(tx: Transaction, office: str, proposal: str) -> Proposal:
    asked = proposals.by_id(tx, office, proposal)
    if asked.decision is not None:
        raise WrongState("decided_already", _DECIDED[asked.decision], asked.decision.value)
    return asked


def _steps(
    tx: Transaction, office: str, wanted: Sequence[str], action: Action, until: date | None, at: datetime
) -> list[Step]:
    found = of_ids(tx, office, wanted)
    if len(found) != len(wanted):
        raise no_letter()
    records, under = [found[each] for each in wanted], offices.circumstances(tx, office, at)
    if len(records) == 1:
        return [step_of(records[0], action, until, under)]
    return steps_of([(each.number or each.id, each) for each in records], action, until, under)


def _require_none_open(tx: Transaction, office: str, action: Action, steps: Sequence[Step]) -> None:
    waiting = proposals.open_for(tx, office, action, [step.record.id for step in steps])
    taken = [step.record for step in steps if step.record.id in waiting]
    if taken:
        raise RequestRefused(
            [Problem(each.number or each.id, "proposed_already", _PROPOSED_ALREADY) for each in taken]
        )


_NOT_PROPOSABLE = Problem(
    "action",
    "not_proposable",
    Text(
        "Yang dapat diusulkan: perpanjangan, pemberlakuan lagi dan pencabutan.",
        "Only extending, resuming and revoking can be asked for.",
    ),
)
_PROPOSED_ALREADY = Text(
    "Usulan yang sama untuk surat ini masih menunggu persetujuan.",
    "The same was asked for this letter already and waits to be agreed to.",
)
_NOT_THE_ASKER = Text(
    "Hanya yang mengusulkan dapat menariknya; pejabat penyetuju dapat menolaknya.",
    "Only who asked for it can withdraw it; an approver can decline it.",
)
_DECIDED = {
    Decision.AGREED: Text("Usulan ini sudah disetujui.", "This proposal was agreed to already."),
    Decision.DECLINED: Text("Usulan ini sudah ditolak.", "This proposal was declined already."),
    Decision.WITHDRAWN: Text("Usulan ini sudah ditarik.", "This proposal was withdrawn already."),
}
