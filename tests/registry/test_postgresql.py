"""What holds on PostgreSQL alone: its settings, its absence, its restart; all by a real server."""

import gc
import os
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from suket_service.errors import RegistryError
from suket_service.registry import letters, offices, server, session
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE
from tests.databases import PostgresqlDatabases
from tests.postgresql import ASKED_ROLE, PASSWORD, ROLE, Cluster
from tests.registry.builders import raw

WRONG_PASSWORD = "hush-hush-never-say-it"


@contextmanager
def opened(url: str) -> Iterator[Registry]:
    registry = Registry(url)
    yield registry
    registry.close()


def setting(registry: Registry, name: str, *, writing: bool = False) -> object:
    with registry.writing() if writing else registry.reading() as tx:
        return tx.execute(text(f"SHOW {name}")).scalar()


def name_of(registry: Registry) -> str:
    return str(registry.url.database)


class TestSettings:
    def test_a_commit_is_on_disk_when_it_is_acknowledged_whatever_the_server_says(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        cluster.execute(f"ALTER DATABASE {name_of(postgresql_registry)} SET synchronous_commit = off")
        assert setting(postgresql_registry, "synchronous_commit", writing=True) == "on"

    def test_nobody_waits_for_ever(self, postgresql_registry: Registry) -> None:
        assert setting(postgresql_registry, "lock_timeout") == "10s"
        assert setting(postgresql_registry, "statement_timeout") == "2min"

    def test_a_writer_may_not_idle_and_a_reader_may(self, postgresql_registry: Registry) -> None:
        name = "idle_in_transaction_session_timeout"
        assert setting(postgresql_registry, name, writing=True) == "20s"
        assert setting(postgresql_registry, name) == "0"

    def test_options_of_the_url_count_and_take_no_protection_away(
        self, postgresql_registry: Registry
    ) -> None:
        url = postgresql_registry.url.update_query_dict(
            {"options": "-c work_mem=5MB -c synchronous_commit=off", "application_name": "kantor"}
        )
        with opened(url.render_as_string(hide_password=False)) as registry:
            assert setting(registry, "work_mem") == "5MB"
            assert setting(registry, "application_name") == "kantor"
            assert setting(registry, "synchronous_commit") == "on"

    def test_the_driver_is_ours_to_choose(self, postgresql_registry: Registry) -> None:
        url = postgresql_registry.url.set(drivername="postgresql+psycopg2")
        with opened(url.render_as_string(hide_password=False)) as registry:
            assert registry.is_migrated()


class TestNoDatabase:
    def trouble_with(self, url: str) -> RegistryError:
        with opened(url) as registry, pytest.raises(RegistryError) as trouble, registry.reading():
            pass
        return trouble.value

    @pytest.mark.parametrize("what", ["wrong password", "no server", "unknown database", "unknown role"])
    def test_is_told_as_unavailable_and_without_the_password(
        self, cluster: Cluster, postgresql_registry: Registry, what: str
    ) -> None:
        name = name_of(postgresql_registry)
        url = {
            "wrong password": cluster.url(name, role=ASKED_ROLE, password=WRONG_PASSWORD),
            "no server": cluster.url(name, password=WRONG_PASSWORD).replace("port=5432", "port=5433"),
            "unknown database": cluster.url("nowhere", password=WRONG_PASSWORD),
            "unknown role": cluster.url(name, role="nobody", password=WRONG_PASSWORD),
        }[what]
        error = self.trouble_with(url)
        assert error.code == "registry_unavailable"
        told = "".join(traceback.format_exception(error))
        assert WRONG_PASSWORD not in f"{told} {error.text} {error!r} {vars(error)}"

    def test_the_right_password_opens(self, cluster: Cluster, postgresql_registry: Registry) -> None:
        url = cluster.url(name_of(postgresql_registry), role=ASKED_ROLE, password=PASSWORD)
        with opened(url) as registry:
            assert setting(registry, "application_name") == "suket"

    def test_a_registry_shows_its_address_without_the_password(self, cluster: Cluster) -> None:
        with opened(cluster.url("any", password=WRONG_PASSWORD)) as registry:
            assert WRONG_PASSWORD not in f"{registry!r} {registry.url} {registry.url!r}"

    def test_one_without_tables_is_not_migrated(self, postgresql_databases: PostgresqlDatabases) -> None:
        with postgresql_databases.nothing_yet() as empty:
            assert not empty.is_migrated()
            with pytest.raises(RegistryError) as trouble, empty.writing():
                pass
        assert trouble.value.code == "registry_unavailable"


class TestTheServerGoes:
    def test_a_restart_between_two_requests_costs_nobody_a_request(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        with postgresql_registry.writing() as tx:
            letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)
        cluster.restart()
        with postgresql_registry.reading() as tx:
            assert letters.series(tx) == [(OFFICE.code, 1, 2026, 1)]
        cluster.restart()
        with postgresql_registry.writing() as tx:
            assert letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1) == 2

    def test_in_the_middle_of_a_transaction_nothing_of_it_stays(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        with pytest.raises(RegistryError) as trouble, postgresql_registry.writing() as tx:  # noqa: PT012
            letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)
            cluster.restart("immediate")
            letters.series(tx)
        assert trouble.value.code == "registry_unavailable"
        with postgresql_registry.writing() as tx:
            assert letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1) == 1

    def test_it_is_there_again_without_a_restart_of_ours(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        cluster.stop()
        with pytest.raises(RegistryError), postgresql_registry.reading():
            pass
        cluster.start()
        with postgresql_registry.reading() as tx:
            assert [each.code for each in offices.offices(tx)] == [OFFICE.code]


def backend(registry: Registry) -> int:
    """The server's own process that our only session talks to."""
    with registry.reading() as tx:
        return int(tx.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_registry_that_nobody_holds_any_more_leaves_no_session_behind(
    cluster: Cluster, postgresql_registry: Registry
) -> None:
    forgotten = Registry(postgresql_registry.url.render_as_string(hide_password=False))
    pid = backend(forgotten)
    assert pid in cluster.processes()
    del forgotten
    gc.collect()
    while pid in cluster.processes():  # the server sees it a moment later
        time.sleep(0.01)


def test_a_forked_child_that_lets_go_of_a_registry_does_not_end_its_parents_session(
    postgresql_registry: Registry,
) -> None:
    inherited = Registry(postgresql_registry.url.render_as_string(hide_password=False))
    before = backend(inherited)
    child = os.fork()
    if child == 0:
        del inherited
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    assert backend(inherited) == before
    inherited.close()


def test_a_frozen_writer_loses_its_turn_to_the_next(
    postgresql_registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "IDLE_SECONDS", 0.2)
    done = threading.Event()

    def next_in_the_queue() -> None:
        with postgresql_registry.writing() as tx:
            letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)
        done.set()

    with pytest.raises(RegistryError) as trouble, postgresql_registry.writing() as frozen:  # noqa: PT012
        letters.take_serials(frozen, OFFICE.code, 1, 2026, NOON, 1)
        thread = threading.Thread(target=next_in_the_queue)
        thread.start()
        assert done.wait(30)
        letters.series(frozen)
    thread.join()
    assert trouble.value.code == "registry_unavailable"
    with postgresql_registry.reading() as tx:
        assert letters.series(tx) == [(OFFICE.code, 1, 2026, 1)]


class TestTheServersOwnSettings:
    """Those that a connection cannot set for itself: ``suket check`` tells them."""

    SOUND = ("fsync = on", "full_page_writes = on", "log_error_verbosity = 'terse'")

    @pytest.fixture
    def reload(self, cluster: Cluster) -> Iterator[None]:
        given = {name: cluster.settings.pop(name, None) for name in ("fsync", "full_page_writes")}
        cluster.restart()
        yield
        cluster.execute("ALTER SYSTEM RESET ALL")
        cluster.settings.update({name: value for name, value in given.items() if value is not None})
        cluster.restart()

    def told(self, cluster: Cluster, registry: Registry, *changes: str) -> list[str]:
        for change in (*self.SOUND, *changes):
            cluster.execute(f"ALTER SYSTEM SET {change}")
        cluster.restart()
        with registry.reading() as tx:
            return [each.en for each in server.problems(tx)]

    @pytest.mark.usefixtures("reload")
    def test_a_sound_server_is_not_complained_of(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        assert self.told(cluster, postgresql_registry) == []

    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ("fsync = off", "fsync"),
            ("full_page_writes = off", "full_page_writes"),
            ("log_error_verbosity = 'default'", "log_error_verbosity"),
            ("log_statement = 'all'", "log_parameter_max_length"),
            ("log_min_duration_statement = '1s'", "log_parameter_max_length"),
        ],
    )
    @pytest.mark.usefixtures("reload")
    def test_a_server_that_breaks_a_promise_is_told(
        self, cluster: Cluster, postgresql_registry: Registry, change: str, word: str
    ) -> None:
        [told] = self.told(cluster, postgresql_registry, change)
        assert word in told

    @pytest.mark.usefixtures("reload")
    def test_statements_without_values_may_be_logged(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        changes = ("log_statement = 'all'", "log_parameter_max_length = 0")
        assert self.told(cluster, postgresql_registry, *changes) == []

    def test_another_encoding_is_told(self, cluster: Cluster) -> None:
        provider = "LOCALE_PROVIDER libc" if cluster.version >= 15 else ""
        made = f"CREATE DATABASE latin OWNER {ROLE} TEMPLATE template0 ENCODING LATIN1 {provider} LC_COLLATE 'C' LC_CTYPE 'C'"
        cluster.execute(made)
        with opened(cluster.url("latin")) as registry, registry.reading() as tx:
            told = [each.en for each in server.problems(tx)]
        cluster.drop_database("latin")
        assert any("LATIN1" in each for each in told)

    def test_on_sqlite_there_are_none(self, sqlite_registry: Registry) -> None:
        with sqlite_registry.reading() as tx:
            assert list(server.problems(tx)) == []

    def test_a_refused_rows_nik_would_be_in_the_log_otherwise(
        self, cluster: Cluster, postgresql_registry: Registry
    ) -> None:
        """Why it is checked."""
        with raw(postgresql_registry) as connection, pytest.raises(Exception, match="duplicate"):
            connection.execute("INSERT INTO region SELECT * FROM region")
        assert "Key (code)=(2172" in cluster.log.read_text()
