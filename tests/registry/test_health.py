"""How the registry itself is: who signs, what was published, when it was backed up, whether the chain's end is whole."""

from datetime import timedelta

import pytest

from suket_service import administering, publishing
from suket_service.core.keyring import Purpose
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import audit, health
from suket_service.registry.health import LastBackup
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY
from tests.registry.builders import tampering

HOUR = timedelta(hours=1)


def note(registry: Registry, action: str, count: int = 1) -> None:
    with registry.writing() as tx:
        audit.append_all(tx, [audit.Entry(NOON + HOUR, "console", action, "x")] * count)


def test_each_purpose_has_its_signer_and_its_successor(registry: Registry) -> None:
    made = administering.new_key(registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, NOON)
    with registry.reading() as tx:
        seal, publication = health.signing(tx, OFFICE.code, TODAY)
        foreign, _ = health.signing(tx, "2171", TODAY)
    assert seal.active is not None
    assert (seal.active.scope.office, seal.standby) == (OFFICE.code, made.key)
    assert publication.active is not None
    assert (publication.active.purpose, publication.standby) == (Purpose.PUBLICATION, None)
    assert (foreign.active, foreign.standby) == (None, None)
    assert (seal.days_left(TODAY), foreign.days_left(TODAY)) == (None, None)


def test_a_key_past_its_last_day_signs_no_more(registry: Registry) -> None:
    with tampering(registry) as connection:
        connection.execute("UPDATE signing_key SET signs_until = ?", (str(TODAY),))
    with registry.reading() as tx:
        last_day, _ = health.signing(tx, OFFICE.code, TODAY)
        after, _ = health.signing(tx, OFFICE.code, TODAY + timedelta(days=1))
    assert (last_day.days_left(TODAY), after.active) == (0, None)


def test_what_was_done_since_a_publication_is_counted(registry: Registry) -> None:
    with registry.reading() as tx:
        assert health.published(tx, TRUST_BUNDLE) is None
    publishing.publish(registry, Publisher(PASSPHRASE, BASE_URL, HOST), NOON)
    note(registry, "letter.print", 3)
    with registry.reading() as tx:
        found = health.published(tx, TRUST_BUNDLE)
    assert found is not None
    assert (found.at, found.version, found.entries_since) == (NOON, int(NOON.timestamp()), 3)


def test_a_backup_is_found_by_its_note(registry: Registry) -> None:
    with registry.reading() as tx:
        assert health.last_backup(tx) == LastBackup(None, None)
    note(registry, "registry.backup_kept")
    note(registry, "letter.print", 5)
    with registry.reading() as tx:
        assert health.last_backup(tx) == LastBackup(NOON + HOUR, None)


def test_a_backup_long_ago_is_not_looked_for_and_the_answer_says_since_when(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(registry, "registry.backup_kept")
    note(registry, "letter.print", 5)
    monkeypatch.setattr(health, "ENTRIES_LOOKED_THROUGH", 5)
    with registry.reading() as tx:
        assert health.last_backup(tx) == LastBackup(None, NOON + HOUR)


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_an_untouched_end_is_whole(registry: Registry, most: int) -> None:
    note(registry, "letter.print", 5)
    with registry.reading() as tx:
        assert health.tail_is_whole(tx, most)


@pytest.mark.parametrize(("back", "is_whole"), [(0, False), (2, False), (4, True)])
def test_only_what_was_changed_near_the_end_shows(registry: Registry, back: int, is_whole: bool) -> None:
    note(registry, "letter.print", 5)
    with tampering(registry) as connection:
        connection.execute(
            "UPDATE audit SET actor = 'y' WHERE seq = (SELECT max(seq) FROM audit) - ?", (back,)
        )
    with registry.reading() as tx:
        assert health.tail_is_whole(tx, 3) is is_whole


def test_the_size_of_the_database_is_known(registry: Registry) -> None:
    assert health.size(registry) > 10_000
