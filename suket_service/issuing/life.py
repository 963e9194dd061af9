"""One letter's life: draft, approve, issue, revoke, supersede. Reads no files and renders nothing.

Each public function is one transaction with one audit entry; the functions that take a connection
are its steps, shared with the batch.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from suket_service.core.kind import Kind
from suket_service.core.letter import Action, LetterState, next_state
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState
from suket_service.core.seal import SealedFacts, digits, fingerprint, pack, portrait_digest
from suket_service.core.signing import SigningKey
from suket_service.errors import CallerError, NotAllowed, Problem, RequestRefused, Text
from suket_service.paper import fonts
from suket_service.registry import audit, keys, letters, offices, residents, status
from suket_service.registry.letters import Draft, LetterRecord, Placement
from suket_service.registry.offices import Role
from suket_service.registry.session import Registry, Transaction

#: Clocks are set back by seconds now and then; a larger step back means that the clock is wrong.
CLOCK_TOLERANCE = timedelta(minutes=2)
MOST_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Application:
    """A request at an office, with the portrait as it will be stored."""

    office: str
    request: Request
    portrait: bytes | None  # normalised JPEG
    request_key: str | None = None  # the same key never makes a second letter
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Sealing:
    """What sealing takes: the office's unlocked key and the base URL that the symbol names."""

    key: SigningKey
    base_url: str


def draft(registry: Registry, application: Application, by: str, at: datetime) -> str:
    """Draft a letter for one person; returns its id.

    Raises:
        RequestRefused: not in the register, a state that may not get a letter, an open letter.
        NotAllowed: ``by`` is no operator of this office.
    """
    with registry.writing() as tx:
        require(tx, by, application.office, Role.OPERATOR)
        return draft_step(tx, application, by, at)


def approve(registry: Registry, office: str, letter: str, by: str, at: datetime) -> None:
    """Approve a draft: the second person.

    Raises:
        NotAllowed: no approver of this office, or the one who asked.
        WrongState: not a draft.
    """
    with registry.writing() as tx:
        require(tx, by, office, Role.APPROVER)
        approve_step(tx, letters.by_id(tx, office, letter), by, at)


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
        require(tx, by, office, Role.APPROVER)
        return issue_step(tx, letters.by_id(tx, office, letter), by, sealing, at)


