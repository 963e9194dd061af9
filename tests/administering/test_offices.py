"""Letterheads succeeded, on either database; letters keep the one that they were issued with."""

from dataclasses import replace
from typing import Any

import pytest

from suket_service import administering
from suket_service.administering import LETTERHEAD_CHARACTERS
from suket_service.core.letter import Capacity, Letterhead
from suket_service.errors import InputError, NotAllowed, PrinterError, RequestRefused, Text
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from tests.administering.test_kinds import NOT_ADMINS, entries
from tests.builders import LETTERHEAD, NOON, OFFICE

NEW = replace(LETTERHEAD, signatory="Dra. Pengganti, M.Si.", capacity=Capacity.ACTING)


def change(registry: Registry, head: Letterhead = NEW, by: str = "admin", **more: Any) -> Letterhead:
    return administering.change_letterhead(registry, OFFICE.code, head, by, NOON, **more)


def current(registry: Registry) -> Letterhead:
    [listed] = administering.list_offices(registry)
    return listed.letterhead


def test_an_office_is_listed_with_its_letterhead_and_usual_kind(registry: Registry) -> None:
    [listed] = administering.list_offices(registry)
    assert (listed.office, listed.letterhead, listed.usual_kind) == (OFFICE, LETTERHEAD, 1)


def test_a_new_letterhead_is_the_next_version(registry: Registry) -> None:
    assert change(registry) == current(registry) == replace(NEW, version=2)


def test_letters_keep_the_letterhead_of_their_issue(registry: Registry, issued: LetterRecord) -> None:
    change(registry)
    with registry.reading() as tx:
        assert letters.as_printed(tx, issued).letterhead == LETTERHEAD


def test_its_audit_entry_holds_no_name(registry: Registry) -> None:
    before = entries(registry)
    change(registry)
    assert entries(registry)[len(before) :] == [("admin", "office.letterhead", OFFICE.code, '{"version":2}')]


def test_the_same_letterhead_again_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError) as refused:
        change(registry, replace(LETTERHEAD, version=9))
    assert refused.value.code == "nothing_to_change"


@pytest.mark.parametrize("by", NOT_ADMINS)
def test_only_an_administrator_changes_it(registry: Registry, by: str) -> None:
    with pytest.raises(NotAllowed):
        change(registry, by=by)


@pytest.mark.parametrize("field", LETTERHEAD_CHARACTERS)
def test_a_line_is_filled_and_no_longer_than_the_registry_keeps(
    sqlite_registry: Registry, field: str
) -> None:
    assert Base.metadata.tables["letterhead"].c[field].type.length == LETTERHEAD_CHARACTERS[field]  # type: ignore[attr-defined]
    for text, code in (
        ("  ", "missing"),
        ("x" * (LETTERHEAD_CHARACTERS[field] + 1), "too_long"),
        ("Ŋ", "glyph_missing"),
    ):
        with pytest.raises(RequestRefused) as refused:
            change(sqlite_registry, replace(NEW, **_line(field, text)))
        assert [(each.field, each.code) for each in refused.value.problems] == [(field, code)]
    change(sqlite_registry, replace(NEW, **_line(field, "x" * LETTERHEAD_CHARACTERS[field])))


def _line(field: str, text: str) -> dict[str, Any]:
    return {field: text}


def test_what_paper_cannot_hold_is_not_kept(registry: Registry) -> None:
    def refuse(head: Letterhead) -> None:
        raise PrinterError("letter_overflows", Text(head.agency, head.agency))

    with pytest.raises(PrinterError):
        change(registry, require_printable=refuse)
    assert current(registry) == LETTERHEAD
