"""The queue as the registry gives it: whose, in what order, how many, and what is no longer in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from suket_service.core.letter import LetterState, Office
from suket_service.registry import letters
from suket_service.registry.letters import Group, Narrowed
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, VILLAGE, a_resident, a_row
from tests.issuing.conftest import ELSEWHERE, other_office
from tests.registry.builders import insert_letter, raw

__all__ = ["other_office"]  # a fixture
DOMPAK = "2172041002"
EVERYTHING = Narrowed()


@pytest.fixture
def put(registry: Registry) -> Callable[..., str]:
    """A letter's row, a minute later than the one before."""
    minutes = iter(range(60))

    def insert(**columns: object) -> str:
        minute = next(minutes)
        letter = f"{minute:032x}"
        with raw(registry) as connection:
            insert_letter(
                connection,
                **{
                    "id": letter,
                    "nik": f"217203170895{minute + 1:04d}",
                    "created_at": f"2026-11-22 05:{minute:02d}:00.000000",
                    **columns,
                },
            )
        return letter

    return insert


@contextmanager
def queue_of(registry: Registry, office: str = OFFICE.code) -> Iterator[Callable[..., list[str]]]:
    with registry.reading() as tx:
        yield lambda narrowed=EVERYTHING, limit=20, offset=0: [
            each.id for each in letters.queue(tx, office, narrowed, limit, offset)
        ]


def test_the_oldest_comes_first(registry: Registry, put: Callable[..., str]) -> None:
    later, earlier = put(created_at="2026-11-22 06:00:00.000000"), put()
    with queue_of(registry) as queue:
        assert queue() == [earlier, later]


def test_of_the_same_moment_the_order_stays(registry: Registry, put: Callable[..., str]) -> None:
    drafts = [put(created_at="2026-11-22 05:00:00.000000") for _ in range(3)]
    with queue_of(registry) as queue:
        assert [queue(limit=1, offset=each)[0] for each in range(3)] == drafts


def test_what_is_back_at_the_counter_is_not_in_it(registry: Registry, put: Callable[..., str]) -> None:
    put(returned_at="2026-11-22 06:00:00.000000", returned_note="Foto kabur")
    put(returned_at="2026-11-22 06:00:00.000000")
    with queue_of(registry) as queue, registry.reading() as tx:
        assert queue() == []
        assert letters.queue_groups(tx, OFFICE.code) == []


@pytest.mark.parametrize("state", ["issued", "suspended", "revoked", "superseded", "withdrawn"])
def test_what_is_no_draft_is_not_in_it(registry: Registry, put: Callable[..., str], state: str) -> None:
    put(state=state)
    with queue_of(registry) as queue, registry.reading() as tx:
        assert queue() == []
        assert letters.queue_groups(tx, OFFICE.code) == []


def test_what_is_approved_and_not_issued_has_a_queue_of_its_own(
    registry: Registry, put: Callable[..., str]
) -> None:
    put()
    approved = put(state="approved")
    with queue_of(registry) as queue:
        assert queue(Narrowed(state=LetterState.APPROVED)) == [approved]


def test_it_is_of_one_office(registry: Registry, put: Callable[..., str], other_office: Office) -> None:
    ours = put()
    theirs = put(office=other_office.code, village=ELSEWHERE.code, requested_by="petugas")
    with queue_of(registry) as here, queue_of(registry, other_office.code) as there:
        assert (here(), there()) == ([ours], [theirs])
    with registry.reading() as tx:
        assert set(letters.of_ids(tx, OFFICE.code, [ours, theirs])) == {ours}
        assert [group.village for group in letters.queue_groups(tx, other_office.code)] == [ELSEWHERE.code]


def test_it_is_narrowed_by_village_batch_and_kind(registry: Registry, put: Callable[..., str]) -> None:
    put()
    at_dompak, of_a_file, of_kind_2 = put(village=DOMPAK), put(batch="a" * 64), put(kind=2)
    with queue_of(registry) as queue:
        assert queue(Narrowed(village=DOMPAK)) == [at_dompak]
        assert queue(Narrowed(batch="a" * 64)) == [of_a_file]
        assert queue(Narrowed(kind=2)) == [of_kind_2]
        assert queue(Narrowed(village=DOMPAK, kind=2)) == []


def test_the_groups_count_what_the_queue_shows(registry: Registry, put: Callable[..., str]) -> None:
    for columns in ({}, {}, {"village": DOMPAK}, {"batch": "a" * 64}, {"kind": 2}, {"state": "approved"}):
        put(**columns)
    with registry.reading() as tx:
        groups = letters.queue_groups(tx, OFFICE.code)
        assert Group(LetterState.DRAFT, VILLAGE.code, None, 1, 2) in groups
        for narrowed in (
            EVERYTHING,
            Narrowed(village=DOMPAK),
            Narrowed(batch="a" * 64),
            Narrowed(kind=2),
            Narrowed(kind=2, village=DOMPAK),
            Narrowed(state=LetterState.APPROVED),
        ):
            counted = sum(group.letters for group in groups if group.is_of(narrowed))
            assert counted == len(letters.queue(tx, OFFICE.code, narrowed, 20))


def test_a_draft_that_is_sent_back_keeps_the_note(registry: Registry, put: Callable[..., str]) -> None:
    draft = put()
    with registry.writing() as tx:
        letters.send_back(tx, draft, "Foto kabur", NOON)
    with registry.reading() as tx:
        record = letters.by_id(tx, OFFICE.code, draft)
    assert (record.state, record.returned_at, record.returned_note) == (LetterState.DRAFT, NOON, "Foto kabur")


def test_what_an_approver_let_issue_that_day_is_told_with_whether_it_was_printed(
    registry: Registry, issue_rows: Callable[..., list[object]], register: Callable[..., None]
) -> None:
    rows = [a_row(number, serial=number) for number in range(2, 4)]
    register(*rows)
    issue_rows(*rows)
    with registry.reading() as tx:
        first, second = letters.search(tx, OFFICE.code)
    with registry.writing() as tx:
        letters.add_printing(tx, second.id, "f" * 64, "tests", "operator", NOON)
    with registry.reading() as tx:
        assert letters.issued_by(tx, OFFICE.code, "kepala", TODAY) == [(first.id, False), (second.id, True)]
        assert letters.issued_by(tx, OFFICE.code, "sekretaris", TODAY) == []
        assert letters.issued_by(tx, OFFICE.code, "kepala", date(2026, 11, 21)) == []


def test_people_of_one_name_and_birth_date_are_found_in_register_and_letters(
    registry: Registry, put: Callable[..., str], register: Callable[..., None]
) -> None:
    person, other = a_resident(), a_resident(nik="2172031708950009", name="AMINAH")
    listed, drafted = "2172031708950004", "2172031708950005"
    register(a_row(serial=3), a_row(serial=4), a_row(serial=6, tanggal_lahir="1995-08-18"))
    put(nik=drafted, name="Suhartini")
    put(nik="2172031708950007", state="withdrawn")
    put(nik="2172031708950008", birth_date="1995-08-18")
    with registry.reading() as tx:
        found = letters.namesakes_of(tx, OFFICE.code, [person, other])
    assert found == {person.nik: [listed, drafted], other.nik: []}


def test_people_of_another_office_are_not_told_of(
    registry: Registry, put: Callable[..., str], other_office: Office
) -> None:
    put(nik="2172031708950005", office=other_office.code, village=ELSEWHERE.code, requested_by="petugas")
    with registry.reading() as tx:
        assert letters.namesakes_of(tx, OFFICE.code, [a_resident()]) == {a_resident().nik: []}
