"""A letter until it is issued: drafted, approved, issued, or withdrawn. Reads no files and renders nothing.

Each use case is one transaction. Every letter that a step touches has its entry in the audit.
"""

import secrets
from datetime import datetime

from suket_service.core.letter import Action, LetterState, next_state
from suket_service.errors import Problem, RequestRefused, Text, WrongState
from suket_service.issuing.life import require_reason
from suket_service.issuing.people import require_two
from suket_service.issuing.rules import (
    Application,
    Grounds,
    Known,
    require_grounds,
    require_issuable,
)
from suket_service.issuing.sealing import Sealing, ToSeal, place_all, series_time
from suket_service.registry import audit, letters, offices, residents, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import Draft, LetterRecord, NewEvent, NewLetter, Placement
from suket_service.registry.offices import Circumstances
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: The code of the refusal that compares a draft as it was read with what it says by now.
DRAFT_CHANGED = "draft_changed"


def draft(registry: Registry, application: Application, by: str, at: datetime, *, held: bool = False) -> str:
    """Draft a letter for one person; returns its id. The same request key returns the same letter.

    A draft that is ``held`` waits at the counter, to be looked at and submitted (``amending.submit``).
    Another agency's program may draft only what is held: two people of the office follow.

    Raises:
        RequestRefused: as :func:`require_grounds`, or ``request_key_reused``: that key asked for
            something else before.
        NotAllowed: ``by`` is no operator of this office, nor a program of its for a draft that is held.
    """
    askers = (Role.OPERATOR, Role.PROGRAM) if held else (Role.OPERATOR,)
    with registry.writing() as tx:
        staff.require_member(tx, by, application.office, *askers)
        already = _already(tx, application)
        if already is not None:
            return already.id
        under = offices.circumstances(tx, application.office, at)
        grounds = require_grounds(application, known_of(tx, application.office, [application]), under)
        new = new_draft(application, grounds, by)
        close_lapsed(tx, grounds.lapsed, by, at)
        letters.add(tx, [NewLetter(new)], at)
        letters.add_events(tx, draft_events(new, at))
        if held:
            letters.hold(tx, new.id, at)
        audit.append_all(tx, [draft_entry(new, at, held=held)])
        return new.id


def _already(tx: Transaction, application: Application) -> LetterRecord | None:
    key = application.request_key
    if key is None:
        return None
    known = letters.by_request_keys(tx, application.office, [key]).get(key)
    if known is not None and known.request_digest not in (None, application.digest):
        raise RequestRefused([_KEY_REUSED])
    return known


def approve(
    registry: Registry, office: str, letter: str, by: str, at: datetime, revision: int | None = None
) -> None:
    """Approve a draft: the second person. ``revision`` is the one they saw.

    Raises:
        NotAllowed: no approver of this office, or someone who had a hand in what it says.
        WrongState: not a draft, one that is back at the counter, or corrected meanwhile.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        next_state(record.state, Action.APPROVE)
        require_submitted(record)
        if revision is not None:
            require_revision(record, revision)
        for asker in (record.requested_by, *letters.askers(tx, [letter])[letter]):
            require_two(asker, by)
        letters.set_approved(tx, letter, by)
        letters.add_events(tx, [NewEvent(letter, at, by, Action.APPROVE)])
        audit.append_all(tx, [approve_entry(letter, office, by, at)])


def issue(
    registry: Registry, office: str, letter: str, by: str, sealing: Sealing, at: datetime
) -> LetterRecord:
    """Give an approved letter its number, its position and its seal; what it replaces is superseded.

    Raises:
        WrongState: not approved.
        RequestRefused: as :func:`require_issuable`.
        KeyTrouble: the key may not sign this now.
        CallerError: ``clock_behind_series``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        next_state(record.state, Action.ISSUE)
        at = series_time(tx, office, at)
        under = offices.circumstances(tx, office, at)
        [lapsed] = require_all_issuable(tx, [record], under)
        close_lapsed(tx, lapsed, by, at)
        issue_approved(tx, [record], by, sealing, under, at)
        return letters.by_id(tx, office, letter)


