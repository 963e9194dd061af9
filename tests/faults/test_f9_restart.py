"""F9: PostgreSQL crashes and comes back, under load."""

import time
from collections.abc import Iterator

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Way, register
from tests.faults.running import Issuer
from tests.postgresql import Cluster

_ISSUERS = 4
_EACH = 20
_CRASHES = 3
_SECONDS = 120


def _issue(registry: Registry, start_issuer: StartIssuer, *options: str) -> Issuer:
    register(registry, range(_ISSUERS * _EACH))
    return start_issuer(
        registry,
        *("--count", str(_ISSUERS * _EACH), "--processes", str(_ISSUERS), "--way", Way.TURNS),
        *options,
    )


def _wait_for(issuer: Issuer, letters: int) -> None:
    gives_up = time.monotonic() + _SECONDS
    while len(issuer.lines("ack")) < letters:
        assert issuer.process.poll() is None, "the issuer is done before its server crashed"
        assert time.monotonic() < gives_up
        time.sleep(0.01)


def test_f9_a_crash_of_the_server_loses_nothing(
    postgresql: Registry, server: Cluster, start_issuer: StartIssuer, found: Found
) -> None:
    """Three crashes: every acknowledged letter is there, and issuers go on without being restarted."""
    issuer = _issue(postgresql, start_issuer, "--retry-seconds", str(_SECONDS))
    for crash in range(_CRASHES):
        _wait_for(issuer, (crash + 1) * _ISSUERS * _EACH // (_CRASHES + 1))
        server.restart("immediate")
    issuer.wait(_SECONDS)
    found(f"{_CRASHES} crashes, {len(issuer.lines('trouble'))} refusals, {len(issuer.acknowledged)} letters")
    assert issuer.lines("trouble")
    assert len(issuer.acknowledged) == _ISSUERS * _EACH
    assert invariants.check(postgresql, issuer.acknowledged) == _ISSUERS * _EACH


@pytest.fixture
def lazy(server: Cluster) -> Iterator[Cluster]:
    """The server, in no hurry to write its log unless it is asked to."""
    server.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
    server.execute("SELECT pg_reload_conf()")
    yield server
    server.execute("ALTER SYSTEM RESET wal_writer_delay")
    server.execute("SELECT pg_reload_conf()")


@pytest.mark.slow
def test_f9_control_commits_that_do_not_wait(
    postgresql: Registry, lazy: Cluster, start_issuer: StartIssuer, found: Found
) -> None:
    """With commits that do not wait for the disk a crash loses acknowledged letters."""
    issuer = _issue(postgresql, start_issuer, "--tell=SET synchronous_commit = off")
    _wait_for(issuer, 20)
    lazy.stop("immediate")
    issuer.wait(_SECONDS)
    lazy.start()
    breaches = invariants.breaches(postgresql, issuer.acknowledged)
    found(f"{len(issuer.acknowledged)} acknowledged; {'; '.join(breaches)}"[:160])
    assert any(breach.startswith("acknowledged: lost") for breach in breaches)
