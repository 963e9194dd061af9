"""The audit read by what is looked for: one's own office and the registry's own entries, and no other's."""

from datetime import timedelta

import pytest

from suket_service.registry import audit, audit_search
from suket_service.registry.audit import Entry
from suket_service.registry.audit_search import Wanted
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE

MINUTE = timedelta(minutes=1)
START = NOON + timedelta(hours=1)  # after what making the registry noted
ENTRIES = (
    Entry(START, "operator", "letter.draft", "a" * 32, OFFICE.code),
    Entry(START + MINUTE, "kepala", "letter.issue", "471.13/0001", OFFICE.code),
    Entry(START + 2 * MINUTE, "publisher", "publish", "1795323720"),
    Entry(START + 3 * MINUTE, "kepala2", "letter.issue", "471.13/0001", "2171"),
    Entry(START + 4 * MINUTE, "operator", "letter.suspend", "471.13/0001", OFFICE.code),
)


@pytest.fixture
def chain(registry: Registry) -> Registry:
    with registry.writing() as tx:
        audit.append_all(tx, ENTRIES)
    return registry


def found(registry: Registry, **changes: object) -> list[tuple[str, str]]:
    wanted = Wanted(OFFICE.code, since=START, **changes)  # type: ignore[arg-type]
    with registry.reading() as tx:
        entries = audit_search.newest(tx, wanted, most=50)
        assert audit_search.count(tx, wanted, most=50) == len(entries)
        assert audit_search.count(tx, wanted, most=1) == min(len(entries), 1)
        oldest_first = list(audit_search.every(tx, wanted, audit_search.last_number(tx)))
        assert oldest_first == entries[::-1]
    return [(entry.actor, entry.action) for entry in entries]


def test_an_office_reads_its_own_entries_and_the_registrys_latest_first(chain: Registry) -> None:
    assert found(chain) == [
        ("operator", "letter.suspend"),
        ("publisher", "publish"),
        ("kepala", "letter.issue"),
        ("operator", "letter.draft"),
    ]


@pytest.mark.few(5)
@pytest.mark.parametrize(
    ("changes", "actions"),
    [
        ({"actor": "operator"}, ["letter.suspend", "letter.draft"]),
        ({"actor": "kepala2"}, []),
        ({"actions": ("letter.draft", "publish")}, ["publish", "letter.draft"]),
        ({"actions": ()}, []),
        ({"subjects": ("471.13/0001",)}, ["letter.suspend", "letter.issue"]),
        ({"subjects": ("471.13/0001", "a" * 32)}, ["letter.suspend", "letter.issue", "letter.draft"]),
        ({"subjects": ("471.13/000_",)}, []),
        ({"before": START + 2 * MINUTE}, ["letter.issue", "letter.draft"]),
        ({"before": START}, []),
    ],
)
def test_entries_are_narrowed_by_each_thing_asked(
    chain: Registry, changes: dict[str, object], actions: list[str]
) -> None:
    assert [action for _, action in found(chain, **changes)] == actions


def test_pages_follow_each_other_without_gap_or_twin(chain: Registry) -> None:
    wanted = Wanted(OFFICE.code)
    with chain.reading() as tx:
        whole = audit_search.newest(tx, wanted, most=100)
        pages = [audit_search.newest(tx, wanted, 2, skip) for skip in range(0, len(whole) + 2, 2)]
    assert [entry for page in pages for entry in page] == whole


def test_a_file_ends_at_the_entry_it_was_asked_at(chain: Registry) -> None:
    with chain.reading() as tx:
        until = audit_search.last_number(tx) - 1
        assert [each.seq for each in audit_search.every(tx, Wanted(OFFICE.code), until)][-1] < until
        assert audit_search.at_of(tx, until) == START + 3 * MINUTE


def test_the_last_of_an_action_is_looked_for_among_the_last_entries_only(chain: Registry) -> None:
    with chain.reading() as tx:
        last = audit_search.last_of(tx, "letter.issue", within=10)
        assert last is not None
        assert last.office == "2171"
        assert audit_search.last_of(tx, "letter.issue", within=1) is None
        assert audit_search.last_of(tx, "letter.issue", within=2) == last


def test_a_letter_is_known_by_its_number_and_by_its_id(registry: Registry, issued: LetterRecord) -> None:
    assert issued.number is not None
    subjects = [issued.number, issued.id, "operator", "471.13/9999"]
    with registry.reading() as tx:
        named = audit_search.letters_named(tx, OFFICE.code, subjects)
        assert {each: named[each] for each in subjects if each in named} == {
            issued.number: issued.id,
            issued.id: issued.id,
        }
        assert audit_search.letters_named(tx, "2171", subjects) == {}
        assert audit_search.letters_named(tx, OFFICE.code, []) == {}
        for subject in (issued.number, issued.id):
            assert audit_search.all_names(tx, OFFICE.code, subject) == (issued.id, issued.number)
        assert audit_search.all_names(tx, "2171", issued.number) == (issued.number,)


def test_an_empty_chain_has_no_last_entry(registry: Registry) -> None:
    with registry.reading() as tx:
        assert audit_search.last_number(tx) == audit.head(tx).entries
        assert audit_search.at_of(tx, 10_000) is None
