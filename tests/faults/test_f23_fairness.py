"""F23: one office hands in 5,000 rows, then another asks for one letter."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.issuing import Sealing, TwoPeople, batch
from suket_service.registry import keys
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from suket_service.sheets.read import Row
from tests.administering.elsewhere import ELSEWHERE
from tests.builders import BASE_URL, NEW_OFFICE, NOON, OFFICE, PASSPHRASE, TODAY
from tests.faults import invariants
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

ROWS = 5_000
THEIRS = "2101"
THEIR_PEOPLE = TwoPeople("operator-b", "kepala-b")


@dataclass
class Big:
    """The first office's file, being issued in a thread."""

    registry: Registry
    done: int = 0
    begun: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for _ in rows_of(self.registry, OFFICE.code, [a_person(each) for each in range(ROWS)], PEOPLE):
            self.done += 1
            self.begun.set()


def rows_of(registry: Registry, office: str, rows: list[Row], people: TwoPeople) -> Iterator[object]:
    with registry.reading() as tx:
        sealing = Sealing(keys.unlock(tx, Purpose.SEAL, office, TODAY, PASSPHRASE), BASE_URL)
    return issuing.issue_rows(
        registry,
        office,
        rows,
        people=people,
        sealing=sealing,
        open_photo=lambda _name: b"",
        file_digest=office * 16,
        now=lambda: NOON,
    )


@pytest.fixture
def two_offices(either: Registry) -> Registry:
    """With a second office and its one resident who waits."""
    staff = (
        StaffMember("operator-b", THEIRS, "Petugas B", Role.OPERATOR),
        StaffMember("kepala-b", THEIRS, "Kepala B", Role.APPROVER),
    )
    office = replace(OFFICE, code=THEIRS, name="Disdukcapil Bintan", villages=(THEIRS,))
    new = replace(NEW_OFFICE, office=office, staff=staff, villages=(ELSEWHERE,))
    administering.add_office(either, new, "production", PASSPHRASE, NOON)
    register(either, range(ROWS))
    [outcome] = administering.import_residents(either, THEIRS, [one()], "operator-b", "SIAK", TODAY, NOON)
    assert outcome.imported, outcome
    return either


def one() -> Row:
    person = a_person(ROWS + 1)
    return replace(person, fields={**person.fields, "kode_wilayah": ELSEWHERE.code})


def in_the_midst(registry: Registry) -> int:
    """How many of the first office's letters were there when the second office had its one."""
    big = Big(registry)
    thread = threading.Thread(target=big.run)
    thread.start()
    try:
        assert big.begun.wait(120)
        [outcome] = rows_of(registry, THEIRS, [one()], THEIR_PEOPLE)
        assert outcome.letter is not None, outcome  # type: ignore[attr-defined]
        return big.done
    finally:
        thread.join()


def test_f23_one_letter_does_not_wait_for_five_thousand(two_offices: Registry, found: Found) -> None:
    """Office A hands in 5,000 rows, then office B asks for one: B has its letter long before A is done."""
    done = in_the_midst(two_offices)
    found(f"B had its letter when A had {done} of {ROWS:,}")
    assert done < ROWS / 2
    assert invariants.check(two_offices) == ROWS + 1


def test_f23_control_the_file_in_one_portion(
    two_offices: Registry, monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    """Were a file one transaction, B's would come after all of A's, or be refused."""
    monkeypatch.setattr(batch, "PORTION", ROWS)
    big = Big(two_offices)
    thread = threading.Thread(target=big.run)
    thread.start()
    try:
        assert big.begun.wait(300)
        with two_offices.reading() as tx:
            there = tx.exec_driver_sql("SELECT count(*) FROM letter WHERE number IS NOT NULL").scalar_one()
    finally:
        thread.join()
    found(f"the first of A's letters was told when {there:,} of {ROWS:,} were there")
    assert there == ROWS
