"""The demo's office: people with a password that everyone may know and codes that its own page shows, and places.

A production registry refuses such accounts (``staff.may_act``); none of this works on one.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import suket_service.core.credentials as core
from suket_service.administering.elections import PlannedElection, create_election
from suket_service.administering.offices import set_cards_in_stock
from suket_service.administering.polling_stations import confirm_stations, upload_stations
from suket_service.administering.service_points import add_service_point
from suket_service.core.letter import Office
from suket_service.core.verifier import DEMO
from suket_service.registry import audit, credentials, elections, offices, polling_stations, staff
from suket_service.registry.service_points import PointFacts, PointKind
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember

#: Too obvious for anyone to choose, and stored past the rule that says so.
DEMO_PASSWORD = "suket peragaan"  # noqa: S105 - shown on the demo's own login page


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to sign in to the demo as one of its people."""

    member: StaffMember
    office: Office
    password: str
    code: str | None  # None: the next one has to be waited for


def equip_demo(registry: Registry, secret_key: str, at: datetime) -> None:
    """Give the demo's people their password and one-time secrets, where they have none; safe to repeat."""
    password_hash = core.hash_password(DEMO_PASSWORD)
    with registry.writing() as tx:
        offices.require_environment(tx, DEMO)
        for office in offices.offices(tx):
            known = credentials.of_office(tx, office.code)
            for member in staff.members(tx, office.code):
                if member.demo and member.username not in known:
                    credentials.put_password(tx, member.username, password_hash, at)
                    locked = core.lock_secret(core.new_secret(), secret_key, member.username)
                    credentials.put_secret(tx, member.username, locked, 0, at)
                    audit.append(tx, at, member.username, "staff.demo", member.username, office.code)


def demo_accounts(registry: Registry, secret_key: str, at: datetime) -> list[DemoAccount]:
    """The demo's people with a code each that is not spent; none in any other registry."""
    found = []
    with registry.reading() as tx:
        identity = offices.identity(tx)
        if identity is None or identity.environment != DEMO:
            return []
        for office in offices.offices(tx):
            known = credentials.of_office(tx, office.code)
            for member in staff.members(tx, office.code):
                held = known.get(member.username)
                if member.demo and member.active and held and held.totp_locked:
                    secret = core.unlock_secret(held.totp_locked, secret_key, member.username)
                    code = core.next_code(secret, at, held.totp_last_step)
                    found.append(DemoAccount(member, office, DEMO_PASSWORD, code))
    return found


def furnish_demo(registry: Registry, office: str, by: str, at: datetime) -> None:
    """Give the demo's office places of service, one of them out of order, and some blank cards."""
    for facts in _PLACES:
        add_service_point(registry, office, facts, by, at)
    set_cards_in_stock(registry, office, _CARDS, by, at)


def hold_demo_elections(registry: Registry, at: datetime) -> None:
    """Give the demo's office polling stations where it has none, and an election today; safe to repeat."""
    with registry.reading() as tx:
        offices.require_environment(tx, DEMO)
        known = offices.offices(tx)
        served = {office.code: offices.villages_of(tx, office) for office in known}
        people = {
            office.code: {each.role: each.username for each in staff.members(tx, office.code) if each.demo}
            for office in known
        }
    for office in known:
        if set(_VILLAGES) <= set(served[office.code]) and {Role.OPERATOR, Role.APPROVER} <= set(
            people[office.code]
        ):
            _hold_election(registry, office, people[office.code], at)


def _hold_election(registry: Registry, office: Office, people: Mapping[Role, str], at: datetime) -> None:
    with registry.reading() as tx:
        stations = polling_stations.how_many(tx, office.code)
        held = [each for each in elections.of_office(tx, office.code) if each.cancelled_at is None]
    if not stations:
        upload = secrets.token_hex(16)
        upload_stations(
            registry, office.code, upload, "tps-peragaan.csv", _STATIONS, people[Role.OPERATOR], at
        )
        confirm_stations(registry, office.code, upload, people[Role.OPERATOR], at)
    day = office.local_date(at + _LAST_MINUTE)  # of tomorrow in today's last minute
    if not any(office.local_date(each.opens_at) == day for each in held):
        plan = PlannedElection(_ELECTION, day, time(6), time(23, 59), day, time(6))
        create_election(registry, office.code, plan, people[Role.APPROVER], at)


_ELECTION = "Pemilihan contoh"
_LAST_MINUTE = timedelta(minutes=1)
_VILLAGES = ("2172011004", "2172031001")
#: Where the holders of example letters live: two stations that part a village between them, and a whole village's.
_STATIONS = f"""tps,kelurahan,rt_rw,alamat
001,{_VILLAGES[1]},"001/001, 001/003",Halaman SD Negeri contoh 1
002,{_VILLAGES[1]},001-009/002,Balai RW 002
001,{_VILLAGES[0]},,Halaman SD Negeri contoh 2
""".encode()
_CARDS = 25
_PLACES = (
    PointFacts(
        PointKind.OFFICE,
        "Kantor Disdukcapil",
        "Jalan Contoh Nomor 1, Senggarang",
        "Senin–Jumat 07.30–16.00",
        records=True,
        prints=True,
        closed_since=None,
        notice="",
    ),
    PointFacts(
        PointKind.DISTRICT,
        "Kecamatan Bukit Bestari",
        "Jalan Contoh Nomor 2",
        "Senin–Kamis 08.00–15.00",
        records=True,
        prints=False,
        closed_since=None,
        notice="Blangko kartu habis; surat keterangan tetap dilayani.",
    ),
    PointFacts(
        PointKind.DISTRICT,
        "Kecamatan Tanjungpinang Barat",
        "Jalan Contoh Nomor 3",
        "Senin–Kamis 08.00–15.00",
        records=False,
        prints=False,
        closed_since=date(2026, 1, 12),
        notice="Alat perekam rusak. Rekam di kantor dinas.",
    ),
    PointFacts(
        PointKind.MOBILE,
        "Mobil keliling",
        "Pulau Penyengat, dermaga",
        "Selasa dan Rabu 09.00–14.00",
        records=True,
        prints=False,
        closed_since=None,
        notice="Bawa Kartu Keluarga.",
    ),
)
