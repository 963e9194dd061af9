"""The report of letters shown twice: made by a person, signed by the publication key, kept as it was made.

It names letters by number and stations by code, and nobody: no name, no NIK, no name of a phone. Anyone who
holds ``jwks.json`` can tell that it is this registry's and whether the table is the one that was signed.
Prints nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from suket_service.core.keyring import Purpose
from suket_service.core.letter import Office
from suket_service.errors import CallerError, Text
from suket_service.presenting.conflicts import Conflict, conflicts, unproven
from suket_service.presenting.sheets import StationState, stations_state
from suket_service.registry import audit, elections, keys, offices, presentation_reports, staff
from suket_service.registry.elections import Election
from suket_service.registry.ids import is_id
from suket_service.registry.polling_stations import PollingStation
from suket_service.registry.presentation_reports import PresentationReport
from suket_service.registry.presentations import Shown, Unproven
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.sheets.write import write_csv

REPORT_TYP = "suket-presentation-report+jws"
#: Members of a report's contents: what was signed, and the table that its digest is of.
SIGNED, TABLE = "signed", "table"
_HEADERS = (
    *("kasus", "jenis", "nomor_surat", "tps", "kode_kelurahan", "kelurahan"),
    *("ditunjukkan_menurut_ponsel", "diterima_kantor", "hasil_di_tps", "daftar", "indeks", "peristiwa"),
)
#: What a line of the table is about.
SAME_LETTER, SAME_PERSON, NOT_ON_RECORD = "surat sama", "orang sama", "bukan surat yang tercatat"


def make_report(
    registry: Registry,
    office_code: str,
    election: int,
    report: str,
    passphrase: str | None,
    by: str,
    at: datetime,
) -> PresentationReport:
    """Make, sign and keep a report of how things stand; the same id ``report`` again is the same report.

    Raises:
        NotAllowed, NotFound.
        CallerError: ``bad_report_id``: the id is none.
        KeyTrouble: this process may not sign, or there is no publication key.
    """
    if not is_id(report):
        raise CallerError("bad_report_id", Text("Muat ulang halaman ini.", "Load this page again."))
    found, others = conflicts(registry, office_code, election), unproven(registry, office_code, election)
    states = stations_state(registry, office_code, election)
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER)
        held = elections.by_id(tx, office_code, election)
        known = presentation_reports.find(tx, election, report)
        if known is not None:  # the button was pressed twice
            return known
        office = offices.office(tx, office_code)
        table = write_csv(_HEADERS, _lines(found, others, office)).decode()
        signed = {
            **_origin(tx, report, at),
            **_told(office, held, states, found, others),
            "csv_sha256": hashlib.sha256(table.encode()).hexdigest(),
        }
        key = keys.unlock(tx, Purpose.PUBLICATION, None, at.date(), passphrase)
        token = key.publish(
            REPORT_TYP, json.dumps(signed, separators=(",", ":"), ensure_ascii=False).encode()
        )
        made = PresentationReport(report, election, {SIGNED: signed, TABLE: table}, token, by, at)
        presentation_reports.add(tx, made)
        details = {"election": election, "conflicts": len(found), "unproven": len(others)}
        audit.append(tx, at, by, "presentations.report", report, office_code, details)
        return made


def table_of(report: PresentationReport) -> bytes:
    """The table of a report, byte for byte as it was signed."""
    table: str = report.contents[TABLE]
    return table.encode()


def _origin(tx: Transaction, report: str, at: datetime) -> dict[str, Any]:
    identity = offices.identity(tx)
    return {
        "registry": identity.registry_id if identity else None,
        "environment": identity.environment if identity else None,
        "report": report,
        "made_at": _epoch(at),
    }


def _told(
    office: Office,
    election: Election,
    states: Sequence[StationState],
    found: Sequence[Conflict],
    others: Sequence[Unproven],
) -> dict[str, Any]:
    active = [[each for each in state.devices if each.state == "active"] for state in states]
    phones = [each for state in active for each in state]
    return {
        "office": {"code": office.code, "name": office.name},
        "election": {
            "id": election.id,
            "name": election.name,
            "opens_at": _epoch(election.opens_at),
            "closes_at": _epoch(election.closes_at),
        },
        "counts": {
            "stations": len(states),
            "stations_heard_of": sum(any(each.synced_at for each in state) for state in active),
            "devices": len(phones),
            "devices_with_unsent": sum(bool(each.unsent) for each in phones),
            "letters_shown": sum(state.shown for state in states),
            "same_letter": sum(not each.same_person for each in found),
            "same_person": sum(each.same_person for each in found),
            "not_on_record": len(others),
        },
        "conflicts": [
            {"same_person": each.same_person, "shown": [_place(one) for one in each.shown]} for each in found
        ],
        "not_on_record": [{**_place(each), "undone": each.undone} for each in others],
    }


def _place(shown: Shown | Unproven) -> dict[str, Any]:
    return {
        "number": shown.number,
        "list": shown.status_list,
        "index": shown.status_index,
        "station": _station(shown.station),
        "at": _epoch(shown.at),
        "received_at": _epoch(shown.received_at),
        "outcome": shown.outcome,
        "event": shown.event,
    }


def _station(station: PollingStation) -> dict[str, Any]:
    return {
        "id": station.id,
        "code": station.code,
        "village": station.village,
        "village_name": station.village_name,
    }


def _lines(found: Iterable[Conflict], others: Iterable[Unproven], office: Office) -> Iterable[list[Any]]:
    for number, each in enumerate(found, start=1):
        for shown in each.shown:
            yield _line(number, SAME_PERSON if each.same_person else SAME_LETTER, shown, office)
    for shown_too in others:
        yield _line(None, NOT_ON_RECORD, shown_too, office)


def _line(case: int | None, kind: str, shown: Shown | Unproven, office: Office) -> list[Any]:
    station = shown.station
    return [
        *(case, kind, shown.number, station.code, station.village, station.village_name),
        *(_moment(shown.at, office), _moment(shown.received_at, office), shown.outcome),
        *(shown.status_list, shown.status_index, shown.event),
    ]


def local(at: datetime, office: Office) -> datetime:
    """An instant in an office's own time; at the calendar's very ends, where a phone's clock may stand, as it is."""
    try:
        return at.astimezone(timezone(office.utc_offset))
    except OverflowError:
        return at


def _moment(at: datetime, office: Office) -> str:
    return local(at, office).isoformat(timespec="seconds")


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
