"""Other agencies' programs: one that checks letters, one that asks for them, one whose key has ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from suket_service import administering, issuing
from suket_service.core import request as requests
from suket_service.issuing import Application
from suket_service.registry import calls, offices
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.session import Registry


def connect(registry: Registry, office: str, asked: Mapping[str, str], at: datetime) -> str:
    """Give them keys, count what they asked, draft that request by one of them; returns the draft's id."""
    insurance = _given(
        *(registry, office, "BPJS Kesehatan Cabang Tanjungpinang", "Pemeriksaan peserta (PKS 12/2026)"),
        *(frozenset({ClientScope.VERIFY}), 365, at),
    )
    hospital = _given(
        *(registry, office, "RSUD Contoh, pendaftaran pasien", "Layanan pasien tanpa KTP-el (PKS 9/2026)"),
        *(frozenset({ClientScope.ISSUE, ClientScope.READ, ClientScope.VERIFY}), 20, at),
    )
    ended = _given(
        *(registry, office, "Bank Contoh", "Pembukaan rekening (PKS 3/2025)"),
        *(frozenset({ClientScope.VERIFY}), 365, at),
    )
    administering.revoke_client(registry, office, ended.id, "admin", at)
    _count(registry, insurance, "verifications", 1_204, 0, at)
    _count(registry, insurance, "verifications.batch", 8_500, 120, at)
    _count(registry, hospital, "letters.create", 1, 0, at)
    return _asked_for(registry, hospital, asked, at)


def _given(
    registry: Registry,
    office: str,
    name: str,
    purpose: str,
    scopes: frozenset[ClientScope],
    days: int,
    at: datetime,
) -> Client:
    with registry.reading() as tx:
        until = offices.office(tx, office).local_date(at) + timedelta(days=days)
    return administering.add_client(registry, office, name, purpose, scopes, until, "admin", at).client


def _count(registry: Registry, program: Client, call: str, asked: int, refused: int, at: datetime) -> None:
    with registry.writing() as tx:
        day = offices.office(tx, program.office).local_date(at)
        calls.count(tx, program.account, program.office, day, call, asked=asked, refused=refused)


def _asked_for(registry: Registry, program: Client, row: Mapping[str, str], at: datetime) -> str:
    with registry.reading() as tx:
        place = offices.office(tx, program.office)
        villages = offices.villages_of(tx, place)
    read = requests.read(row, villages, place.local_date(at))
    assert read.request is not None, read
    return issuing.ask(
        registry, Application(program.office, read.request, None), program.account, at
    ).letter.id
