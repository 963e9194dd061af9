"""What two people agreed on is done to issued letters: extended, resumed, revoked, one or many.

Works inside the caller's transaction. Asks nobody's leave: who may ask and agree is settled before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from suket_service.core.kind import Kind
from suket_service.core.letter import Action, LetterState, next_state
from suket_service.errors import Problem, RequestRefused, SuketError, Text
from suket_service.paper.wording import long_date
from suket_service.registry import audit, letters
from suket_service.registry.audit import Entry
from suket_service.registry.letters import LetterRecord, NewEvent
from suket_service.registry.offices import Circumstances
from suket_service.registry.session import Transaction

#: No extension reaches further than this from the day it is given, whatever the kind's rule.
LONGEST_EXTENSION = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Change:
    """What is done, why, and by which two."""

    action: Action
    reason: str
    asked_by: str
    agreed_by: str
    proposal: str | None = None  # id, where it was asked for beforehand


@dataclass(frozen=True, slots=True)
class Step:
    """What a change makes of one letter."""

    record: LetterRecord
    state: LetterState
    until: date | None  # the new last valid day, of an extension


def step_of(record: LetterRecord, action: Action, until: date | None, under: Circumstances) -> Step:
    """What the action would make of that letter today.

    Raises:
        WrongState: it cannot take the action.
        RequestRefused: ``until_missing``, ``until_not_later``, ``until_too_far``, ``until_card`` or
            ``lapsed_and_closed``.
    """
    state = next_state(record.state, action)
    if action is not Action.EXTEND:
        return Step(record, state, None)
    return Step(record, state, _new_end(record, until, under.kinds[record.kind], under.today))


def steps_of(
    named: Sequence[tuple[str, LetterRecord | None]], action: Action, until: date | None, under: Circumstances
) -> list[Step]:
    """The same for many letters, all or none; None stands for a letter that is not there.

    Raises:
        RequestRefused: what is wrong with each, under the name it was given by.
    """
    steps, problems = [], []
    for name, record in named:
        try:
            if record is None:
                raise letters.no_letter()
            steps.append(step_of(record, action, until, under))
        except SuketError as error:
            problems.append(Problem(name, error.code, error.text))
    if problems:
        raise RequestRefused(problems)
    return steps


def carry_out(
    tx: Transaction, office: str, steps: Sequence[Step], change: Change, at: datetime
) -> list[LetterRecord]:
    """Do it; the letters as they are afterwards. An audit entry each, as the second person's."""
    events, entries = [], []
    for step in steps:
        record = step.record
        match change.action:
            case Action.EXTEND if step.until is not None:
                letters.extend(tx, record.id, step.until)
            case Action.REVOKE:
                letters.close(tx, record.id, at, step.state)
            case _:
                letters.set_state(tx, record.id, step.state)
        events += [
            NewEvent(record.id, at, change.asked_by, change.action, change.reason),
            NewEvent(record.id, at, change.agreed_by, f"approve_{change.action}"),
        ]
        details = _details(change, step, len(steps))
        action = f"letter.{change.action}"
        entries.append(Entry(at, change.agreed_by, action, record.number or record.id, office, details))
    letters.add_events(tx, events)
    # The reason is free text and may name people: it stays with the letter, out of the audit chain.
    audit.append_all(tx, entries)
    return letters.by_ids(tx, office, [step.record.id for step in steps])


def _details(change: Change, step: Step, together: int) -> dict[str, Any]:
    details: dict[str, Any] = {"requested_by": change.asked_by}
    if step.until is not None:
        details["until"] = step.until.isoformat()
    if together > 1:
        details["together"] = together
    if change.proposal is not None:
        details["proposal"] = change.proposal
    return details


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


def _until(code: str, day: date) -> Problem:
    texts = {
        "until_not_later": Text(
            f"Tanggal baru harus sesudah hari ini dan sesudah {long_date(day)}.",
            f"The new date must be after today and after {day.day} {day:%B %Y}.",
        ),
        "until_too_far": Text(
            f"Paling lambat {long_date(day)}: sejauh surat baru jenis ini bila terbit hari ini.",
            f"At the latest {day.day} {day:%B %Y}: as far as a new letter of this kind issued today.",
        ),
    }
    return Problem("until", code, texts[code])


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
