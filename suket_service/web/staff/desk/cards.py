"""A draft as its approver sees it: the person, the register's word, and what is worth a second look.

Reads only, and judges nothing: what speaks against a letter comes from the rules that would refuse it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from suket_service import issuing
from suket_service.core import reason as reasons
from suket_service.core import request as requests
from suket_service.core.nik import Nik
from suket_service.errors import Problem, Text
from suket_service.registry import clients, letters, offices, residents, staff
from suket_service.registry.letters import Event, LetterRecord
from suket_service.registry.residents import Entry
from suket_service.registry.session import Transaction
from suket_service.web.signed_in import SignedIn
from suket_service.web.staff.counter.second_look import same_person

SAME_PERSON = "same_person"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was shown at the counter; ``value`` is empty where it was only looked at."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    """One draft with everything that is looked at before it is approved."""

    record: LetterRecord
    kind: str  # its title
    entry: Entry | None  # the register's word
    asked_by: str  # the name, where it is still known
    by_program: bool  # of another agency
    submitted_by: str  # the name of whoever submitted it, where that is another
    since: datetime  # it waits for its approver
    days: int
    papers: tuple[Paper, ...]
    obstacles: tuple[Problem, ...]
    warnings: tuple[Text, ...]  # each wants a look of its own
    notes: tuple[Text, ...]  # what is good to know

    @property
    def choice(self) -> str:
        """What a form sends for it: the letter, and the revision that is looked at."""
        return f"{self.record.id}.{self.record.revision}"

    @property
    def may_be_approved(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.obstacles

    @property
    def goes_with_all(self) -> bool:
        """Whether it is approved together with a whole page: what wants a look of its own is marked singly."""
        return self.may_be_approved and self.record.override_reason is None and not self.warnings

    @property
    def is_own(self) -> bool:
        """Whether the reader had a hand in it."""
        return any(problem.code == SAME_PERSON for problem in self.obstacles)


def cards_of(tx: Transaction, records: Sequence[LetterRecord], me: SignedIn) -> list[Card]:
    """Those drafts as this reader sees them."""
    office = me.office.code
    entries = residents.find(tx, office, [record.resident.nik for record in records])
    obstacles = issuing.obstacles(tx, office, records, me.username, me.at)
    names = staff.names(tx, office)
    kinds = offices.kinds(tx)
    replaced = letters.of_ids(tx, office, [each.replaces for each in records if each.replaces])
    namesakes = letters.namesakes_of(tx, office, [record.resident for record in records])
    cards = offices.cards_in_stock(tx, office)
    programs = {each.account for each in clients.of_office(tx, office)}
    submissions = letters.submissions(tx, [record.id for record in records])
    return [
        Card(
            record=record,
            kind=kinds[record.kind].title,
            entry=entries.get(record.resident.nik),
            asked_by=names.get(record.requested_by, record.requested_by),
            by_program=record.requested_by in programs,
            submitted_by=_submitter(record, submissions.get(record.id), names),
            since=(since := _since(record, submissions.get(record.id))),
            days=(me.today - me.office.local_date(since)).days,
            papers=_papers(record.papers or {}),
            obstacles=obstacles.get(record.id, ()),
            warnings=tuple(
                _warnings(
                    record,
                    entries.get(record.resident.nik),
                    namesakes[record.resident.nik],
                    cards,
                )
            ),
            notes=tuple(
                _notes(
                    record,
                    entries.get(record.resident.nik),
                    cards,
                    replaced.get(record.replaces or ""),
                )
            ),
        )
        for record in records
    ]


def _submitter(record: LetterRecord, submission: Event | None, names: Mapping[str, str]) -> str:
    if submission is None or submission.actor == record.requested_by:
        return ""
    return names.get(submission.actor, submission.actor)


def _since(record: LetterRecord, submission: Event | None) -> datetime:
    # Correcting one's own draft while it waits does not begin its waiting anew.
    if submission is None or (submission.action == "amend" and submission.actor == record.requested_by):
        return record.created_at
    return submission.at


def _papers(shown: Mapping[str, str]) -> tuple[Paper, ...]:
    found = []
    for field, value in shown.items():
        paper = reasons.PAPERS.get(field)
        label = paper.label if paper is not None else Text(field, field)
        found.append(Paper(label, "" if value == reasons.SEEN else value))
    return tuple(found)


def _warnings(
    record: LetterRecord, entry: Entry | None, namesakes: Sequence[str], cards: int | None
) -> Iterator[Text]:
    person = record.resident
    for problem in requests.warnings(Nik(person.nik), person):
        yield problem.text
    if namesakes:
        yield same_person(namesakes)
    if entry is not None and entry.card_is_ready and cards:
        yield issuing.CARD_READY.text


def _notes(
    record: LetterRecord, entry: Entry | None, cards: int | None, replaced: LetterRecord | None
) -> Iterator[Text]:
    if entry is not None and entry.card_is_ready and not cards:
        yield issuing.CARD_READY.text  # while blanks are out, this is why there are letters at all
    if record.portrait is None:
        yield _NO_PORTRAIT
    if replaced is not None:
        yield Text(
            f"Menggantikan surat {replaced.number}, yang berakhir begitu surat ini terbit.",
            f"Replaces letter {replaced.number}, which ends when this one is issued.",
        )
    if record.revision:
        yield Text(
            f"Sudah diperbaiki {record.revision} kali sejak diajukan.",
            f"Corrected since it was asked for (revision {record.revision}).",
        )


_NO_PORTRAIT = Text(
    "Tanpa foto: surat dicetak dengan bingkai untuk pasfoto tempel.",
    "No portrait: the letter is printed with a frame for a photograph to be glued in.",
)
