"""F14 and F15: a file of requests with poisoned rows, and one whose issuing is interrupted at every row."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection, event, text

from suket_service import issuing
from suket_service.core.keyring import Purpose
from suket_service.core.signing import SigningKey
from suket_service.errors import FieldError, Problem, RegistryConflict, Text
from suket_service.issuing import RowOutcome, RowStatus, Sealing, batch
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from tests.builders import BASE_URL, NOON, OFFICE, PASSPHRASE, TODAY
from tests.faults import invariants
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

DIGEST = "f" * 64


@pytest.fixture
def children() -> Children:
    """Where processes to be killed come from."""
    return shared_children()


def _open_photo(name: str) -> bytes:
    raise FieldError(Problem("foto", "portrait_missing", Text("tidak ada", "not there")))


def _issue(
    registry: Registry, sealing: Sealing, rows: Sequence[Row], digest: str = DIGEST
) -> Iterator[RowOutcome]:
    return issuing.issue_rows(
        registry,
        OFFICE.code,
        rows,
        people=PEOPLE,
        sealing=sealing,
        open_photo=_open_photo,
        file_digest=digest,
        now=lambda: NOON,
    )


def _sealing(registry: Registry) -> Sealing:
    with registry.reading() as tx:
        return Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)


# F14


def _poisoned(count: int) -> tuple[list[Row], dict[int, tuple[str, str]]]:
    """A file of ``count`` rows, and what is wrong with some of them: row number to field and code."""
    rows = [a_person(number) for number in range(count)]
    poisons: tuple[tuple[dict[str, str], tuple[str, str]], ...] = (
        ({"nama": "BU\x00DI\x1b[31m"}, ("nama", "name_characters")),
        ({"nama": "A" * 10_000}, ("nama", "name_too_long")),
        ({"alamat": "=cmd|' /C calc'!A0"}, ("alamat", "characters")),
        ({"foto": "tidak-ada.jpg"}, ("foto", "portrait_missing")),
        ({"kode_wilayah": "3171011001"}, ("kode_wilayah", "region_unknown")),
        ({"nik": rows[0].fields["nik"]}, ("nik", "duplicate_in_file")),
        ({"nama": "SU\u202eHARTINI\u200f"}, ("nama", "name_characters")),
    )
    reasons = {}
    for place, (poison, reason) in enumerate(poisons, start=1):
        number = place * count // (len(poisons) + 1)
        rows[number] = replace(rows[number], fields={**rows[number].fields, **poison})
        reasons[number] = reason
    return rows, reasons


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_f14_poisoned_rows_cost_nobody_else_a_letter(
    registry: Registry, sealing: Sealing, count: int, found: Found
) -> None:
    """Of a file with seven bad rows all others are issued; each bad one is told by row and field."""
    register(registry, range(count))
    rows, reasons = _poisoned(count)
    outcomes = list(_issue(registry, sealing, rows))
    refused = {each.row: each.problems for each in outcomes if each.status is RowStatus.REFUSED}
    assert {row: [(each.field, each.code) for each in told] for row, told in refused.items()} == {
        row: [reason] for row, reason in reasons.items()
    }
    issued = [each for each in outcomes if each.status is RowStatus.ISSUED]
    assert len(issued) == invariants.check(registry) == count - len(reasons)
    assert [each.letter.number for each in issued if each.letter] == [
        OFFICE.number(serial, "SKP", TODAY.year) for serial in range(1, len(issued) + 1)
    ]
    found(f"{len(issued)} of {count} issued, {len(refused)} refused by field")


def test_f14_a_poisoned_file_sent_again_issues_nothing(registry: Registry, sealing: Sealing) -> None:
    """The same file again, also under another name, issues nothing new."""
    register(registry, range(120))
    rows, reasons = _poisoned(120)
    list(_issue(registry, sealing, rows))
    for digest in (DIGEST, "e" * 64):
        again = [each.status for each in _issue(registry, sealing, rows, digest)]
        assert (again.count(RowStatus.UNCHANGED), again.count(RowStatus.REFUSED)) == (113, 7)
    assert invariants.check(registry) == 120 - len(reasons)


def _poison_in_the_database(registry: Registry, nik: str) -> None:
    """A rule that our code knows nothing of: only the database refuses this person's letter."""
    with registry.writing() as tx:
        if registry.file:
            tx.execute(
                text(
                    f"CREATE TRIGGER poison BEFORE INSERT ON letter WHEN NEW.nik = '{nik}' "
                    "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
                )
            )
        else:
            tx.execute(text(f"ALTER TABLE letter ADD CONSTRAINT poison CHECK (nik <> '{nik}') NOT VALID"))


