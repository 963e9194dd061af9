"""A demo office in a temporary data directory, made and filled by the product's own use cases."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path

from benchmarks.measure import WrongAnswer
from suket_service import administering, issuing, publishing
from suket_service.core.keyring import Purpose
from suket_service.core.letter import Letter
from suket_service.issuing import RowStatus, Sealing, TwoPeople
from suket_service.publishing import Publisher
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from suket_service.settings import HOME, Settings, prepare_demo
from suket_service.sheets.read import Row
from tests.builders import NEW_OFFICE, OFFICE, a_row

CODE = OFFICE.code
PEOPLE = TwoPeople("operator", "kepala")


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class DemoOffice:
    """One registry with one office."""

    settings: Settings
    registry: Registry
    sealing: Sealing
    serials: Iterator[int]

    def registered(self, number: int, *, photos: bool = False) -> list[Row]:
        """Requests of that many new people, who are put into the register first."""
        rows: list[Row] = []
        for _ in range(number):
            serial = next(self.serials)
            names = portrait_names()
            photo = names[serial % len(names)] if photos else ""
            # A NIK has room for 9,999 people of one birth date and place.
            years, person = divmod(serial, 9_999)
            born = date(1995 - years, 8, 17)
            rows.append(
                a_row(
                    len(rows) + 2,
                    nik=f"217203{born:%d%m%y}{person + 1:04d}",
                    tanggal_lahir=born.isoformat(),
                    nama=f"SUHARTINI {_letters(serial)}",
                    foto=photo,
                )
            )
        taken = administering.import_residents(
            self.registry, CODE, rows, "operator", "benchmark", now().date(), now()
        )
        if not all(outcome.imported for outcome in taken):
            raise WrongAnswer("a resident was not imported")
        return rows

    def issue(self, rows: Sequence[Row], digest: str) -> list[str]:
        """Issue a letter a row as one file; their numbers."""
        outcomes = list(
            issuing.issue_rows(
                self.registry,
                CODE,
                rows,
                people=PEOPLE,
                sealing=self.sealing,
                open_photo=photo_of,
                file_digest=digest,
                now=now,
            )
        )
        if any(outcome.status is not RowStatus.ISSUED for outcome in outcomes):
            raise WrongAnswer("a letter was not issued")
        return [outcome.letter.number or "" for outcome in outcomes if outcome.letter is not None]

    def letters(self, numbers: Sequence[str]) -> list[Letter]:
        """Everything that the paper of these letters shows."""
        with self.registry.reading() as tx:
            return [letters.as_printed(tx, letters.by_number(tx, CODE, each)) for each in numbers]

    def seal_texts(self, number: int) -> list[str]:
        """What the symbols of that many new letters hold."""
        issued = self.issue(self.registered(number), f"{next(self.serials):064d}")
        return [letter.seal_text for letter in self.letters(issued)]

    def bundle(self) -> bytes:
        """The trust bundle, signed now."""
        publisher = Publisher(self.settings.key_passphrase, self.settings.base_url, self.settings.host)
        publishing.publish(self.registry, publisher, now())
        stored = publishing.stored(self.registry, publishing.TRUST_BUNDLE)
        if stored is None:
            raise WrongAnswer("no trust bundle was published")
        return stored.body

    def environment(self) -> dict[str, str]:
        """The environment of a process that works on this office."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
        return {
            **bare,
            "SUKET_DATA_DIR": str(self.settings.data_dir),
            "SUKET_BASE_URL": self.settings.base_url,
            "SUKET_DATABASE_URL": self.settings.database_url,
        }


@contextmanager
def demo_office(port: int = 8000, database_url: str | None = None) -> Iterator[DemoOffice]:
    """A new office, removed at the end. ``port``: of the address that its symbols name.

    ``database_url``: an empty database of a server; else a file of the folder that goes with the office.
    """
    with tempfile.TemporaryDirectory(prefix="suket-bench-") as folder:
        prepare_demo(Path(folder))
        given = {"SUKET_DATA_DIR": folder, "SUKET_BASE_URL": f"http://localhost:{port}"}
        settings = Settings.from_env(given | ({"SUKET_DATABASE_URL": database_url} if database_url else {}))
        registry = Registry(settings.database_url)
        administering.initialise(
            registry, settings.environment, settings.key_passphrase or "", now(), NEW_OFFICE
        )
        registry.close()
        with _open(settings) as office:
            yield office


def working_on(data_dir: Path, base_url: str = "http://localhost:8000") -> AbstractContextManager[DemoOffice]:
    """An office that is there already, also in another process."""
    return _open(Settings.from_env({"SUKET_DATA_DIR": str(data_dir), "SUKET_BASE_URL": base_url}))


@contextmanager
def _open(settings: Settings) -> Iterator[DemoOffice]:
    registry = Registry(settings.database_url)
    with registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, CODE, OFFICE.local_date(now()), settings.key_passphrase)
    yield DemoOffice(settings, registry, Sealing(key, settings.base_url), count(1))
    registry.close()


@cache
def portrait_names() -> tuple[str, ...]:
    """The example portraits."""
    return tuple(sorted(path.name for path in (HOME / "examples" / "portraits").glob("*.png")))


@cache
def photo_of(name: str) -> bytes:
    """One of them, read once: reading files is not what is measured."""
    return (HOME / "examples" / "portraits" / name).read_bytes()


def _letters(number: int) -> str:
    # Names hold no digits.
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))
