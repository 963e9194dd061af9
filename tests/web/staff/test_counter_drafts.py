"""Drafts at the counter: seen as they will be printed, corrected without losing anyone's work, submitted, withdrawn."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from suket_service import issuing
from suket_service.core.letter import LetterState
from suket_service.core.reason import CODE_FIELD, PAPERS
from suket_service.issuing.applying import ASKED
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord, Waiting, waiting_for
from tests.builders import OFFICE
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.drawn import drawn

NOWHERE = "0" * 32


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


@pytest.fixture
def draft(office: OfficeAtWork) -> str:
    return office.drafts[0].id


def record_of(office: OfficeAtWork, letter: str) -> LetterRecord:
    with office.registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def send_back(office: OfficeAtWork, letter: str) -> None:
    record = record_of(office, letter)
    now = datetime.now(UTC)
    issuing.send_back(
        office.registry, OFFICE.code, letter, record.revision, "kepala", "Nomor rumah keliru", now
    )


def edit_form(client: Client, letter: str, **changes: str) -> dict[str, str]:
    """The edit page's form as it is drawn, with what an operator changes in it."""
    path = f"/drafts/{letter}/edit"
    return {**drawn(client.page(path), path), "aksi": "ajukan", **changes}


class TestList:
    def test_ones_own_drafts_are_listed_with_what_they_wait_for(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        page = operator.page("/drafts")
        assert all(f'href="/drafts/{draft.id}"' in page for draft in office.drafts)
        assert page.count("menunggu persetujuan") >= len(office.drafts)

    def test_what_was_sent_back_comes_first_with_its_note(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        last = office.drafts[-1].id
        send_back(office, last)
        page = operator.page("/drafts")
        assert "Nomor rumah keliru" in page
        assert page.index(f"/drafts/{last}") < page.index(f"/drafts/{office.drafts[0].id}")

    def test_it_is_narrowed_to_one_state(self, operator: Client, office: OfficeAtWork) -> None:
        send_back(office, office.drafts[0].id)
        page = operator.page("/drafts?keadaan=returned")
        assert f"/drafts/{office.drafts[0].id}" in page
        assert f"/drafts/{office.drafts[1].id}" not in page

    def test_a_colleague_sees_them_among_everybodys(self, office: OfficeAtWork) -> None:
        colleague = office.client("operator2")
        assert "Tidak ada konsep di sini" in colleague.page("/drafts")
        assert f"/drafts/{office.drafts[0].id}" in colleague.page("/drafts?siapa=kantor")

    def test_another_office_sees_none(self, office: OfficeAtWork) -> None:
        page = office.client("operator-batam").page("/drafts?siapa=kantor")
        assert "Tidak ada konsep di sini" in page

    def test_beyond_the_last_page_stands_the_last_one(self, office: OfficeAtWork, operator: Client) -> None:
        assert f"/drafts/{office.drafts[0].id}" in operator.page("/drafts?siapa=kantor&page=99")

    @pytest.mark.parametrize("query", ["?keadaan=x", "?page=999", "?page=-1", "?siapa=", "?page=٣"])
    def test_whatever_is_asked_for_is_answered(self, operator: Client, query: str) -> None:
        assert operator.get(f"/drafts{query}").status_code == 200


class TestPage:
    def test_it_shows_the_letter_as_it_will_be_printed(self, operator: Client, draft: str) -> None:
        page = operator.page(f"/drafts/{draft}")
        assert f'src="/drafts/{draft}/preview.png' in page
        picture = operator.get(f"/drafts/{draft}/preview.png")
        assert picture.mimetype == "image/png"
        with Image.open(BytesIO(picture.data)) as drawn_page:
            assert abs(drawn_page.height / drawn_page.width - 297 / 210) < 0.01
        assert operator.get(f"/drafts/{draft}/preview.pdf").data.startswith(b"%PDF-")

    def test_looking_at_it_writes_nothing(self, operator: Client, office: OfficeAtWork, draft: str) -> None:
        before = office.file.read_bytes()
        for path in ("", "/preview.png", "/preview.pdf", "/edit"):
            assert operator.get(f"/drafts/{draft}{path}").status_code == 200
        assert office.file.read_bytes() == before

    def test_whoever_only_reads_is_offered_no_change(self, office: OfficeAtWork, draft: str) -> None:
        page = office.client("auditor").page(f"/drafts/{draft}")
        assert "/edit" not in page
        assert "/withdraw" not in page

    def test_what_is_issued_has_a_page_of_its_own(self, operator: Client, office: OfficeAtWork) -> None:
        letter = office.letters[0].id
        assert operator.get(f"/drafts/{letter}").location == f"/letters/{letter}"
        assert operator.get(f"/drafts/{letter}/preview.png").status_code == 404

    def test_without_a_portrait_there_is_none(self, operator: Client, draft: str) -> None:
        assert operator.get(f"/letters/{draft}/portrait.jpg").status_code == 404


class TestCorrecting:
    def test_the_form_holds_what_is_stored(self, operator: Client, draft: str) -> None:
        form = edit_form(operator, draft)
        assert (form["alamat"], form["revision"]) == ("JALAN MERDEKA NOMOR 5", "0")
        assert (form[CODE_FIELD], form["alasan"]) == ("", "Blangko habis")

    def test_sent_as_it_is_drawn_nothing_of_it_changes(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        before = record_of(office, draft)
        assert operator.post(f"/drafts/{draft}/edit", edit_form(operator, draft)).status_code == 303
        after = record_of(office, draft)
        assert (after.resident, after.reason, after.reason_code, after.papers, after.kind) == (
            *(before.resident, before.reason, before.reason_code, before.papers, before.kind),
        )

    def test_a_rows_reason_known_by_its_words_asks_for_no_papers(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        form = edit_form(operator, draft, alasan="KTP-el hilang")
        assert operator.post(f"/drafts/{draft}/edit", form).status_code == 303
        record = record_of(office, draft)
        assert (record.reason, record.reason_code, record.papers) == ("KTP-el hilang", "lost", None)
        again = edit_form(operator, draft, alamat="JALAN MERDEKA NOMOR 6")
        assert operator.post(f"/drafts/{draft}/edit", again).status_code == 303
        assert record_of(office, draft).reason_code == "lost"

    def test_a_draft_that_says_there_are_no_cards_is_doubted_while_there_are(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        form = edit_form(operator, draft, alasan="Blangko KTP-el habis")
        operator.post(f"/drafts/{draft}/edit", form)
        assert "blangko KTP-el tersedia" not in operator.page(f"/drafts/{draft}")
        with office.registry.writing() as tx:
            offices.set_cards_in_stock(tx, OFFICE.code, 25)
        assert "25 blangko KTP-el tersedia" in operator.page(f"/drafts/{draft}")

    def test_what_was_sent_back_is_corrected_and_waits_again(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        send_back(office, draft)
        assert "Nomor rumah keliru" in operator.page(f"/drafts/{draft}/edit")
        form = edit_form(operator, draft, alamat="JALAN MERDEKA NOMOR 6")
        assert operator.post(f"/drafts/{draft}/edit", form).location == f"/drafts/{draft}"
        record = record_of(office, draft)
        assert (record.resident.address, waiting_for(record)) == ("JALAN MERDEKA NOMOR 6", Waiting.SUBMITTED)

    def test_a_picture_is_added_kept_and_taken_away(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        path, out = f"/drafts/{draft}/edit", BytesIO()
        Image.new("RGB", (300, 400), "grey").save(out, "PNG")
        operator.post(path, edit_form(operator, draft), {"foto": (out.getvalue(), "foto.png")})
        added = record_of(office, draft).portrait
        assert added is not None
        operator.post(path, edit_form(operator, draft, alamat="JALAN LAIN"))
        assert record_of(office, draft).portrait == added
        operator.post(path, edit_form(operator, draft, tanpa_foto="1"))
        assert record_of(office, draft).portrait is None

    def test_what_is_wrong_stands_at_its_field(self, operator: Client, draft: str) -> None:
        answer = operator.post(f"/drafts/{draft}/edit", edit_form(operator, draft, pekerjaan="=1+1"))
        assert answer.status_code == 422
        assert 'id="e-pekerjaan"' in answer.text
        assert 'value="=1+1"' in answer.text

    def test_approved_meanwhile_it_is_corrected_no_more(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        form = edit_form(operator, draft)
        issuing.approve(office.registry, OFFICE.code, draft, "kepala", datetime.now(UTC))
        assert operator.post(f"/drafts/{draft}/edit", form).location == f"/drafts/{draft}"
        assert record_of(office, draft).state is LetterState.APPROVED


class TestTwoAtOnce:
    @pytest.fixture
    def second(self, office: OfficeAtWork, operator: Client, draft: str) -> tuple[Client, dict[str, str]]:
        """A colleague with the same draft open while the first one saves theirs."""
        colleague = office.client("operator2")
        form = edit_form(colleague, draft, alamat="JALAN DUA", pekerjaan="GURU")
        first = edit_form(operator, draft, alamat="JALAN SATU")
        assert operator.post(f"/drafts/{draft}/edit", first).status_code == 303
        return colleague, form

    def test_the_second_sees_the_others_words_beside_their_own_field_by_field(
        self, office: OfficeAtWork, draft: str, second: tuple[Client, dict[str, str]]
    ) -> None:
        colleague, form = second
        answer = colleague.post(f"/drafts/{draft}/edit", form)
        assert answer.status_code == 409
        table = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert "JALAN SATU" in table
        assert "JALAN DUA" in table
        assert ("NELAYAN" in table, "GURU" in table) == (True, True)
        assert "Agama" not in table
        assert record_of(office, draft).resident.address == "JALAN SATU"

    def test_nothing_they_typed_is_lost_and_saved_again_it_stands(
        self, office: OfficeAtWork, draft: str, second: tuple[Client, dict[str, str]]
    ) -> None:
        colleague, form = second
        path = f"/drafts/{draft}/edit"
        again = drawn(colleague.post(path, form).text, path)
        assert (again["alamat"], again["pekerjaan"], again["revision"]) == ("JALAN DUA", "GURU", "1")
        assert colleague.post(path, {**again, "aksi": "ajukan"}).status_code == 303
        assert record_of(office, draft).resident.address == "JALAN DUA"

    def test_also_when_something_is_wrong_with_what_they_typed(
        self, draft: str, second: tuple[Client, dict[str, str]]
    ) -> None:
        colleague, form = second
        answer = colleague.post(f"/drafts/{draft}/edit", {**form, "alamat": ""})
        assert answer.status_code == 422
        assert "JALAN SATU" in answer.text

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "٣"])
    def test_a_revision_that_was_never_read_is_an_old_one(
        self, operator: Client, draft: str, revision: str
    ) -> None:
        form = edit_form(operator, draft, revision=revision)
        assert operator.post(f"/drafts/{draft}/edit", form).status_code == 409


class TestSubmittingAndWithdrawing:
    def test_a_draft_that_is_held_is_submitted_from_its_page(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        operator.post(f"/drafts/{draft}/edit", edit_form(operator, draft, aksi="simpan"))
        assert waiting_for(record_of(office, draft)) is Waiting.HELD
        path = f"/drafts/{draft}/submit"
        operator.post(path, drawn(operator.page(f"/drafts/{draft}"), path))
        assert waiting_for(record_of(office, draft)) is Waiting.SUBMITTED

    def test_what_a_colleague_changed_meanwhile_is_not_submitted_unseen(
        self, operator: Client, office: OfficeAtWork, draft: str
    ) -> None:
        operator.post(f"/drafts/{draft}/edit", edit_form(operator, draft, aksi="simpan"))
        answer = operator.post(f"/drafts/{draft}/submit", {"revision": "0"})
        assert answer.status_code == 422
        assert "diubah orang lain" in answer.text
        assert waiting_for(record_of(office, draft)) is Waiting.HELD

    def test_withdrawing_takes_a_reason(self, operator: Client, office: OfficeAtWork, draft: str) -> None:
        path = f"/drafts/{draft}/withdraw"
        assert 'id="e-reason"' in operator.post(path, {"reason": " "}).text
        assert operator.post(path, {"reason": "KTP-el sudah dicetak"}).location == "/drafts"
        assert record_of(office, draft).state is LetterState.WITHDRAWN
        assert "KTP-el sudah dicetak" in operator.page(f"/drafts/{draft}")

    def test_what_is_issued_is_not_withdrawn(self, operator: Client, office: OfficeAtWork) -> None:
        letter = office.letters[0].id
        answer = operator.post(f"/drafts/{letter}/withdraw", {"reason": "x"})
        assert answer.location == f"/letters/{letter}"
        assert record_of(office, letter).state is LetterState.ISSUED


class TestOthers:
    PATHS = ("", "/edit", "/preview.png", "/preview.pdf")

    @pytest.mark.parametrize("path", PATHS)
    def test_another_offices_draft_is_not_there(self, office: OfficeAtWork, draft: str, path: str) -> None:
        assert office.client("operator-batam").get(f"/drafts/{draft}{path}").status_code == 404

    @pytest.mark.parametrize("letter", [NOWHERE, "x", "1' OR '1'='1", "%00"])
    @pytest.mark.parametrize("path", PATHS)
    def test_guessed_ids_are_not_there(self, operator: Client, letter: str, path: str) -> None:
        assert operator.get(f"/drafts/{letter}{path}").status_code == 404

    @pytest.mark.parametrize("step", ["edit", "submit", "withdraw"])
    def test_another_office_changes_nothing(self, office: OfficeAtWork, draft: str, step: str) -> None:
        client = office.client("operator-batam")
        form = {"revision": "0", "reason": "x"}
        assert client.post(f"/drafts/{draft}/{step}", form).status_code == 404
        assert record_of(office, draft).state is LetterState.DRAFT

    @pytest.mark.parametrize("step", ["edit", "submit", "withdraw"])
    def test_without_the_pages_token_nothing_is_done(
        self, operator: Client, office: OfficeAtWork, draft: str, step: str
    ) -> None:
        answer = operator.client.post(f"/drafts/{draft}/{step}", data={"revision": "0", "reason": "x"})
        assert answer.status_code == 400
        assert record_of(office, draft).state is LetterState.DRAFT


_TYPED = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=250) | st.sampled_from(
    ["", "0", "1", "lost", "other", "2026-11-01", "2172031708950008", "ya", "simpan", "2172031001"]
)


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    typed=st.dictionaries(
        st.sampled_from([*ASKED, CODE_FIELD, *PAPERS, "aksi", "revision", "reason", "tanpa_foto"]), _TYPED
    ),
    step=st.sampled_from(["edit", "submit", "withdraw"]),
)
def test_whatever_is_posted_is_answered(office: OfficeAtWork, typed: dict[str, str], step: str) -> None:
    client = office.client("operator")
    answer = client.post(f"/drafts/{office.drafts[0].id}/{step}", typed)
    assert answer.status_code in (303, 409, 422)
