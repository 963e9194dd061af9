"""Numbers and positions without gap or twin, seals made once, nothing deleted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from suket_service.core.letter import LetterState
from suket_service.core.status_list import Status
from suket_service.registry import letters, status
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, a_row
from tests.conftest import IssueRows
from tests.paper.builders import face
from tests.registry.builders import raw

THREADS, EACH, A_FILE = 4, 25, 5


def serial(registry: Registry, kind: int = 1, year: int = 2026) -> int:
    with registry.writing() as tx:
        return letters.take_serials(tx, OFFICE.code, kind, year, NOON, 1)


def position(registry: Registry) -> tuple[int, int]:
    with registry.writing() as tx:
        [given] = status.allocate(tx, OFFICE.code, 1)
        return given


def test_numbers_run_from_one(registry: Registry) -> None:
    assert [serial(registry) for _ in range(3)] == [1, 2, 3]


def test_several_numbers_are_taken_at_once(registry: Registry) -> None:
    serial(registry)
    with registry.writing() as tx:
        assert letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 3) == 2
    assert serial(registry) == 5


def test_a_rollback_burns_no_number(registry: Registry) -> None:
    serial(registry)
    with pytest.raises(ZeroDivisionError), registry.writing() as tx:  # noqa: PT012
        assert letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 3) == 2
        raise ZeroDivisionError
    assert serial(registry) == 2


@pytest.mark.parametrize("other", [{"kind": 2}, {"year": 2027}], ids=["kind", "year"])
def test_another_series_runs_by_itself(registry: Registry, other: dict[str, int]) -> None:
    serial(registry)
    assert serial(registry, **other) == 1
    assert serial(registry) == 2


def test_positions_run_from_zero(registry: Registry) -> None:
    assert [position(registry) for _ in range(3)] == [(1, 0), (1, 1), (1, 2)]


def test_a_rollback_burns_no_position(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.writing() as tx:  # noqa: PT012
        status.allocate(tx, OFFICE.code, 3)
        raise ZeroDivisionError
    assert position(registry) == (1, 0)


def test_a_full_list_is_followed_by_a_new_one(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE status_list SET capacity = 2")
    assert [position(registry) for _ in range(4)] == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_positions_taken_at_once_run_over_into_a_new_list(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute("UPDATE status_list SET capacity = 2")
    with registry.writing() as tx:
        assert status.allocate(tx, OFFICE.code, 4) == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_a_list_that_was_opened_early_waits_for_its_turn(registry: Registry) -> None:
    with registry.writing() as tx:
        status.open_list(tx, OFFICE.code)
    with raw(registry) as connection:
        connection.execute("UPDATE status_list SET capacity = 1 WHERE number = 1")
    assert [position(registry) for _ in range(2)] == [(1, 0), (2, 0)]


def test_threads_give_out_every_number_and_position_once(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> None:
    rows = [a_row(number + 2, serial=number + 1) for number in range(THREADS * EACH)]
    register(*rows)

    def file_by_file(thread: int) -> list[LetterRecord | None]:
        starts = range(thread * EACH, (thread + 1) * EACH, A_FILE)
        files = [issue_rows(*rows[start : start + A_FILE], digest=f"{start:064}") for start in starts]
        return [outcome.letter for file in files for outcome in file]

    with ThreadPoolExecutor(THREADS) as pool:
        made = [letter for part in pool.map(file_by_file, range(THREADS)) for letter in part if letter]
    wanted = [OFFICE.number(number + 1, "SKP", 2026) for number in range(THREADS * EACH)]
    assert sorted(str(letter.number) for letter in made) == wanted
    assert sorted(letter.status_index or 0 for letter in made) == list(range(THREADS * EACH))


def test_a_letter_may_still_be_closed(registry: Registry, issued: LetterRecord) -> None:
    with registry.writing() as tx:
        letters.close(tx, issued.id, NOON, LetterState.REVOKED)
        assert letters.by_id(tx, OFFICE.code, issued.id).state is LetterState.REVOKED


@pytest.mark.parametrize("state", [LetterState.REVOKED, LetterState.SUPERSEDED])
def test_a_closed_letter_is_an_exception_of_its_list(
    registry: Registry, issued: LetterRecord, state: LetterState
) -> None:
    with registry.writing() as tx:
        letters.close(tx, issued.id, NOON, state)
        contents, _spare = status.contents(tx)
    assert (contents.next_index, dict(contents.exceptions)) == (1, {0: Status.INVALID})


def test_a_letter_in_force_is_no_exception_of_its_list(registry: Registry, issued: LetterRecord) -> None:
    with registry.reading() as tx:
        contents, _spare = status.contents(tx)
    assert (contents.next_index, contents.exceptions, contents.extensions) == (1, {}, {})


def test_a_portrait_is_stored_once(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> None:
    rows = [a_row(number, serial=number, foto="a.png") for number in (2, 3)]
    register(*rows)
    for row in rows:
        issue_rows(row, open_photo=lambda name: face(), digest=f"{row.number:064}")
    with raw(registry) as connection:
        assert connection.execute("SELECT count(*) FROM portrait").fetchone() == (1,)


def test_letters_are_searched_by_state_village_and_batch(registry: Registry, issued: LetterRecord) -> None:
    with registry.reading() as tx:
        assert letters.search(tx, OFFICE.code, [LetterState.ISSUED], "2172031001", "f" * 64) == [issued]
        assert letters.search(tx, OFFICE.code, [LetterState.REVOKED]) == []
        assert letters.search(tx, OFFICE.code, village="2172041002") == []
        assert letters.search(tx, OFFICE.code, batch="e" * 64) == []
        assert letters.search(tx, "2101") == []
