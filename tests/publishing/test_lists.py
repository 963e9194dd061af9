"""Status lists as published: a spare waits ahead, and what a restore could not bring back still counts."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from suket_service import publishing
from suket_service.core.keyring import Purpose
from suket_service.core.seal import Seal, pack, parse
from suket_service.core.status_list import Status, StatusList
from suket_service.core.trust_bundle import Gap, TrustBundle, open_bundle
from suket_service.core.verdict import Note, Outcome, Reason, Tone, Verdict
from suket_service.publishing import TRUST_BUNDLE, Publisher, list_name
from suket_service.registry import keys, letters, status
from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import LostPositionRow, SigningKeyRow, StatusListRow
from suket_service.registry.session import Registry
from suket_service.verifying import Desk, check_offline
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY, a_row, some_facts, text_of
from tests.conftest import IssueRows
from tests.core.builders import unb64url
from tests.registry.statements import statements

PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)


def bundle_of(registry: Registry, at: datetime = NOON) -> TrustBundle:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, TRUST_BUNDLE)
    assert stored is not None
    return open_bundle(stored.body).bundle


def set_list(registry: Registry, number: int, **columns: Any) -> None:
    with registry.writing() as tx:
        tx.execute(update(StatusListRow).where(StatusListRow.number == number).values(**columns))


def place(registry: Registry, count: int = 1) -> list[tuple[int, int]]:
    with registry.writing() as tx:
        return status.allocate(tx, OFFICE.code, count)


def numbers(registry: Registry) -> list[int]:
    with registry.reading() as tx:
        return [each.number for each in status.contents(tx)]


# The spare


def test_the_first_bundle_knows_the_spare(registry: Registry) -> None:
    bundle = bundle_of(registry)
    assert [(each.number, each.office, each.next_index) for each in bundle.lists.values()] == [
        (1, OFFICE.code, 0),
        (2, OFFICE.code, 0),
    ]
    assert publishing.stored(registry, list_name(2)) is not None


def test_letters_fill_the_first_list_and_leave_the_spare_alone(registry: Registry) -> None:
    assert place(registry, 3) == [(1, 0), (1, 1), (1, 2)]
    assert numbers(registry) == [1, 2]


def test_a_full_list_is_followed_by_the_spare_and_a_new_spare_opens(registry: Registry) -> None:
    set_list(registry, 1, capacity=2)
    assert place(registry, 2) == [(1, 0), (1, 1)]
    assert numbers(registry) == [1, 2]
    assert place(registry) == [(2, 0)]
    assert numbers(registry) == [1, 2, 3]


def test_a_file_that_runs_over_several_lists_ends_with_a_spare_behind_it(registry: Registry) -> None:
    for number in (1, 2):
        set_list(registry, number, capacity=2)
    assert place(registry, 5) == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0)]
    assert numbers(registry) == [1, 2, 3, 4]


def test_a_closed_list_gives_out_nothing_more(registry: Registry) -> None:
    place(registry)
    set_list(registry, 1, closed_at=NOON)
    assert place(registry, 2) == [(2, 0), (2, 1)]
    assert numbers(registry) == [1, 2, 3]


def test_a_closed_spare_is_passed_over(registry: Registry) -> None:
    set_list(registry, 2, closed_at=NOON)
    assert place(registry) == [(1, 0)]
    assert numbers(registry) == [1, 2, 3]
    set_list(registry, 1, closed_at=NOON)
    assert place(registry) == [(3, 0)]


def test_with_every_list_closed_a_new_one_opens_with_its_spare(registry: Registry) -> None:
    for number in (1, 2):
        set_list(registry, number, closed_at=NOON)
    assert place(registry) == [(3, 0)]
    assert numbers(registry) == [1, 2, 3, 4]


def test_placing_nothing_opens_nothing(registry: Registry) -> None:
    assert place(registry, 0) == []
    assert numbers(registry) == [1, 2]


def test_a_letter_in_the_spare_is_newer_than_an_old_bundle_and_no_forgery(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> None:
    old = bundle_of(registry)
    set_list(registry, 1, closed_at=NOON)
    row = a_row()
    register(row)
    [outcome] = issue_rows(row)
    assert outcome.letter is not None
    assert outcome.letter.status_list == 2
    with registry.reading() as tx:
        text = letters.seal_text(tx, outcome.letter.id)
    at = NOON + timedelta(minutes=1)
    assert check_offline(old, text, at).verdict.reasons == (Reason.NEWER_THAN_LIST,)
    assert check_offline(bundle_of(registry, at), text, at).verdict.outcome is Outcome.VALID


# Letters that a restore could not bring back

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def seal(registry: Registry) -> Callable[..., Seal]:
    """Seals facts with the office's key: letters that were issued and are on no record."""
    with registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE)

    def sealed(**changes: Any) -> Seal:
        return parse(key.seal(pack(some_facts(**changes), key.key.key_id)))

    return sealed


