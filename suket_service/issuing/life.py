"""What happens to an issued letter: extended, suspended, resumed, revoked, superseded by the card.

Each function is one transaction. Suspending and ending one letter take one person; what gives a
letter more than it had, or ends many, takes two. Seal and paper never change. Issues nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from suket_service.core.kind import Kind
from suket_service.core.letter import Action, CardHandOver, LetterState, Receiver, next_state
from suket_service.core.resident import parse_name, parse_text
from suket_service.errors import FieldError, Problem, RequestRefused, SuketError, Text
from suket_service.issuing.people import TwoPeople, require_both
from suket_service.registry import audit, letters, offices, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import LetterRecord, NewEvent
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

MOST_REASON_CHARACTERS = 200
#: Letters that may be revoked in one go: more is a matter for several decisions.
MOST_AT_ONCE = 5_000
#: No extension reaches further than this from the day it is given, whatever the kind's rule.
LONGEST_EXTENSION = timedelta(days=5 * 366)


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
        approver = require_both(tx, office, people)
        record = letters.by_number(tx, office, number)
        next_state(record.state, Action.EXTEND)
        under = offices.circumstances(tx, office, at)
        new_end = _new_end(record, until, under.kinds[record.kind], under.today)
        letters.extend(tx, record.id, new_end)
        _note(tx, record, Action.EXTEND, people.requested_by, approver, given, at)
        details = {"requested_by": people.requested_by, "until": new_end.isoformat()}
        audit.append_all(tx, [Entry(at, approver, "letter.extend", number, office, details)])
        return letters.by_number(tx, office, number)


def suspend(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Suspend an issued letter while something is looked into: one person, at once.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        letters.set_state(tx, record.id, next_state(record.state, Action.SUSPEND))
        _note(tx, record, Action.SUSPEND, by, None, given, at)
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
        approver = require_both(tx, office, people)
        record = letters.by_number(tx, office, number)
        letters.set_state(tx, record.id, next_state(record.state, Action.RESUME))
        _note(tx, record, Action.RESUME, people.requested_by, approver, given, at)
        details = {"requested_by": people.requested_by}
        audit.append_all(tx, [Entry(at, approver, "letter.resume", number, office, details)])
        return letters.by_number(tx, office, number)


def revoke(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Revoke one issued letter.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        letters.close(tx, record.id, at, next_state(record.state, Action.REVOKE))
        _note(tx, record, Action.REVOKE, by, None, given, at)
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
        raise RequestRefused([_TOO_MANY])
    with registry.writing() as tx:
        approver = require_both(tx, office, people)
        records, problems = [], []
        for number in wanted:
            try:
                record = letters.by_number(tx, office, number)
                next_state(record.state, Action.REVOKE)
                records.append(record)
            except SuketError as error:
                problems.append(Problem(number, error.code, error.text))
        if problems:
            raise RequestRefused(problems)
        details = {"requested_by": people.requested_by, "together": len(records)}
        for record in records:
            letters.close(tx, record.id, at, LetterState.REVOKED)
            _note(tx, record, Action.REVOKE, people.requested_by, approver, given, at)
        audit.append_all(
            tx, [Entry(at, approver, "letter.revoke", number, office, details) for number in wanted]
        )
        return letters.by_ids(tx, office, [record.id for record in records])


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
        NotFound, WrongState, NotAllowed.
    """
    given = require_reason(reason)
    card = None if card is None else _require_proxy(card)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        letters.close(tx, record.id, at, next_state(record.state, Action.SUPERSEDE))
        details = {}
        if card is not None:
            letters.add_card_hand_over(tx, record.id, card, by, at)
            details = {"card_to": card.receiver.value, "old_letter_returned": card.old_letter_returned}
        _note(tx, record, Action.SUPERSEDE, by, None, given, at)
        audit.append_all(tx, [Entry(at, by, "letter.supersede", number, office, details)])
        return letters.by_number(tx, office, number)


