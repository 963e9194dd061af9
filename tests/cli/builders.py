"""The real commands, and a demo's data directory with one letter for every fate."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from suket_service import administering, issuing, publishing
from suket_service.cli import main
from suket_service.cli.office_file import read_office
from suket_service.core.keyring import Purpose
from suket_service.core.seal import Seal, SealedFacts, digits, pack, parse
from suket_service.core.signing import SigningKey
from suket_service.core.trust_bundle import TYP, TrustBundle, open_bundle
from suket_service.issuing import Sealing, TwoPeople
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import keys, letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.settings import Settings, prepare_demo
from tests.builders import OFFICE, a_row, a_seal_key

EXAMPLES = Path(__file__).parents[2] / "examples"
OFFICE_FILES = (EXAMPLES / "kantor-2172.toml", EXAMPLES / "wilayah-2172.csv")
NIK = re.compile(r"[0-9]{16}")


def suket(*arguments: object, data: Path, given: str | None = None, **env: str) -> Result:
    """Run the command with this data directory and no other setting than ``env``."""
    clean: dict[str, str | None] = {name: None for name in os.environ if name.startswith("SUKET_")}
    return CliRunner(env={**clean, "SUKET_DATA_DIR": str(data), **env}).invoke(
        main, [str(each) for each in arguments], input=given
    )


def lines_of(result: Result) -> list[dict[str, Any]]:
    """The JSON objects of an answer, a line each."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@dataclass(frozen=True)
class World:
    """A demo registry, and texts of symbols by what should come of them."""

    settings: Settings
    texts: dict[str, str]
    letters: dict[str, LetterRecord]
    bundles: dict[str, Path]

    @property
    def data(self) -> Path:
        return self.settings.data_dir


def build_world(folder: Path) -> World:
    """Letters of every fate, seen from now; made through the use cases, because time is an argument there."""
    now = datetime.now(UTC)
    prepare_demo(folder / "data")
    settings = Settings.from_env({"SUKET_DATA_DIR": str(folder / "data")})
    with _demo(settings, now - timedelta(days=400)) as demo:
        demo.issue("expired", now - timedelta(days=400))
        demo.issue("valid", now - timedelta(hours=110))
        demo.publish("stale", now - timedelta(hours=100))
        for fate in ("revoked", "superseded"):
            demo.issue(fate, now - timedelta(hours=3))
        demo.close(issuing.revoke, "revoked", now - timedelta(hours=3))
        demo.close(issuing.supersede, "superseded", now - timedelta(hours=3))
        demo.publish("early", now - timedelta(hours=2))
        demo.issue("new", now - timedelta(minutes=90))
        demo.issue("not_yet_valid", now + timedelta(days=2))
        fresh = demo.publish("fresh", now - timedelta(hours=1))
        demo.craft("listless", replace(fresh, lists={}))
        demo.craft("ahead", replace(fresh, issued_at=now + timedelta(hours=1)))
        held = fresh.lists[1]
        prefixes = {
            letter.status_index or 0: (letter.fingerprint or b"")[:8] for letter in demo.letters.values()
        }
        demo.craft("station", replace(fresh, lists={1: replace(held, fingerprints=prefixes)}))
        demo.forge(now)
        return World(settings, demo.texts, demo.letters, demo.bundles)


@contextmanager
def _demo(settings: Settings, since: datetime) -> Iterator["_Demo"]:
    demo = _Demo(settings, since)
    yield demo
    demo.registry.close()


