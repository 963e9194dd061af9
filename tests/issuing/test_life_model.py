"""The whole life of letters, in any order anyone might think of, beside a model small enough to believe."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.core.letter import Action, CardHandOver, LetterState, Receiver, may
from suket_service.core.request import Request
from suket_service.core.verdict import Outcome
from suket_service.errors import RequestRefused, WrongState
from suket_service.issuing import Application, RowStatus, Sealing, Settled, TwoPeople
from suket_service.registry import keys, letters
from suket_service.verifying import Desk
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY, a_resident, a_row
from tests.databases import Databases
from tests.selection import examples

PEOPLE = (3, 4)
BOTH = TwoPeople("operator", "kepala")
WAITING = (LetterState.DRAFT, LetterState.APPROVED)
STANDING = (LetterState.ISSUED, LetterState.SUSPENDED)
#: What a check must say of a letter in force or not; where it is in force, its dates decide.
OUTCOMES = {
    LetterState.REVOKED: Outcome.REVOKED,
    LetterState.SUPERSEDED: Outcome.SUPERSEDED,
    LetterState.SUSPENDED: Outcome.SUSPENDED,
}


@dataclass
class Modelled:
    """A letter as it should be."""

    person: int
    state: LetterState
    replaces: str | None = None
    closed: bool = False
    until: date | None = None
    number: str | None = None
    fingerprint: bytes | None = None
    lapsed_by: str | None = None  # the draft that closed it


class WholeLife(RuleBasedStateMachine):
    """Every step that staff can take, refused or done as the model says, and the registry beside it."""

    databases: ClassVar[Databases]
    drawn = Bundle("letters")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.registry = self.stack.enter_context(self.databases.a_registry())
        self.letters: dict[str, Modelled] = {}
        self.proposals: dict[str, tuple[str, Action]] = {}
        self.today = TODAY
        self.ticks = 0
        self.files = 0
        rows = [a_row(serial, serial) for serial in PEOPLE]
        list(
            administering.import_residents(self.registry, OFFICE.code, rows, "operator", "SIAK", TODAY, NOON)
        )
        with self.registry.reading() as tx:
            key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE)
        self.sealing = Sealing(key, BASE_URL)
        self.desk = Desk(self.registry, "production", HOST)

    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> datetime:
        self.ticks += 1
        return datetime.combine(self.today, time(5), UTC) + timedelta(seconds=self.ticks)

    def standing_of(self, person: int) -> tuple[str, Modelled] | None:
        """The person's open letter; the draft of a replacement stands beside it and does not count."""
        for letter, each in self.letters.items():
            counts = each.replaces is None or each.number is not None
            if each.person == person and not each.closed and counts:
                return letter, each
        return None

    def lapsed(self, letter: Modelled) -> bool:
        return letter.number is not None and letter.until is not None and self.today > letter.until

    def issued_now(self, letter: str) -> None:
        model = self.letters[letter]
        record = self.record(letter)
        assert record.number is not None
        model.state, model.number, model.fingerprint = LetterState.ISSUED, record.number, record.fingerprint
        model.until = record.sealed_valid_until
        old = self.letters.get(model.replaces or "")
        if old is not None and not old.closed:
            old.state, old.closed = LetterState.SUPERSEDED, True

    def record(self, letter: str) -> letters.LetterRecord:
        with self.registry.reading() as tx:
            return letters.by_id(tx, OFFICE.code, letter)

    def expect(self, done: bool, step: Callable[[], Any], *refusals: type[Exception]) -> Any:
        """Take the step; it must be refused exactly when the model says so."""
        if done:
            return step()
        with pytest.raises(refusals or (WrongState,)):
            step()
        return None

    @rule(days=st.sampled_from([1, 30, 200]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(target=drawn, person=st.sampled_from(PEOPLE), replacing=st.booleans())
    def draft(self, person: int, replacing: bool) -> Any:
        standing = self.standing_of(person)
        old = standing if replacing and standing and standing[1].state in STANDING else None
        request = Request(
            a_resident(nik=f"217203170895{person:04d}"),
            "Blangko habis",
            None,
            None,
            None,
            (),
            replaces=old[1].number if old else None,
        )
        pending = old is not None and any(
            each.replaces == old[0] and not each.closed for each in self.letters.values()
        )
        free = standing is None or self.lapsed(standing[1]) or old is not None
        letter = self.expect(
            free and not pending,
            lambda: issuing.draft(
                self.registry, Application(OFFICE.code, request, None), "operator", self.now
            ),
            RequestRefused,
        )
        if letter is None:
            return multiple()
        if standing is not None and old is None:
            standing[1].closed, standing[1].lapsed_by = True, letter  # it had lapsed
        self.letters[letter] = Modelled(person, LetterState.DRAFT, old[0] if old else None)
        return letter

    @rule(target=drawn, person=st.sampled_from(PEOPLE))
    def issue_from_a_file(self, person: int) -> Any:
        standing = self.standing_of(person)
        self.files += 1
        [outcome] = issuing.issue_rows(
            self.registry,
            OFFICE.code,
            [a_row(2, person)],
            people=BOTH,
            sealing=self.sealing,
            open_photo=lambda name: b"",
            file_digest=f"{self.files:064}",
            now=lambda: self.now,
        )
        if standing is not None and standing[1].state in WAITING:
            assert outcome.status is RowStatus.ISSUED  # the draft that waited
            self.issued_now(standing[0])
            return multiple()
        if standing is not None and not self.lapsed(standing[1]):
            assert outcome.status is RowStatus.UNCHANGED
            return multiple()
        assert outcome.status is RowStatus.ISSUED
        assert outcome.letter is not None
        if standing is not None:
            standing[1].closed = True
        self.letters[outcome.letter.id] = Modelled(person, LetterState.ISSUED)
        self.issued_now(outcome.letter.id)
        return outcome.letter.id

    @rule(letter=drawn)
    def approve(self, letter: str) -> None:
        model = self.letters[letter]
        done = model.state is LetterState.DRAFT
        self.expect(done, lambda: issuing.approve(self.registry, OFFICE.code, letter, "kepala", self.now))
        if done:
            model.state = LetterState.APPROVED

    @rule(letter=drawn)
    def issue(self, letter: str) -> None:
        approved = self.letters[letter].state is LetterState.APPROVED
        beside = self.beside(letter)
        done = approved and self.may_be_issued(letter)
        self.expect(
            done,
            lambda: issuing.issue(self.registry, OFFICE.code, letter, "kepala", self.sealing, self.now),
            RequestRefused if approved else WrongState,
        )
        if done:
            if beside is not None:
                beside.closed = True
            self.issued_now(letter)

    def beside(self, letter: str) -> Modelled | None:
        """The person's open letter where it is another than this one, and than the one that it replaces."""
        model = self.letters[letter]
        other = self.standing_of(model.person)
        return other[1] if other and other[0] not in (letter, model.replaces) else None

    def may_be_issued(self, letter: str) -> bool:
        """Its old letter may have ended while it waited, and another have been issued since."""
        old, beside = self.letters.get(self.letters[letter].replaces or ""), self.beside(letter)
        return (old is None or old.state in STANDING) and (beside is None or self.lapsed(beside))

    @rule()
    def approve_and_issue_all_that_wait(self) -> None:
        waiting = [letter for letter, each in self.letters.items() if each.state in WAITING]
        outcomes = issuing.approve_and_issue(
            self.registry,
            OFFICE.code,
            [(letter, 0) for letter in waiting],
            "kepala",
            self.sealing,
            self.now,
        )
        for letter, outcome in zip(waiting, outcomes, strict=True):
            beside, done = self.beside(letter), self.may_be_issued(letter)
            assert (outcome.settled is Settled.ISSUED) is done
            if done:
                if beside is not None:
                    beside.closed = True
                self.issued_now(letter)

    @rule(letter=drawn, action=st.sampled_from([Action.REVOKE, Action.RESUME]))
    def propose(self, letter: str, action: Action) -> None:
        already = (letter, action) in self.proposals.values()
        done = may(self.letters[letter].state, action) and not already
        proposal = self.expect(
            done,
            lambda: issuing.propose(
                self.registry, OFFICE.code, action, [letter], "Perlu", "operator", self.now
            ),
            WrongState,
            RequestRefused,
        )
        if done:
            self.proposals[proposal] = (letter, action)

    @rule()
    def agree_to_the_oldest_proposal(self) -> None:
        if not self.proposals:
            return
        proposal, (letter, action) = next(iter(self.proposals.items()))
        model = self.letters[letter]
        done = may(model.state, action)
        self.expect(done, lambda: issuing.agree(self.registry, OFFICE.code, proposal, "kepala", self.now))
        if done:
            model.state = LetterState.REVOKED if action is Action.REVOKE else LetterState.ISSUED
            model.closed = model.closed or action is Action.REVOKE
        else:
            issuing.decline(self.registry, OFFICE.code, proposal, "kepala", "Sudah berubah", self.now)
        del self.proposals[proposal]

    @rule(letter=drawn)
    def approve_and_issue(self, letter: str) -> None:
        if self.letters[letter].state is LetterState.DRAFT:
            self.approve(letter)
            self.issue(letter)

    @rule(letter=drawn)
    def withdraw(self, letter: str) -> None:
        model = self.letters[letter]
        done = model.state in WAITING
        self.expect(
            done,
            lambda: issuing.withdraw(self.registry, OFFICE.code, letter, "operator2", "Salah", self.now),
        )
        if done:
            model.state, model.closed = LetterState.WITHDRAWN, True
            for each in self.letters.values():
                if each.lapsed_by == letter and self.standing_of(model.person) is None:
                    each.closed, each.lapsed_by = False, None

    @rule(letter=drawn)
    def suspend(self, letter: str) -> None:
        self.change(letter, LetterState.ISSUED, LetterState.SUSPENDED, issuing.suspend, "operator")

    @rule(letter=drawn)
    def resume(self, letter: str) -> None:
        self.change(letter, LetterState.SUSPENDED, LetterState.ISSUED, issuing.resume, BOTH)

    def change(
        self, letter: str, before: LetterState, after: LetterState, step: Callable[..., Any], who: Any
    ) -> None:
        model = self.letters[letter]
        if model.number is not None:
            done = model.state is before
            self.expect(
                done,
                lambda: step(self.registry, OFFICE.code, model.number, who, "Perlu", self.now),
            )
            if done:
                model.state = after

    @rule(letter=drawn)
    def extend(self, letter: str) -> None:
        model = self.letters[letter]
        if model.number is None or model.until is None:
            return
        furthest = _six_months_from(self.today)
        done = model.state is LetterState.ISSUED and not model.closed and furthest > model.until
        record = self.expect(
            done,
            lambda: issuing.extend(
                self.registry, OFFICE.code, model.number or "", None, BOTH, "Blangko habis", self.now
            ),
            WrongState,
            RequestRefused,
        )
        if done:
            assert record.valid_until == furthest
            model.until = furthest

    @rule(letter=drawn)
    def revoke(self, letter: str) -> None:
        model = self.letters[letter]
        if model.number is not None:
            done = model.state in STANDING
            self.expect(
                done,
                lambda: issuing.revoke(
                    self.registry, OFFICE.code, model.number or "", "operator", "Salah", self.now
                ),
            )
            if done:
                model.state, model.closed = LetterState.REVOKED, True

    @rule()
    def revoke_all_that_stand(self) -> None:
        standing = [each for each in self.letters.values() if each.state in STANDING]
        if len(standing) > 2:
            numbers = [each.number or "" for each in standing]
            issuing.revoke_all(self.registry, OFFICE.code, numbers, BOTH, "Cap hilang", self.now)
            for each in standing:
                each.state, each.closed = LetterState.REVOKED, True

    @rule(letter=drawn, by_proxy=st.booleans())
    def hand_over_the_card(self, letter: str, by_proxy: bool) -> None:
        model = self.letters[letter]
        if model.number is None:
            return
        card = (
            CardHandOver(Receiver.PROXY, True, "SITI", "anak")
            if by_proxy
            else CardHandOver(Receiver.HOLDER, False)
        )
        done = model.state in STANDING
        self.expect(
            done,
            lambda: issuing.supersede(
                self.registry, OFFICE.code, model.number or "", "operator", "Kartu", self.now, card
            ),
        )
        if done:
            model.state, model.closed = LetterState.SUPERSEDED, True

    @invariant()
    def the_registry_is_as_the_model_says(self) -> None:
        for letter, model in self.letters.items():
            record = self.record(letter)
            assert (record.state, record.number, record.fingerprint, record.closed_at is not None) == (
                model.state,
                model.number,
                model.fingerprint,
                model.closed,
            )
            assert record.valid_until == model.until

    @invariant()
    def numbers_and_positions_have_no_gap_and_no_twin(self) -> None:
        issued = [self.record(letter) for letter, model in self.letters.items() if model.number]
        serials: dict[int, list[int]] = {}
        for record in issued:
            parts = (record.number or "").split("/")
            serials.setdefault(int(parts[-1]), []).append(int(parts[1]))
        for taken in serials.values():
            assert sorted(taken) == list(range(1, len(taken) + 1))
        assert sorted(record.status_index or 0 for record in issued) == list(range(len(issued)))

    @invariant()
    def every_issued_letter_verifies_as_its_state_and_dates_say(self) -> None:
        for letter, model in self.letters.items():
            if model.number is None:
                continue
            with self.registry.reading() as tx:
                text = letters.seal_text(tx, letter)
            verdict = self.desk.check_text(text, self.now).verdict
            expected = OUTCOMES.get(model.state, Outcome.EXPIRED if self.lapsed(model) else Outcome.VALID)
            assert verdict.outcome is expected

    @invariant()
    def nobody_holds_two_open_letters(self) -> None:
        with self.registry.reading() as tx:
            standing = letters.open_letters_of(tx, [f"217203170895{person:04d}" for person in PEOPLE])
        expected = {person for person in PEOPLE if self.standing_of(person)}
        assert {int(nik[-4:]) for nik in standing} == expected

    @invariant()
    def the_audit_chain_is_whole(self) -> None:
        assert administering.check_audit(self.registry).is_whole


def _six_months_from(day: date) -> date:
    until = administering.KINDS[0].valid_until(day)
    assert until is not None
    return until


@pytest.mark.parametrize(("kind", "most"), [("sqlite", 25), ("postgresql", 8)])
def test_letters_live_as_the_model_says(request: pytest.FixtureRequest, kind: str, most: int) -> None:
    databases = request.getfixturevalue(f"{kind}_databases")
    machine = type("WholeLifeHere", (WholeLife,), {"databases": databases})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples(most), stateful_step_count=40, deadline=None)
    )
