"""An election on the day of the pictures: phones in every state, letters shown at its stations, one of them twice."""

import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from suket_service import administering, presenting
from suket_service.administering import PlannedElection
from suket_service.presenting import SyncReport
from suket_service.presenting.reporting import make_report
from suket_service.registry import offices, polling_stations
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.administering.office import Paper
from tests.presenting.polls import Phone

_MINUTE = timedelta(minutes=1)


def hold(
    registry: Registry, office: str, issued: Sequence[LetterRecord], settings: Settings, now: datetime
) -> dict[str, str]:
    """What addresses name of it."""
    at = now - 5 * _MINUTE
    with registry.reading() as tx:
        day = offices.office(tx, office).local_date(now + _MINUTE)
        stations = [each.id for each in polling_stations.of_office(tx, office)]
    plan = PlannedElection("Pemilihan Wali Kota", day, time(6), time(23, 59), day, time(6))
    election = administering.create_election(registry, office, plan, "kepala", at)
    presenting.make_sheets(registry, office, election, stations[:7], "operator", at)
    phones = [_enrolled(registry, office, election, each, at) for each in stations[:5]]
    for number, phone in enumerate(phones[:3]):
        presenting.confirm_device(registry, office, phone.id, "kepala", at)
        _show(registry, phone, issued[number * 4 : number * 4 + 4], now - 4 * _MINUTE)
    _show(registry, phones[2], issued[:1], now - 3 * _MINUTE)
    presenting.revoke_device(registry, office, phones[3].id, "Ponsel hilang", "operator", at)
    make_report(registry, office, election, secrets.token_hex(16), settings.key_passphrase, "kepala", now)
    return {"election": str(election), "phone": phones[4].id}


def _enrolled(registry: Registry, office: str, election: int, station: int, at: datetime) -> Phone:
    phone = Phone(name=f"Ponsel KPPS {station % 7 + 1}", station=station, began=at)
    [sheet] = presenting.make_sheets(registry, office, election, [station], "operator", at)
    phone.id = presenting.enrol(registry, sheet.code, phone.public, phone.name, at).device.id
    return phone


def _show(registry: Registry, phone: Phone, letters: Sequence[LetterRecord], at: datetime) -> None:
    events = []
    for record in letters:
        assert record.number
        assert record.status_list
        assert record.status_index is not None
        assert record.valid_until
        assert record.fingerprint
        paper = Paper(record.number, (record.status_list, record.status_index), "", record.valid_until)
        events.append(phone.shows(paper, record.fingerprint, at=int(at.timestamp())))
    report = SyncReport(int((at - 90 * _MINUTE).timestamp()), len(letters) % 2, "1.0")
    presenting.present(registry, phone.id, events, 0, report, at)
