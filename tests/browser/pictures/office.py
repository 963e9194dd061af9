"""A demo office after weeks of work: letters of every day and every fate, drafts, files, lists, reports.

Made by the same use cases as the pages use; nothing is written into the database past them.
"""

import csv
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice
from pathlib import Path

from suket_service import administering, issuing, printing, publishing
from suket_service.administering import ListOrder
from suket_service.cli.office_file import read_office
from suket_service.core.keyring import Purpose
from suket_service.core.letter import Action, CardHandOver, LetterState, Receiver
from suket_service.issuing import Collector, GivenFile, RowOutcome, Sealing, TwoPeople
from suket_service.publishing import Publisher
from suket_service.registry import keys, letters, offices, service_points
from suket_service.registry.letters import LetterRecord
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry
from suket_service.settings import DEMO, HOME, Settings, prepare_demo
from suket_service.sheets.read import Row
from tests.browser.pictures import people, polls, programs

OFFICE = "2172"
WIB = timezone(timedelta(hours=7))
EXAMPLES = HOME / "examples"
PEOPLE = TwoPeople("operator", "kepala")
#: Days of work behind the pictures.
DAYS = 40
_MINUTE = timedelta(minutes=1)


@dataclass
class Made:
    """The office that was made: its settings, and what of it addresses name."""

    settings: Settings
    places: dict[str, str]


class _Office:
    """The office while it is being made."""

    def __init__(self, settings: Settings, registry: Registry, now: datetime) -> None:
        self.settings, self.registry, self.now = settings, registry, now
        self.passphrase = settings.key_passphrase
        self._files = 0

    def issue(
        self, rows: Sequence[Mapping[str, str]], at: datetime, people: TwoPeople = PEOPLE
    ) -> list[RowOutcome]:
        """Issue, or with one person draft, those requests as a file of their own."""
        self._files += 1
        with self.registry.reading() as tx:
            day = offices.office(tx, OFFICE).local_date(at)
            key = keys.unlock(tx, Purpose.SEAL, OFFICE, day, self.passphrase)
        return list(
            issuing.issue_rows(
                self.registry,
                OFFICE,
                [Row(number, dict(row)) for number, row in enumerate(rows, 2)],
                people=people,
                sealing=Sealing(key, self.settings.base_url),
                open_photo=lambda name: (EXAMPLES / name).read_bytes(),
                file_digest=f"{self._files:064x}",
                now=lambda: at,
                allow_overrides=True,
            )
        )

    def register(self, rows: Iterable[Mapping[str, str]], at: datetime) -> None:
        """Import people into the register."""
        listed = [Row(number, dict(row)) for number, row in enumerate(rows, 2)]
        day = at.astimezone(WIB).date()
        outcomes = administering.import_residents(self.registry, OFFICE, listed, "operator", "SIAK", day, at)
        refused = [each.problems for each in outcomes if not each.imported]
        assert not refused, refused[:3]

    def of_state(self, state: LetterState) -> list[LetterRecord]:
        with self.registry.reading() as tx:
            return letters.search(tx, OFFICE, [state])


def make(data_dir: Path, base_url: str, now: datetime) -> Made:
    """An office in an empty folder."""
    prepare_demo(data_dir, base_url)
    settings = Settings.from_env({"SUKET_DATA_DIR": str(data_dir), "SUKET_BASE_URL": base_url})
    with closing(Registry(settings.database_url)) as registry:
        office = _Office(settings, registry, now)
        _found(office)
        _weeks_of_work(office)
        _today(office)
        _fates(office)
        places = {**_files(office), **_reports(office), **_administration(office)}
        places |= polls.hold(registry, OFFICE, office.of_state(LetterState.ISSUED), settings, now)
        _keep(office)
        places |= _letters(office)
    return Made(settings, places)


def _rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _found(office: _Office) -> None:
    begun = office.now - timedelta(days=DAYS + 35)
    new = read_office(EXAMPLES / "kantor-2172.toml", EXAMPLES / "wilayah-2172.csv", demo=True)
    assert office.passphrase
    administering.initialise(office.registry, DEMO, office.passphrase, begun, new)
    assert office.settings.secret_key
    administering.equip_demo(office.registry, office.settings.secret_key, begun)


