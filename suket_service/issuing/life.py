"""One letter's life: draft, approve, issue, revoke, supersede. Reads no files and renders nothing.

Each function is one transaction with one audit entry.
"""

import secrets
from datetime import datetime

from suket_service.core.letter import Action, LetterState, next_state
from suket_service.errors import NotAllowed, Problem, RequestRefused, Text
from suket_service.issuing.rules import Application, require_grounds
from suket_service.issuing.sealing import Sealing, ToSeal, place_all
from suket_service.registry import audit, letters, offices, residents, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import Draft, LetterRecord, NewEvent, NewLetter, Placement
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role

MOST_REASON_CHARACTERS = 200


def draft(registry: Registry, application: Application, by: str, at: datetime) -> str:
    """Draft a letter for one person; returns its id. The same request key returns the same letter.

    Raises:
        RequestRefused: not in the register, a state that may not get a letter, an open letter.
        NotAllowed: ``by`` is no operator of this office.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, application.office, Role.OPERATOR)
        if application.request_key is not None:
            known = letters.by_request_keys(tx, application.office, [application.request_key])
            if known:
                return known[application.request_key].id
        under = offices.circumstances(tx, application.office, at)
        entry = residents.find(tx, application.office, [application.nik]).get(application.nik)
        standing = letters.open_letters_of(tx, [application.nik]).get(application.nik)
        kind = require_grounds(application, entry, standing, under)
        events = []
        if standing is not None:  # it has lapsed, or it would have been refused
            letters.close(tx, standing.id, at)
            events.append(NewEvent(standing.id, at, by, "lapse"))
        new = new_draft(application, kind.code, by)
        letters.add(tx, [NewLetter(new)], at)
        letters.add_events(tx, [*events, NewEvent(new.id, at, by, "draft")])
        audit.append_all(tx, [draft_entry(new, at)])
        return new.id


def approve(registry: Registry, office: str, letter: str, by: str, at: datetime) -> None:
    """Approve a draft: the second person.

    Raises:
        NotAllowed: no approver of this office, or the one who asked.
        WrongState: not a draft.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        next_state(record.state, Action.APPROVE)
        require_two(record.requested_by, by)
        letters.set_approved(tx, letter, by)
        letters.add_events(tx, [NewEvent(letter, at, by, Action.APPROVE)])
        audit.append_all(tx, [approve_entry(letter, office, by, at)])


def issue(
    registry: Registry, office: str, letter: str, by: str, sealing: Sealing, at: datetime
) -> LetterRecord:
    """Give an approved letter its number, its position and its seal.

    Raises:
        WrongState: not approved.
        KeyTrouble: the key may not sign this now.
        CallerError: ``clock_behind_series``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        next_state(record.state, Action.ISSUE)
        under = offices.circumstances(tx, office, at)
        wanted = ToSeal(under.kinds[record.kind], record.resident, record.portrait)
        [placement] = place_all(tx, [wanted], under, sealing, at)
        letters.place(tx, letter, placement)
        letters.add_events(tx, [NewEvent(letter, placement.issued_at, by, Action.ISSUE)])
        audit.append_all(tx, [issue_entry(letter, office, placement, by, sealing)])
        return letters.by_id(tx, office, letter)


def revoke(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Revoke an issued letter.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    return _close(registry, office, number, Action.REVOKE, by, reason, at)


def supersede(
    registry: Registry, office: str, number: str, by: str, reason: str, at: datetime
) -> LetterRecord:
    """Record that the card, or another document, took an issued letter's place.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    return _close(registry, office, number, Action.SUPERSEDE, by, reason, at)


def _close(
    registry: Registry, office: str, number: str, action: Action, by: str, reason: str, at: datetime
) -> LetterRecord:
    given = reason.strip()
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        after = next_state(record.state, action)
        if not given or len(given) > MOST_REASON_CHARACTERS or not given.isprintable():
            raise RequestRefused([_REASON_MISSING])
        letters.close(tx, record.id, at, LetterState(after))
        letters.add_events(tx, [NewEvent(record.id, at, by, action, given)])
        # The reason is free text and may name people: it stays with the letter, out of the audit chain.
        audit.append_all(tx, [Entry(at, by, f"letter.{action}", number, office)])
        return letters.by_number(tx, office, number)


def require_two(requested_by: str, approved_by: str | None) -> None:
    """Who asks never approves.

    Raises:
        NotAllowed: ``same_person``.
    """
    if requested_by == approved_by:
        raise NotAllowed(
            "same_person",
            Text(
                "Pemohon tidak boleh menyetujui suratnya sendiri; mintalah pejabat lain.",
                "Who asks never approves; ask another official.",
            ),
        )


def new_draft(application: Application, kind: int, by: str) -> Draft:
    """A draft of what was asked, under a fresh random id."""
    return Draft(
        id=secrets.token_hex(16),
        office=application.office,
        kind=kind,
        resident=application.request.resident,
        reason=application.request.reason,
        portrait=application.portrait,
        requested_by=by,
        request_key=application.request_key,
        batch=application.batch,
    )


def draft_entry(new: Draft, at: datetime) -> Entry:
    """The audit's word on a draft."""
    return Entry(at, new.requested_by, "letter.draft", new.id, new.office, {"kind": new.kind})


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


_REASON_MISSING = Problem(
    "reason",
    "reason_missing",
    Text(
        f"Alasan harus diisi, paling panjang {MOST_REASON_CHARACTERS} karakter.",
        f"Give a reason of at most {MOST_REASON_CHARACTERS} characters.",
    ),
)
