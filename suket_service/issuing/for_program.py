"""What another agency's program asks for and is told of an office's letters. Decides and prints nothing.

A request of a program's is a draft that an operator looks at first. Whatever a program is told stands in the
audit, under its account: an answer is not given before that is kept. Whoever may ask for letters may not ask
the register who lives where: why it does not confirm a person is told to the office alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from suket_service.core.kind import Kind
from suket_service.core.letter import Action, next_state
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.issuing.drafting import draft
from suket_service.issuing.row_notes import CARD_READY
from suket_service.issuing.rules import Application
from suket_service.registry import audit, calls, letters, offices, proposals, residents, staff
from suket_service.registry.calls import UNCONFIRMED_CALL
from suket_service.registry.letters import Event, LetterRecord, pages
from suket_service.registry.letters.pages import Asked
from suket_service.registry.proposals import Proposal
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request that was taken, with what is worth a second look."""

    letter: LetterRecord
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A letter with what is told about it."""

    letter: LetterRecord
    kind: Kind
    today: date
    events: tuple[Event, ...]
    replaces: str | None  # number of the letter whose place it takes
    extension: Proposal | None  # the last that this program asked for


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and whether another follows."""

    letters: tuple[LetterRecord, ...]
    kinds: Mapping[int, Kind]
    today: date
    more: bool


class Unconfirmed(RequestRefused):
    """The register does not confirm a person. ``why`` is for the office; the refusal itself is always the same."""

    def __init__(self, refused: RequestRefused) -> None:
        super().__init__([_UNCONFIRMED])
        self.why = refused.code
        self.fields = tuple(sorted(each.field for each in refused.problems))


def ask(registry: Registry, application: Application, by: str, at: datetime) -> AskedFor:
    """Take a program's request: a draft that waits at the counter for an operator.

    Raises:
        Unconfirmed: the person is not in the register, or not as told, or not recorded; to be put on record
            by :func:`note_unconfirmed` before it is told.
        RequestRefused, NotAllowed: as :func:`draft`.
    """
    try:
        letter = draft(registry, application, by, at, held=True)
    except RequestRefused as refused:
        if refused.code in _OF_THE_REGISTER:
            raise Unconfirmed(refused) from None
        raise
    with registry.reading() as tx:
        record = letters.by_id(tx, application.office, letter)
        entry = residents.find(tx, application.office, [application.nik]).get(application.nik)
    ready = entry is not None and entry.card_is_ready
    return AskedFor(record, (*application.request.warnings, *((CARD_READY,) if ready else ())))


def note_unconfirmed(registry: Registry, office: str, refused: Unconfirmed, by: str, at: datetime) -> None:
    """Put on record, for the office, that and why a program's request was not confirmed; of whom is not kept."""
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.PROGRAM)
        calls.count(tx, by, office, offices.office(tx, office).local_date(at), UNCONFIRMED_CALL, refused=1)
        details = {"why": refused.why, "fields": list(refused.fields)}
        audit.append(tx, at, by, "letter.refuse", by, office, details)


def tell(registry: Registry, office: str, letter: str, by: str, at: datetime) -> Told:
    """All that is told of one letter, or of one that is not issued yet.

    Raises:
        NotFound: no such letter in this office.
        NotAllowed: ``by`` is no program of this office.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.PROGRAM)
        record = letters.by_id(tx, office, letter)
        _note(tx, record, "letter.read", by, at)
        return Told(
            letter=record,
            kind=offices.kinds(tx)[record.kind],
            today=offices.office(tx, office).local_date(at),
            events=tuple(letters.events(tx, letter)),
            replaces=letters.by_id(tx, office, record.replaces).number if record.replaces else None,
            extension=proposals.last_asked(tx, office, by, Action.EXTEND, letter),
        )


def tell_page(
    registry: Registry, office: str, asked: Asked, after: str | None, most: int, by: str, at: datetime
) -> Page:
    """The letters of a list that follow that one, or its first ones. Of a person a list says nothing.

    Raises:
        NotFound: ``after`` is no letter of this office.
        NotAllowed: ``by`` is no program of this office.
    """
    with registry.reading() as tx:  # looking for the few of a long list holds no writer up
        staff.require_member(tx, by, office, Role.PROGRAM)
        today = offices.office(tx, office).local_date(at)
        last = None if after is None else letters.by_id(tx, office, after)
        found = pages.page(tx, office, asked, today, last, most + 1)
        page = Page(tuple(found[:most]), offices.kinds(tx), today, len(found) > most)
    with registry.writing() as tx:
        audit.append(tx, at, by, "letter.list", by, office, {"letters": len(page.letters)})
    return page


def tell_symbol(registry: Registry, office: str, letter: str, by: str, at: datetime) -> str:
    """What the symbol of a letter in force holds.

    Raises:
        NotFound: no such letter in this office.
        WrongState: it is not in force.
        NotAllowed: ``by`` is no program of this office.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.PROGRAM)
        record = letters.by_id(tx, office, letter)
        next_state(record.state, Action.SUSPEND)  # which only a letter in force can take
        _note(tx, record, "letter.symbol", by, at)
        return letters.seal_text(tx, letter)


def _note(tx: Transaction, record: LetterRecord, action: str, by: str, at: datetime) -> None:
    audit.append(tx, at, by, action, record.number or record.id, record.office)


_OF_THE_REGISTER = frozenset({"not_in_register", "recording_state", "differs_from_register"})
_UNCONFIRMED = Problem(
    "",
    "person_unconfirmed",
    Text(
        "Daftar penduduk kantor tidak memastikan orang ini. Cocokkan NIK, nama, tanggal lahir dan jenis kelamin "
        "dengan KK; bila semuanya sama, arahkan pemohon ke kantor.",
        "The office's register does not confirm this person. Compare NIK, name, birth date and sex with the family "
        "card; if all are the same, send them to the office.",
    ),
)
