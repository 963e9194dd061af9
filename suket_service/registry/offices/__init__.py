"""Offices, letterheads, kinds, windows and regions: what letters are issued under. Issues none."""

from suket_service.registry.offices.founding import (
    RegistryIdentity,
    create_registry,
    identity,
    require_environment,
)
from suket_service.registry.offices.kinds_and_windows import (
    add_kind,
    add_window,
    days_of_issue,
    end_window,
    kind,
    kinds,
    replace_kind,
    windows,
    windows_by_id,
    windows_of,
)
from suket_service.registry.offices.records import (
    Circumstances,
    add_letterhead,
    add_office,
    circumstances,
    current_letterhead,
    letterhead,
    office,
    offices,
    set_usual_kind,
    usual_kind,
)
from suket_service.registry.offices.regions import add_villages, villages_of

__all__ = [
    "Circumstances",
    "RegistryIdentity",
    "add_kind",
    "add_letterhead",
    "add_office",
    "add_villages",
    "add_window",
    "circumstances",
    "create_registry",
    "current_letterhead",
    "days_of_issue",
    "end_window",
    "identity",
    "kind",
    "kinds",
    "letterhead",
    "office",
    "offices",
    "replace_kind",
    "require_environment",
    "set_usual_kind",
    "usual_kind",
    "villages_of",
    "windows",
    "windows_by_id",
    "windows_of",
]
