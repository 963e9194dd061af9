"""The start-up check: what would stop this machine from issuing, said before it does. Changes nothing."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from suket_service import administering
from suket_service.cli.session import Session, now
from suket_service.core.keyring import Purpose
from suket_service.errors import KeyTrouble, SuketError, Text
from suket_service.registry import closed_files, keys, offices, server, staff
from suket_service.registry.staff import Role
from suket_service.settings import HOME

INSTALL_LINE = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libzbar0"
#: What the scanner's build writes last.
SCANNER = HOME / "suket_service" / "web" / "static" / "build" / "scan" / "asset-manifest.json"
#: Free space below which an office should make room: 256 MiB, about 20,000 letters.
LEAST_FREE_BYTES = 256 * 1024 * 1024


def problems(session: Session) -> list[Text]:
    """One sentence a problem; none when all is ready."""
    found = [*_paper_problems(), *_scanner_problems()]
    try:
        settings = session.settings
    except SuketError as error:
        return [*found, error.text]
    except OSError as error:
        return [*found, _closed(error)]
    found += _file_problems(settings.data_dir, settings.database_url)
    try:
        found += _registry_problems(session)
        found += _people_problems(session)
    except SuketError as error:
        found.append(error.text)
    return found


def _closed(error: OSError) -> Text:
    return Text(
        f"Direktori data tidak dapat dibuka ({error.strerror}). Jalankan sebagai pemiliknya.",
        f"The data directory cannot be opened ({error.strerror}). Run as its owner.",
    )


def _paper_problems() -> Iterator[Text]:
    # In a process of its own: where Pango is missing, importing the printer is what fails.
    try_it = subprocess.run(
        [sys.executable, "-m", "suket_service.paper.preflight"], capture_output=True, text=True, check=False
    )
    if try_it.returncode != 0:
        last = (try_it.stderr.strip().splitlines() or ["?"])[-1][:160]
        yield Text(
            f"Surat tidak dapat dicetak di mesin ini ({last}). Jalankan: {INSTALL_LINE}",
            f"Letters cannot be printed on this machine ({last}). Run: {INSTALL_LINE}",
        )


def _scanner_problems() -> Iterator[Text]:
    if not SCANNER.is_file():
        yield Text(
            "Pemindai untuk TPS (/scan/) belum dibangun; surat tidak terpengaruh. Jalankan: script/scanner",
            "The scanner for polling stations (/scan/) is not built; letters are not affected. Run: script/scanner",
        )


def _file_problems(data_dir: Path, database_url: str) -> Iterator[Text]:
    if sqlite3.sqlite_version_info < (3, 35):
        yield Text(
            f"SQLite {sqlite3.sqlite_version} terlalu lama; perlu 3.35 atau lebih baru.",
            f"SQLite {sqlite3.sqlite_version} is too old; 3.35 or newer is needed.",
        )
    if not data_dir.is_dir():
        yield Text(
            f"Direktori data {data_dir} belum ada. Jalankan `suket init`.",
            f"The data directory {data_dir} is not there. Run `suket init`.",
        )
        return
    if not os.access(data_dir, os.W_OK):
        yield Text(
            f"Direktori data {data_dir} tidak dapat ditulisi.",
            f"The data directory {data_dir} is not writable.",
        )
    yield from closed_files.problems(data_dir, database_url)
    disk = os.statvfs(data_dir)
    if disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES:
        yield Text("Ruang disk hampir habis (di bawah 256 MiB).", "The disk is nearly full (under 256 MiB).")


def _registry_problems(session: Session) -> Iterator[Text]:
    settings = session.settings
    with session.registry.reading() as tx:
        yield from server.problems(tx)
        identity = offices.identity(tx)
        if identity is None:
            yield Text("Registri kosong. Jalankan `suket init`.", "The registry is empty. Run `suket init`.")
            return
        if identity.environment != settings.environment or (
            not settings.is_demo and staff.has_demo_staff(tx)
        ):
            yield Text(
                f"Registri ini milik lingkungan {identity.environment}, bukan {settings.environment}.",
                f"This registry belongs to the {identity.environment} environment, not {settings.environment}.",
            )
        if settings.key_passphrase is None:
            yield Text(
                "SUKET_KEY_PASSPHRASE tidak diisi: proses ini hanya dapat memeriksa surat.",
                "SUKET_KEY_PASSPHRASE is not set: this process can only check letters.",
            )
            return
        today = now().date()
        wanted: list[tuple[Purpose, str | None]] = [(Purpose.PUBLICATION, None)]
        wanted += [(Purpose.SEAL, office.code) for office in offices.offices(tx)]
        for purpose, office_code in wanted:
            try:
                day = offices.office(tx, office_code).local_date(now()) if office_code else today
                keys.unlock(tx, purpose, office_code, day, settings.key_passphrase)
            except KeyTrouble as error:
                yield Text(
                    f"Kunci {purpose} {office_code or ''}: {error.text.id}",
                    f"Key {purpose} {office_code or ''}: {error.text.en}",
                )


def _people_problems(session: Session) -> Iterator[Text]:
    settings = session.settings
    if settings.is_demo or settings.role == "public":
        return
    if settings.secret_key is None:
        yield Text(
            "SUKET_SECRET_KEY tidak diisi: penyetuju tidak dapat membuktikan dirinya.",
            "SUKET_SECRET_KEY is not set: approvers cannot prove themselves.",
        )
    with session.registry.reading() as tx:
        codes = [office.code for office in offices.offices(tx)]
    for code in codes:
        approvers = [
            each
            for each in administering.list_staff(session.registry, code)
            if each.member.role is Role.APPROVER and each.member.active
        ]
        if not any(each.can_prove for each in approvers):
            yield Text(
                f"Kantor {code}: belum ada penyetuju yang dapat membuktikan dirinya. "
                "Jalankan `suket users password` dan `suket users totp`.",
                f"Office {code}: no approver can prove themselves yet. "
                "Run `suket users password` and `suket users totp`.",
            )
