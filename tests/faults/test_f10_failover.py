"""F10: the PostgreSQL server is gone for good, and its standby takes over."""

import time
from collections.abc import Callable, Iterator
from typing import LiteralString

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer, initialise
from tests.faults.desk import Way, register
from tests.postgresql import SUPERUSER, Cluster, NoServer

pytestmark = pytest.mark.slow
_LETTERS = 120
_SECONDS = 60
_DATABASE = "suket"


class Standby(Cluster):
    """A server that follows another, and may not be written to until it is promoted."""

    def __init__(self, primary: Cluster) -> None:
        super().__init__(durable=True)
        self._primary = primary

    def make_data(self) -> None:
        """A copy of the primary, which goes on following it."""
        source = ("-h", str(self._primary.folder), "-p", str(self._primary.port), "-U", SUPERUSER)
        self.run("pg_basebackup", *source, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast")

    def make_roles(self) -> None:
        """They came with the copy."""

    def promote(self) -> None:
        """Make it the one that is written to."""
        self.run("pg_ctl", "promote", "-w", "-D", str(self.data))


@pytest.fixture
def primary() -> Iterator[Cluster]:
    """A server of this test's own, with a registry."""
    try:
        cluster = Cluster(durable=True)
    except NoServer as reason:
        pytest.skip(str(reason))
    with cluster:
        cluster.create_database(_DATABASE)
        initialise(cluster.url(_DATABASE))
        registry = Registry(cluster.url(_DATABASE))
        register(registry, range(_LETTERS))
        registry.close()
        yield cluster


@pytest.fixture
def standby(primary: Cluster) -> Iterator[Standby]:
    """Its standby: followed asynchronously unless :func:`_wait_for_standby` says otherwise."""
    with Standby(primary) as cluster:
        yield cluster


def _set(server: Cluster, statement: LiteralString) -> None:
    server.execute(statement)
    server.execute("SELECT pg_reload_conf()")


def _wait_until(happened: Callable[[], object]) -> None:
    gives_up = time.monotonic() + _SECONDS
    while not happened():
        assert time.monotonic() < gives_up
        time.sleep(0.02)


def _make_synchronous(primary: Cluster) -> None:
    """From now on a commit waits until the standby has it on its disk."""
    _set(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    _wait_until(lambda: primary.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))


def _cut_off(primary: Cluster, standby: Cluster) -> None:
    """The standby no longer hears the primary."""
    _set(standby, "ALTER SYSTEM SET primary_conninfo = ''")
    _wait_until(lambda: not primary.execute("SELECT 1 FROM pg_stat_replication"))


def test_f10_a_synchronous_standby_has_every_acknowledged_letter(
    primary: Cluster, standby: Standby, start_issuer: StartIssuer, found: Found
) -> None:
    """The primary is killed under load: the promoted standby has all that was said, and goes on."""
    _make_synchronous(primary)
    options = ("--count", str(_LETTERS), "--processes", "4", "--way", Way.TURNS)
    before = start_issuer(primary.url(_DATABASE), *options)
    _wait_until(lambda: len(before.lines("ack")) >= _LETTERS // 2)
    primary.kill()
    before.wait(_SECONDS)
    standby.promote()
    registry = Registry(standby.url(_DATABASE))
    there = invariants.check(registry, before.acknowledged)
    after = start_issuer(standby.url(_DATABASE), *options)
    after.wait(_SECONDS)
    found(f"{len(before.acknowledged)} acknowledged, {there} there; the rest issued by the new primary")
    assert len(after.acknowledged) == _LETTERS
    assert invariants.check(registry, {**before.acknowledged, **after.acknowledged}) == _LETTERS
    registry.close()


def test_f10_without_its_standby_nobody_is_told_a_number(
    primary: Cluster, standby: Standby, start_issuer: StartIssuer, found: Found
) -> None:
    """While the synchronous standby is away commits wait, whatever the time limit on statements."""
    _make_synchronous(primary)
    standby.stop("immediate")
    issuer = start_issuer(primary.url(_DATABASE), "--count", "1", "--tell=SET statement_timeout = '500ms'")
    _wait_until(lambda: primary.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
    time.sleep(2)
    assert not issuer.lines("ack")
    standby.start()
    issuer.wait(_SECONDS)
    found("nothing said until the standby was back")
    registry = Registry(primary.url(_DATABASE))
    assert invariants.check(registry, issuer.acknowledged) == 1
    registry.close()


def test_f10_control_an_asynchronous_standby(
    primary: Cluster, standby: Standby, start_issuer: StartIssuer, found: Found
) -> None:
    """An asynchronous standby that was behind loses acknowledged letters."""
    _cut_off(primary, standby)
    issuer = start_issuer(primary.url(_DATABASE), "--count", "10")
    issuer.wait(_SECONDS)
    primary.kill()
    standby.promote()
    registry = Registry(standby.url(_DATABASE))
    breaches = invariants.breaches(registry, issuer.acknowledged)
    registry.close()
    found(f"{len(issuer.acknowledged)} acknowledged; {breaches[0] if breaches else 'none lost'}")
    assert any(breach.startswith("acknowledged: lost") for breach in breaches)
