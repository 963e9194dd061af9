"""An election with its stations, and officers' phones that take part in it as the real ones do."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from suket_service import presenting
from suket_service.core.device_proof import Call, DeviceKey, shown_proof
from suket_service.presenting import Device, Reply, Sheet, SyncReport
from suket_service.registry import audit, elections, letters, polling_stations
from suket_service.registry.elections import NewElection
from suket_service.registry.polling_stations import NewStation
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork, Paper
from tests.builders import NOON, OFFICE

HERE = OFFICE.code
KOTA, DOMPAK = "2172031001", "2172041002"
#: 7.00 to 13.00 of the day after ``NOON``, in the office's time.
OPENS = datetime.fromisoformat("2026-11-23T00:00:00+00:00")


def planned(opens: datetime = OPENS, **changes: Any) -> NewElection:
    """An election of six hours, for which issuing closes on the eve."""
    usual = NewElection("Pilkada 2026", opens, opens + timedelta(hours=6), opens - timedelta(hours=16))
    return replace(usual, **changes)


STATIONS = (
    NewStation(KOTA, "001", "Balai RW 002", ("001/002",)),
    NewStation(KOTA, "002", "", ()),
    NewStation(DOMPAK, "001", "SD 7", ()),
)


def plan(registry: Registry, new: NewElection, at: datetime = NOON) -> int:
    """An election of the office, and its stations."""
    with registry.writing() as tx:
        if not polling_stations.how_many(tx, HERE):
            polling_stations.replace_all(tx, HERE, STATIONS, at)
        election = elections.add(tx, HERE, new, "kepala", at)
        audit.append(tx, at, "kepala", "election.create", f"election {election}", HERE)  # so it is published
        return election


def stations(registry: Registry) -> list[int]:
    """The stations' ids, by village and code."""
    with registry.reading() as tx:
        return [each.id for each in polling_stations.of_office(tx, HERE)]


def cancel(registry: Registry, election: int, at: datetime = NOON) -> None:
    with registry.writing() as tx:
        elections.cancel(tx, election, at)


@dataclass
class Phone:
    """A phone with its own key; ``id`` once it is enrolled."""

    name: str = "Ponsel Pak Budi"
    key: ECKey = field(default_factory=ECKey.generate_key)
    id: str = ""
    station: int = 0
    seq: int = 0
    began: datetime = OPENS

    @property
    def public(self) -> DeviceKey:
        return DeviceKey.of_jwk(self.jwk["x"], self.jwk["y"])

    @property
    def jwk(self) -> dict[str, str]:
        held = self.key.as_dict(private=False)
        return {name: str(held[name]) for name in ("kty", "crv", "x", "y")}

    def prove(self, call: Call, at: datetime, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A proof for a call; ``header`` and ``claims`` make it another one."""
        said: dict[str, Any] = {
            "htm": call.method,
            "htu": call.path,
            "iat": int(at.timestamp()),
            "jti": secrets.token_hex(16),
            "bh": urlsafe_b64encode(hashlib.sha256(call.body).digest()).rstrip(b"=").decode(),
        }
        head = {"alg": "ES256", "typ": "suket-device+jwt", "kid": self.id}
        held = {key: value for key, value in {**said, **claims}.items() if value is not None}
        return jws.serialize_compact({**head, **(header or {})}, json.dumps(held), self.key)

    def event(self, **changes: Any) -> dict[str, Any]:
        """An event as the phone makes it, of no letter in particular."""
        self.seq += 1
        made = {
            "id": secrets.token_hex(16),
            "seq": self.seq,
            "kind": "shown",
            "at": int(self.began.timestamp()) + self.seq,
            "list": 1,
            "index": 0,
            "proof": None,
            "outcome": "valid",
            "bundle_version": None,
            "undoes": None,
        }
        return {**made, **changes}

    def shows(self, paper: Paper, fingerprint: bytes, **changes: Any) -> dict[str, Any]:
        """A letter was scanned."""
        made = self.event(list=paper.position[0], index=paper.position[1], **changes)
        if "proof" not in changes:
            made["proof"] = shown_proof(fingerprint, made["id"], self.station).hex()
        return made

    def undoes(self, shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An event was a mistake."""
        place = {"list": shown["list"], "index": shown["index"]}
        return self.event(kind="undone", outcome="", undoes=shown["id"], **place, **changes)


@dataclass
class Polls:
    """An office with an election on, its stations and its phones."""

    office: OfficeAtWork
    election: int
    stations: list[int]
    at: datetime

    @property
    def registry(self) -> Registry:
        return self.office.registry

    @classmethod
    def opened(cls, registry: Registry, opens: datetime = OPENS, papers: int = 3) -> "Polls":
        """At the moment at which the polls open; letters were issued the day before."""
        office = OfficeAtWork(registry, max(NOON, opens - timedelta(hours=20)))
        if papers:
            office.issue(papers)
        election = plan(registry, planned(opens), office.clock)
        return cls(office, election, stations(registry), opens)

    @property
    def papers(self) -> list[Paper]:
        return self.office.papers

    def fingerprint(self, paper: Paper) -> bytes:
        with self.registry.reading() as tx:
            held = letters.by_number(tx, HERE, paper.number).fingerprint
        assert held is not None
        return held

    def sheets(self, *chosen: int) -> list[Sheet]:
        return presenting.make_sheets(
            self.registry, HERE, self.election, list(chosen) or None, "operator", self.at
        )

    def enrol(self, station: int, phone: Phone | None = None) -> Phone:
        """A phone that waits for its confirmation."""
        phone = phone or Phone()
        [sheet] = self.sheets(station)
        made = presenting.enrol(self.registry, sheet.code, phone.public, phone.name, self.at)
        phone.id, phone.station = made.device.id, station
        return phone

    def phone(self, station: int) -> Phone:
        """A phone whose calls count."""
        phone = self.enrol(station)
        presenting.confirm_device(self.registry, HERE, phone.id, "kepala", self.at)
        return phone

    def scan(self, phone: Phone, paper: Paper, **changes: Any) -> dict[str, Any]:
        return phone.shows(paper, self.fingerprint(paper), **changes)

    def send(
        self, phone: Phone, *events: object, after: int = 0, at: datetime | None = None, **said: Any
    ) -> Reply:
        report = replace(SyncReport(None, 0, "1.0"), **said)
        return presenting.present(self.registry, phone.id, events, after, report, at or self.at)

    def results(self, phone: Phone, *events: object) -> list[tuple[str, str | None]]:
        return [(each.result, each.code) for each in self.send(phone, *events).answers]

    def device(self, phone: Phone) -> Device:
        [found] = [
            device
            for state in presenting.stations_state(self.registry, HERE, self.election)
            for device in state.devices
            if device.id == phone.id
        ]
        return found

    def conflicts(self) -> list[frozenset[str]]:
        """The events of each conflict."""
        found = presenting.conflicts(self.registry, HERE, self.election)
        return [frozenset(shown.event for shown in each.shown) for each in found]

    def numbers(self, papers: Sequence[Paper]) -> list[str]:
        return [each.number for each in papers]