def _note(
    tx: Transaction,
    record: LetterRecord,
    action: Action,
    by: str,
    approver: str | None,
    reason: str,
    at: datetime,
) -> None:
    events = [NewEvent(record.id, at, by, action, reason)]
    if approver is not None:
        events.append(NewEvent(record.id, at, approver, f"approve_{action}"))
    letters.add_events(tx, events)


def _new_end(record: LetterRecord, until: date | None, kind: Kind, today: date) -> date:
    current = record.valid_until
    if current is None:
        raise RequestRefused([_NO_END])
    if record.closed_at is not None:
        raise RequestRefused([_LAPSED])
    limit = kind.valid_until(today)
    wanted = until or limit
    if wanted is None:
        raise RequestRefused([_UNTIL_MISSING])
    if wanted <= max(current, today):
        raise RequestRefused([_until("until_not_later", current)])
    furthest = min(limit or date.max, today + LONGEST_EXTENSION)
    if wanted > furthest:
        raise RequestRefused([_until("until_too_far", furthest)])
    return wanted


def require_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        RequestRefused: ``reason_missing``.
    """
    given = reason.strip()
    if not given or len(given) > MOST_REASON_CHARACTERS or not given.isprintable():
        raise RequestRefused([_REASON_MISSING])
    return given


def _require_proxy(card: CardHandOver) -> CardHandOver:
    if card.receiver is Receiver.HOLDER:
        return CardHandOver(Receiver.HOLDER, card.old_letter_returned)
    if not (card.proxy_name and card.proxy_relation):
        raise RequestRefused([_PROXY_MISSING])
    try:
        name = parse_name(card.proxy_name)
        relation = parse_text(card.proxy_relation, "proxy_relation")
    except FieldError as error:
        raise RequestRefused([error.problem]) from None
    return CardHandOver(Receiver.PROXY, card.old_letter_returned, name, relation)


def _until(code: str, day: date) -> Problem:
    texts = {
        "until_not_later": Text(
            f"Tanggal baru harus sesudah hari ini dan sesudah {day.isoformat()}.",
            f"The new date must be after today and after {day.isoformat()}.",
        ),
        "until_too_far": Text(
            f"Paling lambat {day.isoformat()}: sejauh surat baru jenis ini bila terbit hari ini.",
            f"At the latest {day.isoformat()}: as far as a new letter of this kind issued today.",
        ),
    }
    return Problem("until", code, texts[code])


_REASON_MISSING = Problem(
    "reason",
    "reason_missing",
    Text(
        f"Alasan harus diisi, paling panjang {MOST_REASON_CHARACTERS} karakter.",
        f"Give a reason of at most {MOST_REASON_CHARACTERS} characters.",
    ),
)
_UNTIL_MISSING = Problem(
    "until",
    "until_missing",
    Text("Sebutkan tanggal berlaku yang baru.", "Give the new last valid day."),
)
_NO_END = Problem(
    "until",
    "until_card",
    Text(
        "Surat ini berlaku sampai KTP-el terbit, jadi tidak perlu diperpanjang.",
        "This letter is valid until the card is issued, so there is nothing to extend.",
    ),
)
_LAPSED = Problem(
    "number",
    "lapsed_and_closed",
    Text(
        "Surat ini sudah lewat masa dan orangnya sudah mendapat surat lain.",
        "This letter has lapsed and its holder has another one.",
    ),
)
_PROXY_MISSING = Problem(
    "proxy_name",
    "proxy_missing",
    Text(
        "Sebutkan nama yang mewakili dan hubungannya dengan pemegang.",
        "Name the proxy and their tie to the holder.",
    ),
)
_TOO_MANY = Problem(
    "number",
    "too_many",
    Text(
        f"Sebutkan 1 sampai {MOST_AT_ONCE} surat sekaligus.",
        f"Name 1 to {MOST_AT_ONCE} letters at a time.",
    ),
)
