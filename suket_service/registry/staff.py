"""The people who work in offices, and what each may do. Knows no credential and no session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from suket_service.errors import NotAllowed, Text
from suket_service.registry.schema import StaffRow


class Role(StrEnum):
    """What a member of staff may do; one each."""

    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who works in an office, by user name."""

    username: str
    office: str
    name: str
    role: Role
    demo: bool = False


def add_staff(tx: Connection, member: StaffMember, at: datetime) -> None:
    """Add a member of staff."""
    tx.execute(
        insert(StaffRow).values(
            username=member.username,
            office=member.office,
            name=member.name,
            role=member.role.value,
            active=True,
            demo=member.demo,
            created_at=at,
        )
    )


def require_staff(tx: Connection, username: str, *roles: Role) -> StaffMember:
    """The active member of staff of that name, who must hold one of ``roles``.

    Raises:
        NotAllowed: no such person, no longer active, or another role. All answer alike.
    """
    row = tx.execute(
        select(StaffRow.username, StaffRow.office, StaffRow.name, StaffRow.role, StaffRow.demo).where(
            StaffRow.username == username, StaffRow.active
        )
    ).first()
    if row is None or row.role not in roles:
        raise _not_allowed(roles)
    return StaffMember(row.username, row.office, row.name, Role(row.role), row.demo)


def require_member(tx: Connection, username: str, office_code: str, *roles: Role) -> None:
    """Refuse anyone but an active holder of one of the roles in that office.

    Raises:
        NotAllowed: also for another office's staff, with the same words.
    """
    if require_staff(tx, username, *roles).office != office_code:
        raise _not_allowed(roles)


def office_of(tx: Connection, username: str) -> str:
    """The office an active member of staff works in.

    Raises:
        NotAllowed: no such member of staff.
    """
    return require_staff(tx, username, *Role).office


def has_demo_staff(tx: Connection) -> bool:
    """Whether demo accounts exist: production refuses such a registry."""
    return tx.execute(select(StaffRow.username).where(StaffRow.demo).limit(1)).first() is not None


def _not_allowed(roles: Sequence[Role]) -> NotAllowed:
    wanted = " / ".join(roles)
    return NotAllowed(
        "not_allowed",
        Text(
            f"Pengguna ini tidak berwenang; diperlukan petugas aktif kantor ini berperan {wanted}.",
            f"This user may not do this; it takes an active member of this office's staff with role {wanted}.",
        ),
    )
