"""A file of requests, row by row: bad rows are refused, the rest go on, and nothing is issued twice.

Rows are read and portraits drawn before the lock is taken. Letters are written in portions, and
outcomes told only after the commit that made them true. A portion that the database will not take
whole is tried again row by row, so that one poisoned row costs nobody else a letter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from suket_service.core import request as requests
from suket_service.core.letter import STATE_NAMES, Action
from suket_service.core.region import Village
from suket_service.core.resident import RecordingState
from suket_service.errors import FieldError, Problem, RegistryConflict, RequestRefused, Text
from suket_service.issuing.life import (
    approve_entry,
    draft_entry,
    issue_entry,
    new_draft,
    require_two,
)
from suket_service.issuing.rules import Application, choose_kind, require_grounds
from suket_service.issuing.sealing import Sealing, ToSeal, place_all
from suket_service.paper import portrait
from suket_service.registry import audit, letters, offices, residents, staff
from suket_service.registry.letters import Draft, LetterRecord, NewEvent, NewLetter, portrait_key
from suket_service.registry.offices import Circumstances
from suket_service.registry.residents import Entry
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.sheets.read import Row

#: Letters a commit: enough to share the cost of a sync, few enough that others wait only briefly.
PORTION = 50

PhotoOpener = Callable[[str], bytes]
PaperCheck = Callable[[requests.Request], Problem | None]


class RowStatus(StrEnum):
    """What became of a row."""

    ISSUED = "issued"
    DRAFTED = "drafted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Who asks and who approves. Without an approver the rows stop at drafts."""

    requested_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row; ``letter`` is there unless it was refused."""

    row: int
    status: RowStatus
    letter: LetterRecord | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Intake:
    """What every row of a file is read with."""

    office: str
    file_digest: str
    open_photo: PhotoOpener
    check_paper: PaperCheck


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A row read outside the lock: an application, or the problems that refuse it."""

    row: int
    application: Application | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the registry holds about a portion's rows, asked once."""

    by_key: Mapping[str, LetterRecord]
    standing: Mapping[str, LetterRecord]  # open letters by NIK
    register: Mapping[str, Entry]  # by NIK


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A row that gets a letter."""

    prepared: _Prepared
    draft: Draft
    lapsed: LetterRecord | None
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

    Raises:
        NotAllowed: the two people are one, or lack their roles in this office.
        KeyTrouble, CallerError: the key or the clock does not allow issuing; what was told is done.
    """
    require_people(registry, office_code, people)
    with registry.reading() as tx:
        office = offices.office(tx, office_code)
        villages = offices.villages_of(tx, office)
    run = _Run(registry, office_code, people, sealing)
    for start in range(0, len(rows), PORTION):
        today = office.local_date(now())
        prepared = [
            _prepare(row, villages, today, _Intake(office_code, file_digest, open_photo, check_paper))
            for row in rows[start : start + PORTION]
        ]
        yield from run.settle(prepared, now)


class _Run:
    """One file on its way through: remembers which row brought which person first."""

    def __init__(self, registry: Registry, office: str, people: TwoPeople, sealing: Sealing | None) -> None:
        self._registry = registry
        self._office = office
        self._people = people
        self._sealing = sealing if people.approved_by is not None else None
        self._first_row_of: dict[str, int] = {}

    def settle(self, prepared: Sequence[_Prepared], now: Callable[[], datetime]) -> list[RowOutcome]:
        """Settle a portion in one commit; where the database refuses it, row by row.

        The clock is read with the lock in hand: waiting for it may have taken us past midnight.
        """
        before = dict(self._first_row_of)
        try:
            with self._registry.writing() as tx:
                return self._settle(tx, prepared, now())
        except RegistryConflict as conflict:
            self._first_row_of = before
            if len(prepared) == 1:
                problem = Problem("", conflict.code, conflict.text)
                return [RowOutcome(prepared[0].row, RowStatus.REFUSED, None, (problem,))]
            return [outcome for each in prepared for outcome in self.settle([each], now)]

    def _settle(self, tx: Transaction, prepared: Sequence[_Prepared], at: datetime) -> list[RowOutcome]:
        _require_both(tx, self._people, self._office)
        under = offices.circumstances(tx, self._office, at)
        known = _look_up(tx, prepared, self._office)
        outcomes: dict[int, RowOutcome] = {}
        accepted: list[_Accepted] = []
        for each in prepared:
            decision = self._decide(each, known, under)
            if isinstance(decision, _Accepted):
                accepted.append(decision)
            else:
                outcomes[each.row] = decision
        for taken, letter in zip(accepted, self._write(tx, accepted, under, at), strict=True):
            status = RowStatus.ISSUED if letter.number else RowStatus.DRAFTED
            row = taken.prepared.row
            outcomes[row] = RowOutcome(row, status, letter, (), taken.warnings)
        return [outcomes[each.row] for each in prepared]

    def _decide(self, prepared: _Prepared, known: _Known, under: Circumstances) -> RowOutcome | _Accepted:
        application, row = prepared.application, prepared.row
        if application is None:
            return RowOutcome(row, RowStatus.REFUSED, None, prepared.problems)
        warnings = application.request.warnings
        first = self._first_row_of.get(application.nik)
        if first is not None:
            return RowOutcome(row, RowStatus.REFUSED, None, (requests.twice(first),), warnings)
        try:
            already = _already(application, known, under)
            if already is not None:
                self._first_row_of[application.nik] = row
                notes = (*warnings, *_closed_note(already))
                return RowOutcome(row, RowStatus.UNCHANGED, already, (), notes)
            entry, standing = known.register.get(application.nik), known.standing.get(application.nik)
            kind = require_grounds(application, entry, standing, under)
        except RequestRefused as refusal:
            return RowOutcome(row, RowStatus.REFUSED, None, refusal.problems, warnings)
        self._first_row_of[application.nik] = row
        if entry is not None and entry.state is RecordingState.PRINT_READY_RECORD:
            warnings = (*warnings, _CARD_READY)
        return _Accepted(
            prepared, new_draft(application, kind.code, self._people.requested_by), standing, warnings
        )

    def _write(
        self, tx: Transaction, accepted: Sequence[_Accepted], under: Circumstances, at: datetime
    ) -> list[LetterRecord]:
        for each in accepted:
            if each.lapsed:
                letters.close(tx, each.lapsed.id, at)
        letters.add_events(
            tx,
            [
                NewEvent(each.lapsed.id, at, each.draft.requested_by, "lapse")
                for each in accepted
                if each.lapsed
            ],
        )
        drafts = [each.draft for each in accepted]
        if self._people.approved_by is None or self._sealing is None:
            _add_drafts(tx, drafts, at)
        else:
            _add_issued(tx, drafts, self._people.approved_by, self._sealing, under, at)
        return letters.by_ids(tx, self._office, [draft.id for draft in drafts])


