"""The office's own affairs: set up, staffed, keyed, backed up. Issues and publishes nothing."""

from suket_service.administering.audit import AuditCheck, check_audit
from suket_service.administering.keys import list_keys
from suket_service.administering.residents import ImportOutcome, import_residents
from suket_service.administering.setting_up import (
    CONSOLE,
    KINDS,
    Initialised,
    NewOffice,
    add_office,
    initialise,
)

__all__ = [
    "CONSOLE",
    "KINDS",
    "AuditCheck",
    "ImportOutcome",
    "Initialised",
    "NewOffice",
    "add_office",
    "check_audit",
    "import_residents",
    "initialise",
    "list_keys",
]
