"""The polling station's side: sheets, devices, letters shown there, letters shown twice. Publishes and verifies nothing."""

from suket_service.presenting.calling import Caller, who_calls
from suket_service.presenting.conflicts import Conflict, conflicts, unproven
from suket_service.presenting.devices import confirm_device, revoke_device
from suket_service.presenting.enrolling import enrol
from suket_service.presenting.receiving import present
from suket_service.presenting.replies import Answer, Elsewhere, Here, Reply, StationConflict
from suket_service.presenting.sheets import Sheet, StationState, make_sheets, stations_state
from suket_service.registry.devices import Device, SyncReport
from suket_service.registry.presentations import Shown, Unproven

__all__ = [
    "Answer",
    "Caller",
    "Conflict",
    "Device",
    "Elsewhere",
    "Here",
    "Reply",
    "Sheet",
    "Shown",
    "StationConflict",
    "StationState",
    "SyncReport",
    "Unproven",
    "confirm_device",
    "conflicts",
    "enrol",
    "make_sheets",
    "present",
    "revoke_device",
    "stations_state",
    "unproven",
    "who_calls",
]
