"""Letters found by whatever is typed into the one field, in lists, and those that wait to be collected."""

import re

import pytest

from suket_service import administering, issuing
from suket_service.core.letter import Receiver
from suket_service.core.seal import check_code
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from tests.builders import OFFICE, a_row
from tests.web.staff.conftest import Client, OfficeAtWork


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


def page_of(record: LetterRecord) -> str:
    return f"/letters/{record.id}"


def seal_of(office: OfficeAtWork, record: LetterRecord) -> str:
    with office.registry.reading() as tx:
        return letters.seal_text(tx, record.id)


def shown(text: str) -> list[str]:
    """The ids of the letters in a list, in order."""
    return list(dict.fromkeys(re.findall(r'<td><a href="/letters/([0-9a-f]{32})"', text)))


@pytest.mark.parametrize("typed", ["number", "short", "nik", "code", "symbol", "digits", "garbled"])
def test_what_names_one_letter_leads_straight_to_it(
    office: OfficeAtWork, operator: Client, typed: str
) -> None:
    record = office.letters[2]
    seal = seal_of(office, record)
    assert record.fingerprint is not None
    given = {
        "number": record.number or "",
        "short": "3",
        "nik": record.resident.nik,
        "code": check_code(record.fingerprint).lower().replace("0", "o"),
        "symbol": f" {seal}\n",
        "digits": seal.partition("#")[2],
        "garbled": seal.replace(":", "Ñ").replace("/", "-").replace("#", "§"),  # another keyboard's signs
    }
    answer = operator.post("/letters", {"q": given[typed]})
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(record))


def test_words_of_a_name_list_the_letters_of_that_name(office: OfficeAtWork, operator: Client) -> None:
    answer = operator.post("/letters", {"q": "tini"}, follow=True)
    assert answer.status_code == 200
    assert set(shown(answer.text)) == {record.id for record in (*office.letters, *office.drafts)}


def test_filters_narrow_a_name_too(office: OfficeAtWork, operator: Client) -> None:
    answer = operator.post("/letters", {"q": "suhartini", "standing": "waiting"}, follow=True)
    assert set(shown(answer.text)) == {record.id for record in office.drafts}


def test_filters_alone_become_an_address(operator: Client) -> None:
    answer = operator.post("/letters", {"q": " ", "standing": "valid", "from": "2026-01-01", "until": ""})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/letters?standing=valid&from=2026-01-01",
    )


def test_a_list_shows_the_newest_letters_first_and_no_draft(office: OfficeAtWork, operator: Client) -> None:
    newest_first = [record.id for record in reversed(office.letters)]
    assert shown(operator.page("/letters")) == newest_first
    assert shown(operator.page("/letters?standing=valid&village=2172031001&kind=1")) == newest_first
    assert shown(operator.page("/letters?standing=revoked")) == []
    assert shown(operator.page("/letters?until=2020-01-01")) == []


@pytest.mark.parametrize(
    "query", ["standing=x", "village=9", "kind=99", "kind=x", "from=2026-13-01", "until=kemarin"]
)
def test_a_filter_that_means_nothing_is_said_by_field(operator: Client, query: str) -> None:
    answer = operator.get(f"/letters?{query}")
    assert answer.status_code == 422
    assert f'href="#f-{query.partition("=")[0]}"' in answer.text


@pytest.mark.parametrize(
    "typed", ["9999", "2172031708959999", "ZZZZ-ZZZZ", "TIDAK ADA", "x" * 500, "1/" * 5_000, "9" * 250]
)
def test_what_names_nothing_says_so_and_what_to_do_next(operator: Client, typed: str) -> None:
    answer = operator.post("/letters", {"q": typed}, follow=True)
    assert answer.status_code in (200, 422)
    assert shown(answer.text) == []
    assert typed in answer.text  # what was typed is still there


def many_of_one_name(office: OfficeAtWork) -> None:
    rows = [a_row(place, 100 + place, nama="WAHYUNI") for place in range(25)]
    at = office.letters[0].created_at
    list(
        administering.import_residents(
            office.registry, OFFICE.code, rows, "operator", "SIAK", OFFICE.local_date(at), at
        )
    )
    list(
        issuing.issue_rows(
            office.registry,
            OFFICE.code,
            rows,
            people=issuing.TwoPeople("operator", None),
            sealing=None,
            open_photo=lambda name: b"",
            file_digest="c" * 64,
            now=lambda: at,
        )
    )


def test_a_searchs_answer_is_a_page_to_come_back_to_that_names_nobody(
    office: OfficeAtWork, operator: Client
) -> None:
    many_of_one_name(office)
    assert operator.post("/letters", {"q": "wahyuni", "standing": "waiting"}).location == "/letters?dicari=1"
    first, second = (operator.page(f"/letters?dicari=1&page={page}") for page in (1, 2))
    assert len(shown(first)) == 20
    assert len(shown(second)) == 5
    assert not set(shown(first)) & set(shown(second))


def test_nothing_of_this_office_is_found_next_door(office: OfficeAtWork) -> None:
    neighbour, record = office.client("operator-batam"), office.letters[0]
    assert shown(neighbour.page("/letters")) == []
    assert shown(neighbour.page("/letters/waiting")) == []
    for typed in (record.number, record.resident.nik, record.resident.name, "1"):
        answer = neighbour.post("/letters", {"q": typed or ""}, follow=True)
        assert (answer.status_code, shown(answer.text)) == (200, [])


def test_the_neighbours_scanner_is_told_whose_letter_it_is_and_masked_facts(office: OfficeAtWork) -> None:
    record = office.letters[0]
    answer = office.client("operator-batam").post("/letters", {"q": seal_of(office, record)})
    assert answer.status_code == 200
    assert "ASLI DAN BERLAKU" in answer.text
    assert OFFICE.name in answer.text
    assert record.resident.nik not in answer.text
    assert record.resident.name not in answer.text
    assert record.id not in answer.text


def test_letters_wait_to_be_collected_until_they_are_handed_over(
    office: OfficeAtWork, operator: Client
) -> None:
    assert shown(operator.page("/letters/waiting")) == [record.id for record in office.letters]
    issuing.hand_over(
        office.registry,
        OFFICE.code,
        office.letters[0].id,
        issuing.Collector(Receiver.HOLDER),
        "operator",
        office.letters[0].created_at,
    )
    assert shown(operator.page("/letters/waiting?days=7")) == [record.id for record in office.letters[1:]]


def test_those_whose_card_is_ready_are_marked_where_letters_wait(
    office: OfficeAtWork, operator: Client
) -> None:
    assert "KTP-el siap cetak" not in operator.page("/letters/waiting")
    at = office.letters[0].created_at
    row = a_row(2, 2, status_perekaman="PRINT_READY_RECORD")
    day = OFFICE.local_date(at)
    list(administering.import_residents(office.registry, OFFICE.code, [row], "operator", "SIAK", day, at))
    assert operator.page("/letters/waiting").count("KTP-el siap cetak") == 1


@pytest.mark.parametrize("days", ["", "1", "x", "99999999999999999999", "-7"])
def test_another_period_than_those_offered_is_the_usual_one(operator: Client, days: str) -> None:
    assert 'days=30" aria-current="page"' in operator.page(f"/letters/waiting?days={days}")


def test_the_auditor_finds_but_is_offered_nothing_to_do(office: OfficeAtWork) -> None:
    text = office.client("auditor").page("/letters")
    assert len(shown(text)) == len(office.letters)
    assert "/letters/revoke" not in text
    assert "hand-over" not in office.client("auditor").page("/letters/waiting")