def lose(registry: Registry, index: int, said: Status, extended_to: date | None = None) -> None:
    """What a restore writes down of a position whose letter it could not find in the backup."""
    with registry.writing() as tx:
        tx.execute(
            insert(LostPositionRow).values(
                status_list=1, status_index=index, status=int(said), extended_to=extended_to
            )
        )
    set_list(registry, 1, next_index=index + 1)


def online(registry: Registry, seal: Seal, at: datetime = NOON) -> Verdict:
    return Desk(registry, "production", HOST).check_text(text_of(seal), at).verdict


def offline(registry: Registry, seal: Seal, at: datetime = NOON) -> Verdict:
    return check_offline(bundle_of(registry, at), text_of(seal), at).verdict


@pytest.mark.parametrize(
    ("said", "at_the_desk", "with_a_bundle"),
    [
        (Status.VALID, (Reason.LIST_MISSING,), ()),
        (Status.INVALID, (Reason.REVOKED_OR_SUPERSEDED,), (Reason.REVOKED_OR_SUPERSEDED,)),
        (Status.SUSPENDED, (Reason.SUSPENDED,), (Reason.SUSPENDED,)),
    ],
)
def test_a_lost_letter_is_answered_by_its_list_s_word(
    registry: Registry,
    seal: Callable[..., Seal],
    said: Status,
    at_the_desk: tuple[Reason, ...],
    with_a_bundle: tuple[Reason, ...],
) -> None:
    lose(registry, 4, said)
    lost = seal(status_index=4)
    assert online(registry, lost).reasons == at_the_desk
    assert offline(registry, lost).reasons == with_a_bundle


def test_the_desk_is_never_green_over_a_lost_letter(registry: Registry, seal: Callable[..., Seal]) -> None:
    for index, said in enumerate((Status.VALID, Status.INVALID, Status.SUSPENDED)):
        lose(registry, index, said)
    tones = [online(registry, seal(status_index=index)).tone for index in range(3)]
    assert tones == [Tone.AMBER, Tone.RED, Tone.AMBER]


def test_a_lost_letter_s_status_and_extension_are_published_as_they_were(registry: Registry) -> None:
    until = date(2027, 8, 21)
    for index, said in enumerate((Status.VALID, Status.INVALID, Status.SUSPENDED)):
        lose(registry, index, said, until if index == 2 else None)
    bundle = bundle_of(registry)
    snapshot = bundle.lists[1]
    assert [snapshot.statuses[index] for index in range(4)] == [
        Status.VALID,
        Status.INVALID,
        Status.SUSPENDED,
        Status.NOT_ISSUED,
    ]
    assert bundle.extensions == {(1, 2): until}
    token = publishing.stored(registry, list_name(1))
    assert token is not None
    claims = claims_of(token.body)
    assert StatusList.from_claim(claims["status_list"]) == snapshot.statuses


def claims_of(token: bytes) -> Any:
    return json.loads(unb64url(token.decode().split(".")[1]))


def test_a_lost_extension_is_told_by_the_desk_too(registry: Registry, seal: Callable[..., Seal]) -> None:
    lose(registry, 0, Status.SUSPENDED, date(2027, 8, 21))
    verdict = online(registry, seal())
    assert (verdict.valid_until, verdict.notes) == (date(2027, 8, 21), (Note.EXTENDED,))


def test_a_revoked_key_s_lost_letter_cannot_be_told(registry: Registry, seal: Callable[..., Seal]) -> None:
    lost = seal()
    lose(registry, 0, Status.INVALID)
    with registry.writing() as tx:
        [key] = [each for each in keys.ring(tx) if each.purpose is Purpose.SEAL]
        keys.change_state(tx, key, key.state.REVOKED, TODAY)
    assert online(registry, lost).reasons == (Reason.KEY_REVOKED,)