def revoke(registry: Registry, office: str, number: str, by: str, reason: str, at: datetime) -> LetterRecord:
    """Revoke an issued letter.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    with registry.writing() as tx:
        require(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        _close(tx, record, Action.REVOKE, by, reason, at)
        return letters.by_number(tx, office, number)


def supersede(
    registry: Registry, office: str, number: str, by: str, reason: str, at: datetime
) -> LetterRecord:
    """Record that the card, or another document, took an issued letter's place.

    Raises:
        NotFound, WrongState, NotAllowed, RequestRefused (no reason given).
    """
    with registry.writing() as tx:
        require(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_number(tx, office, number)
        _close(tx, record, Action.SUPERSEDE, by, reason, at)
        return letters.by_number(tx, office, number)


def require(tx: Transaction, username: str, office: str, *roles: Role) -> None:
    """Refuse anyone but an active holder of one of the roles in this office.

    Raises:
        NotAllowed.
    """
    member = offices.require_staff(tx, username, *roles)
    if member.office != office:
        raise NotAllowed(
            "not_allowed",
            Text("Petugas ini bukan petugas kantor ini.", "This member of staff is of another office."),
        )


def draft_step(tx: Transaction, application: Application, by: str, at: datetime) -> str:
    """The work of :func:`draft` inside a transaction."""
    office = offices.office(tx, application.office)
    request, today = application.request, office.local_date(at)
    _check_printable(request)
    _check_register(tx, application)
    kind = choose_kind(tx, application)
    existing = letters.open_letter_of(tx, request.resident.nik)
    if existing is not None:
        if not existing.has_lapsed(today):
            raise RequestRefused([open_letter_problem(existing, office.code)])
        letters.close(tx, existing.id, at)
        letters.add_event(tx, existing.id, at, by, "lapse")
    letter = secrets.token_hex(16)
    portrait = letters.keep_portrait(tx, application.portrait) if application.portrait else None
    letters.add_draft(
        tx,
        Draft(
            id=letter,
            office=office.code,
            kind=kind.code,
            resident=request.resident,
            reason=request.reason,
            portrait=portrait,
            requested_by=by,
            request_key=application.request_key,
            batch=application.batch,
        ),
        at,
    )
    letters.add_event(tx, letter, at, by, "draft")
    audit.append(tx, at, by, "letter.draft", letter, office.code, {"kind": kind.code})
    return letter


def approve_step(tx: Transaction, record: LetterRecord, by: str, at: datetime) -> None:
    """The work of :func:`approve` inside a transaction."""
    next_state(record.state, Action.APPROVE)
    if by == record.requested_by:
        raise NotAllowed(
            "same_person",
            Text(
                "Pemohon tidak boleh menyetujui suratnya sendiri; mintalah pejabat lain.",
                "Who asks never approves; ask another official.",
            ),
        )
    letters.set_approved(tx, record.id, by)
    letters.add_event(tx, record.id, at, by, Action.APPROVE)
    audit.append(tx, at, by, "letter.approve", record.id, record.office)


def issue_step(
    tx: Transaction, record: LetterRecord, by: str, sealing: Sealing, at: datetime
) -> LetterRecord:
    """The work of :func:`issue` inside a transaction."""
    next_state(record.state, Action.ISSUE)
    office = offices.office(tx, record.office)
    issued_at = _series_time(tx, record.office, at)
    issued_on = office.local_date(issued_at)
    keys.require_active(tx, sealing.key.key, issued_on)
    kind = offices.kinds(tx)[record.kind]
    serial = letters.next_serial(tx, record.office, kind.code, issued_on.year, issued_at)
    number = office.number(serial, kind.series, issued_on.year)
    status_list, status_index = status.allocate(tx, record.office)
    valid_until = kind.valid_until(issued_on)
    person = record.resident
    sealed = sealing.key.seal(
        pack(
            SealedFacts(
                status_list=status_list,
                status_index=status_index,
                nik=person.nik,
                birth_date=person.birth_date,
                issued_on=issued_on,
                valid_until=valid_until,
                kind=kind.code,
                sex=person.sex,
                village=person.village.code,
                rt=person.rt,
                rw=person.rw,
                portrait=record.portrait[:16] if record.portrait else portrait_digest(None),
                name=person.name,
            ),
            sealing.key.key.key_id,
        )
    )
    placement = Placement(
        number=number,
        letterhead=offices.current_letterhead(tx, record.office),
        status_list=status_list,
        status_index=status_index,
        issued_on=issued_on,
        valid_until=valid_until,
        sealed=sealed,
        seal_text=f"{sealing.base_url}/s#{digits(sealed)}",
        fingerprint=fingerprint(sealed),
        issued_at=issued_at,
    )
    letters.place(tx, record.id, placement)
    letters.add_event(tx, record.id, issued_at, by, Action.ISSUE)
    audit.append(
        tx,
        issued_at,
        by,
        "letter.issue",
        number,
        record.office,
        {"letter": record.id, "fingerprint": placement.fingerprint.hex(), "kid": sealing.key.key.kid},
    )
    return letters.by_id(tx, record.office, record.id)


def choose_kind(tx: Transaction, application: Application) -> Kind:
    """The kind asked for, or the office's usual one.

    Raises:
        RequestRefused: ``kind_unknown``.
    """
    code = application.request.kind
    if code is None:
        code = offices.usual_kind(tx, application.office)
    kind = offices.kinds(tx).get(code)
    if kind is None:
        raise RequestRefused(
            [
                Problem(
                    "jenis_surat",
                    "kind_unknown",
                    Text("Jenis surat ini tidak terdaftar.", "No such kind of letter."),
                )
            ]
        )
    return kind


def open_letter_problem(existing: LetterRecord, office: str) -> Problem:
    """Why a person with an open letter gets no second one; another office's number is not told."""
    known = existing.number if existing.office == office else None
    return Problem(
        "nik",
        "letter_open",
        Text(
            f"Orang ini masih memegang surat {known or 'atau konsep surat'} yang berlaku. Cabut atau gantikan dahulu.",
            f"This person still holds an open letter or draft {known or ''}. Revoke or supersede it first.".replace(
                "  ", " "
            ),
        ),
    )


