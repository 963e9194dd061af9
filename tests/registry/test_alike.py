"""What SQLite takes on trust and PostgreSQL checks or orders its own way comes to the same on both."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timezone
from enum import StrEnum

import pytest
from sqlalchemy import Connection, String

from suket_service.administering import LETTERHEAD_CHARACTERS
from suket_service.administering.staff import MOST_NAME_CHARACTERS
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.kind import (
    MOST_BASIS_CHARACTERS,
    MOST_TITLE_CHARACTERS,
    SignatureMode,
    ValidityRule,
)
from suket_service.core.letter import Action, Capacity, LetterState, Receiver
from suket_service.core.request import NUMBER_CHARACTERS, OVERRIDE_CHARACTERS
from suket_service.core.resident import (
    ADDRESS_CHARACTERS,
    NAME_CHARACTERS,
    SHORT_TEXT_CHARACTERS,
    MaritalStatus,
    RecordingState,
    Sex,
    parse_religion,
)
from suket_service.errors import NotFound, RegistryConflict, RegistryError
from suket_service.issuing.life import MOST_REASON_CHARACTERS
from suket_service.paper.engine import RENDERER
from suket_service.registry import (
    audit,
    letters,
    offices,
    publications,
    register_lists,
    residents,
    staff,
    status,
)
from suket_service.registry.letters import Draft, LetterRecord, NewLetter
from suket_service.registry.publications import Publication
from suket_service.registry.residents import Import
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from tests.builders import NOON, OFFICE, TODAY, a_resident
from tests.registry.builders import insert_letter, raw

#: Column of text to the longest that our own rules let through.
LONGEST = {
    "letter.name": NAME_CHARACTERS,
    "letter.birth_place": SHORT_TEXT_CHARACTERS,
    "letter.address": ADDRESS_CHARACTERS,
    "letter.occupation": SHORT_TEXT_CHARACTERS,
    "letter.reason": ADDRESS_CHARACTERS,
    "letter.override_reason": OVERRIDE_CHARACTERS,
    "letter.number": NUMBER_CHARACTERS,
    "letter_event.reason": MOST_REASON_CHARACTERS,
    "hand_over.proxy_name": NAME_CHARACTERS,
    "hand_over.proxy_relation": SHORT_TEXT_CHARACTERS,
    "kind.title": MOST_TITLE_CHARACTERS,
    "kind.legal_basis": MOST_BASIS_CHARACTERS,
    "staff.name": MOST_NAME_CHARACTERS,
    **{f"letterhead.{line}": most for line, most in LETTERHEAD_CHARACTERS.items()},
}
#: Column to every value that we ourselves write there.
WRITTEN: dict[str, Iterable[str]] = {
    "letter.state": LetterState,
    "letter.sex": Sex,
    "letter.marital_status": MaritalStatus,
    "letter.religion": [parse_religion("Kepercayaan terhadap Tuhan Yang Maha Esa")],
    "letter_event.action": [*Action, *(f"approve_{action}" for action in Action if action != "supersede")],
    "resident.recording_state": RecordingState,
    "kind.rule": ValidityRule,
    "kind.signature": SignatureMode,
    "signing_key.state": KeyState,
    "signing_key.purpose": Purpose,
    "letterhead.capacity": Capacity,
    "staff.role": Role,
    "hand_over.receiver": Receiver,
    "printing.renderer": [RENDERER],
}


def room_in(column: str) -> int:
    table, _, name = column.partition(".")
    kind = Base.metadata.tables[table].columns[name].type
    assert isinstance(kind, String)
    assert kind.length is not None
    return kind.length


@pytest.mark.parametrize("column", LONGEST)
def test_what_the_rules_let_through_fits_its_column(column: str) -> None:
    assert LONGEST[column] <= room_in(column)


@pytest.mark.parametrize("column", WRITTEN)
def test_our_own_words_fit_their_columns(column: str) -> None:
    longest = max(
        (str(each.value if isinstance(each, StrEnum) else each) for each in WRITTEN[column]), key=len
    )
    assert len(longest) <= room_in(column), longest


def a_draft(**changes: object) -> Draft:
    draft = Draft("2" * 32, OFFICE.code, 1, a_resident(), "-", None, "operator", None, None, None)
    return replace(draft, **changes)  # type: ignore[arg-type]


def stored(registry: Registry, draft: Draft, at: datetime = NOON) -> LetterRecord:
    with registry.writing() as tx:
        letters.add(tx, [NewLetter(draft)], at)
    with registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, draft.id)


@pytest.mark.parametrize("letter", ["X", "Ö", "Ž"])
def test_the_longest_texts_come_back_as_they_went_in(registry: Registry, letter: str) -> None:
    person = a_resident(
        name=letter * NAME_CHARACTERS,
        birth_place=letter * SHORT_TEXT_CHARACTERS,
        address=letter * ADDRESS_CHARACTERS,
        occupation=letter * SHORT_TEXT_CHARACTERS,
        religion="KEPERCAYAAN TERHADAP TUHAN YME",
        marital_status=MaritalStatus.DIVORCED_UNREGISTERED,
    )
    draft = a_draft(
        resident=person,
        reason=letter * ADDRESS_CHARACTERS,
        override_reason=letter * OVERRIDE_CHARACTERS,
        request_key="f" * 64 + ":999999999999999",
        batch="f" * 64,
    )
    record = stored(registry, draft)
    assert (record.resident, record.reason, record.override_reason) == (
        person,
        draft.reason,
        draft.override_reason,
    )


def test_white_space_at_the_ends_and_case_are_kept(registry: Registry) -> None:
    assert stored(registry, a_draft(reason=" Habis  ")).reason == " Habis  "


@pytest.mark.parametrize(
    "at",
    [
        NOON,
        datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
        NOON.astimezone(timezone(OFFICE.utc_offset)),
    ],
    ids=["noon", "last microsecond", "first microsecond", "after 2038", "office time"],
)
def test_an_instant_comes_back_to_the_microsecond_and_in_utc(registry: Registry, at: datetime) -> None:
    created = stored(registry, a_draft(), at).created_at
    assert created == at
    assert created.tzinfo is UTC


def test_an_instant_that_is_not_aware_is_never_stored(registry: Registry) -> None:
    with pytest.raises(RegistryError):
        stored(registry, a_draft(), NOON.replace(tzinfo=None))


def test_bytes_come_back_as_bytes(registry: Registry) -> None:
    record = stored(registry, a_draft(portrait=bytes(range(256)), request_digest=bytes(range(32))))
    assert type(record.portrait) is bytes
    assert record.portrait == letters.portrait_key(bytes(range(256)))
    assert record.request_digest == bytes(range(32))


def test_lists_come_back_in_order(registry: Registry) -> None:
    prefixes = ("2172", "2101", "21", "9999", "Ž")
    with registry.writing() as tx:
        offices.add_office(tx, replace(OFFICE, code="9901", villages=prefixes), 1)
        assert offices.office(tx, "9901").villages == prefixes


def test_truth_comes_back_as_truth(registry: Registry) -> None:
    with registry.reading() as tx:
        member = staff.require_staff(tx, "operator", *Role)
    assert member.demo is False


def publication(**changes: object) -> Publication:
    made = Publication("trust-bundle", 1, "application/jose", b"\x00\xff", 1, NOON)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_publication_after_january_2038_is_stored(registry: Registry) -> None:
    late = datetime(2039, 1, 1, tzinfo=UTC)
    made = publication(version=int(late.timestamp()), published_at=late)
    with registry.writing() as tx:
        publications.replace_all(tx, [made])
        assert publications.stored(tx) == [made]
        assert publications.newest_version(tx) == made.version


def test_an_audit_entry_may_be_long(registry: Registry) -> None:
    details = {"pdfs": [f"{number:016x}" for number in range(5000)]}
    with registry.writing() as tx:
        audit.append(tx, NOON, "operator", "letter.print", "5000 letters", OFFICE.code, details)
    with registry.reading() as tx:
        head = audit.head(tx)
        [entry] = audit.of_action(tx, "letter.print")
    assert audit.follow(audit.ChainHead(head.entries - 1, entry.previous), [entry]) == head


def test_codes_come_in_the_order_of_their_characters(registry: Registry) -> None:
    with registry.writing() as tx:
        for code in ("9910", "1101", "9909", "2173"):
            offices.add_office(tx, replace(OFFICE, code=code), 1)
        found = [each.code for each in offices.offices(tx)]
    assert found == sorted(found)


def test_lists_are_numbered_on_after_one_that_brought_its_number_along(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute("INSERT INTO status_list VALUES (7, '2172', 0, 10, NULL, NULL)")
    with registry.writing() as tx:
        assert status.open_list(tx, OFFICE.code) == 8


def test_a_rollback_burns_no_list_number(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.writing() as tx:  # noqa: PT012
        first = status.open_list(tx, OFFICE.code)
        raise ZeroDivisionError
    with registry.writing() as tx:
        assert status.open_list(tx, OFFICE.code) == first


def test_letters_come_in_the_order_of_their_issue_and_drafts_first(
    registry: Registry, issued: LetterRecord
) -> None:
    """All made in one moment, as a portion's are; four digits of a serial are no limit."""
    with raw(registry) as connection:
        for index, number in ((7, "10000"), (3, "9999"), (5, "A"), (2, "b")):
            insert_letter(
                connection,
                id=f"{index:032}",
                nik=f"217203170895{index + 10:04}",
                number=f"471.13/{number}/SKP/2172/2026",
                status_list=1,
                status_index=index,
            )
        insert_letter(connection, id="f" * 32, nik="2172031708950099")
    with registry.reading() as tx:
        found = letters.search(tx, OFFICE.code)
    assert [each.status_index for each in found] == [None, 0, 2, 3, 5, 7]


