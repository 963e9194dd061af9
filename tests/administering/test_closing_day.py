"""A day closed: its figures, gaps in its numbers, and a checkpoint that the chain is held against later."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from suket_service import administering, issuing
from suket_service.core.letter import CardHandOver, Receiver
from suket_service.errors import FieldError, KeyTrouble, NotAllowed
from suket_service.registry import audit, checkpoints, closing_reports, letters
from suket_service.registry.closing_reports import ClosingReport, Figures, SeriesOfDay
from suket_service.registry.session import Registry
from tests.administering.office import PUBLISHER, OfficeAtWork
from tests.builders import NOON, OFFICE, PASSPHRASE, TODAY
from tests.registry.builders import tampering

HERE = OFFICE.code


@pytest.fixture
def office(registry: Registry) -> OfficeAtWork:
    """At seven in the morning."""
    return OfficeAtWork(registry, NOON - timedelta(hours=5))


def close(office: OfficeAtWork, day: date = TODAY, by: str = "kepala") -> ClosingReport:
    return administering.close_day(office.registry, HERE, day, PASSPHRASE, by, office.clock)


def number(serial: int) -> str:
    return OFFICE.number(serial, "SKP", 2026)


def test_a_report_tells_what_was_done_that_day(office: OfficeAtWork) -> None:
    papers = office.issue(5)
    office.revoke(papers[0])
    office.suspend(papers[1])
    office.suspend(papers[2])
    office.resume(papers[2])
    given = CardHandOver(Receiver.HOLDER, old_letter_returned=True)
    issuing.supersede(office.registry, HERE, papers[3].number, "operator", "KTP-el", office.tick(), given)
    assert close(office).figures == Figures(
        issued=5,
        changes={"draft": 5, "suspend": 2, "resume": 1, "revoke": 1, "supersede": 1},
        printed=0,
        printings=0,
        cards_handed_over=1,
        letters_handed_over=0,
        approved={"kepala": 5},
        overrides=(),
        series=(SeriesOfDay("SKP", number(1), number(5), 5, ()),),
    )


def test_a_letter_printed_twice_is_one_letter_and_two_printings(office: OfficeAtWork) -> None:
    office.issue(1)
    with office.registry.writing() as tx:
        [letter] = letters.search(tx, HERE)
        for _ in range(2):
            letters.add_printing(tx, letter.id, "ab" * 32, "test", "operator", office.clock)
    figures = close(office).figures
    assert (figures.printed, figures.printings) == (1, 2)


def test_letters_against_the_registers_word_are_named(office: OfficeAtWork) -> None:
    office.issue(1)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET override_reason = 'Petugas sudah memeriksa'")
    assert close(office).figures.overrides == (number(1),)


def test_another_days_doings_are_not_in_it(office: OfficeAtWork) -> None:
    [old] = office.issue(1)
    office.clock += timedelta(days=1)
    office.revoke(old)
    figures = close(office, TODAY + timedelta(days=1)).figures
    assert (figures.issued, figures.changes, figures.series) == (0, {"revoke": 1}, ())


def after(office: OfficeAtWork, report: ClosingReport) -> dict[str, int]:
    with office.registry.reading() as tx:
        return closing_reports.afterwards(tx, OFFICE, report)


def test_what_happens_on_the_day_after_it_was_closed_is_told(office: OfficeAtWork) -> None:
    first, second = office.issue(2)
    office.revoke(first)
    report = close(office)
    assert after(office, report) == {}
    office.issue(1)
    office.revoke(second)
    assert after(office, report) == {"issue": 1, "draft": 1, "revoke": 1}


def test_what_happens_on_a_later_day_is_that_days(office: OfficeAtWork) -> None:
    [letter] = office.issue(1)
    report = close(office)
    office.clock += timedelta(days=1)
    office.revoke(letter)
    assert after(office, report) == {}
    assert after(office, close(office)) == {}


def test_letters_in_force_that_were_never_printed_are_counted_by_their_day(office: OfficeAtWork) -> None:
    def unprinted(day: date = TODAY) -> int:
        with office.registry.reading() as tx:
            return closing_reports.unprinted(tx, HERE, day)

    first, *_ = office.issue(3)
    assert unprinted() == 3
    office.revoke(first)
    with office.registry.writing() as tx:
        issued = next(each for each in letters.search(tx, HERE) if each.number == number(2))
        letters.add_printing(tx, issued.id, "ab" * 32, "test", "operator", office.clock)
    assert unprinted() == 1
    assert unprinted(TODAY + timedelta(days=1)) == 0


def test_numbers_that_are_missing_are_told(office: OfficeAtWork) -> None:
    office.issue(2)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE number_series SET last_serial = 200")
    office.issue(1)
    [series] = close(office).figures.series
    assert (series.first, series.last, series.count) == (number(1), number(201), 3)
    assert series.gaps == ((number(3), number(200)),)


def test_a_gap_since_the_last_day_is_told_too(office: OfficeAtWork) -> None:
    office.issue(1)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE number_series SET last_serial = 2")
    office.clock += timedelta(days=1)
    office.issue(1)
    [series] = close(office, TODAY + timedelta(days=1)).figures.series
    assert series.gaps == ((number(2), number(2)),)


def test_a_number_of_an_earlier_pattern_is_no_gap(office: OfficeAtWork) -> None:
    office.issue(1)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE office SET number_pattern = '{series}-{serial}-{year}'")
        connection.execute("UPDATE number_series SET last_serial = 9")
    office.issue(2)
    [series] = close(office).figures.series
    assert (series.first, series.last, series.gaps) == (number(1), "SKP-0011-2026", ())


def test_the_checkpoint_is_one_that_audit_verify_takes(office: OfficeAtWork, tmp_path: Path) -> None:
    office.issue(1)
    report = close(office)
    office.issue(1)
    check = administering.check_audit(office.registry, report.checkpoint)
    assert (check.is_whole, check.fits_checkpoint) == (True, True)


def test_a_chain_that_was_rewritten_no_longer_fits_the_checkpoint(office: OfficeAtWork) -> None:
    office.issue(1)
    report = close(office)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET hash = ? WHERE seq = (SELECT max(seq) FROM audit)", [bytes(32)])
    assert administering.check_audit(office.registry, report.checkpoint).fits_checkpoint is False


def test_the_checkpoint_holds_the_entry_of_the_closing_itself(office: OfficeAtWork) -> None:
    report = close(office)
    with office.registry.reading() as tx:
        head = audit.head(tx)
        proof = checkpoints.opened(tx, report.checkpoint).checkpoint
        [entry] = audit.stretch(tx, head.entries - 1, 1)
    assert (proof.entries, proof.head) == (head.entries, head.hash.hex())
    assert (entry.action, entry.subject, entry.actor) == ("day.close", "2026-11-22", "kepala")


def test_a_closed_day_keeps_the_report_that_it_has(office: OfficeAtWork) -> None:
    office.issue(1)
    first = close(office)
    office.issue(1)
    assert close(office, by="operator") == first
    with office.registry.reading() as tx:
        assert closing_reports.of_day(tx, HERE, TODAY) == first
        assert closing_reports.newest(tx, HERE, 0, 10) == [first]


def test_a_day_that_is_to_come_is_not_closed(office: OfficeAtWork) -> None:
    with pytest.raises(FieldError) as refused:
        close(office, TODAY + timedelta(days=1))
    assert refused.value.code == "day_to_come"


def test_a_day_before_the_registry_began_is_not_closed(office: OfficeAtWork) -> None:
    with office.registry.reading() as tx:
        first = OFFICE.local_date(audit.first_at(tx))
    for day in (first - timedelta(days=1), date(1900, 1, 1), date.min):
        with pytest.raises(FieldError) as refused:
            close(office, day)
        assert refused.value.problem.code == "day_before_registry"
    assert close(office, first).day == first


@pytest.mark.parametrize("by", ["admin", "auditor", "nobody"])
def test_only_officers_close_a_day(office: OfficeAtWork, by: str) -> None:
    with pytest.raises(NotAllowed):
        close(office, by=by)


def test_a_process_without_the_passphrase_closes_nothing(office: OfficeAtWork) -> None:
    with pytest.raises(KeyTrouble):
        administering.close_day(office.registry, HERE, TODAY, None, "kepala", office.clock)
    with office.registry.reading() as tx:
        assert closing_reports.of_day(tx, HERE, TODAY) is None


def test_days_with_work_and_no_report_are_reminded_of(office: OfficeAtWork) -> None:
    [paper] = office.issue(1)  # on the 22nd
    office.clock += timedelta(days=2)
    office.revoke(paper)  # on the 24th
    office.clock += timedelta(days=1)
    close(office, date(2026, 11, 24))
    with office.registry.reading() as tx:
        assert closing_reports.open_days(tx, OFFICE, date(2026, 11, 25)) == [TODAY]
        assert closing_reports.open_days(tx, OFFICE, TODAY) == []
        assert closing_reports.open_days(tx, OFFICE, date(2026, 12, 10)) == []


def test_what_is_published_and_what_closes_a_day_are_one_kind_of_checkpoint(office: OfficeAtWork) -> None:
    published = office.publish()
    assert published.checkpoint is not None
    with office.registry.reading() as tx:
        proof = checkpoints.opened(tx, published.checkpoint.decode()).checkpoint
    assert proof.at == datetime.fromtimestamp(int(office.clock.timestamp()), proof.at.tzinfo)
    assert PUBLISHER.passphrase == PASSPHRASE


def test_what_nobody_here_signed_is_no_checkpoint(office: OfficeAtWork) -> None:
    published = office.publish()
    with office.registry.reading() as tx, pytest.raises(KeyTrouble):
        checkpoints.opened(tx, published.trust_bundle.decode())
