"""The drill: an office loses its registry between two backups and goes on, on either database and from one to the other."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from suket_service import administering
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome, Reason
from suket_service.errors import CallerError
from suket_service.registry import audit, letters
from tests.administering.drill import Drill, bring_back, work_and_lose
from tests.administering.office import OfficeAtWork
from tests.builders import OFFICE
from tests.faults import invariants

WAYS = ("sqlite-sqlite", "postgresql-postgresql", "sqlite-postgresql", "postgresql-sqlite")


@pytest.fixture(scope="module", params=WAYS)
def drill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    before, after = (request.getfixturevalue(f"{kind}_databases") for kind in request.param.split("-"))
    with after.nothing_yet() as new:
        with before.a_registry() as old:
            office = OfficeAtWork(old)
            loss = work_and_lose(office, tmp_path_factory.mktemp("drill"))
        yield bring_back(office, loss, new)


def test_no_number_is_given_twice(drill: Drill) -> None:
    numbers = [paper.number for paper in (*drill.loss.a, *drill.loss.b, *drill.loss.c, *drill.d)]
    assert len(set(numbers)) == len(numbers) == 24


def test_no_position_is_given_twice(drill: Drill) -> None:
    positions = [paper.position for paper in (*drill.loss.a, *drill.loss.b, *drill.loss.c, *drill.d)]
    assert len(set(positions)) == len(positions) == 24


def test_every_invariant_holds(drill: Drill) -> None:
    invariants.check(drill.registry, lost=drill.numbers_not_in_use())


def test_what_was_revoked_after_the_backup_is_revoked(drill: Drill) -> None:
    for paper in (drill.loss.a[1], drill.loss.b[1]):
        assert drill.office.online(paper).outcome is Outcome.REVOKED
        assert drill.office.offline(drill.after, paper).outcome is Outcome.REVOKED


def test_what_was_suspended_after_the_backup_is_suspended(drill: Drill) -> None:
    for paper in (drill.loss.a[2], drill.loss.b[2]):
        assert drill.office.online(paper).outcome is Outcome.SUSPENDED
        assert drill.office.offline(drill.after, paper).outcome is Outcome.SUSPENDED


def test_what_was_resumed_after_the_backup_stays_suspended_for_a_person_to_look_at(drill: Drill) -> None:
    assert drill.office.online(drill.loss.a[4]).outcome is Outcome.SUSPENDED
    assert drill.office.offline(drill.after, drill.loss.a[4]).outcome is Outcome.SUSPENDED
    assert drill.restored.learnt.fates.still_suspended == (drill.loss.a[4].number,)


def test_an_extension_after_the_backup_holds(drill: Drill) -> None:
    paper = drill.loss.a[3]
    verdict = drill.office.online(paper)
    assert verdict.outcome is Outcome.VALID
    assert verdict.valid_until == drill.loss.extended_to[paper.number] > paper.valid_until


def test_a_lost_letters_extension_is_published_on(drill: Drill) -> None:
    paper = drill.loss.b[3]
    assert drill.office.offline(drill.after, paper).valid_until == drill.loss.extended_to[paper.number]


def test_other_letters_of_the_backup_are_as_they_were(drill: Drill) -> None:
    for paper in (drill.loss.a[0], drill.loss.a[5]):
        assert drill.office.online(paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_lost_letter_cannot_be_told_online(drill: Drill) -> None:
    for paper in (drill.loss.b[0], drill.loss.b[4]):
        verdict = drill.office.online(paper)
        assert (verdict.outcome, verdict.reasons) == (Outcome.INDETERMINATE, (Reason.LIST_MISSING,))


def test_a_lost_letter_reads_offline_as_before(drill: Drill) -> None:
    for paper in (drill.loss.b[0], drill.loss.b[4]):
        assert drill.office.offline(drill.loss.published, paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_letter_that_nobody_knows_of_is_not_called_a_forgery(drill: Drill) -> None:
    for paper in drill.loss.c:
        assert drill.office.online(paper).outcome is Outcome.INDETERMINATE
        assert drill.office.offline(drill.after, paper).outcome is Outcome.INDETERMINATE


def test_letters_issued_after_the_restore_are_valid(drill: Drill) -> None:
    for paper in drill.d:
        assert drill.office.online(paper).outcome is Outcome.VALID
        assert drill.office.offline(drill.after, paper).outcome is Outcome.VALID


def test_a_phone_with_the_bundle_of_before_does_not_call_them_forged(drill: Drill) -> None:
    for paper in drill.d:
        verdict = drill.office.offline(drill.loss.published, paper)
        assert (verdict.outcome, verdict.reasons) == (Outcome.INDETERMINATE, (Reason.NEWER_THAN_LIST,))


def test_the_report_names_exactly_the_lost_positions(drill: Drill) -> None:
    statuses = [Status.VALID, Status.INVALID, Status.SUSPENDED, Status.VALID, Status.VALID]
    extended = [None, None, None, drill.loss.extended_to[drill.loss.b[3].number], None]
    expected = {
        paper.position: (status, until)
        for paper, status, until in zip(drill.loss.b, statuses, extended, strict=True)
    }
    named = {
        (each.status_list, index): (each.status, each.extended_to)
        for each in drill.restored.lost
        for index in range(each.first, each.last + 1)
    }
    assert named == expected
    assert drill.restored.lost_positions == len(drill.loss.b)


def test_the_report_names_exactly_the_lost_numbers(drill: Drill) -> None:
    assert [each.lost for each in drill.restored.series if each.lost] == [
        (drill.loss.b[0].number, drill.loss.b[-1].number)
    ]


def test_the_numbers_of_letters_nobody_knows_of_are_passed_over(drill: Drill) -> None:
    assert {paper.number for paper in drill.loss.c} <= drill.numbers_not_in_use()


def test_the_audit_chain_is_whole(drill: Drill) -> None:
    assert administering.check_audit(drill.registry).is_whole


def test_the_checkpoint_from_before_is_explained_by_the_restore(drill: Drill) -> None:
    assert drill.loss.published.checkpoint is not None
    result = administering.check_audit(drill.registry, drill.loss.published.checkpoint.decode())
    assert result.is_whole
    assert result.fits_checkpoint is None
    assert result.lost_in_restore == drill.restored.contents.entries + 1


def test_versions_go_on_rising(drill: Drill) -> None:
    before, after = (
        open_bundle(each.trust_bundle).bundle.version for each in (drill.loss.published, drill.after)
    )
    assert after > before


def test_a_letters_history_says_what_the_restore_did(drill: Drill) -> None:
    with drill.registry.reading() as tx:
        record = letters.by_number(tx, OFFICE.code, drill.loss.a[1].number)
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
