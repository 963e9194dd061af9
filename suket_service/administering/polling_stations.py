"""Polling stations imported, and the letters that each may be shown. Renders nothing.

A file takes the place of all stations at once, and only when every row of it is right: a station that was
left out would leave its neighbourhood without one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from suket_service.administering.station_rows import COLUMNS, StationRow, read_stations, shared
from suket_service.errors import CallerError, Problem, RequestRefused, Text
from suket_service.registry import audit, listing, offices, polling_stations, staff, uploads
from suket_service.registry.listing import ListedLetter
from suket_service.registry.polling_stations import NewStation, PollingStation
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets import kept
from suket_service.sheets.read import read_table


@dataclass(frozen=True, slots=True)
class StationsPreview:
    """What a file would do. ``shared``: (village, neighbourhood) that more than one station serves."""

    upload: Upload
    rows: tuple[StationRow, ...]
    shared: tuple[tuple[str, str], ...]
    before: int  # stations that it takes the place of

    @property
    def bad(self) -> tuple[StationRow, ...]:
        """The rows that cannot be used."""
        return tuple(row for row in self.rows if row.problems)

    @property
    def stations(self) -> list[NewStation]:
        """The stations of the other rows."""
        return [row.station for row in self.rows if row.station is not None]


@dataclass(frozen=True, slots=True)
class StationList:
    """A station with the letters of the people it serves, by name."""

    station: PollingStation
    letters: tuple[ListedLetter, ...]


@dataclass(frozen=True, slots=True)
class StationCounts:
    """How many letters each station may be shown on a day, and how many no station serves, by (village, RT, RW)."""

    stations: tuple[tuple[PollingStation, int], ...]
    nowhere: dict[tuple[str, int, int], int]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to come where on a day. ``nowhere``: letters of neighbourhoods that no station serves."""

    day: date
    lists: tuple[StationList, ...]
    nowhere: tuple[ListedLetter, ...]


def upload_stations(
    registry: Registry, office_code: str, upload: str, name: str, data: bytes, by: str, at: datetime
) -> str:
    """Keep a file of stations for a look before anything of it is written; returns its id.

    Args:
        registry: where it is kept.
        office_code: whose stations.
        upload: a fresh id; the same again is the same file.
        name: what the file is called.
        data: CSV or XLSX.
        by: an operator or an approver.
        at: now.

    Raises:
        FileRefused: as ``sheets.read`` says.
        NotAllowed.
    """
    rows = read_table(data, COLUMNS)
    digest = hashlib.sha256(data).hexdigest()
    file = Upload(upload, office_code, Purpose.STATIONS, uploads.shown_name(name), digest, by, at, len(rows))
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER)
        if not uploads.exists(tx, office_code, upload):
            uploads.let_go_of_old(tx, at)
            uploads.add(tx, file, kept.pack(rows))
            audit.append(tx, at, by, "stations.upload", upload, office_code, {"rows": len(rows)})
        return upload


def preview_stations(registry: Registry, office_code: str, upload: str) -> StationsPreview:
    """What a file that was uploaded would do, row by row.

    Raises:
        NotFound: no such file here.
        CallerError: ``upload_let_go``: it lay too long, or was confirmed long ago.
    """
    with registry.reading() as tx:
        return _preview(tx, office_code, upload)


