"""The approver's desk: what a page shows, what approving does and tells, and what waits for a second person."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service import issuing, publishing
from suket_service.core.letter import Action, LetterState
from suket_service.core.reason import Reason, Stated
from suket_service.core.request import Request
from suket_service.core.resident import Sex
from suket_service.issuing import Application
from suket_service.registry import audit, letters, proposals, staff
from suket_service.registry.letters import LetterRecord
from suket_service.registry.staff import Role, StaffMember
from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.builders import BASE_URL, OFFICE, a_resident, a_row
from tests.registry.builders import raw
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork

DOMPAK = "2172041002"
ALL_DRAFTS = 5


@pytest.fixture
def kepala(office: OfficeAtWork) -> Client:
    return office.client("kepala")


@pytest.fixture
def draft(office: OfficeAtWork) -> Callable[..., str]:
    """One more draft, of a person who is in the register already."""
    serials = iter(range(20, 40))

    def make(**changes: object) -> str:
        nik = a_row(serial=next(serials)).fields["nik"]
        plain = Application(
            OFFICE.code, Request(a_resident(nik=nik), "Blangko habis", None, None, None, ()), None
        )
        for name in ("override_reason", "replaces", "resident", "kind"):
            if name in changes:
                plain = replace(plain, request=replace(plain.request, **{name: changes.pop(name)}))  # type: ignore[arg-type]
        by = str(changes.pop("by", "operator"))
        application = replace(plain, **changes)  # type: ignore[arg-type]
        return issuing.draft(office.registry, application, by, datetime.now(UTC))

    return make


def record_of(office: OfficeAtWork, letter: str) -> LetterRecord:
    with office.registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)


def states(office: OfficeAtWork) -> list[LetterState]:
    return [record_of(office, each.id).state for each in office.drafts]


def choice(letter: str | LetterRecord, revision: int = 0) -> str:
    return f"{letter if isinstance(letter, str) else letter.id}.{revision}"


def text_of(page: str) -> str:
    """What is read on a page, on one line."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def offered(page: str) -> list[str]:
    """The drafts that a page lets its reader mark."""
    return re.findall(r'type="checkbox" form="approve" name="letter" value="([0-9a-f]{32})\.', page)


def correct(office: OfficeAtWork, letter: str) -> None:
    with raw(office.registry) as connection:
        connection.execute("UPDATE letter SET revision = revision + 1 WHERE id = ?", (letter,))


def tell_apart(office: OfficeAtWork) -> None:
    """Give everyone in the register, and on the drafts, a name of their own."""
    with raw(office.registry) as connection:
        for (nik,) in connection.execute("SELECT nik FROM resident").fetchall():
            name = "SUHARTINI " + "".join("ABCDEFGHIJ"[int(digit)] for digit in nik)
            connection.execute("UPDATE resident SET name = ? WHERE nik = ?", (name, nik))
            connection.execute("UPDATE letter SET name = ? WHERE nik = ? AND state = 'draft'", (name, nik))