@pytest.mark.parametrize("find", [str.lower, lambda number: f"{number} ", lambda number: f" {number}"])
def test_a_number_is_found_as_written_and_no_other_way(
    registry: Registry, issued: LetterRecord, find: Callable[[str], str]
) -> None:
    with registry.reading() as tx, pytest.raises(NotFound):
        letters.by_number(tx, OFFICE.code, find(str(issued.number)))


@pytest.mark.parametrize("number", ["\udcff", "SUKET\ud800"], ids=["not UTF-8", "half a pair"])
def test_half_a_character_is_asked_for_in_vain_and_without_a_crash(registry: Registry, number: str) -> None:
    with pytest.raises(RegistryConflict), registry.reading() as tx:
        letters.by_number(tx, OFFICE.code, number)


def test_a_conflict_undoes_everything_that_was_written_beside_it(
    registry: Registry, issued: LetterRecord
) -> None:
    def both(tx: Connection) -> None:
        letters.take_serials(tx, OFFICE.code, 1, 2026, NOON, 1)
        letters.add(tx, [NewLetter(a_draft(resident=issued.resident))], NOON)

    with pytest.raises(RegistryConflict), registry.writing() as tx:
        both(tx)
    with registry.reading() as tx:
        assert letters.series(tx) == [(OFFICE.code, 1, 2026, 1)]


def test_the_register_holds_a_person_once_as_last_imported(registry: Registry) -> None:
    origin = Import(OFFICE.code, "SIAK", TODAY, "operator", NOON)
    person = a_resident()
    with registry.writing() as tx:
        register_lists.add(tx, [(person, RecordingState.PROCESSING)], origin)
        register_lists.replace(tx, [(replace(person, name="SAMA"), RecordingState.PROCESSING)], origin)
        found = residents.find(tx, OFFICE.code, [person.nik])
    assert found[person.nik].resident.name == "SAMA"
    with pytest.raises(RegistryConflict), registry.writing() as tx:
        register_lists.add(tx, [(person, RecordingState.PROCESSING)], origin)


def test_a_wording_that_is_not_there_yet_is_none(registry: Registry) -> None:
    stored(registry, a_draft())
    with raw(registry) as connection:
        assert connection.execute("SELECT number FROM letter WHERE issued_at IS NULL").fetchall() == [(None,)]