def withdraw(
    registry: Registry, office: str, letter: str, by: str, reason: str, at: datetime
) -> LetterRecord:
    """Give up a draft, also an approved one: its person is free for another request.

    Raises:
        NotFound, NotAllowed, RequestRefused (no reason given).
        WrongState: it was issued already.
    """
    given = require_reason(reason)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        letters.close(tx, letter, at, next_state(record.state, Action.WITHDRAW))
        _reopen_lapsed(tx, record, by, at)
        letters.add_events(tx, [NewEvent(letter, at, by, Action.WITHDRAW, given)])
        audit.append_all(tx, [Entry(at, by, "letter.withdraw", letter, office)])
        return letters.by_id(tx, office, letter)


def issue_approved(
    tx: Transaction,
    records: list[LetterRecord],
    by: str,
    sealing: Sealing,
    under: Circumstances,
    at: datetime,
) -> None:
    """Issue letters that are approved and issuable, in order, in the caller's transaction."""
    wanted = [ToSeal(under.kinds[each.kind], each.resident, each.portrait) for each in records]
    events, entries = [], []
    for record, placement in zip(records, place_all(tx, wanted, under, sealing, at), strict=True):
        supersede_replaced(tx, record.office, record.replaces, placement, by)
        letters.place(tx, record.id, placement)
        events.append(NewEvent(record.id, placement.issued_at, by, Action.ISSUE))
        entries.append(issue_entry(record.id, record.office, placement, by, sealing))
    letters.add_events(tx, events)
    audit.append_all(tx, entries)


def require_all_issuable(
    tx: Transaction, records: list[LetterRecord], under: Circumstances
) -> list[LetterRecord | None]:
    """The lapsed letter that each draft closes when it is issued, where there is one.

    Raises:
        RequestRefused: as :func:`require_issuable`.
    """
    niks = [record.resident.nik for record in records]
    standing = letters.open_letters_of(tx, niks)
    entries = residents.find(tx, under.office.code, niks)
    found = []
    for record, nik in zip(records, niks, strict=True):
        replaced = letters.by_id(tx, record.office, record.replaces) if record.replaces else None
        found.append(require_issuable(record, entries.get(nik), standing.get(nik), replaced, under))
    return found


def supersede_replaced(
    tx: Transaction, office: str, replaced: str | None, placement: Placement, by: str
) -> None:
    """Close the letter whose place a new one takes; must come before that one gets its number."""
    if replaced is None:
        return
    old = letters.by_id(tx, office, replaced)
    if old.closed_at is not None:  # it lapsed while the draft waited, and another took its place
        return
    at = placement.issued_at
    letters.close(tx, old.id, at, LetterState.SUPERSEDED)
    letters.add_events(tx, [NewEvent(old.id, at, by, Action.SUPERSEDE, placement.number)])
    audit.append(tx, at, by, "letter.supersede", old.number or "", office, {"by": placement.number})


def known_of(tx: Transaction, office: str, applications: list[Application]) -> Known:
    """What the registry holds about these requests, asked once."""
    niks = [application.nik for application in applications]
    numbers = [each.request.replaces for each in applications if each.request.replaces]
    replaced = letters.by_numbers(tx, office, numbers) if numbers else {}
    return Known(
        register=residents.find(tx, office, niks),
        standing=letters.open_letters_of(tx, niks),
        replaced=replaced,
        replacements=letters.open_replacements_of(tx, [each.id for each in replaced.values()])
        if replaced
        else {},
    )


def new_draft(application: Application, grounds: Grounds, by: str) -> Draft:
    """A draft of what was asked, under a fresh random id."""
    return Draft(
        id=secrets.token_hex(16),
        office=application.office,
        kind=grounds.kind.code,
        resident=application.request.resident,
        reason=application.request.reason,
        portrait=application.portrait,
        requested_by=by,
        request_key=application.request_key,
        request_digest=application.digest,
        batch=application.batch,
        replaces=grounds.replaces.id if grounds.replaces else None,
        override_reason=grounds.override_reason,
        reason_code=application.reason_code,
        papers=application.papers,
    )