class TestThePage:
    def test_the_oldest_draft_comes_first(self, office: OfficeAtWork, kepala: Client) -> None:
        assert offered(kepala.page("/desk")) == [each.id for each in office.drafts]

    def test_a_draft_stands_with_everything_to_look_at(
        self, kepala: Client, draft: Callable[..., str]
    ) -> None:
        draft(stated=Stated(Reason.LOST, "KTP-el hilang", {"kk_dilihat": "ya", "surat_polisi": "SKTLK/7"}))
        page = text_of(kepala.page("/desk"))
        for part in (
            "217203 170895 0020",
            "TANJUNGPINANG, 17 Agustus 1995",
            "JALAN MERDEKA NOMOR 5 RT 001/RW 002, Tanjungpinang Kota",
            "Nomor surat keterangan hilang dari kepolisian: SKTLK/7",
            "diproses",
            "Diajukan Petugas",
        ):
            assert part in page

    def test_what_passes_over_the_register_is_told_with_its_reason(
        self, kepala: Client, draft: Callable[..., str]
    ) -> None:
        draft(resident=a_resident(nik="2172031708959999"), override_reason="Rekaman tertukar")
        page = text_of(kepala.page("/desk"))
        assert "PENGECUALIAN dari daftar penduduk: Rekaman tertukar" in page
        assert "tidak ada dalam daftar penduduk" in page

    def test_people_of_the_same_name_and_birth_date_are_told_of(self, kepala: Client) -> None:
        assert "yang sama tercatat dengan NIK lain" in text_of(kepala.page("/desk"))

    def test_a_nik_that_differs_is_told_of(self, kepala: Client, draft: Callable[..., str]) -> None:
        woman = a_resident(nik="2172031708959999", name="AMINAH", sex=Sex.FEMALE)
        draft(resident=woman, override_reason="Rekaman tertukar")
        assert "Jenis kelamin tidak sama" in text_of(kepala.page("/desk"))

    def test_a_draft_of_ones_own_cannot_be_marked(
        self, office: OfficeAtWork, draft: Callable[..., str]
    ) -> None:
        own = draft(by="operator2")
        with office.registry.writing() as tx:
            staff.set_role(tx, "operator2", Role.APPROVER)
        page = office.client("operator2").page("/desk")
        assert own not in offered(page)
        assert len(offered(page)) == ALL_DRAFTS
        assert "Pemohon tidak boleh menyetujui permintaannya sendiri" in text_of(page)

    def test_a_draft_that_could_not_be_issued_says_why_and_cannot_be_marked(
        self, office: OfficeAtWork, kepala: Client
    ) -> None:
        nik = office.drafts[0].resident.nik
        with raw(office.registry) as connection:
            connection.execute(
                "UPDATE resident SET recording_state = 'DUPLICATE_RECORD' WHERE nik = ?", (nik,)
            )
        page = kepala.page("/desk")
        assert office.drafts[0].id not in offered(page)
        assert "belum boleh mendapat surat" in text_of(page)

    def test_an_auditor_looks_and_decides_nothing(self, office: OfficeAtWork) -> None:
        for path in ("/desk", f"/desk/{office.drafts[0].id}"):
            page = office.client("auditor").page(path)
            assert office.drafts[0].resident.name in page
            assert "/desk/approve" not in page
            assert "send-back" not in page

    def test_it_is_narrowed_by_village_batch_and_kind(
        self, office: OfficeAtWork, kepala: Client, draft: Callable[..., str]
    ) -> None:
        one = draft()
        with raw(office.registry) as connection:
            connection.execute("UPDATE letter SET village = ?, kind = 2 WHERE id = ?", (DOMPAK, one))
        assert offered(kepala.page(f"/desk?village={DOMPAK}")) == [one]
        assert offered(kepala.page("/desk?kind=2")) == [one]
        assert offered(kepala.page(f"/desk?batch={'b' * 64}")) == [each.id for each in office.drafts]
        assert offered(kepala.page("/desk?village=2172031001&kind=2")) == []

    def test_a_page_past_the_last_is_the_last(self, kepala: Client) -> None:
        assert len(offered(kepala.page("/desk?page=99"))) == ALL_DRAFTS

    def test_an_empty_queue_says_what_is_next(self, office: OfficeAtWork, kepala: Client) -> None:
        kepala.post("/desk/approve", {"all": "1", "shown": [choice(each) for each in office.drafts]})
        assert "Tinggal mencetak" in text_of(kepala.page("/desk"))
        sekretaris = StaffMember("sekretaris", OFFICE.code, "Sekretaris", Role.APPROVER)
        with office.registry.writing() as tx:
            staff.add_staff(tx, sekretaris, datetime.now(UTC))
        assert "Tidak ada konsep yang menunggu" in text_of(office.client("sekretaris").page("/desk"))

    @given(
        asked=st.dictionaries(
            st.sampled_from(["page", "village", "batch", "kind", "state"]),
            st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=70),
        )
    )
    @settings(
        max_examples=examples(40),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_whatever_the_address_says_there_is_a_page(self, kepala: Client, asked: dict[str, str]) -> None:
        assert kepala.client.get("/desk", query_string=asked).status_code == 200


class TestApproving:
    def test_what_is_marked_is_issued_and_the_rest_stays(self, office: OfficeAtWork, kepala: Client) -> None:
        first, second, *_ = office.drafts
        answer = kepala.post("/desk/approve", {"letter": [choice(first), choice(second)], "page": "1"})
        assert (answer.status_code, answer.location) == (303, "/desk")
        assert states(office) == [LetterState.ISSUED] * 2 + [LetterState.DRAFT] * 3
        page = kepala.page("/desk")
        assert "2 surat terbit." in text_of(page)
        assert offered(page) == [each.id for each in office.drafts[2:]]

    def test_what_is_told_names_nobody(self, office: OfficeAtWork, kepala: Client) -> None:
        kepala.post("/desk/approve", {"letter": [choice(each) for each in office.drafts]})
        [flash] = re.findall(r'<p class="flash"[^>]*>(.*?)</p>', kepala.page("/desk"))
        assert text_of(flash) == "5 surat terbit. Cetak 11 surat yang belum dicetak"

    def test_a_page_at_a_time_until_the_last(
        self, office: OfficeAtWork, kepala: Client, draft: Callable[..., str]
    ) -> None:
        for _ in range(18):
            draft()
        tell_apart(office)
        waiting = []
        while shown := re.findall(r'name="shown" value="([^"]+)"', kepala.page("/desk")):
            waiting.append(len(shown))
            kepala.post("/desk/approve", {"all": "1", "shown": shown})
        assert waiting == [20, 3]
        with office.registry.reading() as tx:
            assert letters.queue_groups(tx, OFFICE.code) == []

    def test_all_of_a_page_leaves_out_what_passes_over_the_register(
        self, kepala: Client, draft: Callable[..., str]
    ) -> None:
        special = draft(resident=a_resident(nik="2172031708959999"), override_reason="Rekaman tertukar")
        page = kepala.page("/desk")
        assert special in offered(page)
        assert choice(special) not in re.findall(r'name="shown" value="([^"]+)"', page)

    def test_all_of_a_page_leaves_out_who_may_be_a_double_record(self, kepala: Client) -> None:
        page = kepala.page("/desk")
        assert len(offered(page)) == ALL_DRAFTS
        assert 'name="shown"' not in page

    @pytest.mark.parametrize(("cards", "left_out"), [(3, True), (0, False), (None, False)])
    def test_all_of_a_page_leaves_out_whose_card_can_be_printed_instead(
        self, office: OfficeAtWork, kepala: Client, cards: int | None, left_out: bool
    ) -> None:
        with raw(office.registry) as connection:
            connection.execute("UPDATE office SET cards_in_stock = ?", (cards,))
            connection.execute("UPDATE resident SET recording_state = 'PRINT_READY_RECORD'")
        tell_apart(office)
        page = kepala.page("/desk")
        assert len(offered(page)) == ALL_DRAFTS
        assert ('name="shown"' not in page) is left_out
        assert (f"{ALL_DRAFTS} konsep tidak ikut" in page) is left_out

    def test_sent_again_it_repeats_nothing(self, office: OfficeAtWork, kepala: Client) -> None:
        form = {"letter": [choice(office.drafts[0])]}
        kepala.post("/desk/approve", form)
        number = record_of(office, office.drafts[0].id).number
        kepala.post("/desk/approve", form)
        assert record_of(office, office.drafts[0].id).number == number
        assert "sudah diputuskan: terbit" in text_of(kepala.page("/desk"))

    def test_a_draft_that_was_corrected_since_is_told_and_stays(
        self, office: OfficeAtWork, kepala: Client
    ) -> None:
        first, second, *_ = office.drafts
        correct(office, first.id)
        kepala.post("/desk/approve", {"letter": [choice(first), choice(second)]})
        assert states(office)[:2] == [LetterState.DRAFT, LetterState.ISSUED]
        page = text_of(kepala.page("/desk"))
        assert "1 surat terbit. 1 tidak: Konsep ini diperbaiki sejak halaman dibuka." in page
        assert "Sudah diperbaiki 1 kali" in page

    def test_nothing_marked_is_said_and_nothing_lost(self, office: OfficeAtWork, kepala: Client) -> None:
        answer = kepala.post("/desk/approve", {})
        assert answer.status_code == 422
        assert "Tandai dahulu konsep yang disetujui." in text_of(answer.text)
        assert states(office) == [LetterState.DRAFT] * 5

    @pytest.mark.parametrize("given_choice", ["", "x", "0" * 32, f"{'0' * 32}.0", f"{'0' * 32}.9999999999"])
    def test_a_guessed_id_is_not_there_and_nothing_is_done(
        self, office: OfficeAtWork, kepala: Client, given_choice: str
    ) -> None:
        answer = kepala.post("/desk/approve", {"letter": [choice(office.drafts[0]), given_choice]})
        assert answer.status_code == 404
        assert states(office) == [LetterState.DRAFT] * 5

    def test_without_a_fresh_code_it_is_asked_for_and_nothing_is_written(self, office: OfficeAtWork) -> None:
        browser = office.client("kepala", fresh=False)
        with office.registry.reading() as tx:
            before = audit.head(tx)
        answer = browser.post("/desk/approve", {"letter": [choice(each) for each in office.drafts]})
        assert answer.status_code == 401
        for each in office.drafts:  # what was marked is carried on behind the code
            assert f'name="letter" value="{choice(each)}"' in answer.text
        assert states(office) == [LetterState.DRAFT] * 5
        with office.registry.reading() as tx:
            assert audit.head(tx) == before

    def test_a_letter_that_is_replaced_is_published_as_ended(
        self, office: OfficeAtWork, kepala: Client, draft: Callable[..., str]
    ) -> None:
        old = office.letters[0]
        new = draft(resident=old.resident, replaces=old.number)
        before = published_entry(office)
        kepala.post("/desk/approve", {"letter": [choice(new)]})
        assert record_of(office, old.id).state is LetterState.SUPERSEDED
        assert published_entry(office) > before


def published_entry(office: OfficeAtWork) -> int:
    """The last audit entry that outsiders' data takes into account."""
    stored = publishing.stored(office.registry, publishing.TRUST_BUNDLE)
    return 0 if stored is None else stored.audit_seq


class TestWithoutAKey:
    @pytest.fixture
    def keyless(self, office: OfficeAtWork) -> Client:
        """A browser at a process that was started without the passphrase."""
        environment = {
            "SUKET_ENVIRONMENT": "production",
            "SUKET_BASE_URL": BASE_URL,
            "SUKET_SECRET_KEY": office.settings.secret_key or "",
            "SUKET_DATA_DIR": str(office.settings.data_dir),
        }
        app = create_app(Settings.from_env(environment))
        app.test_client_class = office.app.test_client_class
        return replace(office, app=app).client("kepala")

    def test_letters_stop_at_approved_and_that_is_said(self, office: OfficeAtWork, keyless: Client) -> None:
        keyless.post("/desk/approve", {"letter": [choice(office.drafts[0])]})
        assert states(office)[0] is LetterState.APPROVED
        page = text_of(keyless.page("/desk"))
        assert "1 disetujui tetapi belum terbit." in page
        assert "1 surat sudah disetujui tetapi belum terbit." in page

    def test_they_are_issued_from_a_queue_of_their_own(
        self, office: OfficeAtWork, keyless: Client, kepala: Client
    ) -> None:
        approved = office.drafts[0]
        keyless.post("/desk/approve", {"letter": [choice(approved)]})
        assert approved.id not in offered(kepala.page("/desk"))
        assert offered(kepala.page("/desk?state=approved")) == [approved.id]
        answer = kepala.post("/desk/approve", {"letter": [choice(approved)], "state": "approved"})
        assert answer.location == "/desk?state=approved"
        assert states(office)[0] is LetterState.ISSUED


class TestOneLetter:
    def test_it_is_approved_from_its_own_page(self, office: OfficeAtWork, kepala: Client) -> None:
        one = office.drafts[2]
        page = kepala.page(f"/desk/{one.id}?kind=1&page=1")
        assert f'name="letter" value="{choice(one)}"' in page
        assert "Konsep dibuat" in page
        answer = kepala.post("/desk/approve", {"letter": choice(one), "kind": "1"})
        assert answer.location == "/desk?kind=1"
        assert record_of(office, one.id).state is LetterState.ISSUED

    def test_one_that_is_decided_can_only_be_looked_at(self, office: OfficeAtWork, kepala: Client) -> None:
        page = kepala.page(f"/desk/{office.letters[0].id}")
        assert "sudah diputuskan: terbit" in text_of(page)
        assert "/desk/approve" not in page
        assert "send-back" not in page

    @pytest.mark.parametrize("letter", ["x", "0" * 32, "%00", "f" * 33])
    def test_a_guessed_id_is_not_there(self, kepala: Client, letter: str) -> None:
        assert kepala.get(f"/desk/{letter}").status_code == 404


class TestSendingBack:
    def send(self, browser: Client, letter: str, **form: str) -> tuple[int, str]:
        answer = browser.post(f"/desk/{letter}/send-back", {"revision": "0", "note": "Foto kabur", **form})
        return answer.status_code, answer.text

    def test_it_leaves_the_queue_with_the_note(self, office: OfficeAtWork, kepala: Client) -> None:
        one = office.drafts[0].id
        assert self.send(kepala, one)[0] == 303
        assert one not in offered(kepala.page("/desk"))
        assert record_of(office, one).returned_note == "Foto kabur"

    def test_without_a_note_it_is_asked_for(self, office: OfficeAtWork, kepala: Client) -> None:
        status, page = self.send(kepala, office.drafts[0].id, note=" ")
        assert status == 422
        assert "Tulis catatan bagi yang mengajukan" in page
        assert record_of(office, office.drafts[0].id).returned_at is None

    def test_a_note_that_is_too_long_is_not_lost(self, office: OfficeAtWork, kepala: Client) -> None:
        status, page = self.send(kepala, office.drafts[0].id, note="kabur " * 40)
        assert status == 422
        assert "kabur " * 39 in page

    def test_what_was_corrected_since_is_looked_at_again(self, office: OfficeAtWork, kepala: Client) -> None:
        correct(office, office.drafts[0].id)
        status, page = self.send(kepala, office.drafts[0].id)
        assert status == 422
        assert "diperbaiki sejak halaman dibuka" in page

    def test_sent_again_it_says_so(self, office: OfficeAtWork, kepala: Client) -> None:
        self.send(kepala, office.drafts[0].id)
        status, page = self.send(kepala, office.drafts[0].id)
        assert status == 422
        assert "sedang diperbaiki di loket" in page


class TestIssuedToday:
    def test_what_waits_for_the_printer_goes_there_in_one_go(
        self, office: OfficeAtWork, kepala: Client
    ) -> None:
        kepala.post("/desk/approve", {"letter": [choice(each) for each in office.drafts]})
        printed = office.drafts[0].id
        with office.registry.writing() as tx:
            letters.add_printing(tx, printed, "f" * 64, "tests", "operator", datetime.now(UTC))
        page = kepala.page("/desk/issued")
        to_print = re.findall(r'type="hidden" name="letter" value="([0-9a-f]{32})"', page)
        assert set(to_print) >= {each.id for each in office.drafts[1:]}
        assert printed not in to_print

    def test_nothing_issued_yet_says_what_is_next(self, office: OfficeAtWork) -> None:
        sekretaris = StaffMember("sekretaris", OFFICE.code, "Sekretaris", Role.APPROVER)
        with office.registry.writing() as tx:
            staff.add_staff(tx, sekretaris, datetime.now(UTC))
        assert "Hari ini belum ada surat" in text_of(office.client("sekretaris").page("/desk/issued"))


class TestProposals:
    @pytest.fixture
    def proposal(self, office: OfficeAtWork) -> str:
        return self.ask(office, "operator")

    def ask(self, office: OfficeAtWork, by: str, number: int = 1) -> str:
        ids = [each.id for each in office.letters[:number]]
        at = datetime.now(UTC)
        return issuing.propose(office.registry, OFFICE.code, Action.REVOKE, ids, "Data salah", by, at)

    def test_they_wait_on_a_page_of_their_own(
        self, office: OfficeAtWork, kepala: Client, proposal: str
    ) -> None:
        assert "Usulan (1)" in text_of(kepala.page("/desk"))
        page = text_of(kepala.page("/desk/proposals"))
        assert f"{office.letters[0].number} · {office.letters[0].resident.name}" in page
        assert "Data salah" in page

    def test_agreeing_does_it_and_tells_outsiders_at_once(
        self, office: OfficeAtWork, kepala: Client, proposal: str
    ) -> None:
        before = published_entry(office)
        answer = kepala.post(f"/desk/proposals/{proposal}/agree")
        assert (answer.status_code, answer.location) == (303, "/desk/proposals")
        assert record_of(office, office.letters[0].id).state is LetterState.REVOKED
        assert published_entry(office) > before

    def test_without_a_fresh_code_nothing_is_agreed_to(self, office: OfficeAtWork, proposal: str) -> None:
        browser = office.client("kepala", fresh=False)
        assert browser.post(f"/desk/proposals/{proposal}/agree").status_code == 401
        assert record_of(office, office.letters[0].id).state is LetterState.ISSUED

    def test_declining_keeps_the_note(self, office: OfficeAtWork, kepala: Client, proposal: str) -> None:
        kepala.post(f"/desk/proposals/{proposal}/decline", {"note": "Datanya benar"})
        with office.registry.reading() as tx:
            assert proposals.by_id(tx, OFFICE.code, proposal).note == "Datanya benar"
        assert "Datanya benar" in kepala.page(f"/desk/proposals/{proposal}")

    def test_declining_takes_a_note(self, kepala: Client, proposal: str) -> None:
        answer = kepala.post(f"/desk/proposals/{proposal}/decline", {"note": ""})
        assert answer.status_code == 422
        assert "Tulis catatan" in answer.text

    def test_ones_own_waits_for_another_person(self, office: OfficeAtWork, kepala: Client) -> None:
        own = self.ask(office, "kepala")
        assert "Usulan Anda sendiri" in kepala.page(f"/desk/proposals/{own}")
        answer = kepala.post(f"/desk/proposals/{own}/agree")
        assert answer.status_code == 422
        assert record_of(office, office.letters[0].id).state is LetterState.ISSUED

    def test_a_letter_that_changed_meanwhile_is_told_by_its_number(
        self, office: OfficeAtWork, kepala: Client
    ) -> None:
        several = self.ask(office, "operator", 3)
        number = office.letters[1].number or ""
        issuing.revoke(office.registry, OFFICE.code, number, "operator", "Salah", datetime.now(UTC))
        answer = kepala.post(f"/desk/proposals/{several}/agree")
        assert answer.status_code == 422
        assert number in answer.text
        assert record_of(office, office.letters[0].id).state is LetterState.ISSUED

    def test_sent_again_it_says_that_it_is_decided(self, kepala: Client, proposal: str) -> None:
        kepala.post(f"/desk/proposals/{proposal}/agree")
        answer = kepala.post(f"/desk/proposals/{proposal}/agree")
        assert answer.status_code == 422
        assert "sudah disetujui" in answer.text

    def test_whoever_asked_sees_it_withdraws_it_and_cannot_decide(
        self, office: OfficeAtWork, proposal: str
    ) -> None:
        operator = office.client("operator")
        page = operator.page(f"/desk/proposals/{proposal}")
        assert f"/desk/proposals/{proposal}/withdraw" in page
        assert "/agree" not in page
        assert operator.post(f"/desk/proposals/{proposal}/withdraw").status_code == 303
        with office.registry.reading() as tx:
            assert proposals.open_of_office(tx, OFFICE.code) == []

    def test_nobody_else_withdraws_it(self, office: OfficeAtWork, kepala: Client, proposal: str) -> None:
        assert "/withdraw" not in kepala.page(f"/desk/proposals/{proposal}")
        assert kepala.post(f"/desk/proposals/{proposal}/withdraw").status_code == 422
        with office.registry.reading() as tx:
            assert len(proposals.open_of_office(tx, OFFICE.code)) == 1

    def test_whoever_asked_reads_what_became_of_it(
        self, office: OfficeAtWork, kepala: Client, proposal: str
    ) -> None:
        kepala.post(f"/desk/proposals/{proposal}/decline", {"note": "Datanya benar"})
        page = text_of(office.client("operator").page("/desk/proposals"))
        assert "Ditolak · Kepala" in page
        assert "Datanya benar" in page
        assert "Datanya benar" not in kepala.page("/desk/proposals")

    @pytest.mark.parametrize("guessed", ["x", "0" * 32, "%00"])
    def test_a_guessed_id_is_not_there(self, kepala: Client, guessed: str) -> None:
        assert kepala.get(f"/desk/proposals/{guessed}").status_code == 404
        assert kepala.post(f"/desk/proposals/{guessed}/agree").status_code == 404
        assert kepala.post(f"/desk/proposals/{guessed}/decline", {"note": "x"}).status_code == 404
