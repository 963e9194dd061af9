"""The approver's desk: many drafts approved and issued in one go, or one sent back. Renders nothing.

Letters are settled in portions, each one transaction; what speaks against one of them keeps nobody
else waiting. The same judgement is shown beside each draft before anyone decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from suket_service.core.letter import STATE_NAMES, Action, LetterState, may
from suket_service.errors import (
    NotAllowed,
    Problem,
    RegistryConflict,
    RequestRefused,
    SuketError,
    Text,
    WrongState,
)
from suket_service.issuing.batch import PORTION
from suket_service.issuing.drafting import (
    DRAFT_CHANGED,
    approve_entry,
    close_lapsed,
    issue_approved,
    require_submitted,
)
from suket_service.issuing.life import require_note
from suket_service.issuing.people import require_two
from suket_service.issuing.rules import require_issuable
from suket_service.issuing.sealing import Sealing, series_time
from suket_service.registry import audit, letters, offices, residents, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import LetterRecord, NewEvent
from suket_service.registry.offices import Circumstances
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: What a letter's history calls a draft that went back to the counter.
SEND_BACK = "send_back"


class Settled(StrEnum):
    """What became of a draft that was to be approved."""

    ISSUED = "issued"
    APPROVED = "approved"  # and not issued: there was nothing to seal it with
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LetterOutcome:
    """What became of one letter, with what spoke against it where it was refused."""

    letter: str
    settled: Settled
    problems: tuple[Problem, ...] = ()


def approve_and_issue(
    registry: Registry,
    office: str,
    chosen: Sequence[tuple[str, int]],
    by: str,
    sealing: Sealing | None,
    at: datetime,
) -> list[LetterOutcome]:
    """Approve drafts as the second person and issue them, in the order given.

    Args:
        registry: where letters are kept.
        office: the issuing office.
        chosen: ids, each with the revision that was looked at; what was approved earlier is only issued.
        by: the approver.
        sealing: the unlocked key; None: letters stop at approved.
        at: now.

    Returns:
        An outcome a letter. Refused with ``draft_changed``, ``draft_at_counter``, ``decided_already``,
        ``same_person``, what :func:`require_issuable` says, or with what kept a whole portion from being
        written (``registry_conflict``, a key that may not sign, a clock that is behind).

    Raises:
        NotFound: one of the ids is no letter of this office; then nothing was done.
        NotAllowed: ``by`` is no approver of this office.
    """
    revisions = dict(reversed(chosen))  # of an id that was given twice the first counts
    wanted = list(dict.fromkeys(letter for letter, _ in chosen))
    with registry.reading() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        _require_all(letters.of_ids(tx, office, wanted), wanted)
    run = _Sitting(registry, office, by, sealing, at)
    outcomes: list[LetterOutcome] = []
    for start in range(0, len(wanted), PORTION):
        outcomes += run.settle({each: revisions[each] for each in wanted[start : start + PORTION]})
    return outcomes


def send_back(
    registry: Registry, office: str, letter: str, revision: int, by: str, note: str, at: datetime
) -> None:
    """Give a draft back to the counter with a note that says what to correct.

    Raises:
        RequestRefused: ``note_missing``.
        WrongState: ``draft_changed``, ``draft_at_counter`` or ``decided_already``.
        NotFound, NotAllowed.
    """
    given = require_note(note)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        if not may(record.state, Action.APPROVE):
            raise _decided(record)
        _require_as_seen(record, revision)
        letters.send_back(tx, letter, given, at)
        letters.add_events(tx, [NewEvent(letter, at, by, SEND_BACK, given)])
        # The note is free text and may name people: it stays with the letter, out of the audit chain.
        audit.append_all(tx, [Entry(at, by, "letter.send_back", letter, office)])


def obstacles(
    tx: Transaction, office: str, records: Sequence[LetterRecord], by: str, at: datetime
) -> dict[str, tuple[Problem, ...]]:
    """What speaks against this person approving each of those letters today; nothing of those that may be."""
    judge = _Judge(tx, offices.circumstances(tx, office, at), records, by)
    found = {}
    for record in records:
        try:
            judge.require(record)
        except SuketError as error:
            found[record.id] = _problems(error)
    return found


class _Judge:
    """Everything that may speak against some letters, asked once for all of them."""

    def __init__(
        self, tx: Transaction, under: Circumstances, records: Sequence[LetterRecord], by: str
    ) -> None:
        niks = [record.resident.nik for record in records]
        office = under.office.code
        self._under, self._by = under, by
        self._standing = letters.open_letters_of(tx, niks)
        self._register = residents.find(tx, office, niks)
        self._replaced = letters.of_ids(tx, office, [each.replaces for each in records if each.replaces])
        self._askers = letters.askers(tx, [record.id for record in records])

    def require(self, record: LetterRecord) -> LetterRecord | None:
        """Refuse a letter that this person may not have issued today; returns the lapsed one that it closes.

        Raises:
            NotAllowed: ``same_person``.
            WrongState: ``decided_already`` or ``draft_at_counter``.
            RequestRefused: as :func:`require_issuable`.
        """
        if not (may(record.state, Action.APPROVE) or may(record.state, Action.ISSUE)):
            raise _decided(record)
        require_submitted(record)
        for asker in (record.requested_by, *self._askers[record.id]):
            require_two(asker, self._by)
        nik = record.resident.nik
        replaced = self._replaced.get(record.replaces or "")
        return require_issuable(
            record, self._register.get(nik), self._standing.get(nik), replaced, self._under
        )


class _Sitting:
    """One approver's decisions, portion by portion."""

    def __init__(
        self, registry: Registry, office: str, by: str, sealing: Sealing | None, at: datetime
    ) -> None:
        self._registry, self._office, self._by, self._sealing, self._at = registry, office, by, sealing, at

    def settle(self, revisions: Mapping[str, int]) -> list[LetterOutcome]:
        """Settle a portion in one commit; where the database refuses it, letter by letter."""
        try:
            with self._registry.writing() as tx:
                return self._settle(tx, revisions)
        except RegistryConflict as conflict:
            if len(revisions) > 1:
                return [each for item in revisions.items() for each in self.settle(dict([item]))]
            return _refused(revisions, conflict)
        except SuketError as error:  # earlier portions are done, and must be told
            return _refused(revisions, error)

    def _settle(self, tx: Transaction, revisions: Mapping[str, int]) -> list[LetterOutcome]:
        staff.require_member(tx, self._by, self._office, Role.APPROVER)
        at = self._at if self._sealing is None else series_time(tx, self._office, self._at)
        under = offices.circumstances(tx, self._office, at)
        found = letters.of_ids(tx, self._office, list(revisions))
        _require_all(found, list(revisions))
        judge = _Judge(tx, under, list(found.values()), self._by)
        outcomes: dict[str, LetterOutcome] = {}
        fit: list[LetterRecord] = []
        for letter, revision in revisions.items():
            record = found[letter]
            try:
                lapsed = judge.require(record)
                _require_as_seen(record, revision)
            except (NotAllowed, WrongState, RequestRefused) as error:
                outcomes[letter] = LetterOutcome(letter, Settled.REFUSED, _problems(error))
            else:
                close_lapsed(tx, lapsed, self._by, at)
                fit.append(record)
        done = self._write(tx, fit, under, at)
        outcomes.update((record.id, LetterOutcome(record.id, done)) for record in fit)
        return [outcomes[letter] for letter in revisions]

    def _write(self, tx: Transaction, fit: list[LetterRecord], under: Circumstances, at: datetime) -> Settled:
        fresh = [record.id for record in fit if may(record.state, Action.APPROVE)]
        for letter in fresh:
            letters.set_approved(tx, letter, self._by)
        letters.add_events(tx, [NewEvent(letter, at, self._by, Action.APPROVE) for letter in fresh])
        audit.append_all(tx, [approve_entry(letter, self._office, self._by, at) for letter in fresh])
        if self._sealing is None:
            return Settled.APPROVED
        issue_approved(tx, fit, self._by, self._sealing, under, at)
        return Settled.ISSUED


