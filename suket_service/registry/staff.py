"""The people who work in offices, and what each may do. Knows no credential and no session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from suket_service.core.verifier import DEMO
from suket_service.errors import NotAllowed, NotFound, Text
from suket_service.registry.schema import RegistryRow, StaffRow


class Role(StrEnum):
    """What a member of staff may do; one each."""

    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"
    #: Another agency's program, which has keys and neither password nor page.
    PROGRAM = "program"


#: The roles of people: what may be given to someone, and what pages there are for.
OF_PEOPLE = (Role.OPERATOR, Role.APPROVER, Role.ADMIN, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who works in an office, by user name."""

    username: str
    office: str
    name: str
    role: Role
    demo: bool = False
    active: bool = True


_MEMBERS = select(
    StaffRow.username, StaffRow.office, StaffRow.name, StaffRow.role, StaffRow.demo, StaffRow.active
)


def add_staff(tx: Connection, member: StaffMember, at: datetime) -> None:
    """Add a member of staff."""
    tx.execute(
        insert(StaffRow).values(
            username=member.username,
            office=member.office,
            name=member.name,
            role=member.role.value,
            active=member.active,
            demo=member.demo,
            created_at=at,
        )
    )


def find(tx: Connection, username: str) -> StaffMember | None:
    """The member of staff of that name, in whatever office, active or not."""
    if not username.isprintable():  # PostgreSQL refuses to even look for a NUL
        return None
    row = tx.execute(_MEMBERS.where(StaffRow.username == username)).first()
    return None if row is None else _member(row)


def of_office(tx: Connection, office_code: str, username: str) -> StaffMember:
    """A member of that office's staff, active or not.

    Raises:
        NotFound: also for another office's staff.
    """
    member = find(tx, username)
    if member is None or member.office != office_code:
        raise NotFound(
            "no_member",
            Text(
                "Petugas ini tidak ada di kantor ini. Periksa dengan `suket users list`.",
                "This office has no such user. Check with `suket users list`.",
            ),
        )
    return member


def members(tx: Connection, office_code: str) -> list[StaffMember]:
    """Everyone of an office, active or not, by user name; no program."""
    people = _MEMBERS.where(StaffRow.office == office_code, StaffRow.role != Role.PROGRAM.value)
    return [_member(row) for row in tx.execute(people.order_by(StaffRow.username))]


def names(tx: Connection, office_code: str) -> dict[str, str]:
    """What everyone of an office is called, active or not, by user name; programs too."""
    query = select(StaffRow.username, StaffRow.name).where(StaffRow.office == office_code)
    return {row.username: row.name for row in tx.execute(query.order_by(StaffRow.username))}


def set_active(tx: Connection, username: str, *, active: bool) -> None:
    """Let a member of staff act, or no longer."""
    tx.execute(update(StaffRow).where(StaffRow.username == username).values(active=active))


def set_role(tx: Connection, username: str, role: Role) -> None:
    """Give a member of staff another role."""
    tx.execute(update(StaffRow).where(StaffRow.username == username).values(role=role.value))


def may_act(tx: Connection, member: StaffMember) -> bool:
    """Whether this member may do anything at all: active, and a demo account only in a demo."""
    if not member.active or not member.demo:
        return member.active
    return tx.execute(select(RegistryRow.environment)).scalar() == DEMO


def require_staff(tx: Connection, username: str, *roles: Role) -> StaffMember:
    """The active member of staff of that name, who must hold one of ``roles``.

    Raises:
        NotAllowed: no such person, no longer active, a demo account outside a demo, or another role.
            All answer alike.
    """
    member = find(tx, username)
    if member is None or member.role not in roles or not may_act(tx, member):
        raise _not_allowed(roles)
    return member


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
    return require_staff(tx, username, *OF_PEOPLE).office


def has_demo_staff(tx: Connection) -> bool:
    """Whether demo accounts exist: production refuses such a registry."""
    return tx.execute(select(StaffRow.username).where(StaffRow.demo).limit(1)).first() is not None


def _member(row: Row[str, str, str, str, bool, bool]) -> StaffMember:
    return StaffMember(row.username, row.office, row.name, Role(row.role), row.demo, row.active)


def _not_allowed(roles: Sequence[Role]) -> NotAllowed:
    wanted = " / ".join(roles)
    return NotAllowed(
        "not_allowed",
        Text(
            f"Petugas ini tidak berwenang; diperlukan petugas aktif kantor ini berperan {wanted}.",
            f"This user may not do this; it takes an active member of this office's staff with role {wanted}.",
        ),
    )
