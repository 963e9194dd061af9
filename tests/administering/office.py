"""An office at work, hour by hour: issues, ends, publishes, backs up; and what a check says of its letters."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from suket_service import administering, issuing, publishing
from suket_service.administering import Backup, Published
from suket_service.core.keyring import Purpose
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome, Verdict
from suket_service.issuing import Sealing, TwoPeople
from suket_service.publishing import CHECKPOINT, TRUST_BUNDLE, Publisher
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from suket_service.verifying import Desk, check_offline
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, a_row

PEOPLE = TwoPeople("operator", "kepala")
PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)


@dataclass(frozen=True)
class Paper:
    """A letter in its holder's hand: what the registry may lose and the paper keeps."""

    number: str
    position: tuple[int, int]
    seal_text: str
    valid_until: date


@dataclass
class OfficeAtWork:
    """One office whose clock goes on an hour with every act. ``serial`` makes every person another.

    ``photo`` is what every file that a row names holds.
    """

    registry: Registry
    clock: datetime = NOON
    serial: int = 0
    papers: list[Paper] = field(default_factory=list)
    base_url: str = BASE_URL
    photo: bytes = b""

    def tick(self, hours: float = 1) -> datetime:
        self.clock += timedelta(hours=hours)
        return self.clock

    def issue(self, count: int, office: str = OFFICE.code, **facts: str) -> list[Paper]:
        at = self.tick()
        rows = [a_row(2 + each, self.serial + each + 1, **facts) for each in range(count)]
        self.serial += count
        imported = administering.import_residents(
            self.registry, office, rows, "operator", "SIAK", at.date(), at
        )
        assert all(each.imported for each in imported)
        with self.registry.reading() as tx:
            key = keys.unlock(tx, Purpose.SEAL, office, OFFICE.local_date(at), PASSPHRASE)
        outcomes = issuing.issue_rows(
            self.registry,
            office,
            rows,
            people=PEOPLE,
            sealing=Sealing(key, self.base_url),
            open_photo=lambda _name: self.photo,
            file_digest=f"{self.serial:064}",
            now=lambda: at,
        )
        papers = [self._paper(each.letter.id) for each in outcomes if each.letter is not None]
        assert len(papers) == count
        self.papers += papers
        return papers

    def _paper(self, letter: str) -> Paper:
        with self.registry.reading() as tx:
            record = letters.by_id(tx, OFFICE.code, letter)
            text = letters.seal_text(tx, letter)
        assert record.number is not None
        assert record.status_list is not None
        assert record.status_index is not None
        assert record.valid_until is not None
        return Paper(record.number, (record.status_list, record.status_index), text, record.valid_until)

    def revoke(self, paper: Paper) -> None:
        issuing.revoke(self.registry, OFFICE.code, paper.number, "operator", "Salah data", self.tick())

    def suspend(self, paper: Paper) -> None:
        issuing.suspend(self.registry, OFFICE.code, paper.number, "operator", "Diperiksa", self.tick())

    def resume(self, paper: Paper) -> None:
        issuing.resume(self.registry, OFFICE.code, paper.number, PEOPLE, "Selesai", self.tick())

    def extend(self, paper: Paper) -> date:
        """As long as a letter issued today would be valid; returns the day."""
        at = self.tick()
        record = issuing.extend(self.registry, OFFICE.code, paper.number, None, PEOPLE, "Blangko habis", at)
        assert record.valid_until is not None
        return record.valid_until

    def publish(self) -> Published:
        made = publishing.publish(self.registry, PUBLISHER, self.tick())
        bodies = {each.name: each.body for each in made}
        return Published(bodies[TRUST_BUNDLE], bodies[CHECKPOINT])

    def back_up(self, file: Path) -> Backup:
        return administering.back_up(self.registry, file, self.tick())

    def online(self, paper: Paper, at: datetime | None = None) -> Verdict:
        return Desk(self.registry, "production", HOST).check_text(paper.seal_text, at or self.clock).verdict

    def offline(self, published: Published, paper: Paper, at: datetime | None = None) -> Verdict:
        bundle = open_bundle(published.trust_bundle).bundle
        return check_offline(bundle, paper.seal_text, at or self.clock).verdict


def outcomes(verdicts: list[Verdict]) -> list[Outcome]:
    return [each.outcome for each in verdicts]
