"""What happens to an issued letter: what takes one person, what takes two, and what stays as it was."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from suket_service import issuing
from suket_service.core.letter import CardHandOver, LetterState, Office, Receiver
from suket_service.errors import NotAllowed, NotFound, RequestRefused, WrongState
from suket_service.issuing import TwoPeople
from suket_service.registry import audit, letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, a_row

BOTH = TwoPeople("operator", "kepala")
LATER = date(2027, 5, 22)  # what a letter of six months issued on LATER_NOON's day would get, plus a day
DAY = timedelta(days=1)
NEXT_MONTH = NOON + timedelta(days=30)
Change = Callable[[Registry, str, str, TwoPeople, str], LetterRecord]


def _extend(registry: Registry, office: str, number: str, people: TwoPeople, reason: str) -> LetterRecord:
    return issuing.extend(registry, office, number, None, people, reason, NEXT_MONTH)


def _resume(registry: Registry, office: str, number: str, people: TwoPeople, reason: str) -> LetterRecord:
    return issuing.resume(registry, office, number, people, reason, NEXT_MONTH)


def _revoke_all(registry: Registry, office: str, number: str, people: TwoPeople, reason: str) -> LetterRecord:
    return issuing.revoke_all(registry, office, [number], people, reason, NEXT_MONTH)[0]


OF_TWO = pytest.mark.parametrize("change", [_extend, _resume, _revoke_all])


@pytest.fixture
def number(issued: LetterRecord) -> str:
    assert issued.number is not None
    return issued.number


def extend(registry: Registry, number: str, until: date | None, at: datetime = NEXT_MONTH) -> LetterRecord:
    return issuing.extend(registry, OFFICE.code, number, until, BOTH, "Blangko belum datang", at)


def suspend(registry: Registry, number: str) -> LetterRecord:
    return issuing.suspend(registry, OFFICE.code, number, "operator", "Diduga ganda", NOON)


def resume(registry: Registry, number: str) -> LetterRecord:
    return issuing.resume(registry, OFFICE.code, number, BOTH, "Ternyata benar", NOON)


def history_of(registry: Registry, letter: str) -> list[tuple[str, str, str]]:
    with registry.reading() as tx:
        return [(event.action, event.actor, event.reason) for event in letters.events(tx, letter)]


def codes(step: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        step()
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_an_extension_moves_the_last_day_and_leaves_seal_and_paper(
    registry: Registry, issued: LetterRecord, number: str
) -> None:
    with registry.reading() as tx:
        before = letters.as_printed(tx, issued)
    record = extend(registry, number, LATER)
    assert (record.valid_until, record.sealed_valid_until) == (LATER, issued.sealed_valid_until)
    assert (record.state, record.fingerprint) == (LetterState.ISSUED, issued.fingerprint)
    with registry.reading() as tx:
        assert letters.as_printed(tx, record) == before


def test_an_extension_without_a_date_goes_as_far_as_a_new_letter_would(
    registry: Registry, number: str
) -> None:
    assert extend(registry, number, None).valid_until == date(2027, 6, 21)


def test_a_letter_is_extended_again_from_its_extension(registry: Registry, number: str) -> None:
    extend(registry, number, LATER)
    assert extend(registry, number, LATER + DAY).valid_until == LATER + DAY


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("until", "code"),
    [
        (date(2027, 5, 21), "until_not_later"),
        (date(2027, 1, 1), "until_not_later"),
        (date(2027, 6, 22), "until_too_far"),
        (date(9999, 12, 31), "until_too_far"),
    ],
)
def test_an_extension_is_later_than_the_last_day_and_no_further_than_a_new_letter(
    registry: Registry, number: str, until: date, code: str
) -> None:
    assert codes(lambda: extend(registry, number, until)) == [("until", code)]


def test_a_letter_that_has_expired_is_extended_from_today(registry: Registry, number: str) -> None:
    long_after = NOON + timedelta(days=400)
    assert codes(lambda: extend(registry, number, LATER, long_after)) == [("until", "until_not_later")]
    record = extend(registry, number, None, long_after)
    assert not record.has_lapsed(TODAY + timedelta(days=400))


def test_a_lapsed_letter_whose_holder_has_another_is_not_extended(
    registry: Registry, number: str, issue_rows: Callable[..., list[issuing.RowOutcome]]
) -> None:
    long_after = NOON + timedelta(days=400)
    [second] = issue_rows(a_row(), digest="a" * 64, now=lambda: long_after)
    assert second.status is issuing.RowStatus.ISSUED
    assert codes(lambda: extend(registry, number, None, long_after)) == [("number", "lapsed_and_closed")]


def test_a_letter_until_the_card_has_nothing_to_extend(
    registry: Registry,
    register: Callable[..., None],
    issue_rows: Callable[..., list[issuing.RowOutcome]],
) -> None:
    row = a_row(jenis_surat="2")
    register(row)
    [outcome] = issue_rows(row)
    assert outcome.letter is not None
    number = outcome.letter.number or ""
    assert codes(lambda: extend(registry, number, LATER)) == [("until", "until_card")]


def test_a_suspended_letter_is_not_extended(registry: Registry, number: str) -> None:
    suspend(registry, number)
    with pytest.raises(WrongState):
        extend(registry, number, LATER)


def test_one_person_suspends_and_two_resume(registry: Registry, issued: LetterRecord, number: str) -> None:
    assert suspend(registry, number).state is LetterState.SUSPENDED
    record = resume(registry, number)
    assert (record.state, record.closed_at) == (LetterState.ISSUED, None)
    assert history_of(registry, issued.id)[-3:] == [
        ("suspend", "operator", "Diduga ganda"),
        ("resume", "operator", "Ternyata benar"),
        ("approve_resume", "kepala", ""),
    ]


def test_a_suspended_letter_still_is_the_persons_open_one(
    registry: Registry, number: str, issue_rows: Callable[..., list[issuing.RowOutcome]]
) -> None:
    suspend(registry, number)
    [outcome] = issue_rows(a_row(alasan="Lain"), digest="a" * 64)
    assert [problem.code for problem in outcome.problems] == ["letter_open"]


def test_what_is_not_suspended_is_not_resumed(registry: Registry, number: str) -> None:
    with pytest.raises(WrongState):
        resume(registry, number)


@pytest.mark.few(7)
@OF_TWO
@pytest.mark.parametrize(
    ("people", "code"),
    [
        (TwoPeople("operator", None), "second_person_needed"),
        (TwoPeople("kepala", "kepala"), "same_person"),
        (TwoPeople("operator", "operator2"), "not_allowed"),
        (TwoPeople("operator", "admin"), "not_allowed"),
        (TwoPeople("auditor", "kepala"), "not_allowed"),
        (TwoPeople("petugas", "kepala"), "not_allowed"),
        (TwoPeople("operator", "camat"), "not_allowed"),
    ],
)
def test_what_takes_two_takes_two_of_this_office(
    registry: Registry, number: str, other_office: Office, change: Change, people: TwoPeople, code: str
) -> None:
    if change is _resume:
        suspend(registry, number)
    with pytest.raises(NotAllowed) as refused:
        change(registry, OFFICE.code, number, people, "Perlu")
    assert refused.value.code == code


@OF_TWO
def test_what_takes_two_is_audited_as_the_approvers_with_who_asked(
    registry: Registry, number: str, change: Change
) -> None:
    if change is _resume:
        suspend(registry, number)
    change(registry, OFFICE.code, number, BOTH, "Pak Budi melapor")
    with registry.reading() as tx:
        last = tx.exec_driver_sql("SELECT actor, details FROM audit ORDER BY seq DESC LIMIT 1").one()
    assert last.actor == "kepala"
    assert '"requested_by":"operator"' in last.details
    assert "Budi" not in last.details


@pytest.mark.few(4)
@OF_TWO
@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "Salah\ndata"])
def test_a_reason_is_needed(registry: Registry, number: str, change: Change, reason: str) -> None:
    assert codes(lambda: change(registry, OFFICE.code, number, BOTH, reason)) == [
        ("reason", "reason_missing")
    ]


def test_another_offices_number_is_not_found(registry: Registry, number: str, other_office: Office) -> None:
    theirs = TwoPeople("petugas", "camat")
    steps: tuple[Callable[[], object], ...] = (
        lambda: issuing.extend(registry, other_office.code, number, None, theirs, "Perlu", NEXT_MONTH),
        lambda: issuing.suspend(registry, other_office.code, number, "petugas", "Perlu", NOON),
        lambda: issuing.resume(registry, other_office.code, number, theirs, "Perlu", NOON),
    )
    for step in steps:
        with pytest.raises(NotFound):
            step()


class TestRevokingMany:
    @pytest.fixture
    def numbers(
        self, register: Callable[..., None], issue_rows: Callable[..., list[issuing.RowOutcome]]
    ) -> list[str]:
        rows = [a_row(number, serial=number) for number in range(2, 5)]
        register(*rows)
        return [outcome.letter.number or "" for outcome in issue_rows(*rows) if outcome.letter]

    def test_all_are_revoked_together(self, registry: Registry, numbers: list[str]) -> None:
        records = issuing.revoke_all(registry, OFFICE.code, numbers, BOTH, "Cap hilang", NOON)
        assert [record.number for record in records] == numbers
        assert {record.state for record in records} == {LetterState.REVOKED}

    def test_a_number_given_twice_counts_once(self, registry: Registry, numbers: list[str]) -> None:
        records = issuing.revoke_all(registry, OFFICE.code, [*numbers, numbers[0]], BOTH, "Cap hilang", NOON)
        assert len(records) == len(numbers)

    def test_one_that_cannot_be_revoked_saves_all_and_is_named(
        self, registry: Registry, numbers: list[str]
    ) -> None:
        issuing.revoke(registry, OFFICE.code, numbers[1], "operator", "Salah", NOON)
        wanted = [*numbers, "471.13/9999/SKP/2172/2026"]
        refused = codes(lambda: issuing.revoke_all(registry, OFFICE.code, wanted, BOTH, "Cap hilang", NOON))
        assert refused == [(numbers[1], "wrong_state"), (wanted[-1], "no_letter")]
        with registry.reading() as tx:
            assert letters.by_number(tx, OFFICE.code, numbers[0]).state is LetterState.ISSUED

    @pytest.mark.parametrize("count", [0, 5_001])
    def test_none_and_too_many_are_refused(self, registry: Registry, count: int) -> None:
        wanted = [str(each) for each in range(count)]
        assert codes(lambda: issuing.revoke_all(registry, OFFICE.code, wanted, BOTH, "Perlu", NOON)) == [
            ("number", "too_many")
        ]

    def test_each_letter_has_its_own_audit_entry(self, registry: Registry, numbers: list[str]) -> None:
        with registry.reading() as tx:
            before = audit.head(tx).entries
        issuing.revoke_all(registry, OFFICE.code, numbers, BOTH, "Cap hilang", NOON)
        with registry.reading() as tx:
            assert audit.head(tx).entries == before + len(numbers)


class TestTheCard:
    def supersede(self, registry: Registry, number: str, card: CardHandOver) -> LetterRecord:
        return issuing.supersede(registry, OFFICE.code, number, "operator", "KTP-el diserahkan", NOON, card)

    def kept(self, registry: Registry, letter: str) -> CardHandOver | None:
        with registry.reading() as tx:
            return letters.card_hand_over(tx, letter)

    def test_given_to_the_holder(self, registry: Registry, issued: LetterRecord, number: str) -> None:
        card = CardHandOver(Receiver.HOLDER, old_letter_returned=True)
        assert self.supersede(registry, number, card).state is LetterState.SUPERSEDED
        assert self.kept(registry, issued.id) == card

    def test_given_to_a_proxy_who_is_named(
        self, registry: Registry, issued: LetterRecord, number: str
    ) -> None:
        card = CardHandOver(Receiver.PROXY, False, "Siti Aminah", "Anak kandung")
        self.supersede(registry, number, card)
        assert self.kept(registry, issued.id) == card

    @pytest.mark.parametrize(
        ("card", "expected"),
        [
            (
                CardHandOver(Receiver.PROXY, True),
                [("proxy_name", "proxy_missing"), ("proxy_relation", "proxy_missing")],
            ),
            (CardHandOver(Receiver.PROXY, True, "Siti"), [("proxy_relation", "proxy_missing")]),
            (CardHandOver(Receiver.PROXY, True, "S1t1 <b>", "anak"), [("proxy_name", "name_characters")]),
            (CardHandOver(Receiver.PROXY, True, "Siti", "=cmd"), [("proxy_relation", "characters")]),
        ],
    )
    def test_a_proxy_without_name_and_tie_is_refused(
        self, registry: Registry, number: str, card: CardHandOver, expected: list[tuple[str, str]]
    ) -> None:
        assert codes(lambda: self.supersede(registry, number, card)) == expected
        with registry.reading() as tx:
            assert letters.by_number(tx, OFFICE.code, number).state is LetterState.ISSUED

    def test_without_a_card_there_is_no_hand_over(
        self, registry: Registry, issued: LetterRecord, number: str
    ) -> None:
        issuing.supersede(registry, OFFICE.code, number, "operator", "Diganti", NOON)
        assert self.kept(registry, issued.id) is None

    def test_the_proxys_name_stays_out_of_the_audit_chain(self, registry: Registry, number: str) -> None:
        self.supersede(registry, number, CardHandOver(Receiver.PROXY, True, "Siti Aminah", "Anak kandung"))
        with registry.reading() as tx:
            entries = tx.exec_driver_sql("SELECT details FROM audit").scalars().all()
        assert not any("AMINAH" in entry.upper() for entry in entries)
        assert '"card_to":"proxy"' in entries[-1]
