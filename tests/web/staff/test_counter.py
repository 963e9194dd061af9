"""The counter: whoever comes is found and answered at once; a request keeps what was typed until it is right."""

import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from suket_service import administering
from suket_service.core.letter import LetterState
from suket_service.core.reason import CODE_FIELD, PAPERS
from suket_service.issuing.applying import ASKED, fields_of
from suket_service.registry import letters, offices, residents
from suket_service.registry.letters import LetterRecord, Waiting, waiting_for
from tests.builders import OFFICE, a_row
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.drawn import drawn, without_templates

FILLED = {CODE_FIELD: "processing", "kk_dilihat": "ya", "jenis_surat": "1", "aksi": "ajukan"}
NIK = "2172031708950030"
SEEN_BY_NOBODY = "2172031708950099"


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


def form_for(office: OfficeAtWork, **changes: str) -> dict[str, str]:
    """The form of the office's resident, filled in."""
    with office.registry.reading() as tx:
        person = residents.by_id(tx, OFFICE.code, office.resident).resident
    return {**fields_of(person), **FILLED, "_once": "a" * 32, **changes}


def a_picture(size: tuple[int, int] = (600, 800)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "grey").save(out, "JPEG")
    return out.getvalue()


def made(office: OfficeAtWork, nik: str = NIK) -> LetterRecord | None:
    """The draft of that person."""
    with office.registry.reading() as tx:
        return letters.open_letters_of(tx, [nik]).get(nik)


def import_one(office: OfficeAtWork, **changes: str) -> int:
    """Someone more in the register; returns the number of their row."""
    row = a_row(2, 90, **changes)
    now = datetime.now(UTC)
    today = OFFICE.local_date(now)
    [outcome] = administering.import_residents(
        office.registry, OFFICE.code, [row], "operator", "SIAK", today, now
    )
    assert outcome.imported
    with office.registry.reading() as tx:
        return residents.find(tx, OFFICE.code, [row.fields["nik"]])[row.fields["nik"]].id


