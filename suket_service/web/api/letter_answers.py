"""Letters as the API tells of them. Asks no registry and decides nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from suket_service.core.kind import Kind
from suket_service.core.letter import LetterState
from suket_service.core.resident import Resident
from suket_service.core.seal import check_code
from suket_service.errors import Problem
from suket_service.issuing import Told
from suket_service.registry.letters import Event, LetterRecord, Waiting, waiting_for
from suket_service.registry.proposals import Decision, Proposal
from suket_service.web.api.letter_shapes import (
    EventOut,
    ExtensionOut,
    LetterBrief,
    LetterOut,
    PersonOut,
    WaitsFor,
    Warned,
)

_WAITS_FOR: dict[Waiting, WaitsFor] = {
    Waiting.HELD: "counter",
    Waiting.RETURNED: "counter",
    Waiting.SUBMITTED: "approver",
    Waiting.APPROVED: "issuing",
}
_DECISIONS: dict[Decision, Literal["agreed", "declined"]] = {
    Decision.AGREED: "agreed",
    Decision.DECLINED: "declined",
}
#: What happened for a reason that whoever asked for the letter may know; the others are the office's own.
_TOLD_WHY = ("withdraw", "suspend", "resume", "extend", "revoke", "supersede")


def brief(record: LetterRecord, kind: Kind, today: date) -> LetterBrief:
    """A letter without its holder."""
    return LetterBrief(**_brief(record, kind, today))


def whole(told: Told) -> LetterOut:
    """All that is told of a letter."""
    record = told.letter
    return LetterOut(
        **_brief(record, told.kind, told.today),
        person=_person(record.resident),
        reason=record.reason,
        has_photo=record.portrait is not None,
        replaces=told.replaces,
        check_code=None if record.fingerprint is None else check_code(record.fingerprint),
        extended=record.extended_to is not None,
        extension=None if told.extension is None else _extension(told.extension),
        drafted_at=instant(record.created_at),
        ended_at=None if record.closed_at is None else instant(record.closed_at),
        history=[_event(each) for each in told.events],
    )


def warned(problems: Sequence[Problem]) -> list[Warned]:
    """Warnings as a problem's errors are told."""
    return [
        Warned(field=each.field, code=each.code, message=each.text.id, message_en=each.text.en)
        for each in problems
    ]


def instant(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso(day: date | None) -> str | None:
    """A day of the office's calendar."""
    return None if day is None else day.isoformat()


def _brief(record: LetterRecord, kind: Kind, today: date) -> dict[str, Any]:
    waits = waiting_for(record)
    return {
        "id": record.id,
        "number": record.number,
        "state": record.state.value,
        "expired": record.state is LetterState.ISSUED and record.has_lapsed(today),
        "waits_for": None if waits is None else _WAITS_FOR[waits],
        "kind": record.kind,
        "kind_title": kind.title,
        "village": record.resident.village.code,
        "village_name": record.resident.village.name,
        "issued_on": iso(record.issued_on),
        "valid_until": iso(record.valid_until),
    }


def _person(person: Resident) -> PersonOut:
    place = person.village
    return PersonOut(
        nik=person.nik,
        name=person.name,
        birth_place=person.birth_place,
        birth_date=person.birth_date.isoformat(),
        sex=person.sex.value,
        blood_type=person.blood_type,
        address=person.address,
        rt=f"{person.rt:03d}" if person.rt else "",
        rw=f"{person.rw:03d}" if person.rw else "",
        region_code=place.code,
        village=place.name,
        district=place.district,
        regency=place.regency,
        religion=person.religion,
        marital_status=person.marital_status.value,
        occupation=person.occupation,
        citizenship=person.citizenship,
    )


def _event(event: Event) -> EventOut:
    why = event.reason if event.action in _TOLD_WHY else None
    return EventOut(at=instant(event.at), action=event.action, reason=why or None)


def _extension(asked: Proposal) -> ExtensionOut:
    # A program cannot withdraw what it asked for, so there is no third decision.
    decision = None if asked.decision is None else _DECISIONS[asked.decision]
    at = instant(asked.asked_at)
    return ExtensionOut(id=asked.id, until=iso(asked.until), asked_at=at, decision=decision, note=asked.note)
