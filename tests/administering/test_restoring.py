"""What a restore does with what it is given, one thing at a time; the whole drill is in ``test_restore_drill``."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from suket_service import administering, publishing
from suket_service.administering import RESERVE, Order, Published, Restored
from suket_service.administering.proving import Proof
from suket_service.core.credentials import STEP_SECONDS, matching_step
from suket_service.core.keyring import KeyRing, KeyState, Purpose
from suket_service.core.kind import IssuingWindow
from suket_service.core.signing import CHECKPOINT_TYP
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import TYP, TrustBundle, open_bundle
from suket_service.core.verdict import Outcome
from suket_service.errors import CallerError, FileRefused, InputError, RegistryError, SuketError
from suket_service.publishing import TRUST_BUNDLE
from suket_service.registry import (
    audit,
    clients,
    copying,
    credentials,
    keys,
    letters,
    offices,
    publications,
    staff,
)
from suket_service.registry.clients import ClientScope
from suket_service.registry.restoring import ListsChange, positions, trust
from suket_service.registry.session import Registry
from tests.administering.office import PUBLISHER, OfficeAtWork
from tests.administering.test_backup import first_tables
from tests.builders import NEW_OFFICE, NOON, OFFICE, PASSPHRASE, a_publication_key
from tests.databases import Databases, SqliteDatabases
from tests.registry.builders import raw, tampering

Restore = Callable[..., Restored]


@pytest.fixture
def office(sqlite_registry: Registry) -> OfficeAtWork:
    """An office with three letters."""
    office = OfficeAtWork(sqlite_registry)
    office.issue(3)
    return office


@pytest.fixture
def file(office: OfficeAtWork, tmp_path: Path) -> Path:
    """Its backup."""
    return office.back_up(tmp_path / "registry.backup").file


@pytest.fixture
def new(sqlite_databases: SqliteDatabases) -> Iterator[Registry]:
    """An empty place."""
    with sqlite_databases.nothing_yet() as registry:
        yield registry


@pytest.fixture
def restore(office: OfficeAtWork, file: Path, new: Registry) -> Restore:
    """Restores that backup into the empty place, where the office then goes on."""

    def run(published: Published | None = None, **changes: object) -> Restored:
        order = replace(Order(file, "production", published=published), **changes)  # type: ignore[arg-type]
        assert new.file is not None
        restored = administering.restore(new, new.file, order, office.tick())
        office.registry = new
        return restored

    return run


def refused(run: Callable[[], object], kind: type[SuketError] = SuketError) -> str:
    with pytest.raises(kind) as refusal:
        run()
    assert refusal.value.text.id
    assert refusal.value.text.en
    return refusal.value.code


def is_untouched(new: Registry) -> bool:
    assert new.file is not None
    return list(new.file.parent.iterdir()) == []


def codes(restored: Restored) -> list[str]:
    return [each.code for each in restored.warnings]


def signed(office: OfficeAtWork, published: Published, **changes: object) -> Published:
    """That publication with something else in it, signed by the office all the same."""
    bundle = replace(open_bundle(published.trust_bundle).bundle, **changes)  # type: ignore[arg-type]
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, office.clock.date(), PASSPHRASE)
    return Published(key.publish(TYP, bundle.to_payload()).encode(), published.checkpoint)


def opened(published: Published) -> TrustBundle:
    return open_bundle(published.trust_bundle).bundle


# Without a witness


def test_without_publications_numbers_go_on_beyond_the_reserve(
    office: OfficeAtWork, restore: Restore
) -> None:
    lost = office.issue(5)
    restored = restore()
    [paper] = office.issue(1)
    assert paper.number == f"471.13/{3 + RESERVE + 1:04d}/SKP/2172/2026"
    assert {each.reserved for each in restored.series} == {
        ("471.13/0004/SKP/2172/2026", "471.13/0203/SKP/2172/2026"),
        ("471.13/0001/SKR/2172/2026", "471.13/0200/SKR/2172/2026"),
    }
    assert paper.position not in {each.position for each in lost}


def test_without_publications_the_warning_comes_first(restore: Restore) -> None:
    assert codes(restore()) == ["no_witness"]


def test_without_publications_a_lost_letter_cannot_be_told(office: OfficeAtWork, restore: Restore) -> None:
    [lost] = office.issue(1)
    restore()
    assert office.online(lost).outcome is Outcome.INDETERMINATE
    assert office.offline(office.publish(), lost).outcome is Outcome.INDETERMINATE


def test_what_the_backup_knows_stays_as_it_is(office: OfficeAtWork, restore: Restore) -> None:
    restore()
    assert [office.online(each).outcome for each in office.papers] == [Outcome.VALID] * 3


def test_a_key_revoked_after_the_backup_does_not_count_again(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    new = administering.add_client(
        office.registry,
        OFFICE.code,
        "Bank",
        "PKS",
        frozenset({ClientScope.VERIFY}),
        None,
        "admin",
        office.tick(),
    )
    file = office.back_up(tmp_path / "with-a-key.backup").file
    administering.revoke_client(office.registry, OFFICE.code, new.client.id, "admin", office.tick())
    restored = restore(file=file)

    def counts() -> bool:
        with office.registry.reading() as tx:
            return clients.find_by_key(tx, new.key, office.clock) is not None

    assert not counts()
    assert restored.held_clients == 1
    assert any("1 kunci program instansi ditahan" in each.id for each in restored.steps)
    administering.confirm_clients(office.registry, OFFICE.code, new.client.id, "admin", office.tick())
    assert counts()


def test_letters_go_on_in_the_spare_list(office: OfficeAtWork, restore: Restore) -> None:
    assert restore().lists == ListsChange(closed=(1,), open=(2, 3))
    assert office.issue(1)[0].position == (2, 0)


def test_letters_are_known_until_the_backup(office: OfficeAtWork, restore: Restore) -> None:
    backed_up = office.clock
    restore()
    with office.registry.reading() as tx:
        [closed] = tx.exec_driver_sql("SELECT witnessed_at, closed_at FROM status_list WHERE number = 1")
    assert [datetime.fromisoformat(f"{each}+00:00") for each in closed] == [backed_up, office.clock]


def test_no_reserve_is_no_gap(office: OfficeAtWork, restore: Restore) -> None:
    assert restore(reserve=0).series == ()
    assert office.issue(1)[0].number == "471.13/0004/SKP/2172/2026"


def test_a_number_seen_on_paper_raises_its_series(office: OfficeAtWork, restore: Restore) -> None:
    restored = restore(reserve=0, last_numbers=("471.13/0017/SKP/2172/2026", "471.13/0009/SKR/2172/2025"))
    assert office.issue(1)[0].number == "471.13/0018/SKP/2172/2026"
    assert [each.lost for each in restored.series] == [
        ("471.13/0004/SKP/2172/2026", "471.13/0017/SKP/2172/2026"),
        ("471.13/0001/SKR/2172/2025", "471.13/0009/SKR/2172/2025"),
    ]


def test_a_number_below_the_last_one_changes_nothing(restore: Restore) -> None:
    assert restore(reserve=0, last_numbers=("471.13/0002/SKP/2172/2026",)).series == ()


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("471.13/0017/SKX/2172/2026", "number_unknown"),
        ("471.13/0017/SKP/2171/2026", "number_unknown"),
        ("471.13/017/SKP/2172/2026", "number_unknown"),
        ("471.13/00017/SKP/2172/2026", "number_unknown"),
        ("17", "number_unknown"),
        ("471.13/170000/SKP/2172/2026", "number_implausible"),
    ],
)
def test_what_is_no_number_of_the_office_is_refused(
    restore: Restore, new: Registry, number: str, code: str
) -> None:
    assert refused(lambda: restore(last_numbers=(number,)), InputError) == code
    assert is_untouched(new)


def test_drafts_that_wait_are_counted(office: OfficeAtWork, file: Path, restore: Restore) -> None:
    assert restore().waiting == 0


@pytest.mark.parametrize("reserve", [0, 5])
def test_time_in_a_series_never_runs_backwards(office: OfficeAtWork, restore: Restore, reserve: int) -> None:
    restore(reserve=reserve)
    with office.registry.reading() as tx:
        assert letters.last_issue(tx, OFFICE.code) == office.clock


# The witness


def test_a_witness_older_than_the_backup_teaches_nothing(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    office.suspend(office.papers[0])
    published = office.publish()
    office.resume(office.papers[0])
    later = office.back_up(tmp_path / "later").file
    restored = restore(published, file=later)
    assert codes(restored) == ["witness_older"]
    assert office.online(office.papers[0]).outcome is Outcome.VALID
    with office.registry.reading() as tx:
        assert {each.name for each in publications.stored(tx)} > {TRUST_BUNDLE}


def test_a_bundle_alone_is_witness_enough(office: OfficeAtWork, restore: Restore) -> None:
    lost = office.issue(2)
    published = replace(office.publish(), checkpoint=None)
    assert restore(published).lost_positions == len(lost)


def test_a_checkpoint_newer_than_the_bundle_raises_the_numbers(
    office: OfficeAtWork, restore: Restore
) -> None:
    published = office.publish()
    last = office.issue(5)[-1]
    newer = office.publish().checkpoint
    restored = restore(replace(published, checkpoint=newer), reserve=0)
    assert [each.lost for each in restored.series] == [("471.13/0004/SKP/2172/2026", last.number)]
    assert restored.lost == ()


@pytest.mark.few(1)
@pytest.mark.parametrize("where", [0.3, 0.6, 0.999])
def test_a_tampered_bundle_is_refused_and_nothing_written(
    office: OfficeAtWork, restore: Restore, new: Registry, where: float
) -> None:
    body = bytearray(office.publish().trust_bundle)
    at = int(len(body) * where)
    body[at] = ord("A") if body[at] != ord("A") else ord("B")
    assert refused(lambda: restore(Published(bytes(body))), FileRefused) == "witness_untrusted"
    assert is_untouched(new)


def test_a_tampered_checkpoint_is_refused_and_nothing_written(
    office: OfficeAtWork, restore: Restore, new: Registry
) -> None:
    published = office.publish()
    assert published.checkpoint is not None
    tampered = published.checkpoint[:-5] + b"AAAAA"
    assert (
        refused(lambda: restore(replace(published, checkpoint=tampered)), FileRefused) == "witness_untrusted"
    )
    assert is_untouched(new)


@pytest.mark.few(2)
@pytest.mark.parametrize("rubbish", [b"", b"{}", b"a.b.c", b"\xff" * 100])
def test_what_is_no_bundle_is_refused(restore: Restore, new: Registry, rubbish: bytes) -> None:
    assert refused(lambda: restore(Published(rubbish)), FileRefused) == "witness_untrusted"
    assert is_untouched(new)


def test_another_registrys_bundle_is_refused(
    restore: Restore, new: Registry, sqlite_databases: SqliteDatabases, office: OfficeAtWork
) -> None:
    published = signed(office, office.publish(), registry="f" * 32)
    assert refused(lambda: restore(published), FileRefused) == "witness_of_another"
    assert is_untouched(new)


def test_a_checkpoint_of_another_registry_is_refused(
    office: OfficeAtWork, restore: Restore, new: Registry
) -> None:
    published = office.publish()
    claims = {"registry": "f" * 32, "at": 0, "entries": 9, "head": "00" * 32, "series": []}
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, office.clock.date(), PASSPHRASE)
    foreign = key.publish(CHECKPOINT_TYP, json.dumps(claims).encode()).encode()
    assert (
        refused(lambda: restore(replace(published, checkpoint=foreign)), FileRefused) == "witness_of_another"
    )
    assert is_untouched(new)


def test_a_bundle_signed_by_a_key_that_was_stolen_is_refused(
    office: OfficeAtWork, tmp_path: Path, restore: Restore, new: Registry
) -> None:
    published = office.publish()
    kid = open_bundle(published.trust_bundle).signer.kid
    administering.new_key(office.registry, Purpose.PUBLICATION, None, PASSPHRASE, office.tick())
    administering.revoke_key(office.registry, kid, "dicuri", office.tick())
    file = office.back_up(tmp_path / "after the theft").file
    assert refused(lambda: restore(published, file=file), FileRefused) == "witness_untrusted"
    assert is_untouched(new)


def test_a_bundle_signed_by_an_unknown_key_is_refused(
    office: OfficeAtWork, restore: Restore, new: Registry
) -> None:
    bundle, key = opened(office.publish()), a_publication_key()
    own = replace(bundle, keys=KeyRing([*bundle.keys, key.key]))
    assert (
        refused(lambda: restore(Published(key.publish(TYP, own.to_payload()).encode())), FileRefused)
        == "witness_untrusted"
    )
    assert is_untouched(new)


def rotated(office: OfficeAtWork) -> Published:
    """Published once a publication key made after the backup signs alone."""
    made = administering.new_key(office.registry, Purpose.PUBLICATION, None, PASSPHRASE, office.tick())
    administering.activate_key(office.registry, made.key.kid, office.tick(100))
    return office.publish()


def test_a_publication_key_made_after_the_backup_needs_a_pin(
    office: OfficeAtWork, restore: Restore, new: Registry
) -> None:
    published = rotated(office)
    assert refused(lambda: restore(published), FileRefused) == "witness_untrusted"
    restored = restore(published, pins=(open_bundle(published.trust_bundle).signer.kid,))
    assert codes(restored) == []
    assert restored.keyless == ("-",)


def test_a_witness_from_the_future_is_refused(office: OfficeAtWork, restore: Restore, new: Registry) -> None:
    published = signed(office, office.publish(), as_of=office.clock + timedelta(hours=2))
    assert refused(lambda: restore(published), CallerError) == "clock_behind"
    assert is_untouched(new)


def test_a_backup_of_another_history_than_the_published_one_is_found_out(
    office: OfficeAtWork, restore: Restore, tmp_path: Path, sqlite_databases: SqliteDatabases
) -> None:
    office.issue(5)
    left_behind = office.back_up(tmp_path / "not used by the first restore").file
    restore()
    [since] = office.issue(1)
    published = office.publish()
    with sqlite_databases.nothing_yet() as again:
        assert again.file is not None
        order = Order(left_behind, "production", published=published)
        restored = administering.restore(again, again.file, order, office.tick())
        office.registry = again
        assert codes(restored) == ["other_history"]
        [paper] = office.issue(1)
    assert since.position == (2, 0)
    assert paper.position == (3, 0)
    assert paper.number > since.number


def test_a_second_loss_keeps_what_the_first_restore_knew(
    office: OfficeAtWork, restore: Restore, tmp_path: Path, sqlite_databases: SqliteDatabases
) -> None:
    b = office.issue(2)
    office.revoke(b[0])
    restore(office.publish())
    d = office.issue(2)
    second = office.back_up(tmp_path / "second").file
    e = office.issue(2)
    published = office.publish()
    with sqlite_databases.nothing_yet() as again:
        assert again.file is not None
        order = Order(second, "production", published=published)
        restored = administering.restore(again, again.file, order, office.tick())
        office.registry = again
        assert {(each.status_list, each.first, each.last) for each in restored.lost} == {(2, 2, 3)}
        assert restored.lists == ListsChange(closed=(1, 2), open=(3, 4))
        assert office.online(b[0]).outcome is Outcome.REVOKED
        assert office.online(b[1]).outcome is Outcome.INDETERMINATE
        assert [office.online(each).outcome for each in d] == [Outcome.VALID] * 2
        f = office.issue(2)
        assert len({each.number for each in (*office.papers, *f)}) == 3 + 2 * 4
        assert len({each.position for each in (*office.papers, *f)}) == 3 + 2 * 4
        assert {each.position for each in e}.isdisjoint(each.position for each in f)


def test_a_lost_letter_that_was_published_with_less_force_since_loses_it(
    office: OfficeAtWork, restore: Restore, tmp_path: Path, sqlite_databases: SqliteDatabases
) -> None:
    [lost] = office.issue(1)
    restore(office.publish())
    second = office.back_up(tmp_path / "second").file
    with raw(office.registry) as connection:
        connection.execute("UPDATE lost_position SET status = 1")
    published = office.publish()
    with sqlite_databases.nothing_yet() as again:
        assert again.file is not None
        order = Order(second, "production", published=published)
        administering.restore(again, again.file, order, office.tick())
        office.registry = again
        assert office.online(lost).outcome is Outcome.REVOKED


@pytest.mark.slow
def test_a_gap_of_an_earlier_restore_is_kept_from_the_witness(
    office: OfficeAtWork, restore: Restore, file: Path, sqlite_databases: SqliteDatabases
) -> None:
    [nobody_knows] = office.issue(1)
    restore()
    office.tick(72)
    published = office.publish()
    office.tick(72)
    with sqlite_databases.nothing_yet() as again:
        assert again.file is not None
        order = Order(file, "production", published=published)
        administering.restore(again, again.file, order, office.tick())
        office.registry = again
        assert opened(office.publish()).lists[1].gap == opened(published).lists[1].gap
        assert office.online(nobody_knows).outcome is Outcome.INDETERMINATE


# Lists


def test_a_spare_that_may_have_been_written_on_since_is_not_used(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    with raw(office.registry) as connection:
        connection.execute("UPDATE status_list SET capacity = 8 WHERE number = 1")
    office.issue(5)  # list 1 is full, and no one has begun with list 2
    full = office.back_up(tmp_path / "full").file
    [lost] = office.issue(1)
    assert lost.position == (2, 0)
    assert restore(file=full).lists == ListsChange(closed=(1, 2), open=(3, 4), unpublished=(3,))
    assert office.issue(1)[0].position == (3, 0)


def test_a_spare_that_was_written_on_is_not_used(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    with raw(office.registry) as connection:
        connection.execute("UPDATE status_list SET next_index = 1 WHERE number = 2")
    restored = restore(file=office.back_up(tmp_path / "two lists in use").file)
    assert restored.lists == ListsChange(closed=(1, 2), open=(3, 4), unpublished=(3,))
    assert restored.steps[0].en.startswith("The next letters are on list 3, which was never published")


def test_a_list_opened_after_the_backup_is_known_from_the_witness(
    office: OfficeAtWork, restore: Restore
) -> None:
    with raw(office.registry) as connection:
        connection.execute("UPDATE status_list SET capacity = 8 WHERE number = 1")
    lost = office.issue(7)
    assert {each.position[0] for each in lost} == {1, 2}
    published = office.publish()
    assert set(opened(published).lists) == {1, 2, 3}
    restored = restore(published)
    assert restored.lists == ListsChange(closed=(1, 2), open=(3, 4))
    assert restored.lost_positions == 7
    assert office.issue(1)[0].position == (3, 0)


def test_neighbouring_lost_positions_are_one_range_only_with_one_fate() -> None:
    lost = [
        positions.LostRange(1, index, index, state, until)
        for index, state, until in (
            (3, Status.VALID, None),
            (4, Status.VALID, None),
            (5, Status.INVALID, None),
            (6, Status.VALID, date(2027, 1, 1)),
            (8, Status.VALID, date(2027, 1, 1)),
        )
    ]
    assert [(each.first, each.last) for each in positions._in_a_row(lost)] == [(3, 4), (5, 5), (6, 6), (8, 8)]


# Keys, offices, windows, staff


def test_a_key_that_was_revoked_since_stays_revoked(office: OfficeAtWork, restore: Restore) -> None:
    with office.registry.reading() as tx:
        kid = keys.unlock(tx, Purpose.SEAL, OFFICE.code, office.clock.date(), PASSPHRASE).key.kid
    administering.revoke_key(office.registry, kid, "dicuri", office.tick())
    restored = restore(office.publish())
    with office.registry.reading() as tx:
        key = keys.ring(tx).find_kid(kid)
    assert key is not None
    assert key.state is KeyState.REVOKED
    assert (kid, KeyState.ACTIVE, KeyState.REVOKED) in {
        (each.kid, each.before, each.after) for each in restored.learnt.keys
    }
    assert restored.keyless == (OFFICE.code,)


def test_a_standby_key_that_was_put_to_use_since_signs(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    made = administering.new_key(office.registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, office.tick())
    file = office.back_up(tmp_path / "with the standby").file
    administering.activate_key(office.registry, made.key.kid, office.tick(100))
    restored = restore(office.publish(), file=file)
    assert restored.keyless == ()
    [paper] = office.issue(1)
    assert office.online(paper).outcome is Outcome.VALID


def test_what_a_key_made_since_has_signed_is_no_forgery(office: OfficeAtWork, restore: Restore) -> None:
    made = administering.new_key(office.registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, office.tick())
    administering.activate_key(office.registry, made.key.kid, office.tick(100))
    [lost] = office.issue(1)
    restore(office.publish())
    assert office.online(lost).outcome is Outcome.INDETERMINATE
    assert office.offline(office.publish(), lost).outcome is Outcome.VALID


def test_an_office_added_since_keeps_its_lists_and_is_named(office: OfficeAtWork, restore: Restore) -> None:
    other = replace(OFFICE, code="2101", name="Disdukcapil Bintan", villages=("2101",))
    new_office = replace(NEW_OFFICE, office=other, staff=(), villages=())
    administering.add_office(office.registry, new_office, "production", PASSPHRASE, office.tick())
    restored = restore(office.publish())
    assert codes(restored) == ["offices_incomplete"]
    assert restored.learnt.offices == ("2101",)
    assert restored.lists == ListsChange(closed=(1, 3), open=(2, 4, 5, 6))
    with office.registry.reading() as tx:
        assert offices.office(tx, "2101").villages == ("2101",)


def test_a_kind_added_since_is_named_with_its_numbers(office: OfficeAtWork, restore: Restore) -> None:
    with raw(office.registry) as connection:
        connection.execute(
            "INSERT INTO kind SELECT 9, title, 'SKX', template, legal_basis, rule, amount, fixed_date, signature "
            "FROM kind WHERE code = 1"
        )
        connection.execute("INSERT INTO number_series SELECT office, 9, year, 12, last_at FROM number_series")
    restored = restore(office.publish())
    [warning] = restored.warnings
    assert warning.code == "series_unkept"
    assert "2172/9/2026: 12" in warning.text.id


def test_issuing_windows_are_those_published(office: OfficeAtWork, restore: Restore) -> None:
    window = IssuingWindow(OFFICE.code, 1, date(2026, 11, 1), None)
    with office.registry.writing() as tx:
        offices.add_window(tx, window)
        audit.append(tx, office.tick(), "admin", "window.add", "1", OFFICE.code)
    restored = restore(office.publish())
    assert restored.learnt.windows_changed
    with office.registry.reading() as tx:
        assert offices.windows(tx) == (window,)


def test_no_one_time_code_seen_before_counts_again(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    with raw(office.registry) as connection:
        connection.execute(
            "INSERT INTO credential (username, password_hash, totp_locked, totp_last_step, changed_at) "
            "VALUES ('kepala', 'x', ?, 5, '2026-11-22 05:00:00.000000')",
            [b"locked"],
        )
    restore(file=office.back_up(tmp_path / "with a credential").file)
    with raw(office.registry) as connection:
        (last_step,) = connection.execute("SELECT totp_last_step FROM credential").fetchone()
    assert last_step == int(office.clock.timestamp()) // STEP_SECONDS + 1
    secret = "JBSWY3DPEHPK3PXP" * 2
    assert matching_step(secret, pyotp.TOTP(secret).at(office.clock), office.clock, last_step) is None


# What is published after


def test_versions_rise_from_the_witness_also_where_the_clock_stands_still(
    office: OfficeAtWork, restore: Restore
) -> None:
    published = office.publish()
    ahead = signed(office, published, version=opened(published).version + 7200)
    restore(ahead)
    assert opened(office.publish()).version > opened(ahead).version


def test_until_then_what_was_published_last_is_served(office: OfficeAtWork, restore: Restore) -> None:
    published = office.publish()
    restore(published)
    stored = publishing.stored(office.registry, trust.TRUST_BUNDLE)
    assert stored is not None
    assert stored.body == published.trust_bundle


def test_the_bundles_name_is_the_publishers() -> None:
    assert trust.TRUST_BUNDLE == TRUST_BUNDLE


def test_a_process_that_may_sign_publishes_anew_at_once(office: OfficeAtWork, restore: Restore) -> None:
    restore(office.publish())
    assert publishing.publish_if_due(office.registry, PUBLISHER, office.tick())


# The file


def test_an_earlier_versions_backup_is_migrated(tmp_path: Path, new: Registry) -> None:
    with closing(Registry(f"sqlite:///{tmp_path / 'old' / 'suket.sqlite3'}")) as old:
        first_tables(old)
        file = administering.back_up(old, tmp_path / "backup", NOON).file
    assert new.file is not None
    administering.restore(new, new.file, Order(file, "production"), NOON)
    assert new.is_migrated()


def test_a_later_versions_backup_is_refused(restore: Restore, file: Path, new: Registry) -> None:
    with raw(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refused(restore, FileRefused) == "backup_newer"
    assert is_untouched(new)


def test_a_backup_of_another_environment_is_refused(restore: Restore, new: Registry) -> None:
    assert refused(lambda: restore(environment="demo"), RegistryError) == "other_environment"
    assert is_untouched(new)


def test_a_file_with_another_sum_than_named_is_refused(restore: Restore, new: Registry) -> None:
    assert refused(lambda: restore(sha256="0" * 64), FileRefused) == "backup_differs"
    assert is_untouched(new)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.999])
def test_a_truncated_file_is_refused(restore: Restore, file: Path, new: Registry, part: float) -> None:
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    assert refused(restore, FileRefused) in ("backup_unreadable", "backup_damaged")
    assert is_untouched(new)


def test_another_database_is_refused(restore: Restore, file: Path, new: Registry) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE letter (id INTEGER)")
    assert refused(restore, FileRefused) == "backup_unreadable"
    assert is_untouched(new)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER letter_seal_once",
        "DROP INDEX uq_letter_open_nik",
        "CREATE TRIGGER undo AFTER UPDATE OF state ON letter BEGIN UPDATE letter SET state = 'issued'; END",
    ],
)
def test_a_backup_with_other_guards_than_ours_is_refused(
    restore: Restore, file: Path, new: Registry, change: str
) -> None:
    with raw(file) as connection:
        connection.execute(change)
    assert refused(restore, FileRefused) == "backup_damaged"
    assert is_untouched(new)


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE letter SET name = 'SITI'",
        "UPDATE letter SET state = 'approved', number = NULL",
        "UPDATE audit SET actor = 'somebody' WHERE seq = 3",
        "UPDATE audit SET at = 'never' WHERE seq = 3",
        "DELETE FROM audit WHERE seq > 5",
        "DELETE FROM registry",
        "DELETE FROM region",
    ],
)
def test_an_altered_backup_is_refused(restore: Restore, file: Path, new: Registry, change: str) -> None:
    with tampering(file) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(change)
    assert refused(restore, FileRefused) == "backup_damaged"
    assert is_untouched(new)


def test_a_flipped_bit_is_refused_or_does_no_harm(restore: Restore, file: Path, new: Registry) -> None:
    whole, dice = file.read_bytes(), random.Random(5)
    for _ in range(25):
        at = dice.randrange(len(whole))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :])
        try:
            restore()
        except SuketError:
            assert is_untouched(new)
        else:
            assert new.file is not None
            new.close()
            for left in new.file.parent.iterdir():
                left.unlink()


# The place


def test_a_registry_that_is_there_is_not_touched(
    office: OfficeAtWork, restore: Restore, new: Registry
) -> None:
    assert new.file is not None
    shutil.copy(office.registry.file or "", new.file)
    before = new.file.read_bytes()
    assert refused(restore, CallerError) == "place_taken"
    assert new.file.read_bytes() == before


def test_another_programs_tables_are_not_touched(
    office: OfficeAtWork, file: Path, databases: Databases, tmp_path: Path
) -> None:
    with databases.nothing_yet() as other:
        with raw(other) as connection:
            connection.execute("CREATE TABLE something (id INTEGER)")
        place = other.file or tmp_path / "suket.sqlite3"
        with pytest.raises(CallerError) as refusal:
            administering.restore(other, place, Order(file, "production"), office.tick())
        assert refusal.value.code == "place_taken"


def test_whatever_else_lies_there_is_not_touched(restore: Restore, new: Registry) -> None:
    assert new.file is not None
    new.file.write_text("something else")
    assert refused(restore, CallerError) == "place_taken"
    assert new.file.read_text() == "something else"


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_what_the_lost_database_left_beside_it_stops_the_restore(
    restore: Restore, new: Registry, suffix: str
) -> None:
    assert new.file is not None
    new.file.with_name(new.file.name + suffix).write_bytes(b"x")
    assert refused(restore, CallerError) == "place_taken"


def test_tables_that_nobody_used_are_no_registry(
    office: OfficeAtWork, file: Path, databases: Databases, tmp_path: Path
) -> None:
    with databases.nothing_yet() as empty:
        empty.migrate()
        empty.close()
        place = empty.file or tmp_path / "suket.sqlite3"
        administering.restore(empty, place, Order(file, "production"), office.tick())
        office.registry = empty
        assert len(office.issue(2)) == 2


def test_the_report_is_kept_before_anything_is_in_place(
    office: OfficeAtWork, file: Path, new: Registry
) -> None:
    assert new.file is not None
    kept: list[Restored] = []

    def keep(restored: Restored) -> None:
        assert not (new.file and new.file.exists())
        kept.append(restored)

    restored = administering.restore(new, new.file, Order(file, "production"), office.tick(), keep)
    assert kept == [restored]


def test_what_appears_there_in_the_meantime_is_not_overwritten(
    office: OfficeAtWork, file: Path, new: Registry
) -> None:
    assert new.file is not None
    place = new.file

    def somebody_was_quicker(_restored: Restored) -> None:
        place.write_text("something else")

    order = Order(file, "production")
    with pytest.raises(CallerError) as refusal:
        administering.restore(new, place, order, office.tick(), somebody_was_quicker)
    assert refusal.value.code == "place_taken"
    assert place.read_text() == "something else"


def test_it_is_its_owners_alone_and_nothing_lies_beside_it(restore: Restore, new: Registry) -> None:
    restore()
    assert new.file is not None
    assert new.file.stat().st_mode & 0o777 == 0o600
    assert list(new.file.parent.iterdir()) == [new.file]


def test_the_audit_says_from_what_and_with_whom(office: OfficeAtWork, restore: Restore) -> None:
    office.issue(2)
    published = office.publish()
    with office.registry.reading() as tx:
        witness = audit.head(tx)
    restored = restore(published)
    with office.registry.reading() as tx:
        [entry] = audit.of_action(tx, "registry.restore")
    assert (entry.actor, entry.at, entry.seq) == ("console", office.clock, restored.contents.entries + 1)
    assert json.loads(entry.details) == {
        "entries": restored.contents.entries,
        "sha256": restored.sha256,
        "witness_version": opened(published).version,
        "witness_entries": witness.entries,
        "witness_head": witness.hash.hex(),
        "revoked": 0,
        "suspended": 0,
        "extended": 0,
        "lost": 2,
        "held_clients": 0,
        "reserve": RESERVE,
    }


# Killed


def test_killed_anywhere_the_next_run_just_works(
    office: OfficeAtWork, file: Path, databases: Databases, tmp_path: Path
) -> None:
    office.issue(2)
    bundle = tmp_path / "trust-bundle.jws"
    bundle.write_bytes(office.publish().trust_bundle)
    at = office.tick().isoformat()

    def run(last: int, target: Registry) -> subprocess.CompletedProcess[str]:
        place = target.file or tmp_path / "staging" / "suket.sqlite3"
        url = target.url.render_as_string(hide_password=False)
        return subprocess.run(
            [sys.executable, "-m", "tests.administering.killed", str(last), url, place, file, bundle, at],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )

    with databases.nothing_yet() as dry:
        if dry.file is None:
            dry.migrate()  # as the first of the killed leaves a server
        steps = int(run(0, dry).stdout)
    with databases.nothing_yet() as target:
        for last in (1, steps // 2, steps - 2):
            assert run(last, target).returncode == -9
            assert copying.is_empty(target)
            target.close()
        assert run(0, target).returncode == 0
        office.registry = target
        assert administering.check_audit(target).is_whole
        assert office.issue(1)[0].position[0] == 2
    staged = target.file or tmp_path / "staging" / "suket.sqlite3"
    assert list(staged.parent.glob(".*")) == []


def test_no_session_and_no_recovery_code_of_the_backup_lives_on(
    office: OfficeAtWork, tmp_path: Path, restore: Restore
) -> None:
    with office.registry.reading() as tx:
        member = staff.find(tx, "kepala")
    assert member is not None
    proof = Proof(member, with_code=True, complete=True)
    token = administering.begin_session(office.registry, proof, "-", office.tick())
    at = office.tick()
    present = administering.who_is(office.registry, token, at, at)
    assert present is not None
    administering.renew_recovery_codes(office.registry, present, at)
    file = office.back_up(tmp_path / "while signed in").file
    restore(office.publish(), file=file)
    assert administering.whose_was(office.registry, token) is None
    with office.registry.reading() as tx:
        assert credentials.recovery_codes_left(tx, "kepala") == 0