class _Demo:
    def __init__(self, settings: Settings, since: datetime) -> None:
        assert settings.key_passphrase is not None
        self.settings = settings
        self.registry = Registry(settings.database_url)
        self.publisher = Publisher(settings.key_passphrase, settings.base_url, settings.host)
        administering.initialise(
            self.registry, "demo", settings.key_passphrase, since, read_office(*OFFICE_FILES, demo=True)
        )
        self.texts: dict[str, str] = {}
        self.letters: dict[str, LetterRecord] = {}
        self.bundles: dict[str, Path] = {}

    def key(self, purpose: Purpose) -> SigningKey:
        office = OFFICE.code if purpose is Purpose.SEAL else None
        with self.registry.reading() as tx:
            return keys.unlock(tx, purpose, office, datetime.now(UTC).date(), self.settings.key_passphrase)

    def issue(self, fate: str, at: datetime) -> None:
        row = a_row(serial=len(self.letters) + 1)
        register = administering.import_residents(
            self.registry, OFFICE.code, [row], "operator", "SIAK", at.date(), at
        )
        assert [outcome.imported for outcome in register] == [True]
        [outcome] = issuing.issue_rows(
            self.registry,
            OFFICE.code,
            [row],
            people=TwoPeople("operator", "kepala"),
            sealing=Sealing(self.key(Purpose.SEAL), self.settings.base_url),
            open_photo=lambda name: b"",
            file_digest=f"{len(self.letters):064}",
            now=lambda: at,
        )
        assert outcome.letter is not None
        self.letters[fate] = outcome.letter
        with self.registry.reading() as tx:
            self.texts[fate] = letters.seal_text(tx, outcome.letter.id)

    def close(self, step: Any, fate: str, at: datetime) -> None:
        step(self.registry, OFFICE.code, self.letters[fate].number, "operator", "Salah data", at)

    def publish(self, name: str, at: datetime) -> TrustBundle:
        publishing.publish(self.registry, self.publisher, at)
        stored = publishing.stored(self.registry, TRUST_BUNDLE)
        assert stored is not None
        self._keep(name, stored.body)
        return open_bundle(stored.body)[0]

    def craft(self, name: str, bundle: TrustBundle) -> None:
        """A bundle that the product does not make today, signed as it would be."""
        self._keep(name, self.key(Purpose.PUBLICATION).publish(TYP, bundle.to_payload()).encode())

    def _keep(self, name: str, body: bytes) -> None:
        self.bundles[name] = self.settings.data_dir.parent / f"{name}.jws"
        self.bundles[name].write_bytes(body)

    def forge(self, now: datetime) -> None:
        """Texts that no letter of ours bears."""
        good = read_seal(self.texts["valid"])
        mine, strangers = self.key(Purpose.SEAL), a_seal_key()
        long_known = OFFICE.local_date(now) - timedelta(days=2)  # older than every bundle of today
        never = replace(good.facts, status_index=5_000, issued_on=long_known)
        other = replace(good.facts, name="ORANG LAIN")
        self.texts |= {
            "forged": self._text(pack(other, good.key_id) + good.signature),
            "out_of_scope": self._sealed(replace(good.facts, village="2101011001"), mine),
            "unknown_issuer": self._sealed(never, strangers),
            "unregistered": self._sealed(never, mine),
            "mismatch": self._sealed(other, mine),
            "not_a_seal": good.facts.nik + "X",
            "not_canonical": "0" + digits(good.body + good.signature),
            "bare_digits": digits(good.body + good.signature),
            "foreign_host": "https://suket.example.com/s#" + digits(good.body + good.signature),
        }

    def _sealed(self, facts: SealedFacts, key: SigningKey) -> str:
        return self._text(key.seal(pack(facts, key.key.key_id)))

    def _text(self, sealed: bytes) -> str:
        return f"{self.settings.base_url}/s#{digits(sealed)}"


def read_seal(text: str) -> Seal:
    number = int(text.rpartition("#")[2])
    return parse(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def copy_of(data: Path, folder: Path) -> Path:
    """A data directory of one's own, to change."""
    return Path(shutil.copytree(data, folder / "data"))


def example_rows(folder: Path, *serials: str, source: str = "permohonan.csv") -> Path:
    """The example file with the rows of these serials alone (all, if none), portraits beside it."""
    header, *rows = (EXAMPLES / source).read_text("utf-8").splitlines()
    wanted = [row for row in rows if not serials or row.split(",")[0][-4:] in serials]
    path = folder / source
    path.write_text("\n".join((header, *wanted, "")), "utf-8")
    shutil.copytree(EXAMPLES / "portraits", folder / "portraits", dirs_exist_ok=True)
    return path


@dataclass(frozen=True)
class Printed:
    """A demo set up and two letters issued by the commands themselves."""

    data: Path
    file: Path
    out: Path
    result: Result

    @property
    def lines(self) -> list[dict[str, Any]]:
        return lines_of(self.result)

    @property
    def number(self) -> str:
        return str(self.lines[0]["number"])

    @property
    def pdf(self) -> Path:
        return Path(self.lines[0]["pdf"])
