"""Audit entries taken out, and the chain checked step by step: on both databases."""

from datetime import timedelta

import pytest

from suket_service import administering
from suket_service.administering import audit as checking
from suket_service.errors import InputError, NotAllowed
from suket_service.registry import audit
from suket_service.registry.audit_search import Wanted
from suket_service.registry.session import Registry
from tests.administering.test_audit import work
from tests.builders import NOON, OFFICE

LATER = NOON + timedelta(days=1)


def length(registry: Registry) -> int:
    with registry.reading() as tx:
        return audit.head(tx).entries


def test_entries_come_out_in_their_order_and_without_the_note_of_it(registry: Registry) -> None:
    work(registry, 12)
    before = length(registry)
    found = administering.export_entries(registry, Wanted(OFFICE.code), "auditor", LATER)
    assert [each.seq for each in found] == list(range(1, before + 1))
    with registry.reading() as tx:
        [note] = audit.stretch(tx, before, 10)
    assert (note.actor, note.action, note.subject) == ("auditor", "audit.export", f"{before} entries")


@pytest.mark.parametrize("username", ["operator", "kepala", "admin", "nobody"])
def test_only_an_auditor_takes_entries_out(registry: Registry, username: str) -> None:
    before = length(registry)
    with pytest.raises(NotAllowed):
        administering.export_entries(registry, Wanted(OFFICE.code), username, LATER)
    assert length(registry) == before


def test_too_many_entries_are_refused_and_nothing_is_noted(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(registry, 12)
    before = length(registry)
    monkeypatch.setattr(checking, "MOST_EXPORTED", before - 1)
    with pytest.raises(InputError, match="Persempit") as refused:
        administering.export_entries(registry, Wanted(OFFICE.code), "auditor", LATER)
    assert (refused.value.code, length(registry)) == ("too_many_entries", before)
    monkeypatch.setattr(checking, "MOST_EXPORTED", before)
    assert len(administering.export_entries(registry, Wanted(OFFICE.code), "auditor", LATER)) == before


def test_a_check_says_after_each_portion_how_far_it_is(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(registry, 23)
    monkeypatch.setattr(checking, "PORTION", 10)
    entries = length(registry)
    steps = list(administering.check_in_steps(registry, None))
    assert steps == [(done, entries) for done in range(10, entries + 1, 10)]