def test_f14_a_row_that_only_the_database_refuses_is_alone(registry: Registry, sealing: Sealing) -> None:
    """A row that nobody but the database refuses is refused alone, and its number goes to the next."""
    rows = [a_person(number) for number in range(batch.PORTION + 20)]
    register(registry, range(len(rows)))
    _poison_in_the_database(registry, rows[30].fields["nik"])
    outcomes = list(_issue(registry, sealing, rows))
    assert [each.row for each in outcomes if each.status is not RowStatus.ISSUED] == [30]
    assert [each.code for each in outcomes[30].problems] == ["registry_conflict"]
    assert outcomes[31].letter is not None
    assert outcomes[31].letter.number == OFFICE.number(31, "SKP", TODAY.year)
    assert invariants.check(registry) == len(rows) - 1


def test_f14_control_no_second_try_row_by_row(
    registry: Registry, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the second try row by row, one poisoned row costs its whole portion their letters."""
    rows = [a_person(number) for number in range(batch.PORTION + 20)]
    register(registry, range(len(rows)))
    _poison_in_the_database(registry, rows[30].fields["nik"])

    def settle_once(run: object, prepared: Sequence[object], now: Callable[[], object]) -> list[RowOutcome]:
        with registry.writing() as tx:
            return run._settle(tx, prepared, now())  # type: ignore[no-any-return, attr-defined]

    monkeypatch.setattr(batch.Run, "_settle_prepared", settle_once)
    with pytest.raises(RegistryConflict):
        list(_issue(registry, sealing, rows))
    assert invariants.check(registry) == 0


# F15


class Interrupted(Exception):
    """What comes in the middle: Ctrl-C, a full memory, the end of a process."""


@dataclass
class Interrupting:
    """A seal key that lets go in the middle of the work: at its ``last``-th seal ``stop`` is called."""

    inner: SigningKey
    last: int
    stop: Callable[[], None]

    @property
    def key(self) -> object:
        """The public half."""
        return self.inner.key

    def seal(self, body: bytes) -> bytes:
        """A seal, or the end."""
        self.last -= 1
        if self.last < 0:
            self.stop()
        return self.inner.seal(body)


def _interrupted() -> None:
    raise Interrupted


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupting(sealing: Sealing, last: int, stop: Callable[[], None]) -> Sealing:
    return replace(sealing, key=Interrupting(sealing.key, last, stop))  # type: ignore[arg-type]


def _numbers_in_order(registry: Registry, rows: Sequence[Row]) -> None:
    """Each row has its one letter, and the letters stand in the order of the rows."""
    with registry.reading() as tx:
        found = letters.by_request_keys(tx, OFFICE.code, [f"{DIGEST}:{row.number}" for row in rows])
    assert [found[f"{DIGEST}:{row.number}"].number for row in rows] == [
        OFFICE.number(serial, "SKP", TODAY.year) for serial in range(1, len(rows) + 1)
    ]


EVERY_ROW = [
    (14, 5),
    *(pytest.param(50, portion, marks=pytest.mark.slow) for portion in (1, 7, batch.PORTION)),
]


@pytest.mark.parametrize(("count", "portion"), EVERY_ROW)
def test_f15_interrupted_at_every_row(
    registry: Registry,
    sealing: Sealing,
    count: int,
    portion: int,
    monkeypatch: pytest.MonkeyPatch,
    found: Found,
) -> None:
    """A file whose issuing is interrupted at every single row ends with one letter a row, in order."""
    monkeypatch.setattr(batch, "PORTION", portion)
    rows = [a_person(number) for number in range(count)]
    register(registry, range(count))
    told: dict[str, str] = {}
    for row in range(count):
        # Interrupted just before the seal of this row; what earlier runs issued is not sealed again.
        with pytest.raises(Interrupted):
            _tell(told, _issue(registry, _interrupting(sealing, row - len(told), _interrupted), rows))
        assert _count(registry) == len(told) == row // portion * portion
    _tell(told, _issue(registry, sealing, rows))
    found(f"{count} interruptions, portions of {portion}")
    _numbers_in_order(registry, rows)
    assert invariants.check(registry, told) == count


def _count(registry: Registry) -> int:
    with registry.reading() as tx:
        return sum(serial for *_, serial in letters.series(tx))


def _tell(told: dict[str, str], outcomes: Iterator[RowOutcome]) -> None:
    for outcome in outcomes:
        assert outcome.letter is not None
        assert outcome.letter.number is not None
        told[f"{DIGEST}:{outcome.row}"] = outcome.letter.number


def killed_at(url: str, count: int, portion: int, seal: int | None) -> None:
    """Child's work: issue the file, and die at a seal, or, without one, at the first commit."""
    batch.PORTION = portion
    registry = Registry(url)
    sealing = _sealing(registry)
    if seal is None:
        event.listen(registry._engine, "commit", _killed_if_written)
    else:
        sealing = _interrupting(sealing, seal, _killed)
    list(_issue(registry, sealing, [a_person(number) for number in range(count)]))


def _killed_if_written(connection: Connection) -> None:
    if connection.get_execution_options().get("suket_writes"):
        _killed()


@pytest.mark.parametrize(("count", "portion"), EVERY_ROW)
def test_f15_killed_at_every_row(
    registry: Registry, children: Children, count: int, portion: int, found: Found
) -> None:
    """A file whose process is killed -9 at every single row, and before a commit, ends the same."""
    rows = [a_person(number) for number in range(count)]
    register(registry, range(count))
    url = registry.url.render_as_string(hide_password=False)
    for row in range(count):
        seal = row - _count(registry)
        assert children.run(killed_at, url, count, portion, seal).signal == signal.SIGKILL
        assert _count(registry) == row // portion * portion
    held = invariants.check(registry)
    assert children.run(killed_at, url, count, portion, None).signal == signal.SIGKILL
    assert invariants.check(registry) == held
    list(_issue(registry, _sealing(registry), rows))
    found(f"{count + 1} kills, portions of {portion}")
    _numbers_in_order(registry, rows)
    assert invariants.check(registry) == count


def test_f15_killed_right_after_each_commit(registry: Registry, children: Children) -> None:
    """Killed after a commit and before anybody was told, the letters are there, once, and are told the next time."""
    rows, portion = [a_person(number) for number in range(21)], 7
    register(registry, range(21))
    url = registry.url.render_as_string(hide_password=False)
    for already in (0, 7, 14):
        assert invariants.check(registry) == already
        ended = children.run(killed_after_the_first_new, url, 21, portion)
        assert ended.signal == signal.SIGKILL
    outcomes = list(_issue(registry, _sealing(registry), rows))
    assert [each.status for each in outcomes] == [RowStatus.UNCHANGED] * 21
    _numbers_in_order(registry, rows)
    assert invariants.check(registry) == 21


def killed_after_the_first_new(url: str, count: int, portion: int) -> None:
    """Child's work: die as soon as a portion with new letters is committed."""
    batch.PORTION = portion
    registry = Registry(url)
    for outcome in _issue(registry, _sealing(registry), [a_person(number) for number in range(count)]):
        if outcome.status is RowStatus.ISSUED:
            _killed()


def test_f15_control_another_key_each_time(registry: Registry, sealing: Sealing) -> None:
    """Without rows known again (by their key, or by the letter that stands) a second run would issue twice."""
    rows = [a_person(number) for number in range(10)]
    register(registry, range(10))
    with pytest.raises(Interrupted):
        list(_issue(registry, _interrupting(sealing, 5, _interrupted), rows))
    list(_issue(registry, sealing, rows))
    _forget_whose_letters_they_are(registry)
    twice = list(_issue(registry, sealing, rows))
    assert [each.status for each in twice] == [RowStatus.ISSUED] * 10
    assert invariants.check(registry) == 20


def _forget_whose_letters_they_are(registry: Registry) -> None:
    with registry.writing() as tx:
        tx.execute(text("UPDATE letter SET request_key = NULL, closed_at = created_at"))
