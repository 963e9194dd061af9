"""The queue of drafts: looked at a page at a time and approved together; then what was issued goes to the printer.

Lets the use cases decide; tells what became of each letter without naming anyone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import LetterState
from suket_service.core.resident import RECORDING_NAMES
from suket_service.errors import KeyTrouble, Text
from suket_service.issuing import LetterOutcome, Sealing, Settled
from suket_service.registry import letters, offices, print_runs, proposals
from suket_service.registry.letters import Group
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.paging import paged
from suket_service.web.signed_in import SignedIn, may, signed_in
from suket_service.web.signing import publish_if_due, sealing
from suket_service.web.staff.desk.cards import cards_of
from suket_service.web.staff.desk.place import Place, chosen_in

A_PAGE = 20
#: Letters that are sent to the printer from here in one go.
_A_PILE = 500


def show() -> ResponseReturnValue:
    """A page of what waits, oldest first."""
    return _page(Form())


def approve() -> ResponseReturnValue:
    """Approve and issue what is marked, or all of the page; then the next ones come."""
    form, me = Form.given(), signed_in()
    chosen = chosen_in(form.all("shown" if form["all"] else "letter"))
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


def issued() -> str:
    """What was issued today on the reader's word, and what of it still has to be printed."""
    me = signed_in()
    with context().registry.reading() as tx:
        found = letters.issued_by(tx, me.office.code, me.username, me.today)
        at = paged(len(found), A_PAGE)
        shown = [each for each, _ in at.of(found)]
        records = letters.of_ids(tx, me.office.code, shown)
    printed = dict(found)
    unprinted = [each for each, is_printed in found if not is_printed]
    return render_template(
        "staff/desk/issued.html",
        records=[records[each] for each in shown],
        printed=printed,
        unprinted=unprinted,
        pile=unprinted[:_A_PILE],
        page=at.page,
        pages=at.pages,
    )


def _page(form: Form) -> str:
    me, place = signed_in(), Place.asked()
    office = me.office.code
    with context().registry.reading() as tx:
        groups = letters.queue_groups(tx, office)
        waiting = sum(group.letters for group in groups if group.is_of(place.narrowed))
        at = paged(waiting, A_PAGE)
        place = replace(place, page=at.page)
        records = letters.queue(tx, office, place.narrowed, A_PAGE, at.offset)
        cards = cards_of(tx, records, me)
        choices = _filter_choices(tx, me, [each for each in groups if each.state is place.narrowed.state])
        today = letters.issued_by(tx, office, me.username, me.today)
        asked = proposals.count_open(tx, office, not_of=me.username)
    return render_template(
        "staff/desk/queue.html",
        form=form,
        place=place,
        pages=at.pages,
        waiting=waiting,
        drafts=_count(groups, LetterState.DRAFT),
        approved=_count(groups, LetterState.APPROVED),
        cards=cards,
        choices=choices,
        unprinted=sum(not printed for _, printed in today),
        proposals=asked,
        decides=may("desk.approve"),
        recording=RECORDING_NAMES,
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
