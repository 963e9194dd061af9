"""The audit chain against what was published: a history that was rewritten whole is found out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from suket_service import administering, publishing
from suket_service.administering import AuditCheck
from suket_service.administering import audit as checking
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.signing import CHECKPOINT_TYP
from suket_service.core.trust_bundle import open_bundle
from suket_service.errors import InputError, KeyTrouble, RegistryError
from suket_service.publishing import CHECKPOINT, TRUST_BUNDLE, Publisher, list_name
from suket_service.registry import audit, keys
from suket_service.registry.audit import Entry
from suket_service.registry.schema import AuditRow
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE, TODAY, a_publication_key
from tests.core.builders import a_bundle, signed
from tests.databases import Databases
from tests.registry.builders import tampering

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)
Rewriting = Callable[[list[Entry]], list[Entry]]


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def check(registry: Registry, checkpoint: str | None = None) -> AuditCheck:
    return administering.check_audit(registry, checkpoint)


def trouble(registry: Registry, checkpoint: str) -> str:
    with pytest.raises((KeyTrouble, InputError)) as refused:
        check(registry, checkpoint)
    assert refused.value.text.id
    assert refused.value.text.en
    return refused.value.code


def publish(registry: Registry, at: datetime, name: str = CHECKPOINT) -> str:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, name)
    assert stored is not None
    return stored.body.decode()


def work(registry: Registry, count: int, start: int = 0) -> None:
    """Letters' entries, as issuing appends them."""
    with registry.writing() as tx:
        audit.append_all(tx, [entry_of(start + number) for number in range(count)])


def entry_of(number: int) -> Entry:
    at = NOON + timedelta(seconds=number % 50)
    return Entry(at, "kepala", "letter.issue", f"letter {number}", "2172", {"requested_by": "operator"})


def history(registry: Registry) -> list[Entry]:
    with registry.reading() as tx:
        stored = audit.stretch(tx, 0, 1_000)
    return [
        Entry(each.at, each.actor, each.action, each.subject, each.office, json.loads(each.details))
        for each in stored
    ]


def write_anew(registry: Registry, entries: list[Entry]) -> None:
    """Another history in place of the one that was, every hash made anew: an insider with our own code."""
    with tampering(registry) as connection:
        connection.execute("DELETE FROM audit")
    with registry.writing() as tx:
        audit.append_all(tx, entries)


@pytest.fixture
def chain(registry: Registry) -> Registry:
    """A registry with some history."""
    work(registry, 12)
    return registry


# A whole chain, read in parts


