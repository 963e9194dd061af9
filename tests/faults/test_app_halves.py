"""F16: the database fails one step in the middle of issuing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from suket_service import issuing
from suket_service.errors import RegistryConflict, RegistryError
from suket_service.issuing import RowOutcome, RowStatus, Sealing
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY
from tests.faults import invariants
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, Desk, Way, a_person, register

#: Where a step fails: the statement that a trigger refuses, and when.
STEPS = {
    "the letter": ("INSERT", "letter", "1 = 1"),
    "its history": ("INSERT", "letter_event", "NEW.action = 'issue'"),
    "the audit": ("INSERT", "audit", "NEW.action = 'letter.issue'"),
    "the number": ("UPDATE", "number_series", "1 = 1"),
    "the position": ("UPDATE", "status_list", "1 = 1"),
}
#: As a rule of the database refuses, and as anything else that goes wrong inside it.
_REFUSAL, _FAILURE = "integrity_constraint_violation", "raise_exception"


def _fail(registry: Registry, event: str, table: str, when: str, errcode: str = _REFUSAL) -> None:
    with registry.writing() as tx:
        if registry.file:
            tx.execute(
                text(
                    f"CREATE TRIGGER fails BEFORE {event} ON {table} WHEN {when} "
                    "BEGIN SELECT RAISE(ABORT, 'the trigger of a test'); END"
                )
            )
            return
        tx.execute(
            text(
                "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {when} THEN RAISE EXCEPTION 'the trigger of a test' USING ERRCODE = '{errcode}'; END IF; "
                "RETURN NEW; END $$"
            )
        )
        tx.execute(
            text(f"CREATE TRIGGER fails BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION fails()")
        )


def _mend(registry: Registry, table: str) -> None:
    with registry.writing() as tx:
        if registry.file:
            tx.execute(text("DROP TRIGGER fails"))
        else:
            tx.execute(text(f"DROP TRIGGER fails ON {table}"))
            tx.execute(text("DROP FUNCTION fails()"))


def _everything(registry: Registry) -> dict[str, list[Any]]:
    """Every row of every table."""
    with registry.reading() as tx:
        return {
            name: sorted(map(repr, tx.execute(select(table)).all()))
            for name, table in Base.metadata.tables.items()
        }


def _issue(registry: Registry, sealing: Sealing, people: Sequence[int]) -> list[RowOutcome]:
    outcomes = issuing.issue_rows(
        registry,
        OFFICE.code,
        [a_person(number) for number in people],
        people=PEOPLE,
        sealing=sealing,
        open_photo=lambda name: b"",
        file_digest="a",
        now=lambda: NOON,
    )
    return list(outcomes)


@pytest.mark.parametrize("step", STEPS)
def test_f16_a_failing_step_leaves_nothing_of_a_batch(
    registry: Registry, sealing: Sealing, step: str, found: Found
) -> None:
    """Where one step fails, nothing of the batch remains, each row says so, and its numbers are given next."""
    event, table, when = STEPS[step]
    register(registry, range(4))
    _issue(registry, sealing, [0])
    before = _everything(registry)
    _fail(registry, event, table, when)
    outcomes = _issue(registry, sealing, [1, 2, 3])
    assert _everything(registry) == before
    assert {each.status for each in outcomes} == {RowStatus.REFUSED}
    [[problem], *_] = told = [each.problems for each in outcomes]
    assert [[each.code for each in problems] for problems in told] == [["registry_conflict"]] * 3
    assert "trigger" not in problem.text.en
    _mend(registry, table)
    numbers = [each.letter.number for each in _issue(registry, sealing, [1, 2, 3]) if each.letter]
    assert numbers == [OFFICE.number(serial, "SKP", TODAY.year) for serial in (2, 3, 4)]
    found(step)
    assert invariants.check(registry) == 4


@pytest.mark.parametrize("step", [name for name in STEPS if name != "the letter"])
def test_f16_a_failing_step_leaves_a_single_letter_as_it_was(registry: Registry, step: str) -> None:
    """The same for one letter: it stays approved, and gets its number when asked for again."""
    event, table, when = STEPS[step]
    register(registry, range(2))
    desk = Desk(registry, way=Way.STEPS)
    desk.issue(0)
    _fail(registry, event, table, when)
    with pytest.raises(RegistryConflict) as refusal:
        desk.issue(1)
    assert refusal.value.__cause__ is None
    assert a_person(1).fields["nik"] not in repr(refusal.value.__context__)
    assert invariants.check(registry) == 1
    _mend(registry, table)
    assert desk.issue(1) == OFFICE.number(2, "SKP", TODAY.year)
    assert invariants.check(registry) == 2


def test_f16_one_rows_failing_step_is_its_own(registry: Registry, sealing: Sealing) -> None:
    """A step that fails for one row refuses that row alone; the next row gets its number."""
    register(registry, range(5))
    nik = a_person(2).fields["nik"]
    of_that_row = f"(SELECT nik FROM letter WHERE id = NEW.letter) = '{nik}'"
    _fail(registry, "INSERT", "letter_event", f"NEW.action = 'issue' AND {of_that_row}")
    outcomes = _issue(registry, sealing, range(5))
    assert [each.row for each in outcomes if each.status is RowStatus.REFUSED] == [2]
    assert [each.letter.number for each in outcomes if each.letter] == [
        OFFICE.number(serial, "SKP", TODAY.year) for serial in (1, 2, 3, 4)
    ]
    assert invariants.check(registry) == 4


def test_f16_a_failing_server_ends_the_batch(postgresql_registry: Registry) -> None:
    """A server that fails, rather than refuses, ends the batch in one sentence, with nothing of it left."""
    registry = postgresql_registry
    register(registry, range(3))
    sealing = Desk(registry).sealing
    before = _everything(registry)
    _fail(registry, *STEPS["the audit"], errcode=_FAILURE)
    with pytest.raises(RegistryError) as trouble:
        _issue(registry, sealing, range(3))
    assert trouble.value.code == "registry_unavailable"
    assert "trigger" not in trouble.value.text.en
    assert _everything(registry) == before
    _mend(registry, "audit")
    assert len(_issue(registry, sealing, range(3))) == invariants.check(registry) == 3


def test_f16_control_committed_in_spite_of_it(
    sqlite_registry: Registry, monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    """Without the transaction's end, a letter is left that the audit knows nothing of."""
    registry = sqlite_registry
    register(registry, range(2))
    sealing = Desk(registry).sealing
    _fail(registry, *STEPS["the audit"])

    @contextmanager
    def writing(self: Registry) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(suket_writes=True)  # noqa: PLW2901 - the same one
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.commit()

    monkeypatch.setattr(Registry, "writing", writing)
    with pytest.raises(Exception, match="IntegrityError"):
        _issue(registry, sealing, [0])
    breaches = invariants.breaches(registry)
    found(breaches[0])
    assert any("history" in breach for breach in breaches)
