"""A draft corrected and submitted by the counter. Approves and issues nothing.

Two people who correct one draft lose nothing: each says which revision they read, and the second is refused.
"""

from dataclasses import replace
from datetime import datetime

from suket_service.core.letter import Action, next_state
from suket_service.core.request import COLUMN_OF
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.issuing.drafting import known_of, new_draft, require_revision
from suket_service.issuing.rules import Application, Known, require_grounds
from suket_service.registry import audit, letters, offices, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import Draft, LetterRecord, NewEvent, person_values, portrait_key
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


def amend(
    registry: Registry,
    office: str,
    letter: str,
    application: Application,
    revision: int,
    by: str,
    at: datetime,
    *,
    held: bool = False,
) -> LetterRecord:
    """Put other facts into a draft, and submit it anew unless it is ``held``. Whose letter it is stays.

    Everything is asked again as when it was drafted; a letter that it is to replace stays the same.

    Args:
        registry: where letters are kept.
        office: whose draft it is.
        letter: the draft.
        application: all that it is to say.
        revision: the one that was read and corrected.
        by: an operator of the office.
        at: now.
        held: keep it at the counter, to be looked at and submitted (:func:`submit`).

    Raises:
        NotFound, NotAllowed.
        WrongState: not a draft any more, or ``draft_changed``: someone else has changed it since.
        RequestRefused: ``nik_differs``, or as :func:`require_grounds`.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        record = letters.by_id(tx, office, letter)
        _require_draft(record)
        require_revision(record, revision)
        new = _corrected(tx, record, application, by, at)
        letters.amend(tx, letter, new, revision + 1)
        if held:
            letters.hold(tx, letter, at)
        else:
            letters.submit(tx, letter)
        letters.add_events(tx, _events(record, new, by, at))
        details = {"revision": revision + 1, "held": held}
        audit.append_all(tx, [Entry(at, by, "letter.amend", letter, office, details)])
        return letters.by_id(tx, office, letter)


def submit(registry: Registry, office: str, letter: str, revision: int, by: str, at: datetime) -> None:
    """Hand a draft that was held, or sent back, to the approver as it is; one that waits there already stays.

    Raises:
        NotFound, NotAllowed.
        WrongState: not a draft any more, or ``draft_changed``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        record = letters.by_id(tx, office, letter)
        _require_draft(record)
        require_revision(record, revision)
        if record.returned_at is None:
            return
        letters.submit(tx, letter)
        letters.add_events(tx, [NewEvent(letter, at, by, "submit")])
        audit.append_all(tx, [Entry(at, by, "letter.submit", letter, office)])


def _require_draft(record: LetterRecord) -> None:
    next_state(record.state, Action.APPROVE)  # what can be approved is a draft


def _corrected(tx: Transaction, record: LetterRecord, asked: Application, by: str, at: datetime) -> Draft:
    if asked.nik != record.resident.nik:
        raise RequestRefused([_NIK_DIFFERS])
    old = letters.by_id(tx, record.office, record.replaces) if record.replaces else None
    asked = replace(asked, request=replace(asked.request, replaces=old.number if old else None))
    known = _without(known_of(tx, record.office, [asked]), record)
    grounds = require_grounds(asked, known, offices.circumstances(tx, record.office, at))
    return replace(new_draft(asked, grounds, by), id=record.id)


def _without(known: Known, own: LetterRecord) -> Known:
    # The draft itself is the person's open letter, or already waits to replace one.
    return replace(
        known,
        standing={nik: each for nik, each in known.standing.items() if each.id != own.id},
        replacements={old: each for old, each in known.replacements.items() if each.id != own.id},
    )


def _events(record: LetterRecord, new: Draft, by: str, at: datetime) -> list[NewEvent]:
    events = [NewEvent(record.id, at, by, "amend", ", ".join(_changed(record, new)))]
    if new.override_reason not in (None, record.override_reason):
        events.append(NewEvent(record.id, at, by, "override", new.override_reason or ""))
    return events


def _changed(record: LetterRecord, new: Draft) -> list[str]:
    """The parts that differ, by name; what they say stands in the draft alone."""
    before, after = person_values(record.resident), person_values(new.resident)
    changed = [name for field, name in COLUMN_OF.items() if before[field] != after[field]]
    others: dict[str, tuple[object, object]] = {
        "jenis_surat": (record.kind, new.kind),
        "alasan": ((record.reason_code, record.reason), (new.reason_code, new.reason)),
        "berkas": (record.papers, new.papers),
        "foto": (record.portrait, portrait_key(new.portrait) if new.portrait else None),
        "pengecualian": (record.override_reason, new.override_reason),
    }
    return changed + [name for name, (old, fresh) in others.items() if old != fresh]


_NIK_DIFFERS = Problem(
    "nik",
    "nik_differs",
    Text(
        "NIK sebuah konsep tidak dapat diubah. Tarik konsep ini, lalu ajukan permohonan baru.",
        "A draft's NIK cannot be changed. Withdraw this draft, then make a new request.",
    ),
)
