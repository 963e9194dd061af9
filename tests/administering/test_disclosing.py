"""Lists handed to another body: on record, the same each time, and the changes since the last."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from suket_service import administering, issuing
from suket_service.administering import FileFormat, ListColumn, ListOrder, OwnList
from suket_service.errors import CallerError, FieldError, NotAllowed, NotFound, RequestRefused
from suket_service.registry import audit, disclosures
from suket_service.registry.disclosures import Disclosure
from suket_service.registry.listing import Choice, Fate
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork
from tests.builders import OFFICE
from tests.registry.builders import tampering

HERE = OFFICE.code
ORDER = ListOrder("a" * 32, "KPU Kota Tanjungpinang", frozenset())


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    return OfficeAtWork(registry)


def disclose(office: OfficeAtWork, by: str = "kepala", **changes: Any) -> Disclosure:
    order = replace(ORDER, **changes)
    return administering.disclose_list(office.registry, HERE, order, by, office.tick())


def since(office: OfficeAtWork, serial: int = 0) -> Disclosure:
    return disclose(office, id=f"{0xB0 + serial:032x}", since_last=True)


def lines(office: OfficeAtWork, disclosure: str) -> list[tuple[str, Fate | None]]:
    told = administering.fetch_list(
        office.registry, HERE, disclosure, FileFormat.CSV, "kepala", office.tick()
    )
    return [(line.letter.number, line.ended) for line in told.lines]


def last_entry(registry: Registry) -> audit.StoredEntry:
    with registry.reading() as tx:
        head = audit.head(tx)
        [entry] = audit.stretch(tx, head.entries - 1, 1)
    return entry


def test_a_list_holds_the_letters_in_force_by_number(office: OfficeAtWork) -> None:
    papers = office.issue(4)
    office.revoke(papers[0])
    office.suspend(papers[1])
    made = disclose(office)
    assert made.letters == 2
    assert made.columns == ("number", "name")
    assert lines(office, made.id) == [(papers[2].number, None), (papers[3].number, None)]


def test_a_list_fetched_later_tells_what_was_handed_over_then(office: OfficeAtWork) -> None:
    papers = office.issue(3)
    office.suspend(papers[0])
    made = disclose(office)
    told = lines(office, made.id)
    office.resume(papers[0])
    office.revoke(papers[1])
    office.tick(hours=30 * 24)
    office.extend(papers[2])
    office.issue(2)
    assert lines(office, made.id) == told == [(papers[1].number, None), (papers[2].number, None)]


def test_a_letter_that_has_expired_stands_on_no_list(office: OfficeAtWork) -> None:
    office.issue(1)
    office.tick(hours=200 * 24)
    assert disclose(office).letters == 0


def test_an_extension_after_a_list_does_not_change_it(office: OfficeAtWork) -> None:
    [paper] = office.issue(1)
    office.tick(hours=100 * 24)
    first = disclose(office)
    office.extend(paper)
    office.tick(hours=100 * 24)  # past its first last day, within the extension
    second = disclose(office, id="b" * 32)
    assert [lines(office, made.id) for made in (first, second)] == [[(paper.number, None)]] * 2


def test_a_list_keeps_the_last_valid_day_that_it_told(office: OfficeAtWork) -> None:
    [paper] = office.issue(1)
    made = disclose(office)
    office.tick(hours=30 * 24)
    later = office.extend(paper)
    second = disclose(office, id="b" * 32)
    told = [
        administering.fetch_list(office.registry, HERE, each.id, FileFormat.CSV, "kepala", office.tick())
        .lines[0]
        .valid_until
        for each in (made, second)
    ]
    assert told == [paper.valid_until, later]
    assert paper.valid_until < later


def test_changes_since_the_last_list_are_what_is_new_and_what_ended(office: OfficeAtWork) -> None:
    kept, revoked, suspended, back = office.issue(4)
    office.suspend(back)
    disclose(office)
    office.revoke(revoked)
    office.suspend(suspended)
    office.resume(back)
    [new] = office.issue(1)
    made = since(office)
    assert lines(office, made.id) == [
        (back.number, None),
        (new.number, None),
        (revoked.number, Fate.REVOKED),
        (suspended.number, Fate.SUSPENDED),
    ]
    assert kept.number not in dict(lines(office, made.id))


def test_changes_follow_on_changes(office: OfficeAtWork) -> None:
    [first] = office.issue(1)
    disclose(office)
    [second] = office.issue(1)
    since(office)
    office.revoke(first)
    made = since(office, 1)
    assert lines(office, made.id) == [(first.number, Fate.REVOKED)]
    assert second.number not in dict(lines(office, made.id))


def test_what_expired_since_is_told_as_ended(office: OfficeAtWork) -> None:
    [paper] = office.issue(1)
    disclose(office)
    office.tick(hours=200 * 24)
    assert lines(office, since(office).id) == [(paper.number, Fate.EXPIRED)]


def test_another_receiver_has_no_last_list(office: OfficeAtWork) -> None:
    disclose(office)
    with pytest.raises(RequestRefused) as refused:
        disclose(office, id="b" * 32, receiver="Bawaslu", since_last=True)
    assert [problem.field for problem in refused.value.problems] == ["since_last"]


def test_a_list_may_be_for_one_village(office: OfficeAtWork) -> None:
    office.issue(1)
    [elsewhere] = office.issue(1, kode_wilayah="2172041002")
    made = disclose(office, village="2172041002")
    assert lines(office, made.id) == [(elsewhere.number, None)]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"receiver": " "}, ["receiver"]),
        ({"receiver": "2172031708950003"}, ["receiver"]),
        ({"receiver": "KPU 2172 0317 0895 0003 Siti"}, ["receiver"]),
        ({"village": "2171011001"}, ["village"]),
        ({"columns": frozenset({ListColumn.NIK})}, ["basis", "basis_date"]),
        ({"columns": frozenset({ListColumn.NIK}), "basis": "12/KPU/2026"}, ["basis_date"]),
        (
            {
                "columns": frozenset({ListColumn.NIK}),
                "basis": "12/KPU/2026",
                "basis_date": date(2026, 12, 24),
            },
            ["basis_date"],
        ),
    ],
)
def test_what_is_missing_is_told_by_field(
    office: OfficeAtWork, changes: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(RequestRefused) as refused:
        disclose(office, **changes)
    assert [problem.field for problem in refused.value.problems] == fields
    with office.registry.reading() as tx:
        assert disclosures.how_many(tx, HERE) == 0


def more(office: OfficeAtWork, by: str = "kepala") -> Disclosure:
    columns = frozenset({ListColumn.ADDRESS, ListColumn.NIK})
    return disclose(office, by, columns=columns, basis="12/KPU/2026", basis_date=date(2026, 11, 20))


def test_more_than_number_and_name_stands_on_record_with_its_basis(office: OfficeAtWork) -> None:
    office.issue(2)
    made = more(office)
    assert made.columns == ("number", "name", "nik", "address")
    assert made.basis == "Nomor 12/KPU/2026 tanggal 20 November 2026"
    entry = last_entry(office.registry)
    told = json.loads(entry.details)
    assert (entry.action, entry.subject, entry.actor) == ("list.hand_over", made.id, "kepala")
    assert told.pop("digest")
    assert told == {
        "columns": ["number", "name", "nik", "address"],
        "letters": 2,
        "previous": None,
        "village": None,
    }


def test_only_an_approver_hands_over_more_than_number_and_name(office: OfficeAtWork) -> None:
    with pytest.raises(NotAllowed):
        more(office, "operator")
    assert disclose(office, "operator").by == "operator"


def test_only_an_approver_fetches_a_list_with_more(office: OfficeAtWork) -> None:
    made = more(office)
    with pytest.raises(NotAllowed):
        administering.fetch_list(office.registry, HERE, made.id, FileFormat.CSV, "operator", office.tick())


@pytest.mark.parametrize("by", ["auditor", "admin", "nobody"])
def test_nobody_else_hands_over_a_list(office: OfficeAtWork, by: str) -> None:
    with pytest.raises(NotAllowed):
        disclose(office, by)


def test_a_form_sent_twice_makes_one_list(office: OfficeAtWork) -> None:
    office.issue(1)
    first = disclose(office)
    assert disclose(office) == first
    with office.registry.reading() as tx:
        assert disclosures.how_many(tx, HERE) == 1


def test_each_time_a_list_is_fetched_is_on_record(office: OfficeAtWork) -> None:
    office.issue(1)
    made = disclose(office)
    lines(office, made.id)
    entry = last_entry(office.registry)
    assert (entry.action, entry.subject) == ("list.fetch", made.id)
    assert json.loads(entry.details) == {"format": "csv", "letters": 1}


def test_a_list_that_can_no_longer_be_known_is_refused(office: OfficeAtWork) -> None:
    papers = office.issue(2)
    made = disclose(office)
    with tampering(office.registry) as connection:
        connection.execute(
            "UPDATE letter SET sealed_valid_until = '2026-11-01' WHERE number = ?", [papers[0].number]
        )
    with pytest.raises(CallerError) as refused:
        lines(office, made.id)
    assert refused.value.code == "list_differs"


def test_another_office_has_no_such_list(office: OfficeAtWork) -> None:
    disclose(office)
    with office.registry.reading() as tx, pytest.raises(NotFound):
        disclosures.by_id(tx, "2171", "a" * 32)


@pytest.mark.both
def test_what_commits_later_than_its_clock_says_is_no_line_of_the_list(office: OfficeAtWork) -> None:
    # A clerk's request waits for the lock while the list is made: its time is before the list's.
    papers = office.issue(2)
    early = office.clock
    office.tick()
    made = disclose(office)
    issuing.revoke(office.registry, HERE, papers[0].number, "operator", "Salah data", early)
    assert lines(office, made.id) == [(paper.number, None) for paper in papers]
    assert lines(office, since(office).id) == [(papers[0].number, Fate.REVOKED)]


def export(
    office: OfficeAtWork, which: OwnList, choice: Choice, by: str = "operator", most: int | None = None
) -> list[str]:
    found = administering.export_letters(
        office.registry, HERE, which, choice, FileFormat.XLSX, most, by, office.tick()
    )
    return [letter.number for letter in found]


def test_taking_out_the_register_is_on_record_without_people(office: OfficeAtWork) -> None:
    papers = office.issue(2)
    choice = Choice(first=date(2026, 11, 1), village="2172031001", rt=1, fate=Fate.IN_FORCE)
    assert export(office, OwnList.REGISTER, choice) == [paper.number for paper in papers]
    entry = last_entry(office.registry)
    assert (entry.action, entry.subject) == ("report.register", "2 letters")
    assert json.loads(entry.details) == {
        "format": "xlsx",
        "letters": 2,
        "first": "2026-11-01",
        "village": "2172031001",
        "rt": 1,
        "fate": "issued",
    }


def test_a_paper_that_cannot_hold_them_is_refused_before_anything_is_noted(office: OfficeAtWork) -> None:
    office.issue(3)
    before = last_entry(office.registry)
    with pytest.raises(FieldError):
        export(office, OwnList.REGISTER, Choice(), most=2)
    assert last_entry(office.registry) == before
    assert len(export(office, OwnList.REGISTER, Choice(), most=3)) == 3


def test_the_auditor_may_take_the_register_out_and_the_administrator_may_not(office: OfficeAtWork) -> None:
    assert export(office, OwnList.REGISTER, Choice(), by="auditor") == []
    with pytest.raises(NotAllowed):
        export(office, OwnList.REGISTER, Choice(), by="admin")


def test_what_expires_comes_by_its_last_day(office: OfficeAtWork) -> None:
    [paper] = office.issue(1)
    assert export(office, OwnList.EXPIRING, Choice(last=paper.valid_until)) == [paper.number]
    assert export(office, OwnList.EXPIRING, Choice(last=date(2026, 12, 1))) == []


def test_cards_ready_are_of_holders_whose_record_can_be_printed(office: OfficeAtWork) -> None:
    office.issue(1)
    ready = office.issue(2, status_perekaman="PRINT_READY_RECORD")
    office.revoke(ready[0])
    assert export(office, OwnList.CARDS_READY, Choice()) == [ready[1].number]