def test_nothing_of_the_registry_is_told_of_a_lost_letter(
    registry: Registry, seal: Callable[..., Seal]
) -> None:
    lose(registry, 0, Status.INVALID)
    answer = Desk(registry, "production", HOST).check_text(text_of(seal()), NOON)
    assert (answer.registered, answer.kind_title) == (None, None)


# The part of a closed list that was never published


@pytest.mark.parametrize(
    ("index", "issued_on", "reason"),
    [
        (7, TODAY - timedelta(days=3), Reason.NOT_ISSUED),
        (7, TODAY - timedelta(days=2), Reason.LIST_MISSING),
        (7, YESTERDAY, Reason.LIST_MISSING),
        (6, YESTERDAY, Reason.LIST_MISSING),
        (999_999, YESTERDAY, Reason.LIST_MISSING),
        (5, YESTERDAY, Reason.NOT_ISSUED),
    ],
)
def test_what_may_be_on_paper_from_before_the_crash_is_not_called_never_issued(
    registry: Registry, seal: Callable[..., Seal], index: int, issued_on: date, reason: Reason
) -> None:
    set_key_back(registry)
    # By the office's calendar (WIB) both instants lie on the day after UTC's.
    set_list(
        registry,
        1,
        next_index=6,
        witnessed_at=NOON.replace(hour=17) - timedelta(days=3),
        closed_at=NOON.replace(hour=17) - timedelta(days=2),
    )
    on_paper = seal(status_index=index, issued_on=issued_on)
    assert online(registry, on_paper).reasons == (reason,)
    # A list without a row below its next index does not exist; a bundle would call it valid.
    if index != 5:
        assert offline(registry, on_paper).reasons == (reason,)


def set_key_back(registry: Registry) -> None:
    with registry.writing() as tx:
        tx.execute(update(SigningKeyRow).values(signs_from=TODAY - timedelta(days=30)))


@pytest.mark.parametrize("closed_at", [None, NOON])
def test_an_open_list_has_no_gap(registry: Registry, closed_at: datetime | None) -> None:
    set_list(registry, 1, witnessed_at=NOON - timedelta(days=1), closed_at=closed_at)
    gap = None if closed_at is None else Gap(YESTERDAY, TODAY)
    assert [each.gap for each in bundle_of(registry).lists.values()] == [gap, None]


def test_without_a_witness_every_day_up_to_the_restore_is_in_doubt(
    registry: Registry, seal: Callable[..., Seal]
) -> None:
    set_list(registry, 1, closed_at=NOON)
    assert online(registry, seal(status_index=3)).reasons == (Reason.LIST_MISSING,)
    gap = bundle_of(registry).lists[1].gap
    assert gap is not None
    assert (gap.first, gap.last) == (date.min, TODAY)


def test_in_an_open_list_a_position_never_given_out_is_never_issued(
    registry: Registry, seal: Callable[..., Seal]
) -> None:
    assert online(registry, seal(status_index=3)).reasons == (Reason.NOT_ISSUED,)
    assert online(registry, seal(status_list=2)).reasons == (Reason.NOT_ISSUED,)


# The way of a check through the registry


def queries_of(registry: Registry, seal: Seal | str) -> list[str]:
    """What a desk that has warmed up asks for one check."""
    desk = Desk(registry, "production", HOST)
    text = seal if isinstance(seal, str) else text_of(seal)
    desk.check_text(text, NOON)
    with statements() as asked:
        desk.check_text(text, NOON)
    return [each for each in asked if each.startswith("SELECT")]


def test_a_letter_on_record_takes_one_query_and_only_another_takes_two(
    registry: Registry, issued: LetterRecord, seal: Callable[..., Seal]
) -> None:
    with registry.reading() as tx:
        text = letters.seal_text(tx, issued.id)
    assert len(queries_of(registry, text)) == 1
    assert len(queries_of(registry, seal(status_index=3))) == 2


def test_a_list_is_made_from_its_marked_letters_alone(sqlite_registry: Registry) -> None:
    with sqlite_registry.reading() as tx, statements() as asked:
        status.contents(tx)
    [query] = [each for each in asked if "FROM letter" in each]
    with sqlite_registry.reading() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    [step] = plan
    assert "letter USING COVERING INDEX ix_letter_marked" in step
