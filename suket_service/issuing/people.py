"""Who asks and who approves. Proves nobody: that is the edges' part, by each one's own credentials."""

from dataclasses import dataclass
from datetime import datetime

from suket_service.errors import NotAllowed, Text
from suket_service.registry import clients, offices, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Who asks and who approves. Without an approver requests for letters stop at drafts."""

    requested_by: str
    approved_by: str | None


def require_people(registry: Registry, office: str, people: TwoPeople) -> None:
    """Refuse two people who are one, or lack their roles in this office, before anything is done.

    Raises:
        NotAllowed.
    """
    with registry.reading() as tx:
        require_asking(tx, office, people)


def require_change(registry: Registry, office: str, people: TwoPeople) -> None:
    """The same for a change that takes two: said before the second one is asked for their password.

    Raises:
        NotAllowed.
    """
    with registry.reading() as tx:
        require_both(tx, office, people)


def require_asking(tx: Transaction, office: str, people: TwoPeople) -> None:
    """An operator asks; whoever approves, where someone does, is an approver and another person.

    Raises:
        NotAllowed.
    """
    require_two(people.requested_by, people.approved_by)
    staff.require_member(tx, people.requested_by, office, Role.OPERATOR)
    if people.approved_by is not None:
        staff.require_member(tx, people.approved_by, office, Role.APPROVER)


def require_both(tx: Transaction, office: str, people: TwoPeople) -> str:
    """A change that takes two: an operator or approver asks, another approver agrees; returns who agreed.

    Raises:
        NotAllowed: ``second_person_needed``, ``same_person``, or one lacks the role in this office.
    """
    if people.approved_by is None:
        raise NotAllowed(
            "second_person_needed",
            Text(
                "Tindakan ini memerlukan dua orang: sebutkan pejabat yang menyetujui.",
                "This takes two people: name the official who approves.",
            ),
        )
    require_two(people.requested_by, people.approved_by)
    staff.require_member(tx, people.requested_by, office, Role.OPERATOR, Role.APPROVER)
    staff.require_member(tx, people.approved_by, office, Role.APPROVER)
    return people.approved_by


def require_agreeing(tx: Transaction, office: str, people: TwoPeople, at: datetime) -> None:
    """The same for a change that was asked for earlier: whoever asked may have left since.

    A program that asked counts for as long as one of its keys does.

    Raises:
        NotAllowed: as :func:`require_both`, or ``asker_left``.
    """
    asker = people.requested_by
    try:
        staff.require_member(tx, asker, office, Role.OPERATOR, Role.APPROVER, Role.PROGRAM)
    except NotAllowed:
        raise NotAllowed("asker_left", _LEFT) from None
    if staff.of_office(tx, office, asker).role is not Role.PROGRAM:
        require_both(tx, office, people)
        return
    today = offices.office(tx, office).local_date(at)
    if not any(each.account == asker and each.is_valid(today) for each in clients.of_office(tx, office)):
        raise NotAllowed("asker_left", _KEYS_ENDED)
    require_two(asker, people.approved_by)
    staff.require_member(tx, people.approved_by or "", office, Role.APPROVER)


def require_two(requested_by: str, approved_by: str | None) -> None:
    """Who asks never approves.

    Raises:
        NotAllowed: ``same_person``.
    """
    if requested_by == approved_by:
        raise NotAllowed(
            "same_person",
            Text(
                "Pemohon tidak boleh menyetujui permintaannya sendiri; mintalah pejabat lain.",
                "Who asks never approves; ask another official.",
            ),
        )


_LEFT = Text(
    "Yang mengusulkan tidak lagi bertugas di kantor ini. Tolak usulan ini; petugas lain dapat mengusulkannya lagi.",
    "Who asked for this no longer works here. Decline it; someone else may ask for it again.",
)
_KEYS_ENDED = Text(
    "Program instansi yang mengusulkan tidak lagi punya kunci yang berlaku. Tolak usulan ini; petugas dapat mengusulkannya lagi.",
    "The agency's program that asked for this has no valid key any more. Decline it; an official may ask for it again.",
)
