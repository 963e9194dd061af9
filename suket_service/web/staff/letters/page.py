"""The page of one letter: what its paper says, how it stands, what happened to it. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for

from suket_service import issuing
from suket_service.core.kind import Kind
from suket_service.core.letter import Action, LetterState, may
from suket_service.core.reason import PAPERS
from suket_service.core.resident import RecordingState
from suket_service.core.seal import check_code
from suket_service.core.verdict import WORDS
from suket_service.errors import NotFound, Text, WrongState
from suket_service.paper.wording import SEXES
from suket_service.registry import letters, offices, proposals, residents, staff
from suket_service.registry.letters import Event, HandOver, LetterRecord, Printings, lookup
from suket_service.registry.proposals import Proposal
from suket_service.registry.residents import Entry
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, may_reach, own, standing_of
from suket_service.web.staff.letters.changes import is_extendable
from suket_service.web.staff.letters.scanning import ADVISORIES

#: What the history calls each thing that may happen to a letter.
EVENTS = {
    "draft": Text("Konsep dibuat", "Drafted"),
    "override": Text("Pengecualian dari daftar penduduk diminta", "Asked to pass over the register"),
    "amend": Text("Konsep diperbaiki", "Draft corrected"),
    "hold": Text("Konsep disimpan di loket", "Draft kept at the counter"),
    "submit": Text("Konsep diajukan", "Draft submitted"),
    "send_back": Text("Konsep dikembalikan", "Draft sent back"),
    "approve": Text("Disetujui", "Approved"),
    "issue": Text("Diterbitkan", "Issued"),
    "withdraw": Text("Konsep ditarik", "Draft withdrawn"),
    "print": Text("Dicetak", "Printed"),
    "print_refused": Text("Gagal dicetak", "Could not be printed"),
    issuing.HAND_OVER: Text("Surat diserahkan", "Letter handed over"),
    "suspend": Text("Ditangguhkan", "Suspended"),
    "extend": Text("Perpanjangan diminta", "Extension asked for"),
    "approve_extend": Text("Perpanjangan disetujui", "Extension agreed to"),
    "resume": Text("Pemulihan diminta", "Resuming asked for"),
    "approve_resume": Text("Pemulihan disetujui", "Resuming agreed to"),
    "revoke": Text("Dicabut", "Revoked"),
    "approve_revoke": Text("Pencabutan disetujui", "Revoking agreed to"),
    "supersede": Text("Digantikan", "Superseded"),
    "lapse": Text("Ditutup karena lewat masa", "Closed because it had lapsed"),
    "reopen": Text("Dibuka kembali", "Reopened"),
}
PROPOSED = {
    Action.EXTEND: Text("Perpanjangan", "Extension"),
    Action.RESUME: Text("Pemulihan", "Resuming"),
    Action.REVOKE: Text("Pencabutan", "Revoking"),
}


_UNISSUED = (LetterState.DRAFT, LetterState.APPROVED)


@dataclass(frozen=True, slots=True)
class Whole:
    """A letter with everything the office knows about it."""

    record: LetterRecord
    kind: Kind
    entry: Entry | None  # the register's word on its holder
    replaces: LetterRecord | None
    replaced_by: LetterRecord | None
    printed: Printings | None
    hand_overs: Sequence[HandOver]
    events: Sequence[Event]
    proposals: Sequence[Proposal]
    names: dict[str, str]  # of the office's people, by user name
    seal_text: str

    @property
    def card_is_ready(self) -> bool:
        """Whether the register says that the holder's card can be printed."""
        return self.entry is not None and self.entry.state is RecordingState.PRINT_READY_RECORD

    @property
    def is_extendable(self) -> bool:
        """Whether it makes sense to ask for a later last day."""
        furthest = self.kind.valid_until(signed_in().today)
        return may(self.record.state, Action.EXTEND) and is_extendable(self.record, furthest)

    @property
    def check_code(self) -> str | None:
        """The code under the symbol."""
        return check_code(self.record.fingerprint) if self.record.fingerprint else None

    @property
    def is_in_hand(self) -> bool:
        """Whether the office has a paper of it to give."""
        try:
            issuing.require_in_hand(self.record, self.hand_overs, self.printed)
        except WrongState:
            return False
        return True


