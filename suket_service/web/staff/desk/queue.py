"""The queue of drafts: looked at a page at a time, approved together, or sent back one by one.

Lets the use cases decide; tells what became of each letter without naming anyone.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import LetterState
from suket_service.errors import KeyTrouble, Text
from suket_service.issuing import LetterOutcome, Sealing, Settled
from suket_service.paper.wording import SEXES
from suket_service.registry import letters, offices, print_runs, proposals, staff
from suket_service.registry.letters import Group, Narrowed, Waiting
from suket_service.registry.session import Transaction
from suket_service.registry.staff import Role
from suket_service.web.context import context
from suket_service.web.forms import Form, done, page_number
from suket_service.web.signed_in import SignedIn, signed_in
from suket_service.web.signing import publish_if_due, sealing
from suket_service.web.staff.desk.cards import cards_of
from suket_service.web.staff.letters.page import EVENTS
from suket_service.web.staff.people_templates import STATE_WORDS

A_PAGE = 20
#: Letters that are sent to the printer from here in one go.
_A_PILE = 500
ID = re.compile(r"[0-9a-f]{32}")
_CHOICE = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})")
_VILLAGE = re.compile(r"[0-9]{10}")
_KIND = re.compile(r"[0-9]{1,3}")
_BATCH = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue someone is: what it is narrowed by, and the page."""

    narrowed: Narrowed
    page: int

    @classmethod
    def asked(cls) -> "Place":
        """Out of the address, or out of a form that came from there; what makes no sense narrows nothing."""
        kind = _sensible("kind", _KIND)
        narrowed = Narrowed(
            village=_sensible("village", _VILLAGE),
            batch=_sensible("batch", _BATCH),
            kind=None if kind is None else int(kind),
            state=LetterState.APPROVED if request.values.get("state") == "approved" else LetterState.DRAFT,
        )
        return cls(narrowed, page_number())

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows it, as it stands in an address."""
        wanted = self.narrowed
        given = {
            "village": wanted.village,
            "batch": wanted.batch,
            "kind": None if wanted.kind is None else str(wanted.kind),
            "state": "approved" if wanted.state is LetterState.APPROVED else None,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def arguments(self) -> dict[str, Any]:
        """The whole place, as it stands in an address."""
        return self.filters if self.page == 1 else {**self.filters, "page": str(self.page)}


def _sensible(name: str, shape: re.Pattern[str]) -> str | None:
    given = request.values.get(name, "").strip()
    return given if shape.fullmatch(given) else None


def show() -> ResponseReturnValue:
    """A page of what waits, oldest first."""
    return _page(Form())


def approve() -> ResponseReturnValue:
    """Approve and issue what is marked, or all of the page; then the next ones come."""
    form, me = Form.given(), signed_in()
    chosen = _chosen(form.all("shown" if form["all"] else "letter"))
    if not chosen:
        form.refuse("", _NOTHING_MARKED)
        return _page(form), 422
    seal, why_not = _sealing()
    with form.catching():
        outcomes = issuing.approve_and_issue(
            context().registry, me.office.code, chosen, me.username, seal, me.at
        )
        if any(each.settled is Settled.ISSUED for each in outcomes):
            publish_if_due()  # a letter that was replaced ended with it
        return done(_told(outcomes, why_not), url_for("desk.queue", **Place.asked().arguments))
    return _page(form), 422


def letter(letter: str) -> str:
    """One draft with its history, to be approved or sent back."""
    return _letter_page(letter, Form())


def send_back(letter: str) -> ResponseReturnValue:
    """Send one draft back to the counter with a note."""
    form, me = Form.given(), signed_in()
    [(_, revision)] = _chosen([f"{letter}.{form['revision']}"])
    with form.catching():
        issuing.send_back(
            context().registry, me.office.code, letter, revision, me.username, form["note"], me.at
        )
        return done(_SENT_BACK, url_for("desk.queue", **Place.asked().arguments))
    return _letter_page(letter, form), 422


def issued() -> str:
    """What was issued today on the reader's word, and what of it still has to be printed."""
    me = signed_in()
    with context().registry.reading() as tx:
        found = letters.issued_by(tx, me.office.code, me.username, me.today)
        pages = max(1, -(-len(found) // A_PAGE))
        page = min(page_number(), pages)
        shown = [each for each, _ in found[(page - 1) * A_PAGE : page * A_PAGE]]
        records = letters.of_ids(tx, me.office.code, shown)
    printed = dict(found)
    unprinted = [each for each, is_printed in found if not is_printed]
    return render_template(
        "staff/desk/issued.html",
        records=[records[each] for each in shown],
        printed=printed,
        unprinted=unprinted,
        pile=unprinted[:_A_PILE],
        page=page,
        pages=pages,
    )


def _page(form: Form) -> str:
    me, place = signed_in(), Place.asked()
    office = me.office.code
    with context().registry.reading() as tx:
        groups = letters.queue_groups(tx, office)
        waiting = sum(group.letters for group in groups if group.is_of(place.narrowed))
        pages = max(1, -(-waiting // A_PAGE))
        place = replace(place, page=min(place.page, pages))
        records = letters.queue(tx, office, place.narrowed, A_PAGE, (place.page - 1) * A_PAGE)
        cards = cards_of(tx, records, me)
        choices = _filter_choices(tx, me, [each for each in groups if each.state is place.narrowed.state])
        today = letters.issued_by(tx, office, me.username, me.today)
        asked = proposals.count_open(tx, office, not_of=me.username)
    return render_template(
        "staff/desk/queue.html",
        form=form,
        place=place,
        pages=pages,
        waiting=waiting,
        drafts=_count(groups, LetterState.DRAFT),
        approved=_count(groups, LetterState.APPROVED),
        cards=cards,
        choices=choices,
        issued_today=len(today),
        unprinted=sum(not printed for _, printed in today),
        proposals=asked,
        decides=me.role is Role.APPROVER,
        recording=STATE_WORDS,
    )


def _letter_page(letter: str, form: Form) -> str:
    me = signed_in()
    if not ID.fullmatch(letter):
        raise letters.no_letter()
    with context().registry.reading() as tx:
        record = letters.by_id(tx, me.office.code, letter)
        [card] = cards_of(tx, [record], me)
        events = letters.events(tx, letter)
        names = {member.username: member.name for member in staff.members(tx, me.office.code)}
    return render_template(
        "staff/desk/letter.html",
        form=form,
        card=card,
        place=Place.asked(),
        events=events,
        event_words=EVENTS,
        names=names,
        sexes=SEXES,
        decides=me.role is Role.APPROVER,
        may_go_back=letters.waiting_for(record) is Waiting.SUBMITTED and not card.is_own,
        recording=STATE_WORDS,
    )


def _count(groups: Sequence[Group], state: LetterState) -> int:
    return sum(group.letters for group in groups if group.state is state)


def _filter_choices(
    tx: Transaction, me: SignedIn, groups: Sequence[Group]
) -> dict[str, list[tuple[str, str, int]]]:
    """By filter, what there is to choose: value, words, and how many of them wait."""
    villages = offices.villages_of(tx, me.office)
    kinds = offices.kinds(tx)
    by_village = Counter[str]()
    by_kind = Counter[int]()
    by_batch = Counter[str]()
    for group in groups:
        by_village[group.village] += group.letters
        by_kind[group.kind] += group.letters
        if group.batch is not None:
            by_batch[group.batch] += group.letters
    files = print_runs.batch_names(tx, me.office.code, list(by_batch))
    return {
        "village": [
            (code, villages[code].name if code in villages else code, number)
            for code, number in sorted(by_village.items())
        ],
        "kind": [(str(code), kinds[code].title, number) for code, number in sorted(by_kind.items())],
        "batch": [(batch, files.get(batch, batch[:8]), number) for batch, number in by_batch.items()],
    }


def _chosen(given: Sequence[str]) -> list[tuple[str, int]]:
    """The letters a form names, each with the revision it showed.

    Raises:
        NotFound: it names what no page of ours offers.
    """
    found = [_CHOICE.fullmatch(each) for each in given]
    if not all(found):
        raise letters.no_letter()
    return [(each[1], int(each[2])) for each in found if each is not None]


def _sealing() -> tuple[Sealing | None, Text | None]:
    try:
        return sealing(), None
    except KeyTrouble as trouble:
        return None, trouble.text


def _told(outcomes: Sequence[LetterOutcome], why_not_sealed: Text | None) -> Text:
    """What became of them, in one go and without a name."""
    settled = Counter(each.settled for each in outcomes)
    sentences = []
    if number := settled[Settled.ISSUED]:
        sentences.append(Text(f"{number} surat terbit.", f"{number} issued."))
    if number := settled[Settled.APPROVED]:
        why = why_not_sealed or Text("", "")
        sentences.append(
            Text(
                f"{number} disetujui tetapi belum terbit. {why.id}",
                f"{number} approved but not issued yet. {why.en}",
            )
        )
    refusals = Counter(each.problems[0].text for each in outcomes if each.settled is Settled.REFUSED)
    for text, number in refusals.items():
        sentences.append(Text(f"{number} tidak: {text.id}", f"{number} not: {text.en}"))
    return Text(" ".join(each.id for each in sentences), " ".join(each.en for each in sentences))


_NOTHING_MARKED = Text(
    "Tandai dahulu konsep yang disetujui.",
    "Mark the drafts that you approve first.",
)
_SENT_BACK = Text("Konsep dikembalikan ke loket.", "The draft was sent back to the counter.")
