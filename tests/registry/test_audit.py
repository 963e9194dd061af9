"""The audit chain: appended only; whatever is done to it afterwards shows."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from suket_service import administering, publishing
from suket_service.administering import AuditCheck
from suket_service.errors import KeyTrouble
from suket_service.publishing import CHECKPOINT, Publisher, list_name
from suket_service.registry import audit
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE
from tests.databases import Databases
from tests.registry.builders import raw, tampering

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)
COLUMNS = ("at", "office", "actor", "action", "subject", "details", "previous", "hash")
ENTRIES = 6  # the registry's, the office's and four of ours


@pytest.fixture
def chain(registry: Registry) -> Registry:
    with registry.writing() as tx:
        for step in range(ENTRIES - audit.head(tx).entries):
            at = NOON + timedelta(seconds=step)
            audit.append(tx, at, "operator", "letter.draft", f"subject {step}", "2172", {"kind": step})
    return registry


def check(registry: Registry, checkpoint: str | None = None) -> AuditCheck:
    return administering.check_audit(registry, checkpoint)


def checkpoint_of(registry: Registry) -> str:
    publishing.publish(registry, PUBLISHER, NOON + timedelta(minutes=1))
    stored = publishing.stored(registry, CHECKPOINT)
    assert stored is not None
    return stored.body.decode()


def test_entries_are_numbered_and_chained(chain: Registry) -> None:
    with raw(chain) as connection:
        rows = connection.execute("SELECT seq, previous, hash FROM audit ORDER BY seq").fetchall()
    assert [seq for seq, _, _ in rows] == list(range(1, ENTRIES + 1))
    assert [previous for _, previous, _ in rows] == [audit.GENESIS, *(digest for _, _, digest in rows[:-1])]


def test_an_untouched_chain_is_whole(chain: Registry) -> None:
    assert check(chain) == AuditCheck(ENTRIES, None, None)


def test_a_rolled_back_entry_leaves_no_trace(chain: Registry) -> None:
    with pytest.raises(ZeroDivisionError), chain.writing() as tx:  # noqa: PT012
        audit.append(tx, NOON, "operator", "letter.draft", "none")
        raise ZeroDivisionError
    assert check(chain) == AuditCheck(ENTRIES, None, None)


@pytest.mark.few(8)
@pytest.mark.parametrize("seq", [1, 3, ENTRIES])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_column_shows(chain: Registry, column: str, seq: int) -> None:
    with tampering(chain) as connection:
        (old,) = connection.execute(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()
        connection.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", (another(column, old), seq))
    assert check(chain).first_break == seq


def another(column: str, old: object) -> object:
    if column == "at":
        return "2026-11-22 05:00:00.000001"
    if isinstance(old, bytes):
        return bytes((old[0] ^ 1, *old[1:]))
    return f"{str(old)[:-1]}x" if old else "x"


def test_the_order_of_equal_neighbouring_columns_shows(chain: Registry) -> None:
    with tampering(chain) as connection:
        connection.execute("UPDATE audit SET actor = action, action = actor WHERE seq = 3")
    assert check(chain).first_break == 3


@pytest.mark.parametrize(
    ("statement", "first_break"),
    [
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("UPDATE audit SET seq = 99 WHERE seq = 6", 6),
        (
            "INSERT INTO audit SELECT 7, at, office, actor, action, subject, details, previous, hash FROM audit WHERE seq = 6",
            7,
        ),
    ],
    ids=["delete in the middle", "delete the first", "renumber", "insert"],
)
def test_an_entry_taken_out_or_put_in_shows(chain: Registry, statement: str, first_break: int) -> None:
    with tampering(chain) as connection:
        connection.execute(statement)
    assert check(chain).first_break == first_break


def test_entries_in_another_order_show(chain: Registry) -> None:
    with tampering(chain) as connection:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            connection.execute("UPDATE audit SET seq = ? WHERE seq = ?", (new, old))
    assert check(chain).first_break == 3


def rewrite(registry: Registry, seq: int) -> None:
    """Change one entry and make the rest of the chain fit: what someone with the source can do."""
    with tampering(registry) as connection:
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = ?", (seq,))
        previous = audit.GENESIS
        rows = connection.execute(
            "SELECT seq, at, office, actor, action, subject, details FROM audit ORDER BY seq"
        ).fetchall()
        for seq_, at, *rest in rows:
            moment = datetime.fromisoformat(at) if isinstance(at, str) else at  # SQLite has no type for it
            instant = moment.replace(tzinfo=UTC).timestamp()
            entry = json.dumps([seq_, instant, *rest], ensure_ascii=False)
            digest = hashlib.sha256(previous + entry.encode()).digest()
            connection.execute(
                "UPDATE audit SET previous = ?, hash = ? WHERE seq = ?", (previous, digest, seq_)
            )
            previous = digest


def delete_last(registry: Registry, seq: int) -> None:
    with tampering(registry) as connection:
        connection.execute("DELETE FROM audit WHERE seq > ?", (seq,))


@pytest.mark.parametrize("tamper", [rewrite, delete_last])
def test_a_consistent_chain_with_another_history_is_whole_in_itself(
    chain: Registry, tamper: Callable[[Registry, int], None]
) -> None:
    tamper(chain, 3)
    assert check(chain).is_whole


@pytest.mark.parametrize("tamper", [rewrite, delete_last])
def test_a_published_checkpoint_shows_another_history(
    chain: Registry, tamper: Callable[[Registry, int], None]
) -> None:
    checkpoint = checkpoint_of(chain)
    tamper(chain, 3)
    found = check(chain, checkpoint)
    assert (found.first_break, found.fits_checkpoint, found.is_whole) == (None, False, False)


def test_a_chain_that_grew_fits_an_earlier_checkpoint(chain: Registry) -> None:
    checkpoint = checkpoint_of(chain)
    checkpoint_of(chain)
    assert check(chain, checkpoint) == AuditCheck(ENTRIES + 2, None, fits_checkpoint=True)


@pytest.mark.usefixtures("issued")
def test_a_series_that_was_set_back_does_not_fit_the_checkpoint(registry: Registry) -> None:
    checkpoint = checkpoint_of(registry)
    with tampering(registry) as connection:
        connection.execute("UPDATE number_series SET last_serial = 0")
    assert check(registry, checkpoint).fits_checkpoint is False


def test_something_else_that_was_published_is_no_checkpoint(chain: Registry) -> None:
    checkpoint_of(chain)
    other = publishing.stored(chain, list_name(1))
    assert other is not None
    with pytest.raises(KeyTrouble):
        check(chain, other.body.decode())


def test_another_registrys_checkpoint_is_refused(chain: Registry, databases: Databases) -> None:
    with databases.nothing_yet() as other:
        administering.initialise(other, "production", PASSPHRASE, NOON)
        checkpoint = checkpoint_of(other)
    with pytest.raises(KeyTrouble):
        check(chain, checkpoint)


@pytest.mark.usefixtures("issued")
def test_the_chain_names_nobody_by_nik_or_name(registry: Registry) -> None:
    with raw(registry) as connection:
        told = str(connection.execute("SELECT * FROM audit").fetchall())
        [(nik, name)] = connection.execute("SELECT nik, name FROM letter").fetchall()
    assert nik not in told
    assert name not in told
