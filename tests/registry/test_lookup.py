"""Letters found by what people type, by whose they are, and in lists; never another office's."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suket_service import issuing
from suket_service.core.letter import CardHandOver, LetterState, Receiver
from suket_service.core.seal import check_code
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord, lists, lookup
from suket_service.registry.letters.lists import Listed, Standing, Wanted
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, TODAY, a_row
from tests.conftest import IssueRows
from tests.databases import SqliteDatabases
from tests.registry.builders import insert_letter, raw, tampering

DAY = timedelta(days=1)
NEXT_YEAR = TODAY + timedelta(days=365)
NAMES = ("SITI AMINAH", "BUDI SANTOSO", "SITI RAHAYU", "D'ANGELO A/B")
Register = Callable[..., None]


@pytest.fixture
def four(register: Register, issue_rows: IssueRows) -> list[LetterRecord]:
    """Four letters of four people, numbered 1 to 4."""
    rows = [a_row(number=place, serial=place, nama=name) for place, name in enumerate(NAMES, 2)]
    register(*rows)
    found = [outcome.letter for outcome in issue_rows(*rows)]
    return [letter for letter in found if letter is not None]


def named(registry: Registry, typed: str, **office: str) -> list[str | None]:
    with registry.reading() as tx:
        found = lookup.named(tx, replace(OFFICE, **office), typed)  # type: ignore[arg-type]
    return [record.number for record in found]


def listed(registry: Registry, page: int = 1, **wanted: object) -> Listed:
    with registry.reading() as tx:
        return lists.listed(tx, OFFICE.code, Wanted(**wanted), TODAY, page)  # type: ignore[arg-type]


def names_of(found: Listed) -> list[str]:
    return [record.resident.name for record in found.records]


def number(serial: int) -> str:
    return f"471.13/{serial:04d}/SKP/2172/2026"


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "typed",
    [
        "471.13/0002/SKP/2172/2026",
        "2",
        " 0002 ",
        "2/2026",
        "0002/skp",
        "0002/SKP/2172/2026",
        "471.13/2/2026",
        "/2/",
        "471.13 / 0002 / SKP / 2172 / 2026",
    ],
)
def test_a_number_is_found_also_without_its_fixed_parts_and_zeros(
    registry: Registry, four: list[LetterRecord], typed: str
) -> None:
    assert named(registry, typed) == [number(2)]


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "typed", ["5", "2/2025", "2/SKR", "SKP/2026", "2026", "99999999999999999999", "4711", "/", ""]
)
def test_a_number_that_no_letter_has_finds_none(
    registry: Registry, four: list[LetterRecord], typed: str
) -> None:
    assert named(registry, typed) == []


def test_the_same_serial_of_other_years_is_found_newest_first(
    registry: Registry, four: list[LetterRecord], register: Register, issue_rows: IssueRows
) -> None:
    row = a_row(serial=99)
    register(row)
    issue_rows(row, digest="e" * 64, now=lambda: NOON + timedelta(days=60))
    assert named(registry, "1") == ["471.13/0001/SKP/2172/2027", number(1)]
    assert named(registry, "1/2026") == [number(1)]


@pytest.mark.parametrize("typed", ["3", "471.13/0003", "3/SKP"])
def test_a_number_of_an_earlier_pattern_is_found_by_its_parts(
    registry: Registry, four: list[LetterRecord], typed: str
) -> None:
    assert named(registry, typed, number_pattern="470/{serial}/{year}") == [number(3)]


def test_a_number_of_another_kind_is_found_too(
    registry: Registry, register: Register, issue_rows: IssueRows
) -> None:
    row = a_row(jenis_surat="2")
    register(row)
    [outcome] = issue_rows(row)
    assert outcome.letter is not None
    assert named(registry, "1") == [outcome.letter.number]


@pytest.mark.parametrize("shape", ["{}", "{:.6} {:.10}"])
def test_a_nik_finds_everything_its_holder_ever_had(
    registry: Registry, four: list[LetterRecord], issue_rows: IssueRows, shape: str
) -> None:
    first = four[0]
    issuing.revoke(registry, OFFICE.code, number(1), "operator", "Data salah", NOON)
    issue_rows(a_row(serial=2, nama=NAMES[0]), digest="e" * 64, now=lambda: NOON + DAY)
    nik = first.resident.nik
    assert (
        named(registry, nik) == named(registry, f"{nik[:6]}.{nik[6:12]} {nik[12:]}") == [number(5), number(1)]
    )


def code_of(record: LetterRecord) -> str:
    assert record.fingerprint is not None
    return check_code(record.fingerprint)


def misread(code: str) -> str:
    return code.lower().replace("0", "o").replace("1", "l").replace("-", " ")


@pytest.mark.parametrize("retyped", [str, str.lower, misread, lambda code: code.replace("-", "")])
def test_a_check_code_is_found_however_it_is_typed(
    registry: Registry, four: list[LetterRecord], retyped: Callable[[str], str]
) -> None:
    for record in four:
        assert named(registry, retyped(code_of(record))) == [record.number]


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "edge", [bytes(32), b"\xff" * 32, b"\x00" * 5 + b"\xff" * 27, b"\xff" * 5 + b"\x00" * 27]
)
def test_the_first_forty_bits_alone_are_the_check_code(
    registry: Registry, issued: LetterRecord, edge: bytes
) -> None:
    with tampering(registry) as connection:
        connection.execute("UPDATE letter SET fingerprint = ? WHERE id = ?", [edge, issued.id])
    assert named(registry, check_code(edge)) == [issued.number]


@pytest.mark.parametrize("typed", ["AAAA-AAA", "AAAA-AAAAA", "UUUU-UUUU", "ÀÀÀÀ-ÀÀÀÀ"])
def test_what_is_no_check_code_finds_none(registry: Registry, typed: str) -> None:
    with registry.reading() as tx:
        assert lookup.by_check_code(tx, OFFICE.code, typed) == []


def test_nothing_of_another_office_is_found(registry: Registry, four: list[LetterRecord]) -> None:
    other = replace(OFFICE, code="2101")
    with registry.reading() as tx:
        for typed in (number(1), "1", four[0].resident.nik, code_of(four[0])):
            assert lookup.named(tx, other, typed) == []
        assert lists.listed(tx, other.code, Wanted(), TODAY).total == 0
        assert lists.listed(tx, other.code, Wanted(name="SITI"), TODAY).total == 0
        assert lists.waiting(tx, other.code, TODAY, TODAY).total == 0


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("siti", ["SITI AMINAH", "SITI RAHAYU"]),
        ("aminah SITI", ["SITI AMINAH"]),
        ("  san   bud ", ["BUDI SANTOSO"]),
        ("d'an a/b", ["D'ANGELO A/B"]),
        ("%", []),
        ("S_TI", []),
        ("SITI BUDI", []),
    ],
)
def test_every_word_is_somewhere_in_the_name(
    registry: Registry, four: list[LetterRecord], words: str, found: list[str]
) -> None:
    assert names_of(listed(registry, name=words)) == found


def test_a_list_shows_the_newest_letters_first_and_no_drafts(
    registry: Registry, four: list[LetterRecord], issue_rows: IssueRows, register: Register
) -> None:
    row = a_row(serial=50, nama="KONSEP SAJA")
    register(row)
    issue_rows(row, sealing=None, digest="d" * 64)
    assert [each.number for each in listed(registry).records] == [number(each) for each in (4, 3, 2, 1)]
    assert names_of(listed(registry, standing=Standing.WAITING)) == ["KONSEP SAJA"]
    assert names_of(listed(registry, name="konsep")) == ["KONSEP SAJA"]


def standing_of(registry: Registry, serial: int) -> list[Standing]:
    return [
        each
        for each in Standing
        if number(serial) in [record.number for record in listed(registry, standing=each).records]
    ]


def test_every_letter_is_in_the_list_of_its_standing_alone(
    registry: Registry, four: list[LetterRecord]
) -> None:
    issuing.suspend(registry, OFFICE.code, number(1), "operator", "Diduga ganda", NOON)
    issuing.revoke(registry, OFFICE.code, number(2), "operator", "Data salah", NOON)
    issuing.supersede(registry, OFFICE.code, number(3), "operator", "KTP-el terbit", NOON)
    assert [standing_of(registry, each) for each in (1, 2, 3, 4)] == [
        [Standing.SUSPENDED],
        [Standing.REVOKED],
        [Standing.SUPERSEDED],
        [Standing.VALID],
    ]


def test_a_letter_lapses_the_day_after_its_last(registry: Registry, issued: LetterRecord) -> None:
    last = issued.valid_until
    assert last is not None
    with registry.reading() as tx:

        def found(standing: Standing, after: int) -> int:
            return lists.listed(tx, OFFICE.code, Wanted(standing=standing), last + after * DAY).total

        assert (found(Standing.VALID, 0), found(Standing.EXPIRED, 0)) == (1, 0)
        assert (found(Standing.VALID, 1), found(Standing.EXPIRED, 1)) == (0, 1)


def test_an_extension_counts_and_until_the_card_is_never_over(
    registry: Registry, four: list[LetterRecord]
) -> None:
    with registry.writing() as tx:
        letters.extend(tx, four[0].id, NEXT_YEAR)
    with tampering(registry) as connection:
        connection.execute("UPDATE letter SET sealed_valid_until = NULL WHERE id = ?", [four[1].id])
    with registry.reading() as tx:
        later = lists.listed(tx, OFFICE.code, Wanted(standing=Standing.VALID), NEXT_YEAR)
    assert {record.id for record in later.records} == {four[0].id, four[1].id}


def test_village_kind_and_days_narrow_a_list(
    registry: Registry, four: list[LetterRecord], register: Register, issue_rows: IssueRows
) -> None:
    row = a_row(serial=60, nama="ORANG DOMPAK", kode_wilayah="2172041002", jenis_surat="2")
    register(row)
    issue_rows(row, digest="c" * 64, now=lambda: NOON + DAY)
    alone = ["ORANG DOMPAK"]
    assert names_of(listed(registry, village="2172041002")) == alone
    assert names_of(listed(registry, kind=2)) == alone
    assert names_of(listed(registry, issued_from=TODAY + DAY)) == alone
    assert names_of(listed(registry, issued_from=TODAY + DAY, standing=Standing.VALID)) == alone
    assert names_of(listed(registry, issued_until=TODAY, village="2172041002")) == []
    assert listed(registry, issued_until=TODAY).total == len(four)


def many(registry: Registry, count: int) -> None:
    """Letters that no use case made, one a person."""
    with raw(registry) as connection:
        for place in range(count):
            insert_letter(
                connection,
                id=f"{place:032x}",
                nik=f"{place:016d}",
                number=f"{place}",
                state="issued",
                issued_on=TODAY.isoformat(),
                status_list=1,
                status_index=place,
            )


def test_pages_hold_twenty_and_stop_at_the_last(registry: Registry) -> None:
    many(registry, 45)
    first, third, beyond = (listed(registry, page=page) for page in (1, 3, 99))
    assert [record.number for record in first.records] == [f"{place}" for place in range(44, 24, -1)]
    assert (len(third.records), third.pages, third.total, third.more) == (5, 3, 45, False)
    assert (beyond.page, beyond.records) == (3, third.records)
    assert listed(registry, page=-5).records == first.records


def test_counting_ends_where_nobody_reads_on(
    sqlite_registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 40)
    many(sqlite_registry, 45)
    found = listed(sqlite_registry, page=3)
    assert (found.page, found.pages, found.total, found.more) == (2, 2, 40, True)


def waiting(registry: Registry, since: int = 0) -> list[str | None]:
    with registry.reading() as tx:
        found = lists.waiting(tx, OFFICE.code, TODAY - since * DAY, TODAY)
    return [record.number for record in found.records]


def test_letters_wait_until_they_are_handed_over_or_end(registry: Registry, four: list[LetterRecord]) -> None:
    assert waiting(registry) == [number(each) for each in (1, 2, 3, 4)]
    issuing.hand_over(registry, OFFICE.code, four[1].id, issuing.Collector(Receiver.HOLDER), "operator", NOON)
    issuing.revoke(registry, OFFICE.code, number(3), "operator", "Data salah", NOON)
    assert waiting(registry) == [number(1), number(4)]
    assert waiting(registry, since=-1) == []


def test_a_card_that_was_given_out_is_no_letter_given_out(
    registry: Registry, four: list[LetterRecord]
) -> None:
    with registry.writing() as tx:
        letters.add_card_hand_over(tx, four[0].id, CardHandOver(Receiver.HOLDER, True), "operator", NOON)
    assert number(1) in waiting(registry)


def test_the_register_says_whose_card_is_ready(registry: Registry, register: Register) -> None:
    ready, other = a_row(serial=1, status_perekaman="PRINT_READY_RECORD"), a_row(serial=2)
    register(ready, other)
    niks = [ready.fields["nik"], other.fields["nik"]]
    with registry.reading() as tx:
        assert lists.cards_ready(tx, OFFICE.code, niks) == {ready.fields["nik"]}
        assert lists.cards_ready(tx, "2101", niks) == frozenset()


def test_what_replaces_a_letter_is_found_as_draft_and_as_letter_but_not_withdrawn(
    registry: Registry, issued: LetterRecord, issue_rows: IssueRows
) -> None:
    def replacement() -> LetterRecord | None:
        with registry.reading() as tx:
            return lookup.replacement_of(tx, issued)

    assert replacement() is None
    row = a_row(menggantikan=issued.number or "", pekerjaan="GURU")
    [drafted] = issue_rows(row, sealing=None, digest="a" * 64)
    assert drafted.letter is not None
    assert replacement() == drafted.letter
    issuing.withdraw(registry, OFFICE.code, drafted.letter.id, "operator", "Salah", NOON)
    assert replacement() is None
    [again] = issue_rows(row, digest="b" * 64)
    found = replacement()
    assert found is not None
    assert again.letter is not None
    assert (found.id, found.state) == (again.letter.id, LetterState.ISSUED)


@pytest.fixture(scope="module")
def held(sqlite_databases: SqliteDatabases) -> Iterator[Registry]:
    with sqlite_databases.a_registry() as registry:
        many(registry, 4)
        yield registry


@settings(deadline=None)
@given(typed=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_whatever_is_typed_names_letters_of_the_office_or_none(held: Registry, typed: str) -> None:
    with held.reading() as tx:
        found = lookup.named(tx, offices.office(tx, OFFICE.code), typed)
        by_name = lists.listed(tx, OFFICE.code, Wanted(name=typed), TODAY)
    assert all(record.office == OFFICE.code for record in (*found, *by_name.records))
