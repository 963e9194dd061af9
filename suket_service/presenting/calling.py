"""Who calls: a device, its station and its election, from its proof alone. Does nothing for it.

What a call says of itself in its body counts for nothing here.
"""

from dataclasses import dataclass
from datetime import datetime

from suket_service.core.device_proof import Call, ProofRefused, check_proof, device_named_in
from suket_service.errors import NotAllowed, Text
from suket_service.presenting.running import OVER
from suket_service.registry import devices, elections
from suket_service.registry.devices import Device
from suket_service.registry.elections import Election
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.session import Registry, Transaction


@dataclass(frozen=True, slots=True)
class Caller:
    """A confirmed device with what it is enrolled for."""

    device: Device
    station: PollingStation
    election: Election


def who_calls(registry: Registry, token: str, call: Call, at: datetime) -> Caller:
    """The device that makes a call.

    Raises:
        ProofRefused: ``proof_invalid``, ``proof_stale`` or ``device_unknown``.
        NotAllowed: ``device_revoked``, ``election_over`` or ``device_waiting``: told to the device alone.
    """
    named = device_named_in(token)
    with registry.reading() as tx:
        device = devices.find(tx, named)
        if device is None:
            raise ProofRefused("device_unknown", _UNKNOWN)
        check_proof(token, device.key, call, at)
        return standing(tx, device.id, at)


def standing(tx: Transaction, device: str, at: datetime) -> Caller:
    """A device whose calls count at that moment.

    Raises:
        NotAllowed: as :func:`who_calls` says.
    """
    found = devices.find(tx, device)
    if found is None:
        raise ProofRefused("device_unknown", _UNKNOWN)
    election = elections.by_id(tx, found.office, found.election)
    if found.state == "revoked":
        raise NotAllowed("device_revoked", _REVOKED)
    if not election.is_running(at):
        raise NotAllowed("election_over", OVER)
    if found.state == "waiting":
        raise NotAllowed("device_waiting", _WAITING)
    return Caller(found, devices.stations(tx, [found.station])[found.station], election)


_UNKNOWN = Text(
    "Perangkat ini tidak terdaftar. Daftarkan lagi dengan kode dari lembar TPS.",
    "This device is not enrolled. Enrol it again with the code on the station's sheet.",
)
_REVOKED = Text(
    "Perangkat ini sudah dicabut oleh kantor. Hubungi petugas Disdukcapil.",
    "The office has revoked this device. Ask the civil-registry office.",
)
_WAITING = Text(
    "Perangkat ini belum dikonfirmasi. Bacakan kode konfirmasinya kepada petugas Disdukcapil.",
    "This device is not confirmed yet. Read its confirmation code to the civil-registry office.",
)
