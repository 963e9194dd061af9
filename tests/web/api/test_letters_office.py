"""What an office sees of the requests of agencies' programs, and how two of its people decide on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from suket_service.core.letter import LetterState
from suket_service.paper.wording import SEXES
from suket_service.registry.schema import LetterRow
from tests.web.api.programs import LETTERS, Program, a_program, a_request, record_of
from tests.web.api.test_letters_changes import change
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_letters_changes import grow_old

NAME = "RSUD Contoh"


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    return a_program(office, name=NAME)


@pytest.fixture
def asked(program: Program) -> str:
    letter: str = program.post(LETTERS, a_request()).get_json()["id"]
    return letter


def facts(office: OfficeAtWork, letter: str, **changes: Any) -> dict[str, Any]:
    """What an operator's form sends of a draft."""
    stated = {
        "tempat_lahir": "TANJUNGPINANG",
        "alamat": "JALAN MERDEKA NOMOR 5",
        "rt": "001",
        "rw": "002",
        "kode_wilayah": "2172031001",
        "agama": "ISLAM",
        "status_perkawinan": "BELUM KAWIN",
        "pekerjaan": "NELAYAN",
        "kewarganegaraan": "WNI",
        "jenis_surat": "1",
        "revision": str(record_of(office, letter).revision),
    }
    return {**stated, **changes}


@pytest.mark.parametrize("username", ["operator", "operator2"])
def test_every_operator_is_told_of_it_and_finds_it(office: OfficeAtWork, asked: str, username: str) -> None:
    operator = office.client(username)
    home = operator.page("/")
    assert "permintaan dari program instansi menunggu dilihat" in home
    assert "siapa=program" in home
    found = operator.page("/drafts?siapa=program")
    assert f"/drafts/{asked}" in found
    assert NAME in found
    assert f"/drafts/{office.drafts[0].id}" not in found


def test_the_draft_says_which_program_asked(office: OfficeAtWork, asked: str, program: Program) -> None:
    page = office.client("operator").page(f"/drafts/{asked}")
    assert "Diminta program instansi" in page
    assert NAME in page
    assert program.account not in page


def test_it_waits_on_no_approvers_desk_before_an_operator_submits_it(
    office: OfficeAtWork, asked: str
) -> None:
    assert f"/desk/{asked}" not in office.client("kepala").page("/desk")
    office.client("kepala").post("/desk/approve", {"letter": [f"{asked}.0"]})
    assert record_of(office, asked).state is LetterState.DRAFT


def test_an_operator_submits_it_and_an_approver_sees_both(
    office: OfficeAtWork, asked: str, program: Program
) -> None:
    office.client("operator2").post(f"/drafts/{asked}/submit", {"revision": "0"})
    desk = office.client("kepala")
    page = desk.page(f"/desk/{asked}")
    assert "Diminta program instansi" in page
    assert "diperiksa dan diajukan Petugas Kedua" in page
    assert NAME in page
    desk.post("/desk/approve", {"letter": [f"{asked}.0"]})
    told = program.get(f"{LETTERS}/{asked}").get_json()
    assert (told["state"], told["waits_for"]) == ("issued", None)
    assert "menunggu dilihat" not in office.client("operator").page("/")


def test_it_waits_for_the_approver_only_since_it_was_submitted(office: OfficeAtWork, asked: str) -> None:
    with office.registry.writing() as tx:
        asked_at = datetime.now(UTC) - timedelta(days=3)
        tx.execute(update(LetterRow).where(LetterRow.id == asked).values(created_at=asked_at))
    office.client("operator2").post(f"/drafts/{asked}/submit", {"revision": "0"})
    page = office.client("kepala").page(f"/desk/{asked}")
    assert "menunggu sejak" in page
    assert "(3 hari)" not in page


def test_an_operator_finds_every_fact_of_it_as_text(office: OfficeAtWork, asked: str) -> None:
    page = office.client("operator").page(f"/drafts/{asked}")
    person = record_of(office, asked).resident
    more = person.marital_status, person.occupation, person.citizenship
    for fact in (SEXES[person.sex], person.religion, *more):
        assert f"<dd>{fact}</dd>" in page
    assert 'href="/drafts?siapa=program"' in page


def test_an_operator_corrects_it_first(office: OfficeAtWork, asked: str) -> None:
    form = facts(office, asked, alamat="JALAN BARU NOMOR 7", alasan="Blangko habis")
    answer = office.client("operator").post(f"/drafts/{asked}/edit", form)
    assert answer.status_code == 303, answer.text
    record = record_of(office, asked)
    assert (record.resident.address, record.returned_at) == ("JALAN BARU NOMOR 7", None)


def test_an_extension_that_a_program_asked_for_bears_its_name(office: OfficeAtWork, program: Program) -> None:
    record = office.letters[0]
    grow_old(office, record)
    proposal = change(program, record.id, "extension").get_json()["id"]
    desk = office.client("kepala")
    for page in ("/desk/proposals", f"/desk/proposals/{proposal}"):
        text = desk.page(page)
        assert NAME in text
        assert program.account not in text


def test_another_offices_people_see_none_of_it(office: OfficeAtWork, asked: str) -> None:
    neighbour = office.client("operator-batam")
    assert "menunggu dilihat" not in neighbour.page("/")
    assert NAME not in neighbour.page("/drafts?siapa=program")
    assert neighbour.get(f"/drafts/{asked}").status_code == 404