def _weeks_of_work(office: _Office) -> None:
    begun = office.now - timedelta(days=DAYS + 34)
    with office.registry.reading() as tx:
        villages = sorted(offices.villages_of(tx, offices.office(tx, OFFICE)))
    asked = list(people.requests(700, villages))
    unlisted = [{**row, "status_perekaman": "UNREGISTERED"} for row in asked[:4]]
    office.register([*unlisted, *asked[4:]], begun)
    waiting = iter(asked[4:])
    today = office.now.astimezone(WIB).date()
    passing = next(back for back in (9, 10, 11) if (today - timedelta(days=back)).weekday() < 5)
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        for clock, count in _portions(day, back):
            office.issue(list(islice(waiting, count)), _at(day, clock))
        if back == passing:
            passed = [
                {**row, "pengecualian": "Sudah merekam di kecamatan; data belum terkirim"} for row in unlisted
            ]
            office.issue(passed, _at(day, "14:40"))


def _portions(day: date, back: int) -> Iterable[tuple[str, int]]:
    """When on that day how many letters were issued: more at the beginning of a week, one rush, one late evening."""
    if day.weekday() >= 5:
        return [("19:40", 6)] if back in (8, 9) else []
    busy = 6 - day.weekday()
    portions = [("08:20", busy), ("10:05", 3 + back % 4), ("13:30", 2 + back % 3)]
    return [*portions, ("14:10", 45)] if back in (12, 13, 14) and day.weekday() == 1 else portions


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), WIB).astimezone(UTC)


def _today(office: _Office) -> None:
    examples = _rows("permohonan.csv")
    office.register(_rows("penduduk.csv"), office.now - 60 * _MINUTE)
    office.issue(examples, office.now - 50 * _MINUTE)
    office.register(_rows("penduduk-loket.csv"), office.now - 40 * _MINUTE)
    office.issue(_rows("permohonan-menunggu.csv"), office.now - 35 * _MINUTE, TwoPeople("operator", None))


def _fates(office: _Office) -> None:
    registry, at = office.registry, office.now - 20 * _MINUTE
    issued = office.of_state(LetterState.ISSUED)
    number = [str(record.number) for record in issued]
    for record in issued[:12]:
        collector = Collector(Receiver.HOLDER)
        issuing.hand_over(registry, OFFICE, record.id, collector, "operator", at)
    proxy = Collector(Receiver.PROXY, "RAMLI EFENDI", "anak kandung")
    issuing.hand_over(registry, OFFICE, issued[-30].id, proxy, "operator", at)
    issuing.revoke(registry, OFFICE, number[-29], "operator", "Nama salah tulis", at)
    issuing.revoke(registry, OFFICE, number[3], "kepala", "Pemegang pindah kota", at)
    issuing.suspend(registry, OFFICE, number[-28], "operator", "Data sedang diperiksa", at)
    card = CardHandOver(Receiver.HOLDER, old_letter_returned=True)
    issuing.supersede(registry, OFFICE, number[-27], "operator", "KTP-el diserahkan", at, card)
    issuing.extend(registry, OFFICE, number[30], None, PEOPLE, "Blangko belum tersedia", at)
    issuing.propose(registry, OFFICE, Action.EXTEND, [issued[5].id], "Blangko belum tersedia", "operator", at)
    together = [record.id for record in issued[20:26]]
    issuing.propose(
        registry, OFFICE, Action.REVOKE, together, "Terbit dua kali karena gangguan", "operator", at
    )
    drafts = office.of_state(LetterState.DRAFT)
    issuing.send_back(
        registry, OFFICE, drafts[0].id, drafts[0].revision, "kepala", "Alamat belum sesuai KK", at
    )


def _files(office: _Office) -> dict[str, str]:
    registry, at = office.registry, office.now - 10 * _MINUTE
    bad = GivenFile("permohonan-salah.csv", (EXAMPLES / "permohonan-salah.csv").read_bytes())
    batch = issuing.keep_upload(registry, OFFICE, "operator", bad, [], at)
    origin = Import(OFFICE, "SIAK", at.astimezone(WIB).date(), "operator", at)
    moved = (EXAMPLES / "penduduk-loket.csv").read_bytes().replace(b"PROCESSING", b"PRINT_READY_RECORD")
    incoming = administering.keep_list(registry, "penduduk-loket.csv", moved, origin)
    run = secrets.token_hex(16)
    wanted = printing.Wanted(printing.Choice(printing.By.ALL))
    printing.start(registry, OFFICE, run, wanted, "operator", at)
    return {"batch": batch, "incoming": incoming, "run": run}


