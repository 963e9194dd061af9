"""How the system is, in words: keys, publication, backup, disk, clock. Mends nothing.

What is well is said briefly; what is not says what to do.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from suket_service import publishing
from suket_service.core.keyring import Purpose
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS
from suket_service.errors import Text
from suket_service.registry import checking, health
from suket_service.registry.health import Signing
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.web.language import moment
from suket_service.web.signed_in import SignedIn

#: Days before a key's last one by which its successor should be known outside.
KEY_DAYS = 30
#: After it a publication that should have followed a change is late; the process looks every minute.
LATE = publishing.MOST_DELAY * 3
BACKUP_DUE, BACKUP_OVERDUE = timedelta(days=1, hours=12), timedelta(days=7)
#: Clocks of two machines may differ by so much.
CLOCK_TOLERANCE = timedelta(minutes=1)
_LOW_SHARE, _LOW_BYTES, _GONE_BYTES = 0.1, 5_000_000_000, 500_000_000
_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


class Sign(StrEnum):
    """How a part is: well, soon to be seen to, or to be seen to now."""

    WELL = "well"
    SOON = "soon"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the system: which, how it is, and what to do where it is not well."""

    name: Text
    sign: Sign
    value: Text
    advice: Text | None = None
    endpoint: str | None = None  # where an administrator sees to it


def parts(tx: Transaction, me: SignedIn) -> list[Part]:
    """Everything that the registry knows of itself."""
    seal, publication = health.signing(tx, me.office.code, me.today)
    return [_key(seal, me), _key(publication, me), _published(tx, me), _backup(tx, me), _clock(tx, me)]


def machine(registry: Registry, data_dir: Path) -> list[Part]:
    """Disk and database."""
    disk, size = shutil.disk_usage(data_dir), health.size(registry)
    free = Text(
        f"{in_bytes(disk.free, ',')} kosong dari {in_bytes(disk.total, ',')}",
        f"{in_bytes(disk.free, '.')} free of {in_bytes(disk.total, '.')}",
    )
    sign = Sign.WELL
    if disk.free < _GONE_BYTES:
        sign = Sign.NOW
    elif disk.free < min(_LOW_BYTES, disk.total * _LOW_SHARE):
        sign = Sign.SOON
    return [
        Part(Text("Disk", "Disk"), sign, free, None if sign is Sign.WELL else _MAKE_ROOM),
        Part(Text("Basis data", "Database"), Sign.WELL, Text(in_bytes(size, ","), in_bytes(size, "."))),
    ]


def _key(signing: Signing, me: SignedIn) -> Part:
    name = _KEY_NAMES[signing.purpose]
    left = signing.days_left(me.today)
    waits = signing.standby is not None
    if signing.active is None:
        return Part(name, Sign.NOW, _NO_KEY, _ACTIVATE if waits else _MAKE_KEY, _KEYS)
    if left is None:
        value = Text("aktif, tanpa batas waktu", "active, without an end")
    else:
        value = Text(f"aktif, {left} hari lagi", f"active, {left} more {'day' if left == 1 else 'days'}")
    if waits:
        value = Text(f"{value.id}; penggantinya siap", f"{value.en}; its successor is ready")
    if left is None or left > KEY_DAYS:
        return Part(name, Sign.WELL, value)
    return Part(name, Sign.SOON if waits else Sign.NOW, value, _ACTIVATE if waits else _MAKE_KEY, _KEYS)


def _published(tx: Transaction, me: SignedIn) -> Part:
    name = Text("Publikasi untuk umum", "Publication for outsiders")
    found = health.published(tx, publishing.TRUST_BUNDLE)
    if found is None:
        return Part(name, Sign.NOW, Text("BELUM PERNAH", "NEVER"), _PUBLISH)
    age = me.at - found.at
    value = Text(f"{moment(found.at)}, versi {found.version}", f"{moment(found.at)}, version {found.version}")
    if age >= DEFAULT_FRESHNESS:
        return Part(name, Sign.NOW, Text(f"BASI sejak {value.id}", f"STALE since {value.en}"), _STALE)
    if age >= publishing.RENEWAL + LATE or (found.entries_since and age >= LATE):
        return Part(name, Sign.NOW, Text(f"TERLAMBAT; {value.id}", f"OVERDUE; {value.en}"), _PUBLISH)
    return Part(name, Sign.WELL, value)