def whole(tx: Transaction, record: LetterRecord) -> Whole:
    """Everything about a letter of the reader's office."""
    office = signed_in().office.code
    kind = offices.kind(tx, record.kind)
    return Whole(
        record=record,
        kind=kind,
        entry=residents.find(tx, office, [record.resident.nik]).get(record.resident.nik),
        replaces=_replaced(tx, record),
        replaced_by=lookup.replacement_of(tx, record),
        printed=letters.printings_of(tx, [record.id]).get(record.id),
        hand_overs=letters.hand_overs(tx, record.id),
        events=letters.events(tx, record.id),
        proposals=proposals.open_of_letter(tx, office, record.id),
        names={member.username: member.name for member in staff.members(tx, office)},
        seal_text=letters.seal_text(tx, record.id),
    )


def _replaced(tx: Transaction, record: LetterRecord) -> LetterRecord | None:
    try:
        return letters.by_id(tx, record.office, record.replaces) if record.replaces else None
    except NotFound:
        return None


@blueprint.get("/letters/<letter>")
def letter(letter: str) -> str:
    """The letter's page, with what anyone who checks it sees at this moment."""
    with context().registry.reading() as tx:
        found = whole(tx, own(tx, letter))
    answer = context().desk.check_text(found.seal_text, signed_in().at) if found.seal_text else None
    return render_template(
        "staff/letters/letter.html",
        whole=found,
        record=found.record,
        person=found.record.resident,
        standing=standing_of(found.record),
        sexes=SEXES,
        papers=_papers(found.record),
        events=EVENTS,
        proposed=PROPOSED,
        given={each.at: each for each in found.hand_overs},
        verdict=answer.verdict if answer else None,
        words=WORDS,
        advisories=ADVISORIES,
        actions=_actions(found),
        may_reach=may_reach,
    )


def _papers(record: LetterRecord) -> list[tuple[Text, str]]:
    return [(PAPERS[field].label, value) for field, value in (record.papers or {}).items() if field in PAPERS]


@dataclass(frozen=True, slots=True)
class Step:
    """Something the reader may do with the letter now, on a page of its own."""

    url: str
    label: Text
    look: str = "secondary"


def _actions(found: Whole) -> list[Step]:
    """What this reader may do with this letter in its state, the likeliest first."""
    record = found.record
    asked = {each.action for each in found.proposals}
    possible = (
        ("drafts.draft", record.state in _UNISSUED, Text("Lihat konsep", "See the draft"), ""),
        (
            "letters.hand_over",
            found.is_in_hand,
            Text("Serahkan surat", "Hand the letter over"),
            "" if found.printed else "secondary",
        ),
        (
            "letters.card",
            may(record.state, Action.SUPERSEDE),
            Text("KTP-el sudah terbit", "The card is here"),
            "secondary",
        ),
        (
            "letters.extend",
            found.is_extendable and Action.EXTEND not in asked,
            Text("Perpanjang", "Extend"),
            "secondary",
        ),
        (
            "letters.resume",
            may(record.state, Action.RESUME) and Action.RESUME not in asked,
            Text("Pulihkan", "Resume"),
            "",
        ),
        ("letters.suspend", may(record.state, Action.SUSPEND), Text("Tangguhkan", "Suspend"), "secondary"),
        (
            "letters.withdraw",
            may(record.state, Action.WITHDRAW),
            Text("Tarik konsep", "Withdraw the draft"),
            "secondary",
        ),
        ("letters.revoke", may(record.state, Action.REVOKE), Text("Cabut", "Revoke"), "danger"),
    )
    steps = [
        Step(url_for(endpoint, letter=record.id), label, look)
        for endpoint, now, label, look in possible
        if now and may_reach(endpoint)
    ]
    return steps + _replacing(found)


def _replacing(found: Whole) -> list[Step]:
    """A new letter in this one's place begins at the counter, with the person as the register has them."""
    record = found.record
    possible = may(record.state, Action.SUPERSEDE) and found.replaced_by is None and record.closed_at is None
    if not possible or found.entry is None or not may_reach("counter.form"):
        return []
    url = url_for("counter.form", resident=found.entry.id, gantikan=record.id)
    return [Step(url, Text("Ganti dengan surat baru", "Replace by a new letter"))]