def require_submitted(record: LetterRecord) -> None:
    """Refuse a draft that is back at the counter.

    Raises:
        WrongState: ``draft_at_counter``.
    """
    if record.returned_at is not None:
        raise WrongState("draft_at_counter", _AT_COUNTER, record.state.value)


def require_revision(record: LetterRecord, seen: int) -> None:
    """Refuse a step that rests on what a draft said before it was corrected.

    Raises:
        WrongState: ``draft_changed``.
    """
    if record.revision != seen:
        raise WrongState(DRAFT_CHANGED, _CHANGED, record.state.value)


def close_lapsed(tx: Transaction, lapsed: LetterRecord | None, by: str, at: datetime) -> None:
    """Close the lapsed letter, where there is one, that still stood as the person's open one."""
    if lapsed is not None:
        letters.close(tx, lapsed.id, at)
        letters.add_events(tx, [NewEvent(lapsed.id, at, by, "lapse")])
        audit.append(tx, at, by, "letter.lapse", lapsed.number or lapsed.id, lapsed.office)


def _reopen_lapsed(tx: Transaction, withdrawn: LetterRecord, by: str, at: datetime) -> None:
    # The draft had closed it, in the transaction of that moment; its holder may now extend it again.
    nik = withdrawn.resident.nik
    old = letters.lapsed_at(tx, nik, withdrawn.created_at)
    if old is not None and not letters.open_letters_of(tx, [nik]):
        letters.reopen(tx, old.id)
        letters.add_events(tx, [NewEvent(old.id, at, by, "reopen")])
        audit.append(tx, at, by, "letter.reopen", old.number or old.id, old.office)


def draft_events(new: Draft, at: datetime) -> list[NewEvent]:
    """A draft in its letter's history; an override stands there with its reason."""
    events = [NewEvent(new.id, at, new.requested_by, "draft")]
    if new.override_reason is not None:
        events.append(NewEvent(new.id, at, new.requested_by, "override", new.override_reason))
    return events


def draft_entry(new: Draft, at: datetime, *, held: bool = False) -> Entry:
    """The audit's word on a draft. Reasons are free text and may name people: they stay with the letter."""
    details = {"kind": new.kind}
    if new.override_reason is not None:
        details["override"] = True
    if new.replaces is not None:
        details["replacement"] = True
    if held:
        details["held"] = True
    return Entry(at, new.requested_by, "letter.draft", new.id, new.office, details)


def approve_entry(letter: str, office: str, by: str, at: datetime) -> Entry:
    """The audit's word on an approval."""
    return Entry(at, by, "letter.approve", letter, office)


def issue_entry(letter: str, office: str, placement: Placement, by: str, sealing: Sealing) -> Entry:
    """The audit's word on an issue: enough to know the letter again by its seal."""
    details = {
        "letter": letter,
        "fingerprint": placement.fingerprint.hex(),
        "kid": sealing.key.key.kid,
    }
    return Entry(placement.issued_at, by, "letter.issue", placement.number, office, details)


_AT_COUNTER = Text(
    "Konsep ini sedang diperbaiki di loket dan belum diajukan kembali.",
    "This draft is being corrected at the counter and was not submitted again yet.",
)
_CHANGED = Text(
    "Konsep ini baru saja diubah orang lain. Bandingkan isinya, lalu simpan lagi.",
    "Someone else has just changed this draft. Compare what it says, then save again.",
)
_KEY_REUSED = Problem(
    "",
    "request_key_reused",
    Text(
        "Kunci permintaan ini sudah dipakai untuk permintaan lain. Pakai kunci baru.",
        "This request key was used for another request. Use a new key.",
    ),
)