class TestSearch:
    def test_the_page_asks_for_a_nik_or_a_name(self, operator: Client) -> None:
        assert 'name="cari"' in operator.page("/counter")

    def test_someone_without_a_letter_may_get_one(self, operator: Client, office: OfficeAtWork) -> None:
        page = operator.post("/counter", {"cari": NIK}, follow=True).text
        assert "Boleh mendapat surat" in page
        assert f'href="/counter/{office.resident}"' in page

    def test_the_letter_that_stands_is_linked(self, operator: Client, office: OfficeAtWork) -> None:
        letter = office.letters[0]
        page = operator.post("/counter", {"cari": letter.resident.nik}, follow=True).text
        assert f'href="/letters/{letter.id}"' in page
        assert f"gantikan={letter.id}" in page

    def test_the_draft_that_waits_is_linked(self, operator: Client, office: OfficeAtWork) -> None:
        draft = office.drafts[0]
        page = operator.post("/counter", {"cari": draft.resident.nik}, follow=True).text
        assert f'href="/drafts/{draft.id}"' in page

    def test_whose_recording_failed_is_told_why(self, operator: Client, office: OfficeAtWork) -> None:
        import_one(office, nama="RATNA", status_perekaman="DUPLICATE_RECORD")
        page = operator.post("/counter", {"cari": "ratna"}, follow=True).text
        assert "Biometriknya sudah terdaftar atas data lain" in page
        assert "Minta pengecualian dua orang" in page

    def test_with_cards_in_stock_a_ready_record_gets_its_card(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        import_one(office, nama="RATNA", status_perekaman="PRINT_READY_RECORD")
        with office.registry.writing() as tx:
            offices.set_cards_in_stock(tx, OFFICE.code, 1500)
        page = operator.post("/counter", {"cari": "ratna"}, follow=True).text
        assert "Cetak KTP-el saja" in page
        assert "1.500 blangko" in page

    def test_who_is_not_in_the_register_is_answered_too(self, operator: Client) -> None:
        page = operator.post("/counter", {"cari": SEEN_BY_NOBODY}, follow=True).text
        assert "tidak ada dalam daftar" in page
        assert 'name="mulai"' in page

    def test_thirty_are_shown_and_that_there_are_more(self, operator: Client) -> None:
        page = operator.post("/counter", {"cari": "suhartini"}, follow=True).text
        assert page.count('class="card hit"') == 30
        assert "Lebih dari 30 orang" in page

    @pytest.mark.parametrize("wanted", ["", "ab", "12345", "%%", "' OR 1=1 --", "x" * 5000])
    def test_whatever_is_searched_for_is_answered(self, operator: Client, wanted: str) -> None:
        assert operator.post("/counter", {"cari": wanted}, follow=True).status_code == 200

    def test_its_answer_is_an_address_without_the_nik_to_come_back_to(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        assert operator.post("/counter", {"cari": NIK}).location == "/counter?dicari=1"
        before = office.file.read_bytes()
        for _ in range(2):
            assert "1 orang ditemukan" in operator.page("/counter?dicari=1")
        assert office.file.read_bytes() == before

    def test_what_was_searched_for_is_ones_own_and_gone_with_the_session(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        operator.post("/counter", {"cari": NIK})
        assert "orang ditemukan" not in office.client("operator2").page("/counter?dicari=1")
        operator.post("/logout")
        with office.registry.reading() as tx:
            held = tx.exec_driver_sql("SELECT searches FROM staff_session").fetchall()
        assert all(row[0] in (None, "null") for row in held)


class TestForm:
    def test_with_cards_in_stock_no_lack_of_them_is_preset(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        person = import_one(office, nama="RATNA", status_perekaman="PRINT_READY_RECORD")
        assert '<option value="blanks" selected>' in operator.page(f"/counter/{person}")
        with office.registry.writing() as tx:
            offices.set_cards_in_stock(tx, OFFICE.code, 25)
        page = operator.page(f"/counter/{person}")
        assert '<option value="" selected>Pilih alasan' in page
        asked = operator.post(f"/counter/{person}", {"alasan_kode": "blanks"}).text
        chosen = asked[asked.index("<div data-papers>") : asked.index("<template")]
        assert "25 blangko KTP-el tersedia" in chosen

    def test_it_starts_with_what_the_register_says(self, operator: Client, office: OfficeAtWork) -> None:
        page = unescape(operator.page(f"/counter/{office.resident}"))
        assert "JALAN MERDEKA NOMOR 5" in page
        assert '<option value="processing" selected>' in page
        assert "kk_dilihat" in page

    def test_a_search_a_form_and_a_preview_lead_to_a_submitted_draft(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        """The form as it is drawn is sent back with nothing else changed."""
        page = operator.post("/counter", {"cari": NIK}, follow=True).text
        [link] = re.findall(r'class="button" href="(/counter/\d+)"', page)
        form = drawn(operator.page(link), link)
        form["kk_dilihat"] = "ya"
        picture = {"foto": (a_picture(), "foto.jpg")}
        page = operator.post(link, {**form, "aksi": "simpan"}, picture, follow=True).text
        draft = made(office)
        assert draft is not None
        assert waiting_for(draft) is Waiting.HELD
        submit = f"/drafts/{draft.id}/submit"
        assert operator.post(submit, drawn(page, submit)).status_code == 303
        draft = made(office)
        assert draft is not None
        assert (waiting_for(draft), draft.portrait is None) == (Waiting.SUBMITTED, False)

    def test_a_double_click_makes_one_draft(self, operator: Client, office: OfficeAtWork) -> None:
        first, second = (operator.post(f"/counter/{office.resident}", form_for(office)) for _ in range(2))
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.location == second.location

    def test_sent_again_with_something_else_in_it_the_draft_is_pointed_to(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        path = f"/counter/{office.resident}"
        draft = operator.post(path, form_for(office)).location
        answer = operator.post(path, form_for(office, alamat="JALAN LAIN"))
        assert answer.status_code == 422
        assert "sudah menjadi konsep" in answer.text
        assert f'href="{draft}"' in answer.text

    def test_name_and_birth_date_are_the_registers(self, operator: Client, office: OfficeAtWork) -> None:
        form = form_for(office, nama="ORANG LAIN", tanggal_lahir="1950-01-01", nik=SEEN_BY_NOBODY)
        assert operator.post(f"/counter/{office.resident}", form).status_code == 303
        draft = made(office)
        assert draft is not None
        assert (draft.resident.name, draft.resident.nik) == ("SUHARTINI", NIK)

    def test_the_address_may_be_another(self, operator: Client, office: OfficeAtWork) -> None:
        operator.post(f"/counter/{office.resident}", form_for(office, alamat="JALAN BARU 7", rt="12"))
        draft = made(office)
        assert draft is not None
        assert (draft.resident.address, draft.resident.rt) == ("JALAN BARU 7", 12)

    def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        form = form_for(office, alasan_kode="lost", surat_polisi="", alamat="JALAN YANG BARU DIKETIK")
        answer = operator.post(f"/counter/{office.resident}", form)
        assert answer.status_code == 422
        assert 'id="e-surat_polisi"' in answer.text
        assert "JALAN YANG BARU DIKETIK" in answer.text
        assert f'name="_once" value="{"a" * 32}"' in answer.text

    def test_papers_are_kept_with_the_draft_and_only_those_asked_for(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        form = form_for(office, alasan_kode="lost", surat_polisi="SKTLK/9", skpwni="SKPWNI/1")
        operator.post(f"/counter/{office.resident}", form)
        draft = made(office)
        assert draft is not None
        assert (draft.reason_code, draft.papers) == ("lost", {"kk_dilihat": "ya", "surat_polisi": "SKTLK/9"})

    def test_without_a_script_the_papers_of_another_reason_are_asked_for_when_it_is_sent(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        first = without_templates(operator.page(f"/counter/{office.resident}"))
        assert 'name="surat_polisi"' not in first
        sent = operator.post(f"/counter/{office.resident}", form_for(office, alasan_kode="lost")).text
        assert 'name="surat_polisi"' in without_templates(sent)

    def test_the_same_name_and_birth_date_under_another_nik_is_warned_of(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        assert "Nama dan tanggal lahir yang sama" in operator.page(f"/counter/{office.resident}")

    def test_someone_alone_of_their_name_is_not(self, operator: Client, office: OfficeAtWork) -> None:
        resident = import_one(office, nama="RATNA DEWI")
        assert "Nama dan tanggal lahir yang sama" not in operator.page(f"/counter/{resident}")

    def test_a_nik_that_disagrees_with_the_birth_date_only_warns(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        resident = import_one(office, tanggal_lahir="1995-08-18")
        assert "Tanggal lahir tidak sama dengan yang tersusun dalam NIK" in operator.page(
            f"/counter/{resident}"
        )
        form = {**form_for(office), "tanggal_lahir": "1995-08-18"}
        assert operator.post(f"/counter/{resident}", form).status_code == 303

    def test_a_letter_may_be_made_in_the_place_of_one_that_stands(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        letter = office.letters[0]
        with office.registry.reading() as tx:
            entry = residents.find(tx, OFFICE.code, [letter.resident.nik])[letter.resident.nik]
        path = f"/counter/{entry.id}?gantikan={letter.id}"
        assert str(letter.number) in operator.page(path)
        form = {**form_for(office), **fields_of(letter.resident)}
        assert operator.post(path, form).status_code == 303
        with office.registry.reading() as tx:
            [draft] = letters.open_replacements_of(tx, [letter.id]).values()
        assert draft.state is LetterState.DRAFT

    def test_another_persons_letter_is_not_replaced(self, operator: Client, office: OfficeAtWork) -> None:
        path = f"/counter/{office.resident}?gantikan={office.letters[0].id}"
        assert operator.get(path).status_code == 404

    def test_whoever_may_not_ask_is_offered_no_form(self, operator: Client, office: OfficeAtWork) -> None:
        with office.registry.reading() as tx:
            nik = office.letters[0].resident.nik
            entry = residents.find(tx, OFFICE.code, [nik])[nik]
        page = operator.page(f"/counter/{entry.id}")
        assert "Masih memegang surat" in page
        assert "data-request" not in page

    def test_someone_who_holds_a_letter_is_refused_with_the_rules_own_words(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        letter = office.letters[0]
        with office.registry.reading() as tx:
            entry = residents.find(tx, OFFICE.code, [letter.resident.nik])[letter.resident.nik]
        answer = operator.post(f"/counter/{entry.id}", form_for(office))
        assert answer.status_code == 422
        assert f"masih memegang surat {letter.number}" in answer.text


class TestPassingOverTheRegister:
    def test_it_takes_a_reason_which_stays_with_the_draft(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        resident = import_one(office, status_perekaman="SEARCH_FAILURE_AT_CENTRAL")
        form = form_for(office)
        assert operator.post(f"/counter/{resident}", form).status_code == 422
        form["pengecualian"] = "Rekaman ada di kecamatan"
        assert operator.post(f"/counter/{resident}", form).status_code == 303
        draft = made(office, "2172031708950090")
        assert draft is not None
        assert draft.override_reason == "Rekaman ada di kecamatan"

    def test_someone_beyond_the_register_is_typed_in_whole(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        page = operator.post("/counter/unlisted", {"mulai": "1", "nik": SEEN_BY_NOBODY}).text
        assert f'value="{SEEN_BY_NOBODY}"' in page
        form = form_for(office, nik=SEEN_BY_NOBODY, nama="RATNA", pengecualian="Data tertunda")
        assert operator.post("/counter/unlisted", form).status_code == 303
        draft = made(office, SEEN_BY_NOBODY)
        assert draft is not None
        assert (draft.resident.name, draft.override_reason) == ("RATNA", "Data tertunda")

    def test_who_is_in_the_register_after_all_is_pointed_to(
        self, operator: Client, office: OfficeAtWork
    ) -> None:
        page = operator.post("/counter/unlisted", {"mulai": "1", "nik": NIK}).text
        assert f'href="/counter/{office.resident}"' in page

    def test_without_the_reason_they_are_refused(self, operator: Client, office: OfficeAtWork) -> None:
        form = form_for(office, nik=SEEN_BY_NOBODY, nama="RATNA")
        answer = operator.post("/counter/unlisted", form)
        assert answer.status_code == 422
        assert "tidak ada dalam daftar penduduk yang sudah merekam" in answer.text


class TestPortrait:
    def send(self, office: OfficeAtWork, body: bytes, name: str = "foto.jpg") -> TestResponse:
        client = office.client("operator")
        # Encoded in memory: of a large file the test client leaves a temporary one open.
        fields = {**form_for(office), "csrf_token": client.token(), "foto": FileStorage(BytesIO(body), name)}
        boundary, data = encode_multipart(fields)
        return client.client.post(
            f"/counter/{office.resident}",
            data=data,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def post(self, office: OfficeAtWork, body: bytes, name: str = "foto.jpg") -> str:
        answer = self.send(office, body, name)
        assert answer.status_code in (303, 422)
        return answer.text

    def test_an_uploaded_picture_becomes_the_portrait(self, office: OfficeAtWork) -> None:
        self.post(office, a_picture())
        draft = made(office)
        assert draft is not None
        jpeg = office.client("kepala").get(f"/letters/{draft.id}/portrait.jpg")
        assert jpeg.mimetype == "image/jpeg"
        assert Image.open(BytesIO(jpeg.data)).size == (354, 472)

    def test_ten_megabytes_are_enough_and_one_more_byte_is_too_much(self, office: OfficeAtWork) -> None:
        picture = a_picture()
        limit = 10 * 1024 * 1024
        assert "lebih dari 10 MB" in self.post(office, picture + bytes(limit + 1 - len(picture)))
        assert made(office) is None
        self.post(office, picture + bytes(limit - len(picture)))
        assert made(office) is not None

    def test_more_than_any_picture_may_have_is_not_even_read(self, office: OfficeAtWork) -> None:
        assert self.send(office, bytes(26 * 1024 * 1024)).status_code == 413

    def test_heic_is_refused_with_what_to_do(self, office: OfficeAtWork) -> None:
        heic = b"\0\0\0\x18ftypheic" + bytes(200)
        assert "Paling Kompatibel" in self.post(office, heic, "IMG_0001.HEIC")
        assert made(office) is None

    @pytest.mark.parametrize(
        "body", [b"GIF89a", b"%PDF-1.7", b"\xff\xd8\xff" + bytes(50), b"\x89PNG\r\n\x1a\n"]
    )
    def test_what_is_no_picture_is_refused_at_its_field(self, office: OfficeAtWork, body: bytes) -> None:
        assert 'id="e-foto"' in self.post(office, body)

    def test_while_the_rest_is_mended_the_picture_is_kept(self, office: OfficeAtWork) -> None:
        client = office.client("operator")
        path = f"/counter/{office.resident}"
        wrong = client.post(path, form_for(office, alamat=""), {"foto": (a_picture(), "foto.jpg")})
        assert wrong.status_code == 422
        kept = drawn(wrong.text, path)["foto_tersimpan"]
        assert client.post(path, form_for(office, foto_tersimpan=kept)).status_code == 303
        draft = made(office)
        assert draft is not None
        assert draft.portrait is not None

    @pytest.mark.parametrize("kept", ["", "AAAA", "AAAA.AAAA", "é", "a.b.c"])
    def test_a_kept_picture_that_is_not_ours_counts_for_nothing(
        self, office: OfficeAtWork, kept: str
    ) -> None:
        answer = office.client("operator").post(
            f"/counter/{office.resident}", form_for(office, foto_tersimpan=kept)
        )
        assert answer.status_code == 303
        draft = made(office)
        assert draft is not None
        assert draft.portrait is None


class TestHints:
    def asked(self, office: OfficeAtWork, **form: str) -> list[str]:
        answer = office.client("operator").post("/counter/hints", form)
        assert answer.status_code == 200
        return [hint["field"] for hint in answer.get_json()]

    def test_birth_date_sex_and_region_are_compared_with_the_nik(self, office: OfficeAtWork) -> None:
        found = self.asked(
            office, nik=NIK, tanggal_lahir="1990-01-01", jenis_kelamin="PEREMPUAN", kode_wilayah="2172041002"
        )
        assert found == ["tanggal_lahir", "jenis_kelamin", "kode_wilayah"]

    def test_a_name_and_birth_date_known_under_another_nik_are_told(self, office: OfficeAtWork) -> None:
        typed = {"nik": SEEN_BY_NOBODY, "nama": "suhartini", "tanggal_lahir": "1995-08-17"}
        assert self.asked(office, **typed) == ["nama"]
        assert self.asked(office, **{**typed, "tanggal_lahir": "1995-08-16"}) == ["tanggal_lahir"]

    def test_what_is_not_typed_yet_disagrees_with_nothing(self, office: OfficeAtWork) -> None:
        assert self.asked(office, nik=NIK) == []
        assert self.asked(office) == []

    def test_a_nik_half_typed_is_not_nagged_about_too_early(self, office: OfficeAtWork) -> None:
        assert self.asked(office, nik="21720") == []
        assert self.asked(office, nik="217203170895003") == ["nik"]


class TestOthers:
    def test_another_offices_people_are_not_there(self, office: OfficeAtWork) -> None:
        client = office.client("operator-batam")
        assert client.get(f"/counter/{office.resident}").status_code == 404
        assert client.post(f"/counter/{office.resident}", form_for(office)).status_code == 404
        assert "1 orang ditemukan" not in client.post("/counter", {"cari": NIK}, follow=True).text

    @pytest.mark.parametrize("resident", ["0", "999999", "2147483648", "9" * 30])
    def test_guessed_numbers_are_not_there(self, operator: Client, resident: str) -> None:
        assert operator.get(f"/counter/{resident}").status_code == 404

    @pytest.mark.parametrize("asked", ["", "x", "0" * 32, "%00"])
    def test_guessed_letters_to_replace_are_not_there(
        self, operator: Client, office: OfficeAtWork, asked: str
    ) -> None:
        assert operator.get(f"/counter/{office.resident}?gantikan={asked}").status_code in (400, 404)

    def test_without_the_pages_token_nothing_is_taken(self, operator: Client, office: OfficeAtWork) -> None:
        answer = operator.client.post(f"/counter/{office.resident}", data=form_for(office))
        assert answer.status_code == 400
        assert made(office) is None


_TYPED = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=150) | st.sampled_from(
    ["", "lost", "other", "changed", "2026-11-01", "2172031708950030", "ya", "ajukan", "simpan", "2172031001"]
)


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    typed=st.dictionaries(
        st.sampled_from([*ASKED, CODE_FIELD, *PAPERS, "aksi", "_once", "foto_tersimpan", "_lost", "mulai"]),
        _TYPED,
    ),
    picture=st.none() | st.binary(max_size=100),
    path=st.sampled_from(["/counter/unlisted", "/counter/{resident}", "/counter", "/counter/hints"]),
)
def test_whatever_is_posted_is_answered(
    office: OfficeAtWork, typed: dict[str, str], picture: bytes | None, path: str
) -> None:
    client = office.client("operator")
    files = {} if picture is None else {"foto": (picture, "foto.jpg")}
    answer = client.post(path.format(resident=office.resident), typed, files)
    assert answer.status_code in (200, 303, 422)
