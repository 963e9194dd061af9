"""Letters told to others: lists handed to another body, and registers taken out as files. Each is on record.

Number and name are enough for an election commission (the ministry's own word in 2020); whoever asks for
more names the letter in which they asked, and an approver hands it over.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from suket_service.core.letter import Office
from suket_service.core.nik import holds_nik
from suket_service.core.resident import parse_text
from suket_service.errors import CallerError, FieldError, Problem, RequestRefused, Text
from suket_service.paper.wording import long_date
from suket_service.registry import audit, disclosures, listing, offices, staff
from suket_service.registry.disclosures import HAND_OVER, Disclosure, Standing
from suket_service.registry.listing import Choice, Fate, ListedLetter
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

RECEIVER_CHARACTERS = 120
BASIS_CHARACTERS = 120


class ListColumn(StrEnum):
    """What a list may tell of a letter."""

    NUMBER = "number"
    NAME = "name"
    NIK = "nik"
    ADDRESS = "address"
    NEIGHBOURHOOD = "neighbourhood"
    VILLAGE = "village"
    ISSUED_ON = "issued_on"
    VALID_UNTIL = "valid_until"


#: What needs no written basis.
USUAL_COLUMNS = (ListColumn.NUMBER, ListColumn.NAME)


class FileFormat(StrEnum):
    """What a list is written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ListOrder:
    """A list as it is asked for. ``id``: the same however often the form is sent."""

    id: str
    receiver: str
    columns: frozenset[ListColumn]  # beyond the usual ones
    basis: str = ""  # number of the letter in which the receiver asked
    basis_date: date | None = None
    village: str | None = None
    since_last: bool = False


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a list, with the last valid day as of its making.

    ``ended``: the letter stood on the list before, and this became of it since.
    """

    letter: ListedLetter
    valid_until: date | None
    ended: Fate | None


@dataclass(frozen=True, slots=True)
class DisclosedList:
    """A list as it was handed over, with its lines; ``previous`` for one that tells the changes since."""

    facts: Disclosure
    lines: tuple[ListLine, ...]
    previous: Disclosure | None


class OwnList(StrEnum):
    """Which of an office's own lists is taken out."""

    REGISTER = "register"
    EXPIRING = "expiring"
    CARDS_READY = "cards_ready"


def roles_for(columns: Iterable[str]) -> tuple[Role, ...]:
    """Who may hand over a list with these columns, and fetch it: one of more than number and name an approver alone."""
    return (Role.OPERATOR, Role.APPROVER) if set(columns) <= set(USUAL_COLUMNS) else (Role.APPROVER,)


def disclose_list(
    registry: Registry, office_code: str, order: ListOrder, by: str, at: datetime
) -> Disclosure:
    """Put a list to be handed over on record; :func:`fetch_list` then gives its lines, again and again the same.

    Raises:
        NotAllowed: ``by`` is no operator or approver; for more than number and name, no approver.
        RequestRefused: by field what is missing or cannot be used: ``receiver``, ``basis``,
            ``basis_date``, ``village``, ``since_last``.
    """
    extra = [column for column in ListColumn if column in order.columns and column not in USUAL_COLUMNS]
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, *roles_for(extra))
        made = disclosures.find(tx, office_code, order.id)
        if made is not None:  # the form was sent twice
            return made
        office = offices.office(tx, office_code)
        receiver, basis, previous = _understood(tx, office, order, bool(extra), office.local_date(at))
        today = office.local_date(at)
        now = disclosures.standings_now(tx, office_code, today, order.village)
        lines = _lines(tx, office, now, previous)
        made = Disclosure(
            id=order.id,
            receiver=receiver,
            basis=basis,
            columns=tuple(each.value for each in (*USUAL_COLUMNS, *extra)),
            village=order.village,
            previous=previous.id if previous else None,
            letters=len(lines),
            by=by,
            at=at,
        )
        disclosures.add(tx, office_code, made)
        details = {
            "columns": list(made.columns),
            "village": made.village,
            "previous": made.previous,
            "letters": made.letters,
            "digest": _digest(lines),
        }
        audit.append(tx, at, by, HAND_OVER, made.id, office_code, details)
        return made


