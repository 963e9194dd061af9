"""Changes to issued letters that wait for a second person: looked at, agreed to, declined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.errors import Text
from suket_service.registry import clients, letters, proposals, staff
from suket_service.registry.letters import LetterRecord
from suket_service.registry.proposals import Proposal
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.paging import paged
from suket_service.web.signed_in import SignedIn, may, signed_in
from suket_service.web.signing import publish_if_due
from suket_service.web.staff.desk.place import ID
from suket_service.web.staff.words import PROPOSED_NAMES

A_PAGE = 20
#: Letters of a proposal that a line of the list names.
_NAMED = 3
#: Of one's own proposals so many are shown with what became of them.
_OWN = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as its second person sees it; ``records`` are those of its letters that are shown."""

    proposal: Proposal
    by: str  # the name
    by_program: bool  # of another agency
    decided_by: str  # the name, once it is decided
    records: Sequence[LetterRecord]
    is_own: bool
    may_decide: bool

    @property
    def words(self) -> Text:
        """What is asked for."""
        return PROPOSED_NAMES[self.proposal.action]

    @property
    def until(self) -> date | None:
        """The new last valid day, of an extension."""
        return self.proposal.until


def waiting() -> str:
    """What waits for a second person, oldest first."""
    me = signed_in()
    with context().registry.reading() as tx:
        at = paged(proposals.count_open(tx, me.office.code), A_PAGE)
        found = proposals.open_of_office(tx, me.office.code, A_PAGE, at.offset)
        names = staff.names(tx, me.office.code)
        asked = [_asked(tx, me, names, each, each.letters[:_NAMED]) for each in found]
        others = proposals.count_open(tx, me.office.code, not_of=me.username)
        own = [
            _asked(tx, me, names, each, each.letters[:1])
            for each in proposals.decided_for(tx, me.office.code, me.username, _OWN)
        ]
    return render_template(
        "staff/desk/proposals.html", asked=asked, others=others, own=own, page=at.page, pages=at.pages
    )


def show(proposal: str) -> str:
    """One proposal with all its letters."""
    return _page(proposal, Form())


def agree(proposal: str) -> ResponseReturnValue:
    """Agree to it: the letters are changed at once."""
    form, me = Form.given(), signed_in()
    with form.catching():
        changed = issuing.agree(context().registry, me.office.code, proposal, me.username, me.at)
        publish_if_due()
        return done(_agreed(len(changed)), url_for("desk.proposals"))
    return _page(proposal, form), 422


def decline(proposal: str) -> ResponseReturnValue:
    """Decline it, with a note to whoever asked."""
    form, me = Form.given(), signed_in()
    with form.catching():
        issuing.decline(context().registry, me.office.code, proposal, me.username, form["note"], me.at)
        return done(Text("Usulan ditolak.", "The proposal was declined."), url_for("desk.proposals"))
    return _page(proposal, form), 422


def withdraw(proposal: str) -> ResponseReturnValue:
    """Give up one's own."""
    form, me = Form.given(), signed_in()
    with form.catching():
        issuing.withdraw_proposal(context().registry, me.office.code, proposal, me.username, me.at)
        return done(Text("Usulan ditarik.", "The proposal was withdrawn."), url_for("desk.proposals"))
    return _page(proposal, form), 422


def _page(proposal: str, form: Form) -> str:
    me = signed_in()
    if not ID.fullmatch(proposal):
        raise proposals.no_proposal()
    with context().registry.reading() as tx:
        found = proposals.by_id(tx, me.office.code, proposal)
        at = paged(len(found.letters), A_PAGE)
        asked = _asked(tx, me, staff.names(tx, me.office.code), found, at.of(found.letters))
    return render_template("staff/desk/proposal.html", form=form, asked=asked, page=at.page, pages=at.pages)


def _asked(
    tx: Transaction, me: SignedIn, names: Mapping[str, str], proposal: Proposal, shown: Sequence[str]
) -> Asked:
    records = letters.of_ids(tx, me.office.code, shown)
    is_own = me.username == proposal.asked_by
    return Asked(
        proposal,
        names.get(proposal.asked_by, proposal.asked_by),
        any(each.account == proposal.asked_by for each in clients.of_office(tx, me.office.code)),
        names.get(proposal.decided_by, proposal.decided_by) if proposal.decided_by else "",
        [records[each] for each in shown],
        is_own,
        proposal.decision is None and may("desk.agree") and not is_own,
    )


def _agreed(number: int) -> Text:
    return Text(f"Disetujui: {number} surat diubah.", f"Agreed: {number} letters changed.")
