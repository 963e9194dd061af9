"""A file of requests, row by row: bad rows are refused, the rest go on, and nothing is issued twice.

Rows are read and portraits drawn before the lock is taken. Letters are committed in portions with a
savepoint each and acknowledged after the commit, so that other work gets its turn in between.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from suket_service.core import request as requests
from suket_service.core.letter import STATE_NAMES
from suket_service.core.region import Village
from suket_service.core.resident import RecordingState
from suket_service.errors import CallerError, FieldError, NotAllowed, Problem, RequestRefused, Text
from suket_service.issuing.life import (
    Application,
    Sealing,
    approve_step,
    choose_kind,
    draft_step,
    issue_step,
    require,
)
from suket_service.paper import portrait
from suket_service.registry import letters, offices, residents
from suket_service.registry.letters import LetterRecord
from suket_service.registry.offices import Role
from suket_service.registry.session import Registry, Transaction
from suket_service.sheets.read import Row

#: Letters a commit: enough to share the cost of a sync, few enough that others wait only briefly.
PORTION = 50

PhotoOpener = Callable[[str], bytes]


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
class _Prepared:
    row: int
    application: Application | None
    problems: tuple[Problem, ...] = ()


def issue_rows(
    registry: Registry,
    office_code: str,
    rows: Sequence[Row],
    people: TwoPeople,
    sealing: Sealing | None,
    open_photo: PhotoOpener,
    file_digest: str,
    now: Callable[[], datetime],
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
        now: the clock, asked once a portion.

    Raises:
        NotAllowed: the two people are one, or lack their roles in this office.
    """
    if people.requested_by == people.approved_by:
        raise NotAllowed(
            "same_person",
            Text(
                "Pemohon dan penyetuju harus dua orang yang berbeda.",
                "Requester and approver must be two people.",
            ),
        )
    with registry.reading() as tx:
        office = offices.office(tx, office_code)
        villages = offices.villages_of(tx, office)
        _require_both(tx, people, office_code)
    rows_left, first_row_of = iter(rows), dict[str, int]()
    while portion := list(islice(rows_left, PORTION)):
        at = now()
        prepared = [
            _prepare(row, office_code, villages, office.local_date(at), open_photo, file_digest)
            for row in portion
        ]
        with registry.writing() as tx:
            _require_both(tx, people, office_code)
            outcomes = [_settle(tx, each, people, sealing, at, first_row_of) for each in prepared]
        yield from outcomes


def _require_both(tx: Transaction, people: TwoPeople, office: str) -> None:
    require(tx, people.requested_by, office, Role.OPERATOR)
    if people.approved_by is not None:
        require(tx, people.approved_by, office, Role.APPROVER)


def _prepare(
    row: Row,
    office: str,
    villages: Mapping[str, Village],
    today: date,
    open_photo: PhotoOpener,
    file_digest: str,
) -> _Prepared:
    reading = requests.read(row.fields, villages, today)
    problems = reading.problems + ((_TOO_MANY_CELLS,) if "_extra" in row.fields else ())
    picture, photo = None, row.fields.get("foto", "").strip()
    if photo:
        try:
            picture = portrait.normalise(open_photo(photo))
        except FieldError as error:
            problems += (error.problem,)
    if problems or reading.request is None:
        return _Prepared(row.number, None, problems)
    key = f"{file_digest}:{row.number}"
    return _Prepared(row.number, Application(office, reading.request, picture, key, file_digest))


def _settle(
    tx: Transaction,
    prepared: _Prepared,
    people: TwoPeople,
    sealing: Sealing | None,
    at: datetime,
    first_row_of: dict[str, int],
) -> RowOutcome:
    application = prepared.application
    if application is None:
        return RowOutcome(prepared.row, RowStatus.REFUSED, None, prepared.problems)
    nik = application.request.resident.nik
    warnings = application.request.warnings
    if nik in first_row_of:
        return RowOutcome(prepared.row, RowStatus.REFUSED, None, (_twice(first_row_of[nik]),), warnings)
    try:
        known = _already(tx, application, offices.office(tx, application.office).local_date(at))
        if known is not None:
            first_row_of[nik] = prepared.row
            return RowOutcome(prepared.row, RowStatus.UNCHANGED, known, (), (*warnings, *_closed_note(known)))
        with tx.begin_nested():
            record = _make(tx, application, people, sealing, at)
    except RequestRefused as refusal:
        return RowOutcome(prepared.row, RowStatus.REFUSED, None, refusal.problems, warnings)
    except CallerError as error:
        return RowOutcome(
            prepared.row, RowStatus.REFUSED, None, (Problem("", error.code, error.text),), warnings
        )
    first_row_of[nik] = prepared.row
    status = RowStatus.ISSUED if record.number else RowStatus.DRAFTED
    return RowOutcome(prepared.row, status, record, (), (*warnings, *_card_note(tx, application)))


def _make(
    tx: Transaction, application: Application, people: TwoPeople, sealing: Sealing | None, at: datetime
) -> LetterRecord:
    letter = draft_step(tx, application, people.requested_by, at)
    record = letters.by_id(tx, application.office, letter)
    return _finish(tx, record, people, sealing, at)


def _finish(
    tx: Transaction, record: LetterRecord, people: TwoPeople, sealing: Sealing | None, at: datetime
) -> LetterRecord:
    if sealing is None or people.approved_by is None:
        return record
    approve_step(tx, record, people.approved_by, at)
    return issue_step(tx, letters.by_id(tx, record.office, record.id), people.approved_by, sealing, at)


def _already(tx: Transaction, application: Application, today: date) -> LetterRecord | None:
    """The letter that this row already led to, by the same file or by another with the same facts."""
    if application.request_key is not None:
        known = letters.by_request_key(tx, application.office, application.request_key)
        if known is not None:
            return known
    standing = letters.open_letter_of(tx, application.request.resident.nik)
    if (
        standing is not None
        and not standing.has_lapsed(today)
        and standing.office == application.office
        and standing.resident == application.request.resident
        and standing.kind == choose_kind(tx, application).code
        and standing.reason == application.request.reason
        and standing.portrait
        == (letters.portrait_key(application.portrait) if application.portrait else None)
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
                f"Surat dari berkas ini sudah {name.id}. Untuk surat baru, ajukan berkas permohonan baru.",
                f"The letter of this file is already {name.en}. For a new letter hand in a new file.",
            ),
        ),
    )


def _card_note(tx: Transaction, application: Application) -> tuple[Problem, ...]:
    entry = residents.find(tx, application.office, application.request.resident.nik)
    return (_CARD_READY,) if entry and entry.state is RecordingState.PRINT_READY_RECORD else ()


def _twice(first_row: int) -> Problem:
    return Problem(
        "nik",
        "duplicate_in_file",
        Text(
            f"NIK ini sudah ada pada baris {first_row} berkas ini.",
            f"This NIK already stands in row {first_row} of this file.",
        ),
    )


_TOO_MANY_CELLS = Problem(
    "",
    "too_many_cells",
    Text(
        "Baris ini berisi lebih banyak kolom daripada baris judul; periksa koma tanpa tanda kutip.",
        "This row holds more cells than the header; look for a comma that is not quoted.",
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
