"""A phone enrolled with the single-use code on a station's sheet. Confirms none: that is for people.

Whatever is wrong with a code, the answer is the same: whoever guesses learns nothing.
"""

import secrets
from datetime import datetime

from suket_service.core.device_proof import DeviceKey
from suket_service.core.nik import holds_nik
from suket_service.errors import FieldError, NotAllowed, NotFound, Problem, Text
from suket_service.presenting.calling import Caller
from suket_service.presenting.codes import hash_of
from suket_service.presenting.devices import NO_NIK
from suket_service.registry import audit, devices, elections, polling_stations
from suket_service.registry.devices import Enrolment, NewDevice
from suket_service.registry.session import Registry, Transaction

#: Who is named in the audit for what a device does itself.
ACTOR = "device"
MOST_NAME_CHARACTERS = 60


def enrol(registry: Registry, code: str, key: DeviceKey, name: str, at: datetime) -> Caller:
    """Enrol a phone; the same code with the same key again is the same device.

    Raises:
        NotAllowed: ``enrolment_code_unknown``: unknown, used, ended, or its election is over.
        FieldError: ``name_unusable`` or ``names_someone``.
    """
    shown = " ".join(name.split())
    if not shown or len(shown) > MOST_NAME_CHARACTERS or not shown.isprintable():
        raise FieldError(Problem("name", "name_unusable", _NAME))
    if holds_nik(shown):
        raise FieldError(Problem("name", "names_someone", NO_NIK))
    digest = hash_of(code)
    with registry.reading() as tx:  # whoever guesses never waits in the writers' queue, nor lengthens it
        known = _enrolled(tx, digest, key, at)
    if known is not None:
        return known
    with registry.writing() as tx:
        known = _enrolled(tx, digest, key, at)
        if known is not None:
            return known
        enrolment = _found(tx, digest)
        if not devices.spend(tx, enrolment.id, at):
            raise _unknown()
        new = NewDevice(secrets.token_hex(16), enrolment, shown, key)
        devices.add(tx, new, at)
        details = {"election": enrolment.election, "station": enrolment.station}
        audit.append(tx, at, ACTOR, "device.enrol", new.id, enrolment.office, details)
        return Caller(
            devices.by_id(tx, enrolment.office, new.id),
            polling_stations.by_id(tx, enrolment.office, enrolment.station),
            elections.by_id(tx, enrolment.office, enrolment.election),
        )


def _enrolled(tx: Transaction, digest: bytes, key: DeviceKey, at: datetime) -> Caller | None:
    """The device that this key has become with this code; None when the code is still to be used."""
    enrolment = _found(tx, digest)
    election = elections.by_id(tx, enrolment.office, enrolment.election)
    if enrolment.ended_at is not None or not election.is_running(at):
        raise _unknown()
    try:
        station = polling_stations.by_id(tx, enrolment.office, enrolment.station)
    except NotFound:  # a later file left it out
        raise _unknown() from None
    device = devices.enrolled_with(tx, enrolment.id)
    if device is None:
        if enrolment.used_at is not None:
            raise _unknown()
        return None
    if device.key != key or device.state == "revoked":
        raise _unknown()
    return Caller(device, station, election)


def _found(tx: Transaction, digest: bytes) -> Enrolment:
    enrolment = devices.find_enrolment(tx, digest)
    if enrolment is None:
        raise _unknown()
    return enrolment


def _unknown() -> NotAllowed:
    return NotAllowed(
        "enrolment_code_unknown",
        Text(
            "Kode ini tidak dikenal, sudah dipakai, atau sudah tidak berlaku. Minta lembar TPS yang baru.",
            "This code is unknown, used, or no longer valid. Ask for a new station sheet.",
        ),
    )


_NAME = Text(
    f"Beri ponsel ini nama, paling panjang {MOST_NAME_CHARACTERS} karakter.",
    f"Give this phone a name of at most {MOST_NAME_CHARACTERS} characters.",
)
