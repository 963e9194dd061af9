"""The office's own affairs: set up, staffed, keyed, backed up. Issues and publishes nothing."""

from suket_service.administering.audit import AuditCheck, check_audit, first_strange_letter
from suket_service.administering.backup import Backup, Contents, back_up
from suket_service.administering.keys import (
    KeyChange,
    activate_key,
    list_keys,
    new_key,
    retire_key,
    revoke_key,
)
from suket_service.administering.kinds import (
    KindChange,
    KindListing,
    add_kind,
    change_kind,
    list_kinds,
    set_usual_kind,
)
from suket_service.administering.offices import (
    LETTERHEAD_CHARACTERS,
    OfficeListing,
    change_letterhead,
    list_offices,
)
from suket_service.administering.proving import prove
from suket_service.administering.residents import ImportOutcome, import_residents
from suket_service.administering.restored import Restored
from suket_service.administering.restoring import RESERVE, Order, restore
from suket_service.administering.setting_up import (
    CONSOLE,
    KINDS,
    Initialised,
    NewOffice,
    add_office,
    initialise,
    is_in_production,
)
from suket_service.administering.staff import (
    NEEDS_CODE,
    Enrolment,
    StaffListing,
    add_member,
    enrol_totp,
    list_staff,
    propose_totp,
    require_member_form,
    set_active,
    set_password,
    set_role,
)
from suket_service.administering.windows import add_window, close_window, list_windows
from suket_service.administering.witness import Published

__all__ = [
    "CONSOLE",
    "KINDS",
    "LETTERHEAD_CHARACTERS",
    "NEEDS_CODE",
    "RESERVE",
    "AuditCheck",
    "Backup",
    "Contents",
    "Enrolment",
    "ImportOutcome",
    "Initialised",
    "KeyChange",
    "KindChange",
    "KindListing",
    "NewOffice",
    "OfficeListing",
    "Order",
    "Published",
    "Restored",
    "StaffListing",
    "activate_key",
    "add_kind",
    "add_member",
    "add_office",
    "add_window",
    "back_up",
    "change_kind",
    "change_letterhead",
    "check_audit",
    "close_window",
    "enrol_totp",
    "first_strange_letter",
    "import_residents",
    "initialise",
    "is_in_production",
    "list_keys",
    "list_kinds",
    "list_offices",
    "list_staff",
    "list_windows",
    "new_key",
    "propose_totp",
    "prove",
    "require_member_form",
    "restore",
    "retire_key",
    "revoke_key",
    "set_active",
    "set_password",
    "set_role",
    "set_usual_kind",
]
