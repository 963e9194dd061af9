"""The demo's office: people with a password that everyone may know and codes that its own page shows, and places.

A production registry refuses such accounts (``staff.may_act``); none of this works on one.
"""

from dataclasses import dataclass
from datetime import date, datetime

import suket_service.core.credentials as core
from suket_service.administering.offices import set_cards_in_stock
from suket_service.administering.service_points import add_service_point
from suket_service.core.letter import Office
from suket_service.core.verifier import DEMO
from suket_service.registry import audit, credentials, offices, staff
from suket_service.registry.service_points import PointFacts, PointKind
from suket_service.registry.session import Registry
from suket_service.registry.staff import StaffMember

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
