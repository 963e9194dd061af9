"""Whether someone could get a letter today, told before any form is filled in. Writes nothing.

By the same rules that refuse a request later, so that nobody is promised what is then refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from suket_service.core.kind import Kind, is_open
from suket_service.core.letter import LetterState
from suket_service.errors import Problem, RequestRefused
from suket_service.issuing.rules import NOT_IN_REGISTER, require_lapsed, require_open, require_register
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.offices import Circumstances
from suket_service.registry.residents import Entry
from suket_service.registry.session import Transaction


class Answer(StrEnum):
    """What the counter can say at once."""

    MAY = "may"
    PRINT_CARD = "print_card"  # a letter is possible, but the card itself can be printed
    DRAFTED = "drafted"  # a draft waits already
    HOLDS_LETTER = "holds_letter"
    HOLDS_ELSEWHERE = "holds_elsewhere"  # another office's letter, of which nothing is told
    CLOSED = "closed"  # no kind of letter is issued today
    NOT_RECORDED = "not_recorded"
    NOT_IN_REGISTER = "not_in_register"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """An answer with its grounds."""

    answer: Answer
    why: Problem | None  # in the words of the rule that refuses; None where nothing refuses
    standing: LetterRecord | None  # this office's letter or draft that is in the way
    kinds: tuple[Kind, ...]  # which may be issued today, the usual one first
    reopens_on: date | None  # where none may be issued: the next day on which one may
    cards_in_stock: int | None

    @property
    def may_ask(self) -> bool:
        """Whether a request would be taken as it is."""
        return self.answer in (Answer.MAY, Answer.PRINT_CARD)

    @property
    def may_be_overridden(self) -> bool:
        """Whether two people may pass over the register for this person."""
        return self.answer in (Answer.NOT_RECORDED, Answer.NOT_IN_REGISTER) and bool(self.kinds)

    @property
    def may_be_replaced(self) -> bool:
        """Whether a new letter may take the place of the one in the way."""
        return self.answer is Answer.HOLDS_LETTER and bool(self.kinds)


def of_entries(
    tx: Transaction, office: str, entries: Sequence[Entry], at: datetime
) -> list[tuple[Entry, Eligibility]]:
    """The answer for each of those people of the office's register.

    Raises:
        NotFound: no such office, or it has no letterhead yet.
    """
    under, cards = offices.circumstances(tx, office, at), offices.cards_in_stock(tx, office)
    standing = letters.open_letters_of(tx, [entry.resident.nik for entry in entries])
    return [(entry, _judge(entry, standing.get(entry.resident.nik), under, cards)) for entry in entries]


def of_unlisted(tx: Transaction, office: str, nik: str, at: datetime) -> Eligibility:
    """The answer for someone who is not in the office's register.

    Raises:
        NotFound: no such office, or it has no letterhead yet.
    """
    under, cards = offices.circumstances(tx, office, at), offices.cards_in_stock(tx, office)
    return _judge(None, letters.open_letters_of(tx, [nik]).get(nik), under, cards)


def _judge(
    entry: Entry | None, standing: LetterRecord | None, under: Circumstances, cards: int | None
) -> Eligibility:
    kinds = kinds_open(under)
    answer, why = _answer(entry, standing, under, kinds, cards)
    in_the_way = answer in (Answer.DRAFTED, Answer.HOLDS_LETTER)
    return Eligibility(
        answer,
        why,
        standing if in_the_way else None,
        kinds,
        _reopens_on(under) if not kinds else None,
        cards,
    )


def _answer(
    entry: Entry | None,
    standing: LetterRecord | None,
    under: Circumstances,
    kinds: tuple[Kind, ...],
    cards: int | None,
) -> tuple[Answer, Problem | None]:
    try:
        if standing is not None:
            require_lapsed(standing, under)
    except RequestRefused as refused:
        return _held(standing, under), refused.problems[0]
    if entry is None:
        return Answer.NOT_IN_REGISTER, NOT_IN_REGISTER
    try:
        require_register(entry.resident, entry, None)
    except RequestRefused as refused:
        return Answer.NOT_RECORDED, refused.problems[0]
    if not kinds:
        try:
            require_open(under.kinds[under.usual_kind], under)
        except RequestRefused as refused:
            return Answer.CLOSED, refused.problems[0]
    if entry.card_is_ready and cards:
        return Answer.PRINT_CARD, None
    return Answer.MAY, None


def _held(standing: LetterRecord | None, under: Circumstances) -> Answer:
    if standing is None or standing.office != under.office.code:
        return Answer.HOLDS_ELSEWHERE
    waits = standing.state in (LetterState.DRAFT, LetterState.APPROVED)
    return Answer.DRAFTED if waits else Answer.HOLDS_LETTER


def kinds_open(under: Circumstances) -> tuple[Kind, ...]:
    """The kinds that the office may issue today, the usual one first."""
    open_today = [
        kind
        for kind in under.kinds.values()
        if is_open(under.windows, under.office.code, kind.code, under.today)
        and not kind.has_ended(under.today)
    ]
    return tuple(sorted(open_today, key=lambda kind: (kind.code != under.usual_kind, kind.code)))


def _reopens_on(under: Circumstances) -> date | None:
    coming = [
        window.opens_on
        for window in under.windows
        if window.opens_on > under.today
        and window.holds(window.opens_on)
        and window.kind in under.kinds
        and not under.kinds[window.kind].has_ended(window.opens_on)
    ]
    return min(coming, default=None)