def _add_drafts(tx: Transaction, drafts: Sequence[Draft], at: datetime) -> None:
    letters.add(tx, [NewLetter(draft) for draft in drafts], at)
    letters.add_events(tx, [NewEvent(draft.id, at, draft.requested_by, "draft") for draft in drafts])
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
        new.append(NewLetter(draft, approver, placement))
        events += [
            NewEvent(draft.id, at, draft.requested_by, "draft"),
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


def require_people(registry: Registry, office: str, people: TwoPeople) -> None:
    """Refuse two people who are one, or lack their roles in this office, before anything is done.

    Raises:
        NotAllowed.
    """
    require_two(people.requested_by, people.approved_by)
    with registry.reading() as tx:
        _require_both(tx, people, office)


def _require_both(tx: Transaction, people: TwoPeople, office: str) -> None:
    staff.require_member(tx, people.requested_by, office, Role.OPERATOR)
    if people.approved_by is not None:
        staff.require_member(tx, people.approved_by, office, Role.APPROVER)


def _prepare(row: Row, villages: Mapping[str, Village], today: date, intake: _Intake) -> _Prepared:
    reading = requests.read(row.fields, villages, today)
    problems = reading.problems
    picture, photo = None, row.fields.get("foto", "").strip()
    if photo:
        try:
            picture = portrait.normalise(intake.open_photo(photo))
        except FieldError as error:
            problems += (error.problem,)
    if not problems and reading.request is not None:
        unprintable = intake.check_paper(reading.request)
        problems += () if unprintable is None else (unprintable,)
    if problems or reading.request is None:
        return _Prepared(row.number, None, problems)
    key = f"{intake.file_digest}:{row.number}"
    application = Application(intake.office, reading.request, picture, key, intake.file_digest)
    return _Prepared(row.number, application)


def _look_up(tx: Transaction, prepared: Sequence[_Prepared], office: str) -> _Known:
    applications = [each.application for each in prepared if each.application is not None]
    niks = [application.nik for application in applications]
    request_keys = [application.request_key for application in applications if application.request_key]
    return _Known(
        by_key=letters.by_request_keys(tx, office, request_keys),
        standing=letters.open_letters_of(tx, niks),
        register=residents.find(tx, office, niks),
    )


def _already(application: Application, known: _Known, under: Circumstances) -> LetterRecord | None:
    """The letter that this row already led to, by the same file or by another with the same facts."""
    if application.request_key is not None and application.request_key in known.by_key:
        return known.by_key[application.request_key]
    standing = known.standing.get(application.nik)
    if (
        standing is not None
        and not standing.has_lapsed(under.today)
        and standing.office == application.office
        and standing.resident == application.request.resident
        and standing.kind == choose_kind(application.request, under).code
        and standing.reason == application.request.reason
        and standing.portrait == (portrait_key(application.portrait) if application.portrait else None)
    ):
        return standing
    return None


def _closed_note(known: LetterRecord) -> tuple[Problem, ...]:
    if known.closed_at is None:
        return ()
    name = STATE_NAMES[known.state]
    return (
        Problem(
            "nik",
            "already_closed",
            Text(
                f"Surat dari berkas ini sudah ditutup ({name.id}). Untuk surat baru, ajukan berkas permohonan baru.",
                f"The letter of this file is already closed ({name.en}). For a new letter hand in a new file.",
            ),
        ),
    )


_CARD_READY = Problem(
    "status_perekaman",
    "card_can_be_printed",
    Text(
        "Data siap cetak (PRR): bila blangko ada, cetaklah KTP-el.",
        "The record is ready to print (PRR): where blanks are in stock, print the card.",
    ),
)
