"""F1: issuers are killed at random moments, again and again."""

import os

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Way, register
from tests.faults.running import Issuer

#: script/faults sets it; the plain suite is shorter.
SECONDS = float(os.environ.get("SUKET_FAULT_SECONDS", "4"))
_ISSUERS = 4


def _kill_again_and_again(
    registry: Registry, start_issuer: StartIssuer, *options: str, seconds: float = SECONDS
) -> Issuer:
    people = int(seconds * 200)
    register(registry, range(people))
    issuer = start_issuer(
        registry,
        *("--count", str(people), "--processes", str(_ISSUERS), "--way", Way.TURNS),
        *("--lives", "0.05", "0.25", "--seconds", str(seconds)),
        *options,
    )
    issuer.wait(10 * seconds + 60)
    return issuer


def _count(issuer: Issuer) -> str:
    return f"{len(issuer.lines('died'))} kills, {len(issuer.acknowledged)} letters acknowledged"


def test_f1_killed_issuers_lose_nothing_they_said(
    either: Registry, start_issuer: StartIssuer, found: Found
) -> None:
    """Every acknowledged letter is there, numbers have no gap and no twin."""
    issuer = _kill_again_and_again(either, start_issuer)
    found(_count(issuer))
    assert invariants.check(either, issuer.acknowledged) > 0


def test_f1_control_said_before_the_commit(sqlite: Registry, start_issuer: StartIssuer, found: Found) -> None:
    """Issuers that say a number before the commit are caught."""
    issuer = _kill_again_and_again(sqlite, start_issuer, "--acknowledge-early", seconds=SECONDS / 2)
    breaches = invariants.breaches(sqlite, issuer.acknowledged)
    found(f"{_count(issuer)}; {breaches[0] if breaches else 'nothing lost'}")
    assert any(breach.startswith("acknowledged: lost") for breach in breaches)