def confirm_stations(registry: Registry, office_code: str, upload: str, by: str, at: datetime) -> int:
    """Let a file's stations take the place of all the office had; returns how many there are now.

    Raises:
        NotAllowed, NotFound, CallerError: as :func:`preview_stations`.
        RequestRefused: ``bad_rows``: not every row of it is right.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER)
        held = uploads.by_id(tx, office_code, Purpose.STATIONS, upload)
        if held.confirmed_at is not None:  # the button was pressed twice
            return held.done
        preview = _preview(tx, office_code, upload)
        if preview.bad:
            raise RequestRefused([_BAD_ROWS])
        polling_stations.replace_all(tx, office_code, preview.stations, at)
        count = len(preview.stations)
        uploads.update_progress(tx, replace(held, done=count), at)
        details = {"stations": count, "before": preview.before}
        audit.append(tx, at, by, "stations.import", upload, office_code, details)
        return count


def station_counts(registry: Registry, office_code: str, day: date) -> StationCounts:
    """How the letters that count on a day fall to the stations. Names nobody."""
    with registry.reading() as tx:
        stations = polling_stations.of_office(tx, office_code)
        letters = listing.in_force_by_neighbourhood(tx, office_code, day)
    served = dict.fromkeys(letters, False)
    counts = []
    for station in stations:
        here = [place for place in letters if station.serves(*place)]
        served |= dict.fromkeys(here, True)
        counts.append((station, sum(letters[place] for place in here)))
    nowhere = {place: count for place, count in letters.items() if not served[place]}
    return StationCounts(tuple(counts), nowhere)


def station_lists(
    registry: Registry,
    office_code: str,
    station: int | None,
    village: str | None,
    day: date,
    what: str,
    by: str,
    at: datetime,
) -> Assignment:
    """The lists of one station, or of all of them, for an election day; on record each time.

    Args:
        registry: where letters are kept.
        office_code: whose stations.
        station: its id; None: all of them, and who is served by none.
        village: only this village's; None: everyone's.
        day: the election day: letters that have ended by then are left out.
        what: what is made of it, for the record.
        by: an operator or an approver.
        at: now.

    Raises:
        NotAllowed, NotFound.
        CallerError: ``no_stations``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER)
        assigned = _assign(tx, office_code, station, village, day)
        count = sum(len(each.letters) for each in assigned.lists) + len(assigned.nowhere)
        details = {"day": day.isoformat(), "stations": len(assigned.lists), "letters": count, "as": what}
        subject = f"station {station}" if station is not None else village or "all stations"
        audit.append(tx, at, by, "stations.list", subject, office_code, details)
        return assigned


def _assign(
    tx: Transaction, office_code: str, station: int | None, village: str | None, day: date
) -> Assignment:
    if station is not None:
        one = polling_stations.by_id(tx, office_code, station)
        found = listing.in_force_on(tx, office_code, day, [one.village])
        return Assignment(day, (StationList(one, _served(one, found)),), ())
    stations = [
        each
        for each in polling_stations.of_office(tx, office_code)
        if village is None or each.village == village
    ]
    if not stations:
        raise _no_stations()
    by_village: dict[str, list[ListedLetter]] = {}
    for letter in listing.in_force_on(tx, office_code, day, None if village is None else [village]):
        by_village.setdefault(letter.village, []).append(letter)
    lists = tuple(StationList(each, _served(each, by_village.get(each.village, []))) for each in stations)
    placed = {letter.id for each in lists for letter in each.letters}
    nowhere = [letter for letters in by_village.values() for letter in letters if letter.id not in placed]
    return Assignment(day, lists, tuple(nowhere))


def _served(station: PollingStation, letters: Iterable[ListedLetter]) -> tuple[ListedLetter, ...]:
    return tuple(each for each in letters if station.serves(each.village, each.rt, each.rw))


def _preview(tx: Transaction, office_code: str, upload: str) -> StationsPreview:
    held = uploads.by_id(tx, office_code, Purpose.STATIONS, upload)
    if not held.is_held:
        raise _let_go()
    villages = offices.villages_of(tx, offices.office(tx, office_code))
    rows = read_stations(kept.unpack(uploads.body(tx, upload)), villages)
    found = [row.station for row in rows if row.station is not None]
    return StationsPreview(held, rows, shared(found), polling_stations.how_many(tx, office_code))


def _let_go() -> CallerError:
    return CallerError(
        "upload_let_go",
        Text(
            "Isi berkas ini sudah tidak disimpan. Unggah lagi berkasnya.",
            "What was in this file is no longer kept. Upload it again.",
        ),
    )


def _no_stations() -> CallerError:
    return CallerError(
        "no_stations",
        Text(
            "Belum ada TPS. Impor dahulu daftar TPS.", "There are no polling stations yet. Import them first."
        ),
    )


_BAD_ROWS = Problem(
    "",
    "bad_rows",
    Text(
        "Masih ada baris yang salah, jadi belum ada yang disimpan. Perbaiki berkasnya lalu unggah lagi.",
        "Some rows are still wrong, so nothing was kept. Mend the file and upload it again.",
    ),
)
