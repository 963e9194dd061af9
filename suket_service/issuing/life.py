"""What happens to an issued letter: extended, suspended, resumed, revoked, superseded by the card.

Each function is one transaction. Suspending and ending one letter take one person; what gives a
letter more than it had, or ends many, takes two. That one may be another agency's program, for a few
letters a day. Seal and paper never change. Issues nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime

from suket_service.core.letter import Action, CardHandOver, next_state
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.issuing.agreed import Change, carry_out, step_of, steps_of
from suket_service.issuing.by_program import require_ending
from suket_service.issuing.handing_over import Collector, require_collector
from suket_service.issuing.people import TwoPeople, require_both
from suket_service.registry import audit, letters, offices
from suket_service.registry.audit import Entry
from suket_service.registry.letters import LetterRecord, NewEvent
from suket_service.registry.session import Registry, Transaction

MOST_REASON_CHARACTERS = 200
#: Letters that may be revoked in one go: more is a matter for several decisions.
MOST_AT_ONCE = 5_000


def extend(
    registry: Registry,
    office: str,
    number: str,
    until: date | None,
    people: TwoPeople,
    reason: str,
    at: datetime,
) -> LetterRecord:
    """Let an issued letter be valid for longer than its paper says.

    Args:
        registry: where letters are kept.
        office: the issuing office.
        number: the letter's.
        until: the new last valid day; None: what a letter of this kind issued today would get.
        people: who asks and who agrees.
        reason: why, for the letter's history.
        at: now.

    Raises:
        RequestRefused: ``until_missing``, ``until_not_later``, ``until_too_far``, ``until_card``,
            ``lapsed_and_closed`` or ``reason_missing``.
        NotFound, WrongState, NotAllowed.
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        change = Change(Action.EXTEND, given, people.requested_by, require_both(tx, office, people))
        record = letters.by_number(tx, office, number)
        step = step_of(record, Action.EXTEND, until, offices.circumstances(tx, office, at))
        [extended] = carry_out(tx, office, [step], change, at)
        return extended


def suspend(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Suspend an issued letter while something is looked into: one person, at once.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given), TooManyEndings.
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        require_ending(tx, office, by, at)
        record = letters.by_number(tx, office, number)
        letters.set_state(tx, record.id, next_state(record.state, Action.SUSPEND))
        _note(tx, record, Action.SUSPEND, by, given, at)
        audit.append_all(tx, [Entry(at, by, "letter.suspend", number, office)])
        return letters.by_number(tx, office, number)


def resume(
    registry: Registry, office: str, number: str, people: TwoPeople, reason: str, at: datetime
) -> LetterRecord:
    """Let a suspended letter count again.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        change = Change(Action.RESUME, given, people.requested_by, require_both(tx, office, people))
        record = letters.by_number(tx, office, number)
        step = step_of(record, Action.RESUME, None, offices.circumstances(tx, office, at))
        [resumed] = carry_out(tx, office, [step], change, at)
        return resumed


def revoke(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Revoke one issued letter.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given), TooManyEndings.
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        require_ending(tx, office, by, at)
        record = letters.by_number(tx, office, number)
        letters.close(tx, record.id, at, next_state(record.state, Action.REVOKE))
        _note(tx, record, Action.REVOKE, by, given, at)
        # The reason is free text and may name people: it stays with the letter, out of the audit chain.
        audit.append_all(tx, [Entry(at, by, "letter.revoke", number, office)])
        return letters.by_number(tx, office, number)


def revoke_all(
    registry: Registry, office: str, numbers: Sequence[str], people: TwoPeople, reason: str, at: datetime
) -> list[LetterRecord]:
    """Revoke many letters, all or none of them, with an audit entry each.

    Raises:
        RequestRefused: letters that cannot be revoked, each under its number; ``too_many``; no reason given.
        NotAllowed.
    """
    given, wanted = require_reason(reason), list(dict.fromkeys(numbers))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise RequestRefused([TOO_MANY])
    with registry.writing() as tx:
        change = Change(Action.REVOKE, given, people.requested_by, require_both(tx, office, people))
        found = letters.by_numbers(tx, office, wanted)
        under = offices.circumstances(tx, office, at)
        steps = steps_of([(number, found.get(number)) for number in wanted], Action.REVOKE, None, under)
        return carry_out(tx, office, steps, change, at)


def supersede(
    registry: Registry,
    office: str,
    number: str,
    by: str,
    reason: str,
    at: datetime,
    card: CardHandOver | None = None,
) -> LetterRecord:
    """Record that the card took an issued letter's place; a new letter does so when it is issued.

    Args:
        registry: where letters are kept.
        office: the issuing office.
        number: the letter's.
        by: who was at the counter.
        reason: for the letter's history.
        at: now.
        card: to whom the card went, where that is known.

    Raises:
        RequestRefused: ``proxy_missing`` and what a name may not hold, by field; no reason given.
        NotFound, WrongState, NotAllowed, TooManyEndings.
    """
    given = require_reason(reason)
    if card is not None:
        to = require_collector(Collector(card.receiver, card.proxy_name, card.proxy_relation))
        card = CardHandOver(to.receiver, card.old_letter_returned, to.proxy_name, to.proxy_relation)
    with registry.writing() as tx:
        require_ending(tx, office, by, at)
        record = letters.by_number(tx, office, number)
        letters.close(tx, record.id, at, next_state(record.state, Action.SUPERSEDE))
        details = {}
        if card is not None:
            letters.add_card_hand_over(tx, record.id, card, by, at)
            details = {"card_to": card.receiver.value, "old_letter_returned": card.old_letter_returned}
        _note(tx, record, Action.SUPERSEDE, by, given, at)
        audit.append_all(tx, [Entry(at, by, "letter.supersede", number, office, details)])
        return letters.by_number(tx, office, number)


def _note(tx: Transaction, record: LetterRecord, action: Action, by: str, reason: str, at: datetime) -> None:
    letters.add_events(tx, [NewEvent(record.id, at, by, action, reason)])


def require_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        RequestRefused: ``reason_missing``.
    """
    given = reason.strip()
    if not given or len(given) > MOST_REASON_CHARACTERS or not given.isprintable():
        raise RequestRefused([_REASON_MISSING])
    return given


def require_note(note: str) -> str:
    """A note to whoever asked, as it is kept: on one line.

    Raises:
        RequestRefused: ``note_missing``.
    """
    given = " ".join(note.split())
    if not given or len(given) > MOST_REASON_CHARACTERS or not given.isprintable():
        raise RequestRefused([_NOTE_MISSING])
    return given


_REASON_MISSING = Problem(
    "reason",
    "reason_missing",
    Text(
        f"Alasan harus diisi, paling panjang {MOST_REASON_CHARACTERS} karakter.",
        f"Give a reason of at most {MOST_REASON_CHARACTERS} characters.",
    ),
)
_NOTE_MISSING = Problem(
    "note",
    "note_missing",
    Text(
        f"Tulis catatan bagi yang mengajukan, paling panjang {MOST_REASON_CHARACTERS} karakter.",
        f"Write a note to whoever asked, of at most {MOST_REASON_CHARACTERS} characters.",
    ),
)
TOO_MANY = Problem(
    "number",
    "too_many",
    Text(
        f"Sebutkan 1 sampai {MOST_AT_ONCE} surat sekaligus.",
        f"Name 1 to {MOST_AT_ONCE} letters at a time.",
    ),
)
