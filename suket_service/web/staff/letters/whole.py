"""A letter with everything the office knows about it, read for its page. Shows and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from suket_service import issuing
from suket_service.core.kind import Kind
from suket_service.core.letter import Action, may
from suket_service.core.seal import check_code
from suket_service.errors import NotFound, Text, WrongState
from suket_service.registry import letters, offices, proposals, residents, staff
from suket_service.registry.letters import Event, HandOver, LetterRecord, Printings, lookup
from suket_service.registry.proposals import Proposal
from suket_service.registry.residents import Entry
from suket_service.registry.restoring.fates import RESTORE
from suket_service.registry.session import Transaction
from suket_service.web.language import say
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.changes import is_extendable

_RESTORED = Text("Pemulihan dari cadangan", "Restored from a backup")


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
        return self.entry is not None and self.entry.card_is_ready

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
        names={RESTORE: say(_RESTORED), **staff.names(tx, office)},
        seal_text=letters.seal_text(tx, record.id),
    )


def _replaced(tx: Transaction, record: LetterRecord) -> LetterRecord | None:
    try:
        return letters.by_id(tx, record.office, record.replaces) if record.replaces else None
    except NotFound:
        return None