def _check_printable(request: Request) -> None:
    # Better refused at the counter than by the printer: the letter's fonts lack a few rare letters.
    person = request.resident
    printed = (
        ("nama", person.name),
        ("tempat_lahir", person.birth_place),
        ("alamat", person.address),
        ("pekerjaan", person.occupation),
        ("alasan", request.reason),
    )
    problems = [
        Problem(field, "glyph_missing", _no_glyph(missing))
        for field, text in printed
        if (missing := fonts.missing_glyphs(text))
    ]
    if problems:
        raise RequestRefused(problems)


def _no_glyph(missing: str) -> Text:
    return Text(
        f"Huruf ini tidak ada dalam huruf cetak surat: {missing}. Tulis seperti pada KTP-el.",
        f"The letter's font lacks: {missing}. Write it as on the KTP-el.",
    )


def _check_register(tx: Transaction, application: Application) -> None:
    person = application.request.resident
    entry = residents.find(tx, application.office, person.nik)
    if entry is None:
        raise RequestRefused([_NOT_IN_REGISTER])
    if not entry.state.may_get_letter:
        raise RequestRefused([_state_problem(entry.state)])
    compared = (
        ("nama", entry.resident.name, person.name),
        ("tanggal_lahir", entry.resident.birth_date, person.birth_date),
        ("jenis_kelamin", entry.resident.sex, person.sex),
    )
    problems = [
        Problem(field, "differs_from_register", _DIFFERS) for field, held, given in compared if held != given
    ]
    if problems:
        raise RequestRefused(problems)


def _series_time(tx: Transaction, office: str, at: datetime) -> datetime:
    last = letters.last_issue(tx, office)
    if last is None or at >= last:
        return at
    if last - at > CLOCK_TOLERANCE:
        raise CallerError(
            "clock_behind_series",
            Text(
                "Jam komputer ini lebih lambat daripada surat terakhir yang terbit. Betulkan jamnya dahulu.",
                "This computer's clock is behind the last letter issued. Set the clock first.",
            ),
        )
    return last


def _close(tx: Transaction, record: LetterRecord, action: Action, by: str, reason: str, at: datetime) -> None:
    after = next_state(record.state, action)
    given = reason.strip()
    if not given or len(given) > MOST_REASON_CHARACTERS or not given.isprintable():
        raise RequestRefused([_REASON_MISSING])
    letters.close(tx, record.id, at, LetterState(after))
    letters.add_event(tx, record.id, at, by, action, given)
    # The reason is free text and may name people: it stays with the letter, out of the audit chain.
    audit.append(tx, at, by, f"letter.{action}", record.number or record.id, record.office)


_NOT_IN_REGISTER = Problem(
    "nik",
    "not_in_register",
    Text(
        "Orang ini tidak ada dalam daftar penduduk yang sudah merekam. Impor daftar terbaru atau arahkan untuk merekam.",
        "This person is not in the register of the recorded. Import the newest list, or send them to be recorded.",
    ),
)
_DIFFERS = Text(
    "Isi kolom ini berbeda dari daftar penduduk. Cocokkan dengan KK, lalu perbaiki permohonan atau impor daftar baru.",
    "This differs from the register. Check the family card, then mend the request or import a new list.",
)
_REASON_MISSING = Problem(
    "reason",
    "reason_missing",
    Text(
        f"Alasan harus diisi, paling panjang {MOST_REASON_CHARACTERS} karakter.",
        f"Give a reason of at most {MOST_REASON_CHARACTERS} characters.",
    ),
)


def _state_problem(state: RecordingState) -> Problem:
    advice = {
        RecordingState.UNREGISTERED: Text("Arahkan untuk merekam KTP-el.", "Send them to be recorded."),
        RecordingState.DUPLICATE_RECORD: Text(
            "Biometriknya sudah terdaftar atas data lain; arahkan ke penanganan data ganda.",
            "Their biometrics are on record under other data; send them to have the double record resolved.",
        ),
    }.get(
        state,
        Text(
            "Rekaman gagal; arahkan untuk merekam ulang.",
            "The recording failed; send them to be recorded again.",
        ),
    )
    return Problem(
        "status_perekaman",
        "recording_state",
        Text(
            f"Status perekaman {state.value} belum boleh mendapat surat. {advice.id}",
            f"Recording state {state.value} may not get a letter. {advice.en}",
        ),
    )
