"""F20: a holder is offered an older bundle, one with a broken signature, nothing, and one without lists."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suket_service import issuing, publishing
from suket_service.core.keyring import Purpose
from suket_service.core.trust_bundle import TYP, open_bundle
from suket_service.errors import SuketError
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import keys
from suket_service.registry.session import Registry
from suket_service.verifying import check_offline
from tests.browser_modules.test_browser_modules import node
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE
from tests.faults.conftest import Found
from tests.faults.desk import Desk, register, scan

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)
HOUR = timedelta(hours=1)
PUBLISHED = NOON + 2 * HOUR
#: An hour after the bundle; and a second after its 72 hours.
MOMENTS = {"soon": PUBLISHED + HOUR, "old": PUBLISHED + timedelta(hours=72, seconds=1)}
_READER = Path(__file__).with_name("rollback.js")


@dataclass(frozen=True)
class Offers:
    """What the holder has, what it is offered instead, and two letters: a revoked one and a good one."""

    held: str
    offered: Mapping[str, str]
    texts: Mapping[str, str]
    pin: str


@pytest.fixture
def offers(sqlite: Registry) -> Offers:
    register(sqlite, range(2))
    desk = Desk(sqlite)
    revoked, good = desk.issue(0), desk.issue(1)
    older = published(sqlite, NOON + HOUR)
    issuing.revoke(sqlite, OFFICE.code, revoked, "operator", "Salah data", PUBLISHED)
    held = published(sqlite, PUBLISHED)
    opened = open_bundle(held)
    with sqlite.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, NOON.date(), PASSPHRASE)
    head, _, signature = held.rpartition(".")
    broken = f"{head}.{signature[:-8]}{'A' * 8}"
    offered = {"version n-1": older, "broken signature": broken, "nothing": "", "no bundle": "{}"}
    nothing_in_it = replace(opened.bundle, lists={}, version=opened.bundle.version - 1)
    offered["an empty list, older"] = key.publish(TYP, nothing_in_it.to_payload())
    texts = {"revoked": scan(sqlite, revoked), "good": scan(sqlite, good)}
    return Offers(held, offered, texts, opened.signer.kid)


def published(registry: Registry, at: datetime) -> str:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, TRUST_BUNDLE)
    assert stored is not None
    return stored.body.decode()


def by_python(offers: Offers, *, remembers: bool = True) -> dict[str, Any]:
    """What Python's holder took, and what it says of the letters afterwards."""
    held, taken = open_bundle(offers.held, [offers.pin]).bundle, []
    for name, token in offers.offered.items():
        try:
            held = open_bundle(token, [offers.pin], held.version if remembers else 0).bundle
        except SuketError:
            continue
        taken.append(name)
    told = {}
    for moment, at in MOMENTS.items():
        for which, text in offers.texts.items():
            verdict = check_offline(held, text, at).verdict
            assert verdict.data_as_of is not None
            age = (at - verdict.data_as_of).total_seconds()
            told[f"{which}, {moment}"] = [verdict.outcome.value, list(verdict.reasons), age]
    return {"taken": taken, "told": told}


def by_browser(offers: Offers, folder: Path, *, remembers: bool = True) -> dict[str, Any]:
    """The same of the scanner's own modules."""
    program = node()
    if program is None:
        pytest.skip("Node is not installed")
    given = {
        "held": offers.held,
        "offered": dict(offers.offered),
        "pins": [offers.pin],
        "texts": dict(offers.texts),
        "moments": {name: at.isoformat() for name, at in MOMENTS.items()},
        "remembers": remembers,
    }
    (folder / "given.json").write_text(json.dumps(given))
    command = [program, str(_READER), str(folder / "given.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


KEPT = {
    "revoked, soon": ["revoked", ["revoked_or_superseded"], 3600.0],
    "good, soon": ["valid", [], 3600.0],
    "good, old": ["indeterminate", ["list_stale"], 72 * 3600.0 + 1],
}


def test_f20_nothing_older_or_broken_takes_the_place_of_what_is_held(
    offers: Offers, tmp_path: Path, found: Found
) -> None:
    """Offered an older bundle, a broken one, nothing or an empty one, Python and the browser keep theirs, and say after 72 h that it is old."""
    python, browser = by_python(offers), by_browser(offers, tmp_path)
    found(
        f"{len(offers.offered)} offers, taken by Python {python['taken']}, by the browser {browser['taken']}"
    )
    assert python["taken"] == browser["taken"] == []
    assert KEPT.items() <= python["told"].items()
    assert python["told"] == browser["told"]
    assert python["told"]["revoked, old"][0] in ("revoked", "superseded")


def test_f20_an_empty_list_that_is_signed_and_newer_never_makes_a_letter_good(
    sqlite: Registry, offers: Offers, tmp_path: Path
) -> None:
    """Even a newer bundle, rightly signed, with no list in it makes no letter valid: it cannot tell."""
    with sqlite.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, NOON.date(), PASSPHRASE)
    bundle = open_bundle(offers.held).bundle
    empty = replace(bundle, lists={}, version=bundle.version + 1)
    newer = replace(offers, offered={"empty": key.publish(TYP, empty.to_payload())})
    for answer in (by_python(newer), by_browser(newer, tmp_path)):
        assert answer["taken"] == ["empty"]
        assert {told[0] for told in answer["told"].values()} == {"indeterminate"}


def test_f20_control_a_holder_that_forgets_its_version(offers: Offers, tmp_path: Path, found: Found) -> None:
    """A holder that does not remember which version it held takes the older one: a revoked letter reads valid."""
    only = replace(offers, offered={"version n-1": offers.offered["version n-1"]})
    for answer in (by_python(only, remembers=False), by_browser(only, tmp_path, remembers=False)):
        assert answer["taken"] == ["version n-1"]
        assert answer["told"]["revoked, soon"][0] == "valid"
    found("the older one taken, the revoked letter valid")
