"""A file of requests, row by row: bad rows are refused, the rest go on, and nothing is issued twice.

Rows are read and portraits drawn before the lock is taken. Letters are written in portions, and
outcomes told only after the commit that made them true. A portion that the database will not take
whole is tried again row by row, so that one poisoned row costs nobody else a letter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from suket_service.core import request as requests
from suket_service.core.letter import Action, may
from suket_service.errors import NotAllowed, Problem, RegistryConflict, RequestRefused
from suket_service.issuing import row_notes
from suket_service.issuing.drafting import (
    approve_entry,
    close_lapsed,
    draft_entry,
    draft_events,
    issue_approved,
    issue_entry,
    known_of,
    new_draft,
    require_all_issuable,
    supersede_replaced,
)
from suket_service.issuing.people import TwoPeople, require_asking, require_people, require_two
from suket_service.issuing.preparing import Intake, PaperCheck, PhotoOpener, Prepared, prepare
from suket_service.issuing.rules import (
    Application,
    Grounds,
    Known,
    choose_kind,
    require_grounds,
)
from suket_service.issuing.sealing import Sealing, ToSeal, place_all, series_time
from suket_service.paper import portrait
from suket_service.registry import audit, letters, offices
from suket_service.registry.letters import Draft, LetterRecord, NewEvent, NewLetter, portrait_key
from suket_service.registry.offices import Circumstances
from suket_service.registry.session import Registry, Transaction
from suket_service.sheets.read import Row

#: Letters a commit: enough to share the cost of a sync, few enough that others wait only briefly.
PORTION = 50


class RowStatus(StrEnum):
    """What became of a row."""

    ISSUED = "issued"
    DRAFTED = "drafted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row, or would; ``letter`` is there unless it was refused, or is yet to be made."""

    row: int
    status: RowStatus
    letter: LetterRecord | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _New:
    """A row that gets a letter, or a draft of one."""

    row: int
    draft: Draft
    grounds: Grounds
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A row whose draft has waited for its approver since an earlier run."""

    row: int
    record: LetterRecord
    lapsed: LetterRecord | None  # to be closed with it
    warnings: tuple[Problem, ...]


def issue_rows(
    registry: Registry,
    office_code: str,
    rows: Sequence[Row],
    *,
    people: TwoPeople,
    sealing: Sealing | None,
    open_photo: PhotoOpener,
    file_digest: str,
    now: Callable[[], datetime],
    check_paper: PaperCheck = lambda _request: None,
    allow_overrides: bool = False,
) -> Iterator[RowOutcome]:
    """Issue one letter a row, in order; outcomes come after the commit that made them true.

    Args:
        registry: where letters are kept.
        office_code: the issuing office.
        rows: the file's rows.
        people: who asks and who approves.
        sealing: the unlocked key and base URL; None stops at drafts.
        open_photo: the bytes of a file named in ``foto``.
        file_digest: SHA-256 (hex) of the file: the same file issues nothing new.
        now: the clock.
        check_paper: why a request's letter could not be printed, asked before anything is written.
        allow_overrides: the approver knows that rows may pass over the register; otherwise they are refused.

    Raises:
        NotAllowed: the two people are one, or lack their roles in this office.
        KeyTrouble, CallerError: the key or the clock does not allow issuing; what was told is done.
    """
    require_people(registry, office_code, people)
    intake = Intake(office_code, file_digest, lambda name: portrait.normalise(open_photo(name)), check_paper)
    run = Run(registry, intake, people, sealing, allow_overrides=allow_overrides)
    for start in range(0, len(rows), PORTION):
        yield from run.settle(rows[start : start + PORTION], now)


class Run:
    """One file on its way through: remembers which row brought which person first."""

    def __init__(
        self,
        registry: Registry,
        intake: Intake,
        people: TwoPeople,
        sealing: Sealing | None,
        *,
        allow_overrides: bool,
    ) -> None:
        """Raises NotFound: there is no such office."""
        self._registry = registry
        self._intake = intake
        self._office = intake.office
        self._people = people
        self._approver = people.approved_by if sealing is not None else None
        self._sealing = sealing
        self._allow_overrides = allow_overrides
        self._first_row_of: dict[str, int] = {}
        with registry.reading() as tx:
            self._calendar = offices.office(tx, intake.office)
            self._villages = offices.villages_of(tx, self._calendar)

    def look_at(self, rows: Sequence[Row], at: datetime) -> list[RowOutcome]:
        """What settling a portion now would do. Writes nothing, and holds the registry only while it asks it."""
        prepared = self._prepare(rows, at)
        with self._registry.reading() as tx:
            decisions = self._decide_all(tx, prepared, offices.circumstances(tx, self._office, at))
        return [_foreseen(decision) for decision in decisions]

    def settle(self, rows: Sequence[Row], now: Callable[[], datetime]) -> list[RowOutcome]:
        """Settle a portion in one commit; where the database refuses it, row by row."""
        return self._settle_prepared(self._prepare(rows, now()), now)

    def _prepare(self, rows: Sequence[Row], at: datetime) -> list[Prepared]:
        today = self._calendar.local_date(at)
        return [prepare(row, self._villages, today, self._intake) for row in rows]

    def _settle_prepared(self, prepared: Sequence[Prepared], now: Callable[[], datetime]) -> list[RowOutcome]:
        # The clock is read with the lock in hand: waiting for it may have taken us past midnight.
        before = dict(self._first_row_of)
        try:
            with self._registry.writing() as tx:
                return self._settle(tx, prepared, now())
        except RegistryConflict as conflict:
            self._first_row_of = before
            if len(prepared) == 1:
                problem = Problem("", conflict.code, conflict.text)
                return [RowOutcome(prepared[0].row, RowStatus.REFUSED, None, (problem,))]
            return [outcome for each in prepared for outcome in self._settle_prepared([each], now)]

    def _settle(self, tx: Transaction, prepared: Sequence[Prepared], at: datetime) -> list[RowOutcome]:
        require_asking(tx, self._office, self._people)
        if self._approver is not None:
            at = series_time(tx, self._office, at)
        under = offices.circumstances(tx, self._office, at)
        decisions = self._decide_all(tx, prepared, under)
        new = [each for each in decisions if isinstance(each, _New)]
        waiting = [each for each in decisions if isinstance(each, _Waiting)]
        self._write_new(tx, new, under, at)
        self._issue_waiting(tx, waiting, under, at)
        ids = [each.draft.id for each in new] + [each.record.id for each in waiting]
        written = dict(zip(ids, letters.by_ids(tx, self._office, ids), strict=True))
        return [_outcome(decision, written) for decision in decisions]

    def _decide_all(
        self, tx: Transaction, prepared: Sequence[Prepared], under: Circumstances
    ) -> list[RowOutcome | _New | _Waiting]:
        applications = [each.application for each in prepared if each.application is not None]
        known = known_of(tx, self._office, applications)
        keys = [each.request_key for each in applications if each.request_key]
        by_key = letters.by_request_keys(tx, self._office, keys)
        return [self._decide(tx, each, by_key, known, under) for each in prepared]

    def _decide(
        self,
        tx: Transaction,
        prepared: Prepared,
        by_key: Mapping[str, LetterRecord],
        known: Known,
        under: Circumstances,
    ) -> RowOutcome | _New | _Waiting:
        application, row = prepared.application, prepared.row
        if application is None:
            return RowOutcome(row, RowStatus.REFUSED, None, prepared.problems)
        warnings = application.request.warnings
        first = self._first_row_of.get(application.nik)
        if first is not None:
            return RowOutcome(row, RowStatus.REFUSED, None, (requests.twice(first),), warnings)
        try:
            same_row = by_key.get(application.request_key or "")
            already = same_row or _standing_alike(application, known, under)
            if already is not None:
                self._first_row_of[application.nik] = row
                changed = same_row is not None and same_row.request_digest not in (None, application.digest)
                return self._known_already(tx, row, application, already, under, changed=changed)
            grounds = require_grounds(application, known, under)
            if grounds.override_reason is not None and not self._allow_overrides:
                raise RequestRefused([row_notes.OVERRIDE_NOT_ALLOWED])
        except RequestRefused as refusal:
            return RowOutcome(row, RowStatus.REFUSED, None, refusal.problems, warnings)
        self._first_row_of[application.nik] = row
        entry = known.register.get(application.nik)
        if entry is not None and entry.card_is_ready:
            warnings = (*warnings, row_notes.CARD_READY)
        if application.request.override_reason is not None and grounds.override_reason is None:
            warnings = (*warnings, row_notes.OVERRIDE_NOT_NEEDED)
        if grounds.override_reason is not None and self._approver is None:
            warnings = (*warnings, row_notes.OVERRIDE_ASKED)
        return _New(row, new_draft(application, grounds, self._people.requested_by), grounds, warnings)

    def _known_already(
        self,
        tx: Transaction,
        row: int,
        application: Application,
        already: LetterRecord,
        under: Circumstances,
        *,
        changed: bool,
    ) -> RowOutcome | _Waiting:
        warnings = application.request.warnings
        waits = may(already.state, Action.APPROVE) or may(already.state, Action.ISSUE)
        if not waits or self._approver is None:
            notes = (*warnings, *row_notes.closed(already), *((row_notes.CHANGED_SINCE,) if changed else ()))
            return RowOutcome(row, RowStatus.UNCHANGED, already, (), notes)
        if changed:
            raise RequestRefused([row_notes.DRAFT_DIFFERS])
        if already.override_reason is not None and not self._allow_overrides:
            raise RequestRefused([row_notes.OVERRIDE_NOT_ALLOWED])
        [lapsed] = require_all_issuable(tx, [already], under)
        try:
            for asker in (already.requested_by, *letters.askers(tx, [already.id])[already.id]):
                require_two(asker, self._approver)
        except NotAllowed as same:
            raise RequestRefused([Problem("", same.code, same.text)]) from None
        return _Waiting(row, already, lapsed, warnings)

    def _write_new(self, tx: Transaction, new: Sequence[_New], under: Circumstances, at: datetime) -> None:
        asking = self._people.requested_by
        for each in new:
            close_lapsed(tx, each.grounds.lapsed, asking, at)
        drafts = [each.draft for each in new]
        if self._approver is None or self._sealing is None:
            _add_drafts(tx, drafts, at)
        else:
            _add_issued(tx, drafts, self._approver, self._sealing, under, at)

    def _issue_waiting(
        self, tx: Transaction, waiting: Sequence[_Waiting], under: Circumstances, at: datetime
    ) -> None:
        if self._approver is None or self._sealing is None:
            return
        for each in waiting:
            close_lapsed(tx, each.lapsed, self._approver, at)
        records = [each.record for each in waiting]
        fresh = [record for record in records if may(record.state, Action.APPROVE)]
        for record in fresh:
            letters.set_approved(tx, record.id, self._approver)
        letters.add_events(tx, [NewEvent(record.id, at, self._approver, Action.APPROVE) for record in fresh])
        audit.append_all(
            tx, [approve_entry(record.id, record.office, self._approver, at) for record in fresh]
        )
        issue_approved(tx, records, self._approver, self._sealing, under, at)


def _foreseen(decision: RowOutcome | _New | _Waiting) -> RowOutcome:
    """What a decision comes to without an approver: whatever is new stops at a draft."""
    if isinstance(decision, RowOutcome):
        return decision
    record = decision.record if isinstance(decision, _Waiting) else None
    return RowOutcome(decision.row, RowStatus.DRAFTED, record, (), decision.warnings)


def _outcome(decision: RowOutcome | _New | _Waiting, written: Mapping[str, LetterRecord]) -> RowOutcome:
    if isinstance(decision, RowOutcome):
        return decision
    letter = written[decision.draft.id if isinstance(decision, _New) else decision.record.id]
    status = RowStatus.ISSUED if letter.number else RowStatus.DRAFTED
    return RowOutcome(decision.row, status, letter, (), decision.warnings)


def _add_drafts(tx: Transaction, drafts: Sequence[Draft], at: datetime) -> None:
    letters.add(tx, [NewLetter(draft) for draft in drafts], at)
    letters.add_events(tx, [event for draft in drafts for event in draft_events(draft, at)])
    audit.append_all(tx, [draft_entry(draft, at) for draft in drafts])


def _add_issued(
    tx: Transaction,
    drafts: Sequence[Draft],
    approver: str,
    sealing: Sealing,
    under: Circumstances,
    at: datetime,
) -> None:
    wanted = [
        ToSeal(
            under.kinds[draft.kind], draft.resident, portrait_key(draft.portrait) if draft.portrait else None
        )
        for draft in drafts
    ]
    new, events, entries = [], [], []
    for draft, placement in zip(drafts, place_all(tx, wanted, under, sealing, at), strict=True):
        supersede_replaced(tx, draft.office, draft.replaces, placement, approver)
        new.append(NewLetter(draft, approver, placement))
        events += [
            *draft_events(draft, at),
            NewEvent(draft.id, at, approver, Action.APPROVE),
            NewEvent(draft.id, placement.issued_at, approver, Action.ISSUE),
        ]
        entries += [
            draft_entry(draft, at),
            approve_entry(draft.id, draft.office, approver, at),
            issue_entry(draft.id, draft.office, placement, approver, sealing),
        ]
    letters.add(tx, new, at)
    letters.add_events(tx, events)
    audit.append_all(tx, entries)


def _standing_alike(application: Application, known: Known, under: Circumstances) -> LetterRecord | None:
    """The person's open letter, where another file with the same facts led to it."""
    standing = known.standing.get(application.nik)
    if (
        standing is not None
        and standing.number != (application.request.replaces or "")
        and not standing.has_lapsed(under.today)
        and standing.office == application.office
        and standing.resident == application.request.resident
        and standing.kind == choose_kind(application.request, under).code
        and standing.reason == application.request.reason
        and standing.portrait == (portrait_key(application.portrait) if application.portrait else None)
    ):
        return standing
    return None