def _reports(office: _Office) -> dict[str, str]:
    registry, at = office.registry, office.now - 8 * _MINUTE
    today = at.astimezone(WIB).date()
    for back in (3, 2, 1):
        day = today - timedelta(days=back)
        administering.close_day(registry, OFFICE, day, office.passphrase, "kepala", at)
    listed = administering.disclose_list(
        registry,
        OFFICE,
        ListOrder(secrets.token_hex(16), "KPU Kota Tanjungpinang", frozenset()),
        "kepala",
        at,
    )
    villages = sorted({row["kode_wilayah"] for row in _rows("penduduk.csv")})
    lines = [
        f"{serial:03d},{village},,Halaman SD Negeri {serial}"
        for serial, village in enumerate(villages[:10], 1)
    ]
    stations = "\n".join(["tps,kelurahan,rt_rw,alamat", *lines, "012,9999999999,,Balai warga"]).encode()
    preview = administering.upload_stations(
        registry, OFFICE, secrets.token_hex(16), "tps.csv", stations, "operator", at
    )
    good = "\n".join(["tps,kelurahan,rt_rw,alamat", *lines]).encode()
    imported = administering.upload_stations(
        registry, OFFICE, secrets.token_hex(16), "tps.csv", good, "operator", at
    )
    administering.confirm_stations(registry, OFFICE, imported, "operator", at)
    return {"day": (today - timedelta(days=1)).isoformat(), "list": listed.id, "stations": preview}


def _administration(office: _Office) -> dict[str, str]:
    registry, at = office.registry, office.now - 6 * _MINUTE
    point = 0
    for facts in _POINTS:
        point = administering.add_service_point(registry, OFFICE, facts, "admin", at)
    patient = next(row for row in _rows("penduduk-loket.csv") if row["nik"].endswith("9115"))
    asked = programs.connect(registry, OFFICE, {**patient, "alasan": "Blangko KTP-el habis"}, at)
    administering.new_key(registry, Purpose.SEAL, OFFICE, office.passphrase, at)
    administering.set_cards_in_stock(registry, OFFICE, 120, "admin", at)
    with registry.reading() as tx:
        kid = next(key.kid for key in keys.ring(tx) if key.purpose is Purpose.SEAL)
    return {"point": str(point), "kid": kid, "asked": asked}


def _keep(office: _Office) -> None:
    publishing.publish(
        office.registry,
        Publisher(office.passphrase, office.settings.base_url, office.settings.host),
        office.now - 2 * _MINUTE,
    )
    backup = office.settings.data_dir / "cadangan.sqlite3"
    administering.back_up(office.registry, backup, office.now - 2 * _MINUTE)


def _letters(office: _Office) -> dict[str, str]:
    issued, drafts = office.of_state(LetterState.ISSUED), office.of_state(LetterState.DRAFT)
    [suspended] = office.of_state(LetterState.SUSPENDED)
    with office.registry.reading() as tx:
        rows = tx.exec_driver_sql("SELECT id FROM proposal WHERE action = 'extend'")
        proposal = rows.scalar_one()
        found = tx.exec_driver_sql("SELECT max(id) FROM resident WHERE nik LIKE '%9109'")
        resident = found.scalar_one()
    returned = next(record for record in drafts if record.returned_note is not None)
    waiting = next(record for record in drafts if record.returned_at is None)
    return {
        "letter": issued[-1].id,
        "older": issued[60].id,
        "suspended": suspended.id,
        "draft": waiting.id,
        "returned": returned.id,
        "proposal": proposal,
        "resident": str(resident),
    }


_POINTS = (
    service_points.PointFacts(
        *(
            service_points.PointKind("dinas"),
            "Kantor Disdukcapil",
            "Jalan Contoh Nomor 1",
            "Senin–Jumat 07.30–16.00",
        ),
        *(True, True, None, ""),
    ),
    service_points.PointFacts(
        *(
            service_points.PointKind("kecamatan"),
            "Kecamatan Bukit Bestari",
            "Jalan Contoh 21",
            "Senin–Kamis 08.00–15.00",
        ),
        *(True, False, None, "Blangko KTP-el habis; surat keterangan dilayani."),
    ),
    service_points.PointFacts(
        *(
            service_points.PointKind("keliling"),
            "Jemput bola Penyengat",
            "Pelabuhan Penyengat",
            "Rabu 09.00–12.00",
        ),
        *(False, False, date(2026, 11, 18), "Alat rekam rusak."),
    ),
)