def fetch_list(
    registry: Registry, office_code: str, disclosure: str, form: FileFormat, by: str, at: datetime
) -> DisclosedList:
    """A list's lines, as of the moment it was made; each time is on record.

    Raises:
        NotAllowed: ``by`` is no operator or approver; of a list with more than number and name, no approver.
        NotFound: no such list here.
        CallerError: ``list_differs``: the registry no longer knows that moment (a backup was restored).
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, *roles_for(()))
        facts = disclosures.by_id(tx, office_code, disclosure)
        staff.require_member(tx, by, office_code, *roles_for(facts.columns))
        office = offices.office(tx, office_code)
        previous = disclosures.by_id(tx, office_code, facts.previous) if facts.previous else None
        entry = disclosures.entry_of(tx, office_code, facts.id)
        then = disclosures.standings_at(
            tx, office_code, entry.seq, office.local_date(facts.at), facts.village
        )
        lines = _lines(tx, office, then, previous)
        if len(lines) != facts.letters or _digest(lines) not in entry.details:
            raise _differs()
        listed = listing.by_number(tx, office_code, list(lines), office.local_date(at))
        details = {"format": form.value, "letters": facts.letters}
        audit.append(tx, at, by, "list.fetch", facts.id, office_code, details)
        told = tuple(
            ListLine(listed[number], each.valid_until, None if each.fate is Fate.IN_FORCE else each.fate)
            for number, each in lines.items()
        )
        return DisclosedList(facts, told, previous)


def export_letters(
    registry: Registry,
    office_code: str,
    which: OwnList,
    choice: Choice,
    form: FileFormat,
    most: int | None,
    by: str,
    at: datetime,
) -> list[ListedLetter]:
    """The letters of one of the office's own lists, taken out as a file.

    Args:
        registry: where letters are kept.
        office_code: whose.
        which: the list.
        choice: which letters of the register; of what expires, ``last`` is the last valid day.
        form: what the file will be.
        most: more than the file can hold are refused; None: as many as there are.
        by: who takes it out.
        at: now.

    Raises:
        NotAllowed: ``by`` may not see people's data.
        FieldError: ``too_many_letters``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER, Role.AUDITOR)
        today = offices.office(tx, office_code).local_date(at)
        limit = None if most is None else most + 1
        match which:
            case OwnList.REGISTER:
                found = listing.register(tx, office_code, choice, today, limit=limit)
            case OwnList.EXPIRING:
                found = listing.expiring(tx, office_code, today, choice.last or today, limit=limit)
            case OwnList.CARDS_READY:
                found = listing.cards_ready(tx, office_code, today, limit=limit)
        if most is not None and len(found) > most:
            raise _too_many(most)
        details = {"format": form.value, "letters": len(found), **_told(choice)}
        audit.append(tx, at, by, f"report.{which}", f"{len(found)} letters", office_code, details)
        return found


def _understood(
    tx: Transaction, office: Office, order: ListOrder, more: bool, today: date
) -> tuple[str, str, Disclosure | None]:
    """Receiver, basis and the list before, or everything that is wrong."""
    problems: list[Problem] = []
    receiver = _line(order.receiver, _NO_RECEIVER, RECEIVER_CHARACTERS, problems)
    basis, previous = "", None
    if more or order.basis:
        number = _line(order.basis, _NO_BASIS, BASIS_CHARACTERS, problems)
        if order.basis_date is None or order.basis_date > today:
            problems.append(_BASIS_DATE)
        else:
            basis = f"Nomor {number} tanggal {long_date(order.basis_date)}"
    if order.village is not None and order.village not in offices.villages_of(tx, office):
        problems.append(_NO_VILLAGE)
    if order.since_last:
        previous = disclosures.last_to(tx, office.code, receiver, order.village)
        if previous is None:
            problems.append(_NO_PREVIOUS)
    if problems:
        raise RequestRefused(problems)
    return receiver, basis, previous


