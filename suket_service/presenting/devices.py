"""Devices confirmed and revoked at the desk. Enrols none.

Each change is one transaction with one audit entry; pressing the button twice is doing it once.
"""

from datetime import datetime

from suket_service.core.nik import holds_nik
from suket_service.core.resident import parse_text
from suket_service.errors import FieldError, NotAllowed, Problem, Text, WrongState
from suket_service.presenting.running import require_running
from suket_service.registry import audit, devices, elections, staff
from suket_service.registry.devices import Device
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role

MOST_REASON_CHARACTERS = 200
REASON = "reason"
NO_NIK = Text("Jangan menulis NIK di sini.", "Write no NIK here.")


def confirm_device(registry: Registry, office: str, device: str, by: str, at: datetime) -> Device:
    """Let a device take part, once people have compared its confirmation code with the phone's.

    Whoever made its sheet never does: nobody alone can make a phone that records letters.

    Raises:
        NotAllowed: also ``same_person``.
        NotFound.
        WrongState: ``device_revoked`` or ``election_over``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        found = devices.by_id(tx, office, device)
        if found.state == "revoked":
            raise WrongState("device_revoked", _REVOKED, found.state)
        if found.state == "active":
            return found
        if found.sheet_by == by:
            raise NotAllowed("same_person", _SAME_PERSON)
        require_running(elections.by_id(tx, office, found.election), at)
        devices.confirm(tx, device, by, at)
        audit.append(tx, at, by, "device.confirm", device, office, _where(found))
        return devices.by_id(tx, office, device)


def revoke_device(registry: Registry, office: str, device: str, reason: str, by: str, at: datetime) -> Device:
    """Let a device take part no more. What it has sent stays.

    Raises:
        NotAllowed, NotFound.
        FieldError: on the field ``reason``.
    """
    given = parse_text(reason, REASON, MOST_REASON_CHARACTERS)
    if holds_nik(given):  # it goes into the audit chain, which can never be cleaned
        raise FieldError(Problem(REASON, "names_someone", NO_NIK))
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        found = devices.by_id(tx, office, device)
        if found.state == "revoked":
            return found
        devices.revoke(tx, device, given, by, at)
        audit.append(tx, at, by, "device.revoke", device, office, {**_where(found), "reason": given})
        return devices.by_id(tx, office, device)


def _where(device: Device) -> dict[str, int]:
    return {"election": device.election, "station": device.station}


_SAME_PERSON = Text(
    "Anda membuat lembar ponsel ini, jadi rekan lain yang mengesahkannya.",
    "You made this phone's sheet, so a colleague has to confirm it.",
)
_REVOKED = Text(
    "Perangkat ini sudah dicabut. Buat lembar baru dan daftarkan ponselnya lagi.",
    "This device was revoked. Make a new sheet and enrol the phone again.",
)
