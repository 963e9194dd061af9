"""The drill: an office loses its registry between two backups and goes on, on either database and from one to the other.

A: issued before the backup. B: after it, and published. C: after the last publication; nobody knows of
them but their holders. D: after the restore.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from suket_service import administering
from suket_service.administering import Order, Published, Restored
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome, Reason
from suket_service.errors import CallerError
from suket_service.registry import audit, letters
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork, Paper
from tests.builders import OFFICE
from tests.databases import Databases
from tests.faults import invariants

WAYS = ("sqlite-sqlite", "postgresql-postgresql", "sqlite-postgresql", "postgresql-sqlite")


@dataclass
class Drill:
    """What was on paper, what was restored from what, and how the office stands after it."""

    a: list[Paper]
    b: list[Paper]
    c: list[Paper]
    d: list[Paper]
    extended_to: dict[str, date]
    order: Order
    place: Path
    before: Published  # the witness
    after: Published
    restored: Restored
    office: OfficeAtWork

    @property
    def registry(self) -> Registry:
        return self.office.registry

    def numbers_not_in_use(self) -> set[str]:
        """Numbers that the report names as lost or passed over."""
        return {
            OFFICE.number(serial, {1: "SKP", 2: "SKR"}[each.change.kind], each.change.year)
            for each in self.restored.series
            for serial in range(each.change.in_backup + 1, each.change.now + 1)
        }


@pytest.fixture(scope="module", params=WAYS)
def drill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    kinds: list[Databases] = [
        request.getfixturevalue(f"{kind}_databases") for kind in request.param.split("-")
    ]
    folder = tmp_path_factory.mktemp("drill")
    with ExitStack() as stack:
        new = stack.enter_context(kinds[1].nothing_yet())
        with kinds[0].a_registry() as old:
            office = OfficeAtWork(old)
            a = office.issue(6)
            office.suspend(a[4])  # and resumed after the backup
            file = office.back_up(folder / "registry.backup").file
            office.tick(hours=10 * 24)
            b = office.issue(5)
            office.tick(hours=10 * 24)
            extended = {paper.number: office.extend(paper) for paper in (a[3], b[3])}
            for paper in (a[1], b[1]):
                office.revoke(paper)
            for paper in (a[2], b[2]):
                office.suspend(paper)
            office.resume(a[4])
            before = office.publish()
            c = office.issue(3)
        order = Order(file, "production", published=before)
        place = new.file or folder / "suket.sqlite3"
        restored = administering.restore(new, place, order, office.tick())
        office.registry = new
        d = office.issue(10)
        after = office.publish()
        yield Drill(a, b, c, d, extended, order, place, before, after, restored, office)


def test_no_number_is_given_twice(drill: Drill) -> None:
    numbers = [paper.number for paper in (*drill.a, *drill.b, *drill.c, *drill.d)]
    assert len(set(numbers)) == len(numbers) == 24


def test_no_position_is_given_twice(drill: Drill) -> None:
    positions = [paper.position for paper in (*drill.a, *drill.b, *drill.c, *drill.d)]
    assert len(set(positions)) == len(positions) == 24


def test_every_invariant_holds(drill: Drill) -> None:
    invariants.check(drill.registry, lost=drill.numbers_not_in_use())


def test_what_was_revoked_after_the_backup_is_revoked(drill: Drill) -> None:
    for paper in (drill.a[1], drill.b[1]):
        assert drill.office.online(paper).outcome is Outcome.REVOKED
        assert drill.office.offline(drill.after, paper).outcome is Outcome.REVOKED


def test_what_was_suspended_after_the_backup_is_suspended(drill: Drill) -> None:
    for paper in (drill.a[2], drill.b[2]):
        assert drill.office.online(paper).outcome is Outcome.SUSPENDED
        assert drill.office.offline(drill.after, paper).outcome is Outcome.SUSPENDED


def test_what_was_resumed_after_the_backup_stays_suspended_for_a_person_to_look_at(drill: Drill) -> None:
    assert drill.office.online(drill.a[4]).outcome is Outcome.SUSPENDED
    assert drill.office.offline(drill.after, drill.a[4]).outcome is Outcome.SUSPENDED
    assert drill.restored.learnt.fates.still_suspended == (drill.a[4].number,)


def test_an_extension_after_the_backup_holds(drill: Drill) -> None:
    paper = drill.a[3]
    verdict = drill.office.online(paper)
    assert verdict.outcome is Outcome.VALID
    assert verdict.valid_until == drill.extended_to[paper.number] > paper.valid_until


def test_a_lost_letters_extension_is_published_on(drill: Drill) -> None:
    paper = drill.b[3]
    assert drill.office.offline(drill.after, paper).valid_until == drill.extended_to[paper.number]


def test_other_letters_of_the_backup_are_as_they_were(drill: Drill) -> None:
    for paper in (drill.a[0], drill.a[5]):
        assert drill.office.online(paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_lost_letter_cannot_be_told_online(drill: Drill) -> None:
    for paper in (drill.b[0], drill.b[4]):
        verdict = drill.office.online(paper)
        assert (verdict.outcome, verdict.reasons) == (Outcome.INDETERMINATE, (Reason.LIST_MISSING,))


def test_a_lost_letter_reads_offline_as_before(drill: Drill) -> None:
    for paper in (drill.b[0], drill.b[4]):
        assert drill.office.offline(drill.before, paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_letter_that_nobody_knows_of_is_not_called_a_forgery(drill: Drill) -> None:
    for paper in drill.c:
        assert drill.office.online(paper).outcome is Outcome.INDETERMINATE
        assert drill.office.offline(drill.after, paper).outcome is Outcome.INDETERMINATE


def test_letters_issued_after_the_restore_are_valid(drill: Drill) -> None:
    for paper in drill.d:
        assert drill.office.online(paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_phone_with_the_bundle_of_before_does_not_call_them_forged(drill: Drill) -> None:
    for paper in drill.d:
        verdict = drill.office.offline(drill.before, paper)
        assert (verdict.outcome, verdict.reasons) == (Outcome.INDETERMINATE, (Reason.NEWER_THAN_LIST,))


def test_the_report_names_exactly_the_lost_positions(drill: Drill) -> None:
    statuses = [Status.VALID, Status.INVALID, Status.SUSPENDED, Status.VALID, Status.VALID]
    extended = [None, None, None, drill.extended_to[drill.b[3].number], None]
    expected = {
        paper.position: (status, until)
        for paper, status, until in zip(drill.b, statuses, extended, strict=True)
    }
    named = {
        (each.status_list, index): (each.status, each.extended_to)
        for each in drill.restored.lost
        for index in range(each.first, each.last + 1)
    }
    assert named == expected
    assert drill.restored.lost_positions == len(drill.b)


def test_the_report_names_exactly_the_lost_numbers(drill: Drill) -> None:
    assert [each.lost for each in drill.restored.series if each.lost] == [
        (drill.b[0].number, drill.b[-1].number)
    ]


def test_the_numbers_of_letters_nobody_knows_of_are_passed_over(drill: Drill) -> None:
    assert {paper.number for paper in drill.c} <= drill.numbers_not_in_use()


def test_the_audit_chain_is_whole(drill: Drill) -> None:
    assert administering.check_audit(drill.registry).is_whole


def test_the_checkpoint_from_before_is_explained_by_the_restore(drill: Drill) -> None:
    assert drill.before.checkpoint is not None
    result = administering.check_audit(drill.registry, drill.before.checkpoint.decode())
    assert result.is_whole
    assert result.fits_checkpoint is None
    assert result.lost_in_restore == drill.restored.contents.entries + 1


def test_versions_go_on_rising(drill: Drill) -> None:
    before, after = (open_bundle(each.trust_bundle).bundle.version for each in (drill.before, drill.after))
    assert after > before


def test_a_letters_history_says_what_the_restore_did(drill: Drill) -> None:
    with drill.registry.reading() as tx:
        record = letters.by_number(tx, OFFICE.code, drill.a[1].number)
        last = letters.events(tx, record.id)[-1]
    assert (last.actor, last.action, last.reason) == (
        "restore",
        "revoke",
        "Dicabut atau digantikan menurut terbitan",
    )


def test_the_restore_is_one_audit_entry(drill: Drill) -> None:
    with drill.registry.reading() as tx:
        assert len(audit.of_action(tx, "registry.restore")) == 1


def test_a_second_restore_onto_it_is_refused_and_changes_nothing(drill: Drill) -> None:
    with drill.registry.reading() as tx:
        entries = audit.head(tx)
    with pytest.raises(CallerError) as refused:
        administering.restore(
            drill.registry, drill.place, drill.order, drill.office.clock + timedelta(hours=1)
        )
    assert refused.value.code == "place_taken"
    with drill.registry.reading() as tx:
        assert audit.head(tx) == entries
