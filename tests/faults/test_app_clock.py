"""F12: the computer's clock is set back, or forward, or while letters are being issued.

Below the edges time is an argument, so a clock that steps is one that is asked and answers so.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain, islice, repeat
from pathlib import Path

import pytest
from click.testing import Result

from suket_service import issuing, publishing
from suket_service.cli import letters as letters_command
from suket_service.cli import session
from suket_service.core.trust_bundle import TrustBundle, open_bundle
from suket_service.core.verdict import Outcome, Reason
from suket_service.errors import CallerError, RegistryError
from suket_service.issuing import RowOutcome, Sealing, batch
from suket_service.issuing import sealing as issuing_sealing
from suket_service.issuing.batch import PORTION
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.verifying import Desk, check_offline
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE
from tests.cli.builders import example_rows, lines_of, suket
from tests.faults import invariants
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

DAY, YEAR = timedelta(days=1), timedelta(days=365)
PUBLISHER = Publisher(PASSPHRASE, BASE_URL, HOST)
Issue = Callable[..., list[RowOutcome]]


@pytest.fixture
def issue(registry: Registry, sealing: Sealing) -> Issue:
    """Issues to people by their numbers, each call a file of its own, by the given clock."""
    register(registry, range(3 * PORTION))

    def run(clock: datetime | Callable[[], datetime], *people: int) -> list[RowOutcome]:
        return list(_rows(registry, sealing, clock, *people))

    return run


def _rows(
    registry: Registry, sealing: Sealing, clock: datetime | Callable[[], datetime], *people: int
) -> Iterator[RowOutcome]:
    return issuing.issue_rows(
        registry,
        OFFICE.code,
        [a_person(number) for number in people],
        people=PEOPLE,
        sealing=sealing,
        open_photo=lambda name: b"",
        file_digest=f"of {people[0]}",
        now=(lambda: clock) if isinstance(clock, datetime) else clock,
    )


def _issued(registry: Registry) -> list[LetterRecord]:
    """Every issued letter, in the order of positions, which is the order of issue."""
    with registry.reading() as tx:
        found = letters.search(tx, OFFICE.code)
    return sorted((each for each in found if each.number), key=lambda each: each.status_index or 0)


def _times(registry: Registry) -> list[datetime]:
    return [each.issued_at for each in _issued(registry) if each.issued_at]


def _text(registry: Registry, outcome: RowOutcome) -> str:
    assert outcome.letter is not None
    with registry.reading() as tx:
        return letters.seal_text(tx, outcome.letter.id)


def _bundle(registry: Registry, at: datetime) -> TrustBundle:
    publishing.publish(registry, PUBLISHER, at)
    stored = publishing.stored(registry, TRUST_BUNDLE)
    assert stored is not None
    return open_bundle(stored.body)[0]


@pytest.mark.parametrize("back", [timedelta(seconds=121), DAY, YEAR], ids=str)
def test_f12_a_clock_set_back_issues_nothing(registry: Registry, issue: Issue, back: timedelta) -> None:
    """A clock more than two minutes behind the last letter issues nothing, and says why."""
    issue(NOON, 0)
    with pytest.raises(CallerError) as refusal:
        issue(NOON - back, 1)
    assert refusal.value.code == "clock_behind_series"
    assert "jam" in refusal.value.text.id.lower()
    assert "clock" in refusal.value.text.en.lower()
    assert invariants.check(registry) == 1


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(seconds=120)], ids=str)
def test_f12_a_small_step_back_is_absorbed(registry: Registry, issue: Issue, back: timedelta) -> None:
    """A step back of up to two minutes costs nobody a letter, and time in the series stands still."""
    issue(NOON, 0)
    issue(NOON - back, 1)
    assert _times(registry) == [NOON, NOON]
    assert invariants.check(registry) == 2


def test_f12_nothing_is_issued_behind_the_last_publication(registry: Registry, issue: Issue) -> None:
    """Nothing is issued behind what is already published; a small step is absorbed there too."""
    publishing.publish(registry, PUBLISHER, NOON + DAY)
    with pytest.raises(CallerError) as refusal:
        issue(NOON, 0)
    assert refusal.value.code == "clock_behind_series"
    issue(NOON + DAY - timedelta(minutes=2), 1)
    assert _times(registry) == [NOON + DAY]


def test_f12_a_step_during_a_batch_ends_it_where_it_is(
    registry: Registry, sealing: Sealing, issue: Issue
) -> None:
    """A clock set back in the middle of a batch ends it: what was told is there, the rest follows later."""
    # The clock is asked twice a portion: for the day, and with the lock in hand.
    clock = chain(repeat(NOON, 2), repeat(NOON - DAY))
    outcomes = _rows(registry, sealing, lambda: next(clock), *range(PORTION + 10))
    told = list(islice(outcomes, PORTION))
    with pytest.raises(CallerError) as refusal:
        next(outcomes)
    assert refusal.value.code == "clock_behind_series"
    assert len(told) == len(_issued(registry)) == PORTION
    after = issue(NOON + timedelta(minutes=1), *range(PORTION + 10))
    assert [outcome.status.value for outcome in after] == ["unchanged"] * PORTION + ["issued"] * 10
    assert _times(registry) == sorted(_times(registry))
    assert invariants.check(registry) == PORTION + 10


def test_f12_time_in_a_series_never_runs_backwards(registry: Registry, issue: Issue, found: Found) -> None:
    """However the clock jitters, letters in the order of their numbers are in the order of their times."""
    chance = random.Random(12)
    at, refused, people = NOON, 0, iter(range(60))
    for number in people:
        at += timedelta(seconds=chance.choice((-150, -100, -30, -1, 0, 1, 60, 100, 130)))
        try:
            issue(at, number)
        except CallerError:
            refused += 1
    times = _times(registry)
    found(f"{len(times)} letters, {refused} refused")
    assert refused
    assert len(times) == 60 - refused
    assert times == sorted(times)
    assert invariants.check(registry) == len(times)


def test_f12_a_year_ahead_nothing_breaks(registry: Registry, issue: Issue) -> None:
    """A clock a year ahead issues letters of that year; they hold and expire by their own dates."""
    issue(NOON, 0)
    [ahead] = issue(NOON + YEAR, 1)
    assert ahead.letter is not None
    assert ahead.letter.number == OFFICE.number(1, "SKP", 2027)
    assert ahead.letter.issued_on == date(2027, 11, 22)
    desk, text = Desk(registry, "production", HOST), _text(registry, ahead)
    by_the_right_clock = desk.check_text(text, NOON + DAY).verdict
    assert by_the_right_clock.outcome is Outcome.NOT_YET_VALID
    assert desk.check_text(text, NOON + YEAR).verdict.outcome is Outcome.VALID
    assert desk.check_text(text, NOON + YEAR + timedelta(days=200)).verdict.outcome is Outcome.EXPIRED
    assert invariants.check(registry) == 2


def test_f12_after_a_year_ahead_the_office_waits(registry: Registry, issue: Issue) -> None:
    """Once the clock is right again, nothing is issued or published until it has caught up; then all goes on."""
    issue(NOON, 0)
    issue(NOON + YEAR, 1)
    publishing.publish(registry, PUBLISHER, NOON + YEAR)
    for at in (NOON + DAY, NOON + YEAR - timedelta(minutes=6)):
        with pytest.raises(CallerError) as refusal:
            issue(at, 2)
        assert refusal.value.code == "clock_behind_series"
        with pytest.raises(RegistryError) as unpublished:
            publishing.publish(registry, PUBLISHER, at)
        assert unpublished.value.code == "clock_behind_publication"
    issuing.revoke(registry, OFFICE.code, OFFICE.number(1, "SKP", 2026), "operator", "Salah data", NOON + DAY)
    issue(NOON + YEAR, 2)
    assert _times(registry) == sorted(_times(registry))
    assert invariants.check(registry) == 3


def test_f12_offline_a_clock_behind_cannot_tell(registry: Registry, issue: Issue) -> None:
    """Offline, a clock behind the bundle says that it cannot tell; what is forged stays forged."""
    [outcome] = issue(NOON, 0)
    bundle, text = _bundle(registry, NOON + DAY), _text(registry, outcome)
    assert check_offline(bundle, text, NOON + DAY).verdict.outcome is Outcome.VALID
    behind = check_offline(bundle, text, NOON + DAY - timedelta(seconds=1)).verdict
    assert (behind.outcome, behind.reasons) == (Outcome.INDETERMINATE, (Reason.CLOCK_BEHIND,))
    altered = text[:-1] + str((int(text[-1]) + 1) % 10)
    assert check_offline(bundle, altered, NOON - YEAR).verdict.outcome is Outcome.FORGED


def test_f12_offline_a_clock_ahead_calls_its_data_old(registry: Registry, issue: Issue) -> None:
    """Offline, a clock a year ahead says that its data are too old to tell."""
    [outcome] = issue(NOON, 0)
    bundle = _bundle(registry, NOON)
    ahead = check_offline(bundle, _text(registry, outcome), NOON + timedelta(days=100)).verdict
    assert (ahead.outcome, ahead.reasons) == (Outcome.INDETERMINATE, (Reason.LIST_STALE,))


def test_f12_the_command_says_it_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the terminal a clock set back is one line and exit code 1; put right, the file goes through."""
    data, right = tmp_path / "data", session.now
    assert suket("init", "--demo", data=data).exit_code == 0

    def issue_at(ahead: timedelta, serial: str) -> Result:
        for module in (session, letters_command):
            monkeypatch.setattr(module, "now", lambda: right() + ahead)
        file = example_rows(tmp_path, serial)
        people = ("--requested-by", "operator", "--approved-by", "kepala")
        return suket("issue", file, *people, "--json", data=data, SUKET_LANG="en")

    assert [line["status"] for line in lines_of(issue_at(2 * DAY, "9001"))] == ["issued"]
    refused = issue_at(DAY, "9004")
    assert (refused.exit_code, refused.stdout) == (1, ""), refused.output
    assert refused.stderr.splitlines() == [
        "suket: This computer's clock is behind the last letter issued. Set the clock first."
    ]
    assert [line["status"] for line in lines_of(issue_at(2 * DAY, "9004"))] == ["issued"]


def test_f12_control_the_clock_is_believed(
    registry: Registry, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the clock believed, time would run backwards and a bundle would call a good letter never issued."""
    for module in (issuing_sealing, batch):
        monkeypatch.setattr(module, "series_time", lambda _tx, _office, at: at)
    issue(NOON + 2 * DAY, 0)
    bundle = _bundle(registry, NOON + 2 * DAY)
    [backdated] = issue(NOON + DAY, 1)
    assert _times(registry) == [NOON + 2 * DAY, NOON + DAY]
    verdict = check_offline(bundle, _text(registry, backdated), NOON + 2 * DAY).verdict
    assert verdict.outcome is Outcome.UNREGISTERED