@pytest.mark.parametrize("portion", [1, 3, 13, 14, 15])
def test_a_whole_chain_is_whole_however_it_is_divided(
    chain: Registry, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(checking, "PORTION", portion)
    assert check(chain) == AuditCheck(14, None, None)


@pytest.mark.parametrize("portion", [1, 4, 1_000])
@pytest.mark.parametrize("seq", [1, 4, 5, 14])
def test_a_break_is_found_wherever_the_parts_meet(
    chain: Registry, monkeypatch: pytest.MonkeyPatch, portion: int, seq: int
) -> None:
    monkeypatch.setattr(checking, "PORTION", portion)
    with tampering(chain) as connection:
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = ?", (seq,))
    assert check(chain) == AuditCheck(14, seq, None)


def test_a_number_left_out_is_a_break_though_every_hash_fits(chain: Registry) -> None:
    with chain.reading() as tx:
        stored = audit.stretch(tx, 0, 1_000)
    with tampering(chain) as connection:
        connection.execute("DELETE FROM audit WHERE seq > 5")
    previous = stored[4].hash
    with chain.writing() as tx:
        for entry in stored[5:]:
            digest = audit._digest(previous, entry.seq + 1, *entry[1:7])
            row = entry._replace(seq=entry.seq + 1, previous=previous, hash=digest)._asdict()
            tx.execute(insert(AuditRow).values(row))
            previous = digest
    assert check(chain).first_break == 6


class Busy(Registry):
    """A registry that someone writes to whenever nobody reads it."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with super().reading() as tx:
            yield tx
        work(self, 2, start=100)


def test_writers_come_in_between_two_parts(chain: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PORTION", 5)
    busy = Busy(chain.url.render_as_string(hide_password=False))
    found = check(busy, publish(chain, minute(1)))
    busy.close()
    assert (found.first_break, found.fits_checkpoint) == (None, True)
    assert found.entries > 20


@pytest.mark.parametrize(
    ("column", "value"), [("at", "yesterday"), ("actor", b"\x00"), ("seq", -1), ("hash", "x"), ("details", 1)]
)
def test_what_is_no_entry_at_all_is_a_break_too(
    sqlite_registry: Registry, column: str, value: object
) -> None:
    # SQLite lets a column hold anything; the check must not stumble over it.
    work(sqlite_registry, 3)
    with tampering(sqlite_registry) as connection:
        connection.execute(f"UPDATE audit SET {column} = ? WHERE seq = 3", (value,))
    assert not is_whole(sqlite_registry)


def is_whole(registry: Registry) -> bool:
    try:
        return check(registry).is_whole
    except RegistryError:
        return False


# Another history


def another_actor(entries: list[Entry]) -> list[Entry]:
    return [*entries[:3], replace(entries[3], actor="nobody"), *entries[4:]]


def no_letters(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not entry.action.startswith("letter.")]


def one_letter_less(entries: list[Entry]) -> list[Entry]:
    return [*entries[:5], *entries[6:]]


def one_letter_more(entries: list[Entry]) -> list[Entry]:
    return [*entries[:5], entry_of(99), *entries[5:]]


def two_the_other_way_round(entries: list[Entry]) -> list[Entry]:
    return [*entries[:5], entries[6], entries[5], *entries[7:]]


def another_second(entries: list[Entry]) -> list[Entry]:
    return [*entries[:2], replace(entries[2], at=entries[2].at + timedelta(microseconds=1)), *entries[3:]]


def another_detail(entries: list[Entry]) -> list[Entry]:
    return [*entries[:-1], replace(entries[-1], details={"more": 1})]


def nothing_at_all(entries: list[Entry]) -> list[Entry]:
    return []


def and_longer(rewriting: Rewriting) -> Rewriting:
    def longer(entries: list[Entry]) -> list[Entry]:
        return [*rewriting(entries), *(entry_of(200 + number) for number in range(30))]

    return longer


REWRITINGS: dict[str, Rewriting] = {
    each.__name__: each
    for each in (
        another_actor,
        no_letters,
        one_letter_less,
        one_letter_more,
        two_the_other_way_round,
        another_second,
        another_detail,
        nothing_at_all,
    )
}
REWRITINGS |= {f"{name} and longer": and_longer(each) for name, each in REWRITINGS.items()}
every_rewriting = pytest.mark.parametrize("rewriting", REWRITINGS.values(), ids=REWRITINGS)


@pytest.mark.few(8)
@every_rewriting
def test_a_rewritten_chain_is_whole_in_itself_and_found_by_what_was_published_before(
    chain: Registry, rewriting: Rewriting
) -> None:
    checkpoint = publish(chain, minute(1))
    with chain.reading() as tx:
        claimed = audit.head(tx).entries
    write_anew(chain, rewriting(history(chain)[:claimed]))
    assert check(chain).is_whole
    found = check(chain, checkpoint)
    assert (found.first_break, found.fits_checkpoint, found.lost_in_restore) == (None, False, None)
    assert not found.is_whole


def test_the_checkpoint_in_a_trust_bundle_finds_it_too(chain: Registry) -> None:
    bundle = publish(chain, minute(1), TRUST_BUNDLE)
    assert check(chain, bundle).fits_checkpoint
    write_anew(chain, another_actor(history(chain)))
    assert check(chain, bundle).fits_checkpoint is False


def test_any_checkpoint_before_the_rewriting_finds_it_and_none_after(chain: Registry) -> None:
    before = [publish(chain, minute(number)) for number in range(1, 5)]
    write_anew(chain, another_actor(history(chain)))
    after = publish(chain, minute(5))
    assert [check(chain, each).fits_checkpoint for each in before] == [False] * 4
    assert check(chain, after).fits_checkpoint is True


def test_a_checkpoint_older_than_the_entry_that_was_changed_still_fits(chain: Registry) -> None:
    checkpoint = publish(chain, minute(1))
    work(chain, 3, start=50)
    write_anew(chain, another_detail(history(chain)))
    assert check(chain, checkpoint).fits_checkpoint is True


def test_the_same_history_written_anew_is_the_same_history(chain: Registry) -> None:
    checkpoint = publish(chain, minute(1))
    write_anew(chain, history(chain))
    assert check(chain, checkpoint).fits_checkpoint is True


# Number series


@pytest.mark.usefixtures("issued")
def test_numbers_that_went_on_fit_and_numbers_that_fell_back_do_not(registry: Registry) -> None:
    checkpoint = publish(registry, minute(1))
    for last, fits in ((7, True), (1, True), (0, False)):
        with tampering(registry) as connection:
            connection.execute("UPDATE number_series SET last_serial = ?", (last,))
        assert check(registry, checkpoint).fits_checkpoint is fits


@pytest.mark.usefixtures("issued")
def test_a_series_that_vanished_does_not_fit(registry: Registry) -> None:
    checkpoint = publish(registry, minute(1))
    with tampering(registry) as connection:
        connection.execute("DELETE FROM number_series")
    assert check(registry, checkpoint).fits_checkpoint is False


def test_a_checkpoint_of_before_the_first_number_fits_for_ever(
    registry: Registry, request: pytest.FixtureRequest
) -> None:
    checkpoint = publish(registry, NOON - timedelta(minutes=1))
    request.getfixturevalue("issued")
    assert check(registry, checkpoint).fits_checkpoint is True


# What is no checkpoint of ours


def test_another_registry_s_checkpoint_is_refused_in_so_many_words(
    chain: Registry, databases: Databases
) -> None:
    with databases.nothing_yet() as other:
        administering.initialise(other, "production", PASSPHRASE, NOON)
        for name in (CHECKPOINT, TRUST_BUNDLE):
            assert trouble(chain, publish(other, minute(1), name)) == "checkpoint_foreign"


def test_a_checkpoint_under_our_key_that_names_another_registry_is_refused(chain: Registry) -> None:
    checkpoint = publish(chain, minute(1))
    with tampering(chain) as connection:
        connection.execute("UPDATE registry SET registry_id = ?", ("0" * 32,))
    assert trouble(chain, checkpoint) == "checkpoint_foreign"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "{}", "{", "é", '{"payload":"","signatures":[]}'])
def test_something_else_is_no_checkpoint(chain: Registry, text: str) -> None:
    assert trouble(chain, text) == "not_a_publication"


def test_a_status_list_is_no_checkpoint(chain: Registry) -> None:
    assert trouble(chain, publish(chain, minute(1), list_name(1))) == "not_a_publication"


def test_a_checkpoint_altered_by_one_character_is_refused(chain: Registry) -> None:
    checkpoint = publish(chain, minute(1))
    middle = len(checkpoint) // 2
    other = "A" if checkpoint[middle] != "A" else "B"
    assert trouble(chain, checkpoint[:middle] + other + checkpoint[middle + 1 :]) == "not_a_publication"


def test_a_bundle_without_a_checkpoint_proves_nothing(chain: Registry) -> None:
    stranger = a_publication_key()
    assert trouble(chain, signed(a_bundle([stranger.key], checkpoint=None), stranger)) == "not_a_publication"


def test_a_stranger_s_bundle_may_carry_our_checkpoint_and_not_another(chain: Registry) -> None:
    # The checkpoint is judged by its own signature, whoever hands it over.
    stranger = a_publication_key()
    ours, theirs = publish(chain, minute(1)), stranger.publish(CHECKPOINT_TYP, b"{}")
    assert check(chain, signed(a_bundle([stranger.key], checkpoint=ours), stranger)).fits_checkpoint
    assert (
        trouble(chain, signed(a_bundle([stranger.key], checkpoint=theirs), stranger)) == "checkpoint_foreign"
    )


@pytest.mark.parametrize("payload", [b"{}", b'{"registry":1,"at":"x"}', b'{"at":1e999}'])
def test_our_own_key_s_word_in_another_shape_is_no_checkpoint(chain: Registry, payload: bytes) -> None:
    with chain.reading() as tx:
        key = keys.unlock(tx, Purpose.PUBLICATION, None, TODAY, PASSPHRASE)
    assert trouble(chain, key.publish(CHECKPOINT_TYP, payload)) == "not_a_publication"


# Whose word counts


def publication_kid(registry: Registry) -> str:
    return next(
        key.kid
        for key in administering.list_keys(registry)
        if key.purpose is Purpose.PUBLICATION and key.state is KeyState.ACTIVE
    )


def rotate(registry: Registry) -> None:
    made = administering.new_key(registry, Purpose.PUBLICATION, None, PASSPHRASE, minute(2)).key
    administering.activate_key(registry, made.kid, minute(3))


@pytest.mark.parametrize("name", [CHECKPOINT, TRUST_BUNDLE])
def test_a_retired_key_s_old_checkpoints_stay_good(chain: Registry, name: str) -> None:
    checkpoint = publish(chain, minute(1), name)
    rotate(chain)
    assert check(chain, checkpoint).fits_checkpoint is True
    assert check(chain, publish(chain, minute(4), name)).fits_checkpoint is True


def test_a_retired_key_s_later_checkpoints_are_none(chain: Registry) -> None:
    with chain.reading() as tx:
        old = keys.unlock(tx, Purpose.PUBLICATION, None, TODAY, PASSPHRASE)
    rotate(chain)
    claims = {"registry": "", "at": int(minute(60 * 24).timestamp()), "entries": 0, "head": "", "series": []}
    with tampering(chain) as connection:
        ((claims["registry"],),) = connection.execute("SELECT registry_id FROM registry").fetchall()
    late = old.publish(CHECKPOINT_TYP, json.dumps(claims).encode())
    assert trouble(chain, late) == "not_a_publication"


@pytest.mark.parametrize("name", [CHECKPOINT, TRUST_BUNDLE])
def test_a_revoked_key_s_checkpoints_no_longer_count(chain: Registry, name: str) -> None:
    checkpoint = publish(chain, minute(1), name)
    administering.revoke_key(chain, publication_kid(chain), "dicuri", minute(2))
    assert trouble(chain, checkpoint) == "checkpoint_key_revoked"


def test_a_key_on_standby_makes_no_checkpoint(chain: Registry) -> None:
    checkpoint = publish(chain, minute(1))
    with tampering(chain) as connection:
        connection.execute("UPDATE signing_key SET state = 'standby' WHERE purpose = 'publication'")
    assert trouble(chain, checkpoint) == "not_a_publication"


def test_a_bundle_that_two_keys_signed_holds_a_checkpoint_too(chain: Registry) -> None:
    administering.new_key(chain, Purpose.PUBLICATION, None, PASSPHRASE, minute(1))
    bundle = publish(chain, minute(2), TRUST_BUNDLE)
    assert bundle.startswith("{")
    assert check(chain, bundle).fits_checkpoint is True


# After a restore


@pytest.fixture
def restored(chain: Registry) -> tuple[Registry, dict[str, str]]:
    """A registry brought back from a backup that was older than what was published last."""
    published = {"before": publish(chain, minute(1))}
    backup = history(chain)
    work(chain, 4, start=50)
    published["between"] = publish(chain, minute(2))
    work(chain, 4, start=60)
    published["witness"] = publish(chain, minute(3))
    published["bundle"] = stored_bundle(chain)
    with chain.reading() as tx:
        witness = audit.head(tx)
    details = {"witness_entries": witness.entries, "witness_head": witness.hash.hex(), "entries": len(backup)}
    write_anew(chain, [*backup, Entry(minute(10), "console", checking.RESTORE, "backup", details=details)])
    work(chain, 40, start=70)
    published["after"] = publish(chain, minute(11))
    return chain, published


def stored_bundle(registry: Registry) -> str:
    found = publishing.stored(registry, TRUST_BUNDLE)
    assert found is not None
    assert open_bundle(found.body).bundle.checkpoint
    return found.body.decode()


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("which", "fits", "restore", "is_whole"),
    [
        ("before", True, None, True),
        ("between", False, 16, False),
        ("witness", None, 16, True),
        ("bundle", None, 16, True),
        ("after", True, None, True),
    ],
)
def test_what_a_restore_lost_is_said_to_be_lost_and_nothing_else_is_excused(
    restored: tuple[Registry, dict[str, str]],
    which: str,
    fits: bool | None,
    restore: int | None,
    is_whole: bool,
) -> None:
    registry, published = restored
    found = check(registry, published[which])
    assert (found.first_break, found.fits_checkpoint, found.lost_in_restore) == (None, fits, restore)
    assert found.is_whole is is_whole


def test_a_witness_whose_numbers_are_not_kept_does_not_fit(issued: object, registry: Registry) -> None:
    backup = history(registry)
    work(registry, 3)
    witness = publish(registry, minute(1))
    with registry.reading() as tx:
        head = audit.head(tx)
    details = {"witness_entries": head.entries, "witness_head": head.hash.hex(), "entries": len(backup)}
    write_anew(registry, [*backup, Entry(minute(2), "console", checking.RESTORE, "backup", details=details)])
    assert check(registry, witness).is_whole
    with tampering(registry) as connection:
        connection.execute("UPDATE number_series SET last_serial = 0")
    assert check(registry, witness).fits_checkpoint is False


def test_a_restore_does_not_excuse_what_was_published_after_it(
    restored: tuple[Registry, dict[str, str]],
) -> None:
    registry, published = restored
    write_anew(registry, another_actor(history(registry)))
    found = check(registry, published["after"])
    assert (found.fits_checkpoint, found.lost_in_restore) == (False, None)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "details",
    [
        {"witness_head": "00" * 32},
        {"witness_entries": 1},
        {"entries": None},
        {"entries": "many"},
        {"entries": 10_000},
    ],
    ids=repr,
)
def test_a_restore_that_names_another_witness_explains_nothing(
    restored: tuple[Registry, dict[str, str]], details: dict[str, object]
) -> None:
    registry, published = restored
    entries = history(registry)
    entries[15] = replace(entries[15], details={**(entries[15].details or {}), **details})
    write_anew(registry, entries)
    assert check(registry, published["witness"]).fits_checkpoint is False


def test_of_two_restores_the_one_that_names_the_witness_counts(
    restored: tuple[Registry, dict[str, str]],
) -> None:
    registry, published = restored
    entries = history(registry)
    other = replace(entries[15], details={"entries": 3, "witness_entries": 4, "witness_head": "00"})
    write_anew(registry, [*entries[:15], other, *entries[15:]])
    found = check(registry, published["witness"])
    assert (found.fits_checkpoint, found.lost_in_restore) == (None, 17)
