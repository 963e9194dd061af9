"""F19: the seal key changes while letters are being issued."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from suket_service import administering, issuing, publishing
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome
from suket_service.errors import KeyTrouble
from suket_service.issuing import Sealing
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import audit, keys, letters
from suket_service.registry.session import Registry
from suket_service.verifying import Desk, check_offline
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY
from tests.faults import invariants
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

PROCESSES, SHARE = 3, 2_000


@pytest.fixture
def children() -> Children:
    """Where the issuers come from."""
    return shared_children()


def _sealing(registry: Registry) -> Sealing:
    with registry.reading() as tx:
        return Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)


def _issue(registry: Registry, sealing: Sealing, number: int) -> str:
    [outcome] = issuing.issue_rows(
        registry,
        OFFICE.code,
        [a_person(number)],
        people=PEOPLE,
        sealing=sealing,
        open_photo=lambda name: b"",
        file_digest="a",
        now=lambda: NOON,
    )
    assert outcome.letter is not None
    assert outcome.letter.number is not None
    return outcome.letter.number


def issue_until(url: str, first: int, stop: Path) -> tuple[dict[str, str], int]:
    """Child's work: issue with the key in hand, and take the new one when it is refused.

    Returns what was told, and how often a key was refused.
    """
    registry, told, refused = Registry(url), dict[str, str](), 0
    sealing = _sealing(registry)
    for number in range(first, first + SHARE):
        while f"a:{number}" not in told and not stop.exists():
            try:
                told[f"a:{number}"] = _issue(registry, sealing, number)
            except KeyTrouble as trouble:
                assert trouble.code == "no_key"  # noqa: PT017 - a child has no pytest
                refused += 1
                sealing = _sealing(registry)
    registry.close()
    return told, refused


def _rotate(registry: Registry) -> None:
    made = administering.new_key(registry, Purpose.SEAL, OFFICE.code, PASSPHRASE, NOON)
    administering.activate_key(registry, made.key.kid, NOON)


def _rotate_under_load(
    registry: Registry, children: Children, stop: Path, changes: int, pause: float
) -> tuple[dict[str, str], int]:
    """Letters told, and keys refused, while the key was changed so often: each time after some letters more."""
    register(registry, range(PROCESSES * SHARE))
    url = registry.url.render_as_string(hide_password=False)
    pids = [children.start(issue_until, url, place * SHARE, stop) for place in range(PROCESSES)]
    give_up = time.monotonic() + 120 + changes * pause
    for change in range(1, changes + 1):
        time.sleep(pause)
        while _count(registry) < change * PROCESSES and time.monotonic() < give_up:
            time.sleep(0.01)
        _rotate(registry)
    stop.touch()
    ended = [children.wait(pid) for pid in pids]
    assert all(each.well for each in ended), ended
    told = {key: number for each in ended for key, number in each.result[0].items()}
    return told, sum(each.result[1] for each in ended)


def _count(registry: Registry) -> int:
    with registry.reading() as tx:
        return sum(serial for *_, serial in letters.series(tx))


def _signed_after_retirement(registry: Registry) -> list[str]:
    """Letters that the chain names after it says that their key was retired."""
    retired: set[str] = set()
    late = []
    with registry.reading() as tx:
        entries = audit.stretch(tx, 0, 1_000_000)
    for entry in entries:
        details = json.loads(entry.details)
        if entry.action == "key.activate":
            retired |= set(details["retired"])
        elif entry.action == "letter.issue" and details["kid"] in retired:
            late.append(entry.subject)
    return late


@pytest.mark.parametrize(
    ("changes", "pause"), [(8, 0.1), pytest.param(60, 1, marks=pytest.mark.slow)], ids=["8 keys", "60 keys"]
)
def test_f19_keys_change_under_load(
    registry: Registry, children: Children, tmp_path: Path, changes: int, pause: float, found: Found
) -> None:
    """While the key changes again and again, every letter verifies, and none is sealed by a retired key."""
    told, refused = _rotate_under_load(registry, children, tmp_path / "stop", changes, pause)
    found(f"{len(told)} letters by {PROCESSES} processes, {changes} keys, {refused} refusals")
    assert invariants.check(registry, told) == len(told) >= changes * PROCESSES
    assert _signed_after_retirement(registry) == []
    with registry.reading() as tx:
        ring = keys.ring(tx)
    states = [key.state for key in ring if key.purpose is Purpose.SEAL]
    assert sorted(states) == [KeyState.ACTIVE, *[KeyState.RETIRED] * changes]


def test_f19_letters_of_every_key_verify_also_offline(registry: Registry) -> None:
    """Letters that retired keys sealed stay valid, at the desk and with a bundle."""
    register(registry, range(4))
    numbers = []
    for person in range(4):
        numbers.append(_issue(registry, _sealing(registry), person))
        _rotate(registry)
    publishing.publish(registry, Publisher(PASSPHRASE, BASE_URL, HOST), NOON)
    stored = publishing.stored(registry, TRUST_BUNDLE)
    assert stored is not None
    bundle, desk = open_bundle(stored.body)[0], Desk(registry, "production", HOST)
    for number in numbers:
        with registry.reading() as tx:
            text = letters.seal_text(tx, letters.by_number(tx, OFFICE.code, number).id)
        assert desk.check_text(text, NOON).verdict.outcome is Outcome.VALID
        assert check_offline(bundle, text, NOON).verdict.outcome is Outcome.VALID


def test_f19_a_batch_stops_when_its_key_is_retired(registry: Registry, sealing: Sealing) -> None:
    """A batch whose key is retired in the middle stops at that portion; with the new key it goes on."""
    count = issuing.batch.PORTION + 10
    register(registry, range(count))
    rows = [a_person(number) for number in range(count)]

    def run(with_key: Sealing) -> Iterator[issuing.RowOutcome]:
        return issuing.issue_rows(
            registry,
            OFFICE.code,
            rows,
            people=PEOPLE,
            sealing=with_key,
            open_photo=lambda name: b"",
            file_digest="a",
            now=lambda: NOON,
        )

    outcomes = run(sealing)
    told = [next(outcomes) for _ in range(issuing.batch.PORTION)]
    _rotate(registry)
    with pytest.raises(KeyTrouble) as trouble:
        next(outcomes)
    assert trouble.value.code == "no_key"
    assert invariants.check(registry) == len(told)
    list(run(_sealing(registry)))
    assert _signed_after_retirement(registry) == []
    assert invariants.check(registry) == count


def test_f19_control_the_key_in_hand_is_believed(
    registry: Registry, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the key in hand not asked for again, a letter would be sealed by a key already retired."""
    register(registry, range(2))
    _issue(registry, sealing, 0)
    _rotate(registry)
    with pytest.raises(KeyTrouble):
        _issue(registry, sealing, 1)
    monkeypatch.setattr(keys, "require_active", lambda *_: None)
    late = _issue(registry, sealing, 1)
    assert _signed_after_retirement(registry) == [late]
