"""An election day to scan on: an office with letters of every fate, served, and seals that it never made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from suket_service import administering, issuing, publishing
from suket_service.core.keyring import Purpose
from suket_service.core.kind import IssuingWindow
from suket_service.core.seal import Seal, pack, parse, read_digits, read_text
from suket_service.core.signing import SigningKey
from suket_service.publishing import Publisher
from suket_service.registry import elections, keys, offices, polling_stations
from suket_service.registry.elections import NewElection
from suket_service.registry.polling_stations import NewStation
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.administering.office import OfficeAtWork, Paper
from tests.browser.serving import ROOT, served, suket
from tests.builders import NEW_OFFICE, OFFICE, PASSPHRASE, a_scope, text_of
from tests.serving import free_port

#: Villages: where the letters' people live, and another.
HERE, ELSEWHERE = "2172031001", "2172041002"
FOREIGN = "suket-resmi.example"


@dataclass
class Polls:
    """What is served, what lies on the table, and the key to make what nobody issued."""

    url: str
    port: int
    env: dict[str, str]
    office: OfficeAtWork
    election: int
    papers: dict[str, Paper]  # by fate
    _key: SigningKey

    @property
    def registry(self) -> Registry:
        """Where it all stands."""
        return self.office.registry

    def text(self, fate: str) -> str:
        """The symbol's text of a letter, real or made up; by what is wrong with it."""
        if fate in self.papers:
            return self.papers[fate].seal_text
        return self._made_up()[fate]

    def _made_up(self) -> dict[str, str]:
        valid = _seal(self.papers["valid"])
        today = OFFICE.local_date(datetime.now(UTC))
        altered = replace(valid, body=valid.body.replace(b"SUHARTINI", b"SUHARTONO"))
        stranger = SigningKey.generate(Purpose.SEAL, a_scope(environment="demo"))
        return {
            "forged": text_of(altered, self.url),
            "unknown_issuer": self._sealed(stranger),
            "mismatch": self._sealed(name="BUKAN SUHARTINI"),
            "unregistered": self._sealed(status_index=900_000, issued_on=today - timedelta(days=3)),
            "newer_than_list": self._sealed(status_index=900_001, issued_on=today),
            "not_yet_valid": self._sealed(issued_on=today + timedelta(days=2)),
            "unreadable": f"{self.url}/s#{int.from_bytes(bytes([2]) + valid.body[1:] + valid.signature, 'big')}",
            "foreign_host": text_of(valid, f"https://{FOREIGN}"),
        }

    def _sealed(self, key: SigningKey | None = None, **changes: Any) -> str:
        signer = key or self._key
        facts = replace(_seal(self.papers["valid"]).facts, **changes)
        return text_of(parse(signer.seal(pack(facts, signer.key.key_id))), self.url)

    def publish(self) -> None:
        """Publish what changed, now."""
        publishing.publish(
            self.registry, Publisher(PASSPHRASE, self.url, f"localhost:{self.port}"), datetime.now(UTC)
        )

    @contextmanager
    def served(self) -> Iterator[None]:
        """The service, for as long as the block lasts."""
        with served(self.env, self.port):
            yield


@contextmanager
def an_election_day(folder: Path) -> Iterator[Polls]:
    """An office with a letter of each fate and an election going on; nothing serves it yet."""
    port = free_port()
    url = f"http://localhost:{port}"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUKET_")},
        "SUKET_ENVIRONMENT": "demo",
        "SUKET_DATA_DIR": str(folder),
        "SUKET_BASE_URL": url,
        "SUKET_SECRET_KEY": "a secret of the tests alone, long enough",
        "SUKET_KEY_PASSPHRASE": PASSPHRASE,
    }
    folder.mkdir(mode=0o700)
    settings = Settings.from_env(env)
    registry = Registry(settings.database_url)
    now = datetime.now(UTC)
    start = now - timedelta(days=220)  # a letter of that day, of six months, has expired
    administering.initialise(registry, "demo", PASSPHRASE, start, NEW_OFFICE)
    photo = (ROOT / "examples" / "portraits" / "9001.png").read_bytes()
    office = OfficeAtWork(registry, start, base_url=url, photo=photo)
    papers = _papers(office, now)
    election = _election(registry, now)
    with registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, OFFICE.local_date(now), PASSPHRASE)
    polls = Polls(url, port, env, office, election, papers, key)
    polls.publish()
    yield polls
    registry.close()


def _papers(office: OfficeAtWork, now: datetime) -> dict[str, Paper]:
    registry = office.registry
    [key_revoked] = office.issue(1)
    old = next(each for each in administering.list_keys(registry) if each.purpose is Purpose.SEAL)
    administering.new_key(registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, office.tick())
    administering.retire_key(registry, old.kid, office.tick())
    office.tick(24)
    [expired] = office.issue(1)
    office.clock = now - timedelta(days=60)
    [outside_window] = office.issue(1)
    office.extend(key_revoked)  # it would have expired like the other
    office.clock = now - timedelta(days=5)  # well before it is extended: to a later day, whatever the hour
    [extended] = office.issue(1, foto="foto.png")
    office.clock = now - timedelta(days=1)
    window = IssuingWindow(OFFICE.code, 1, _day(now) - timedelta(days=30), None)
    with registry.writing() as tx:
        offices.add_window(tx, window)
    names = ("valid", "revoked", "superseded", "suspended", "second", "third")
    papers = dict(zip(names, office.issue(len(names), foto="foto.png"), strict=True))
    papers |= {"expired": expired, "key_revoked": key_revoked, "extended": extended}
    papers["issued_outside_window"] = outside_window
    [papers["other_village"]] = office.issue(1, kode_wilayah=ELSEWHERE)
    [papers["other_neighbourhood"]] = office.issue(1, rt="009", rw="009")
    office.revoke(papers["revoked"])
    office.suspend(papers["suspended"])
    office.extend(papers["extended"])
    issuing.supersede(
        registry, OFFICE.code, papers["superseded"].number, "operator", "KTP-el terbit", office.tick()
    )
    administering.revoke_key(registry, old.kid, "hilang", office.tick())
    return papers


def _election(registry: Registry, now: datetime) -> int:
    planned = NewElection(
        name="Pemilihan Wali Kota",
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=8),
        issuing_closes_at=now - timedelta(hours=2),
    )
    stations = [
        NewStation(HERE, "001", "Balai Kelurahan", ("001/002",)),
        NewStation(HERE, "002", "SDN 002", ("001/002",)),
        NewStation(ELSEWHERE, "001", "Lapangan", ()),
    ]
    with registry.writing() as tx:
        polling_stations.replace_all(tx, OFFICE.code, stations, now)
        return elections.add(tx, OFFICE.code, planned, "kepala", now)


def _seal(paper: Paper) -> Seal:
    return parse(read_digits(read_text(paper.seal_text, allow_http=True).digits))


def _day(at: datetime) -> date:
    return OFFICE.local_date(at)


def print_letter(polls: Polls, fate: str, out: Path) -> None:
    """A letter on paper, as the office prints it."""
    suket(polls.env, "print", polls.papers[fate].number, "--out", str(out))