def _line(text: str, missing: Problem, most: int, problems: list[Problem]) -> str:
    if not text.strip():
        problems.append(missing)
        return ""
    try:
        line = parse_text(text, missing.field, most)
    except FieldError as refused:
        problems.append(refused.problem)
        return ""
    if holds_nik(line):
        problems.append(Problem(missing.field, "names_someone", _NAMES_SOMEONE))
    return line


def _lines(
    tx: Transaction, office: Office, standings: Mapping[str, Standing], previous: Disclosure | None
) -> dict[str, Standing]:
    """Letters by number in order; after them those that were on the list before and no longer count."""
    in_force = {number: each for number, each in standings.items() if each.fate is Fate.IN_FORCE}
    if previous is None:
        return in_force
    seq = disclosures.entry_of(tx, office.code, previous.id).seq
    day = office.local_date(previous.at)
    before = disclosures.standings_at(tx, office.code, seq, day, previous.village)
    held = {number for number, each in before.items() if each.fate is Fate.IN_FORCE}
    new = {number: each for number, each in in_force.items() if number not in held}
    ended = {n: each for n, each in standings.items() if n in held and each.fate is not Fate.IN_FORCE}
    return new | ended


def _digest(lines: Mapping[str, Standing]) -> str:
    told = "".join(f"{number}\t{each.fate}\t{each.valid_until}\n" for number, each in lines.items())
    return hashlib.sha256(told.encode()).hexdigest()


def _told(choice: Choice) -> dict[str, str | int]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name in ("first", "last", "village", "rt", "rw", "fate", "reason")
        if (value := getattr(choice, name)) is not None
    }


def _differs() -> CallerError:
    return CallerError(
        "list_differs",
        Text(
            "Daftar ini tidak dapat dibuat lagi persis seperti saat diserahkan; mungkin cadangan pernah dipulihkan. "
            "Buat daftar baru.",
            "This list can no longer be made exactly as it was handed over; perhaps a backup was restored. "
            "Make a new one.",
        ),
    )


def _too_many(most: int) -> FieldError:
    shown = f"{most:,}".replace(",", ".")
    return FieldError(
        Problem(
            "format",
            "too_many_letters",
            Text(
                f"PDF memuat paling banyak {shown} surat. Persempit pilihannya, atau ambil sebagai XLSX atau CSV.",
                f"A PDF holds at most {most:,} letters. Narrow the choice, or take it as XLSX or CSV.",
            ),
        )
    )


_NO_RECEIVER = Problem(
    "receiver",
    "receiver_missing",
    Text("Isi untuk siapa daftar ini.", "Say whom the list is for."),
)
_NO_BASIS = Problem(
    "basis",
    "basis_missing",
    Text(
        "Isi nomor surat permintaannya: lebih dari nomor dan nama hanya diserahkan atas dasar tertulis.",
        "Give the number of the letter that asked: more than number and name takes a written basis.",
    ),
)
_BASIS_DATE = Problem(
    "basis_date",
    "basis_date",
    Text(
        "Isi tanggal surat permintaan, paling lambat hari ini.",
        "Give the date of the letter that asked for it, today at the latest.",
    ),
)
_NO_VILLAGE = Problem(
    "village",
    "unknown_village",
    Text("Kelurahan ini tidak dilayani kantor ini.", "This office does not serve that village."),
)
_NO_PREVIOUS = Problem(
    "since_last",
    "no_previous",
    Text(
        "Belum ada daftar untuk penerima dan wilayah ini. Buat daftar lengkap dahulu.",
        "There is no earlier list for this receiver and area. Make a full one first.",
    ),
)
_NAMES_SOMEONE = Text("Jangan menulis NIK di sini.", "Do not write a NIK here.")