def _require_all(found: Mapping[str, LetterRecord], wanted: Sequence[str]) -> None:
    if any(letter not in found for letter in wanted):
        raise letters.no_letter()


def _require_as_seen(record: LetterRecord, revision: int) -> None:
    require_submitted(record)
    if record.revision != revision:
        raise WrongState(DRAFT_CHANGED, _CHANGED, record.state.value)


def _refused(revisions: Mapping[str, int], error: SuketError) -> list[LetterOutcome]:
    return [LetterOutcome(letter, Settled.REFUSED, _problems(error)) for letter in revisions]


def _problems(error: SuketError) -> tuple[Problem, ...]:
    if isinstance(error, RequestRefused):
        return error.problems
    return (Problem("", error.code, error.text),)


def _decided(record: LetterRecord) -> WrongState:
    if record.state is LetterState.WITHDRAWN:
        text = Text("Konsep ini sudah ditarik.", "This draft was withdrawn already.")
    else:
        name = STATE_NAMES[record.state]
        text = Text(f"Surat ini sudah diputuskan: {name.id}.", f"This letter was decided already: {name.en}.")
    return WrongState("decided_already", text, record.state.value)


_CHANGED = Text(
    "Konsep ini diperbaiki sejak halaman dibuka. Periksa isinya yang baru, lalu putuskan lagi.",
    "This draft was corrected since the page was opened. Look at what it says now, then decide again.",
)
