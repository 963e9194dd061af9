"""The letter: what the office attests, the life it may lead, its number. Stores nothing, prints nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from suket_service.core.kind import Kind
from suket_service.core.resident import Resident
from suket_service.errors import Text, WrongState


class LetterState(StrEnum):
    """Where a letter stands. That it has expired follows from its dates and is no state."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"  # never issued, and never will be


class Action(StrEnum):
    """What can be done with a letter."""

    APPROVE = "approve"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"


_LIFE: dict[tuple[LetterState, Action], LetterState] = {
    (LetterState.DRAFT, Action.APPROVE): LetterState.APPROVED,
    (LetterState.APPROVED, Action.ISSUE): LetterState.ISSUED,
    (LetterState.DRAFT, Action.WITHDRAW): LetterState.WITHDRAWN,
    (LetterState.APPROVED, Action.WITHDRAW): LetterState.WITHDRAWN,
    (LetterState.ISSUED, Action.EXTEND): LetterState.ISSUED,
    (LetterState.ISSUED, Action.SUSPEND): LetterState.SUSPENDED,
    (LetterState.SUSPENDED, Action.RESUME): LetterState.ISSUED,
    (LetterState.ISSUED, Action.REVOKE): LetterState.REVOKED,
    (LetterState.SUSPENDED, Action.REVOKE): LetterState.REVOKED,
    (LetterState.ISSUED, Action.SUPERSEDE): LetterState.SUPERSEDED,
    (LetterState.SUSPENDED, Action.SUPERSEDE): LetterState.SUPERSEDED,
}
STATE_NAMES = {
    LetterState.DRAFT: Text("konsep", "draft"),
    LetterState.APPROVED: Text("disetujui", "approved"),
    LetterState.ISSUED: Text("terbit", "issued"),
    LetterState.SUSPENDED: Text("ditangguhkan", "suspended"),
    LetterState.REVOKED: Text("dicabut", "revoked"),
    LetterState.SUPERSEDED: Text("digantikan", "superseded"),
    LetterState.WITHDRAWN: Text("ditarik", "withdrawn"),
}


def may(state: LetterState, action: Action) -> bool:
    """Whether a letter in ``state`` can take ``action``."""
    return (state, action) in _LIFE


def next_state(state: LetterState, action: Action) -> LetterState:
    """The state after ``action``.

    Raises:
        WrongState: a letter in ``state`` cannot take it.
    """
    after = _LIFE.get((state, action))
    if after is None:
        name = STATE_NAMES[state]
        raise WrongState(
            "wrong_state",
            Text(
                f"Surat ini berstatus {name.id}, sehingga tindakan itu tidak dapat dilakukan.",
                f"This letter is {name.en}, so that cannot be done.",
            ),
            state.value,
        )
    return after


class Receiver(StrEnum):
    """Who came to the counter for a card or a letter."""

    HOLDER = "holder"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class CardHandOver:
    """The card given out in exchange for the letter. A proxy is named, with their tie to the holder."""

    receiver: Receiver
    old_letter_returned: bool
    proxy_name: str | None = None
    proxy_relation: str | None = None  # "anak kandung", "ketua RT"


class Capacity(StrEnum):
    """In which capacity the signatory signs; the value is printed before the post, unless in office."""

    IN_OFFICE = ""
    ACTING = "Plt."
    STAND_IN = "Plh."
    ON_BEHALF = "a.n."


@dataclass(frozen=True, slots=True)
class Letterhead:
    """One version of an office's letterhead and signatory; a letter keeps the one it was issued with."""

    version: int
    government: str  # "PEMERINTAH KOTA …"
    agency: str  # "DINAS …"
    address: str
    contact: str
    place: str  # where letters are dated
    post: str  # "Kepala Dinas …"
    capacity: Capacity
    signatory: str
    rank: str
    nip: str
    logo: bytes | None = None  # a normalised PNG; None: the template's own emblem


@dataclass(frozen=True, slots=True)
class Office:
    """An issuing office. ``villages`` are prefixes of the village codes that it serves."""

    code: str
    name: str
    utc_offset: timedelta
    number_pattern: str  # fields: {serial} {series} {office} {year}
    villages: tuple[str, ...]

    def local_date(self, at: datetime) -> date:
        """The office's calendar day at that instant (its offset is fixed: Indonesia has no summer time)."""
        return at.astimezone(timezone(self.utc_offset)).date()

    def number(self, serial: int, series: str, year: int) -> str:
        """The letter number of that serial, for example ``471.13/0001/SKP/2172/2026``."""
        return self.number_pattern.format(serial=f"{serial:04d}", series=series, office=self.code, year=year)


@dataclass(frozen=True, slots=True)
class Letter:
    """An issued letter with everything its paper shows; the PDF is a view of this and nothing else."""

    id: str  # 32 hex digits, random
    number: str
    kind: Kind
    office: Office
    letterhead: Letterhead
    resident: Resident
    reason: str
    issued_on: date
    valid_until: date | None  # as printed and sealed; an extension changes neither
    issued_at: datetime
    seal_text: str  # what the symbol holds
    check_code: str
    portrait: bytes | None  # the stored JPEG

    @property
    def file_name(self) -> str:
        """The number with ``-`` for ``/``, and ``.pdf``."""
        return file_name(self.number)


def file_name(number: str) -> str:
    """What a letter's PDF is called."""
    return number.replace("/", "-") + ".pdf"