def _backup(tx: Transaction, me: SignedIn) -> Part:
    name, found = Text("Cadangan", "Backup"), health.last_backup(tx)
    if found.at is None:
        since = moment(found.since)
        none = Text("belum ada", "none yet")
        value = none if found.since is None else Text(f"tidak ada sejak {since}", f"none since {since}")
        return _overdue(name, Sign.NOW, value, me)
    value, age = Text(f"dimulai {moment(found.at)}", f"begun {moment(found.at)}"), me.at - found.at
    if age < BACKUP_DUE:
        return Part(name, Sign.WELL, value)
    return _overdue(name, Sign.NOW if age >= BACKUP_OVERDUE else Sign.SOON, value, me)


def _overdue(name: Text, sign: Sign, value: Text, me: SignedIn) -> Part:
    # An alarm is for those who can act on it, or must ask why nobody does.
    if me.role in (Role.ADMIN, Role.AUDITOR):
        return Part(name, sign, value, _BACK_UP)
    return Part(name, Sign.SOON, value, _TELL)


def _clock(tx: Transaction, me: SignedIn) -> Part:
    name, newest = Text("Jam mesin", "This machine's clock"), checking.newest_entry_at(tx)
    value = Text(moment(me.at), moment(me.at))
    if newest is not None and me.at < newest - CLOCK_TOLERANCE:
        return Part(name, Sign.NOW, value, _SET_CLOCK)
    return Part(name, Sign.WELL, value)


def in_bytes(count: int, point: str) -> str:
    """A size for people, with two or three digits: ``4,2 GB``."""
    size, unit = float(count), 0
    while size >= _THOUSAND and unit < len(_UNITS) - 1:
        size, unit = size / _THOUSAND, unit + 1
    shown = f"{size:.1f}" if unit and size < 10 else f"{size:.0f}"  # noqa: PLR2004 - 9.9 and 10
    return f"{shown.replace('.', point)} {_UNITS[unit]}"


_KEYS = "administration.keys"
_KEY_NAMES = {
    Purpose.SEAL: Text("Kunci segel surat", "Letters' seal key"),
    Purpose.PUBLICATION: Text("Kunci publikasi", "Publication key"),
}
_NO_KEY = Text("TIDAK ADA YANG AKTIF", "NONE IS ACTIVE")
_MAKE_KEY = Text(
    "Buat penggantinya sekarang dan aktifkan sesudah 72 jam, agar dikenal di luar sebelum dipakai.",
    "Make its successor now and activate it after 72 hours, so that it is known outside before it signs.",
)
_ACTIVATE = Text(
    "Aktifkan penggantinya sebelum hari terakhir.", "Activate its successor before the last day."
)
_PUBLISH = Text(
    "Orang luar belum tahu perubahan terakhir. Pastikan layanan berjalan dengan SUKET_KEY_PASSPHRASE, atau jalankan `suket publish`.",
    "Outsiders do not know the latest changes. See that the service runs with SUKET_KEY_PASSPHRASE, or run `suket publish`.",
)
_STALE = Text(
    "Pemeriksaan tanpa jaringan kini menjawab “tidak dapat dipastikan”. Jalankan `suket publish`.",
    "Checks without a network now answer “cannot tell”. Run `suket publish`.",
)
_BACK_UP = Text(
    "Di mesin layanan, setiap hari: `suket backup BERKAS`; simpan berkasnya di mesin lain. Cadangan dengan alat lain tidak terlihat di sini.",
    "On the service's machine, every day: `suket backup FILE`; keep its file on another machine. Backups by other tools are not seen here.",
)
_TELL = Text("Beri tahu administrator kantor.", "Tell the office's administrator.")
_MAKE_ROOM = Text(
    "Kosongkan ruang: tanpa ruang, surat tidak dapat diterbitkan.",
    "Make room: without it no letter can be issued.",
)
_SET_CLOCK = Text(
    "Jam ini lebih lambat daripada catatan terakhir. Betulkan dahulu: surat tidak terbit dengan jam yang mundur.",
    "This clock is behind the last entry. Set it first: no letter is issued by a clock that runs backwards.",
)
